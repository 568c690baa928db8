"""The edit matrix, end to end: a flow is run, its code edited, and run again in a new process.

Each case is a module of its own, with a helper module beside it. One process runs them all
before the edits, one after them, so that the matrix takes two starts of the interpreter.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import pytest

from edited_constants import ALTERED, CONSTANTS

FLOW: Final = """

flow = Flow.of("APP", f, result=f).options(cache=True)
"""

HEAD: Final = """
import attrs, enum, functools
from dataclasses import dataclass
from hbia_dsl import Flow, vertex
import LIB as lib

"""

PURE: Final = '@vertex(effect="pure")\n'


@attrs.frozen
class Edit:
    """A vertex, an edit of it or of what is around it, and what the second run says."""

    text: str
    old: str
    new: str
    reason: str | None
    """A part of the reason why it runs again; None if it must not."""
    lib: str = "def helper(n): return n + 1\n"
    in_lib: bool = False
    """Whether the edit is in the helper module."""


def _plain(body: str) -> str:
    return f"{PURE}def f(n: int) -> int:\n    {body}"


EDITS: Final[Mapping[str, Edit]] = {
    "nothing": Edit(_plain("return n"), "return n", "return n", None),
    "the vertex": Edit(
        _plain("return n"), "return n", "return n + 1", "function `APP.f` in APP.py changed"
    ),
    "a helper": Edit(
        _plain("return lib.helper(n)"),
        "n + 1",
        "n + 2",
        "function `LIB.helper` in LIB.py changed",
        in_lib=True,
    ),
    "a helper of a helper": Edit(
        _plain("return lib.helper(n)"),
        "n * 3",
        "n * 4",
        "function `LIB.deep` in LIB.py changed",
        lib="def deep(n): return n * 3\ndef helper(n): return deep(n)\n",
        in_lib=True,
    ),
    "a constant": Edit(
        "LIMIT = 3\n" + _plain("return n + LIMIT"),
        "LIMIT = 3",
        "LIMIT = 4",
        "constant `APP.LIMIT` changed",
    ),
    "a constant of another module": Edit(
        _plain("return n + lib.LIMIT"),
        "LIMIT = 3",
        "LIMIT = 4",
        "constant `LIB.LIMIT` changed",
        lib="LIMIT = 3\n",
        in_lib=True,
    ),
    "a table": Edit(
        "TABLE = {1: [2, 3]}\n" + _plain("return TABLE[n][0]"),
        "[2, 3]",
        "[2, 4]",
        "constant `APP.TABLE` changed",
    ),
    "a value in a closure": Edit(
        (
            f"def make(k):\n    {PURE}    def f(n: int) -> int:\n    "
            f"    return n * k\n    return f\nf = make(2)"
        ),
        "make(2)",
        "make(3)",
        "closure `k",
    ),
    "a default": Edit(
        f"{PURE}def f(n: int, k: int = 2) -> int:\n    return n * k",
        "k: int = 2",
        "k: int = 3",
        "default `k` of `APP.f` changed",
    ),
    "a default of a helper": Edit(
        _plain("return lib.helper(n)"),
        "k=2",
        "k=3",
        "default `k",
        lib="def helper(n, k=2): return n * k\n",
        in_lib=True,
    ),
    "a class": Edit(
        "class Sum:\n    step = 1\n    def add(self, n): return n + self.step\n"
        + _plain("return Sum().add(n)"),
        "step = 1",
        "step = 2",
        "Sum",
    ),
    "a method": Edit(
        "class Sum:\n    def add(self, n): return n + 1\n" + _plain("return Sum().add(n)"),
        "n + 1",
        "n + 2",
        "method `APP.Sum.add` in APP.py changed",
    ),
    "a base class": Edit(
        "class Sum(lib.Base):\n    pass\n" + _plain("return Sum().add(n)"),
        "n + 1",
        "n + 2",
        "method `LIB.Base.add` in LIB.py changed",
        lib="class Base:\n    def add(self, n): return n + 1\n",
        in_lib=True,
    ),
    "a decorator": Edit(
        f"{PURE}@lib.more\ndef f(n: int) -> int:\n    return n",
        "+ 1",
        "+ 2",
        "LIB.more",
        lib=(
            "import functools\ndef more(fn):\n    @functools.wraps(fn)\n"
            "    def inner(n): return fn(n) + 1\n    return inner\n"
        ),
        in_lib=True,
    ),
    "a field of a dataclass": Edit(
        "@dataclass\nclass P:\n    n: int\n    k: int = 2\n" + _plain("return P(n).k"),
        "k: int = 2",
        "k: int = 3",
        "P",
    ),
    "a field of an attrs class": Edit(
        "@attrs.frozen\nclass P:\n    n: int\n    k: int = 2\n" + _plain("return P(n).k"),
        "k: int = 2",
        "k: int = 3",
        "P",
    ),
    "a member of an enum": Edit(
        "class E(enum.Enum):\n    A = 1\n" + _plain("return n + E.A.value"),
        "A = 1",
        "A = 2",
        "E",
    ),
    "a partial": Edit(
        "def times(n, k): return n * k\nscaled = functools.partial(times, k=2)\n"
        + _plain("return scaled(n)"),
        "k=2",
        "k=3",
        "constant `APP.scaled` changed",
    ),
    "a class that an annotation names": Edit(
        "@attrs.frozen\nclass P:\n    n: int\n    def more(self): return self.n + 1\n"
        "def of(p: P): return p.more()\n" + _plain("return of(P(n))"),
        "self.n + 1",
        "self.n + 2",
        "method `APP.P.more` in APP.py changed",
    ),
    "the type of a field": Edit(
        "@attrs.frozen\nclass P:\n    n: int\n"
        + _plain("import cattrs\n    return len(str(cattrs.structure({'n': str(n)}, P).n))"),
        "    n: int",
        "    n: float",
        "field `n` of `APP.P` changed",
    ),
    "the type of a key": Edit(
        "import typing\nclass P(typing.TypedDict):\n    n: int\n"
        + _plain("import cattrs\n    return len(str(cattrs.structure({'n': str(n)}, P)['n']))"),
        "    n: int",
        "    n: float",
        "class `APP.P` in APP.py changed",
    ),
    "the format of a struct": Edit(
        "import struct\nS = struct.Struct('<i')\n" + _plain("return S.size"),
        "'<i'",
        "'<q'",
        "constant `APP.S` changed",
    ),
    "the version": Edit(
        '@vertex(effect="pure", version="1")\ndef f(n: int) -> int:\n    return n',
        'version="1"',
        'version="2"',
        'version changed from "1" to "2"',
    ),
    "a declared dependency": Edit(
        '@vertex(effect="pure", depends_on=["May"])\ndef f(n: int) -> int:\n    return n',
        "May",
        "June",
        "depends_on number `1` changed",
    ),
    "an unrelated function": Edit(
        "def other(n): return n\n" + _plain("return n"),
        "def other(n): return n",
        "def other(n): return -n",
        None,
    ),
    "an unrelated function of the helper module": Edit(
        _plain("return lib.helper(n)"),
        "other(): return 1",
        "other(): return 2",
        None,
        lib="def other(): return 1\ndef helper(n): return n\n",
        in_lib=True,
    ),
    "a comment": Edit(_plain("return n"), "return n", "# a comment\n    return n", None),
    "blank lines": Edit(_plain("return n"), PURE, f"\n\n\n{PURE}", None),
    "a docstring": Edit(_plain('"""Old."""\n    return n'), "Old.", "New.", None),
    "the name of a local variable": Edit(
        _plain("k = n + 1\n    return k"),
        "k = n + 1\n    return k",
        "j = n + 1\n    return j",
        None,
    ),
    "an annotation": Edit(
        "def g(n: int): return n\n" + _plain("return g(n)"),
        "g(n: int)",
        "g(n: float)",
        None,
    ),
    "an annotation that code reads": Edit(
        "import inspect\ndef g(x: int): return x\n"
        + _plain("return len(str(inspect.signature(g)))"),
        "x: int",
        "x: float",
        "annotations of `APP.g` changed",
    ),
    "an annotation that code reads by its name in a text": Edit(
        "def g(x: int): return x\n" + _plain("return len(str(getattr(g, '__annotations__', {})))"),
        "x: int",
        "x: float",
        "annotations of `APP.g` changed",
    ),
    "what an annotation names that is written as text": Edit(
        "from typing import get_type_hints as hints\nNumber = int\ndef g(x: 'Number'): return x\n"
        + _plain("return int(hints(g)['x'](n * 1.5) * 10)"),
        "Number = int",
        "Number = float",
        "annotations of `APP.g` changed",
    ),
    "an annotation that a wrapper reads": Edit(
        "def settled(fn):\n    def wrapper(x):\n        return fn(fn.__annotations__['x'](x))\n"
        "    return wrapper\n"
        "@settled\ndef g(x: int): return x\n" + _plain("return int(g(n * 1.5) * 10)"),
        "x: int",
        "x: float",
        "annotations of `APP.g` changed",
    ),
    "a function in an annotation that a wrapper reads": Edit(
        "from typing import Annotated\ndef rule(x): return x + 1\n"
        "def settled(fn):\n    def wrapper(x):\n"
        "        return fn(fn.__annotations__['x'].__metadata__[0](x))\n    return wrapper\n"
        "@settled\ndef g(x: Annotated[int, rule]): return x\n" + _plain("return g(n)"),
        "x + 1",
        "x + 2",
        "function `APP.rule` in APP.py changed",
    ),
    "an annotation that a decorator has read at import": Edit(
        "def settled(fn):\n    to = fn.__annotations__['x']\n"
        "    return lambda x: fn(to(x))\n"
        "@settled\ndef g(x: int): return x\n" + _plain("return int(g(n * 1.5) * 10)"),
        "x: int",
        "x: float",
        "closure `to` of `APP.settled.<lambda>` changed",
    ),
    "a signature that a decorator has kept at import": Edit(
        "import inspect\ndef settled(fn):\n    kept = inspect.signature(fn)\n"
        "    return lambda x: fn(kept.parameters['x'].annotation(x))\n"
        "@settled\ndef g(x: int): return x\n" + _plain("return int(g(n * 1.5) * 10)"),
        "x: int",
        "x: float",
        "closure `kept` of `APP.settled.<lambda>` changed",
    ),
    "the precision of a decimal context": Edit(
        "import decimal\nEXACT = decimal.Context(prec=6)\n"
        + _plain("return len(str(EXACT.divide(n, 3)))"),
        "prec=6",
        "prec=9",
        "constant `APP.EXACT` changed",
    ),
    "an option of a JSON encoder": Edit(
        "import json\nENCODER = json.JSONEncoder(indent=2)\n"
        + _plain("return len(ENCODER.encode([n]))"),
        "indent=2",
        "indent=4",
        "constant `APP.ENCODER` changed",
    ),
    "the default of a JSON encoder": Edit(
        "import json\nENCODER = json.JSONEncoder(default=lambda value: 1)\n"
        + _plain("return len(ENCODER.encode([n]))"),
        "value: 1",
        "value: 2",
        "function `APP.<lambda>` in APP.py changed",
    ),
    "an option of a JSON decoder": Edit(
        "import json\nDECODE = json.JSONDecoder(parse_int=int).decode\n"
        + _plain("return int(DECODE('1') * 1.5)"),
        "parse_int=int",
        "parse_int=float",
        "constant `APP.DECODE` changed",
    ),
    **{
        f"{what}: {name}": Edit(
            f"{edit.declared}\n{_plain(f'return {edit.shown}')}", edit.old, edit.new, edit.says
        )
        for what, edits in (("a constant", CONSTANTS), ("what the code alters", ALTERED))
        for name, edit in edits.items()
    },
}

RUNNER: Final = """
import importlib, json, sys
names = json.loads(sys.argv[1])
found = {}
for name in names:
    run = importlib.import_module(name).flow.run(n=1)
    report = run.report
    found[name] = {"value": run.value, "hits": list(report.hits), "why": list(report.why("f"))}
print(json.dumps(found))
"""


def _app(number: int) -> str:
    return f"edited_{number}"


def _lib(number: int) -> str:
    return f"edited_lib_{number}"


def _named(text: str, number: int) -> str:
    return text.replace("LIB", _lib(number)).replace("APP", _app(number))


def _write(folder: Path, *, edited: bool) -> None:
    for number, edit in enumerate(EDITS.values()):
        text, lib = edit.text, edit.lib
        if edited:
            source = lib if edit.in_lib else text
            assert source.count(edit.old) >= 1
            changed = source.replace(edit.old, edit.new)
            text, lib = (text, changed) if edit.in_lib else (changed, lib)
        (folder / f"{_app(number)}.py").write_text(
            _named(HEAD, number) + text.replace("LIB", _lib(number)) + _named(FLOW, number),
            encoding="utf-8",
        )
        (folder / f"{_lib(number)}.py").write_text(lib, encoding="utf-8")


def _run(folder: Path) -> dict[str, dict[str, object]]:
    names = json.dumps([_app(number) for number in range(len(EDITS))])
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
    folder = tmp_path_factory.mktemp("edited")
    _write(folder, edited=False)
    first, same = _run(folder), _run(folder)
    _write(folder, edited=True)
    return [first, same, _run(folder)]


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_seen_exactly_if_it_can_matter(
    outcomes: list[dict[str, dict[str, object]]], name: str
) -> None:
    number = list(EDITS).index(name)
    first, same, edited = (outcome[_app(number)] for outcome in outcomes)
    edit = EDITS[name]

    assert first["why"] == ["nothing is kept of this vertex yet"]
    assert same == {"value": first["value"], "hits": ["f"], "why": []}
    if edit.reason is None:
        assert edited == same
    else:
        assert edited["hits"] == []
        why = edited["why"]
        assert isinstance(why, list)
        assert len(why) == 1 + (name == "a default")  # that one is an input of the flow, too
        assert _named(edit.reason, number) in why[-1]


def test_another_module_that_is_reloaded_in_the_process_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = """
import importlib, pathlib, sys
sys.dont_write_bytecode = True
import reloaded_app, reloaded_lib
def run():
    r = reloaded_app.flow.run(n=1)
    print(r.value, *(r.report.why("f") or ["hit"]), sep=", ")
run(); run()
pathlib.Path("reloaded_lib.py").write_text("def helper(n): return n + 200")
importlib.invalidate_caches()
importlib.reload(reloaded_lib)
run(); run()
reloaded_lib.helper = lambda n: n + 300
run()
"""
    (tmp_path / "reloaded_lib.py").write_text("def helper(n): return n + 100")
    (tmp_path / "reloaded_app.py").write_text(
        "from hbia_dsl import Flow, vertex\nimport reloaded_lib\n"
        + _plain("return reloaded_lib.helper(n)")
        + FLOW
    )
    monkeypatch.chdir(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=50
    )

    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "101, nothing is kept of this vertex yet",
        "101, hit",
        "201, function `reloaded_lib.helper` in reloaded_lib.py changed",
        "201, hit",
        (
            "301, name `reloaded_lib.helper` changed, "
            "now also reaches function `__main__.<lambda>`, "
            "no longer reaches function `reloaded_lib.helper` in reloaded_lib.py"
        ),
    ]
