"""Forms taken to what they stand for."""

import types
import typing
from typing import Annotated, Any, Final, NewType

import pytest
import typing_extensions

from hbia_dsl.structuring.opened_form import UnresolvedFormError, bound, opened, variable_bindings

T = typing.TypeVar("T")
Whole = typing.TypeVar("Whole", bound=int)
Either = typing.TypeVar("Either", int, str)
Inner = NewType("Inner", int)
Outer = NewType("Outer", Inner)
Ids = typing_extensions.TypeAliasType("Ids", list[Inner])
Listed = typing_extensions.TypeAliasType("Listed", "list[T]", type_params=(T,))
Nowhere = typing_extensions.TypeAliasType(
    "Nowhere",
    "list[Missing]",  # type: ignore[name-defined]  # noqa: F821 - on purpose
)
Itself: Any = typing_extensions.TypeAliasType("Itself", "Itself")


class Base(typing.Generic[T]): ...


class Derived(Base[list[T]], typing.Generic[T]): ...


class TypeAliasType:
    """Stands in for an alias whose value is evaluated late and fails."""

    @property
    def __value__(self) -> object:
        raise NameError("missing")


@pytest.mark.parametrize(
    ("form", "plain"),
    [
        (int, int),
        (None, types.NoneType),
        (Outer, int),
        (Annotated[Outer, "meta"], int),
        (Final[int], int),
        (T, Any),
        (Whole, int),
        (Either, int | str),
        (Ids, list[Inner]),
        (Listed[int], list[int]),
        (typing_extensions.ReadOnly[int], int),
    ],
    ids=str,
)
def test_a_form_is_taken_to_what_it_stands_for(form: object, plain: object) -> None:
    assert opened(form) == plain


def test_an_alias_that_names_nothing_is_an_error() -> None:
    with pytest.raises(UnresolvedFormError, match="'Missing' is not defined"):
        opened(Nowhere)


def test_an_alias_of_itself_is_an_error() -> None:
    with pytest.raises(UnresolvedFormError, match="stands for itself"):
        opened(Itself)


def test_an_alias_whose_value_fails_is_an_error() -> None:
    with pytest.raises(UnresolvedFormError, match="missing"):
        opened(TypeAliasType())


def test_a_variable_means_another_thing_in_the_base_of_a_class() -> None:
    bindings = variable_bindings(Derived[int])

    assert bindings[Derived] == {T: int}
    assert bindings[Base] == {T: list[int]}
    assert bound(vars(Derived)["__orig_bases__"][0], bindings[Derived]) == Base[list[int]]
    assert bound(T, {}) is T
