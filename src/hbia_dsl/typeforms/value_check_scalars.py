"""Checks of values that hold no other checked values: classes, literals, `type[T]`.

A class with the ordinary `isinstance` rule is checked by the bound built-in method
`type.__instancecheck__`, which needs no Python frame and takes a third of the time of
a closure around `isinstance`.
"""

import abc
import enum
import types
import typing
from collections.abc import Callable

from hbia_dsl.typeforms.compiled_check import Accepts, ValueCheck
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.value_mismatch import Mismatch, found_text

_PROMOTED: dict[type, tuple[type, ...]] = {float: (float, int), complex: (complex, float, int)}
"""What a type checker lets stand for the numeric classes (PEP 484, the numeric tower)."""

_TRUSTED_METACLASSES = (type, abc.ABCMeta, enum.EnumType)
"""Their `isinstance` runs no code of the user, except ABC hooks written on purpose."""


def class_check(cls: type, expected: str | None = None) -> ValueCheck:
    """Check for instances of a class, by the rules of `isinstance` and of numbers.

    `bool` is accepted for `int`, `int` for `float` and both for `complex`; a `float` is
    refused for an `int`.

    Args:
        cls: The class.
        expected: How to call it in messages; its own name if left out.
    """
    return classes_check(_PROMOTED.get(cls, (cls,)), expected or display(cls))


def classes_check(classes: tuple[type, ...], expected: str) -> ValueCheck:
    """Check for instances of any of several classes.

    Args:
        classes: The classes, at least one.
        expected: How to call them in messages.
    """
    sure = frozenset(classes) | ({bool} if int in classes else frozenset[type]())
    if not all(type(cls) in _TRUSTED_METACLASSES for cls in classes):
        return ValueCheck(expected, _guarded(classes), sure=sure)
    if len(classes) == 1 and type(classes[0]).__instancecheck__ is type.__instancecheck__:
        accepts: Accepts = type.__instancecheck__.__get__(classes[0])
        return ValueCheck(expected, accepts, sure=sure, classes=classes)

    def is_one_of(value: object) -> bool:
        return isinstance(value, classes)

    return ValueCheck(expected, is_one_of, sure=sure, classes=classes)


def _guarded(classes: tuple[type, ...]) -> Accepts:
    """Ask a metaclass of the user's; a value that it cannot judge is accepted."""

    def is_one_of(value: object) -> bool:
        try:
            return isinstance(value, classes)
        except Exception:  # noqa: BLE001 - the metaclass's own code failed: cannot tell
            return True

    return is_one_of


def literal_check(form: object) -> ValueCheck:
    """Check for the choices of a `Literal`, by value and exact class: True is not 1.

    Args:
        form: `Literal[...]`.
    """
    expected = display(form)
    by_class: dict[type, set[object]] = {}
    for choice in typing.get_args(form):
        by_class.setdefault(type(choice), set()).add(choice)
    choices = {cls: frozenset(values) for cls, values in by_class.items()}
    nothing: frozenset[object] = frozenset()

    def is_choice(value: object) -> bool:
        cls = type(value)
        return cls in choices and value in choices.get(cls, nothing)

    def locate(value: object, limit: int) -> Mismatch | None:
        del limit
        if is_choice(value):
            return None
        kind = found_text(value)
        return Mismatch((), expected, f"another {kind}" if type(value) in choices else kind)

    sure = frozenset(cls for cls in (types.NoneType,) if cls in choices)
    return ValueCheck(expected, is_choice, locate=locate, sure=sure)


def callable_check(form: object) -> ValueCheck:
    """Check for anything that can be called; parameters are not compared.

    Args:
        form: `Callable`, with or without parameters.
    """
    return ValueCheck(display(form), callable)


def nothing_check() -> ValueCheck:
    """Refuse every value: what was declared `Never` or `NoReturn` does not return."""

    def refuse(value: object) -> bool:
        del value
        return False

    return ValueCheck("no value at all", refuse)


def subclass_check(form: object, of: tuple[type, ...]) -> ValueCheck:
    """Check for classes that derive from given ones: `type[T]`.

    Args:
        form: `type[T]`, for messages.
        of: The classes that T allows; empty for any class.
    """

    def is_class(value: object) -> bool:
        cls = value if isinstance(value, type) else typing.get_origin(value)
        if not isinstance(cls, type):
            return False
        try:
            return not of or issubclass(cls, of)
        except Exception:  # noqa: BLE001 - a class that does not answer: cannot tell
            return True

    return ValueCheck(display(form), is_class)


def classes_of(form: object, resolve: Callable[[object], object]) -> tuple[type, ...] | None:
    """Return the classes that `type[form]` allows, or None if that cannot be told.

    Args:
        form: The T of `type[T]`.
        resolve: Takes a NewType, alias or variable to what it stands for.
    """
    form = resolve(form)
    if typing.get_origin(form) in (typing.Union, types.UnionType):
        found: tuple[type, ...] = ()
        for arm in typing.get_args(form):
            classes = classes_of(arm, resolve)
            if not classes:
                return None
            found += classes
        return found
    cls = types.NoneType if form is None else typing.get_origin(form) or form
    if not isinstance(cls, type) or cls is object or cls is typing.Any:
        return None
    # Neither a Protocol nor a TypedDict can be asked for subclasses.
    return None if getattr(cls, "_is_protocol", False) or hasattr(cls, "__total__") else (cls,)
