"""Forms as text: short names, the same however the form was spelled."""

# ruff: noqa: UP006, UP007, UP045 - old and new spellings are the subject

import collections
import enum
import typing
from collections import abc
from typing import Annotated, Any, Literal, NewType

import pytest

from hbia_dsl.typeforms.form_text import form_text

T = typing.TypeVar("T")
Ts = typing.TypeVarTuple("Ts")
UserId = NewType("UserId", int)


class User:
    class Inner: ...


class Colour(enum.Enum):
    RED = "secret"


class Box(typing.Generic[T]): ...


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (int, "int"),
        (None, "None"),
        (type(None), "None"),
        (Any, "Any"),
        (T, "T"),
        (UserId, "UserId"),
        (User, "User"),
        (User.Inner, "User.Inner"),
        (User | None, "User | None"),
        (typing.Optional[User], "User | None"),
        (typing.Union[int, str], "int | str"),
        (list[User], "list[User]"),
        (typing.List[int], "list[int]"),
        (typing.List, "list"),
        (abc.Sequence[int], "Sequence[int]"),
        (typing.Sequence[int], "Sequence[int]"),
        (dict[str, list[int]], "dict[str, list[int]]"),
        (collections.defaultdict[str, int], "defaultdict[str, int]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (tuple[()], "tuple[()]"),
        (tuple[int, *tuple[str, ...]], "tuple[int, *tuple[str, ...]]"),
        (tuple.__class_getitem__((int, typing.Unpack.__getitem__(Ts))), "tuple[int, *Ts]"),
        (abc.Callable[[int, str], bool], "Callable[[int, str], bool]"),
        (abc.Callable[..., None], "Callable[..., None]"),
        (type[User], "type[User]"),
        (Literal["a.b", 1, True], "Literal['a.b', 1, True]"),
        (Literal[Colour.RED], "Literal[Colour.RED]"),
        (Annotated[int, "meta"], "int"),
        (Box[int], "Box[int]"),
        (typing.ForwardRef("Later"), "Later"),
        ("Later", "Later"),
        (typing.Never, "Never"),
    ],
    ids=str,
)
def test_a_form_reads_as_people_write_it(form: object, text: str) -> None:
    assert text == form_text(form)


def test_a_local_class_is_named_without_the_function_around_it() -> None:
    class Local: ...

    assert form_text(list[Local]) == "list[Local]"
