"""Make the report of a run from its state."""

from collections.abc import Mapping

from hbia_dsl.flow.cache_account import notes_of
from hbia_dsl.flow.cache_note import CacheNote
from hbia_dsl.flow.cache_of_run import cache_of
from hbia_dsl.flow.run_account import states_of, timings_of
from hbia_dsl.flow.run_report import RunReport, VertexReport
from hbia_dsl.kernel.conclusion import identity
from hbia_dsl.kernel.run_state import RunState


def report_of(run: RunState) -> RunReport:
    """Return the report of a run that has ended."""
    cache = cache_of(run)
    notes: Mapping[str, CacheNote] = {} if cache is None else notes_of(run, cache)
    timings = timings_of(run)
    vertices = (
        VertexReport(
            name, state, timings[name].duration_s if name in timings else None, notes.get(name)
        )
        for name, state in states_of(run).items()
    )
    return RunReport(run.plan.flow, identity(run), tuple(vertices))
