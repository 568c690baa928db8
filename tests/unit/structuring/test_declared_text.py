"""How messages spell what was declared."""

import enum
import typing
from collections import abc
from typing import Annotated, Any, Literal, NewType

import pytest

from hbia_dsl.structuring.declared_text import choices_text, declared_text

UserId = NewType("UserId", int)


class User:
    class Inner: ...


class Colour(enum.Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (int, "int"),
        (None, "None"),
        (Any, "Any"),
        (UserId, "UserId"),
        (User.Inner, "User.Inner"),
        (User | None, "User | None"),
        (dict[str, list[User]], "dict[str, list[User]]"),
        (abc.Sequence[int], "Sequence[int]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (tuple[()], "tuple"),
        (abc.Callable[[int], str], "Callable[[int], str]"),
        (Literal["a", 1], "'a' or 1"),
        (Literal[Colour.RED], "'red'"),
        (Annotated[int, "meta"], "int"),
        (typing.ForwardRef("Later"), "Later"),
        ("Later", "Later"),
        (3, "int"),
    ],
    ids=str,
)
def test_a_form_is_spelled_with_short_names(form: object, text: str) -> None:
    assert declared_text(form) == text


def test_of_many_choices_only_the_first_are_spelled() -> None:
    assert choices_text(tuple(range(11))) == "0, 1, 2, 3, 4, 5, 6, 7 or 3 others"
