"""Sample classes and values of every kind that data can give."""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import pathlib
import typing
import uuid
from collections import abc
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType

import attrs
import typing_extensions

T = typing.TypeVar("T")
UserId = NewType("UserId", int)
Json = typing_extensions.TypeAliasType("Json", "dict[str, Json] | list[Json] | str | int | None")
Pairs = typing_extensions.TypeAliasType("Pairs", dict[str, T], type_params=(T,))


class Colour(enum.Enum):
    RED = "red"


class Shade(str, enum.Enum):  # noqa: UP042 - the older spelling of a StrEnum is in use
    DARK = "dark"


class Level(enum.IntEnum):
    LOW = 1


class Mode(enum.Flag):
    READ = 1
    WRITE = 2


class Scored(NamedTuple):
    best: str
    score: float = 0.0


class Options(typing.TypedDict):
    depth: int
    when: typing.NotRequired[dt.date]


@attrs.frozen
class Address:
    zip: str
    tags: tuple[str, ...] = ()


@attrs.frozen
class Person:
    name: str
    address: Address
    born: dt.date | None = None
    _token: bytes = b""


@attrs.frozen
class Tree:
    value: int
    children: list["Tree"] = attrs.Factory(list)


@dataclasses.dataclass(frozen=True)
class Point:
    x: int
    y: float = 0.0


@attrs.frozen
class Box(Generic[T]):
    content: T
    more: list[T] = attrs.Factory(list)


@attrs.frozen
class Cat:
    kind: Literal["cat"]
    lives: int


@attrs.frozen
class Dog:
    kind: Literal["dog"]
    name: str


@attrs.frozen
class Circle:
    radius: float


@attrs.frozen
class Square:
    side: float


KINDS: list[tuple[object, object]] = [
    (int, 3),
    (int, 2**100),
    (float, 1.5),
    (float, float("inf")),
    (complex, 1 + 2j),
    (bool, True),
    (str, "a\u00e9"),
    (None, None),
    (Any, {"a": [1, None, "b"]}),
    (object, [1]),
    (UserId, 3),
    (Literal["a", 1], 1),
    (Literal[Colour.RED], Colour.RED),
    (Colour, Colour.RED),
    (Shade, Shade.DARK),
    (Level, Level.LOW),
    (Mode, Mode.READ | Mode.WRITE),
    (int | None, None),
    (int | str, "3"),
    (int | str, 3),
    (dt.date | int, dt.date(2024, 2, 29)),
    (list[int] | dict[str, int], {"a": 1}),
    (dt.datetime, dt.datetime(2024, 2, 29, 10, 30, 1, 5, tzinfo=dt.UTC)),
    (dt.date, dt.date(2024, 2, 29)),
    (dt.time, dt.time(10, 30, 1, 5)),
    (dt.timedelta, dt.timedelta(days=3, seconds=7, microseconds=1)),
    (dt.timedelta, -dt.timedelta(days=3, seconds=7, microseconds=1)),
    (dt.timedelta, dt.timedelta.min),
    (uuid.UUID, uuid.UUID(int=7)),
    (decimal.Decimal, decimal.Decimal("1.10")),
    (fractions.Fraction, fractions.Fraction(1, 3)),
    (pathlib.Path, pathlib.Path("a") / "b"),
    (pathlib.PurePosixPath, pathlib.PurePosixPath("a/b")),
    (bytes, b"\x00\xff"),
    (bytearray, bytearray(b"ab")),
    (ipaddress.IPv4Address, ipaddress.IPv4Address("127.0.0.1")),
    (ipaddress.IPv6Address, ipaddress.IPv6Address("::1")),
    (ipaddress.IPv4Network, ipaddress.IPv4Network("10.0.0.0/8")),
    (list[int], [1, 2]),
    (list, [1, "a"]),
    (tuple, (1, "a")),
    (tuple[int, str], (1, "a")),
    (tuple[int, ...], (1, 2)),
    (tuple[()], ()),
    (set[str], {"a", "b"}),
    (frozenset[Address], frozenset({Address("1"), Address("2", ("a",))})),
    (abc.Sequence[int], (1, 2)),
    (abc.MutableSequence[int], [1, 2]),
    (abc.Set[int], frozenset({1})),
    (collections.deque[int], collections.deque([1, 2])),
    (dict[str, list[int]], {"a": [1]}),
    (dict[uuid.UUID, int], {uuid.UUID(int=7): 1}),
    (dict[Colour, int], {Colour.RED: 1}),
    (abc.Mapping[str, Address], {"a": Address("1")}),
    (collections.OrderedDict[str, int], collections.OrderedDict(b=1, a=2)),
    (collections.defaultdict[str, list[int]], collections.defaultdict(list, a=[1])),
    (collections.Counter[str], collections.Counter("aab")),
    (Options, {"depth": 1, "when": dt.date(2024, 2, 29)}),
    (Options, {"depth": 1}),
    (Scored, Scored("a", 1.5)),
    (Point, Point(1, 2.5)),
    (Person, Person("ann", Address("1", ("a", "b")), dt.date(2000, 1, 1), b"\x00")),
    (Tree, Tree(1, [Tree(2), Tree(3, [Tree(4)])])),
    (Box[int], Box(1, [2])),
    (Box[Address], Box(Address("1"))),
    (Cat | Dog, Dog("dog", "rex")),
    (Cat | Dog | None, Cat("cat", 9)),
    (Circle | Square, Square(2.0)),
    (list[Circle | Square], [Circle(1.0), Square(2.0)]),
    (Annotated[list[int], "meta"], [1]),
    (Json, {"a": [1, None, {"b": "c"}]}),
    (Pairs[int], {"a": 1}),
]
"""A form of each kind and a value of it that can be written as JSON and read again."""
