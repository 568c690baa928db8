"""What a fingerprint sees, and that it sees it again after something was replaced in a process."""

import gc
import importlib
import re
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

import pytest

from hbia_dsl.cache.fingerprint import Fingerprinter, fingerprint_of
from hbia_dsl.cache.fingerprint_parts import Fingerprint


class Make(Protocol):
    """Makes a module from its source; under a name of its own if none is given."""

    def __call__(self, source: str, name: str = "") -> ModuleType: ...


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Make:
    """Make a module from its source and let the interpreter know it."""
    numbers = iter(range(1_000))

    def make(source: str, name: str = "") -> ModuleType:
        module = ModuleType(name or f"made{next(numbers)}")
        monkeypatch.setitem(sys.modules, module.__name__, module)
        exec(compile(source, "<made>", "exec"), vars(module))  # noqa: S102 - text of the test
        return module

    return make


def _differs(take: Callable[[], Fingerprint], change: Callable[[], object]) -> bool:
    before = take()
    assert take() == before
    change()
    return take() != before


def test_the_same_code_made_twice_has_the_same_fingerprint(make: Make) -> None:
    source = "LIMIT = 3\ndef f(x):\n    return g(x) + LIMIT\ndef g(x):\n    return x"
    first, second = make(source), make(source)
    second.f.__globals__["__name__"] = first.__name__

    assert fingerprint_of(first.f) == fingerprint_of(second.f)


def test_code_that_ran_often_keeps_its_fingerprint(make: Make) -> None:
    source = (
        "def f(x):\n    total = 0\n    for each in range(x):\n        total += g(each) * len('a')\n"
        "    return total\ndef g(x):\n    return x.real + LIMIT\nLIMIT = 2"
    )
    cold, warm = make(source), make(source)
    warm.f.__globals__["__name__"] = cold.__name__
    for _ in range(500):  # the interpreter rewrites the instructions of what runs often
        warm.f(50)

    assert fingerprint_of(warm.f) == fingerprint_of(cold.f)


REPLACED: Final = {
    "a helper": "helper = lambda x: x + 2",
    "a helper's code": "helper.__code__ = (lambda x: x + 2).__code__",
    "a default": "helper.__defaults__ = (3,)",
    "a keyword default": "helper.__kwdefaults__ = {'k': 3}",
    "a constant": "LIMIT = 4",
    "a constant by one of another type": "LIMIT = 3.0",
    "a list in place": "WORDS.append('c')",
    "a list inside a dict in place": "TABLE['inner'].append(1)",
    "a function in a dict": "TABLE['f'] = lambda x: x * 3",
    "a method": "Thing.method = lambda self: 2",
    "a new method": "Thing.other = lambda self: 2",
    "a class": "class Thing:\n    def method(self): return 5",
    "a base": "class Base:\n    pass\nThing.__bases__ = (Base,)",
    "an attribute of an object": "OBJECT.size = 9",
    "a closure": "counted.__closure__[0].cell_contents = 8",
    "an attribute of a function": "helper.limit = 7",
    "a name by a builtin's": "len = lambda x: 0",
    "a name that was missing": "missing = 1",
    "what a name stands for": "helper, counted = counted, helper",
    "a registered function": "@shown.register\ndef _(x: int): return 2",
    "a function under a cache": "remembered.__wrapped__.__defaults__ = (5,)",
}
_REPLACED_IN: Final = """
import functools
LIMIT = 3
WORDS = ["a", "b"]
TABLE = {"f": lambda x: x * 2, "inner": []}
class Nothing: pass
class Thing(Nothing):
    size = 1
    def method(self): return 1
OBJECT = Thing()
OBJECT.size = 2
def helper(x, y=2, *, k=2): return x + 1
helper.limit = 5
def make(n):
    def counted(x): return n
    return counted
counted = make(7)
@functools.singledispatch
def shown(x): return 0
@functools.lru_cache
def remembered(x=1): return x
def f(x):
    return (helper(x), helper.limit, LIMIT, WORDS, TABLE, Thing(), OBJECT.size, counted(x), len(x),
            missing, shown(x), remembered(x))
"""


@pytest.mark.parametrize("change", REPLACED.values(), ids=REPLACED)
def test_what_is_replaced_in_a_running_process_is_noticed(change: str, make: Make) -> None:
    module = make(_REPLACED_IN)

    def replace() -> None:
        exec(change, vars(module))  # noqa: S102 - text of the test

    assert _differs(lambda: fingerprint_of(module.f), replace)


def test_what_does_not_matter_may_be_replaced(make: Make) -> None:
    module = make(_REPLACED_IN)
    change = "def unrelated(): pass\nLIMIT = 1 + 2\nWORDS = ['a', 'b']\nremembered(3); shown(3)"

    def replace() -> None:
        exec(change, vars(module))  # noqa: S102 - text of the test

    assert not _differs(lambda: fingerprint_of(module.f), replace)


def test_one_fingerprinter_sees_one_moment(make: Make) -> None:
    module = make("LIMIT = 3\ndef f(x):\n    return LIMIT")
    moment = Fingerprinter()
    before = moment.of(module.f)
    vars(module)["LIMIT"] = 4

    assert moment.of(module.f) == before
    assert Fingerprinter().of(module.f) != before


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


@pytest.mark.parametrize("style", ["import reloaded", "from reloaded import helper"])
def test_a_module_that_was_reloaded_is_noticed(style: str, importable: Path) -> None:
    called = "reloaded.helper" if style.startswith("import") else "helper"
    (importable / "reloaded.py").write_text("LIMIT = 1\ndef helper(): return LIMIT\n")
    (importable / "caller.py").write_text(f"{style}\ndef f(x): return {called}()\n")
    caller = importlib.import_module("caller")

    def reload() -> None:
        (importable / "reloaded.py").write_text("LIMIT = 22\ndef helper(): return LIMIT\n")
        importlib.reload(sys.modules["reloaded"])

    assert _differs(lambda: fingerprint_of(caller.f), reload)


def test_a_module_imported_inside_counts_alike_before_and_after_the_first_call(
    importable: Path,
) -> None:
    (importable / "lazy.py").write_text("def helper(): return 1\ndef other(): return 2\n")
    (importable / "lazily.py").write_text(
        "def f(x):\n    import lazy as z\n    return z.helper()\n"
    )
    f = importlib.import_module("lazily").f

    before = fingerprint_of(f)
    f(1)

    assert fingerprint_of(f) == before
    assert "function lazy.helper (lazy.py)" in before.parts
    assert "function lazy.other (lazy.py)" not in before.parts


def test_an_import_that_fails_is_a_limit_and_no_error(make: Make) -> None:
    module = make("def f(x):\n    import there_is_no_such_module\n")

    found = fingerprint_of(module.f)

    assert found.limits == ("cannot import `there_is_no_such_module` (ModuleNotFoundError)",)


def test_an_installed_package_is_not_imported_to_be_seen(make: Make) -> None:
    code = "import sys\ndef f(x):\n    import xdrlib_there_is_none\n    import wsgiref.util\n"
    module = make(code)
    for name in [name for name in sys.modules if name.startswith("wsgiref")]:
        del sys.modules[name]

    fingerprint_of(module.f)

    assert "wsgiref" not in sys.modules


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("threading.Lock()", "lock"),
        ("threading.Event()", "Event"),
        ("logging.StreamHandler()", "StreamHandler"),
        ("itertools.count()", "count"),
        ("weakref.ref(f)", "ReferenceType"),
        ("(each for each in [])", "generator"),
    ],
)
def test_what_cannot_be_seen_into_counts_by_its_type_and_is_said(
    value: str, kind: str, make: Make
) -> None:
    module = make(
        "import itertools, logging, threading, weakref\n"
        f"def f(x):\n    return THING\nTHING = {value}\n"
    )

    found = fingerprint_of(module.f)

    assert found.limits == (f"cannot see inside `{module.__name__}.THING` (a {kind})",)
    assert _differs(lambda: fingerprint_of(module.f), lambda: vars(module).update(THING=3))


def test_what_runs_text_is_a_limit(make: Make) -> None:
    module = make("def f(x):\n    return eval(x)\n")

    assert fingerprint_of(module.f).limits == (f"`{module.__name__}.f` calls `eval`",)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("open(x)", "calls `open`"),
        ("os.environ['HOME']", "reads `environ`"),
        ("os.getenv('HOME')", "calls `getenv`"),
        ("(lambda os: os.environ)(x)", "reads `environ`"),
        ("Path(x).read_text()", "calls `read_text`"),
        ("Path(x).open()", "calls `open`"),
        ("B.__subclasses__()", "calls `__subclasses__`"),
        ("type(x).__subclasses__()", "calls `__subclasses__`"),
        ("env('HOME')", "calls `os.getenv`"),
        ("run('x')", "calls `builtins.eval`"),
        ("load('x')", "calls `importlib.import_module`"),
        ("time.time()", "reads the clock by `time.time`"),
        ("(lambda: now())()", "reads the clock by `time.perf_counter`"),
        ("DateTime.now()", "reads the clock by `datetime.datetime.now`"),
        ("datetime.date.today()", "reads the clock by `datetime.date.today`"),
        ("random.random()", "draws at random by `random.random`"),
        ("dice(1, 6)", "draws at random by `random.randint`"),
        ("uuid.uuid4()", "draws at random by `uuid.uuid4`"),
        ("secrets.token_hex()", "draws at random by `secrets.token_hex`"),
        ("inside()", "reads the clock by `time.time`"),
        ("getattr(x, x.name)", "calls `getattr` with a computed name"),
        ("[getattr(x, name, None) for name in x]", "calls `getattr` with a computed name"),
        ("getattr(getattr(x, x.name), 'a')", "calls `getattr` with a computed name"),
    ],
)
def test_what_comes_from_outside_of_the_code_is_a_limit(body: str, says: str, make: Make) -> None:
    module = make(_FROM_OUTSIDE.format(body=body))
    where = "inside" if body == "inside()" else "f"

    assert fingerprint_of(module.f).limits == (f"`{module.__name__}.{where}` {says}",)


_FROM_OUTSIDE: Final = """
import datetime, os, random, secrets, time, uuid
from datetime import datetime as DateTime
from importlib import import_module as load
from os import getenv as env
from pathlib import Path
from random import randint as dice
from time import perf_counter as now
run = eval
class B: pass
def inside():
    from time import time
    return time()
def f(x):
    return {body}
"""


@pytest.mark.parametrize(
    "body",
    [
        *("getattr(x, 'a')", "getattr(x, 'a', x.b)", "getattr(x.f(1, 2), 'a')(x, x.y)"),
        *("x.getattr(1, x.n)", "time.sleep(1)", "random.Random(1)", "DateTime(2020, 1, 1)"),
        *("uuid.UUID(x)", "datetime.date.fromisoformat(x)", "os.fspath(x)"),
    ],
)
def test_what_follows_from_what_it_is_given_is_no_limit(body: str, make: Make) -> None:
    module = make(_FROM_OUTSIDE.format(body=body))

    assert fingerprint_of(module.f).limits == ()


ANNOTATION_READERS: Final = (
    "g.__annotations__",
    "inspect.signature(g)",
    "inspect.get_annotations(g)",
    "typing.get_type_hints(g)",
    "hints(g)",
    "TABLE['hints'](g)",
    "getattr(g, '__annotations__', {})",
    "Signature.from_callable(g)",
    "Sig.from_callable(g)",
    "type('T', (), {'hints': property(lambda self: typing.get_type_hints(g))})",
    "[h(g) for h in (typing.get_type_hints,)]",
)


@pytest.mark.parametrize("body", ANNOTATION_READERS)
def test_annotations_count_where_code_reads_them(body: str, make: Make) -> None:
    source = (
        "import inspect, typing\nfrom typing import get_type_hints as hints\n"
        "from inspect import Signature, Signature as Sig\n"
        "TABLE = {'hints': hints}\n"
        f"def f(x):\n    return {body}\ndef g(y: int): return y\n"
    )
    reads = make(source)
    ignores = make(source.replace(body, "g(x)"))

    for module, counts in ((reads, True), (ignores, False)):
        assert fingerprint_of(module.f).reads_annotations == counts
        assert fingerprint_of(module.f).limits == ()
        change = module.g.__annotations__.update
        assert _differs(lambda m=module: fingerprint_of(m.f), lambda c=change: c(y=str)) == counts  # type: ignore[misc]  # bound now


def test_the_fields_of_a_class_inside_a_function_read_no_annotations(make: Make) -> None:
    module = make("def f(x):\n    class Inner:\n        y: int\n    return Inner\n")

    assert not fingerprint_of(module.f).reads_annotations


@pytest.mark.parametrize("body", ["kept = g.__annotations__", "kept = get_type_hints(g)"])
def test_a_class_inside_a_function_may_read_those_of_others(body: str, make: Make) -> None:
    module = make(
        "from typing import get_type_hints\ndef g(y: int): return y\n"
        f"def f(x):\n    class Inner:\n        y: int\n        {body}\n    return Inner\n"
    )

    assert fingerprint_of(module.f).reads_annotations


READS_OF_G: Final = (
    "import inspect\nfrom typing import Annotated\n"
    "def is_fine(x): return x > 0\n"
    "def f(x): return inspect.signature(g)\n"
)


@pytest.mark.parametrize(
    "annotation", ["Annotated[int, is_fine]", "Annotated[int, {'rule': is_fine}]", "is_fine"]
)
def test_code_that_annotations_hold_counts_where_they_are_read(annotation: str, make: Make) -> None:
    module = make(f"{READS_OF_G}def g(y: {annotation}): return y\n")
    other = make("def is_fine(x): return x > 1").is_fine.__code__

    assert f"function {module.__name__}.is_fine" in fingerprint_of(module.f).parts
    assert _differs(
        lambda: fingerprint_of(module.f), lambda: setattr(module.is_fine, "__code__", other)
    )


def test_what_cannot_be_seen_in_annotations_that_are_read_is_a_limit(make: Make) -> None:
    module = make(f"{READS_OF_G}import threading\ndef g(y: threading.Lock()): return y\n")

    assert "(a lock)" in str(fingerprint_of(module.f).limits)


def test_a_signature_made_by_hand_counts_where_signatures_are_read(make: Make) -> None:
    module = make(f"{READS_OF_G}def g(y): return y\ng.__signature__ = inspect.signature(is_fine)")

    assert _differs(
        lambda: fingerprint_of(module.f),
        lambda: setattr(module.g, "__signature__", module.inspect.signature(lambda: 1)),
    )


def test_annotations_count_below_the_decorator_of_a_package(make: Make) -> None:
    """It may convert what it is given to what they say, as many do."""
    source = (
        "def by_function(fn):\n    return lambda *args: fn(*args)\n"
        "class ByObject:\n    def __init__(self, fn): self.__wrapped__ = fn\n"
        "    def __call__(self, *args): return self.__wrapped__(*args)\n"
    )
    package = make(source, "package_of_others")
    package.__file__ = f"{pytest.__file__.removesuffix('pytest/__init__.py')}attr/none.py"

    for decorator in ("by_function", "ByObject"):
        module = make(
            f"from package_of_others import {decorator}\n@{decorator}\n"
            "def g(y: int): return y\ndef f(x): return g(x)\n"
        )
        inner = module.g.__closure__[0].cell_contents if decorator == "by_function" else None
        inner = inner or module.g.__wrapped__
        change = inner.__annotations__.update
        assert _differs(lambda m=module: fingerprint_of(m.f), lambda c=change: c(y=str))  # type: ignore[misc]  # bound now


def test_docstrings_count_where_code_reads_them(make: Make) -> None:
    source = 'def f(x):\n    return g.__doc__\ndef g():\n    """Old."""\n'
    reads = make(source)
    ignores = make(source.replace("g.__doc__", "g()"))

    assert _differs(lambda: fingerprint_of(reads.f), lambda: setattr(reads.g, "__doc__", "New."))
    assert not _differs(
        lambda: fingerprint_of(ignores.f), lambda: setattr(ignores.g, "__doc__", "New.")
    )


def test_names_of_local_variables_count_where_code_reads_them(make: Make) -> None:
    source = "def f(x):\n    first = x\n    return {}()\n"
    by_name = [
        fingerprint_of(make(source.format(called).replace("first", local), "shared").f)
        for called in ("locals", "print")
        for local in ("first", "second")
    ]

    assert by_name[0] != by_name[1]
    assert by_name[2] == by_name[3]


def test_recursion_and_rings_end(make: Make) -> None:
    module = make(
        "def f(x): return g(x)\ndef g(x): return f(x) or C\n"
        "class C:\n    def m(self): return C, f\n"
        "RING = []\nRING.append(RING)\nTABLE = {'f': f}\nTABLE['self'] = TABLE\n"
        "def h(x): return RING, TABLE\n"
    )

    assert fingerprint_of(module.h) == fingerprint_of(module.h)
    assert f"method {module.__name__}.C.m" in fingerprint_of(module.h).parts


def test_a_very_deep_value_counts_and_is_no_error(make: Make) -> None:
    module = make("DEEP = []\nfor _ in range(5_000): DEEP = [DEEP]\ndef f(x): return DEEP\n")

    assert fingerprint_of(module.f).limits == (
        f"cannot see inside `{module.__name__}.DEEP` (a list)",
    )


CONTAINERS: Final = (
    "collections.OrderedDict(f=lambda x: {})",
    "collections.defaultdict(lambda: {}, a=[1])",
    "collections.ChainMap(dict(a=1), dict(b={}))",
    "collections.Counter('a' * {})",
    "collections.deque([{}, print])",
    "types.SimpleNamespace(a={}, b=[])",
    "types.MappingProxyType(dict(a={}))",
    "Named({})",
    "Registry(a={})",
    "Text('t{}')",
    "frozenset([{}, print])",
    "(each for each in ()) and re.compile('a' * {}).sub",
    "operator.itemgetter({}, 'x')",
    "enum.Flag('F', 'A B C D').A.__class__({})",
    "decimal.Decimal({})",
    "datetime.timedelta({})",
    "list[typing.Literal[{}]]",
    "slice({})",
    "10 ** 5_000 + {}",
)


@pytest.mark.parametrize("text", CONTAINERS)
def test_what_a_value_holds_counts_wherever_it_is(text: str, make: Make) -> None:
    source = """
import collections, datetime, decimal, enum, operator, re, types, typing
Named = collections.namedtuple("Named", "only")
class Registry(dict): pass
class Text(str): pass
def f(x): return VALUE
VALUE = """
    module, again, other = (make(source + text.format(k), "same") for k in (1, 1, 3))

    assert fingerprint_of(module.f) == fingerprint_of(again.f)
    assert fingerprint_of(module.f) != fingerprint_of(other.f)
    assert fingerprint_of(module.f).limits == ()


def test_classes_that_raise_whatever_is_asked_are_a_limit_and_no_error(make: Make) -> None:
    source = """
class Meta(type):
    def __eq__(self, other): raise RuntimeError
    def __hash__(self): raise RuntimeError
class Unhashable(metaclass=Meta): pass
class Hostile:
    def refuse(self, *args): raise RuntimeError
    __getattr__ = __eq__ = __hash__ = __repr__ = __len__ = __bool__ = __iter__ = refuse
FIRST, SECOND = Unhashable(), Hostile()
def f(x: Unhashable, y: Hostile): return FIRST, SECOND
"""
    module = make(source, "hostile")

    found = fingerprint_of(module.f)

    assert found == fingerprint_of(module.f)
    assert found.limits == ("cannot read `hostile.FIRST` (a Unhashable: RuntimeError)",)


CALLABLES: Final = {
    "bound method": ("Service(1).call", "Service(2).call"),
    "object with __call__": ("Service(1)", "Service(2)"),
    "partial": ("functools.partial(f, 1)", "functools.partial(f, 2)"),
    "partial of another function": ("functools.partial(f, 1)", "functools.partial(g, 1)"),
    "class method": ("Service.made", "Other.made"),
    "class": ("Service", "Other"),
    "function of a package": ("functools.reduce", "functools.wraps"),
    "builtin": ("len", "max"),
    "method of a pattern": ("re.compile('a').match", "re.compile('b').match"),
    "cached function": ("functools.cache(f)", "functools.cache(g)"),
}


@pytest.mark.parametrize(("one", "other"), CALLABLES.values(), ids=CALLABLES)
def test_anything_that_can_be_called_has_a_fingerprint(one: str, other: str, make: Make) -> None:
    source = """
import functools, re
def f(x): return 1
def g(x): return 2
class Service:
    def __init__(self, size): self.size = size
    def call(self): return self.size
    def __call__(self, x): return self.call()
    @classmethod
    def made(cls): return cls(1)
class Other(Service): pass
"""
    first, again = make(source, "same"), make(source, "same")

    def taken(module: ModuleType, text: str) -> Fingerprint:
        found = eval(text, vars(module))  # noqa: S307 - text of the test
        return fingerprint_of(found)

    assert taken(first, one) == taken(again, one)
    assert taken(first, one) != taken(first, other)
    assert taken(first, one).limits == ()


def test_depends_on_takes_functions_values_and_modules(make: Make) -> None:
    module = make("def f(x): return 1\ndef hidden(): return HIDDEN\nHIDDEN = 1\n")
    plain = fingerprint_of(module.f)

    assert fingerprint_of(module.f, depends_on=["v1"]) != plain
    assert fingerprint_of(module.f, depends_on=["v1"]) != fingerprint_of(
        module.f, depends_on=["v2"]
    )
    for item in (module.hidden, module):
        assert _differs(
            lambda item=item: fingerprint_of(module.f, depends_on=[item]),  # type: ignore[misc]  # bound now
            lambda: vars(module).update(HIDDEN=vars(module)["HIDDEN"] + 1),
        )


def test_an_object_may_say_what_it_depends_on() -> None:
    class Opaque:
        def __hbia_depends_on__(self) -> list[object]:
            return [7]

    Opaque.__module__ = "logging"  # as if a package had it, whose objects are not walked
    opaque = Opaque()

    def f() -> object:
        return opaque

    assert fingerprint_of(f).limits == ()


def test_nothing_that_was_seen_is_kept_alive(make: Make) -> None:
    module = make(_REPLACED_IN)
    fingerprint_of(module.f)
    watched = [weakref.ref(module.f), weakref.ref(module.Thing), weakref.ref(module.helper)]

    del sys.modules[module.__name__]
    vars(module).clear()
    del module
    gc.collect()

    assert [reference() for reference in watched] == [None, None, None]


def test_threads_find_the_same(make: Make) -> None:
    module = make(_REPLACED_IN)
    begin = threading.Barrier(4)
    found: list[Fingerprint] = []

    def take() -> None:
        begin.wait()
        found.append(fingerprint_of(module.f))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1


def test_parts_cannot_be_changed(make: Make) -> None:
    parts: Any = fingerprint_of(make("def f(x): return 1\n").f).parts

    with pytest.raises(TypeError):
        parts["function f"] = b""


def test_no_part_and_no_limit_names_a_value_or_an_absolute_path(make: Make) -> None:
    module = make("SECRET = 'hunter2'\nLOCKS = {'hunter2': open}\ndef f(x): return SECRET, LOCKS\n")

    found = fingerprint_of(module.f)

    assert not re.search(r"hunter2|0x[0-9a-f]{6}", f"{dict(found.parts)} {found.limits}")
    assert not any(str(Path.cwd()) in name for name in found.parts)


def test_the_package_itself_counts_by_its_version() -> None:
    from hbia_dsl.graph import stages

    def f() -> object:
        return stages.stages

    assert any(name.startswith("package hbia-dsl ") for name in fingerprint_of(f).parts)
    assert not any("hbia_dsl.graph" in name for name in fingerprint_of(f).parts)
