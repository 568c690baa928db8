"""What the command line calls the state of a vertex."""

from hbia_dsl import Flow, vertex
from hbia_dsl.cli.vertex_phase import VertexPhase, phases
from hbia_dsl.kernel.run_state import RunState
from hbia_dsl.kernel.run_watch import watching_runs


def test_what_runs_when_its_run_is_over_was_left_running() -> None:
    seen: list[RunState] = []
    told: list[list[VertexPhase]] = []

    @vertex
    def first() -> int:
        told.append(list(phases(seen[0])))
        told.append(list(phases(seen[0], is_over=True)))
        return 1

    @vertex
    def second(first: int) -> int:
        return first

    with watching_runs(seen.append):
        Flow.of("f", first, second).options(parallel=True).run()

    during, over = told
    assert [vertex.phase for vertex in during] == ["running", "waiting"]
    assert [vertex.phase for vertex in over] == ["left running", "waiting"]
    assert [vertex.phase for vertex in phases(seen[0], is_over=True)] == ["done", "done"]
