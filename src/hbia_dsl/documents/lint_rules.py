"""The rules of lint, each a function from a flow to what is wrong with it.

Numbers below 100 are the original's. A binding to a vertex that does not come before has
no rule: a binding is an edge, so what it names comes before, or the graph has a cycle,
which is an error of the document.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from hbia_dsl.diagnostics.location import Location
from hbia_dsl.diagnostics.near_miss import did_you_mean
from hbia_dsl.documents.lint_codes import LINT_CODES
from hbia_dsl.documents.lint_issue import LintIssue
from hbia_dsl.documents.lint_subject import LintFlow
from hbia_dsl.wiring.binding import INPUT

Rule = Callable[[LintFlow], Iterator[LintIssue]]

_SNAKE_CASE: Final = re.compile(r"[a-z_][a-z0-9_]*")


def unknown_follower(flow: LintFlow) -> Iterator[LintIssue]:
    """E001: `next` names a vertex that the flow does not have."""
    names = [vertex.name for vertex in flow.vertices]
    known = set(names)
    for vertex in flow.vertices:
        for follower, location in vertex.next:
            if follower not in known:
                yield _issue(
                    "E001",
                    f"`next` of vertex `{vertex.name}` names `{follower}`, which flow "
                    f"`{flow.name}` does not have",
                    did_you_mean(follower, [n for n in names if n != vertex.name])
                    or f"take `{follower}` out of `next`",
                    location,
                )


def no_edges(flow: LintFlow) -> Iterator[LintIssue]:
    """E002: several vertices, and no edge between any of them."""
    if len(flow.vertices) > 1 and not _connected(flow):
        first, second = flow.vertices[:2]
        yield _issue(
            "E002",
            f"flow `{flow.name}` has {len(flow.vertices)} vertices and no edges",
            f"bind an input to an output, or write `next: [{second.name}]` in `{first.name}`",
            flow.location,
        )


def unknown_source(flow: LintFlow) -> Iterator[LintIssue]:
    """E101: an input is bound to something that no vertex of the flow gives."""
    outputs = {vertex.name: vertex.outputs for vertex in flow.vertices}
    known = [f"{name}.{output}" for name, given in outputs.items() for output in given]
    for vertex in flow.vertices:
        for parameter, source, output in vertex.bound:
            is_input = source == INPUT and INPUT not in outputs
            if not is_input and output not in outputs.get(source, ()):
                binding = f"{source}.{output}"
                yield _issue(
                    "E101",
                    f"input `{parameter}` of vertex `{vertex.name}` is bound to `{binding}`, "
                    f"which flow `{flow.name}` does not have",
                    did_you_mean(binding, known) or LINT_CODES["E101"].way,
                    vertex.location,
                )


def missing_keys(flow: LintFlow) -> Iterator[LintIssue]:
    """W001, W002, W003, W005: a vertex leaves out a key that it should have."""
    for vertex in flow.vertices:
        for code, key in _WANTED:
            if key not in vertex.keys:
                text = f"vertex `{vertex.name}` has no `{key}`"
                yield _issue(code, text, LINT_CODES[code].way, vertex.location)


_WANTED: Final = (
    ("W001", "effect"),
    ("W002", "version"),
    ("W003", "handler"),
    ("W005", "outputs"),
)


def not_snake_case(flow: LintFlow) -> Iterator[LintIssue]:
    """W006: the name of a vertex is not in snake case."""
    taken = {vertex.name for vertex in flow.vertices}
    for vertex in flow.vertices:
        if not _SNAKE_CASE.fullmatch(vertex.name):
            better = _in_snake_case(vertex.name)
            way = f"call it `{better}`" if better and better not in taken else "rename it"
            text = f"the name of vertex `{vertex.name}` is not in snake_case"
            yield _issue("W006", text, way, vertex.location)


def only_one_vertex(flow: LintFlow) -> Iterator[LintIssue]:
    """W007: the flow has one vertex only."""
    if len(flow.vertices) == 1:
        text = f"flow `{flow.name}` has one vertex only"
        yield _issue("W007", text, LINT_CODES["W007"].way, flow.location)


def unused_output(flow: LintFlow) -> Iterator[LintIssue]:
    """W101: a pure vertex in the middle of a flow gives something that nobody takes.

    What the last vertices give is the result of the flow, and a vertex with a side effect
    has done its work whether or not anybody looks at what it gives.
    """
    used = {(source, output) for v in flow.vertices for _, source, output in v.bound}
    before = {vertex.name for vertex in flow.vertices if vertex.next}
    before |= {source for source, _ in used}
    for vertex in flow.vertices:
        for output in vertex.outputs:
            if vertex.is_pure and vertex.name in before and (vertex.name, output) not in used:
                yield _issue(
                    "W101",
                    f"no vertex takes output `{output}` of vertex `{vertex.name}`",
                    f"bind an input to `{vertex.name}.{output}`, or take the output away",
                    vertex.location,
                )


def unreachable_vertex(flow: LintFlow) -> Iterator[LintIssue]:
    """W102: in a flow with edges, a vertex that has none: nothing leads to it, nor from it."""
    connected = _connected(flow)
    for vertex in flow.vertices:
        if connected and vertex.name not in connected:
            yield _issue(
                "W102",
                f"vertex `{vertex.name}` is not connected to the rest of flow `{flow.name}`",
                LINT_CODES["W102"].way,
                vertex.location,
            )


def _issue(code: str, message: str, suggestion: str, location: Location | None) -> LintIssue:
    return LintIssue(code, LINT_CODES[code].severity, message, suggestion, location)


def _connected(flow: LintFlow) -> set[str]:
    """Return the names of the vertices that an edge leads to or from."""
    known = {vertex.name for vertex in flow.vertices}
    found = set()
    for vertex in flow.vertices:
        others = {follower for follower, _ in vertex.next} | {s for _, s, _ in vertex.bound}
        met = (others & known) - {vertex.name}
        if met:
            found |= {vertex.name, *met}
    return found


def _in_snake_case(name: str) -> str:
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+", name)
    better = "_".join(word.lower() for word in words)
    return better if _SNAKE_CASE.fullmatch(better) else ""


RULES: Final[tuple[Rule, ...]] = (
    unknown_follower,
    no_edges,
    unknown_source,
    missing_keys,
    not_snake_case,
    only_one_vertex,
    unused_output,
    unreachable_vertex,
)
"""All rules; the order is that of findings at one place."""
