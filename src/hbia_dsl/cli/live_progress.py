"""The progress of a run on a terminal: a table that changes while the run goes on."""

import sys
from typing import Final, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hbia_dsl.cli.run_progress import RunProgress, seconds_text, summary
from hbia_dsl.cli.vertex_phase import (
    CACHED,
    DISCARDED,
    DONE,
    INTERRUPTED,
    LEFT,
    NOT_UNDONE,
    RUNNING,
    TAKEN_BACK,
    UNDONE,
    WAITING,
    VertexPhase,
)

_TIMES_A_SECOND: Final = 12
_ROWS_LEFT: Final = 4
"""Rows of the terminal that the table leaves for what is above and below it."""

_STYLES: Final = {
    WAITING: "dim",
    RUNNING: "bold cyan",
    DONE: "green",
    CACHED: "blue",
    "failed": "bold red",
    "skipped": "yellow",
    "cancelled": "yellow",
    INTERRUPTED: "yellow",
    UNDONE: "yellow",
    DISCARDED: "yellow",
    TAKEN_BACK: "yellow",
    NOT_UNDONE: "bold red",
    LEFT: "yellow",
}
_FIRST: Final = (
    "failed",
    NOT_UNDONE,
    LEFT,
    INTERRUPTED,
    "cancelled",
    UNDONE,
    DISCARDED,
    TAKEN_BACK,
    RUNNING,
    DONE,
    CACHED,
    WAITING,
    "skipped",
)
"""What stays in view if not all vertices fit on the screen."""


class LiveProgress(RunProgress):
    """Draws the vertices with their states and seconds, again and again."""

    def __init__(self, flow: str, console: Console) -> None:
        super().__init__(flow)
        self._console = console
        self._live = Live(
            get_renderable=self._drawn,
            console=console,
            refresh_per_second=_TIMES_A_SECOND,
            # What handlers print goes above the table, unless it goes into a file.
            redirect_stdout=sys.stdout.isatty() or sys.stdout is sys.stderr,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Draw the end of the run and leave it there."""
        self.is_over = True
        self._live.stop()

    def _drawn(self) -> RenderableType:
        if self.run is None:
            return Text("")
        vertices = self.phases()
        room = max(self._console.size.height - _ROWS_LEFT, 1)
        table = Table(box=None, show_header=False, pad_edge=False)
        for vertex in _in_view(vertices, room):
            style = _STYLES[vertex.phase]
            seconds = "" if vertex.seconds is None else seconds_text(vertex.seconds)
            table.add_row(Text(vertex.phase, style), Text(vertex.name), Text(seconds, "dim"))
        return Group(table, Text(summary(self.flow, vertices), "dim"))


def _in_view(vertices: list[VertexPhase], room: int) -> list[VertexPhase]:
    if len(vertices) <= room:
        return vertices
    by_interest = sorted(vertices, key=lambda v: (_FIRST.index(v.phase), -v.started))
    kept = {vertex.name for vertex in by_interest[:room]}
    return [vertex for vertex in vertices if vertex.name in kept]
