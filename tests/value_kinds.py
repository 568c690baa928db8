"""Forms and their values for tests of the cache, and a judge of sameness without its code."""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import fractions
import ipaddress
import operator
import pathlib
import struct
import types
import typing
import uuid
import zoneinfo
from collections import abc

import attrs
from hypothesis import strategies as st

T = typing.TypeVar("T")
UserId = typing.NewType("UserId", int)


class Colour(enum.Enum):
    RED = "red"
    GREEN = ("a", 1)


class Level(enum.IntEnum):
    LOW = 1


class Rights(enum.Flag):
    READ = 1
    WRITE = 2


class Title(str):
    __slots__ = ()


class Names(list[str]): ...


class Point(typing.NamedTuple):
    x: int
    y: float = 0.0


class Options(typing.TypedDict):
    depth: int
    name: typing.NotRequired[str]


@attrs.frozen
class Box(typing.Generic[T]):
    inside: T


@attrs.define
class Node:
    value: int
    children: "list[Node]" = attrs.Factory(list)
    parent_name: str | None = None


@attrs.define
class NamedNode(Node):
    name: str = ""


@attrs.frozen(slots=False)
class Circle:
    size: int


@attrs.frozen
class Square:
    size: int


@dataclasses.dataclass
class Order:
    number: UserId
    lines: dict[int, set[str]] = dataclasses.field(default_factory=dict)
    total: float = dataclasses.field(init=False, default=0.0)


@attrs.frozen
class Kind:
    """A form and how to make values of it."""

    form: object
    values: st.SearchStrategy[object]
    has_hash: bool = True


def subscripted(generic: object, *arguments: object) -> object:
    """Return `generic[arguments]`, built from values."""
    inside = arguments[0] if len(arguments) == 1 else arguments
    return operator.getitem(typing.cast(dict[object, object], generic), inside)


_ZONES = st.sampled_from(
    [
        None,
        dt.UTC,
        dt.timezone(dt.timedelta(hours=-3, microseconds=5)),
        dt.timezone(dt.timedelta(hours=2), "CEST"),
        zoneinfo.ZoneInfo("UTC"),
    ]
)
_FOLDS = st.sampled_from([0, 1])
TEXTS = st.text(st.characters(codec=None), max_size=4) | st.sampled_from(["$", "\ud83d\ude00"])
INTS = st.integers() | st.integers(-(2**70), 2**70)
FLOATS = st.floats()
NODES = st.recursive(
    st.builds(Node, st.integers(), parent_name=st.none() | TEXTS),
    lambda inner: (
        st.builds(Node, st.integers(), st.lists(inner, max_size=2))
        | st.builds(NamedNode, st.integers(), st.lists(inner, max_size=2), name=TEXTS)
    ),
    max_leaves=4,
)


def _order(number: int, lines: dict[int, set[str]], total: float) -> Order:
    order = Order(UserId(number), lines)
    order.total = total
    return order


CHOICES = typing.Literal["a", 1, True, b"a", Colour.RED]
SCALARS = [
    Kind(int, INTS | st.booleans()),
    Kind(bool, st.booleans()),
    Kind(float, FLOATS | st.integers()),
    Kind(complex, st.complex_numbers() | FLOATS),
    Kind(str, TEXTS),
    Kind(bytes, st.binary(max_size=4) | st.binary(min_size=600, max_size=700)),
    Kind(bytearray, st.binary(max_size=4).map(bytearray), has_hash=False),
    Kind(None, st.none()),
    Kind(UserId, st.integers()),
    Kind(
        decimal.Decimal, st.decimals(allow_nan=False) | st.sampled_from([decimal.Decimal("1.00")])
    ),
    Kind(fractions.Fraction, st.fractions()),
    Kind(dt.date, st.dates()),
    Kind(dt.datetime, st.builds(dt.datetime.replace, st.datetimes(), tzinfo=_ZONES, fold=_FOLDS)),
    Kind(dt.time, st.builds(dt.time.replace, st.times(), tzinfo=_ZONES, fold=_FOLDS)),
    Kind(dt.timedelta, st.timedeltas()),
    Kind(uuid.UUID, st.uuids()),
    Kind(pathlib.Path, st.sampled_from(["a", "/a/b", "..", "a b"]).map(pathlib.Path)),
    Kind(pathlib.PurePath, st.sampled_from(["a", "/a"]).map(pathlib.PureWindowsPath)),
    Kind(ipaddress.IPv4Address, st.ip_addresses(v=4)),
    Kind(ipaddress.IPv6Address, st.ip_addresses(v=6)),
    Kind(Colour, st.sampled_from(Colour)),
    Kind(Level, st.sampled_from(Level)),
    Kind(Rights, st.integers(0, 3).map(Rights)),
    Kind(Title, TEXTS.map(Title)),
    Kind(CHOICES, st.sampled_from(typing.get_args(CHOICES))),
    Kind(range, st.builds(range, st.integers(0, 9), st.integers(0, 9))),
    Kind(Circle, st.builds(Circle, st.integers())),
    Kind(Square, st.builds(Square, st.integers())),
    Kind(Point, st.builds(Point, st.integers(), FLOATS)),
]
RECORDS = [
    Kind(Node, NODES, has_hash=False),
    Kind(Names, st.lists(TEXTS, max_size=3).map(Names), has_hash=False),
    Kind(
        Order,
        st.builds(
            _order,
            st.integers(),
            st.dictionaries(st.integers(), st.sets(TEXTS, max_size=2), max_size=2),
            FLOATS,
        ),
        has_hash=False,
    ),
    Kind(
        Options,
        st.fixed_dictionaries({"depth": INTS}, optional={"name": TEXTS}),
        has_hash=False,
    ),
    Kind(
        object,
        st.recursive(
            st.none() | st.booleans() | INTS | FLOATS | TEXTS | st.binary(max_size=3),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.lists(inner, max_size=3).map(tuple)
                | st.dictionaries(TEXTS | st.integers(), inner, max_size=3)
            ),
            max_leaves=6,
        ),
        has_hash=False,
    ),
]


def _lists(kind: Kind) -> st.SearchStrategy[list[object]]:
    return st.lists(kind.values, max_size=3)


def _box_of(kind: Kind) -> Kind:
    return Kind(subscripted(Box, kind.form), st.builds(Box, kind.values), kind.has_hash)


def _either(first: Kind, second: Kind) -> Kind:
    form = subscripted(typing.Union, first.form, second.form)
    return Kind(form, first.values | second.values, first.has_hash and second.has_hash)


def _pair(first: Kind, second: Kind) -> Kind:
    form = subscripted(tuple, first.form, second.form)
    values = st.tuples(first.values, second.values)
    return Kind(form, values, first.has_hash and second.has_hash)


def _dict(key: Kind, value: Kind) -> Kind:
    form = subscripted(dict, key.form, value.form)
    values = st.dictionaries(key.values, value.values, max_size=3)
    return Kind(form, values, has_hash=False)


def _sequence(kind: Kind) -> Kind:
    lists = _lists(kind)
    return Kind(subscripted(abc.Sequence, kind.form), lists | lists.map(tuple), has_hash=False)


def _run(kind: Kind) -> Kind:
    return Kind(subscripted(tuple, kind.form, ...), _lists(kind).map(tuple), kind.has_hash)


def _deque(kind: Kind) -> Kind:
    longest = st.none() | st.integers(0, 5)
    values: st.SearchStrategy[object] = st.builds(collections.deque, _lists(kind), longest)
    return Kind(subscripted(collections.deque, kind.form), values, has_hash=False)


def _containers(inner: st.SearchStrategy[Kind]) -> st.SearchStrategy[Kind]:
    hashable = st.sampled_from(SCALARS).filter(lambda kind: kind.has_hash)
    return st.one_of(
        inner.map(lambda k: Kind(subscripted(list, k.form), _lists(k), has_hash=False)),
        inner.map(_run),
        inner.map(_sequence),
        inner.map(_deque),
        inner.map(_box_of),
        st.builds(_pair, inner, inner),
        st.builds(_either, inner, inner),
        st.builds(_either, inner, st.just(Kind(None, st.none()))),
        st.builds(_dict, hashable, inner),
        hashable.map(
            lambda k: Kind(subscripted(frozenset, k.form), st.frozensets(k.values, max_size=3))
        ),
    )


KINDS = st.recursive(st.sampled_from([*SCALARS, *RECORDS]), _containers, max_leaves=5)
"""Forms of every kind, nested."""


def frozen(value: object) -> object:  # noqa: C901, PLR0911, PLR0912 - one for each kind
    """Return what can be compared by `==` and is equal for values that are the same.

    A second reading of "the same": class by class, with plain tuples, sharing nothing with the
    digests that it judges.
    """
    cls = type(value)
    if isinstance(value, float):
        return cls, struct.pack("<d", value)
    if isinstance(value, complex):
        return cls, struct.pack("<dd", value.real, value.imag)
    if isinstance(value, decimal.Decimal):
        return cls, value.as_tuple()
    if isinstance(value, dt.datetime | dt.time):
        zone = value.tzinfo
        return cls, repr(value.replace(tzinfo=None)), value.fold, type(zone), str(zone), repr(zone)
    if isinstance(value, enum.Enum):
        return cls, value.name, value.value
    if isinstance(value, set | frozenset):
        return cls, frozenset(map(frozen, value))
    if isinstance(value, dict):
        return cls, tuple((frozen(key), frozen(item)) for key, item in value.items())
    if isinstance(value, collections.deque):
        return cls, value.maxlen, tuple(map(frozen, value))
    if isinstance(value, list | tuple):
        return cls, tuple(map(frozen, value))
    if attrs.has(cls):
        return cls, tuple(frozen(getattr(value, field.name)) for field in attrs.fields(cls))
    if dataclasses.is_dataclass(cls):
        return cls, tuple(frozen(getattr(value, f.name)) for f in dataclasses.fields(cls))
    if isinstance(value, range):
        return cls, value.start, value.stop, value.step
    if isinstance(value, bytearray):
        return cls, bytes(value)
    if isinstance(value, types.MappingProxyType):
        return cls, frozen(dict(value))
    return cls, value
