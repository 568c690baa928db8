"""The converter itself: an ordinary cattrs converter with strict hooks."""

import enum
import functools
import re
from typing import Protocol

import attrs
import cattrs
import pytest
from cattrs.gen import make_dict_structure_fn

from hbia_dsl.structuring.data_problem import RefusedDataError
from hbia_dsl.structuring.strict_converter import strict_converter, structure_value


@attrs.frozen
class Money:
    cents: int


@attrs.frozen
class Order:
    number: int
    price: Money


class Named(Protocol):
    name: str


class Word(str, enum.Enum):  # noqa: UP042 - the older spelling of a StrEnum is in use
    YES = "yes"


def test_structuring_raises_one_error_with_all_problems() -> None:
    with pytest.raises(ValueError, match="expected int, found str") as caught:
        strict_converter().structure({"number": "1", "price": {}}, Order)

    assert isinstance(caught.value, RefusedDataError)
    assert [str(problem) for problem in caught.value.problems] == [
        ".number: expected int, found str",
        ".price.cents: missing, expected int",
    ]
    assert "data.price.cents: missing" in str(caught.value)


def test_a_hook_of_the_users_own_goes_first_and_is_used_inside_of_classes() -> None:
    converter = strict_converter()
    converter.register_structure_hook(Money, lambda value, _: Money(int(value)))

    assert converter.structure({"number": 1, "price": "250"}, Order) == Order(1, Money(250))


def test_an_error_of_a_hook_of_the_users_own_is_told_by_its_class() -> None:
    converter = strict_converter()
    converter.register_structure_hook(Money, lambda value, _: Money(int(value)))

    with pytest.raises(RefusedDataError) as caught:
        converter.structure({"number": 1, "price": "secret"}, Order)

    (problem,) = caught.value.problems
    assert str(problem) == ".price: cannot be read as Money: ValueError"


def test_a_hook_without_end_is_not_taken_for_bad_data() -> None:
    converter = strict_converter()
    converter.register_structure_hook(
        Money, lambda value, form: converter.structure({"number": 1, "price": value}, Order)
    )

    with pytest.raises(RecursionError):
        converter.structure({"number": 1, "price": 2}, Order)


def test_a_value_of_a_class_that_data_cannot_give_passes_as_it_is() -> None:
    pattern = re.compile("a")

    assert structure_value(pattern, re.Pattern[str]) == (pattern, ())
    assert structure_value([len], list[type(len)]) == ([len], ())  # type: ignore[misc]  # a class


def test_a_protocol_cannot_be_asked_and_is_refused() -> None:
    _, (problem,) = structure_value(3, Named)

    assert str(problem) == "input: expected Named, found int; data cannot give a Named"


def test_errors_of_hooks_that_cattrs_makes_keep_their_paths() -> None:
    converter = strict_converter()
    converter.register_structure_hook(Order, make_dict_structure_fn(Order, converter))

    with pytest.raises(RefusedDataError) as caught:
        converter.structure([{"number": "x", "price": {"cents": 1.5}}, {}], list[Order])

    assert [str(problem) for problem in caught.value.problems] == [
        "[0].number: expected int, found str",
        "[0].price.cents: expected int, found float",
        "[1].number: cannot be read as Order: KeyError",
        "[1].price: cannot be read as Order: KeyError",
    ]


def test_errors_of_iterables_that_cattrs_reads_keep_their_places() -> None:
    converter = strict_converter()
    stock = cattrs.Converter()
    converter.register_structure_hook_func(lambda form: form == list[Money], stock.structure)

    with pytest.raises(RefusedDataError) as caught:
        converter.structure({"a": [{"cents": 1}, {}]}, dict[str, list[Money]])

    assert [str(problem) for problem in caught.value.problems] == [
        '["a"][1].cents: cannot be read as list[Money]: KeyError'
    ]


def test_a_class_derived_from_a_builtin_is_read_by_its_own_kind() -> None:
    converter = strict_converter()

    assert converter.structure("yes", Word) is Word.YES
    assert converter.structure(True, bool) is True
    with pytest.raises(RefusedDataError, match="expected bool, found int"):
        converter.structure(1, bool)


def test_converters_do_not_share_hooks() -> None:
    changed = strict_converter()
    changed.register_structure_hook(Money, lambda value, _: Money(value))

    assert changed.structure(3, Money) == Money(3)
    with pytest.raises(RefusedDataError):
        strict_converter().structure(3, Money)


def test_a_reader_is_built_once_for_a_form() -> None:
    converter = strict_converter()
    get = functools.partial(converter.get_structure_hook, Order)

    assert get() is get()
