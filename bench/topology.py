"""Execution stages of a graph of 100,000 vertices and 300,000 edges."""

import random
from typing import Final

from figures import REFERENCE_B_US, Figure, table
from graphs import layers
from hbia_dsl import Edge, Graph, GraphTopology, Vertex
from measuring import Effort, alternate, once, repeated
from workloads import write

SECTION: Final = "topology"

GOAL_S: Final = 1.0
EDGES_A_VERTEX: Final = 3


def measure(effort: Effort) -> list[Figure]:
    """Measure and print."""
    count = 10_000 if effort.is_quick else 100_000
    pairs = _pairs(count)
    graph = Graph()
    for v in range(count):
        graph.add_vertex(Vertex(f"v{v}"))
    for source, target in pairs:
        graph.add_edge(Edge(source, target))
    frozen = graph.frozen()
    names = list(frozen.vertices)
    series = alternate(
        {
            "plain": lambda: once(lambda: plain_stages(names, pairs)),
            "ours": lambda: once(lambda: GraphTopology(frozen).execution_stages()),
            "b": repeated(write(layers()).looped, effort.sample_s),
        },
        effort.rounds,
    )
    b_s = REFERENCE_B_US["W3"] * len(layers()) / 1e6
    figure = Figure(
        SECTION,
        "execution_stages()",
        f"{count:,} vertices, {len(pairs):,} edges",
        series.seconds("ours"),
        "s",
        {"plain Kahn": series.ratio("ours", "plain")},
        series.ratio("ours", "b") * b_s,
        None if effort.is_quick else GOAL_S,
    )
    print(
        table(
            ("", "s", "x plain Kahn", "s at ref. speed", "goal", ""),
            [
                (
                    figure.subject,
                    figure.value,
                    figure.ratios["plain Kahn"],
                    figure.compared,
                    figure.goal,
                    figure.verdict,
                )
            ],
        )
    )
    return [figure]


def plain_stages(names: list[str], pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Find the stages with two dicts, as one writes it by hand."""
    waiting = dict.fromkeys(names, 0)
    successors: dict[str, list[str]] = {name: [] for name in names}
    for source, target in pairs:
        successors[source].append(target)
        waiting[target] += 1
    stage = [name for name, count in waiting.items() if count == 0]
    found = []
    while stage:
        found.append(stage)
        after = []
        for name in stage:
            for successor in successors[name]:
                waiting[successor] -= 1
                if waiting[successor] == 0:
                    after.append(successor)
        stage = after
    return found


def _pairs(count: int) -> list[tuple[str, str]]:
    """Draw as many different edges as wanted, each to a later vertex at most 2,000 places on."""
    chosen = random.Random(30)
    found: dict[tuple[str, str], None] = {}
    while len(found) < EDGES_A_VERTEX * count:
        source = chosen.randrange(count - 1)
        target = chosen.randint(source + 1, min(count - 1, source + 2_000))
        found[f"v{source}", f"v{target}"] = None
    return list(found)
