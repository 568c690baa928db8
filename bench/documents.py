"""Loading a flow document of 1,000 vertices: checked whole, against PyYAML's own safe load."""

from typing import Final

import yaml

from figures import REFERENCE_B_US, Figure, table
from graphs import layers
from hbia_dsl import load_graph
from measuring import Effort, alternate, once, repeated
from workloads import write

SECTION: Final = "documents"

GOAL_MS: Final = 100.0
VERTICES: Final = 1_000


def measure(effort: Effort) -> list[Figure]:
    """Measure and print."""
    text = document(VERTICES)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    series = alternate(
        {
            "plain": lambda: once(lambda: yaml.load(text, loader)),  # noqa: S506 - a safe loader
            "ours": lambda: once(lambda: load_graph(text)),
            "b": repeated(write(layers()).looped, effort.sample_s),
        },
        effort.rounds,
    )
    b_ms = REFERENCE_B_US["W3"] * len(layers()) / 1e3
    figure = Figure(
        SECTION,
        "load_graph()",
        f"{VERTICES:,} vertices, {len(text.splitlines()):,} lines",
        series.seconds("ours") * 1e3,
        "ms",
        {"yaml safe load": series.ratio("ours", "plain")},
        series.ratio("ours", "b") * b_ms,
        GOAL_MS,
    )
    print(
        table(
            ("", "ms", "x yaml safe load", "ms at ref. speed", "goal", ""),
            [
                (
                    figure.subject,
                    figure.value,
                    figure.ratios["yaml safe load"],
                    figure.compared,
                    figure.goal,
                    figure.verdict,
                )
            ],
        )
    )
    return [figure]


def document(count: int) -> str:
    """Write a chain of vertices with the keys that most have, each bound to the one before."""
    lines = ["flow:", "  chain:"]
    for number in range(count):
        source = f"v{number - 1}.out" if number else "int"
        lines += [
            f"    v{number}:",
            f"      handler: app.work.v{number}",
            "      effect: pure",
            '      version: "1"',
            "      inputs:",
            f"        first: {source}",
            "      outputs: {out: int}",
        ]
    return "\n".join(lines) + "\n"
