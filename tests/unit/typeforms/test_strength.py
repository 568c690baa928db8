"""Which types may be wired by type alone, and under which keys they are found."""

import asyncio
import collections
import datetime as dt
import enum
import pathlib
import types
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    ClassVar,
    Final,
    Literal,
    NamedTuple,
    Never,
    NewType,
    Optional,
    Protocol,
    TypeVar,
)

import attrs
import pytest

from hbia_dsl.typeforms.strength import (
    ANYTHING,
    index_keys_of_source,
    index_keys_of_target,
    is_strong,
)
from hbia_dsl.typeforms.type_display import display
from typeform_world import (
    Access,
    Account,
    Admin,
    AdminId,
    Box,
    Color,
    Dynamic,
    FrozenRow,
    Json,
    Movie,
    Named,
    Order,
    People,
    Point,
    Rank,
    User,
    UserId,
    Users,
)

T = TypeVar("T")
UserT = TypeVar("UserT", bound=User)
Plain = NewType("Plain", int)


class Array:
    """A class of a third party that is generic in C, as `numpy.ndarray` is."""

    __class_getitem__: ClassVar[object] = classmethod(types.GenericAlias)


Array.__module__ = "numpy"

STRONG: Final[tuple[object, ...]] = (
    User,
    Order,
    UserId,
    AdminId,
    Plain,
    Movie,
    Point,
    Account,
    FrozenRow,
    Color,
    Rank,
    Access,
    Users,
    Named,
    Box[int],
    Box,
    People,
    User | None,
    Optional[UserId],  # noqa: UP045 - the old spelling counts as well
    int | User,
    list[User],
    dict[str, list[UserId]],
    tuple[int, User],
    tuple[User, ...],
    Sequence[User | None],
    Iterable[User],
    Awaitable[User],
    Callable[[User], int],
    Callable[..., User],
    type[User],
    Annotated[User, "note"],
    Final[User],
    attrs.Attribute,
    Array,
    Array[int, str],  # type: ignore[misc]  # generic at run time only
)

WEAK: Final[tuple[object, ...]] = (
    str,
    int,
    None,
    Any,
    object,
    Never,
    T,
    UserT,
    list,
    list[int],
    dict[str, int],
    tuple[int, ...],
    int | None,
    pathlib.Path,
    Decimal,
    dt.datetime,
    ValueError,
    enum.Enum,
    collections.OrderedDict[str, int],
    asyncio.Event,
    Callable[[int], str],
    type[int],
    Literal["a", "b"],
    Literal[Color.RED],
    Annotated[int, User],
    Mapping[str, Any],
    Json,
    "User",
    list["User"],
    5,
)


@pytest.mark.parametrize("form", STRONG, ids=display)
def test_a_type_that_says_what_its_values_mean_is_strong(form: object) -> None:
    assert is_strong(form)


@pytest.mark.parametrize("form", WEAK, ids=display)
def test_every_other_type_is_weak(form: object) -> None:
    assert not is_strong(form)


def test_a_class_made_inside_a_function_is_strong() -> None:
    class Local(NamedTuple):
        a: int

    class LocalProtocol(Protocol):
        a: int

    assert is_strong(Local)
    assert is_strong(LocalProtocol)


def test_an_unhashable_annotation_is_weighed_as_well() -> None:
    assert is_strong(Annotated[User, ["not hashable"]])
    assert index_keys_of_target(Annotated[User, []]) == frozenset((User, ANYTHING))


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        (Admin, {Admin, User, object}),
        (None, {None}),
        (Any, {ANYTHING}),
        (Never, {ANYTHING}),
        (AdminId, {AdminId, UserId, int, float, complex, object}),
        (User | None, {User, object, None}),
        (list[User], {list, Sequence, Iterable, object}),
        (Users, {Users, Sequence, Iterable}),
        (Point, {Point, tuple, Sequence}),
        (tuple[User, int], {tuple, Sequence}),
        (Movie, {Mapping, Iterable}),
        (type[User], {type, object}),
        (Literal[Color.RED], {Color, enum.Enum, object}),
        (UserT, {User, object}),
        (Dynamic, {Dynamic, ANYTHING}),
        (People, {list, Sequence}),
    ],
    ids=lambda value: "" if isinstance(value, set) else display(value),
)
def test_an_output_is_filed_under_all_that_it_is(source: object, keys: set[object]) -> None:
    assert keys <= index_keys_of_source(source)


@pytest.mark.parametrize(
    ("target", "keys"),
    [
        (User, {User}),
        (User | None, {User, None}),
        (UserId, {UserId}),
        (list[User], {list}),
        (Sequence[User], {Sequence}),
        (tuple[User, int], {tuple}),
        (type[User], {type}),
        (Literal[Color.RED] | User, {Color, User}),
        (People, {list}),
        (Annotated[User, "note"], {User}),
    ],
    ids=lambda value: "" if isinstance(value, set) else display(value),
)
def test_a_parameter_is_looked_for_under_its_own_classes(target: object, keys: set[object]) -> None:
    assert index_keys_of_target(target) == frozenset(keys | {ANYTHING})


@pytest.mark.parametrize(
    "target",
    [
        Named,
        Iterable[User],
        Movie,
        Callable[[User], int],
        Any,
        object,
        User | Any,
        list[User] | Named,
    ],
    ids=display,
)
def test_what_needs_no_inheritance_is_compared_with_every_output(target: object) -> None:
    assert index_keys_of_target(target) is None


def test_an_unrelated_output_is_not_found() -> None:
    wanted = index_keys_of_target(User)

    assert wanted is not None
    for source in (Order, UserId, str, None, list[User], type[User], Callable[[], User]):
        assert not wanted & index_keys_of_source(source)
