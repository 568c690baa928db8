"""What may feed what: a table by hand, and what thousands of generated pairs cannot show."""

import collections
import concurrent.futures
import datetime as dt
import decimal
import fractions
import gc
import numbers
import pathlib
import threading
import types
import typing
import weakref
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Generator,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    MutableSequence,
    Sequence,
    Sized,
)
from os import PathLike
from typing import (
    Annotated,
    Any,
    ClassVar,
    Concatenate,
    Final,
    Generic,
    Literal,
    LiteralString,
    Never,
    NoReturn,
    Optional,
    ParamSpec,
    Protocol,
    Self,
    TypeVar,
    Union,
)

import pytest

from hbia_dsl.typeforms import assignability
from hbia_dsl.typeforms.assignability import is_assignable
from hbia_dsl.typeforms.bounded_memo import LIMIT, BoundedMemo
from hbia_dsl.typeforms.type_display import display
from hbia_dsl.typeforms.verdict import NO, UNKNOWN, YES, Verdict
from typeform_world import (
    Admin,
    AdminId,
    AdminPutter,
    AdminSource,
    Bag,
    Box,
    Color,
    Connection,
    Converter,
    Dynamic,
    Fetcher,
    Fetches,
    FinalPerson,
    FixedMovie,
    FormalGreeter,
    FrozenAccount,
    Gets,
    Greets,
    Handler,
    Handles,
    Holds,
    InitPerson,
    Json,
    Link,
    Linked,
    Loose,
    Marked,
    MaybeNamed,
    Meta,
    Movie,
    MovieMaybeRating,
    MovieWithRating,
    Named,
    NamedMovie,
    NarrowGreeter,
    NoisyConnection,
    Order,
    OrderId,
    Owner,
    Pairs,
    Parser,
    Parses,
    PartialMovie,
    People,
    Person,
    Point,
    Puts,
    Rank,
    ReadsName,
    Registered,
    Scored,
    Sink,
    Source,
    Stack,
    SubBox,
    Title,
    Unhashable,
    User,
    UserBox,
    UserCell,
    UserId,
    UserList,
    Users,
    Virtual,
    Word,
)

T = TypeVar("T")
UserT = TypeVar("UserT", bound=User)
TextT = TypeVar("TextT", str, bytes)
LateT = TypeVar("LateT", bound="LateBound")
P = ParamSpec("P")


class LateBound:
    pass


class Tensor:
    """Generic as classes written in C are: it takes arguments and tells nothing of them."""

    __class_getitem__: ClassVar[object] = classmethod(types.GenericAlias)


class Matrix(Tensor):
    pass


class Node:
    def parent(self) -> "MissingName | None":  # type: ignore[name-defined]  # noqa: F821 - missing on purpose
        return None


class HasParent(Protocol):
    def parent(self) -> User | None: ...


TABLE: Final[list[tuple[object, object, Verdict]]] = [
    # Any, object, Never, None.
    (Any, User, YES),
    (User, Any, YES),
    (User, object, YES),
    (object, User, NO),
    (None, object, YES),
    (None, None, YES),
    (types.NoneType, None, YES),
    (None, User, NO),
    (None, Hashable, YES),
    (None, Sized, NO),
    (Never, User, YES),
    (NoReturn, Never, YES),
    (User, Never, NO),
    (list[Any], list[User], YES),
    (list[User], list[Any], YES),
    (list[object], list[User], NO),
    # Classes and unions.
    (Admin, User, YES),
    (User, Admin, NO),
    (User, Order, NO),
    (User, User | None, YES),
    (User | None, User, NO),
    (Optional[User], Union[None, User], YES),  # noqa: UP007, UP045 - all spellings count
    (Admin | Owner, User, YES),
    (Admin | Order, User, NO),
    (Admin | None, User | Order | None, YES),
    (Union[User, Order], User | Order, YES),  # noqa: UP007 - as above
    (Dynamic, User, YES),
    (Dynamic, None, NO),
    (Registered, Virtual, NO),
    # Numbers.
    (bool, int, YES),
    (int, float, YES),
    (int, complex, YES),
    (float, int, NO),
    (list[int], list[float], NO),
    (Sequence[int], Sequence[float], YES),
    (int, numbers.Number, NO),
    (fractions.Fraction, numbers.Number, YES),
    (decimal.Decimal, float, NO),
    (bytearray, bytes, NO),
    (memoryview, bytes, NO),
    (dt.datetime, dt.date, YES),
    # NewType.
    (UserId, int, YES),
    (UserId, float, YES),
    (int, UserId, NO),
    (UserId, OrderId, NO),
    (AdminId, UserId, YES),
    (UserId, AdminId, NO),
    (list[UserId], Sequence[int], YES),
    (list[UserId], list[int], NO),
    (Title, Sequence[str], YES),
    # Literals and enumerations.
    (Literal["a"], str, YES),
    (str, Literal["a"], NO),
    (Literal["a"], Literal["a", "b"], YES),
    (Literal["a", "b"], Literal["a"], NO),
    (Literal[1], Literal[True], NO),
    (Literal[1], Literal[1, True], YES),
    (Literal[None], None, YES),  # noqa: PYI061 - the subject
    (bool, Literal[True, False], YES),
    (bool, Literal[True], NO),
    (Color, Literal[Color.RED, Color.GREEN], YES),
    (Color, Literal[Color.RED], NO),
    (Literal[Color.RED], Color, YES),
    (Rank, int, YES),
    (Word, str, YES),
    (Color, int, NO),
    (str, LiteralString, YES),
    # Containers.
    (list[Admin], list[User], NO),
    (list[Admin], Sequence[User], YES),
    (list[Admin], MutableSequence[User], NO),
    (list[User], Iterable[User], YES),
    (list[User], Hashable, NO),
    (frozenset[Admin], frozenset[User], YES),
    (set[Admin], set[User], NO),
    (dict[str, Admin], Mapping[str, User], YES),
    (dict[str, Admin], dict[str, User], NO),
    (dict[Title, User], Mapping[str, User], NO),
    (dict[str, User], Iterable[str], YES),
    (dict[str, User], typing.Reversible[str], YES),
    (str, Sequence[str], YES),
    (str, list[str], NO),
    (range, Sequence[int], YES),
    (collections.deque[Admin], Sequence[User], YES),
    (collections.Counter[str], Mapping[str, int], YES),
    (collections.OrderedDict[str, User], dict[str, User], YES),
    (Generator[int, None, str], Iterator[float], YES),
    (Coroutine[Any, Any, Admin], Awaitable[User], YES),
    (Awaitable[User], User, NO),
    (AsyncIterator[Admin], AsyncIterable[User], YES),
    (list, list[User], YES),
    (list[User], list, YES),
    (typing.List[User], list[User], YES),  # noqa: UP006 - the old spelling counts as well
    (pathlib.Path, PathLike[str], YES),
    (pathlib.Path, PathLike[bytes], NO),
    # Generic classes of a project.
    (Box[User], Box[User], YES),
    (Box[Admin], Box[User], NO),
    (Source[Admin], Source[User], YES),
    (Source[User], Source[Admin], NO),
    (Sink[User], Sink[Admin], YES),
    (Sink[Admin], Sink[User], NO),
    (SubBox[User], Box[User], YES),
    (UserBox, Box[User], YES),
    (UserBox, Box[Admin], NO),
    (AdminSource, Source[User], YES),
    (Users, Sequence[User], YES),
    (UserList, list[User], YES),
    (UserList, list[object], NO),
    (Stack[User], list[User], YES),
    (Box, Box[User], YES),
    # Tuples.
    (tuple[Admin, int], tuple[User, float], YES),
    (tuple[User, int], tuple[User], NO),
    (tuple[Admin, Owner], tuple[User, ...], YES),
    (tuple[Admin, Order], Sequence[User], NO),
    (tuple[User, ...], tuple[User, User], NO),
    (tuple[Any, ...], tuple[User, User], YES),
    (tuple[()], tuple[int, ...], YES),
    (tuple[int, ...], tuple[()], NO),
    (tuple[int, str], Collection[int | str], YES),
    (Point, tuple[int, int], YES),
    (Point, Sequence[float], YES),
    (tuple[int, int], Point, NO),
    (Scored, tuple[User, float], YES),
    (Loose, tuple[str, str], YES),
    # TypedDicts.
    (MovieWithRating, Movie, YES),
    (Movie, MovieWithRating, NO),
    (MovieMaybeRating, Movie, YES),
    (NamedMovie, Movie, NO),
    (Movie, NamedMovie, NO),
    (NamedMovie, PartialMovie, YES),
    (Movie, FixedMovie, YES),
    (FixedMovie, Movie, NO),
    (Movie, Mapping[str, object], YES),
    (Movie, Mapping[str, str | int], NO),
    (Movie, dict[str, object], NO),
    (Movie, MutableMapping[str, object], NO),
    (UserCell, Movie, NO),
    # Protocols.
    (Person, Named, YES),
    (Person, MaybeNamed, NO),
    (FinalPerson, Named, NO),
    (FinalPerson, ReadsName, YES),
    (FrozenAccount, Named, NO),
    (FrozenAccount, ReadsName, YES),
    (Connection, Greets, NO),
    (FormalGreeter, Greets, YES),
    (NarrowGreeter, Greets, NO),
    (NoisyConnection, Greets, NO),
    (Fetcher, Fetches, YES),
    (Link, Linked, YES),
    (Bag, Iterable[User], YES),
    (Bag, Iterable[Owner], NO),
    (Bag, Sized, YES),
    (AdminSource, Gets[User], YES),
    (AdminPutter, Puts[Owner], YES),
    (AdminPutter, Puts[User], NO),
    (Box[User], Holds[User], YES),
    (Box[Admin], Holds[User], NO),
    (Unhashable, Hashable, NO),
    # Callables and class objects.
    (Callable[[User], Admin], Callable[[Admin], User], YES),
    (Callable[[Admin], User], Callable[[User], User], NO),
    (Callable[..., User], Callable[[int], User], YES),
    (Callable[[int], User], Callable[..., User], YES),
    (Callable[[int], User], Callable[[], User], NO),
    (Callable[[int], str], Handles, YES),
    (Handler, Callable[[int], str], YES),
    (User, Callable[..., Any], NO),
    (type[Admin], type[User], YES),
    (type[User], type[Admin], NO),
    (type[User], type, YES),
    (type[User], Callable[..., User], YES),
    (type[Marked], Meta, YES),
    (type[Admin | Owner], type[User], YES),
    # Wrappers and aliases.
    (Annotated[Admin, "note"], User, YES),
    (User, Annotated[User, ["not hashable"]], YES),
    (Final[User], User, YES),
    (ClassVar[User], User, YES),
    (People, list[User], YES),
    (Pairs[User], list[tuple[User, User]], YES),
    (Pairs[Admin], list[tuple[User, User]], NO),
    (list[dict[str, int]], Sequence[Json], NO),
    (int | str | None, Json, YES),
    (Json, Json, YES),
    (bytes, Json, NO),
    # What run-time objects do not tell.
    (T, User, UNKNOWN),
    (T, object, YES),
    (UserT, User, YES),
    (UserT, Order, UNKNOWN),
    (LateT, LateBound, YES),
    (User, T, UNKNOWN),
    (User, UserT, UNKNOWN),
    (Order, UserT, NO),
    (str, TextT, UNKNOWN),
    (int, TextT, NO),
    (TextT, str | bytes, YES),
    (list[User], Sequence[T], UNKNOWN),  # type: ignore[valid-type]  # no function binds it
    (dict[str, User], Sequence[T], NO),  # type: ignore[valid-type]  # as above
    (Self, User, UNKNOWN),
    ("User", User, UNKNOWN),
    (list["User"], list[User], UNKNOWN),
    (list["User"], list[Any], YES),
    (list["User"], dict[str, User], NO),
    (Parser, Parses, UNKNOWN),
    (InitPerson, Named, UNKNOWN),
    (Connection, Named, NO),
    (Node, HasParent, UNKNOWN),
    (Callable[P, User], Callable[[int], User], UNKNOWN),
    (Callable[P, User], Callable[[int], Order], NO),
    (Callable[Concatenate[int, P], User], Callable[[int], User], UNKNOWN),
    (Converter[[int], User], Converter[[int], User], YES),
    (Converter[[int], User], Converter[[str], User], UNKNOWN),
    (tuple[int, *tuple[str, ...]], tuple[int, *tuple[str, ...]], YES),
    (tuple[int, *tuple[str, ...]], tuple[int, str], UNKNOWN),
    (Tensor[int], Tensor[int], YES),  # type: ignore[misc]  # generic at run time only
    (Tensor[int], Tensor[str], UNKNOWN),  # type: ignore[misc]  # as above
    (Tensor[int], Tensor, YES),  # type: ignore[misc]  # as above
    (Tensor, Tensor[int], UNKNOWN),  # type: ignore[misc]  # as above
    (Matrix, Tensor, YES),
    (Order, Tensor[int], NO),  # type: ignore[misc]  # as above
]


@pytest.mark.parametrize(
    ("source", "target", "verdict"),
    TABLE,
    ids=[f"{display(source)} for {display(target)}" for source, target, _ in TABLE],
)
def test_the_table(source: object, target: object, verdict: Verdict) -> None:
    assert is_assignable(source, target) is verdict


def test_every_type_may_feed_itself() -> None:
    own = {display(form): is_assignable(form, form) for pair in TABLE for form in pair[:2]}
    unknown = {"T", "UserT", "LateT", "TextT", "Self", "User"}

    assert NO not in own.values()
    assert {name for name, verdict in own.items() if verdict is UNKNOWN} <= {
        *unknown,
        "Sequence[T]",
        "list[User]",
        "Callable[P, User]",
        "Callable[Concatenate[int, P], User]",
    }


def test_an_unhashable_annotation_is_judged_like_any_other() -> None:
    form = Annotated[list[User], {"a": 1}]

    assert is_assignable(form, list[User]) is YES
    assert is_assignable(Order, form) is NO


def test_what_is_not_an_annotation_is_not_judged() -> None:
    for form in (5, 1.5, ..., object(), [User], {"a": User}, print, types):
        assert is_assignable(form, User) is UNKNOWN
        assert is_assignable(User, form) is UNKNOWN


def test_an_unknown_answer_is_asked_again_once_its_names_exist() -> None:
    class Held(Protocol):
        def first(self) -> "DefinedLater": ...  # type: ignore[name-defined]  # noqa: F821 - so far

    class Holder:
        def first(self) -> "DefinedLater":  # type: ignore[name-defined]  # noqa: F821 - so far
            raise NotImplementedError

    assert is_assignable(Holder, Held) is UNKNOWN
    globals()["DefinedLater"] = User
    try:
        assert is_assignable(Holder, Held) is YES
    finally:
        del globals()["DefinedLater"]


def test_classes_of_the_same_name_are_not_the_same() -> None:
    def local() -> type:
        class Local:
            pass

        return Local

    one, other = local(), local()

    assert is_assignable(one, one) is YES
    assert is_assignable(one, other) is NO
    assert is_assignable(types.GenericAlias(list, (one,)), types.GenericAlias(list, (other,))) is NO


def test_equal_forms_made_anew_get_the_same_answer() -> None:
    for _ in range(3):
        assert is_assignable(types.GenericAlias(list, (Admin,)), Sequence[User]) is YES
        assert is_assignable(types.GenericAlias(list, (Order,)), Sequence[User]) is NO


def test_literals_that_python_takes_for_equal_are_kept_apart() -> None:
    assert is_assignable(Literal[True], Literal[1]) is NO
    assert is_assignable(Literal[1], Literal[1]) is YES
    assert is_assignable(list[Literal[True]], list[Literal[1]]) is NO
    assert is_assignable(list[Literal[1]], list[Literal[1]]) is YES


def test_a_protocol_that_speaks_of_ever_larger_types_of_itself_ends() -> None:
    class Grows(Protocol[T]):
        def grown(self) -> "Grows[list[T]]": ...

    class Grown(Generic[T]):
        def grown(self) -> "Grown[list[T]]":
            raise NotImplementedError

    assert is_assignable(Grown[int], Grows[int]) is not NO


def test_many_threads_get_the_same_answers() -> None:
    barrier = threading.Barrier(4)

    def judge_all() -> list[Verdict]:
        barrier.wait(timeout=10)
        return [is_assignable(source, target) for source, target, _ in TABLE]

    assignability._memo.clear()  # noqa: SLF001 - all of them start without answers
    assignability._seen.clear()  # noqa: SLF001 - as above
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = [future.result() for future in [pool.submit(judge_all) for _ in range(4)]]

    assert all(answer == [verdict for *_, verdict in TABLE] for answer in answers)


def test_a_memo_forgets_before_it_grows_without_end() -> None:
    memo: BoundedMemo[int, int] = BoundedMemo()
    for number in range(3 * LIMIT):
        memo.keep(number, number)
        assert len(memo) <= LIMIT

    assert memo.get(3 * LIMIT - 1) == 3 * LIMIT - 1


def test_answers_by_identity_hold_on_to_their_objects() -> None:
    class Local:
        pass

    is_assignable(Local, User)
    watched = weakref.ref(Local)
    del Local
    gc.collect()

    # Otherwise another class could get its id, and with it its answer.
    assert watched() is not None
