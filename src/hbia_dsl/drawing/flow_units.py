"""The units of a drawing: what a run treats as one is one item of the outer layout.

A unit is the card of a vertex, the card of an input, or the box of a group.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from hbia_dsl.drawing.card_size import CardText, card_of_input, card_of_vertex
from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnInput, DrawnVertex
from hbia_dsl.drawing.group_layout import GroupLayout, Pair, lay_out_group
from hbia_dsl.drawing.level import End, Level, Net
from hbia_dsl.drawing.row_assignment import UnitSize, assign_rows

GROUP: Final = "group."
"""Before the name of a group, where it stands for a unit; no vertex can have such a name."""


@attrs.frozen
class FlowUnits:
    """The outer layout of a flow as a level, and which card and line is where in it."""

    shown: Mapping[str, DrawnInput | DrawnVertex]
    """By the key of a card: what is on it."""
    texts: Mapping[str, CardText]
    groups: Mapping[str, GroupLayout]
    """By unit."""
    unit_of: Mapping[str, str]
    """By the key of a card."""
    number: Mapping[str, int]
    """By unit: its item in the level."""
    heights: Sequence[float]
    """By item."""
    stage_of_row: Sequence[int]
    level: Level
    net_of: Mapping[str, int]
    """By the key of a card: the net that leaves it, and its unit."""


def find_units(flow: DrawnFlow) -> FlowUnits:
    """Measure all cards, lay the groups out, and give each unit a row."""
    shown: dict[str, DrawnInput | DrawnVertex] = {i.key: i for i in flow.inputs if i.is_used}
    shown.update((vertex.name, vertex) for vertex in flow.vertices)
    texts = {
        key: card_of_input(s) if isinstance(s, DrawnInput) else card_of_vertex(s)
        for key, s in shown.items()
    }
    unit_of = {key: key for key in shown}
    unit_of.update((v.name, GROUP + v.group) for v in flow.vertices if v.group is not None)
    groups = _lay_out_groups(flow, unit_of, texts)
    stages = _stages(flow, unit_of)
    # Inputs come last, so that in a wide stage they are in its last row, near to their users.
    units = [*(v.name for v in flow.vertices), *(i.key for i in flow.inputs if i.is_used)]
    crossing = [edge for edge in flow.edges if unit_of[edge.source] != unit_of[edge.target]]
    left = {unit_of[edge.source] for edge in crossing}
    entered = {unit_of[edge.target] for edge in crossing}
    sizes = {}
    for unit in dict.fromkeys(unit_of[key] for key in units):
        box = groups.get(unit) or texts[unit]
        sizes[unit] = UnitSize(
            stages[unit], box.width, box.height, unit in entered, unit in left
        )
    number = {unit: place for place, unit in enumerate(sizes)}
    assigned = assign_rows(list(sizes.values()))
    ends = _ends(flow, unit_of, number, groups)
    return FlowUnits(
        shown,
        texts,
        groups,
        unit_of,
        number,
        [size.height for size in sizes.values()],
        assigned.stage_of_row,
        Level(
            [size.width for size in sizes.values()],
            assigned.rows,
            [Net(start, tuple(found.values())) for start, found in ends.values()],
        ),
        {source: place for place, source in enumerate(ends)},
    )


def _lay_out_groups(
    flow: DrawnFlow, unit_of: Mapping[str, str], texts: Mapping[str, CardText]
) -> dict[str, GroupLayout]:
    touching: dict[str, list[Pair]] = {GROUP + group.name: [] for group in flow.groups}
    for edge in flow.edges:
        for unit in {unit_of[edge.source]: None, unit_of[edge.target]: None}:
            if unit in touching:
                touching[unit].append((edge.source, edge.target))
    depths = {vertex.name: vertex.depth for vertex in flow.vertices}
    return {
        GROUP + group.name: lay_out_group(group, touching[GROUP + group.name], texts, depths)
        for group in flow.groups
    }


def _stages(flow: DrawnFlow, unit_of: Mapping[str, str]) -> dict[str, int]:
    """Return the stage of each unit; an input is right above the first that takes it."""
    found = {unit_of[vertex.name]: vertex.stage for vertex in flow.vertices}
    inputs = {drawn.key for drawn in flow.inputs}
    for edge in flow.edges:
        if edge.source in inputs:
            above = found[unit_of[edge.target]] - 1
            found[edge.source] = min(found.get(edge.source, above), above)
    return found


def _ends(
    flow: DrawnFlow,
    unit_of: Mapping[str, str],
    number: Mapping[str, int],
    groups: Mapping[str, GroupLayout],
) -> dict[str, tuple[End, dict[str, End]]]:
    """Return for each card that others take from, where its line starts and where it ends."""
    found: dict[str, tuple[End, dict[str, End]]] = {}
    for edge in flow.edges:
        source, start, target = edge.source, unit_of[edge.source], unit_of[edge.target]
        if start == target:
            continue  # inside a group
        if source not in found:
            offset = groups[start].exits[source] if start in groups else 0.0
            found[source] = End(number[start], offset), {}
        offset = groups[target].entries[source] if target in groups else 0.0
        found[source][1][target] = End(number[target], offset)
    return found
