"""Objects of packages count by what they say they consist of, and nothing of it is run."""

import copyreg
import random
import subprocess
import sys
import threading
import types
from argparse import Namespace
from functools import cached_property
from typing import Any, Final

import pytest

from hbia_dsl.cache.code_large import LARGE
from hbia_dsl.cache.code_thing import Notes
from hbia_dsl.cache.code_value import MOST_ASKED, ValueText
from hbia_dsl.cache.fingerprint import fingerprint_of

PACKAGE: Final = "sqlite3"
"""Any package of Python that has a file: what is said to come from there is not followed."""


def _foreign(**members: object) -> Any:  # noqa: ANN401 - a class with members of any name
    """Make a class as if Python brought it."""
    return type("Foreign", (), {"__module__": PACKAGE, **members})


def _text(value: object) -> tuple[str, list[str]]:
    notes = Notes()
    return ValueText(notes).write(value, "it"), notes.limits


def _made(cls: type, **state: object) -> object:
    made: object = cls()
    vars(made).update(state)
    return made


def test_attributes_count_and_their_order_does_not() -> None:
    cls = _foreign()

    assert _text(_made(cls, a=1, b=2)) == _text(_made(cls, b=2, a=1))
    assert _text(_made(cls, a=1, b=2)) != _text(_made(cls, a=1, b=3))
    assert _text(_made(cls, a=1)) != _text(_made(cls, b=1))


def test_slots_count() -> None:
    cls = _foreign(__slots__=("a", "__dict__"))
    one, other = cls(), cls()
    one.a, other.a = 1, 2

    assert _text(one) != _text(other)
    assert not _text(one)[1]


def test_what_an_object_has_computed_of_itself_does_not_count() -> None:
    prop = cached_property(lambda self: self.a + 1)
    prop.__set_name__(object, "more")
    cls = _foreign(more=prop)
    value: Any = _made(cls, a=1)
    before = _text(value)

    assert value.more == 2

    assert _text(value) == before


def test_items_and_entries_count() -> None:
    def reduce(self: object, protocol: int) -> object:
        assert protocol == 4
        return object, (), None, iter(vars(self)["items"]), iter(vars(self)["entries"])

    cls = _foreign(__reduce_ex__=reduce)

    def of(items: list[int], *entries: tuple[int, int]) -> str:
        return _text(_made(cls, items=items, entries=entries))[0]

    assert of([1], (1, 2)) == of([1], (1, 2))
    assert len({of([1]), of([2]), of([], (1, 2)), of([])}) == 4


def test_what_would_make_the_object_counts_and_is_not_called() -> None:
    def make(*_: object) -> object:
        raise AssertionError("called")

    def reduce(self: object, _: int) -> object:
        return vars(self)["make"], (vars(self)["n"],)

    cls = _foreign(__reduce_ex__=reduce)
    text = _text(_made(cls, make=make, n=1))

    assert text != _text(_made(cls, make=make, n=2))
    assert text != _text(_made(cls, make=len, n=1))


def test_copyreg_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    cls = _foreign()
    monkeypatch.setitem(copyreg.dispatch_table, cls, lambda value: (len, (value.n,)))

    assert _text(_made(cls, n=1, other=1)) == _text(_made(cls, n=1, other=2))
    assert _text(_made(cls, n=1)) != _text(_made(cls, n=2))


def _refuse(self: object, protocol: int) -> object:
    raise TypeError(self, protocol)


def _fail(self: object, protocol: int) -> object:
    raise OSError(self, protocol)


def _endless(self: object, protocol: int) -> object:
    del protocol
    return type(self), (type(self)(),)


def _odd(self: object, protocol: int) -> object:
    del self, protocol
    return 5


@pytest.mark.parametrize("reduce", [_refuse, _fail, _endless, _odd])
def test_what_does_not_tell_counts_by_its_type_and_is_said(reduce: object) -> None:
    cls = _foreign(__reduce_ex__=reduce)
    said = ["cannot see inside `it` (a Foreign)"]

    assert _text(_made(cls, a=1)) == _text(_made(cls, a=2)) == ("a sqlite3.Foreign", said)


def test_an_object_at_work_counts_by_its_type_as_a_whole() -> None:
    cls = _foreign()
    one, other = (_made(cls, n=n, inner=_made(cls, lock=threading.Lock())) for n in (1, 2))

    assert _text(one) == _text(other)
    assert _text(one)[1] == ["cannot see inside `it` (a Foreign)"]


def test_what_was_found_in_an_object_that_does_not_tell_does_not_count() -> None:
    def helper() -> int:
        return 1

    value = _made(_foreign(), a=helper, z=threading.Lock())

    def f() -> object:
        return value

    assert [name for name in fingerprint_of(f).parts if "helper" in name] == []


def test_an_object_of_the_user_in_it_hides_only_what_has_no_value() -> None:
    class Own:
        def __init__(self, n: int) -> None:
            self.n, self.lock = n, threading.Lock()

    cls = _foreign()
    one, other = _made(cls, own=Own(1)), _made(cls, own=Own(2))

    assert _text(one)[0] != _text(other)[0]
    assert _text(one)[1] == ["cannot see inside `it.own.lock` (a lock)"]


def test_a_class_of_the_user_is_not_asked() -> None:
    asked: list[object] = []

    class Own:
        def __reduce__(self) -> str:
            asked.append(self)
            return "own"

    class OwnError(ValueError):
        def __reduce__(self) -> str:
            asked.append(self)
            return "own"

    assert not _text(Own())[1]
    assert _text(OwnError(1))[1] == ["cannot see inside `it` (a OwnError)"]
    assert asked == []


def test_rings_and_shared_parts_end() -> None:
    cls = _foreign()

    def graph(last: int) -> list[object]:
        nodes = [_made(cls, n=n) for n in (*range(29), last)]
        for node in nodes:
            vars(node)["near"] = list(nodes)
        return nodes

    assert _text(graph(1)[0]) == _text(graph(1)[0])
    assert _text(graph(1)[0]) != _text(graph(2)[0])


def test_objects_that_lead_to_each_other_through_sets_end() -> None:
    def nodes(count: int) -> object:
        made = [types.SimpleNamespace(n=n) for n in range(count)]
        for node in made:
            node.near = frozenset(map(Hashed, made))
        return made[0]

    class Hashed:
        def __init__(self, node: object) -> None:
            self.node = node

    assert _text(nodes(3)) == _text(nodes(3)) != _text(nodes(4))
    assert _text(nodes(30)) == (
        "a types.SimpleNamespace",
        ["cannot see inside `it` (a SimpleNamespace)"],
    )


def test_which_of_two_like_objects_is_meant_counts() -> None:
    def rings(which: int) -> object:
        tops: list[Any] = [types.SimpleNamespace(name="n" * 70, number=n) for n in range(2)]
        for top in tops:
            top.below = types.SimpleNamespace(name="b" * 70, top=top)
        return [tops, tops[which].below]

    assert _text(rings(0)) == _text(rings(0))
    assert _text(rings(0)) != _text(rings(1))


def test_the_state_of_the_generator_behind_a_function_of_random_does_not_count() -> None:
    # Each process seeds it in another way.
    before = _text(random.randint), _text(random.random)

    random.random()

    assert (_text(random.randint), _text(random.random)) == before
    assert _text(random.Random(1)) != _text(random.Random(2))


def test_the_environment_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    before = _text(os.environ)

    monkeypatch.setenv("LOOKED_AT", "1")

    assert _text(os.environ) == before
    assert before[1] == ["cannot see inside `it` (a _Environ)"]


def test_an_edit_in_place_is_noticed_in_the_same_process() -> None:
    args = Namespace(n=1)

    def f() -> object:
        return args.n

    before = fingerprint_of(f)
    assert fingerprint_of(f) == before

    args.n = 2

    assert fingerprint_of(f) != before


CONSTANTS: Final = """
import argparse, ast, configparser, datetime, email.message, fractions, ipaddress, logging, random
import textwrap, unittest.mock, xml.dom.minidom, xml.etree.ElementTree as ET
from collections import UserDict
parser = argparse.ArgumentParser()
parser.add_argument("--x", type=int, choices={1, 2, 3})
config = configparser.ConfigParser()
config.read_dict({"a": {"k": "1"}})
class Near:
    pass
near = [Near() for _ in range(6)]
for node in near:
    node.near, node.text = set(near), "n" * 90
VALUES = [
    parser, config, ast.parse("def f(x): return [y for y in x if y]"), random.Random(1),
    UserDict(a={"x", "y", "z"}), logging.getLogger("a"), logging.Formatter("%(name)s"),
    textwrap.TextWrapper(), unittest.mock.Mock(return_value=3),
    xml.dom.minidom.parseString("<a><b/></a>"), ET.fromstring("<a><b/></a>"),
    email.message.EmailMessage(), fractions.Fraction(1, 2), ipaddress.ip_network("10.0.0.0/8"),
    near,
]
try:
    import numpy as np, pandas as pd, pyarrow as pa
    from numpy.random import rand
    VALUES += [
        np.random.default_rng(1), np.dtype("i4"), np.ma.array([1]), np.poly1d([1]), rand,
        pd.Timestamp("2020", tz="Europe/Berlin"), pd.NaT, pd.NA, pd.offsets.BDay(2),
        pd.MultiIndex.from_tuples([(1, "a")]), pd.CategoricalDtype(["a"]), pd.Interval(1, 2),
        pa.schema([("a", pa.int64())], metadata={"a": "b"}), pa.list_(pa.int32()),
        np.zeros(2, np.dtype([("a", "i1"), ("b", "i8")], align=True)),
    ]
except ImportError:
    pass
from hbia_dsl.cache.code_large import LARGE
from hbia_dsl.cache.code_thing import Notes
from hbia_dsl.cache.code_value import MOST_ASKED, ValueText
for value in VALUES:
    notes = Notes()
    print(ValueText(notes).write(value, "it"), notes.limits)
    assert not notes.limits, type(value)
"""


def test_the_text_is_the_same_in_every_process() -> None:
    texts = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", CONSTANTS],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=50,
        ).stdout
        for seed in ("1", "2")
    ]

    assert texts[0] == texts[1]
    assert "0x" not in texts[0]


def _tree(nodes: int, last: int, asked: list[object]) -> object:
    """Make an object of a package that leads to so many others, each of which can be asked."""

    def tells(self: object, _protocol: int) -> tuple[object, ...]:
        asked.append(self)
        return object, (), {"number": self.number, "children": self.children}  # type: ignore[attr-defined]  # set below

    cls = _foreign(__reduce_ex__=tells)
    children = [_made(cls, number=n, children=[]) for n in range(nodes - 1)]
    return _made(cls, number=last, children=children)


@pytest.mark.parametrize("nodes", [LARGE, 3 * LARGE])
def test_a_large_object_is_asked_once_and_a_limit_says_so(nodes: int) -> None:
    asked: list[object] = []
    tree: Any = _tree(nodes, 1, asked)

    first = _text(tree)
    tree.number = 2
    again = _text(tree)

    assert len(asked) == nodes
    assert again == first
    assert first[1] == ["`it` is large, so only its value at first counts"]
    assert _text(_tree(nodes, 1, asked))[0] == first[0]
    assert _text(_tree(nodes, 2, asked))[0] != first[0]


def test_an_object_that_is_not_large_is_asked_each_time() -> None:
    asked: list[object] = []
    tree: Any = _tree(LARGE - 1, 1, asked)

    first = _text(tree)
    tree.number = 2

    assert not first[1]
    assert _text(tree)[0] != first[0]


def test_an_object_that_is_too_large_counts_by_its_type_and_is_not_asked_again() -> None:
    asked: list[object] = []
    tree = _tree(MOST_ASKED + 1, 1, asked)

    first = _text(tree)

    assert first[0] == "a sqlite3.Foreign"
    assert first[1] == ["cannot see inside `it` (a Foreign)"]
    assert len(asked) == MOST_ASKED
    assert _text(tree) == first
    assert len(asked) == MOST_ASKED


def test_the_code_in_a_large_object_is_followed_at_each_look() -> None:
    def helper() -> None:
        """Is found in the tree."""

    tree: Any = _tree(LARGE, 1, [])
    tree.children[0].number = helper
    for _ in range(2):
        notes = Notes()
        ValueText(notes).write(tree, "it")
        assert [thing.target() for thing in notes.things] == [helper]
