"""What lint looks at: of each vertex no more than the rules ask for.

It is made of a document that was read, or of plain data as a YAML loader gives them. Data
may have any form, since lint is often the first to look: what has the wrong form is left
to validation, and lint looks at the rest.
"""

from collections.abc import Iterable, Mapping

import attrs

from hbia_dsl.diagnostics.location import Location
from hbia_dsl.documents.document import Document, DocumentVertex

Bound = tuple[str, str, str]
"""A parameter, and the vertex and output that it is bound to."""


@attrs.frozen
class LintVertex:
    """One vertex as lint sees it."""

    name: str
    location: Location | None
    keys: frozenset[str]
    """Those of the keys `handler`, `effect`, `version`, `outputs` that say something."""
    is_pure: bool
    outputs: tuple[str, ...]
    next: tuple[tuple[str, Location | None], ...]
    bound: tuple[Bound, ...]


@attrs.frozen
class LintFlow:
    """One flow as lint sees it."""

    name: str
    location: Location | None
    vertices: tuple[LintVertex, ...]


def flows_of_document(document: Document) -> list[LintFlow]:
    """Return the flows of a document that was read."""
    place = document.text.location
    return [
        LintFlow(
            flow.name,
            place(flow.place),
            tuple(_of_document(document, vertex) for vertex in flow.vertices.values()),
        )
        for flow in document.flows.values()
    ]


def _of_document(document: Document, vertex: DocumentVertex) -> LintVertex:
    place = document.text.location
    said = {
        "handler": vertex.handler,
        "effect": vertex.effect,
        "version": vertex.version,
        "outputs": vertex.outputs,
    }
    return LintVertex(
        vertex.name,
        place(vertex.place),
        frozenset(key for key, value in said.items() if value),
        is_pure=vertex.is_pure,
        outputs=tuple(vertex.outputs),
        next=tuple((follower.text, place(follower.place)) for follower in vertex.next),
        bound=tuple(
            (given.name, source.vertex, source.output)
            for given in vertex.inputs.values()
            for source in given.bindings
        ),
    )


def flows_of_data(data: Mapping[str, object]) -> list[LintFlow]:
    """Return the flows of a document that is plain data."""
    return [
        LintFlow(
            flow_name,
            None,
            tuple(_of_data(name, dict(_entries(keys))) for name, keys in _entries(vertices)),
        )
        for flow_name, vertices in _entries(data.get("flow"))
    ]


def _of_data(name: str, keys: Mapping[str, object]) -> LintVertex:
    return LintVertex(
        name,
        None,
        frozenset(key for key in _SAID if keys.get(key)),
        is_pure=keys.get("effect") == "pure",
        outputs=tuple(output for output, _ in _entries(keys.get("outputs"))),
        next=tuple((follower, None) for follower in _texts(keys.get("next"))),
        bound=tuple(
            (parameter, *binding)
            for parameter, source in _entries(keys.get("inputs"))
            for text in _texts(source if isinstance(source, list) else [source])
            if (binding := _binding(text)) is not None
        ),
    )


_SAID = ("handler", "effect", "version", "outputs")


def _entries(value: object) -> Iterable[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from ((key, entry) for key, entry in value.items() if isinstance(key, str))


def _texts(value: object) -> Iterable[str]:
    if isinstance(value, list | tuple):
        yield from (item for item in value if isinstance(item, str))


def _binding(text: str) -> tuple[str, str] | None:
    vertex, dot, output = text.strip().partition(".")
    return (vertex, output) if dot and "[" not in vertex else None
