"""How a run ends: what is raised, and what it says."""

import time

import pytest

from driver_matrix import SERIAL, Outcome, new_run, run_under
from hbia_dsl.drivers.deadline import stop_at_deadline
from hbia_dsl.errors import FlowFailed, RunTimeout, VertexCancelled
from hbia_dsl.kernel.conclusion import conclude, flow_failed, identity
from hbia_dsl.kernel.kernel import Schedule, StopReason
from hbia_dsl.kernel.plan import NO_TIME, Plan
from hbia_dsl.kernel.run_state import RunState
from sample_plans import Sketch, total


def _raises(error: BaseException) -> object:
    def handler(*_: object) -> object:
        raise error

    return handler


def _plan(width: int = 5) -> Plan:
    sketch = Sketch()
    for k in range(width):
        sketch.vertex(f"v{k}", total, "x")
    return sketch.vertex("after", total, *(f"v{k}" for k in range(width))).plan()


def _run() -> RunState:
    return new_run(_plan(), Schedule.STAGES)


def test_a_run_without_failures_ends_quietly() -> None:
    run = _run()
    for v in range(6):
        run.kernel.succeeded(v)

    conclude(run)


def test_failures_are_reported_in_canonical_order_however_they_came() -> None:
    run = _run()
    for v in (3, 0, 2):
        run.kernel.failed(v, ValueError(v))
    with pytest.raises(FlowFailed) as caught:
        conclude(run)

    assert list(caught.value.failures) == ["v0", "v2", "v3"]
    assert [e.args[0] for e in caught.value.exceptions] == [0, 2, 3]
    assert caught.value.root is caught.value.exceptions[0]
    assert caught.value.skipped == ("v1", "v4", "after")


@pytest.mark.parametrize(
    ("failed", "named", "skipped"),
    [
        ([0], "`v0` raised ValueError", 5),
        ([0, 1], "`v0` raised ValueError, `v1` raised ValueError", 4),
        ([0, 1, 4], "`v0` raised ValueError, `v1` raised ValueError, `v4` raised ValueError", 3),
        (
            [0, 1, 2, 3, 4],
            "`v0` raised ValueError, `v1` raised ValueError, `v2` raised ValueError, 2 more",
            1,
        ),
    ],
)
def test_the_headline_names_the_first_failures(failed: list[int], named: str, skipped: int) -> None:
    run = _run()
    for v in failed:
        run.kernel.failed(v, ValueError(v))
    run.kernel.finish()

    assert str(flow_failed(run, failed)) == f"flow `sample` failed: {named}; {skipped} skipped"


def test_each_failure_has_a_note_that_names_vertex_place_flow_and_run() -> None:
    outcome: Outcome = run_under(SERIAL, Sketch().vertex("a", _raises(OSError()), "x").plan())  # type: ignore[arg-type]  # a handler

    assert isinstance(outcome.error, FlowFailed)
    (note,) = outcome.error.root.__notes__
    assert note.startswith("vertex `a` (")
    assert "test_conclusion.py:" in note
    assert note.endswith(f"of flow `sample`, run {outcome.error.run_id}")


def test_the_deadline_is_the_root_and_stands_before_failures() -> None:
    run = _run()
    stop_at_deadline(run)
    run.kernel.failed(1, ValueError())
    with pytest.raises(FlowFailed) as caught:
        conclude(run)

    assert isinstance(caught.value.root, RunTimeout)
    assert list(caught.value.failures) == ["(deadline)", "v1"]
    assert str(caught.value).startswith("flow `sample` failed: deadline reached, `v1` raised")


def test_the_deadline_does_not_replace_an_earlier_reason() -> None:
    run = _run()
    run.kernel.failed(1, ValueError())
    stop_at_deadline(run)

    assert run.kernel.stop_reason is StopReason.FAILURE
    assert run.deadline_error is None


def test_an_interrupt_leaves_bare_with_the_other_failures_in_its_notes() -> None:
    run = _run()
    interrupt = KeyboardInterrupt()
    run.kernel.failed(0, OSError("disk"))
    run.kernel.failed(2, interrupt)
    with pytest.raises(KeyboardInterrupt) as caught:
        conclude(run)

    assert caught.value is interrupt
    assert "vertex `v2`" in caught.value.__notes__[0]
    assert caught.value.__notes__[1:] == ["vertex `v0` also failed: OSError: disk"]


def test_of_two_interrupts_the_first_in_canonical_order_leaves() -> None:
    run = _run()
    run.kernel.failed(3, KeyboardInterrupt("three"))
    run.kernel.failed(1, SystemExit(1))
    with pytest.raises(SystemExit):
        conclude(run)


def test_a_run_stopped_from_outside_gives_way() -> None:
    run = _run()
    run.kernel.stop(StopReason.HOST)
    with pytest.raises(VertexCancelled, match="the caller cancelled the run"):
        conclude(run)


def test_the_identity_of_a_run_does_not_change_and_is_no_other_runs() -> None:
    first, second = _run(), _run()

    assert identity(first) == identity(first)
    assert identity(first) != identity(second)
    assert len(identity(first)) == 12


def test_what_did_not_happen_has_no_time() -> None:
    sketch = Sketch().vertex("a", _raises(OSError()), "x").vertex("b", total, "a")  # type: ignore[arg-type]  # a handler
    before = time.perf_counter()
    run = run_under(SERIAL, sketch.plan()).run

    assert before <= run.started[0] <= run.ended[0]
    assert run.started[1] == run.ended[1] == NO_TIME
