"""The units of a drawing: what a run treats as one is one item of the outer layout.

A unit is the card of a vertex, a card that stands for something, or the box of a group.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from hbia_dsl.drawing.card_size import CardText, card_of_name, card_of_vertex
from hbia_dsl.drawing.drawn_graph import DrawnFlow, DrawnVertex
from hbia_dsl.drawing.group_layout import GroupLayout, Pair, lay_out_group
from hbia_dsl.drawing.level import End, Level, Net
from hbia_dsl.drawing.placed_flow import Shown
from hbia_dsl.drawing.row_assignment import UnitSize, assign_rows
from hbia_dsl.drawing.stand_in_cards import StandInCard, StandInCards

GROUP: Final = "group."
"""Before the name of a group, where it stands for a unit; no vertex can have such a name."""


@attrs.frozen
class FlowUnits:
    """The outer layout of a flow as a level, and which card and line is where in it."""

    shown: Mapping[str, Shown]
    """By the key of a card: what is on it."""
    texts: Mapping[str, CardText]
    ends: Sequence[Pair]
    """By edge: the keys of the cards that it joins."""
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
    """By the key of a card: the net that starts at it and leaves its unit."""


def find_units(flow: DrawnFlow) -> FlowUnits:
    """Measure all cards, lay the groups out, and give each unit a row."""
    others = StandInCards(flow)
    ends = [(others.card_for.get((e.source, e.target), e.source), e.target) for e in flow.edges]
    shown: dict[str, Shown] = {v.name: v for v in flow.vertices}
    # The others come last, so that in a wide stage they are in its last row, near to their users.
    shown.update((key, card.shows) for key, card in others.cards.items())
    arriving = Counter(target for _, target in ends)
    texts = {
        key: card_of_vertex(s, arriving[key])
        if isinstance(s, DrawnVertex)
        else card_of_name(s.name)
        for key, s in shown.items()
    }
    unit_of = {key: key for key in shown}
    unit_of.update((v.name, GROUP + v.group) for v in flow.vertices if v.group is not None)
    groups = _lay_out_groups(flow, ends, unit_of, texts)
    sizes = _sizes(flow, others.cards, ends, unit_of, {**texts, **groups})
    number = {unit: place for place, unit in enumerate(sizes)}
    assigned = assign_rows(list(sizes.values()))
    nets = _nets(ends, unit_of, number, groups)
    level = Level([size.width for size in sizes.values()], assigned.rows, list(nets.values()))
    return FlowUnits(
        shown,
        texts,
        ends,
        groups,
        unit_of,
        number,
        [size.height for size in sizes.values()],
        assigned.stage_of_row,
        level,
        {source: place for place, source in enumerate(nets)},
    )


def _lay_out_groups(
    flow: DrawnFlow,
    ends: Sequence[Pair],
    unit_of: Mapping[str, str],
    texts: Mapping[str, CardText],
) -> dict[str, GroupLayout]:
    touching: dict[str, list[Pair]] = {GROUP + group.name: [] for group in flow.groups}
    for source, target in ends:
        for unit in {unit_of[source]: None, unit_of[target]: None}:
            if unit in touching:
                touching[unit].append((source, target))
    depths = {vertex.name: vertex.depth for vertex in flow.vertices}
    return {
        GROUP + group.name: lay_out_group(group, touching[GROUP + group.name], texts, depths)
        for group in flow.groups
    }


def _sizes(
    flow: DrawnFlow,
    others: Mapping[str, StandInCard],
    ends: Sequence[Pair],
    unit_of: Mapping[str, str],
    boxes: Mapping[str, CardText | GroupLayout],
) -> dict[str, UnitSize]:
    """Return the sizes of all units, in the order of the flow."""
    stage_of = {unit_of[vertex.name]: vertex.stage for vertex in flow.vertices}
    stage_of.update((key, card.stage) for key, card in others.items())
    crossing = [(unit_of[s], unit_of[t]) for s, t in ends if unit_of[s] != unit_of[t]]
    left = {source for source, _ in crossing}
    entered = {target for _, target in crossing}
    return {
        unit: UnitSize(stage, boxes[unit].width, boxes[unit].height, unit in entered, unit in left)
        for unit, stage in stage_of.items()
    }


def _nets(
    ends: Sequence[Pair],
    unit_of: Mapping[str, str],
    number: Mapping[str, int],
    groups: Mapping[str, GroupLayout],
) -> dict[str, Net]:
    """Return for each card the line that leaves its unit, with all ends that it has."""
    targets: dict[str, dict[str, End]] = {}
    for source, target in ends:
        end = unit_of[target]
        if unit_of[source] != end:  # else it stays inside a group
            offset = groups[end].entries[source] if end in groups else 0.0
            targets.setdefault(source, {})[end] = End(number[end], offset)
    found = {}
    for source, by_unit in targets.items():
        unit = unit_of[source]
        offset = groups[unit].exits[source] if unit in groups else 0.0
        found[source] = Net(End(number[unit], offset), tuple(by_unit.values()))
    return found
