"""A type form as people write it: `list[User] | None`.

Used wherever a message names a type. Modules are left out, because the reader knows
them and because they make two names of one length differ only at the far left.
"""

import types
import typing


def form_text(form: object) -> str:
    """Spell a type form with short names, the same on every machine.

    Args:
        form: Anything that can stand in an annotation.
    """
    if isinstance(form, list | tuple):  # the parameters of a Callable
        return f"[{', '.join(map(form_text, form))}]"
    origin = typing.get_origin(form)
    if origin is None:
        return _bare_name(form)
    arguments = typing.get_args(form)
    if origin is typing.Union or origin is types.UnionType:
        return " | ".join(map(form_text, arguments))
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(_literal_text, arguments))}]"
    if origin is typing.Annotated:
        return form_text(arguments[0])
    if origin is typing.Unpack:
        return f"*{form_text(arguments[0])}"
    name = ("*" if getattr(form, "__unpacked__", False) else "") + _bare_name(origin)
    if arguments:
        return f"{name}[{', '.join(map(form_text, arguments))}]"
    return f"{name}[()]" if hasattr(form, "__args__") else name


def _literal_text(value: object) -> str:
    """Spell one choice of a Literal; an enum member by its name, not by its value."""
    import enum  # loaded where it is used: only when a problem is reported

    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    return ascii(value)


def _bare_name(form: object) -> str:
    if form is None or form is types.NoneType:
        return "None"
    if form is ...:
        return "..."
    if isinstance(form, str):
        return form
    if isinstance(form, type):
        return form.__qualname__.rpartition("<locals>.")[2]
    for attribute in ("__forward_arg__", "__name__", "_name"):
        name = getattr(form, attribute, None)
        if isinstance(name, str):
            return name
    return type(form).__name__
