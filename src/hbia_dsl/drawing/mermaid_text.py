"""A flow as Mermaid text, which many wikis and code hosts draw."""

from collections.abc import Iterator
from typing import Final

from hbia_dsl.drawing.card_size import shortened
from hbia_dsl.drawing.drawn_graph import DrawnEdge, DrawnFlow, DrawnVertex

_LONGEST_LABEL: Final = 40
_PLAIN: Final = frozenset(" _.,:|()[]-*?=+/")
"""What may stand in a quoted label as it is, beside letters and digits."""
_CLASSES: Final = (
    "classDef pure fill:#e9f2fb,stroke:#3f7cb8,color:#1d2733",
    "classDef effect fill:#fdf0d9,stroke:#b8770f,color:#1d2733",
    "classDef input fill:#eceff3,stroke:#8a94a3,color:#1d2733",
    "classDef result stroke-width:3px",
)


def mermaid_of_flow(flow: DrawnFlow) -> str:
    """Draw a flow as a Mermaid flowchart.

    Async vertices have round ends, an edge says the types of its values, and boxes are
    atomic groups.
    """
    return "\n".join(_lines(flow)) + "\n"


def _lines(flow: DrawnFlow) -> Iterator[str]:
    inputs = [drawn for drawn in flow.inputs if drawn.is_used]
    ids = {drawn.key: f"i{number}" for number, drawn in enumerate(inputs, 1)}
    ids.update((vertex.name, f"v{number}") for number, vertex in enumerate(flow.vertices, 1))
    yield "flowchart TB"
    yield f"    %% Flow {_label(flow.name)}: {flow.summary}"
    for drawn in inputs:
        yield f'    {ids[drawn.key]}("{_label(drawn.name)}"):::input'
    for vertex in flow.vertices:
        if vertex.group is None:
            yield f"    {_vertex(vertex, ids)}"
    members = {vertex.name: vertex for vertex in flow.vertices}
    for number, group in enumerate(flow.groups, 1):
        yield f'    subgraph g{number}["{_label(group.name)}"]'
        for name in group.vertices:
            yield f"        {_vertex(members[name], ids)}"
        yield "    end"
    for edge in flow.edges:
        yield f'    {ids[edge.source]} -->|"{_types(edge)}"| {ids[edge.target]}'
    for line in _CLASSES:
        yield f"    {line}"
    result = flow.result
    if result is not None:
        yield f"    class {ids[result.name]} result"


def _vertex(vertex: DrawnVertex, ids: dict[str, str]) -> str:
    opens, closes = ("([", "])") if vertex.is_async else ("[", "]")
    kind = "pure" if vertex.is_pure else "effect"
    name = _label(vertex.name) + (" (async)" if vertex.is_async else "")
    return f'{ids[vertex.name]}{opens}"{name}"{closes}:::{kind}'


def _types(edge: DrawnEdge) -> str:
    types = dict.fromkeys(value.type_text for value in edge.values)
    return _label(shortened(", ".join(types), _LONGEST_LABEL))


def _label(text: str) -> str:
    """Return a text that means itself in a quoted label, and in a comment."""
    if not text.strip():
        return "#160;"  # quotes with nothing between them are an error
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in text)
