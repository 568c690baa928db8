"""How a message names a type: short, and as its author would write it.

Module names are left out (the place that a message points at has the imports), addresses
are never shown, and `Optional[User]` reads `User | None` however it was spelled.
"""

import types
from collections import abc
from typing import ForwardRef, Literal, Union


def display(form: object) -> str:
    """Return an annotation as a person would write it.

    Args:
        form: An annotation, resolved or not; metadata of `Annotated` is left out.

    Returns:
        For example `list[User]`, `User | None`, `Callable[[int], str]`, `Literal['a']`.
    """
    if form is None or form is types.NoneType:
        return "None"
    if form is ...:
        return "..."
    if isinstance(form, str):
        return form
    if isinstance(form, ForwardRef):
        return form.__forward_arg__
    if isinstance(form, list | tuple):  # parameters, of a `Callable` or for a `ParamSpec`
        return f"[{_listed(form)}]"
    if hasattr(form, "__metadata__"):
        return display(getattr(form, "__origin__", None))
    arguments = getattr(form, "__args__", None)
    if type(form) is types.UnionType:
        return _joined(form.__args__)
    if isinstance(arguments, tuple) and not isinstance(form, type):
        return _parameterised(form, arguments)
    return _name(form)


def _parameterised(form: object, arguments: tuple[object, ...]) -> str:
    origin = getattr(form, "__origin__", None)
    if origin is Union:
        return _joined(arguments)
    if origin is Literal:
        return f"Literal[{', '.join(map(_value, arguments))}]"
    if origin is abc.Callable and arguments:
        *parameters, returns = arguments
        return f"Callable[{_parameters(parameters)}, {display(returns)}]"
    if not arguments:
        return f"{_name(origin)}[()]"
    star = "*" if getattr(form, "__unpacked__", False) else ""
    return f"{star}{_name(origin)}[{_listed(arguments)}]"


def _parameters(parameters: list[object]) -> str:
    if len(parameters) == 1:
        only = parameters[0]
        concatenated = getattr(getattr(only, "__origin__", None), "_name", None) == "Concatenate"
        if only is ... or concatenated or type(only).__name__ == "ParamSpec":
            return display(only)
    return f"[{_listed(parameters)}]"


def _joined(items: abc.Iterable[object]) -> str:
    return " | ".join(display(item) for item in items)


def _listed(items: abc.Iterable[object]) -> str:
    return ", ".join(display(item) for item in items)


def _value(value: object) -> str:
    """Show one value of a `Literal`; a member of an enumeration by its name."""
    name = getattr(value, "_name_", None)
    if isinstance(name, str):
        return f"{type(value).__name__}.{name}"
    return ascii(value)


def _name(form: object) -> str:
    if isinstance(form, type):
        # Where a local class was defined does not belong to its name.
        return form.__qualname__.rpartition("<locals>.")[2]
    for attribute in ("__name__", "_name"):
        name = getattr(form, attribute, None)
        if isinstance(name, str):
            return name
    shown = ascii(form)
    # What has no text form of its own shows an address.
    return type(form).__name__ if " at 0x" in shown else shown
