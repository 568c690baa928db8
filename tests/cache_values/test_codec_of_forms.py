"""Every kind of form: what comes back, what is refused and why."""

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import gc
import ipaddress
import math
import types
import typing
import uuid
from collections import abc
from fractions import Fraction
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Self

import attrs
import pytest
import typing_extensions

from hbia_dsl.cache.value_codec import CorruptValue, Uncacheable, codec_for
from hbia_dsl.cache.value_digest import is_same_value
from hbia_dsl.declare.fan_in import All
from late_annotations import LateNode, LateOptions, LateOrder, LatePartial, LatePoint
from value_kinds import (
    Box,
    Circle,
    Colour,
    Level,
    NamedNode,
    Names,
    Node,
    Options,
    Order,
    Point,
    Rights,
    Square,
    Title,
    UserId,
    frozen,
)

Json = typing_extensions.TypeAliasType(
    "Json", "bool | int | float | str | list[Json] | dict[str, Json] | None"
)
Texts = list[str]
T = typing.TypeVar("T")
U = typing.TypeVar("U")


@attrs.frozen
class Cat:
    name: str
    kind: typing.Literal["cat"] = "cat"


@attrs.frozen
class Dog:
    name: str
    kind: typing.Literal["dog"] = "dog"


def _one_more(size: int) -> int:
    return size + 1


@attrs.define
class Computed:
    """Its constructor would not give the same twice."""

    _size: int = attrs.field(converter=_one_more, alias="size")
    doubled: int = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.doubled = self._size * 2


@attrs.frozen
class Leaf:
    tree: "dict[str, Leaf]"


class Sized(typing.Protocol):
    size: int


@attrs.frozen
class Ruler(Sized):
    size: int


class Base:
    """An abstract class, as users have them."""


@attrs.frozen
class Derived(Base):
    size: int


class People(list[Cat]): ...


class Listed(list[T]): ...


class Boxes(Listed[Box[int]]): ...


@attrs.frozen
class Twice(Box[U], typing.Generic[U, T]):
    other: T


class Labelled(typing.NamedTuple, typing.Generic[T]):
    inside: T


class Keyed(typing.TypedDict, typing.Generic[T]):
    inside: T


@dataclasses.dataclass(slots=True, frozen=True, kw_only=True)
class Slots(typing.Generic[T]):
    inside: T
    others: dict[str, T] = dataclasses.field(default_factory=dict)


class Prices(dict[str, decimal.Decimal]): ...


class Tags(set[str]): ...


class Frozen(frozenset[str]): ...


class Pair(tuple[int, str]):
    __slots__ = ()


class Ratio(float): ...


def order() -> Order:
    return Order(UserId(3), {1: {"a", "b"}, -2: set()})


UTC_NOON = dt.datetime(2024, 3, 31, 12, tzinfo=dt.UTC)

CAME_THROUGH: list[tuple[object, object]] = [
    # What all text formats of cattrs give back.
    (Cat, Cat("a")),
    (LateNode, LateNode(1, [LateNode(2)])),
    (Order, order()),
    (UserId, UserId(3)),
    (typing.Literal["a", 1, True], True),
    (Colour, Colour.GREEN),
    (int | None, None),
    (int | str, "1"),
    (Cat | Dog, Dog("b")),
    (list[int], [1]),
    (tuple[int, ...], (1, 2)),
    (tuple[int, str], (1, "a")),
    (set[int], {1}),
    (dict[str, int], {"a": 1}),
    (Box[int], Box(1)),
    (dt.datetime, UTC_NOON),
    (dt.date, UTC_NOON.date()),
    (Path, Path("a/b")),
    (bytes, b"\x00\xff"),
    (typing.Annotated[int, "metadata"], 1),
    (typing.Annotated[list[int], ["no hash"]], [1]),
    # What fails in all five of them without hooks.
    (uuid.UUID, uuid.UUID(int=5)),
    (uuid.UUID, uuid.uuid1()),
    (decimal.Decimal, decimal.Decimal("1.00")),
    (decimal.Decimal, decimal.Decimal("-sNaN12")),
    (decimal.Decimal, decimal.Decimal("1E+999999")),
    (dt.time, dt.time(1, 2, 3, 4, tzinfo=dt.UTC, fold=1)),
    (dt.timedelta, dt.timedelta(-1, 2, 3)),
    (dt.timedelta, dt.timedelta.max),
    (complex, complex(-0.0, math.nan)),
    (Fraction, Fraction(-1, 3)),
    (ipaddress.IPv6Address, ipaddress.IPv6Address("fe80::1%eth0")),
    (ipaddress.IPv4Network, ipaddress.IPv4Network("10.0.0.0/8")),
    (None, None),
    (Texts, ["a"]),
    (Point, Point(1, 2.0)),
    (LatePoint, LatePoint(1, "a")),
    (LateOptions, {"depth": 1}),
    (LateOptions, {"name": "a", "depth": 1}),
    (LatePartial, {"depth": 1, "size": 1.0}),
    (LatePartial, {"size": 1.0, "point": LatePoint(1), "depth": 1}),
    (LateOrder, LateOrder({LatePoint(1)}, {"depth": 1})),
    (Node, Node(1, [Node(2), Node(3)])),
    (Leaf, Leaf({"a": Leaf({}), "$": Leaf({})})),
    (Circle | Square, Square(1)),
    (list[Circle | Square], [Square(1), Circle(1)]),
    (Node, NamedNode(1, [], "x", "y")),
    (list[Node], [NamedNode(1, [NamedNode(2)], name="z"), Node(3)]),
    (abc.Sequence[int], [1]),
    (abc.Sequence[int], (1,)),
    (abc.Sequence[str], "abc"),
    (abc.Sequence[int], range(3)),
    (abc.Sequence[int], collections.deque([1], 3)),
    (dict[int, str], {1: "a", -5: "b"}),
    (dict[tuple[int, str], set[Cat]], {(1, "a"): {Cat("b")}}),
    (frozenset[Cat], frozenset({Cat("a")})),
    (float, math.nan),
    (float, -math.inf),
    (list[int], [1, -(2**90), True]),
    (list[float], [1.0, math.nan, -0.0, 3]),
    (typing.Any, {"deep": [1, (2.0, {3}), b"4", None, {5: "6"}, {"$": 7}], "$": math.inf}),
    # Further ones.
    (object, 1),
    (object, {"a": UTC_NOON, "b": Path("c")}),
    (dict, {"$": {"$": 1}}),
    (list, [[], [[]]]),
    (tuple, ((), (1,))),
    (tuple[()], ()),
    (set, {1, "a"}),
    (Json, {"a": [1, None]}),
    (dict[str, int], {"$": 1}),
    (dict[str, object], {"$": ["pairs", [], []]}),
    (Options, {"depth": 2**80}),
    (bytearray, bytearray(b"a" * 600)),
    (bytes, b"a" * 600),
    (list[bytes], [b"a" * 600, b"b", b"c" * 700]),
    (str, "\ud83d\ude00\x00"),
    (str, Title("a")),
    (Title, Title("a")),
    (Names, Names(["a"])),
    (list[str], Names(["a"])),
    (People, People([Cat("a")])),
    (Listed[Cat], Listed([Cat("a")])),
    (Boxes, Boxes([Box(1)])),
    (Twice[Box[int], list[Cat]], Twice(Box(1), [Cat("a")])),
    (Labelled[Cat], Labelled(Cat("a"))),
    (Keyed[Cat], {"inside": Cat("a")}),
    (Slots[Cat], Slots(inside=Cat("a"), others={"b": Cat("c")})),
    (typing.LiteralString, "a"),
    (abc.Hashable, 3),
    (Prices, Prices(a=decimal.Decimal(1))),
    (Tags, Tags({"a"})),
    (Frozen, Frozen({"a"})),
    (Pair, Pair((1, "a"))),
    (Ratio, Ratio(math.nan)),
    (float, Ratio(1.5)),
    (int, Level.LOW),
    (Level, Level.LOW),
    (enum.Enum, Colour.RED),
    (Rights, Rights.READ | Rights.WRITE),
    (Rights, Rights(0)),
    (collections.Counter[str], collections.Counter("aab")),
    (collections.OrderedDict[str, int], collections.OrderedDict(a=1)),
    (collections.defaultdict[str, list[int]], collections.defaultdict(list, a=[1])),
    (collections.deque[int], collections.deque([1, 2], 2)),
    (types.MappingProxyType, types.MappingProxyType({"a": 1})),
    (abc.Mapping[str, Cat], {"a": Cat("b")}),
    (abc.Mapping[str, int], types.MappingProxyType({"a": 1})),
    (abc.Mapping[str, int], {"$": 1}),
    (abc.Iterable[int], {1, 2}),
    (abc.Set[int], frozenset({1})),
    (range, range(1, 9, 2)),
    (slice, slice(None, 3)),
    (PurePath, PureWindowsPath("c:/a")),
    (PurePath, Path("a")),
    (PurePosixPath, PurePosixPath("a")),
    (dt.date, UTC_NOON),
    (dt.tzinfo, dt.timezone(dt.timedelta(hours=1), "X")),
    (float, 1),
    (complex, 1),
    (int, True),
    (int | float, 1),
    (int | float, 1.0),
    (list[int] | list[str], ["a"]),
    (list[int] | list[str], []),
    (list[bool] | abc.Sequence[int], [0]),
    (list[int] | set[int] | None, {1}),
    (str | uuid.UUID, uuid.UUID(int=1)),
    (Cat | None, None),
    (Cat | dict[str, int], {"a": 1}),
    (Computed, Computed(1)),
    (Box[list[Cat]], Box([Cat("a")])),
    (Box, Box({"a": 1})),
    (Base, Derived(1)),
    (list[Base], [Derived(1)]),
    (Sized, Ruler(1)),
    (All[int], [1, 2]),
    (tuple[int, *tuple[str, ...]], (1, "a", "b")),
    (types.EllipsisType, ...),
    (collections.deque, collections.deque([b"a"])),
    (bool, False),
    (dict[bool, int], {True: 1}),
    (dict[Colour, int], {Colour.RED: 1}),
    (dict[Title, int], {Title("a"): 1}),
    (dict[UserId, str], {UserId(1): "a"}),
]


@pytest.mark.parametrize(("form", "value"), CAME_THROUGH)
def test_what_is_stored_comes_back_in_value_and_type(form: object, value: object) -> None:
    codec = codec_for(form)

    found = codec.decode(bytes(codec.encode(value)))

    assert type(found) is type(value)
    assert is_same_value(found, value)


def test_integers_of_thousands_of_digits_come_back() -> None:
    for number in (10**5_000, -(10**5_000)):  # pytest could not print them as parameters
        for form, value in [(int, number), (object, [number]), (dict[str, int], {"a": number})]:
            codec = codec_for(form)
            assert codec.decode(bytes(codec.encode(value))) == value


class Plain:
    """Keeps its data in a way of its own."""

    def __init__(self) -> None:
        self.data = 1


@attrs.frozen
class Holder:
    plain: Plain


@attrs.define
class Singleton:
    size: int

    def __new__(cls, *arguments: object) -> Self:
        return object.__new__(cls)


def _like(cls: type, **members: object) -> type:
    """Return a class of the same name in the same module."""
    made = type(cls.__name__, cls.__bases__, members)
    made.__module__, made.__qualname__ = cls.__module__, cls.__qualname__
    return made


@pytest.mark.parametrize(
    ("form", "value", "reason"),
    [
        (int, "1", "expected int, found str"),
        (list[int], [1, "2"], "item 1: expected int, found str"),
        (typing.Any, Cat("a"), "a `Cat`, which the declared type does not name"),
        (object, [Cat("a")], "a `Cat`, which the declared type does not name"),
        (object, Plain(), "`Plain` is neither an attrs class nor a dataclass"),
        (Base, Circle(1), "expected Base, found Circle"),
        (Sized, Circle(1), "`Sized` does not say that it may be `Circle`"),
        (Plain, Plain(), "`Plain` is neither an attrs class nor a dataclass"),
        (Holder, Holder(Plain()), "`Plain` is neither an attrs class nor a dataclass"),
        (abc.Callable[[], int], len, "a function is code, not data"),
        (type[int], int, "a class is code, not data"),
        (abc.Iterator[int], iter([1]), "`list_iterator` has no canonical form"),
        (abc.Generator[int, None, None], (n for n in [1]), "an iterator is used up by reading it"),
        (collections.defaultdict[str, int], collections.defaultdict(lambda: 1, a=1),
         "a defaultdict whose defaults are made by code"),
        (Options, collections.OrderedDict(depth=1), "`Options` must be a plain dict"),
        (Options, {"depth": 1, "other": 2}, "a key that `Options` does not declare"),
        (Singleton, Singleton(1), "`Singleton` makes its instances in a way of its own"),
        ("Missing", 1, "`Missing` is not resolved"),
        (ValueError, ValueError("a"), "`ValueError` has no canonical form"),
        (Node, Node.__new__(Node), "`Node` has a field without a value"),
    ],
)  # fmt: skip
def test_what_cannot_come_back_is_refused_with_the_reason(
    form: object, value: object, reason: str
) -> None:
    with pytest.raises(Uncacheable) as caught:
        codec_for(form).encode(value)

    assert caught.value.reason == reason


def test_a_value_inside_itself_is_refused() -> None:
    node = Node(1)
    node.children.append(node)
    itself: list[object] = []
    itself.append(itself)

    for form, value in [(Node, node), (object, itself), (list[object], itself)]:
        with pytest.raises(Uncacheable, match="nested too deeply, or inside itself"):
            codec_for(form).encode(value)


def test_an_attribute_that_is_no_field_is_refused() -> None:
    value = Circle(1)
    object.__setattr__(value, "extra", 2)

    with pytest.raises(Uncacheable) as caught:
        codec_for(Circle).encode(value)

    assert caught.value.reason == "extra: an attribute that is no field"


def test_of_two_loaded_subclasses_of_one_name_neither_is_stored() -> None:
    codec = codec_for(Base)
    stored = bytes(codec.encode(Derived(1)))
    double = _like(Derived)

    try:
        with pytest.raises(Uncacheable, match="`Derived` is not the only class of its name"):
            codec.encode(Derived(1))
        with pytest.raises(CorruptValue):
            codec.decode(stored)
    finally:
        del double
        gc.collect()  # a class is part of a cycle
    assert codec.decode(stored) == Derived(1)


def test_only_subclasses_of_the_declared_class_can_be_named_by_bytes() -> None:
    stored = bytes(codec_for(Base).encode(Derived(1)))
    name = f"{Derived.__module__}:Derived".encode()
    other = f"{Derived.__module__}:Singleton".encode()
    assert name in stored

    # The length of the JSON stands at byte 12.
    size = int.from_bytes(stored[12:16], "little") + len(other) - len(name)
    forged = stored.replace(name, other)
    forged = forged[:12] + size.to_bytes(4, "little") + forged[16:]

    with pytest.raises(CorruptValue, match="a class that is not loaded, or was another one"):
        codec_for(Base).decode(forged)


def test_a_class_that_looks_different_now_is_not_filled_with_old_fields() -> None:
    old = attrs.make_class("Changing", {"a": attrs.field(type=int), "b": attrs.field(type=int)})
    new = attrs.make_class("Changing", {"b": attrs.field(type=int), "a": attrs.field(type=int)})
    stored = bytes(codec_for(old).encode(old(1, 2)))

    with pytest.raises(CorruptValue, match="a value of another type"):
        codec_for(new).decode(stored)


@pytest.mark.parametrize(
    ("form", "equal", "value"),
    [
        (list[int] | set[int] | tuple[int, ...], tuple[int, ...] | set[int] | list[int], {1}),
        (typing.Literal["a", "b", 3], typing.Literal[3, "b", "a"], "a"),
        (list[Circle | Square], list[Square | Circle], [Square(1)]),
    ],
)  # fmt: skip
def test_how_an_equal_form_is_written_does_not_matter(
    form: object, equal: object, value: object
) -> None:
    codecs = [type(codec_for(one))(one) for one in (form, equal)]

    for writer in codecs:
        for reader in codecs:
            assert reader.decode(bytes(writer.encode(value))) == value


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (list[list[int]], [[1], [2]]),
        (object, {"a": [1], "b": {}}),
        (Node, Node(1, [Node(2)])),
        (dict[str, str], {"a": "b"}),
        (bytearray, bytearray(700)),
        (list[bytearray], [bytearray(700)]),
    ],
)
def test_changing_what_was_returned_spoils_neither_the_stored_value_nor_the_next_one(
    form: object,
    value: typing.Any,  # noqa: ANN401 - changed in the way of each class
) -> None:
    codec, before = codec_for(form), frozen(value)
    stored = bytes(codec.encode(value))

    for _ in range(2):
        found: typing.Any = codec.decode(stored)
        assert frozen(found) == before
        match found:
            case Node():
                found.children[0].value = 9
            case dict():
                found.clear()
            case bytearray():
                found[0] = 9
            case _:
                found[0][0] = 9
    value.clear() if hasattr(value, "clear") else value.children.clear()

    assert frozen(codec.decode(stored)) == before


def test_large_bytes_are_handed_over_without_a_copy() -> None:
    data = bytes(1_000_000)

    encoded = codec_for(tuple[str, bytes]).encode(("a", data))

    assert encoded.parts[1] is data
    assert encoded.size == len(bytes(encoded))


def test_no_constructor_runs_when_a_value_is_read() -> None:
    codec = codec_for(Computed)
    stored = bytes(codec.encode(Computed(1)))

    assert codec.decode(stored) == Computed(1)
    assert typing.cast(Computed, codec.decode(stored)).doubled == 4


def test_a_codec_is_kept_for_an_equal_form() -> None:
    assert codec_for(list[int]) is codec_for(list[int])
    assert codec_for(list[int]) is not codec_for(list[bool])


SPOILT: list[tuple[object, object]] = [
    (dict[str, int], {"a": 1}),
    (object, [1, (2,), {"b"}, b"c", UTC_NOON]),
    (Node, NamedNode(1, [], name="x")),
    (list[Circle | Square], [Square(1)]),
    (tuple[bytes, str], (b"a" * 600, "b")),
    (abc.Sequence[decimal.Decimal], (decimal.Decimal(1),)),
    (Rights, Rights.READ),
]


@pytest.mark.parametrize(("form", "value"), SPOILT)
def test_every_flipped_bit_is_found_out_or_leaves_a_value_of_the_form(
    form: object, value: object
) -> None:
    codec = codec_for(form)
    stored = bytes(codec.encode(value))

    for place in range(min(len(stored), 300)):
        for bit in range(8):
            spoilt = bytearray(stored)
            spoilt[place] ^= 1 << bit
            try:
                found = codec.decode(spoilt)
            except CorruptValue:
                continue
            codec.encode(found)  # refuses what is not of the form


@pytest.mark.parametrize(("form", "value"), SPOILT)
def test_every_shorter_piece_is_corrupt(form: object, value: object) -> None:
    codec = codec_for(form)
    stored = bytes(codec.encode(value))

    for size in range(len(stored)):
        with pytest.raises(CorruptValue):
            codec.decode(stored[:size])


def test_bytes_nested_without_end_are_corrupt() -> None:
    codec = codec_for(object)
    head = bytes(codec.encode(1))[:12]
    text = b"[" * 100_000
    data = head + len(text).to_bytes(4, "little") + bytes(4) + text

    with pytest.raises(CorruptValue):
        codec.decode(data)


@pytest.mark.parametrize(("form", "value"), SPOILT)
def test_a_value_that_was_read_does_not_hold_on_to_the_bytes(form: object, value: object) -> None:
    codec = codec_for(form)
    stored = bytearray(bytes(codec.encode(value)))

    found = codec.decode(memoryview(stored))
    stored.clear()  # a BufferError if anything still looked at them

    assert is_same_value(found, value)
