"""Laws of reading data: what was written is read, what was spoiled is refused at its place."""

import datetime as dt
import decimal
import json
import operator
import os
import re
import typing
from collections.abc import Mapping, Sequence

import attrs
from cattrs.preconf.json import make_converter
from hypothesis import given, settings
from hypothesis import strategies as st

from hbia_dsl.structuring.strict_converter import strict_converter, structure_value

EXAMPLES = 4_000 if os.environ.get("HBIA_LONG") == "1" else 150
SPOILT = "hunter2"
STRICT = strict_converter()
STOCK = make_converter()


class Alien:
    """What no form here allows; its text must never be seen in a message."""

    def __repr__(self) -> str:
        return SPOILT


class Options(typing.TypedDict):
    depth: int
    name: typing.NotRequired[str]


class Scored(typing.NamedTuple):
    best: str
    score: float


@attrs.frozen
class Address:
    zip: str
    lines: list[str] = attrs.Factory(list)


@attrs.frozen
class Person:
    name: str
    address: Address
    born: dt.date | None = None
    scores: dict[str, float] = attrs.Factory(dict)


@attrs.frozen
class Kind:
    """A form and how to make values of it."""

    form: object
    values: st.SearchStrategy[object]


NUMBERS = st.floats(allow_nan=False)
TEXTS = st.text(max_size=3)
LINES = st.lists(TEXTS, max_size=2)
ADDRESSES = st.builds(Address, TEXTS, LINES)
STOCK_KINDS = [
    Kind(int, st.integers(-(2**63), 2**63)),
    Kind(float, NUMBERS),
    Kind(str, TEXTS),
    Kind(bool, st.booleans()),
    Kind(dt.date, st.dates()),
    Kind(Address, ADDRESSES),
    Kind(
        Person,
        st.builds(
            Person,
            TEXTS,
            ADDRESSES,
            st.none() | st.dates(),
            st.dictionaries(TEXTS, NUMBERS, max_size=2),
        ),
    ),
]
OWN_KINDS = [
    Kind(None, st.none()),
    Kind(dt.datetime, st.datetimes()),
    Kind(dt.time, st.times()),
    Kind(dt.timedelta, st.timedeltas()),
    Kind(decimal.Decimal, st.decimals(allow_nan=False)),
    Kind(bytes, st.binary(max_size=3)),
    Kind(complex, st.complex_numbers(allow_nan=False)),
    Kind(Scored, st.builds(Scored, TEXTS, NUMBERS)),
    Kind(Options, st.fixed_dictionaries({"depth": st.integers()}, optional={"name": TEXTS})),
]


def subscripted(generic: object, *arguments: object) -> object:
    """Return `generic[arguments]`, built from values."""
    inside = arguments[0] if len(arguments) == 1 else arguments
    return operator.getitem(typing.cast(dict[object, object], generic), inside)


def list_of(kind: Kind) -> Kind:
    return Kind(subscripted(list, kind.form), st.lists(kind.values, max_size=3))


def dict_of(kind: Kind) -> Kind:
    form = subscripted(dict, str, kind.form)
    return Kind(form, st.dictionaries(TEXTS, kind.values, max_size=3))


def optional(kind: Kind) -> Kind:
    return Kind(subscripted(typing.Union, kind.form, None), kind.values | st.none())


def pair_of(first: Kind, second: Kind) -> Kind:
    form = subscripted(tuple, first.form, second.form)
    return Kind(form, st.tuples(first.values, second.values))


def kinds_from(plain: Sequence[Kind]) -> st.SearchStrategy[Kind]:
    return st.recursive(
        st.sampled_from(plain),
        lambda inner: st.one_of(
            inner.map(list_of),
            inner.map(dict_of),
            inner.map(optional),
            st.builds(pair_of, inner, inner),
        ),
        max_leaves=4,
    )


def written(value: object) -> object:
    """Return what JSON gives back of a value."""
    return json.loads(json.dumps(STRICT.unstructure(value)))


def spoiled(data: object, draw: st.DataObject) -> tuple[object, str]:
    """Put a value that nothing allows in the place of some part of data; return its path too."""
    if isinstance(data, dict) and data and draw.draw(st.booleans()):
        key = draw.draw(st.sampled_from(sorted(data)))
        inner, path = spoiled(data[key], draw)
        return {**data, key: inner}, f"/{key}{path}"
    if isinstance(data, list) and data and draw.draw(st.booleans()):
        place = draw.draw(st.integers(0, len(data) - 1))
        inner, path = spoiled(data[place], draw)
        return [inner if n == place else item for n, item in enumerate(data)], f"/{place}{path}"
    return Alien(), ""


def walked(path: str, data: object) -> str:
    """Return the path of a problem as keys and places, and check that it leads somewhere."""
    found = ""
    for field, place, key in re.findall(r'\.(\w+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]', path):
        if place:
            data = typing.cast(Sequence[object], data)[int(place)]
            found += f"/{place}"
            continue
        entries = typing.cast(Mapping[str, object], data)
        name = field or key
        (name,) = [k for k in entries if k == name or ascii(k)[1:-1].replace('"', '\\"') == name]
        data = entries[name]
        found += f"/{name}"
    return found


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_what_was_written_is_read(draw: st.DataObject) -> None:
    kind = draw.draw(kinds_from([*STOCK_KINDS, *OWN_KINDS]))
    value = draw.draw(kind.values)

    assert structure_value(written(value), kind.form) == (value, ())


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_valid_data_mean_the_same_as_to_the_stock_converter(draw: st.DataObject) -> None:
    kind = draw.draw(kinds_from(STOCK_KINDS))
    data = written(draw.draw(kind.values))
    stock: object = STOCK.structure(data, typing.cast(type, kind.form))

    assert structure_value(data, kind.form) == (stock, ())


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_spoiled_data_are_refused_at_or_above_the_place(draw: st.DataObject) -> None:
    kind = draw.draw(kinds_from([*STOCK_KINDS, *OWN_KINDS]))
    data, spoiled_path = spoiled(written(draw.draw(kind.values)), draw)

    value, problems = structure_value(data, kind.form)

    assert value is None
    assert problems
    for problem in problems:
        assert SPOILT not in problem.message
        if "missing" not in problem.message:
            path = walked(problem.path.removeprefix("input").removesuffix(" (key)"), data)
            assert path.startswith(spoiled_path) or spoiled_path.startswith(path)


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_data_of_another_kind_are_read_as_before_or_refused(draw: st.DataObject) -> None:
    every = kinds_from([*STOCK_KINDS, *OWN_KINDS])
    kind, other = draw.draw(every), draw.draw(every)
    data = written(draw.draw(other.values))

    value, problems = structure_value(data, kind.form)

    # Reading never raises, and what it accepts says the same as the data when written again.
    if not problems:
        again, none = structure_value(written(value), kind.form)
        assert (again, none) == (value, ())
    else:
        assert value is None
