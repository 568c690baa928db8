"""Methods of inputs count, whatever the vertex is declared to take: edits of them are seen.

Each case is a module of its own with a helper module beside it, as in the edit matrix. One
process runs them all before the edits, one after them.
"""

import functools
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

import attrs
import pytest

from hbia_dsl import Flow, vertex
from hbia_dsl.cache.cache_manager import CacheManager
from hbia_dsl.cache.call_key import key_of_call
from hbia_dsl.cache.fingerprint import Fingerprinter, fingerprint_of
from hbia_dsl.cache.memory_store import MemoryStore

HEAD: Final = """
import attrs, dataclasses, enum, typing
from collections.abc import Sequence
from hbia_dsl import Flow, vertex
import LIB as lib

class Shape: pass

"""

FLOW: Final = """

def taken(shape: FORM) -> None: ...

@vertex(effect="pure")
def f(shape: FORM) -> int:
    return BODY

flow = Flow.of("APP", f, inputs=taken, result=f).options(cache=True)
"""


@attrs.frozen
class Edit:
    """What a vertex is declared to take and given, an edit, and what the second run says."""

    text: str
    given: str
    form: str
    body: str
    old: str
    new: str
    reason: str | None
    """The reason why it runs again; None if it must not."""
    lib: str = ""
    in_lib: bool = False
    """Whether the edit is in the helper module."""


SQUARE: Final = (
    "@attrs.frozen\nclass Square(Shape):\n    n: int\n    def area(self): return self.n\n"
)
AREA: Final = "method `APP.Square.area` in APP.py changed"
GROWN: Final = ("return self.n", "return self.n + 1")


def _square(given: str, form: str, body: str, text: str = "") -> Edit:
    return Edit(SQUARE + text, given, form, body, *GROWN, AREA)


EDITS: Final[Mapping[str, Edit]] = {
    "a subclass": _square("Square(2)", "Shape", "shape.area()"),
    "an object": _square("Square(2)", "object", "shape.area()"),
    "a protocol": _square(
        "Square(2)",
        "HasArea",
        "shape.area()",
        "class HasArea(typing.Protocol):\n    def area(self) -> int: ...\n",
    ),
    "a union": _square("Square(2)", "int | Shape", "shape.area()"),
    "in a sequence": _square("[1, Square(2)]", "Sequence[object]", "shape[1].area()"),
    "in a mapping": _square(
        "{'a': {'b': (Square(2),)}}", "dict[str, object]", "shape['a']['b'][0].area()"
    ),
    "in a set": _square("{Square(2)}", "set[object]", "max(one.area() for one in shape)"),
    "a key": _square("{Square(2): 1}", "dict[object, int]", "max(one.area() for one in shape)"),
    "in a field": _square(
        "Holder(Square(2))",
        "Holder",
        "shape.held.area()",
        "@dataclasses.dataclass\nclass Holder:\n    held: object\n",
    ),
    "a dataclass": Edit(
        SQUARE.replace("@attrs.frozen", "@dataclasses.dataclass"),
        "Square(2)", "Shape", "shape.area()", *GROWN, AREA,
    ),
    "a class that make_dataclass made": Edit(
        "def area(self): return self.n\n"
        "Square = dataclasses.make_dataclass('Square', ['n'], namespace={'area': area})\n",
        "Square(2)", "object", "shape.area()", *GROWN, "function `APP.area` in APP.py changed",
    ),
    "a base class in another module": Edit(
        "@attrs.frozen\nclass Square(Shape, lib.Base):\n    n: int\n",
        "Square(2)", "Shape", "shape.area()", *GROWN,
        "method `LIB.Base.area` in LIB.py changed",
        "class Base:\n    def area(self): return self.n\n", in_lib=True,
    ),
    "what a method calls": Edit(
        SQUARE.replace("return self.n", "return lib.area(self.n)"),
        "Square(2)", "Shape", "shape.area()", "return n", "return n + 1",
        "function `LIB.area` in LIB.py changed", "def area(n): return n\n", in_lib=True,
    ),
    "an attribute of the class": Edit(
        "@attrs.frozen\nclass Square(Shape):\n    step = 1\n",
        "Square()", "Shape", "shape.step", "step = 1", "step = 2",
        "constant `APP.Square.step` changed",
    ),
    "a property": Edit(
        "@attrs.frozen\nclass Square(Shape):\n    @property\n    def area(self): return 1\n",
        "Square()", "Shape", "shape.area", "return 1", "return 2", AREA,
    ),
    "a member of an enum": Edit(
        "class Kind(enum.Enum):\n    A = 1\n    def weight(self): return self.value\n",
        "Kind.A", "object", "shape.weight()", "self.value", "-self.value",
        "method `APP.Kind.weight` in APP.py changed",
    ),
    "another member of an enum": Edit(
        "class Kind(enum.Enum):\n    A = 1\n    B = 2\n",
        "Kind.A", "object", "sum(one.value for one in type(shape))", "B = 2", "B = 3",
        "enum member `APP.Kind.B` changed",
    ),
    "a class that extends str": Edit(
        "class Name(str):\n    def length(self): return len(self)\n",
        "Name('a')", "str", "shape.length()", "len(self)", "len(self) + 1",
        "method `APP.Name.length` in APP.py changed",
    ),
    "a class that extends list": Edit(
        "class Names(list):\n    def length(self): return len(self)\n",
        "Names('a')", "Sequence[str]", "shape.length()", "len(self)", "len(self) + 1",
        "method `APP.Names.length` in APP.py changed",
    ),
    "a NamedTuple": Edit(
        "class Point(typing.NamedTuple):\n    x: int\n    def far(self): return self.x\n",
        "Point(1)", "tuple[object, ...]", "shape.far()", "return self.x", "return -self.x",
        "method `APP.Point.far` in APP.py changed",
    ),
    "what a NewType stands for": Edit(
        f"{SQUARE}Tile = typing.NewType('Tile', Shape)\n",
        "Tile(Square(2))", "Tile", "shape.area()", *GROWN, AREA,
    ),
    "a default of a field": Edit(
        "@attrs.frozen\nclass Square(Shape):\n    n: int = 1\n",
        "Square(3)", "Shape", "type(shape)().n", "n: int = 1", "n: int = 2",
        "field `n` of `APP.Square` changed",
    ),
    "nothing": Edit(SQUARE, "Square(2)", "Shape", "shape.area()", "self.n", "self.n", None),
    "a comment in a method": Edit(
        SQUARE, "Square(2)", "Shape", "shape.area()", "self.n\n", "self.n  # its area\n", None
    ),
    "a subclass that is not given": Edit(
        f"{SQUARE}class Circle(Shape):\n    def area(self): return 3\n",
        "Square(2)", "Shape", "shape.area()", "return 3", "return 4", None,
    ),
    "an unrelated function": Edit(
        f"{SQUARE}def other(): return 3\n",
        "Square(2)", "Shape", "shape.area()", "return 3", "return 4", None,
    ),
}  # fmt: skip

RUNNER: Final = """
import importlib, json, sys
names = json.loads(sys.argv[1])
found = {}
for name in names:
    module = importlib.import_module(name)
    run = module.flow.run(shape=module.given())
    report = run.report
    found[name] = {"value": run.value, "hits": list(report.hits), "why": list(report.why("f"))}
print(json.dumps(found))
"""


def _named(text: str, number: int) -> str:
    return text.replace("LIB", f"given_lib_{number}").replace("APP", f"given_{number}")


def _write(folder: Path, *, edited: bool) -> None:
    for number, edit in enumerate(EDITS.values()):
        text, lib = edit.text, edit.lib
        if edited:
            assert (lib if edit.in_lib else text).count(edit.old) == 1
            if edit.in_lib:
                lib = lib.replace(edit.old, edit.new)
            else:
                text = text.replace(edit.old, edit.new)
        flow = FLOW.replace("FORM", edit.form).replace("BODY", edit.body)
        given = f"\ndef given(): return {edit.given}\n"
        (folder / f"given_{number}.py").write_text(
            _named(HEAD + text + given + flow, number), encoding="utf-8"
        )
        (folder / f"given_lib_{number}.py").write_text(lib, encoding="utf-8")


def _run(folder: Path) -> dict[str, dict[str, object]]:
    names = json.dumps([f"given_{number}" for number in range(len(EDITS))])
    done = subprocess.run(
        [sys.executable, "-B", "-W", "error", "-c", RUNNER, names],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, dict[str, object]]]:
    folder = tmp_path_factory.mktemp("given")
    _write(folder, edited=False)
    first, same = _run(folder), _run(folder)
    _write(folder, edited=True)
    return [first, same, _run(folder)]


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_class_of_an_input_is_seen(
    outcomes: list[dict[str, dict[str, object]]], name: str
) -> None:
    number = list(EDITS).index(name)
    first, same, edited = (outcome[f"given_{number}"] for outcome in outcomes)
    reason = EDITS[name].reason

    assert first["why"] == ["nothing is kept of this vertex yet"]
    assert same == {"value": first["value"], "hits": ["f"], "why": []}
    if reason is None:
        assert edited == same
    else:
        assert edited["hits"] == []
        assert edited["why"] == [_named(reason, number)]
        assert edited["value"] != first["value"]


class HasArea(Protocol):
    def area(self) -> int: ...


@attrs.frozen
class Square:
    n: int

    def area(self) -> int:
        return self.n


@attrs.frozen
class Documented:
    """One."""

    def area(self) -> int:
        return len(type(self).__doc__ or "")


@vertex(effect="pure")
def area_of(shape: HasArea) -> int:
    return shape.area()


@vertex(effect="pure")
def area_of_square(shape: Square) -> int:
    return shape.area()


def _taken(shape: HasArea) -> None: ...


def _doubled(self: Square) -> int:
    return 2 * self.n


def test_a_method_that_is_patched_between_two_runs_of_a_process_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow = Flow.of("f", area_of, inputs=_taken, result=area_of)
    flow = flow.options(cache_store=MemoryStore())

    def run() -> tuple[int, int]:
        found = flow.run(shape=Square(2))
        return found.value, len(found.report.hits)

    assert [run(), run()] == [(2, 0), (2, 1)]
    with monkeypatch.context() as patch:
        patch.setattr(Square, "area", _doubled)
        assert [run(), run()] == [(4, 0), (4, 1)]
    assert run() == (2, 1)


def test_a_docstring_that_a_method_of_an_input_reads_is_seen_again_in_each_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow = Flow.of("f", area_of, inputs=_taken, result=area_of)
    flow = flow.options(cache_store=MemoryStore())

    values = [flow.run(shape=Documented()).value]
    monkeypatch.setattr(Documented, "__doc__", "Eleven.")
    values.append(flow.run(shape=Documented()).value)

    assert values == [4, 7]


def test_a_key_made_by_hand_has_the_classes_of_its_inputs_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cache = CacheManager(store=MemoryStore())

    def key() -> str:
        return cache.build_key(area_of, {"shape": Square(2)})

    before = key()
    assert key() == before
    monkeypatch.setattr(Square, "area", _doubled)
    assert key() != before


def test_a_class_that_the_code_reaches_anyway_adds_nothing() -> None:
    code = fingerprint_of(area_of_square)
    key = key_of_call("f", None, code, [("shape", Square(1))])
    assert key.code is code


def test_plain_data_and_classes_of_python_add_nothing() -> None:
    code = fingerprint_of(area_of)
    key = key_of_call("f", None, code, [("shape", [1, "a", {"b": (2.0, Path("c"))}])])
    assert key.code is code


@pytest.mark.parametrize(
    ("library", "make"),
    [("numpy", lambda np: np.arange(3)), ("pandas", lambda pd: pd.Series([1]))],
)
def test_a_class_of_a_package_counts_with_its_version(
    library: str, make: Callable[[object], object]
) -> None:
    module = pytest.importorskip(library)
    code = fingerprint_of(area_of)
    key = key_of_call("f", None, code, [("shape", {"a": make(module)})])
    assert f"package {library} {module.__version__}" in key.parts()
    assert f"package {library} {module.__version__}" not in code.parts


def test_classes_are_looked_at_once_a_run_and_remembered_between_runs() -> None:
    code = fingerprint_of(area_of)
    first = Fingerprinter().with_classes(code, [Square])
    assert Fingerprinter().with_classes(code, [Square]) is first
    assert first.digest != code.digest


def test_the_order_in_which_classes_are_met_makes_no_difference() -> None:
    code = fingerprint_of(area_of)
    classes = [Square, Documented]
    digests = {
        Fingerprinter().with_classes(attrs.evolve(code), given).digest
        for given in (classes, classes[::-1])
    }
    assert len(digests) == 1


def test_code_given_as_an_input_is_refused_and_never_guessed_at() -> None:
    def taken(shape: object) -> None: ...

    @vertex(effect="pure")
    def called(shape: object) -> int:
        return len(repr(shape))

    flow = Flow.of("f", called, inputs=taken, result=called).options(cache_store=MemoryStore())
    for code in (len, area_of, Square, functools.partial(area_of), Square(1).area):
        report = flow.run(shape=code).report
        assert (report.hits, report.misses) == ((), ())
        assert report.why("called")[0].startswith("input `shape`: ")
