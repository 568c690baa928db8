"""A flow as text for Graphviz, for those who want its layouts or its many formats."""

from collections.abc import Iterator

from hbia_dsl.drawing.card_size import shortened
from hbia_dsl.drawing.drawn_graph import (
    DrawnEdge,
    DrawnFlow,
    DrawnInput,
    DrawnVertex,
    rules_of_group,
)
from hbia_dsl.drawing.markup_text import writable


def dot_of_flow(flow: DrawnFlow) -> str:
    """Draw a flow in the DOT language; `dot -Tpdf` and others read it."""
    return "\n".join(_lines(flow)) + "\n"


def _lines(flow: DrawnFlow) -> Iterator[str]:
    yield f"digraph {_quoted(flow.name)} {{"
    yield f"    label={_quoted(f'{flow.name}: {flow.summary}')}"
    yield '    graph [rankdir=TB, labelloc=t, fontname="monospace", fontsize=12]'
    yield '    node [shape=box, style="filled", fontname="monospace", fontsize=11]'
    yield '    edge [color="#7f8b9b", arrowsize=0.7]'
    for drawn in flow.inputs:
        if drawn.is_used:
            yield f"    {_input(drawn)}"
    for vertex in flow.vertices:
        if vertex.group is None:
            yield f"    {_vertex(vertex)}"
    members = {vertex.name: vertex for vertex in flow.vertices}
    for number, group in enumerate(flow.groups, 1):
        rules = ", ".join(rules_of_group(group))
        yield f"    subgraph cluster_{number} {{"
        look = "style=dashed"
        yield f"        graph [label={_quoted(group.name)}, tooltip={_quoted(rules)}, {look}]"
        for name in group.vertices:
            yield f"        {_vertex(members[name])}"
        yield "    }"
    for edge in flow.edges:
        yield f"    {_edge(edge)}"
    yield "}"


def _input(drawn: DrawnInput) -> str:
    look = 'style="filled,rounded", fillcolor="#eceff3", color="#8a94a3"'
    about = _quoted(f"{drawn.name}: {drawn.type_text}")
    return f"{_quoted(drawn.key)} [label={_quoted(drawn.name)}, {look}, tooltip={about}]"


def _vertex(vertex: DrawnVertex) -> str:
    colours = ("#e9f2fb", "#3f7cb8") if vertex.is_pure else ("#fdf0d9", "#b8770f")
    label = f"{vertex.name}\n{'async ' if vertex.is_async else ''}{shortened(vertex.returns, 36)}"
    look = [f'fillcolor="{colours[0]}", color="{colours[1]}"']
    if vertex.is_async:
        look.append('style="filled,rounded"')
    if vertex.is_result:
        look.append("penwidth=3")
    about = _quoted(f"{vertex.kind}, {vertex.effect}\n{vertex.about}".rstrip())
    return f"{_quoted(vertex.name)} [label={_quoted(label)}, {', '.join(look)}, tooltip={about}]"


def _edge(edge: DrawnEdge) -> str:
    about = _quoted("\n".join(edge.lines()))
    return f"{_quoted(edge.source)} -> {_quoted(edge.target)} [edgetooltip={about}]"


def _quoted(text: str) -> str:
    """Return a quoted string in which Graphviz finds no escapes and no entities of ours."""
    safe = writable(text).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return '"' + safe.replace("\r", " ").replace("\n", "\\n") + '"'
