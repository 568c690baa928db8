"""The text of a lock: one fact a line, always in the same order, and read back as data.

Reading it evaluates nothing: lines are taken apart by their indentation and their first
words, and whatever does not fit is refused with its line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

FORMAT: Final = 1
_HEADER: Final = "hbia lock, format "
_COMMENT: Final = (
    "# Made by `hbia lock`; commit it. `hbia lock --check` tells how a flow differs from it."
)
_LINE: Final = re.compile(r"(?P<indent> *)(?P<word>[a-z]+)( (?P<name>[^\s:]+))?(: (?P<value>.*))?")
_FLOW: Final = re.compile(r"flow (?P<target>\S+)")
_NOT_IN_NAMES: Final = re.compile('[ :"]|^$')
_VERTEX: Final = "vertex"
_OF_FLOW: Final = ("name", "inputs", "input", "result", "group", "type", _VERTEX)
_OF_VERTEX: Final = (
    "kind",
    "effect",
    "version",
    "group",
    "undo",
    "place",
    "takes",
    "returns",
    "gives",
)
"""What a line can begin with, in the order of the lines."""

FactKey = tuple[str, ...]
"""What a fact is about: ("result",), ("input", "email"), ("vertex", "mail", "takes", "to")."""


@attrs.frozen
class LockedFlow:
    """A flow as a lock knows it."""

    target: str
    """Where the flow is, as one names it on the command line: `app.flows:signup`."""
    facts: Mapping[FactKey, str]

    def vertices(self) -> list[str]:
        """Return the names of its vertices, sorted."""
        return sorted({key[1] for key in self.facts if key[0] == _VERTEX})


@attrs.frozen
class LockTextError(Exception):
    """A text is not a lock."""

    line: int
    """Line number from 1."""
    reason: str
    """One sentence."""


def lock_text(flows: Iterable[LockedFlow]) -> str:
    """Write flows down; equal flows always give the same text."""
    lines = [f"{_HEADER}{FORMAT}", _COMMENT]
    for flow in sorted(flows, key=lambda flow: flow.target):
        lines += ["", *_flow_lines(flow)]
    return "\n".join(lines) + "\n"


def read_lock(text: str) -> dict[str, LockedFlow]:
    """Read what `lock_text` wrote.

    Returns:
        The flows by their targets.

    Raises:
        LockTextError: It is not such a text, or one of another format.
    """
    lines = text.splitlines()
    _check_header(lines[0] if lines else "")
    flows: dict[str, dict[FactKey, str]] = {}
    facts: dict[FactKey, str] | None = None
    vertex: FactKey = ()
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip() or line.startswith("#"):
            continue
        opening = _FLOW.fullmatch(line)
        if opening is not None:
            facts, vertex = flows.setdefault(opening["target"], {}), ()
            continue
        depth, key, value = _fact(line, number)
        if facts is None or (depth == 4 and not vertex):
            raise LockTextError(number, "this line belongs to no flow")
        if depth == 2:
            vertex = key if key[0] == _VERTEX else ()
        else:
            key = (*vertex, *key)
        if key in facts:
            raise LockTextError(number, "this fact is there twice")
        facts[key] = value
    return {target: LockedFlow(target, found) for target, found in flows.items()}


def _check_header(line: str) -> None:
    if line == f"{_HEADER}{FORMAT}":
        return
    if line.startswith(_HEADER):
        found = line.removeprefix(_HEADER)
        raise LockTextError(1, f"its format is {found}, and this version reads format {FORMAT}")
    raise LockTextError(1, f"a lock begins with `{_HEADER}{FORMAT}`")


def _fact(line: str, number: int) -> tuple[int, FactKey, str]:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        raise LockTextError(number, "two versions of the lock were merged and not yet made one")
    match = _LINE.fullmatch(line)
    words = {2: _OF_FLOW, 4: _OF_VERTEX}.get(len(match["indent"]), ()) if match else ()
    if match is None or match["word"] not in words:
        raise LockTextError(number, "this line says nothing that a lock can say")
    key: FactKey = (match["word"],)
    if match["name"] is not None:
        key = (match["word"], _unquoted(match["name"], number))
    return len(match["indent"]), key, _unquoted(match["value"] or "", number)


def _flow_lines(flow: LockedFlow) -> Iterator[str]:
    yield f"flow {flow.target}"
    for key in sorted(flow.facts, key=_place):
        indent = "    " if key[0] == _VERTEX and len(key) > 2 else "  "
        words = " ".join(map(_one_word, key[2:] if indent == "    " else key))
        value = flow.facts[key]
        yield f"{indent}{words}: {_quoted(value)}" if value else f"{indent}{words}"


def _place(key: FactKey) -> tuple[object, ...]:
    """Return where a fact stands: by what it is about, then by name."""
    if key[0] == _VERTEX and len(key) > 2:
        return _OF_FLOW.index(_VERTEX), key[1], 1, _OF_VERTEX.index(key[2]), key[3:]
    return _OF_FLOW.index(key[0]), key[1] if len(key) > 1 else "", 0, 0, ()


def _one_word(name: str) -> str:
    """Return a name as it stands in a line; what a class is called may be any text."""
    if name.isprintable() and not _NOT_IN_NAMES.search(name):
        return name
    import json  # loaded where it is used

    return json.dumps(name).replace(" ", "\\u0020").replace(":", "\\u003a")


def _quoted(value: str) -> str:
    """Return a value as it stands on its line; unusual ones as a JSON text in ASCII."""
    if value.isprintable() and value == value.strip() and not value.startswith('"'):
        return value
    import json  # loaded where it is used

    return json.dumps(value)


def _unquoted(value: str, number: int) -> str:
    if not value.startswith('"'):
        return value
    import json  # loaded where it is used

    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if not isinstance(found, str):
        raise LockTextError(number, "the quotes of this value do not fit")
    return found
