"""What code changes by itself cannot be what it depends on."""

import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from hbia_dsl.cache.fingerprint import Fingerprinter, fingerprint_of

Function = Callable[..., object]

NAME = "noting_app"

HEAD = """
from collections import Counter, defaultdict, deque

calls = []
count = 0
seen = set()
log = {}
ring = deque(maxlen=3)
tally = Counter()
table = {"a": 1}
nested = {"a": []}
groups = defaultdict(list)
raw = bytearray()
lazy = None

class Note:
    pass
"""

CHANGES = {
    "a method of a list": "def f(x):\n    calls.append(x)\n    return x",
    "a method that is looked up first": (
        "def f(x):\n    note = calls.append\n    note(x)\n    return x"
    ),
    "a global that is counted up": "def f(x):\n    global count\n    count += 1\n    return x",
    "a global that is set once": (
        "def f(x):\n    global lazy\n    if lazy is None:\n        lazy = [x]\n    return lazy"
    ),
    "a global that comes into being": "def f(x):\n    global late\n    late = x\n    return late",
    "a set": "def f(x):\n    seen.add(x)\n    return x",
    "an item": "def f(x):\n    log[x] = 1\n    return x",
    "an item under a computed key": (
        "def f(x):\n    log[str(x + 1), len(calls)] = [x]\n    return x"
    ),
    "an item that is counted up": "def f(x):\n    tally[x] += 1\n    return x",
    "an item of an item": "def f(x):\n    nested['a'].append(x)\n    return x",
    "an item of an item that is set": "def f(x):\n    nested['b'] = {}\n    nested['b'][x] = 1",
    "a group": "def f(x):\n    groups[x].append(x)\n    return x",
    "a slice": "def f(x):\n    calls[:] = [x, x]\n    return x",
    "an item that goes": (
        "def f(x):\n    log[x] = 1\n    log[x + 1] = 1\n    del log[x]\n    return x"
    ),
    "a deque": "def f(x):\n    ring.appendleft(x)\n    return x",
    "bytes": "def f(x):\n    raw.extend(b'x')\n    return x",
    "addition in place": "def f(x):\n    global calls\n    calls += [x]\n    return x",
    "a list that is altered and bound again": (
        "def f(x):\n    global calls\n    calls.append(x)\n    calls = [*calls, x]\n    return x"
    ),
    "a memo": "def f(x):\n    if x not in log:\n        log[x] = x * x\n    return log[x]",
    "a default": "def f(x, memo={}):\n    memo[x] = 1\n    return x",
    "a named default": "def f(x, *, memo=[]):\n    memo.append(x)\n    return x",
    "an attribute of the function": (
        "def f(x):\n    f.count += 1\n    return x + f.count * 0\nf.count = 0"
    ),
    "a list on the function": "def f(x):\n    f.calls.append(x)\n    return x\nf.calls = []",
    "by another name": "def f(x):\n    mine = calls\n    mine.append(x)\n    return x",
    "in a comprehension": "def f(x):\n    return [calls.append(y) for y in range(x)]",
    "in a lambda": "def f(x):\n    return list(map(lambda y: seen.add(y), range(x)))",
    "in an inner function": "def f(x):\n    def note():\n        calls.append(x)\n    note()",
    "in a helper": "def note(x):\n    calls.append(x)\ndef f(x):\n    note(x)\n    return x",
    "in a helper, and read here": (
        "def note(x):\n    calls.append(x)\ndef f(x):\n    note(x)\n    return len(calls) * 0"
    ),
    "objects of a class": "def f(x):\n    calls.append(Note())\n    return x",
    "a closure": (
        "def make():\n    mine = []\n    def f(x):\n        mine.append(x)\n        return x\n"
        "    return f\nf = make()"
    ),
    "a closure that is counted up": (
        "def make():\n    n = 0\n    def f(x):\n        nonlocal n\n    "
        "    n += 1\n        return x\n"
        "    return f\nf = make()"
    ),
    "a closure, in a helper": (
        "def make():\n    n = 0\n    def note():\n        nonlocal n\n        n += 1\n"
        "    def f(x):\n        note()\n        return n * 0\n    return f\nf = make()"
    ),
    "a closure around a helper's list": (
        "def make():\n    mine = []\n    def note(x):\n        mine.append(x)\n"
        "    def f(x):\n        note(x)\n        return len(mine) * 0\n    return f\nf = make()"
    ),
    "by a decorator": (
        "def counted(fn):\n    made = []\n    def inner(x):\n        made.append(x)\n"
        "        return fn(x)\n    return inner\n@counted\ndef f(x):\n    return x"
    ),
    "under try": "def f(x):\n    try:\n        log[x] = 1\n    finally:\n        calls.append(x)",
}

KEPT = {
    "what is only read": ("def f(x):\n    return table['a']", "table['a'] = 2"),
    "a method that alters nothing": ("def f(x):\n    return table.get(x)", "table['a'] = 2"),
    "a list of its own": ("def f(x):\n    own = list(calls)\n    own.append(x)", "calls.append(9)"),
    "a key that is a constant": ("def f(x):\n    own = {}\n    own[count] = x", "count = 7"),
    "one of two values": (
        "def f(x):\n    log[table['a'] if x else count] = 1\n    return x",
        "table['a'] = 2",
    ),
    "the value that is put there": ("def f(x):\n    log[x] = table['a']", "table['a'] = 2"),
    "what is added to it": ("def f(x):\n    calls.append(table['a'])", "table['a'] = 2"),
    "a parameter that hides it": (
        "def f(x, own=table):\n    own = {}\n    own[x] = 1",
        "table[1] = 1",
    ),
    "a name of an inner function": (
        (
            "def f(x):\n    def inner():\n        count = 1\n    "
            "    return count\n    return inner() + count"
        ),
        "count = 3",
    ),
    "an object with such a method": (
        (
            "class Money:\n    def __init__(self):\n        self.amount = 1\n    "
            "def add(self, x):\n"
            "        return self.amount + x\nprice = Money()\ndef f(x):\n    return price.add(x)"
        ),
        "price.amount = 2",
    ),
    "objects in a table, with such a method": (
        (
            "class Money:\n    def __init__(self):\n        self.amount = 1\n    "
            "def add(self, x):\n"
            "        return self.amount + x\nprices = {1: Money()}\n"
            "def f(x):\n    return prices[x].add(x)"
        ),
        "prices[1].amount = 2",
    ),
    "a class in a table that it fills": (
        (
            "handlers = {}\nclass Double:\n    def of(self, x):\n        return 2 * x\n"
            "def f(x):\n    handlers[Double.__name__] = handlers.get('Double', Double)\n"
            "    return handlers['Double']().of(x)\nhandlers['Double'] = Double"
        ),
        "class Double:\n    def of(self, x):\n        return 3 * x\nhandlers['Double'] = Double",
    ),
    "a class in a table that a helper fills": (
        (
            "handlers = {}\nclass Double:\n    def of(self, x):\n        return 2 * x\n"
            "def fill(cls):\n    handlers[cls.__name__] = cls\nfill(Double)\n"
            "def f(x):\n    fill(handlers['Double'])\n    return handlers['Double']().of(x)"
        ),
        "class Double:\n    def of(self, x):\n        return 3 * x\nfill(Double)",
    ),
    "a function in a table that it fills": (
        (
            "handlers = {}\ndef register(fn):\n    handlers[fn.__name__] = fn\n    return fn\n"
            "@register\ndef double(x):\n    return 2 * x\n"
            "def f(x):\n    register(double)\n    return handlers['double'](x)"
        ),
        "def double(x):\n    return 3 * x\nregister(double)",
    ),
}


@pytest.fixture
def module() -> Iterator[ModuleType]:
    made = ModuleType(NAME)
    sys.modules[NAME] = made
    exec(HEAD, vars(made))  # noqa: S102 - our own text
    yield made
    del sys.modules[NAME]


def _function(module: ModuleType, text: str) -> Function:
    exec(text, vars(module))  # noqa: S102 - our own text
    found: Function = vars(module)["f"]
    return found


@pytest.mark.parametrize("text", CHANGES.values(), ids=CHANGES)
def test_what_a_call_changes_makes_no_other_function_of_it(module: ModuleType, text: str) -> None:
    fn = _function(module, text)
    before = fingerprint_of(fn)

    for number in range(3):
        fn(number)

    after = fingerprint_of(fn)
    assert after.digest == before.digest
    assert after.parts == before.parts
    assert any("is changed by the code itself" in limit for limit in after.limits)


@pytest.mark.parametrize(("text", "edit"), KEPT.values(), ids=KEPT)
def test_what_code_only_reads_counts(module: ModuleType, text: str, edit: str) -> None:
    fn = _function(module, text)
    before = fingerprint_of(fn)

    exec(edit, vars(module))  # noqa: S102 - our own text

    assert fingerprint_of(fn).digest != before.digest


@pytest.mark.parametrize("text", CHANGES.values(), ids=CHANGES)
def test_an_edit_of_the_code_that_changes_something_is_seen(module: ModuleType, text: str) -> None:
    before = fingerprint_of(_function(module, text))

    edited = _function(module, text.replace("    return x", "    return (x, 1)", 1) + "\n")

    changed = fingerprint_of(edited).digest != before.digest
    assert changed == ("    return x" in text)


def test_what_another_module_changes_is_known_by_the_object(module: ModuleType) -> None:
    other = ModuleType("noting_other")
    exec(f"from {NAME} import calls as mine\ndef note(x):\n    mine.append(x)", vars(other))  # noqa: S102 - our own text
    vars(module)["note"] = vars(other)["note"]
    fn = _function(module, "def f(x):\n    note(x)\n    return calls[:0]")
    before = fingerprint_of(fn)

    fn(1)

    assert fingerprint_of(fn).digest == before.digest


def test_the_limit_names_what_is_changed(module: ModuleType) -> None:
    fn = _function(module, CHANGES["a method of a list"])

    (limit,) = fingerprint_of(fn).limits

    said = "is changed by the code itself, so only its value at first counts"
    assert limit == f"`{NAME}.calls` {said}"


def test_a_list_that_grows_is_not_read_again(module: ModuleType) -> None:
    fn = _function(module, CHANGES["a method of a list"])
    before = Fingerprinter().of(fn)
    vars(module)["calls"].extend(range(1_000))

    assert Fingerprinter().of(fn) is before
