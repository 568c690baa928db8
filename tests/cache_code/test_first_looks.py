"""What code changes by itself counts as it was when the process first looked at it."""

import gc
import importlib
import sys
import threading
import weakref
from collections import UserDict
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from hbia_dsl.cache.fingerprint import Fingerprinter, fingerprint_of

NAME = "looking_app"
OTHER = "looking_other"

RATES = """
rates = {"a": 1}
count = 10
def rate(x):
    return rates.setdefault(x, 0)
def more():
    global count
    count += 1
    return count
"""


@pytest.fixture
def module() -> Iterator[ModuleType]:
    made = ModuleType(NAME)
    sys.modules[NAME] = made
    exec(RATES, vars(made))  # noqa: S102 - our own text
    yield made
    del sys.modules[NAME]


def _defined(text: str, module: ModuleType, name: str) -> Callable[..., object]:
    exec(text, vars(module))  # noqa: S102 - our own text
    found: Callable[..., object] = vars(module)[name]
    return found


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield tmp_path
    for name in (NAME, OTHER):
        sys.modules.pop(name, None)


def test_the_first_look_is_one_for_all_functions_that_change_a_name(module: ModuleType) -> None:
    before = fingerprint_of(vars(module)["rate"])
    vars(module)["rate"]("b")
    late = _defined("def late(x):\n    rates[x] = 1\n    return rates", module, "late")

    found = fingerprint_of(late)

    assert found.parts[f"constant {NAME}.rates"] == before.parts[f"constant {NAME}.rates"]
    late(3)
    assert fingerprint_of(late) == found


def test_who_only_reads_a_name_sees_it_as_it_was_at_first(module: ModuleType) -> None:
    read = "def read(x):\n    return rates\ndef f(x):\n    return rate(x), read(x)"
    fn = _defined(read, module, "f")
    before = fingerprint_of(fn)

    fn("b")

    after = fingerprint_of(fn)
    assert after.digest == before.digest
    assert after.parts == before.parts


@pytest.mark.parametrize("function", ["rate", "more"])
def test_a_module_that_was_reloaded_is_looked_at_anew(importable: Path, function: str) -> None:
    file = importable / f"{NAME}.py"
    file.write_text(RATES)
    app = importlib.import_module(NAME)
    old = vars(app)[function]  # as a flow that somebody still holds
    before = fingerprint_of(old)
    old(*["b"][: old.__code__.co_argcount])

    file.write_text(RATES.replace('"a": 1', '"a": 5').replace("= 10", "= 20"))
    importlib.invalidate_caches()
    importlib.reload(app)

    after = fingerprint_of(vars(app)[function])
    assert after.digest != before.digest
    importlib.reload(app)
    assert fingerprint_of(vars(app)[function]) == after


@pytest.mark.parametrize(
    ("body", "first", "edited"),
    [
        ("return app.rates.setdefault(x, 0)", 'rates = {"a": 1}', 'rates = {"a": 50}'),
        ("app.count += 1", "count = 1", "count = 50"),
    ],
)
def test_what_another_module_alters_is_looked_at_anew_after_a_reload(
    importable: Path, body: str, first: str, edited: str
) -> None:
    (importable / f"{NAME}.py").write_text(first)
    (importable / f"{OTHER}.py").write_text(f"import {NAME} as app\ndef f(x):\n    {body}\n")
    app, other = map(importlib.import_module, (NAME, OTHER))
    before = fingerprint_of(other.f)
    other.f("b")
    assert fingerprint_of(other.f) == before

    (importable / f"{NAME}.py").write_text(edited)
    importlib.invalidate_caches()
    importlib.reload(app)

    assert fingerprint_of(other.f) != before


@pytest.mark.parametrize(
    ("function", "cell", "edited"),
    [
        ("rate", RATES, RATES.replace('"a": 1', '"a": 5')),
        ("more", RATES, RATES.replace("= 10", "= 20")),
        ("rate", 'rates = {"a": 1}', 'rates = {"a": 5}'),
    ],
)
def test_a_cell_of_a_notebook_that_is_run_again_is_looked_at_anew(
    module: ModuleType, function: str, cell: str, edited: str
) -> None:
    kept = vars(module)[function]  # as a flow that somebody still holds
    before = fingerprint_of(kept)
    kept(*["b"][: kept.__code__.co_argcount])

    exec(cell, vars(module))  # noqa: S102 - our own text
    exec(edited, vars(module))  # noqa: S102 - our own text

    assert fingerprint_of(vars(module)[function]).digest != before.digest


def test_a_new_look_is_one_for_all_functions_as_well(module: ModuleType) -> None:
    bind = "def f(x):\n    global count\n    count = x\n    return count"
    fn = _defined(bind, module, "f")
    before = fingerprint_of(fn)
    fingerprint_of(vars(module)["more"])

    exec(RATES.replace("= 10", "= 20"), vars(module))  # noqa: S102 - our own text
    fingerprint_of(vars(module)["more"])

    assert fingerprint_of(fn) != before


def test_two_functions_of_one_name_share_the_first_look(module: ModuleType) -> None:
    first = _defined("def same(x):\n    rates[x] = 1", module, "same")
    second = _defined("def same(x):\n    rates[x] = 2", module, "same")
    fn = _defined("def f(x, g, h): return one(x), two(x)\n", module, "f")
    vars(module).update(one=first, two=second)
    before = fingerprint_of(fn)

    for number in range(3):
        first(number)
        assert fingerprint_of(fn) == before


def test_a_list_put_in_its_place_from_outside_is_another_one(module: ModuleType) -> None:
    before = fingerprint_of(vars(module)["rate"])

    vars(module)["rates"] = {"a": 9}

    assert fingerprint_of(vars(module)["rate"]) != before


def test_threads_take_one_first_look(module: ModuleType) -> None:
    fns = [
        _defined(f"def f{n}(x):\n    rates[x] = {n}\n    return rates", module, f"f{n}")
        for n in range(8)
    ]
    barrier = threading.Barrier(len(fns))
    found: list[bytes] = []

    def look(fn: Callable[..., object]) -> None:
        barrier.wait()
        fn(fn.__name__)  # so that later looks see other values
        found.append(Fingerprinter().of(fn).parts[f"constant {NAME}.rates"])

    threads = [threading.Thread(target=look, args=(fn,)) for fn in fns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == len(fns)
    assert len(set(found)) == 1


def test_a_look_amid_changes_of_another_thread_is_no_error(module: ModuleType) -> None:
    class Moving(UserDict[str, int]):
        def __iter__(self) -> Iterator[str]:
            raise RuntimeError("dictionary changed size during iteration")

    class Broken:
        def __getattribute__(self, name: str) -> object:
            raise RuntimeError(name)

    vars(module)["rates"] = {"a": Broken(), "b": Moving()}
    before = fingerprint_of(vars(module)["rate"])

    vars(module)["rate"]("c")

    assert fingerprint_of(vars(module)["rate"]) == before


def test_an_object_of_a_package_that_code_alters_counts_as_it_was(module: ModuleType) -> None:
    text = (
        "import argparse\nfrom collections import UserDict\n"
        "memo = UserDict(a={})\nargs = argparse.Namespace(n={})\n"
        "def f(x):\n    memo[x] = x\n    args.n = x\n    return x"
    )
    fn = _defined(text.format(1, 1), module, "f")
    before = fingerprint_of(fn)
    fn(3)
    assert fingerprint_of(fn) == before
    assert [limit for limit in before.limits if "memo" in limit or "args" in limit]

    for edited in (text.format(2, 1), text.format(1, 2)):
        assert fingerprint_of(_defined(edited, module, "f")).digest != before.digest


def test_a_first_look_keeps_nothing_alive() -> None:
    module = ModuleType(NAME)
    text = (
        "class Note: pass\nnotes = []\nhandlers = {}\n"
        "def f(x):\n    notes.append(Note())\n    handlers[x] = f"
    )
    fn = _defined(text, module, "f")
    fingerprint_of(fn)
    fn(1)
    fingerprint_of(fn)
    watched = [weakref.ref(fn), weakref.ref(vars(module)["Note"])]

    del fn, module
    gc.collect()

    assert [reference() for reference in watched] == [None, None]
