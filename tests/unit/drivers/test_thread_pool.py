"""The pool's threads come when they are needed and go when they are not."""

import faulthandler
import gc
import os
import threading
import time
import warnings
import weakref
from collections.abc import Callable, Iterator

import pytest

import hbia_dsl.drivers.thread_pool
from driver_matrix import PARALLEL, STAGED, Driver, run_under
from hbia_dsl.drivers.thread_pool import IDLE_S, POOL, ThreadPool, Ticket
from hbia_dsl.flow.execution import execute
from hbia_dsl.flow.run_options import RunOptions
from sample_plans import Sketch, diamond, fan, layers

PARALLEL_RUN = RunOptions(parallel=True)
EAGER_RUN = RunOptions(parallel=True, schedule="eager")


def _workers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith("hbia-worker")]


def _until(is_so: Callable[[], bool], within_s: float) -> bool:
    """Wait until something is so; return whether it came to that in time."""
    end = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True


def _wait_for_worker(pool: ThreadPool) -> None:
    """Have a thread do a job, and wait until it is idle after it."""
    pool.submit(lambda: None)
    assert _until(lambda: pool.idle_count() == 1, 5)


def test_threads_are_daemons_and_end_soon_after_they_are_idle() -> None:
    execute(fan(20).plan(), {0: 1}, PARALLEL_RUN)
    workers = _workers()

    assert all(worker.daemon for worker in workers)
    assert IDLE_S < 0.5
    # All the leeway is for the machine: the promise itself is half a second.
    assert _until(lambda: not any(worker.is_alive() for worker in workers), 1.0)
    assert POOL.idle_count() == 0


def test_an_idle_thread_is_used_again() -> None:
    pool = ThreadPool()
    seen: list[int | None] = []
    for _ in range(5):
        pool.submit(lambda: seen.append(threading.current_thread().ident))
        assert _until(lambda: pool.idle_count() == 1, 5)

    assert len(set(seen)) == 1


def test_a_ticket_that_is_taken_back_in_time_is_never_begun() -> None:
    pool = ThreadPool()
    begun: list[str] = []
    ticket = Ticket(pool, lambda: begun.append("job"))

    assert ticket.revoke()
    pool.hand_out(ticket)
    _wait_for_worker(pool)  # which the thread does after the ticket, if it is the same one
    assert ticket.revoke()
    assert begun == []


def test_a_thread_whose_ticket_was_taken_back_is_free_again() -> None:
    pool = ThreadPool()
    _wait_for_worker(pool)
    # The thread may be quicker than we are; then the ticket cannot be taken back any more.
    for _ in range(200):
        is_revoked = pool.submit(lambda: None).revoke()
        assert _until(lambda: pool.idle_count() == 1, 5)
        if is_revoked:
            return
    pytest.fail("the thread was always quicker")


def test_a_ticket_that_is_begun_cannot_be_taken_back() -> None:
    pool = ThreadPool()
    begun, go_on = threading.Event(), threading.Event()

    def job() -> None:
        begun.set()
        go_on.wait()

    ticket = pool.submit(job)
    begun.wait()

    assert not ticket.revoke()
    assert not ticket.revoke()
    go_on.set()
    assert _until(lambda: pool.idle_count() == 1, 5)


def test_a_thread_that_was_lost_between_two_lines_ends_by_itself() -> None:
    pool = ThreadPool()
    before = set(_workers())
    _wait_for_worker(pool)
    (worker,) = set(_workers()) - before
    pool._idle.pop()  # noqa: SLF001 - as a Ctrl-C inside of hand_out would leave it

    assert _until(lambda: not worker.is_alive(), 2)


def test_a_thread_about_to_end_does_not_miss_a_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hbia_dsl.drivers.thread_pool, "IDLE_S", 0.0005)
    pool = ThreadPool()
    done = threading.Semaphore(0)
    for number in range(300):
        pool.submit(done.release)
        assert done.acquire(timeout=5), number
        time.sleep(0.0001 * (number % 12))  # so that tickets arrive just when threads end


@pytest.fixture
def _young_heap() -> Iterator[None]:
    """Keep collections quick: what other tests left behind is not looked at.

    Over the heap of the whole suite one takes longer than a thread idles.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("_young_heap")
def test_an_idle_thread_keeps_no_value_of_a_run_alive() -> None:
    class Value:
        pass

    made: list[weakref.ref[Value]] = []
    together = threading.Barrier(3)

    def make(_: object) -> Value:
        together.wait(10)  # so that helpers take part
        value = Value()
        made.append(weakref.ref(value))
        return value

    sketch = Sketch()
    for name in ("a", "b", "c"):
        sketch.vertex(name, make, "x")
    for driver in PARALLEL:
        made.clear()
        outcome = run_under(driver, sketch.plan())
        assert outcome.error is None
        del outcome
        gc.collect()
        assert _until(lambda: all(ref() is None for ref in made), IDLE_S / 2), driver
        assert POOL.idle_count() > 0  # so it is not because the threads have ended


def test_thousands_of_quick_runs_make_few_threads() -> None:
    plan = diamond().plan()
    most = 0
    for _ in range(5_000):
        execute(plan, {0: 1}, PARALLEL_RUN)
        most = max(most, threading.active_count())

    # Four workers for one run, and some that were still on their way to being idle.
    assert most <= threading.active_count() + 8
    assert len(_workers()) <= 8


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
def test_where_no_more_threads_can_be_made_those_there_are_do_the_work(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    POOL.forget_threads()
    real = threading.Thread.start
    made = 0

    def start(thread: threading.Thread) -> None:
        nonlocal made
        if made:
            raise RuntimeError("can't start new thread")
        made += 1
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    outcome = run_under(driver, layers(3, 6).plan())

    assert outcome.error is None
    assert made == 1


@pytest.mark.parametrize("driver", PARALLEL, ids=str)
def test_where_no_thread_at_all_can_be_made_the_run_says_so_or_does_without(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    POOL.forget_threads()

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    outcome = run_under(driver, layers(3, 6).plan())

    if driver is STAGED:  # where the caller works too
        assert outcome.error is None
    else:
        assert "can't start new thread" in str(outcome.error) + outcome.report


def test_a_caller_that_works_too_does_not_wait_for_helpers_that_never_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ThreadPool, "hand_out", lambda *_: None)
    outcome = run_under(STAGED, fan(5).plan())

    assert outcome.error is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_can_run_in_parallel() -> None:
    execute(fan(8).plan(), {0: 1}, PARALLEL_RUN)
    assert _workers()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on, for good reasons
        child = os.fork()
    if child == 0:
        code = 1
        try:
            faulthandler.dump_traceback_later(10, exit=True)
            for options in (PARALLEL_RUN, EAGER_RUN):
                run = execute(fan(8).plan(), {0: 1}, options)
                assert run.slots[-1] == 8 * 3 + 1
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
