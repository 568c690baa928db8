"""A flow as a table of its stages: plain text for a terminal, or rows for another form."""

from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from hbia_dsl.drawing.card_size import columns
from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnVertex, rules_of_group

HEADINGS: Final = ("stage", "vertex", "kind", "effect", "group", "takes", "gives")


@attrs.frozen
class StageRow:
    """One vertex in the table."""

    stage: str
    vertex: str
    kind: str
    effect: str
    group: str
    takes: Sequence[str]
    """One text a parameter: its type, where it comes from, and the rule that chose that."""
    gives: Sequence[str]
    """One text an output."""

    @property
    def cells(self) -> Sequence[Sequence[str]]:
        """The lines of each cell, in the order of `HEADINGS`."""
        single = (self.stage, self.vertex, self.kind, self.effect, self.group)
        return [*([text] for text in single), self.takes, self.gives]


def stage_rows(flow: DrawnFlow) -> list[StageRow]:
    """Return the vertices stage by stage; inside a stage by depth, then in flow order.

    A group is in one stage, though its members may wait for each other.
    """
    ordered = sorted(flow.vertices, key=lambda vertex: (vertex.stage, vertex.depth))
    return [_row(vertex) for vertex in ordered]


def stage_table(flow: DrawnFlow) -> str:
    """Write a flow as a table in plain text."""
    return "\n".join(_lines(flow)) + "\n"


def input_lines(flow: DrawnFlow) -> Iterator[str]:
    """Say of each input of the flow its type, and whether it can be left out."""
    for drawn in flow.inputs:
        notes = ["" if drawn.required else "optional", "" if drawn.is_used else "not used"]
        note = ", ".join(filter(None, notes))
        yield f"{drawn.name}: {drawn.type_text}" + (f" ({note})" if note else "")


def group_lines(flow: DrawnFlow) -> Iterator[str]:
    """Say of each atomic group what holds for it."""
    for group in flow.groups:
        members = ", ".join(group.vertices)
        yield f"{group.name}: {members}; {', '.join(rules_of_group(group))}"


def result_line(flow: DrawnFlow) -> str:
    """Say what the flow's result is."""
    result = flow.result
    return "none" if result is None else f"{result.name}: {result.returns}"


def _row(vertex: DrawnVertex) -> StageRow:
    return StageRow(
        str(vertex.stage),
        vertex.name,
        vertex.kind,
        vertex.effect,
        vertex.group or "",
        [f"{p.name}: {p.type_text} <- {p.source_text} ({p.rule})" for p in vertex.takes],
        [f"{output.name}: {output.type_text}" for output in vertex.gives],
    )


def _lines(flow: DrawnFlow) -> Iterator[str]:
    yield _printable(f"flow {flow.name}: {flow.summary}")
    for line in input_lines(flow):
        yield _printable(f"input {line}")
    for line in group_lines(flow):
        yield f"group {line}"
    yield _printable(f"result {result_line(flow)}")
    if not flow.vertices:
        return
    yield ""
    rows = [row.cells for row in stage_rows(flow)]
    kept = [place for place in range(len(HEADINGS)) if any(any(row[place]) for row in rows)]
    table = [[[HEADINGS[place]] for place in kept]]
    table += [[list(map(_printable, row[place])) for place in kept] for row in rows]
    widths = [
        max(columns(line) for row in table for line in row[place]) for place in range(len(kept))
    ]
    heading, *body = table
    yield from _row_lines(heading, widths)
    yield "  ".join("-" * width for width in widths)
    for row in body:
        yield from _row_lines(row, widths)


def _row_lines(row: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    for number in range(max(map(len, row))):
        texts = [cell[number] if number < len(cell) else "" for cell in row]
        padded = (text + " " * (w - columns(text)) for text, w in zip(texts, widths, strict=True))
        yield "  ".join(padded).rstrip()


def _printable(text: str) -> str:
    """Return a text that keeps to its line and does nothing to a terminal."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
