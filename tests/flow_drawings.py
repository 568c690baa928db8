"""Flows to be drawn, as Hypothesis or a seed draws them: any shape, and any text in them."""

import importlib.util
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hypothesis import strategies as st

from hbia_dsl.drawing.drawn_graph import (
    DrawnEdge,
    DrawnFlow,
    DrawnInput,
    DrawnOutput,
    DrawnParameter,
    DrawnValue,
    DrawnVertex,
)
from hbia_dsl.drawing.edge_routing import LanedLevel
from hbia_dsl.drawing.level import End, Level, Net
from hbia_dsl.flow.flow import Flow
from hbia_dsl.graph.adjacency import Adjacency
from hbia_dsl.graph.atomic_group import AtomicGroup
from hbia_dsl.graph.condense import condense
from hbia_dsl.graph.stages import stages
from hbia_dsl.wiring.wired_flow import WiredFlow
from strategies import graphs_with_convex_groups

EXAMPLES: Final = Path(__file__).parents[1] / "examples"

HOSTILE_TEXTS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "a & b < c > d \"e\" 'f'",
    "]]> --> <!-- */ %%{init: {}}%%",
    'x"];}\n"y" [label="',
    "line\nbreak\ttab\r\x00\x1b[31m",
    "\ud800 lone",
    "\\N \\G \\l &amp; &#65;",
    "`tick` #quot; ${x} {{y}}",
    "\u202eright to left",
    "\u65e5\u672c\u8a9e wide e\u0301",
    "",
    "x" * 300,
)
"""Texts that would do harm if some form of drawing took them as they are."""


def example_flow(module: str, flow: str) -> WiredFlow:
    """A flow of the project's examples."""
    spec = importlib.util.spec_from_file_location(module, EXAMPLES / f"{module}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded  # where annotations look their names up
    try:
        spec.loader.exec_module(loaded)
        found: Flow[..., object] = getattr(loaded, flow)
    finally:
        del sys.modules[module]
    return found.wired


def texts() -> st.SearchStrategy[str]:
    """Any text, often one that means something to some form of drawing."""
    return st.sampled_from(HOSTILE_TEXTS) | st.text(max_size=12)


@st.composite
def drawn_flows(draw: st.DrawFn, *, most: int = 12) -> DrawnFlow:
    """A flow of any shape, with groups that can run, inputs of its own, and any text."""
    graph, groups = draw(graphs_with_convex_groups(most=most))
    count = len(graph)
    users = st.lists(st.integers(0, max(count - 1, 0)), max_size=4)
    rows = draw(st.lists(users, max_size=3))
    input_users = [sorted({user for user in row if user < count}) for row in rows]
    look = st.tuples(st.booleans(), st.booleans(), texts(), texts())
    looks = draw(st.lists(look, min_size=count, max_size=count))
    return made_flow(graph, groups, input_users, looks, name=draw(texts()))


def seeded_flow(count: int, seed: int, *, group_count: int = 0) -> DrawnFlow:
    """A flow as people write them: most vertices take from a few that were declared just before."""
    chance = random.Random(seed)
    before: list[tuple[int, ...]] = []
    for number in range(count):
        takes = min(number, chance.choice((0, 1, 1, 2, 2, 3)))
        reach = (number - 1 - int(abs(chance.gauss(0, 12))) for _ in range(takes))
        before.append(tuple(sorted({max(0, other) for other in reach})))
    after: list[list[int]] = [[] for _ in range(count)]
    for number, row in enumerate(before):
        for other in row:
            after[other].append(number)
    groups = []
    for number in range(1, group_count + 1):
        first = number * count // (group_count + 1)
        groups.append(tuple(range(first, min(first + chance.randint(2, 5), count))))
    entries = [number for number, row in enumerate(before) if not row]
    input_users = [entries[::2], sorted(chance.sample(range(count), min(3, count)))]
    looks = [(chance.random() < 0.3, chance.random() < 0.5, "int", "1") for _ in range(count)]
    return made_flow(Adjacency(after, before), groups, input_users, looks, name=f"seeded_{count}")


def made_flow(
    graph: Adjacency,
    groups: Sequence[tuple[int, ...]],
    input_users: Sequence[Sequence[int]],
    looks: Sequence[tuple[bool, bool, str, str]],
    *,
    name: str,
) -> DrawnFlow:
    """Make a flow of numbered vertices; each has async or not, pure or not, type and version."""
    stage_of, stage_count = _stages(graph, groups)
    depth_of = {v: depth for depth, stage in enumerate(stages(graph), 1) for v in stage}
    group_of = {v: f"g{number}" for number, members in enumerate(groups) for v in members}
    edges = []
    for target, row in enumerate(graph.predecessors):
        for source in row:
            value = DrawnValue(f"v{source}.v{source}", looks[source][2], f"p{source}", "type")
            edges.append(DrawnEdge(f"v{source}", f"v{target}", (value,)))
    for number, row in enumerate(input_users):
        for target in row:
            value = DrawnValue(f"input.i{number}", "str", f"i{number}", "input")
            edges.append(DrawnEdge(f"input.i{number}", f"v{target}", (value,)))
    vertices = [
        DrawnVertex(
            name=f"v{number}",
            about=text,
            is_async=is_async,
            is_pure=is_pure,
            version=text,
            group=group_of.get(number),
            stage=stage_of[number],
            depth=depth_of[number],
            takes=tuple(
                DrawnParameter(value.parameter, value.type_text, (value.source,), value.rule)
                for edge in edges
                if edge.target == f"v{number}"
                for value in edge.values
            ),
            returns=text,
            gives=(DrawnOutput(f"v{number}", text),),
            is_result=number == len(graph) - 1,
        )
        for number, (is_async, is_pure, text, _) in enumerate(looks)
    ]
    inputs = [DrawnInput(f"i{n}", "str", n == 0, bool(row)) for n, row in enumerate(input_users)]
    return DrawnFlow(
        name,
        tuple(inputs),
        tuple(vertices),
        tuple(edges),
        tuple(AtomicGroup(f"g{n}", [f"v{v}" for v in row]) for n, row in enumerate(groups)),
        stage_count,
    )


def _stages(graph: Adjacency, groups: Sequence[tuple[int, ...]]) -> tuple[dict[int, int], int]:
    condensed = condense(graph, groups)
    found = stages(condensed.graph)
    stage_of = {
        vertex: number
        for number, stage in enumerate(found, 1)
        for unit in stage
        for vertex in condensed.units[unit]
    }
    return stage_of, len(found)


@st.composite
def levels(draw: st.DrawFn, *, most: int = 12) -> Level:
    """Items of any width in rows, joined by nets; some items touch no net."""
    rows = draw(st.lists(st.integers(0, 5), min_size=1, max_size=most))
    widths = draw(st.lists(st.integers(0, 300), min_size=len(rows), max_size=len(rows)))
    nets = []
    for source, row in enumerate(rows):
        below = [item for item, other in enumerate(rows) if other > row]
        starts_here = draw(st.booleans())
        if below and starts_here:
            targets = draw(st.lists(st.sampled_from(below), min_size=1, max_size=4, unique=True))
            half = widths[source] / 2
            start = End(source, draw(st.sampled_from((0.0, -half, half))))
            nets.append(Net(start, tuple(End(target) for target in targets)))
    return Level([float(width) for width in widths], rows, nets)


def crossings_of(level: LanedLevel) -> int:
    """Count the crossings between rows by looking at every pair of lines."""
    found = 0
    for row in level.rows:
        place = {item: number for number, item in enumerate(row)}
        lines = [
            (place[item], _place(level, other), own / max(level.widths[item], 1), at)
            for item in row
            for other, at, own, _ in level.below[item]
        ]
        for number, (start, end, own, at) in enumerate(lines):
            for other_start, other_end, other_own, other_at in lines[:number]:
                first, second = (start, own), (other_start, other_own)
                found += first < second and (end, at) > (other_end, other_at)
                found += first > second and (end, at) < (other_end, other_at)
    return found


def _place(level: LanedLevel, item: int) -> int:
    return level.rows[level.row_of[item]].index(item)
