"""The progress of a run on the error stream: live on a terminal, plain lines elsewhere."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from math import inf
from types import TracebackType
from typing import Final, Self, TextIO

from hbia_dsl.cli.vertex_phase import RUNNING, WAITING, VertexPhase, phases
from hbia_dsl.kernel.plan import NO_TIME
from hbia_dsl.kernel.run_state import RunState

_PAUSE_S: Final = 0.05
"""How long plain lines wait before they look at the run again."""


class RunProgress(ABC):
    """Shows how far a run is; a context manager around it."""

    def __init__(self, flow: str) -> None:
        self.flow = flow
        """What the flow is called."""
        self.run: RunState | None = None
        """The run, once it has begun; runs inside its vertices are not shown."""
        self.is_over = False
        """Whether the run has come back to its caller."""

    def begin(self, run: RunState) -> None:
        """Take the run that has just begun."""
        if self.run is None:
            self.run = run

    def phases(self) -> list[VertexPhase]:
        """Return how far each vertex is; nothing before the run has begun."""
        return [] if self.run is None else list(phases(self.run, is_over=self.is_over))

    @abstractmethod
    def __enter__(self) -> Self: ...

    @abstractmethod
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class SilentProgress(RunProgress):
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Show nothing."""
        self.is_over = True


class PlainProgress(RunProgress):
    """Writes a line when a vertex starts, and one when it ends."""

    def __init__(self, flow: str, stream: TextIO) -> None:
        super().__init__(flow)
        self._stream = stream
        self._told: dict[str, str] = {}
        self._may_end = threading.Event()
        self._teller = threading.Thread(target=self._tell_until_over, daemon=True)

    def __enter__(self) -> Self:
        self._teller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Tell the rest, and a summary."""
        self.is_over = True
        self._may_end.set()
        self._teller.join()
        self._tell()
        if self.run is not None:
            print(summary(self.flow, self.phases()), file=self._stream, flush=True)

    def _tell_until_over(self) -> None:
        while not self._may_end.wait(_PAUSE_S):
            self._tell()

    def _tell(self) -> None:
        lines: list[tuple[tuple[float, ...], str]] = []
        for vertex in self.phases():
            told = self._told.get(vertex.name, WAITING)
            if vertex.phase not in (told, WAITING):
                self._told[vertex.name] = vertex.phase
                lines += _lines(vertex, told)
        for _, line in sorted(lines, key=lambda entry: entry[0]):
            print(line, file=self._stream, flush=True)


def _lines(vertex: VertexPhase, told: str) -> Iterator[tuple[tuple[float, ...], str]]:
    """Yield what there is to tell of a vertex, each line with its rank in time.

    Args:
        vertex: How far it is.
        told: What was told of it last.
    """
    if told == WAITING and vertex.started != NO_TIME:
        yield (vertex.started,), _line("started", vertex.name)
    seconds = "" if vertex.seconds is None else f"  {seconds_text(vertex.seconds)}"
    when = inf if vertex.ended == NO_TIME else vertex.ended
    if vertex.earlier is None:
        if vertex.phase != RUNNING:
            yield (when,), _line(vertex.phase, vertex.name, seconds)
        return
    if told in (WAITING, RUNNING):
        yield (when,), _line(vertex.earlier, vertex.name, seconds)
    # What was completed last is undone first; all of it after what the run did.
    yield (vertex.undone, 1.0, -when), _line(vertex.phase, vertex.name)


def _line(word: str, name: str, seconds: str = "") -> str:
    return f"{word:<11} {name}{seconds}"


def progress_on(stream: TextIO, flow: str, *, is_quiet: bool) -> RunProgress:
    """Return the progress that suits a stream.

    Args:
        stream: Where it goes.
        flow: What the flow is called.
        is_quiet: Whether none is wanted.
    """
    if is_quiet:
        return SilentProgress(flow)
    from rich.console import Console  # loaded where it is used

    console = Console(file=stream)
    if not console.is_terminal or console.is_dumb_terminal:
        return PlainProgress(flow, stream)
    from hbia_dsl.cli.live_progress import LiveProgress  # loaded where it is used

    return LiveProgress(flow, console)


def seconds_text(seconds: float) -> str:
    """Return a duration as a reader wants it: `0.012 s`, `3.4 s`, `2 min 05 s`."""
    if seconds < 1:
        return f"{seconds:.3f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s"


def summary(flow: str, vertices: list[VertexPhase]) -> str:
    """Return one line about a whole run: how many vertices ended in which way.

    Args:
        flow: Its name.
        vertices: How far its vertices are.
    """
    counts: dict[str, int] = {}
    for vertex in vertices:
        counts[vertex.phase] = counts.get(vertex.phase, 0) + 1
    begun = min((v.started for v in vertices if v.started != NO_TIME), default=0.0)
    ended = max(
        (v.started + (v.seconds or 0.0) for v in vertices if v.started != NO_TIME), default=begun
    )
    told = ", ".join(f"{count} {phase}" for phase, count in counts.items())
    noun = "vertex" if len(vertices) == 1 else "vertices"
    return (
        f"{flow}: {len(vertices)} {noun}, {told or 'nothing to do'}, {seconds_text(ended - begun)}"
    )
