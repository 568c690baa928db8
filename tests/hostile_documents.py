"""Documents that must be refused, each with its code and the place that the report must mark.

The sign § stands before that place, and is taken out before the document is read. Documents
without it are wrong as a whole, and their reports have no place.
"""

from typing import Final

import attrs

SIGN: Final = "§"


@attrs.frozen
class Hostile:
    """One document that must be refused."""

    code: str
    """Of the first problem that the report names."""
    raw: bytes
    line: int | None
    """1-based; None if the report has no place."""
    column: int | None
    """1-based, in characters."""


def _marked(code: str, text: str) -> Hostile:
    before, _, after = text.partition(SIGN)
    lines = before.split("\n")
    return Hostile(code, (before + after).encode(), len(lines), len(lines[-1]) + 1)


def _vertex(entries: str, rest: str = "") -> str:
    """A document whose one flow has vertex `b`, with these entries, and a sound vertex `a`."""
    return (
        "flow:\n  f:\n    a: {handler: m.a, outputs: {x: int}, next: [b]}\n"
        f"    b:\n      {entries}\n{rest}"
    )


def _sound(rest: str) -> str:
    """A document with a diamond, and what comes after it."""
    return (
        "flow:\n  f:\n"
        "    a: {handler: m.a, outputs: {x: int}, next: [b, c]}\n"
        "    b: {handler: m.b, next: [d]}\n"
        "    c: {handler: m.c, next: [d]}\n"
        "    d: {handler: m.d}\n"
        f"{rest}"
    )


def _bomb() -> str:
    lines = ["flow:", "  a0: §&a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    return "\n".join(lines)


def _nested(opening: str, depth: int) -> str:
    """The 41st opening bracket is the one too many."""
    return opening * 40 + SIGN + opening * (depth - 40)


_LONG_NAME: Final = "n" * 101

_TEXTS: Final[dict[str, tuple[str, str]]] = {
    # What YAML can do to a reader.
    "an alias bomb": ("HB403", _bomb()),
    "an anchor": ("HB403", _vertex("handler: §&h m.b")),
    "an alias to nothing": ("HB403", _vertex("handler: §*h")),
    "an alias inside what it names": ("HB403", "flow: §&f {f: *f}"),
    "an anchor on a mapping": ("HB403", "flow: §&f\n  f:\n    a: {handler: m.a}"),
    "a tag that calls a function": (
        "HB403",
        'flow: §!!python/object/apply:os.system ["touch canary"]',
    ),
    "a tag of bytes": ("HB403", _vertex("handler: §!!binary bS5i")),
    "a tag that says nothing new": ("HB403", _vertex("handler: §!!str m.b")),
    "a tag of a set": ("HB403", _vertex("handler: m.b\n      next: §!!set {a}")),
    "a tag without a name": ("HB403", _vertex("handler: §! m.b")),
    "a private tag": ("HB403", _vertex("handler: §!handler m.b")),
    "a directive": ("HB403", "§%YAML 1.1\n---\nflow: {f: {a: {handler: m.a}}}"),
    "a directive for tags": ("HB403", "§%TAG !e! tag:e,1:\n---\nflow: {f: {a: {handler: m.a}}}"),
    "a merge key": ("HB403", _vertex("§<<: {handler: m.b}\n      handler: m.b")),
    "several documents": ("HB403", "flow: {f: {a: {handler: m.a}}}\n§---\nflow: {}"),
    "several documents, the first one empty": ("HB403", "---\n§---\nflow: {}"),
    "lists nested for ever": ("HB403", _nested("[", 900)),
    "mappings nested for ever": ("HB403", "{a: " * 40 + SIGN + "{a: " * 2_000),
    "lists nested by dashes": ("HB403", "- " * 40 + SIGN + "- " * 400 + "x"),
    "a document that never ends a list": ("HB402", "flow: [a, b\n§"),
    "a document that never ends its quotes": ("HB402", 'flow: "a\n§'),
    "a tab": ("HB402", "flow:\n§\tf: {a: {handler: m.a}}"),
    "brackets of a type inside braces": (
        "HB402",
        "flow:\n  f:\n    a: {handler: m.a, outputs: {x: list§[int]}}",
    ),
    "a colon in plain text": ("HB402", "flow:\n  f: a§: b"),
    "too little indentation": ("HB402", "flow:\n    f: {}\n  §g: {}"),
    "a broken escape": ("HB402", 'flow: "§\\q"'),
    "text that is not YAML": ("HB402", "flow: {f}§}"),
    # Keys.
    "a key that is there twice": ("HB404", _vertex("handler: m.b\n      §handler: m.c")),
    "a flow that is there twice": (
        "HB404",
        "flow:\n  f: {a: {handler: m.a}}\n  §f: {b: {handler: m.b}}",
    ),
    "a vertex that is there twice": (
        "HB404",
        "flow:\n  f:\n    a: {handler: m.a}\n    §a: {handler: m.b}",
    ),
    "a key twice in a constant": (
        "HB404",
        _vertex("handler: m.b\n      inputs: {p: {value: {k: 1, §k: 2}}}"),
    ),
    "a key `on`": ("HB404", "§on: push\nflow: {f: {a: {handler: m.a}}}"),
    "a vertex called `yes`": ("HB404", "flow:\n  f:\n    §yes: {handler: m.a}"),
    "a vertex called `1`": ("HB404", "flow:\n  f:\n    §1: {handler: m.a}"),
    "a vertex called `~`": ("HB404", "flow:\n  f:\n    §~: {handler: m.a}"),
    "a vertex called by a date": ("HB404", "flow:\n  f:\n    §2020-01-01: {handler: m.a}"),
    "a key that is a list": ("HB404", "flow:\n  f:\n    ? §[a, b]\n    : {handler: m.a}"),
    "a key that is a mapping": ("HB404", "flow:\n  f:\n    ? §{a: b}\n    : {handler: m.a}"),
    "a key that is missing": ("HB404", "flow:\n  f:\n    ?§\n    : {handler: m.a}"),
    # Forms.
    "an empty document": ("HB405", "§"),
    "only a remark": ("HB405", "§# nothing yet\n"),
    "a list": ("HB405", "§- flow"),
    "a word": ("HB405", "§flow"),
    "no flow": ("HB405", "§atomic_groups: {}"),
    "a flow that is a list": ("HB405", "flow:\n  §- f"),
    "an empty mapping of flows": ("HB405", "flow: §{}"),
    "a flow that is null": ("HB405", "flow: §~"),
    "a flow without vertices": ("HB405", "flow: {§f: {}}"),
    "a vertex that is a text": ("HB405", "flow:\n  f:\n    a: §m.a"),
    "a vertex that is nothing": ("HB405", "flow:\n  f:\n    a:§\n"),
    "no handler": ("HB405", "flow:\n  f:\n    §a: {effect: pure}"),
    "inputs that are a list": ("HB405", _vertex("handler: m.b\n      inputs: §[p]")),
    "outputs that are a text": ("HB405", _vertex("handler: m.b\n      outputs: §int")),
    "`next` that is a text": ("HB405", _vertex("handler: m.b\n      next: §a")),
    "`next` that names one twice": (
        "HB405",
        "flow:\n  f:\n    a: {handler: m.a, next: [b, §b]}\n    b: {handler: m.b}",
    ),
    "`next` with a list in it": ("HB405", _vertex("handler: m.b\n      next: [§[a]]")),
    "an effect nobody knows": ("HB405", _vertex("handler: m.b\n      effect: §impure")),
    "an effect that is true": ("HB405", _vertex("handler: m.b\n      effect: §yes")),
    "a version that is a number": ("HB405", _vertex("handler: m.b\n      version: §2.0")),
    "a version that is a date": ("HB405", _vertex("handler: m.b\n      version: §2020-01-01")),
    "an input that is a number": ("HB405", _vertex("handler: m.b\n      inputs: {p: §3}")),
    "an input that is true": ("HB405", _vertex("handler: m.b\n      inputs: {p: §true}")),
    "an input that is a list": ("HB405", _vertex("handler: m.b\n      inputs: {p: §[1, 2]}")),
    "an input that is nothing": ("HB405", _vertex("handler: m.b\n      inputs: {p: §}")),
    "an input bound with two dots": ("HB405", _vertex("handler: m.b\n      inputs: {p: §a.x.y}")),
    "an input bound to half a name": ("HB405", _vertex("handler: m.b\n      inputs: {p: §a.}")),
    "a constant without a value": ("HB405", _vertex("handler: m.b\n      inputs: {p: §{}}")),
    "a constant that is empty": ("HB405", _vertex("handler: m.b\n      inputs: {p: {value: §}}")),
    "a constant that may be octal": (
        "HB405",
        _vertex("handler: m.b\n      inputs: {p: {value: §010}}"),
    ),
    "a constant that may be ninety": (
        "HB405",
        _vertex("handler: m.b\n      inputs: {p: {value: [1, §1:30]}}"),
    ),
    "a constant that may be true": (
        "HB405",
        _vertex("handler: m.b\n      inputs: {p: {value: §yes}}"),
    ),
    "a constant that is no number": (
        "HB405",
        _vertex("handler: m.b\n      inputs: {p: {value: {k: §.nan}}}"),
    ),
    "a constant without an end": (
        "HB405",
        _vertex("handler: m.b\n      inputs: {p: {value: §1e999}}"),
    ),
    "a constant of 100,000 digits": (
        "HB405",
        _vertex(f"handler: m.b\n      inputs: {{p: {{value: §{'7' * 100_000}}}}}"),
    ),
    "an unknown key": ("HB406", "flow: {f: {a: {handler: m.a}}}\n§flows: {}"),
    "an unknown key of a vertex": ("HB406", _vertex("handler: m.b\n      §timeout: 3")),
    "an unknown key of a group": (
        "HB406",
        _sound("atomic_groups:\n  g: {vertices: [a], §on_fail: abort}"),
    ),
    "an unknown key of a constant": (
        "HB406",
        _vertex("handler: m.b\n      inputs: {p: {value: 1, §type: int}}"),
    ),
    # Names.
    "a vertex with a dot in its name": ("HB407", "flow:\n  f:\n    §a.b: {handler: m.a}"),
    "a vertex without a name": ("HB407", 'flow:\n  f:\n    §"": {handler: m.a}'),
    "a vertex whose name clears the screen": (
        "HB407",
        'flow:\n  f:\n    §"\\e[2J": {handler: m.a}',
    ),
    "a vertex with a very long name": (
        "HB407",
        f"flow:\n  f:\n    §{_LONG_NAME}: {{handler: m.a}}",
    ),
    "a vertex of two flows": (
        "HB407",
        "flow:\n  f: {a: {handler: m.a}}\n  g: {§a: {handler: m.a}}",
    ),
    "a flow with a slash in its name": ("HB407", "flow: {§../f: {a: {handler: m.a}}}"),
    "an output with a dot": ("HB407", _vertex('handler: m.b\n      outputs: {§"x.y": int}')),
    "an input that cannot be a parameter": (
        "HB407",
        _vertex("handler: m.b\n      inputs: {§my-input: int}"),
    ),
    "`next` names nobody": ("HB408", _vertex("handler: m.b\n      next: [§aa]")),
    "`next` names its own vertex": ("HB408", _vertex("handler: m.b\n      next: [§b]")),
    "`next` names another flow": (
        "HB408",
        "flow:\n  f: {a: {handler: m.a, next: [§b]}}\n  g: {b: {handler: m.b}}",
    ),
    "a binding to no vertex": ("HB408", _vertex("handler: m.b\n      inputs: {p: §c.x}")),
    "a binding to no output": ("HB408", _vertex("handler: m.b\n      inputs: {p: §a.y}")),
    "a binding to itself": (
        "HB408",
        _vertex("handler: m.b\n      outputs: {x: int}\n      inputs: {p: §b.x}"),
    ),
    "a binding to another flow": (
        "HB408",
        (
            "flow:\n  f: {a: {handler: m.a, outputs: {x: int}}}\n"
            "  g: {b: {handler: m.b, inputs: {p: §a.x}}}"
        ),
    ),
    "a file name as an input": ("HB408", _vertex("handler: m.b\n      inputs: {p: §data.csv}")),
    # Types.
    "a type nobody knows": ("HB409", _vertex("handler: m.b\n      inputs: {p: §strr}")),
    "a class as a type": ("HB409", _vertex('handler: m.b\n      inputs: {p: §"list[app.User]"}')),
    "code as a type": (
        "HB409",
        _vertex("handler: m.b\n      outputs: {y: §\"__import__('os')\"}"),
    ),
    "a type with brackets left open": (
        "HB409",
        _vertex('handler: m.b\n      outputs: {y: §"list[int"}'),
    ),
    "a type nested for ever": (
        "HB409",
        _vertex(f'handler: m.b\n      outputs: {{y: §"{"list[" * 30}int{"]" * 30}"}}'),
    ),
    "a type without an end": (
        "HB409",
        _vertex(f"handler: m.b\n      outputs: {{y: §{'int ' * 900}}}"),
    ),
    # Order and groups.
    "two vertices that wait for each other": (
        "HB203",
        "flow:\n  f:\n    §a: {handler: m.a, next: [b]}\n    b: {handler: m.b, next: [a]}",
    ),
    "a cycle of bindings": (
        "HB203",
        (
            "flow:\n  f:\n"
            "    start: {handler: m.s, next: [a]}\n"
            "    §a: {handler: m.a, inputs: {p: c.x}, outputs: {x: int}}\n"
            "    b: {handler: m.b, inputs: {p: a.x}, outputs: {x: int}}\n"
            "    c: {handler: m.c, inputs: {p: b.x}, outputs: {x: int}}"
        ),
    ),
    "an outsider between members": (
        "HB211",
        _sound("atomic_groups:\n  §g: {vertices: [a, b, d]}"),
    ),
    "groups that wait for each other": (
        "HB211",
        (
            "flow:\n  f:\n"
            "    a: {handler: m.a, next: [b, d]}\n    b: {handler: m.b}\n"
            "    c: {handler: m.c, next: [b, d]}\n    d: {handler: m.d}\n"
            "atomic_groups:\n  §g: {vertices: [a, b]}\n  k: {vertices: [c, d]}\n"
        ),
    ),
    "a group in pieces": ("HB216", _sound("atomic_groups:\n  §g: {vertices: [b, c]}")),
    "a group of nobody": ("HB405", _sound("atomic_groups:\n  g: {vertices: §[]}")),
    "a group without vertices": ("HB405", _sound("atomic_groups:\n  §g: {no_cache: true}")),
    "a group with a policy nobody knows": (
        "HB405",
        _sound("atomic_groups:\n  g: {vertices: [a], on_failure: §retry}"),
    ),
    "a group with a flag that is a word": (
        "HB405",
        _sound("atomic_groups:\n  g: {vertices: [a], no_cache: §never}"),
    ),
    "groups that are a list": ("HB405", _sound("atomic_groups: §[g]")),
    "a member that is not there": ("HB408", _sound("atomic_groups:\n  g: {vertices: [a, §z]}")),
    "a vertex in two groups": (
        "HB410",
        _sound("atomic_groups:\n  g: {vertices: [a, b]}\n  h: {vertices: [§b]}"),
    ),
    "a group across flows": (
        "HB410",
        (
            "flow:\n  f: {a: {handler: m.a}}\n  g: {b: {handler: m.b}}\n"
            "atomic_groups:\n  §h: {vertices: [a, b]}"
        ),
    ),
    "compensation without a function": (
        "HB410",
        _sound("atomic_groups:\n  §g: {vertices: [a, b], on_failure: compensate}"),
    ),
    "compensation of a pure vertex only": (
        "HB410",
        (
            "flow: {f: {a: {handler: m.a, effect: pure, compensate: m.undo}}}\n"
            "atomic_groups: {§g: {vertices: [a], on_failure: compensate}}"
        ),
    ),
    "`compensate` outside of a group": (
        "HB410",
        _vertex("handler: m.b\n      compensate: §m.undo"),
    ),
    "`compensate` in a group that rolls back": (
        "HB410",
        "flow: {f: {a: {handler: m.a, compensate: §m.undo}}}\natomic_groups: {g: {vertices: [a]}}",
    ),
    "`compensate: null` in a group that rolls back": (
        "HB410",
        ("flow: {f: {a: {handler: m.a, compensate: §null}}}\natomic_groups: {g: {vertices: [a]}}"),
    ),
    "a member that nothing takes back": (
        "HB410",
        (
            "flow:\n  f:\n    a: {handler: m.a, compensate: m.undo, next: [b]}\n"
            "    §b: {handler: m.b}\n"
            "atomic_groups:\n  g: {vertices: [a, b], on_failure: compensate}"
        ),
    ),
    "`compensate` with nothing behind it": ("HB405", _vertex("handler: m.b\n      compensate:§\n")),
    # Handlers.
    "a handler without a module": ("HB411", _vertex("handler: §charge")),
    "a handler that leads through private names": (
        "HB411",
        _vertex("handler: §os.__dict__.system"),
    ),
    "a handler that is a file": ("HB411", _vertex("handler: §../evil.py")),
    "a handler with a colon": ("HB411", _vertex("handler: §m.b:run")),
    "a handler that is code": ("HB411", _vertex("handler: §\"m.b('x')\"")),
    "a handler that is a number": ("HB411", _vertex("handler: §3.4")),
    "a handler that is a list": ("HB405", _vertex("handler: §[m, b]")),
    "a handler with a very long path": ("HB411", _vertex(f"handler: §{'m.' * 200}b")),
    "`compensate` that is no path": ("HB411", _vertex("handler: m.b\n      compensate: §undo")),
}

HOSTILE: Final[dict[str, Hostile]] = {
    name: _marked(code, text) for name, (code, text) in _TEXTS.items()
} | {
    "more than a megabyte": Hostile("HB401", b"# " + b"x" * 1_000_000, None, None),
    "a megabyte of digits": Hostile("HB405", b"flow: " + b"7" * 999_000, 1, 7),
    "a document of 60,000 parts": Hostile("HB403", b"[" + b"x, " * 60_000 + b"]", 1, 149_993),
    "not UTF-8": Hostile("HB401", b"flow:\n  caf" + b"\xe9: {}", 2, 6),
    "UTF-16": Hostile("HB401", "flow: {}".encode("utf-16"), 1, 1),
    "a NUL": Hostile("HB401", b"flow: {f: \0}", 1, 11),
    "half a character": Hostile("HB401", b"flow: \xf0\x9f\x98", 1, 7),
    "a character of half a pair": Hostile("HB401", b"flow: \xed\xa0\x80", 1, 7),
    "an escape in plain text": Hostile("HB401", b"flow:\n  \x1b[2J: {}", 2, 3),
    "a column after what is not ASCII": _marked(
        "HB409", 'flow:\n  f:\n    a: {handler: m.a, inputs: {größe: int, "ß": §itn}}'
    ),
}
"""By what is wrong with each."""
