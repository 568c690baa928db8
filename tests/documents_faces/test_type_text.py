"""What documents call the types of annotations."""

import collections
import enum
import typing
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, TypedDict, TypeVar

import pytest
from typing_extensions import TypeAliasType

from hbia_dsl import All
from hbia_dsl.documents.type_text import type_text
from hbia_dsl.typeforms.type_names import type_of_name

T = TypeVar("T")
UserId = NewType("UserId", int)
OrderIds = NewType("OrderIds", list[UserId])
Tree = TypeAliasType("Tree", list["Tree"])  # type: ignore[misc]  # mypy has no endless types here


class Colour(enum.Enum):
    RED = 1


class Row(TypedDict):
    n: int


class Page(TypedDict, Generic[T]):
    rows: list[T]


class Pair(NamedTuple):
    n: int


class Name(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (int, "int"),
        (None, "None"),
        (type(None), "None"),
        (Any, "any"),
        (object, "any"),
        (bytes, "bytes"),
        (list[int], "list[int]"),
        (typing.List[int], "list[int]"),  # noqa: UP006 - both spellings are met
        (dict[str, list[int]], "dict[str, list[int]]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (tuple[int, str], "tuple[int, str]"),
        (tuple[()], "tuple"),
        (str | None, "str | None"),
        (typing.Optional[str], "str | None"),  # noqa: UP045 - both spellings are met
        (int | UserId, "int"),
        (UserId, "int"),
        (OrderIds, "list[int]"),
        (list[Name], "list[any]"),
        (Name | int, "any"),
        (Colour, "any"),
        (Literal["a", 1] | None, "str | int | none"),
        (Literal[Colour.RED], "any"),
        (Annotated[int, "metres"], "int"),
        (All[UserId], "list[int]"),
        (Row, "dict"),
        (Page[int], "dict"),
        (Pair, "any"),
        (T, "any"),
        (collections.abc.Sequence[int], "any"),
        (collections.abc.Callable[..., int], "any"),
        (set[frozenset[int]], "set[any]"),
        (Tree, "list[any]"),
    ],
)
def test_a_type_is_called_what_documents_call_it(form: object, text: str) -> None:
    assert type_text(form) == text
    assert type_of_name(text) is not None


def test_a_class_that_is_called_like_a_type_of_documents_is_not_mistaken_for_it() -> None:
    assert type_text(type("str", (), {})) == "any"
