"""Laws of value checks, and their agreement with two judges that share no code with them.

The first judge is a plain reading of a form, item by item, without sampling. The second
is mypy: the same values are assigned to variables of the same types in a module, and
mypy says which lines are wrong.
"""

import enum
import json
import operator
import os
import pathlib
import types
import typing
from collections import abc
from typing import Literal, NewType

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hbia_dsl.typeforms.value_check import compile_check

EXAMPLES = 4_000 if os.environ.get("HBIA_LONG") == "1" else 250
UserId = NewType("UserId", int)


class User: ...


class Admin(User): ...


class Alien:
    """What no form here allows; its repr must never be seen in a message."""

    def __repr__(self) -> str:
        return "SECRET"


class Colour(enum.Enum):
    RED = "red"


class Address(typing.TypedDict):
    zip: str
    floor: typing.NotRequired[int]


class Team(typing.TypedDict):
    people: list[User]
    by_name: dict[str, "Address"]


@attrs.frozen
class Kind:
    """A form and how to make values of it."""

    form: object
    values: st.SearchStrategy[object]


ADDRESSES = st.fixed_dictionaries({"zip": st.text(max_size=3)}, optional={"floor": st.integers()})
USERS = st.builds(User) | st.builds(Admin)
PLAIN = [
    Kind(int, st.integers() | st.booleans()),
    Kind(float, st.floats() | st.integers()),
    Kind(str, st.text(max_size=3)),
    Kind(bytes, st.binary(max_size=3)),
    Kind(None, st.none()),
    Kind(User, USERS),
    Kind(UserId, st.integers()),
    Kind(Colour, st.just(Colour.RED)),
    Kind(Literal["a", 2], st.sampled_from(["a", 2])),
    Kind(type[User], st.sampled_from([User, Admin])),
    Kind(Address, ADDRESSES),
    Kind(
        Team,
        st.fixed_dictionaries(
            {
                "people": st.lists(USERS, max_size=3),
                "by_name": st.dictionaries(st.text(max_size=2), ADDRESSES, max_size=2),
            }
        ),
    ),
]
HASHABLE = [kind for kind in PLAIN if kind.form not in (Address, Team)]


def lists_of(kind: Kind) -> st.SearchStrategy[list[object]]:
    return st.lists(kind.values, max_size=4)


def subscripted(generic: object, *arguments: object) -> object:
    """Return `generic[arguments]`, built from values."""
    inside = arguments[0] if len(arguments) == 1 else arguments
    return operator.getitem(typing.cast(dict[object, object], generic), inside)


def pair_of(first: Kind, second: Kind) -> Kind:
    form = subscripted(tuple, first.form, second.form)
    return Kind(form, st.tuples(first.values, second.values))


def either_of(first: Kind, second: Kind) -> Kind:
    form = subscripted(typing.Union, first.form, second.form)
    return Kind(form, first.values | second.values)


def dict_of(key: Kind, value: Kind) -> Kind:
    form = subscripted(dict, key.form, value.form)
    return Kind(form, st.dictionaries(key.values, value.values, max_size=3))


def run_of(kind: Kind) -> Kind:
    return Kind(subscripted(tuple, kind.form, ...), lists_of(kind).map(tuple))


def sequence_of(kind: Kind) -> Kind:
    lists = lists_of(kind)
    return Kind(subscripted(abc.Sequence, kind.form), lists | lists.map(tuple))


def containers(inner: st.SearchStrategy[Kind]) -> st.SearchStrategy[Kind]:
    """Put kinds into containers, tuples and unions."""
    return st.one_of(
        inner.map(lambda kind: Kind(subscripted(list, kind.form), lists_of(kind))),
        inner.map(sequence_of),
        inner.map(run_of),
        st.builds(pair_of, inner, inner),
        st.builds(dict_of, st.sampled_from(HASHABLE[:3]), inner),
        st.builds(either_of, inner, inner),
        inner.map(lambda kind: either_of(kind, PLAIN[4])),
        st.sampled_from(HASHABLE).map(
            lambda kind: Kind(subscripted(set, kind.form), lists_of(kind).map(set))
        ),
    )


KINDS = st.recursive(st.sampled_from(PLAIN), containers, max_leaves=6)


def plainly_is(value: object, form: object) -> bool:  # noqa: PLR0911 - one for each kind
    """Whether a value has a form, read item by item."""
    origin, arguments = typing.get_origin(form), typing.get_args(form)
    if origin in (typing.Union, types.UnionType):
        return any(plainly_is(value, arm) for arm in arguments)
    if origin is Literal:
        return any(type(value) is type(choice) and value == choice for choice in arguments)
    if origin is type:
        return isinstance(value, type) and issubclass(value, arguments[0])
    if origin is tuple and arguments[-1] is not ...:
        if not isinstance(value, tuple) or len(value) != len(arguments):
            return False
        return all(map(plainly_is, value, arguments))
    if origin is dict:
        return isinstance(value, dict) and all(
            plainly_is(k, arguments[0]) and plainly_is(v, arguments[1]) for k, v in value.items()
        )
    if isinstance(origin, type) and issubclass(origin, abc.Collection):
        return isinstance(value, origin) and all(plainly_is(v, arguments[0]) for v in value)
    if isinstance(form, NewType):
        return plainly_is(value, form.__supertype__)
    if form is Address or form is Team:
        return isinstance(value, dict) and all(
            plainly_is(value[key], hint) if key in value else key == "floor"
            for key, hint in typing.get_type_hints(form).items()
        )
    if form is None:
        return value is None
    assert isinstance(form, type)
    return isinstance(value, (float, int) if form is float else form)


def with_alien(value: object, data: st.DataObject) -> object:
    """Put an alien in the place of some part of a value."""
    if isinstance(value, dict) and value and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(sorted(value, key=repr)))
        return {**value, key: with_alien(value[key], data)}
    if isinstance(value, list | tuple) and value and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(value) - 1))
        items = [with_alien(v, data) if n == place else v for n, v in enumerate(value)]
        return type(value)(items)
    if isinstance(value, set) and value and data.draw(st.booleans()):
        return value | {Alien()}
    return Alien()


def follow(value: object, path: tuple[str, ...]) -> object:
    """Walk into a value along the path of a mismatch."""
    for part in path:
        word, _, rest = part.partition(" ")
        if word == "key":
            value = typing.cast(dict[str, object], value)[json.loads(rest)]
        elif word == "entry":
            position, side = rest.split(", ")
            entry = list(typing.cast(dict[object, object], value).items())[int(position)]
            value = entry[side == "value"]
        else:
            value = list(typing.cast(abc.Iterable[object], value))[int(rest)]
    return value


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_a_value_made_for_a_form_is_accepted(data: st.DataObject) -> None:
    kind = data.draw(KINDS)
    check = compile_check(kind.form)

    assert check is not None
    assert check.accepts(data.draw(kind.values))


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_a_value_with_an_alien_in_it_is_refused_where_the_alien_is(data: st.DataObject) -> None:
    kind = data.draw(KINDS)
    value = with_alien(data.draw(kind.values), data)
    check = compile_check(kind.form)

    assert check is not None
    assert not check.accepts(value)
    mismatch = check.explain(value)
    assert "SECRET" not in str(mismatch)
    if mismatch.found is not None and not mismatch.found.startswith("another "):
        found = follow(value, mismatch.path)
        assert mismatch.found == ("None" if found is None else type(found).__name__)


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_a_check_agrees_with_a_plain_reading_of_the_form(data: st.DataObject) -> None:
    kind, other = data.draw(KINDS), data.draw(KINDS)
    check = compile_check(kind.form)
    value = data.draw(other.values)

    assert check is not None
    assert plainly_is(value, kind.form) == check.accepts(value)


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_an_explanation_exists_exactly_for_refused_values(data: st.DataObject) -> None:
    kind, other = data.draw(KINDS), data.draw(KINDS)
    check = compile_check(kind.form)
    value = data.draw(other.values)

    assert check is not None
    assert check.accepts(value) == (check.find(value, 1_000) is None)


PRELUDE = """
import enum
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from typing import Literal, NotRequired, Protocol, TypedDict

class User: ...
class Admin(User):
    name: str = "a"
    def greet(self) -> str: return "hi"
class Colour(enum.Enum):
    RED = 1
class Address(TypedDict):
    zip: str
    floor: NotRequired[int]
class Named(Protocol):
    name: str
    def greet(self) -> str: ...
"""
FORMS = """
int float complex bool str bytes None User Admin Colour Address Named object
int|None User|None int|str list[int]|None list[int]|list[str]
Literal[1] Literal["a",2] Literal[Colour.RED] Literal[True]
list[int] list[float] list[User] list[int|str] list[list[int]] list[User|None]
set[int] frozenset[str] dict[str,int] dict[str,list[int]] dict[int,User] Mapping[str,object]
Sequence[int] Sequence[str] Sequence[User] Iterable[int] Collection[str] Set[int]
tuple[int,str] tuple[int,...] tuple[()] tuple[int,*tuple[str,...],float]
type[User] type[int] Callable[...,object]
"""
VALUES = """
1 True 1.5 2j "a" "b" b"a" None User() Admin() Colour.RED User Admin int str len
[1] [1,2.5] ["a"] [1,"a"] [True] [None] [User()] [User(),None] [[1]] [["a"]] [b"a"]
{1} {"a"} frozenset({"a"}) {"a":1} {"a":"b"} {"a":[1]} {"a":["b"]} {1:User()} {1:1}
{"zip":"a"} {"zip":1} {"zip":"a","floor":1} {"zip":"a","floor":None}
(1,"a") (1,) (1,2) ("a",1) (1,"a",2.5) (1,2.5) (1,"a","b",2) range(3)
"""
BEYOND_RUN_TIME = frozenset(
    # What mypy refuses and a check accepts: signatures are not compared, and what mypy
    # infers for an expression in the context of a union does not show in its value.
    {("Named", "Admin"), ("list[int]|list[str]", "[True]")}
)


@pytest.mark.timeout(120)
def test_a_check_agrees_with_mypy_on_values_written_out(tmp_path: pathlib.Path) -> None:
    from mypy import api

    pairs = [(form, value) for form in FORMS.split() for value in VALUES.split()]
    lines = [f"v{n}: {form} = {value}" for n, (form, value) in enumerate(pairs)]
    module = tmp_path / "written_out.py"
    module.write_text(PRELUDE + "\n".join(lines) + "\n", encoding="ascii")
    options = ["--config-file=", "--cache-dir", str(tmp_path / "cache"), "--no-error-summary"]
    output, errors, _ = api.run([*options, "--strict", "--hide-error-context", str(module)])
    before = PRELUDE.count("\n")
    wrong = {
        int(line.split(":")[1]) - before - 1 for line in output.splitlines() if ": error:" in line
    }
    names: dict[str, object] = {"__name__": "written_out"}
    exec(PRELUDE, names)  # noqa: S102 - the text above

    disagreements = []
    for number, (form, value) in enumerate(pairs):
        check = compile_check(eval(form, names))  # noqa: S307 - as above
        accepted = check is None or check.accepts(eval(value, names))  # noqa: S307 - as above
        if accepted != (number not in wrong) and (form, value) not in BEYOND_RUN_TIME:
            disagreements.append((form, value, "accepted" if accepted else "refused"))
    assert not errors
    assert 0 < len(wrong) < len(pairs)
    assert not disagreements
