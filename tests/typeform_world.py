"""Declarations that the generated pairs of types speak of.

One of each kind of class that a project may define, and for protocols several classes
that implement them, nearly implement them, or do not. The module is imported by the
tests and read by mypy: both judge the same declarations.
"""

import abc
import collections
import contextlib
import dataclasses
import enum
import functools
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from pathlib import Path
from types import TracebackType
from typing import (
    Any,
    ClassVar,
    Final,
    Generic,
    NamedTuple,
    NewType,
    NotRequired,
    Optional,
    ParamSpec,
    Protocol,
    Required,
    Self,
    TypedDict,
    TypeVarTuple,
    Union,
    overload,
    runtime_checkable,
)

import attrs
from typing_extensions import ReadOnly, TypeAliasType, TypeVar
from typing_extensions import TypedDict as ExtendedTypedDict

D = TypeVar("D", default=int)
P = ParamSpec("P")
Ts = TypeVarTuple("Ts")
T = TypeVar("T")
K = TypeVar("K")
T_co = TypeVar("T_co", covariant=True)
V_co = TypeVar("V_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


# Plain classes.
class User:
    name: str = "user"


class Admin(User):
    level: int = 1


class Owner(Admin):
    pass


class Guest(User):
    pass


class Order:
    pass


class Meta(type):
    pass


class Marked(metaclass=Meta):
    pass


class Virtual(abc.ABC):
    @abc.abstractmethod
    def area(self) -> float: ...


@Virtual.register
class Registered:
    def area(self) -> float:
        return 1.0


class Dynamic(Any):  # type: ignore[misc]  # deriving from Any is the subject
    pass


# NewType chains.
UserId = NewType("UserId", int)
AdminId = NewType("AdminId", UserId)
OrderId = NewType("OrderId", int)
Title = NewType("Title", str)
Price = NewType("Price", float)
Names = NewType("Names", list[str])
Boss = NewType("Boss", Admin)
Corner = NewType("Corner", tuple[int, int])


# Enumerations.
class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Rank(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Word(enum.StrEnum):
    YES = "yes"
    NO = "no"


class Single(enum.Enum):
    ONLY = 1


class Access(enum.Flag):
    READ = 1
    WRITE = 2


# Generic classes of each variance, and classes that inherit their arguments.
class Box(Generic[T]):
    item: T


class Source(Generic[T_co]):
    def take(self) -> T_co:
        raise NotImplementedError


class Sink(Generic[T_contra]):
    def put(self, item: T_contra) -> None:
        raise NotImplementedError


class Entry(Generic[K, V_co]):
    pass


class SubBox(Box[T]):
    pass


class UserBox(Box[User]):
    pass


class ListBox(Box[list[T]], Generic[T]):
    pass


class AdminSource(Source[Admin]):
    pass


class Users(Sequence[User]):
    pass


class Table(Mapping[str, T]):
    pass


class UserList(list[User]):
    pass


class Frame(dict[str, T], Generic[T]):
    pass


class Stack(list[T]):
    pass


class Text(str):
    __slots__ = ()


class Count(int):
    pass


class Ratio(float):
    pass


class Segment(tuple[int, str]):
    __slots__ = ()


class Series(tuple[float, ...]):
    __slots__ = ()


class Walk(Iterator[User]):
    def __next__(self) -> Admin:
        raise NotImplementedError


class Later(Awaitable[T]):
    pass


class Both(Box[User], Source[Admin]):
    pass


class Swapped(Entry[K, T], Generic[T, K]):
    pass


class Defaulted(Generic[D]):
    pass


class Converter(Generic[P, T_co]):
    pass


class Shelf(Generic[*Ts]):
    pass


class Reading(Generic[T_co]):
    @property
    def item(self) -> T_co:
        raise NotImplementedError


class GenericBag(Generic[T]):
    def __iter__(self) -> Iterator[T]:
        raise NotImplementedError

    def __len__(self) -> int:
        return 0


# TypedDicts.
class Movie(TypedDict):
    title: str
    year: int


class MovieWithRating(Movie):
    rating: float


class MovieMaybeRating(Movie, total=False):
    rating: float


class PartialMovie(TypedDict, total=False):
    title: Required[str]
    year: int


class NamedMovie(TypedDict):
    title: str
    year: NotRequired[int]


class ScoredMovie(TypedDict):
    title: str
    year: float


class FixedMovie(ExtendedTypedDict):
    title: ReadOnly[str]
    year: ReadOnly[float]


class OpenMovie(ExtendedTypedDict):
    title: ReadOnly[Required[object]]
    note: NotRequired[ReadOnly[object]]


class Cell(TypedDict, Generic[T]):
    value: T


class UserCell(Cell[User]):
    row: int


Spoken = TypedDict("Spoken", {"title": str, "year": NotRequired[int]})  # noqa: UP013 - the subject
Nested = TypedDict("Nested", {"movie": Movie, "users": "list[User]"})  # noqa: UP013 - the subject


# NamedTuples.
class Point(NamedTuple):
    x: int
    y: int


class LabelledPoint(Point):
    __slots__ = ()


class Scored(NamedTuple):
    user: User
    score: float


class Couple(NamedTuple, Generic[T]):
    first: T
    second: T


Written = NamedTuple("Written", [("x", int), ("y", bool)])  # noqa: UP014 - the functional form
Loose = collections.namedtuple("Loose", ("a", "b"))  # noqa: PYI024 - the untyped kind is the subject


# attrs classes and dataclasses.
@attrs.define
class Account:
    name: str
    balance: float = 0.0


@attrs.frozen
class FrozenAccount:
    name: str
    balance: float = 0.0


@attrs.frozen
class SavingsAccount(FrozenAccount):
    rate: float = 0.1


@attrs.define
class Wallet(Generic[T]):
    item: T


@attrs.frozen
class FrozenWallet(Generic[T]):
    item: T


@attrs.define(eq=False)
class Plain:
    name: "str"
    _secret: int = 0
    kind: ClassVar[str] = "plain"


@dataclasses.dataclass
class Parcel(Generic[T]):
    item: T
    note: dataclasses.InitVar[str] = ""
    tag: ClassVar[str] = "parcel"


@dataclasses.dataclass
class Row:
    name: str
    value: int = 0


@dataclasses.dataclass(frozen=True)
class FrozenRow:
    name: str
    value: int = 0


# Protocols.
class Named(Protocol):
    name: str


class ReadsName(Protocol):
    @property
    def name(self) -> str: ...


class MaybeNamed(Protocol):
    name: str | None


class ReadsMaybeName(Protocol):
    @property
    def name(self) -> str | None: ...


class SetsName(Protocol):
    @property
    def name(self) -> str: ...
    @name.setter
    def name(self, value: str) -> None: ...


class Tagged(Protocol):
    tag: ClassVar[str]


class Closes(Protocol):
    def close(self) -> None: ...


class Greets(Protocol):
    def greet(self, who: str) -> str: ...


class GreetsLoudly(Greets, Protocol):
    volume: int


class GreetsByKeyword(Protocol):
    def greet(self, *, who: str) -> str: ...


class GreetsOptionally(Protocol):
    def greet(self, who: str = ...) -> str: ...


class GreetsMany(Protocol):
    def greet(self, *who: str) -> str: ...


class GreetsAnyhow(Protocol):
    def greet(self, *args: Any, **kwargs: Any) -> str: ...  # noqa: ANN401 - the subject itself


class Fetches(Protocol):
    async def fetch(self, key: int) -> User: ...


class Makes(Protocol):
    @classmethod
    def make(cls, text: str) -> object: ...


class Gets(Protocol[T_co]):
    def take(self) -> T_co: ...


class Puts(Protocol[T_contra]):
    def put(self, item: T_contra) -> None: ...


class Holds(Protocol[T]):
    item: T


class Iterates(Protocol[T_co]):
    def __iter__(self) -> Iterator[T_co]: ...


class Measures(Protocol):
    def __len__(self) -> int: ...


class Shows(Protocol):
    def __str__(self) -> str: ...


class Handles(Protocol):
    def __call__(self, event: int, /) -> str: ...


class HandlesNamed(Protocol):
    def __call__(self, event: int) -> str: ...


class Linked(Protocol):
    def following(self) -> "Linked | None": ...


class Copies(Protocol):
    def copied(self) -> Self: ...


class Compares(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...  # noqa: ANN401 - the subject itself


@runtime_checkable
class Empty(Protocol):
    pass


class Reads(Protocol[T_co]):
    @property
    def item(self) -> T_co: ...


class Hooked(Protocol):
    hook: Callable[[int], str]


class ReadsHook(Protocol):
    @property
    def hook(self) -> Callable[[int], str]: ...


class CallsAnyhow(Protocol):
    def __call__(self, *args: int, **kwargs: int) -> object: ...


class CallsWithBoth(Protocol):
    def __call__(self, event: int, /, *, depth: int = ...) -> str: ...


class Parses(Protocol):
    @overload
    def parse(self, text: str) -> int: ...
    @overload
    def parse(self, text: bytes) -> str: ...


class Grows(Protocol[T]):
    def grown(self) -> "Grows[list[T]]": ...


class Joins(Protocol[T]):
    def joined(self, other: "Joins[T]") -> "Joins[T]": ...
    def replaced(self, value: T) -> T: ...


class Equal(Protocol):  # noqa: PLW1641 - it asks for no hash
    def __eq__(self, other: object, /) -> bool: ...


class UserGetterByName(Gets[User]):
    pass


class ClosesAndGreets(Closes, Greets, Protocol):
    pass


# Classes that implement them, nearly or not.
class Person:
    name: str


class MaybePerson:
    name: str | None = None


class NumberedPerson:
    name: int = 0


class FinalPerson:
    name: Final[str] = "final"


class ClassPerson:
    name: ClassVar[str] = "class"
    tag: ClassVar[str] = "tag"


class InferredPerson:
    name = "inferred"
    tag = "tag"


class PropertyPerson:
    @property
    def name(self) -> str:
        return "property"


class SettablePerson:
    @property
    def name(self) -> str:
        return "settable"

    @name.setter
    def name(self, value: str) -> None: ...


class CachedPerson:
    @functools.cached_property
    def name(self) -> str:
        return "cached"


class StringPerson:
    name: "str"


class InitPerson:
    def __init__(self) -> None:
        self.name = "init"


class Connection:
    def close(self) -> None: ...


class NoisyConnection:
    def close(self) -> int:
        return 1


class SlowConnection:
    async def close(self) -> None: ...


class StaticConnection:
    @staticmethod
    def close() -> None: ...


class FormalGreeter:
    def greet(self, who: str) -> str:
        return who


class RenamedGreeter:
    def greet(self, whom: str) -> str:
        return whom


class WideGreeter:
    volume: int = 3

    def greet(self, who: object) -> Text:
        return Text(who)


class NarrowGreeter:
    def greet(self, who: Text) -> str:
        return who


class OptionalGreeter:
    def greet(self, who: str = "you") -> str:
        return who


class DemandingGreeter:
    def greet(self, who: str, how: str) -> str:
        return who + how


class LenientGreeter:
    volume: bool = True

    def greet(self, who: str, how: str = "") -> str:
        return who + how


class VariadicGreeter:
    def greet(self, *who: str) -> str:
        return "".join(who)


class KeywordGreeter:
    def greet(self, *, who: str) -> str:
        return who


class AnyhowGreeter:
    def greet(self, *args: object, **kwargs: object) -> str:
        return f"{args}{kwargs}"


class UntypedGreeter:
    def greet(self, whom):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201 - the subject
        return whom


class Fetcher:
    async def fetch(self, key: int) -> Admin:
        raise NotImplementedError


class PlainFetcher:
    def fetch(self, key: int) -> Awaitable[User]:
        raise NotImplementedError


class Maker:
    @classmethod
    def make(cls, text: str) -> Self:
        raise NotImplementedError


class MethodMaker:
    def make(self, text: str) -> str:
        return text


class UserGetter:
    def take(self) -> User:
        raise NotImplementedError


class AdminPutter:
    def put(self, item: Admin) -> None: ...


class UserHolder:
    item: User


class Bag:
    def __iter__(self) -> Iterator[Admin]:
        raise NotImplementedError

    def __len__(self) -> int:
        return 0

    def __contains__(self, item: object) -> bool:
        return False


class Handler:
    def __call__(self, event: float, /) -> Text:
        return Text(event)


class NamedHandler:
    def __call__(self, event: int) -> str:
        return str(event)


class AnyhowCaller:
    def __call__(self, *args: float, **kwargs: float) -> int:
        return len(args) + len(kwargs)


class EventCaller:
    def __call__(self, event: int, depth: int = 0) -> str:
        return str(event + depth)


class FieldHook:
    hook: Callable[[float], Text]


class MethodHook:
    def hook(self, number: int) -> str:
        return str(number)


class PropertyHook:
    @property
    def hook(self) -> Callable[[float], str]:
        return str


class Parser:
    @overload
    def parse(self, text: str) -> int: ...
    @overload
    def parse(self, text: bytes) -> str: ...
    def parse(self, text: str | bytes) -> int | str:
        return len(text)


class Grown(Generic[T]):
    def grown(self) -> "Grown[list[T]]":
        raise NotImplementedError


class Joined(Generic[T]):
    def joined(self, other: "Joins[T]") -> "Joined[T]":
        return self

    def replaced(self, value: T) -> T:
        return value


class Guesses:
    def __getattr__(self, name: str) -> str:
        return name


class Polite(FormalGreeter, Connection):
    pass


class Manages:
    @contextlib.contextmanager
    def close(self) -> Iterator[None]:
        yield


class Equals:  # noqa: PLW1641 - it has no hash on purpose
    def __eq__(self, other: object) -> bool:
        return self is other


class Link:
    def following(self) -> "Link":
        return self


class OddLink:
    def following(self) -> "Link | int":
        return 1


class Copy:
    def copied(self) -> Self:
        return self


class SetCopy:
    def copied(self) -> "Copy":
        return Copy()


class Unhashable:
    __hash__: ClassVar[None]  # type: ignore[assignment]  # as the standard library has it


class Waiting:
    def __await__(self) -> Generator[Any, None, User]:
        raise NotImplementedError


class Stream:
    def __aiter__(self) -> AsyncIterator[User]:
        raise NotImplementedError


class Guard:
    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None: ...


class Session(contextlib.AbstractContextManager[User, None]):
    pass


class Folder:
    def __fspath__(self) -> str:
        return str(Path())


# Aliases.
UserMap = dict[str, User]
MaybeUser = Optional[User]  # noqa: UP045 - this spelling is the subject
UserOrOrder = Union[User, Order]  # noqa: UP007 - this spelling is the subject
Callback = Callable[[User], int]
People = TypeAliasType("People", list[User])
Pairs = TypeAliasType("Pairs", list[tuple[T, T]], type_params=(T,))
Json = TypeAliasType("Json", "int | str | list[Json] | dict[str, Json] | None")
Tree = TypeAliasType("Tree", "tuple[int, Tree | None]")
