"""Values out of a declared set: `Literal` and `Enum`, by value and exact class."""

import enum
import typing
from collections.abc import Sequence

from hbia_dsl.diagnostics.near_miss import nearest
from hbia_dsl.structuring.data_field import Read
from hbia_dsl.structuring.data_problem import DataProblem, RefusedDataError, kind_text
from hbia_dsl.structuring.declared_text import choices_text


def literal_reader(form: object) -> Read:
    """Return a reader of a `Literal`; a member of an Enum in it is given by its value.

    Args:
        form: `Literal[...]`.
    """
    choices = typing.get_args(form)

    def read(value: object) -> object:
        for choice in choices:
            if is_same(value, choice):
                return choice
        raise no_choice(value, choices, choices_text(choices))

    return read


def enum_reader(cls: type[enum.Enum]) -> Read:
    """Return a reader of an Enum by value; a Flag may be given as a combination.

    A class that defines `_missing_` is asked last, since it wants to be more lenient.

    Args:
        cls: The Enum.
    """
    members = tuple(cls.__members__.values())
    expected = f"{cls.__name__} ({choices_text(members)})" if members else cls.__name__

    def read(value: object) -> object:
        if isinstance(value, cls):
            return value
        for member in members:
            if is_same(value, member):
                return member
        found = _by_class(cls, value)
        if found is None:
            raise no_choice(value, members, expected)
        return found

    return read


def is_same(value: object, choice: object) -> bool:
    """Whether data give a choice: equal and of one class, so that True is not 1.

    Args:
        value: The data.
        choice: A declared value, or a member of an Enum, which stands for its value.
    """
    target = choice.value if isinstance(choice, enum.Enum) else choice
    return value is choice or (type(value) is type(target) and value == target)


def _by_class(cls: type[enum.Enum], value: object) -> enum.Enum | None:
    try:
        if issubclass(cls, enum.Flag) and type(value) is int:
            return cls(value)
        found: object = cls._missing_(value)
    except Exception:  # noqa: BLE001 - code of the class; whatever it raises is a no
        return None
    return found if isinstance(found, cls) else None


def no_choice(value: object, choices: Sequence[object], expected: str) -> RefusedDataError:
    """Return the error for data that are none of the choices.

    Args:
        value: The data.
        choices: What was declared.
        expected: The same as text.
    """
    targets = [c.value if isinstance(c, enum.Enum) else c for c in choices]
    found = kind_text(value)
    if type(value) in map(type, targets):
        found = f"another {found}"
    texts = [target for target in targets if isinstance(target, str)]
    match = nearest(value, texts) if isinstance(value, str) else ()
    message = f"expected {expected}, found {found}"
    suggestion = match[0] if match else None
    problem = DataProblem("", message, expected, found, suggestion)
    return RefusedDataError([problem], is_near=type(value) in map(type, targets))
