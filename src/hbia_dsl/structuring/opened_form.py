"""Type forms stripped of what does not matter for data, and filled in where generic.

`Annotated`, `Final`, a NewType, a `type` alias and a type variable all stand for another
form; `opened` takes them off. `variable_bindings` and `bound` say what the variables of
a generic class stand for in one of its uses, base by base.
"""

import sys
import types
import typing
from collections.abc import Mapping

_TRANSPARENT = frozenset(("Final", "ClassVar", "Required", "NotRequired", "ReadOnly"))
_LONGEST_CHAIN = 100
"""Forms that may stand for one another in a row; an alias of itself would go on for ever."""

Bindings = Mapping[object, object]


class UnresolvedFormError(Exception):
    """An annotation names something that is not there; the text says what."""


def opened(form: object) -> object:
    """Take a form to the one that it stands for, whose kind says how data are read.

    Args:
        form: A type form.

    Raises:
        UnresolvedFormError: An alias names what is not there, or only itself.
    """
    for _ in range(_LONGEST_CHAIN):
        origin = typing.get_origin(form)
        if isinstance(form, typing.NewType):
            form = form.__supertype__
        elif isinstance(form, typing.TypeVar):
            form = _allowed(form)
        elif origin is typing.Annotated or getattr(origin, "_name", None) in _TRANSPARENT:
            form = typing.get_args(form)[0]
        elif (alias := _alias_of(form)) is not None:
            form = _alias_value(form, alias)
        elif form is None:
            return types.NoneType
        else:
            return form
    raise UnresolvedFormError("an alias stands for itself")


def bound(form: object, bindings: Bindings) -> object:
    """Replace type variables in a form.

    Args:
        form: A type form.
        bindings: The form that each variable stands for; others are left as they are.
    """
    if isinstance(form, typing.TypeVar):
        return bindings.get(form, form)
    parameters: tuple[object, ...] = getattr(form, "__parameters__", ())
    if not bindings or not parameters or isinstance(form, type):
        return form
    generic = typing.cast(Mapping[object, object], form)
    return generic[tuple(bindings.get(p, p) for p in parameters)]


def variable_bindings(form: object) -> Mapping[type, Bindings]:
    """Return what the variables of a generic class and of its bases stand for.

    One variable may mean different things in a class and in its base, so each class
    has bindings of its own.

    Args:
        form: A class, or a generic class with arguments.
    """
    found: dict[type, Bindings] = {}

    def visit(form: object, outside: Bindings) -> None:
        cls = typing.get_origin(form) or form
        if not isinstance(cls, type) or cls in found:
            return
        parameters: tuple[object, ...] = getattr(cls, "__parameters__", ())
        arguments = (bound(argument, outside) for argument in typing.get_args(form))
        found[cls] = dict(zip(parameters, arguments, strict=False))
        for base in cls.__dict__.get("__orig_bases__", cls.__bases__):
            visit(base, found[cls])

    visit(form, {})
    return found


def _allowed(variable: typing.TypeVar) -> object:
    if variable.__bound__ is not None:
        return typing.cast(object, variable.__bound__)
    constraints = variable.__constraints__
    return typing.Union[constraints] if constraints else typing.Any  # noqa: UP007 - from values


def _alias_of(form: object) -> object | None:
    """Return the `type` alias that a form is, told by name: typing_extensions has its own."""
    for candidate in (form, typing.get_origin(form)):
        if type(candidate).__name__ == "TypeAliasType":
            return candidate
    return None


def _alias_value(form: object, alias: object) -> object:
    parameters: tuple[object, ...] = getattr(alias, "__type_params__", ())
    try:
        value = getattr(alias, "__value__", typing.Any)
    except Exception as error:  # code of a module: evaluated when it is asked for
        raise UnresolvedFormError(str(error)) from error
    names = {getattr(name, "__name__", ""): name for name in (alias, *parameters)}
    evaluated = evaluate(value, getattr(alias, "__module__", ""), names)
    return bound(evaluated, dict(zip(parameters, typing.get_args(form), strict=False)))


def evaluate(form: object, module: str, names: Mapping[str, object]) -> object:
    """Evaluate the text in a form.

    Args:
        form: Text, or a form with text inside; other forms are returned as they are.
        module: The name of the module whose names it uses.
        names: Further names, which hide those of the module.

    Raises:
        UnresolvedFormError: The text names what is not there, or is no annotation.
    """
    # Inside a class everything may stand that an annotation can be, ClassVar among it.
    holder = type("Holder", (), {"__annotations__": {"form": form}})
    inside = sys.modules.get(module)
    known = {} if inside is None else vars(inside)
    try:
        hints = typing.get_type_hints(holder, known, dict(names), include_extras=True)
    except Exception as error:  # whatever the text does when it is evaluated
        raise UnresolvedFormError(str(error)) from error
    return typing.cast(object, hints["form"])
