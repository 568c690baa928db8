"""What counts in a digest, what does not, and what has none."""

import array
import collections
import datetime as dt
import decimal
import functools
import json
import os
import subprocess
import sys
import typing
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Final

import attrs
import pytest

from hbia_dsl.cache.canonical_text import DEEPEST
from hbia_dsl.cache.value_digest import Undigestable, digest_value, is_same_value
from value_kinds import Box, Circle, Names, Node, Point, Square, Title

PROGRAM: Final = Path(__file__).with_name("digests_of_samples.py")


def nested(levels: int) -> object:
    value: object = 0
    for _ in range(levels):
        value = [value]
    return value


def test_one_in_different_classes_has_different_digests() -> None:
    ones: list[object] = [
        1,
        "1",
        True,
        1.0,
        b"1",
        decimal.Decimal(1),
        decimal.Decimal("1.0"),
        1 + 0j,
        bytearray(b"1"),
        [1],
        (1,),
        {1},
        frozenset({1}),
        {1: 1},
        range(1),
        slice(1),
        collections.deque([1]),
        collections.OrderedDict({1: 1}),
        collections.Counter({1: 1}),
        MappingProxyType({1: 1}),
        collections.defaultdict(None, {1: 1}),
        collections.defaultdict(int, {1: 1}),
        Circle(1),
        Square(1),
        Box(1),
        Point(1),
        array.array("b", [1]),
        array.array("h", [1]),
        Title("1"),
        Names(["1"]),
        ["1"],
        0.0,
        -0.0,
        None,
        ...,
        NotImplemented,
        "None",
        "",
    ]

    assert len({digest_value(one) for one in ones}) == len(ones)


def test_neighbouring_texts_do_not_run_together() -> None:
    values: list[object] = [
        ["ab", "c"],
        ["a", "bc"],
        ["abc"],
        {"ab": "c"},
        {"a": "bc"},
        ["ab", ["c"]],
        [["ab"], "c"],
        ["s1:a"],
        ["a", "s1:a"],
        [1, 23],
        [12, 3],
        ["1;i2"],
        [b"a", b""],
        [b"", b"a"],
        [b"a" * 600],
        [b"a" * 601],
        [[], [1]],
        [[[]], 1],
        list(range(9)),
        [float(n) for n in range(9)],
        [*range(8), 8.0],
        [*range(8), True],
    ]

    assert len({digest_value(value) for value in values}) == len(values)


def test_halves_of_a_surrogate_pair_are_not_the_character() -> None:
    assert digest_value("\ud83d\ude00") != digest_value("\U0001f600")


def test_the_order_of_a_dict_counts_and_that_of_a_set_does_not() -> None:
    first, second = {"a": 1, "b": 2}, {"b": 2, "a": 1}
    numbers = [2**n for n in range(40)]

    assert digest_value(first) != digest_value(second)
    backwards: set[int] = set().union(numbers[::-1])
    assert list(backwards) != list(set(numbers)) or len(numbers) < 2
    assert digest_value(set(numbers)) == digest_value(backwards)
    assert digest_value(frozenset(numbers)) != digest_value(set(numbers))


def test_nan_is_itself_and_its_bits_count() -> None:
    nan = float("nan")

    assert digest_value(nan) == digest_value(float("nan"))
    assert digest_value(nan) != digest_value(-nan)
    assert digest_value([nan] * 10) == digest_value([float("nan") for _ in range(10)])


def test_a_shared_part_is_as_good_as_a_copy() -> None:
    part = [1, 2]

    assert digest_value([part, part]) == digest_value([[1, 2], [1, 2]])


def test_moments_count_with_zone_and_fold() -> None:
    noon = dt.datetime(2024, 3, 1, 12)  # noqa: DTZ001 - one without a zone is a value too
    moments = [
        noon,
        noon.replace(fold=1),
        noon.replace(tzinfo=dt.UTC),
        noon.replace(tzinfo=dt.timezone(dt.timedelta(0), "Z")),
        noon.replace(tzinfo=dt.timezone(dt.timedelta(hours=1))),
        noon.date(),
        noon.time(),
    ]

    assert len({digest_value(moment) for moment in moments}) == len(moments)


def test_integers_of_any_size_have_digests() -> None:
    huge = [10**5_000, 10**5_000 + 1, -(10**5_000), 2**63, 2**63 - 1, -(2**63), -(2**63) - 1]

    assert len({digest_value(number) for number in huge}) == len(huge)
    assert digest_value([2**64] * 9) == digest_value([2**64] * 9)


def test_a_number_is_the_same_in_a_long_list_and_alone_in_its_meaning() -> None:
    assert digest_value(list(range(20))) == digest_value([*range(10), *range(10, 20)])
    assert digest_value(list(range(20))) != digest_value(tuple(range(20)))


@attrs.define(slots=False)
class Cached:
    size: int

    @functools.cached_property
    def twice(self) -> int:
        return self.size * 2


@attrs.define
class CachedInSlots:
    size: int

    @functools.cached_property
    def twice(self) -> int:
        return self.size * 2


@pytest.mark.parametrize("cls", [Cached, CachedInSlots])
def test_a_cached_property_is_no_part_of_the_value(
    cls: Callable[[int], Cached | CachedInSlots],
) -> None:
    fresh, used = cls(1), cls(1)
    assert used.twice == 2

    assert digest_value(fresh) == digest_value(used)


def test_what_a_class_gets_by_being_subscripted_is_no_part_of_the_value() -> None:
    assert digest_value(Box[int](1)) == digest_value(Box(1))


@attrs.define(slots=False)
class Loose:
    size: int


class Tagged(str):  # noqa: SLOT000 - its instances have a dict on purpose
    """Text that may carry more."""


class Slotted(list[int]):
    __slots__ = ("owner",)


class Failing:
    """Cannot even be asked."""

    def __getattr__(self, name: str) -> typing.NoReturn:
        raise RuntimeError("secret")


@attrs.frozen
class Ordered:
    lines: list[object]


def _loose() -> object:
    value = Loose(1)
    value.extra = 2  # type: ignore[attr-defined]  # that is what must be found out
    return value


def _tagged() -> object:
    value = Tagged("a")
    value.owner = "b"  # type: ignore[attr-defined]  # that is what must be found out
    return value


def _slotted() -> object:
    value = Slotted([1])
    value.owner = "b"  # type: ignore[attr-defined]  # mypy does not read slots
    return value


def _unset() -> object:
    return Node.__new__(Node)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            {"order": Ordered([0, {"price": print}])},
            '["order"].lines[1]["price"]: a function is code, not data',
        ),
        (lambda: 1, "a function is code, not data"),
        ([Node], "[0]: a class is code, not data"),
        ((json,), "[0]: a module is code, not data"),
        ((n for n in "a"), "an iterator is used up by reading it"),
        (_loose(), "extra: an attribute that is no field"),
        (_tagged(), "owner: an attribute that is no field"),
        (_slotted(), "owner: an attribute that is no field"),
        (_unset(), "value: a field without a value"),
        ({Failing()}, "{}: `Failing` is neither an attrs class nor a dataclass"),
        (collections.defaultdict(lambda: 1), "default_factory: a default that is made by code"),
        (ValueError("a"), "`ValueError` has no canonical form"),
        ({print: 1}, "[<builtin_function_or_method>]: a function is code, not data"),
        (object(), "`object` has no canonical form"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_its_place(value: object, text: str) -> None:
    with pytest.raises(Undigestable) as caught:
        digest_value(value)

    assert str(caught.value) == text


def test_a_subclass_without_more_than_its_base_has_a_digest_of_its_own() -> None:
    assert digest_value(Tagged("a")) == digest_value(Tagged("a"))
    assert digest_value(Tagged("a")) != digest_value("a")
    assert digest_value(Slotted([1])) != digest_value([1])


def test_classes_without_end_are_digested_and_forgotten() -> None:
    classes = [type(f"Text{n}", (str,), {"__slots__": ()}) for n in range(5_000)]

    digests = {digest_value([cls("a"), 1, "a"]) for cls in classes}

    assert len(digests) == len(classes)


def test_depth_is_bounded_and_a_value_inside_itself_is_refused_at_once() -> None:
    itself: list[object] = []
    itself += [itself, itself]

    digest_value(nested(DEEPEST - 1))
    for value in (itself, nested(DEEPEST + 1), nested(50_000)):
        with pytest.raises(Undigestable, match="nested too deeply, or inside itself"):
            digest_value(value)


def test_little_room_on_the_stack_is_a_refusal_too() -> None:
    def deep(levels: int) -> bytes:
        return digest_value(nested(DEEPEST - 1)) if levels == 0 else deep(levels - 1)

    with pytest.raises(Undigestable, match="nested too deeply"):
        deep(sys.getrecursionlimit() - len_of_stack() - 100)


def len_of_stack() -> int:
    frame, count = sys._getframe(), 0  # noqa: SLF001 - the documented way to look at the stack
    while frame.f_back is not None:
        frame, count = frame.f_back, count + 1
    return count


def test_large_buffers_are_compared_where_they_are() -> None:
    data = bytes(range(256)) * 10_000
    other = bytearray(data)
    changed = bytearray(data)
    changed[-1] ^= 1

    assert is_same_value([data], [bytes(other)])
    assert is_same_value(other, bytearray(data))
    assert not is_same_value(other, changed)
    assert not is_same_value({data}, {bytes(changed)})
    assert not is_same_value(data, other)


def test_digests_are_the_same_in_every_process_and_for_every_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, str(PROGRAM)],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            check=True,
            timeout=50,
        ).stdout
        for seed in ("0", "1", "77")
    }

    assert len(outputs) == 1
    lines = outputs.pop().split()
    assert len(lines) == len(set(lines)) > 10
