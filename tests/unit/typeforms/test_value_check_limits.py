"""How deep a check looks, and that it always looks at the same items."""

import typing
from collections.abc import Callable

import pytest

from hbia_dsl.typeforms.compiled_check import DEEP_ITEM_LIMIT, NESTED_ITEM_FLOOR
from hbia_dsl.typeforms.value_check import compile_check


class Counting:
    """Counts how often it is asked for its class."""

    asked = 0


class _CountingMeta(type):
    def __instancecheck__(cls, instance: object) -> bool:
        Counting.asked += 1
        return True


class Watched(metaclass=_CountingMeta): ...


def asked(form: object, value: object) -> int:
    check = compile_check(form)
    assert check is not None
    Counting.asked = 0
    assert check.accepts(value)
    return Counting.asked


@pytest.mark.parametrize("position", [0, 1, 499, 998, 999])
def test_every_item_is_checked_up_to_the_limit(position: int) -> None:
    check = compile_check(list[int])
    value: list[object] = [0] * DEEP_ITEM_LIMIT
    value[position] = "wrong"

    assert check is not None
    assert f"item {position}: expected int, found str" == str(check.explain(value))
    assert not check.accepts(value)


@pytest.mark.parametrize("count", [1_001, 1_500, 2_000, 99_999])
def test_the_ends_of_a_longer_list_are_checked(count: int) -> None:
    check = compile_check(list[int])
    assert check is not None
    for position in (0, -1):
        value: list[object] = [0] * count
        value[position] = "wrong"

        assert not check.accepts(value)
        assert position % count == int(str(check.explain(value)).split(":")[0].split()[1])


@pytest.mark.parametrize(
    ("form", "kind"), [(list[Watched], list), (tuple[Watched, ...], tuple), (set[Watched], set)]
)
def test_a_longer_container_costs_no_more_than_the_limit(
    form: object, kind: Callable[[range], object]
) -> None:
    value = kind(range(100_000))

    assert DEEP_ITEM_LIMIT // 2 <= asked(form, value) <= DEEP_ITEM_LIMIT + 1


def test_a_long_dict_costs_no_more_than_the_limit() -> None:
    value = dict.fromkeys(range(50_000))

    assert asked(dict[Watched, typing.Any], value) <= DEEP_ITEM_LIMIT + 1
    assert asked(dict[typing.Any, Watched], value) <= DEEP_ITEM_LIMIT + 1


def test_containers_in_a_container_share_the_limit() -> None:
    assert asked(list[list[Watched]], [[0] * 10] * 100) == 100 * 10
    assert (
        asked(list[list[Watched]], [[0] * NESTED_ITEM_FLOOR] * 1_000) == 1_000 * NESTED_ITEM_FLOOR
    )
    assert asked(list[list[Watched]], [[0] * 1_000] * 1_000) <= 1_000 * (NESTED_ITEM_FLOOR + 1)


def test_the_same_items_are_looked_at_each_time() -> None:
    check = compile_check(list[int])
    assert check is not None
    value: list[object] = [0] * 5_000
    for position in range(0, 5_000, 7):
        value[position] = "wrong"

    assert len({str(check.explain(value)) for _ in range(5)}) == 1


def test_every_tenth_item_wrong_is_found_in_a_long_list_of_records() -> None:
    class Row(typing.TypedDict):
        number: int

    check = compile_check(list[Row])
    rows: list[object] = [{"number": n if n % 10 else "wrong"} for n in range(20_000)]

    assert check is not None
    assert str(check.explain(rows)) == 'item 0, key "number": expected int, found str'
