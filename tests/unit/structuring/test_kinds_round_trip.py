"""Every kind of value survives being written as JSON and read by its form."""

import collections
import dataclasses
import datetime as dt
import decimal
import fractions
import json
import typing

import attrs
import pytest
from cattrs.preconf.json import make_converter

from case_labels import label
from hbia_dsl.structuring.strict_converter import strict_converter, structure_value
from unit.structuring.kinds_of_data import KINDS, Address, Person, Point, Scored, Shade


@attrs.define
class Derived:
    number: int
    double: int = attrs.field(init=False, default=2)


@dataclasses.dataclass
class DerivedRecord:
    number: int
    double: int = dataclasses.field(init=False, default=2)


def written(value: object) -> object:
    """Return what JSON gives back of a value."""
    return json.loads(json.dumps(strict_converter().unstructure(value)))


@pytest.mark.parametrize(("form", "value"), KINDS, ids=label)
def test_a_value_survives_json(form: object, value: object) -> None:
    read, problems = structure_value(written(value), form)

    assert problems == ()
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("form", "value"), KINDS, ids=label)
def test_a_value_of_a_class_passes_as_it_is(form: object, value: object) -> None:
    read, problems = structure_value(value, form)

    assert problems == ()
    assert read == value


def test_what_is_written_are_mappings_lists_and_scalars() -> None:
    person = Person("ann", Address("1", ("a",)), dt.date(2000, 1, 1), b"\x00")

    assert strict_converter().unstructure([person, Scored("b"), Shade.DARK, Point(1)]) == [
        {
            "name": "ann",
            "address": {"zip": "1", "tags": ["a"]},
            "born": "2000-01-01",
            "token": "AA==",
        },
        ["b", 0.0],
        "dark",
        {"x": 1, "y": 0.0},
    ]


def test_an_integer_declared_as_float_becomes_one() -> None:
    read, problems = structure_value(1, float)

    assert (read, problems) == (1.0, ())
    assert type(read) is float


@pytest.mark.parametrize(
    ("data", "value"), [(3, decimal.Decimal(3)), (3, fractions.Fraction(3)), (3, 3 + 0j)]
)
def test_an_integer_is_read_as_a_wider_number(data: int, value: object) -> None:
    assert structure_value(data, type(value)) == (value, ())


def test_what_a_constructor_does_not_take_is_not_written() -> None:
    assert strict_converter().unstructure([Derived(1), DerivedRecord(1)]) == [
        {"number": 1},
        {"number": 1},
    ]


def test_a_named_tuple_is_read_from_a_list_or_from_a_mapping() -> None:
    assert structure_value(["a"], Scored) == (Scored("a"), ())
    assert structure_value({"best": "a", "score": 2}, Scored) == (Scored("a", 2.0), ())


def test_a_counter_declared_with_its_keys_counts_integers() -> None:
    _, problems = structure_value({"a": "x"}, collections.Counter[str])

    assert [str(p) for p in problems] == ['input["a"]: expected int, found str']


@pytest.mark.parametrize(
    "form", [int, str, float, list[int], dict[str, int], Address, Person, int | None], ids=label
)
def test_valid_data_mean_the_same_as_to_the_stock_converter(form: object) -> None:
    samples: dict[object, object] = {
        int: 3,
        str: "a",
        float: 1.5,
        list[int]: [1, 2],
        dict[str, int]: {"a": 1},
        Address: {"zip": "1", "tags": ["a"]},
        Person: {"name": "ann", "address": {"zip": "1"}, "born": "2000-01-01"},
        int | None: None,
    }
    data = samples[form]
    stock: object = make_converter().structure(data, typing.cast(type, form))

    assert structure_value(data, form) == (stock, ())
