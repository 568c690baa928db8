"""How messages name types."""

import collections.abc
import functools
import types
import typing
from collections.abc import Callable, Sequence
from typing import (
    Annotated,
    Any,
    Concatenate,
    Final,
    ForwardRef,
    Literal,
    Never,
    Optional,
    ParamSpec,
    TypeVar,
    Union,
)

import pytest

from hbia_dsl.typeforms.type_display import display
from typeform_world import Box, Color, Pairs, People, User, UserId

T = TypeVar("T")
P = ParamSpec("P")


class Outer:
    class Inner:
        pass


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (None, "None"),
        (types.NoneType, "None"),
        (int, "int"),
        (User, "User"),
        (UserId, "UserId"),
        (Outer.Inner, "Outer.Inner"),
        (Any, "Any"),
        (Never, "Never"),
        (object, "object"),
        (list[User], "list[User]"),
        (typing.List[User], "list[User]"),  # noqa: UP006 - the old spelling is the subject
        (typing.Sequence[User], "Sequence[User]"),
        (Sequence[dict[str, User]], "Sequence[dict[str, User]]"),
        (User | None, "User | None"),
        (Optional[User], "User | None"),  # noqa: UP045 - the old spelling is the subject
        (Union[int, str, None], "int | str | None"),  # noqa: UP007 - as above
        (list[User | None], "list[User | None]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (tuple[int, str], "tuple[int, str]"),
        (tuple[()], "tuple[()]"),
        (tuple[int, *tuple[str, ...]], "tuple[int, *tuple[str, ...]]"),
        (tuple, "tuple"),
        (typing.Tuple, "Tuple"),  # noqa: UP006 - as above
        (Callable[[int], str], "Callable[[int], str]"),
        (typing.Callable[[], None], "Callable[[], None]"),
        (Callable[..., User], "Callable[..., User]"),
        (Callable[P, int], "Callable[P, int]"),
        (Callable[Concatenate[int, P], int], "Callable[Concatenate[int, P], int]"),
        (Callable, "Callable"),
        (type[User], "type[User]"),
        (Literal["a", 1, b"c", True], "Literal['a', 1, b'c', True]"),
        (Literal[Color.RED, None], "Literal[Color.RED, None]"),  # noqa: PYI061 - the subject
        (Literal["\u00e9"], "Literal['\\xe9']"),
        (Annotated[list[User], object()], "list[User]"),
        (list[Annotated[User, object()]], "list[User]"),
        (Final[int], "Final[int]"),
        (Box[User], "Box[User]"),
        (People, "People"),
        (Pairs[User], "Pairs[User]"),
        (T, "T"),
        (list[T], "list[T]"),  # type: ignore[valid-type]  # no function binds it
        ("User", "User"),
        (list["User"], "list[User]"),
        (ForwardRef("User"), "User"),
        (..., "..."),
        (5, "5"),
    ],
)
def test_a_type_is_named_as_its_author_would_write_it(form: object, text: str) -> None:
    assert display(form) == text


def test_a_local_class_is_named_without_the_place_where_it_was_made() -> None:
    class Local:
        class Part:
            pass

    assert display(Local) == "Local"
    assert display(list[Local.Part]) == "list[Local.Part]"


@pytest.mark.parametrize("form", [object(), functools.partial(int), {"a": object()}, [object()]])
def test_no_address_is_shown(form: object) -> None:
    assert "0x" not in display(form)
    assert display(form)


def test_no_module_is_shown() -> None:
    for form in (list[User], dict[str, collections.abc.Iterable[User]], Box[User] | None):
        assert "." not in display(form)
