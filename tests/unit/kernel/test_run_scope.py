"""What a handler can ask of its run, and how a stop travels inwards."""

import logging
import threading

import pytest

from hbia_dsl.errors import NestedRunError, VertexCancelled
from hbia_dsl.kernel.cancel_token import CancelToken
from hbia_dsl.kernel.run_scope import (
    CURRENT_SCOPE,
    DEPTH_LIMIT,
    RunScope,
    check_cancelled,
    on_cancel,
    refuse_if_too_deep,
)


class HandClock:
    """A clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def scope(parent: RunScope | None = None, timeout_s: float | None = None) -> RunScope:
    clock = HandClock() if parent is None else parent.clock
    return RunScope("sample", clock, parent, timeout_s)


def inside(entered: RunScope) -> None:
    """Make a scope the current one, for the rest of the test."""
    CURRENT_SCOPE.set(entered)


@pytest.fixture(autouse=True)
def _outside_afterwards() -> object:
    token = CURRENT_SCOPE.set(None)
    yield
    CURRENT_SCOPE.reset(token)


def test_outside_of_a_run_nothing_is_cancelled_and_hooks_are_not_kept() -> None:
    ran: list[int] = []
    check_cancelled()
    with on_cancel(lambda: ran.append(1)):
        check_cancelled()

    assert ran == []


def test_a_token_keeps_its_first_reason_and_runs_each_hook_once() -> None:
    token, ran = CancelToken(), []
    token.add_hook(lambda: ran.append("a"))
    remove = token.add_hook(lambda: ran.append("b"))
    token.add_hook(lambda: ran.append("c"))
    remove()
    remove()
    token.cancel("the first reason")
    token.cancel("another reason")

    assert ran == ["a", "c"]
    assert token.reason == "the first reason"


def test_a_hook_that_comes_late_runs_at_once() -> None:
    token, ran = CancelToken(), []
    token.cancel("over")
    token.add_hook(lambda: ran.append(1))()

    assert ran == [1]


def test_a_broken_hook_does_not_keep_the_others_from_running(
    caplog: pytest.LogCaptureFixture,
) -> None:
    token, ran = CancelToken(), []

    def broken() -> None:
        raise ValueError

    token.add_hook(broken)
    token.add_hook(lambda: ran.append(1))
    with caplog.at_level(logging.ERROR, logger="hbia_dsl"):
        token.cancel("over")
        token.add_hook(broken)

    assert ran == [1]
    assert len(caplog.records) == 2


def test_a_token_may_be_cancelled_by_many_threads_and_runs_its_hooks_once() -> None:
    for _ in range(50):
        assert _hooks_run_when_four_threads_cancel() == [1] * 10


def _hooks_run_when_four_threads_cancel() -> list[int]:
    token, ran = CancelToken(), []
    together = threading.Barrier(4)
    for _ in range(10):
        token.add_hook(lambda: ran.append(1))

    def cancel() -> None:
        together.wait()
        token.cancel("over")

    threads = [threading.Thread(target=cancel) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ran


def test_a_handler_notices_that_its_run_is_stopped_and_why() -> None:
    own = scope()
    inside(own)
    check_cancelled()
    own.token.cancel("another vertex failed")

    with pytest.raises(
        VertexCancelled, match="flow `sample` is being stopped: another vertex failed"
    ):
        check_cancelled()


def test_a_handler_notices_a_deadline_that_nobody_has_acted_on_yet() -> None:
    own = scope(timeout_s=5)
    inside(own)
    clock = own.clock
    assert isinstance(clock, HandClock)
    clock.now_s = 4.9
    check_cancelled()
    clock.now_s = 5.0

    with pytest.raises(VertexCancelled, match="deadline"):
        check_cancelled()


@pytest.mark.parametrize(
    ("outer_s", "own_s", "expected"),
    [(None, None, None), (None, 3, 3.0), (3, None, 3.0), (3, 5, 3.0), (5, 3, 3.0)],
)
def test_the_earliest_deadline_holds(
    outer_s: float | None, own_s: float | None, expected: float | None
) -> None:
    assert scope(scope(timeout_s=outer_s), own_s).deadline == expected


def test_a_deadline_on_another_clock_means_nothing() -> None:
    simulated = scope(timeout_s=3)

    assert RunScope("real", HandClock(), simulated, None).deadline is None


def test_a_stop_reaches_all_scopes_inside_with_its_reason_and_none_outside() -> None:
    outer = scope()
    middle = scope(outer)
    inner = scope(middle)
    middle.token.cancel("the reason")

    assert inner.token.reason == "the reason"
    assert outer.token.reason is None


def test_a_scope_inside_a_stopped_one_is_stopped_from_the_start() -> None:
    outer = scope()
    outer.token.cancel("the reason")

    assert scope(outer).token.reason == "the reason"


def test_a_closed_scope_is_not_reached_any_more() -> None:
    outer = scope()
    inner = scope(outer)
    inner.close()
    outer.token.cancel("the reason")

    assert inner.token.reason is None


def test_what_a_block_raises_after_its_hook_ran_is_the_cause_of_the_cancellation() -> None:
    own = scope()
    inside(own)
    error = OSError("interrupted")

    def block() -> None:
        with on_cancel(lambda: None):
            own.token.cancel("the reason")
            raise error

    with pytest.raises(VertexCancelled) as caught:
        block()

    assert caught.value.__cause__ is error


def test_a_cancellation_out_of_the_block_is_handed_on_as_it_is() -> None:
    own = scope()
    inside(own)

    def block() -> None:
        with on_cancel(lambda: None):
            own.token.cancel("the reason")
            check_cancelled()

    with pytest.raises(VertexCancelled) as caught:
        block()

    assert caught.value.__cause__ is None


def test_what_a_block_raises_by_itself_is_handed_on_and_its_hook_taken_off() -> None:
    own, ran = scope(), []
    inside(own)
    with pytest.raises(OSError, match="mine"), on_cancel(lambda: ran.append(1)):
        raise OSError("mine")
    own.token.cancel("the reason")

    assert ran == []


def test_a_block_is_not_entered_if_the_run_is_being_stopped_already() -> None:
    own, entered = scope(), []
    inside(own)
    own.token.cancel("the reason")
    with pytest.raises(VertexCancelled), on_cancel(lambda: entered.append("hook")):
        entered.append("block")

    assert entered == []


def test_a_block_is_not_entered_if_the_run_is_stopped_while_the_hook_is_put_in_place() -> None:
    own, entered = scope(), []
    inside(own)
    real = own.token.add_hook

    class StopsFirst(CancelToken):
        def add_hook(self, hook: object) -> object:  # type: ignore[override]  # hands it through
            own.token = token
            token.cancel("just now")
            return real(hook)  # type: ignore[arg-type]  # a hook

    token = CancelToken()
    own.token = StopsFirst()
    with pytest.raises(VertexCancelled, match="just now"), on_cancel(lambda: None):
        entered.append("block")

    assert entered == []


def test_the_depth_limit_counts_runs_and_names_them() -> None:
    chain: RunScope | None = None
    for depth in range(DEPTH_LIMIT):
        refuse_if_too_deep(f"flow{depth}", chain)
        chain = RunScope(f"flow{depth}", HandClock(), chain, None)
        vertex = RunScope(f"flow{depth}", HandClock(), chain, 5)
        vertex.depth = chain.depth  # a vertex with a timeout has a scope, but is no run
        chain = vertex

    with pytest.raises(NestedRunError) as caught:
        refuse_if_too_deep("last", chain)
    names = [f"flow{depth}" for depth in reversed(range(DEPTH_LIMIT))]
    assert " <- ".join(["last", *names]) in str(caught.value)
    assert f"inside {DEPTH_LIMIT} other runs" in str(caught.value)
