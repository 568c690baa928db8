"""One computation a key: among threads, asyncio tasks and trio tasks, and never a deadlock."""

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import Context, copy_context
from queue import SimpleQueue

import pytest
import trio

from hbia_dsl.cache.single_flight import Follower, HookAdder, Lead, Shared, SingleFlight
from hbia_dsl.kernel.cancel_token import CancelToken

Flights = SingleFlight[object]


@pytest.fixture
def flights() -> Flights:
    return SingleFlight()


def _lead(flights: Flights, key: bytes = b"k") -> Lead[object]:
    lead = flights.join(key)
    assert isinstance(lead, Lead)
    return lead


def _follower(flights: Flights, key: bytes = b"k") -> Follower[object]:
    follower = Context().run(flights.join, key)  # from outside all computations
    assert isinstance(follower, Follower)
    return follower


def _idle(flights: Flights) -> bool:
    return not flights._flights  # noqa: SLF001 - nothing may be left there


@contextmanager
def _waiting_thread(
    follower: Follower[object], add_hook: HookAdder | None = None
) -> Iterator[list[object]]:
    """A thread that waits; its outcome is in the list after the block."""
    outcome: list[object] = []
    thread = threading.Thread(target=lambda: outcome.append(follower.wait(add_hook)))
    thread.start()
    yield outcome
    thread.join()


def _run_trio(main: Callable[[], Awaitable[object]]) -> object:
    return trio.run(main)


def _run_asyncio(main: Callable[[], Awaitable[object]]) -> object:
    async def awaiting() -> object:
        return await main()

    return asyncio.run(awaiting())


on_loops = pytest.mark.parametrize("run", [_run_asyncio, _run_trio], ids=["asyncio", "trio"])


def test_the_first_leads_and_the_others_get_what_it_shares(flights: Flights) -> None:
    value = object()
    with _lead(flights) as lead:
        followers = [_follower(flights) for _ in range(3)]
        with _waiting_thread(followers[0]) as outcome:
            lead.share(value)
        late = _lead(flights)

    assert outcome == [Shared(value)]
    assert [follower.wait() for follower in followers[1:]] == [Shared(value)] * 2
    late.release()
    assert _idle(flights)


def test_keys_do_not_wait_for_each_other(flights: Flights) -> None:
    with _lead(flights, b"a"), _lead(flights, b"b"):
        pass

    assert _idle(flights)


def test_a_failure_is_not_shared_but_the_next_one_leads(flights: Flights) -> None:
    failing = _lead(flights)
    first, second = _follower(flights), _follower(flights)
    with pytest.raises(ZeroDivisionError), failing:
        raise ZeroDivisionError

    lead = first.wait()
    assert isinstance(lead, Lead)
    assert not lead.is_alone
    assert isinstance(flights.join(b"k"), Follower)
    with lead, _waiting_thread(second) as outcome:
        lead.share("value")
    assert outcome == [Shared("value")]
    assert _idle(flights)


def test_all_compute_if_there_is_nothing_to_share(flights: Flights) -> None:
    with _lead(flights):
        followers = [_follower(flights) for _ in range(3)]

    leads = [follower.wait() for follower in followers]
    assert all(isinstance(lead, Lead) and lead.is_alone for lead in leads)
    assert _idle(flights)


def test_a_lead_that_is_dropped_is_handed_over(flights: Flights) -> None:
    lead = _lead(flights)
    follower = _follower(flights)
    del lead
    gc.collect()

    assert isinstance(follower.wait(), Lead)


def test_a_follower_that_is_dropped_holds_nobody_up(flights: Flights) -> None:
    lead = _lead(flights)
    dropped, last = _follower(flights), _follower(flights)
    del dropped
    lead.fail()
    gc.collect()

    assert isinstance(last.wait(), Lead)


def test_a_lead_dropped_while_the_table_is_locked_is_settled_by_who_holds_it(
    flights: Flights,
) -> None:
    lead = _lead(flights)
    follower = _follower(flights)
    with flights._lock:  # noqa: SLF001 - as if the collector came in the middle of `join`
        del lead
        gc.collect()
    _lead(flights, b"other").release()

    assert isinstance(follower.wait(), Lead)


def test_a_computation_may_ask_for_its_own_key(flights: Flights) -> None:
    with _lead(flights):
        inner = _lead(flights)
        assert inner.is_alone
        with inner:
            assert _lead(flights).is_alone
        assert copy_context().run(_lead, flights).is_alone

    assert _idle(flights)


def test_a_circle_through_two_threads_is_broken(flights: Flights) -> None:
    both = threading.Barrier(2)

    def compute(own: bytes, other: bytes) -> object:
        with _lead(flights, own) as lead:
            both.wait()
            joined = flights.join(other)
            outcome = joined.wait() if isinstance(joined, Follower) else joined
            if isinstance(outcome, Lead):
                with outcome:
                    outcome.share(own)
            lead.share(own)
            return outcome

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(compute, [b"a", b"b"], [b"b", b"a"]))

    assert sum(isinstance(outcome, Lead) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Shared) for outcome in outcomes) == 1
    assert _idle(flights)


def test_a_circle_through_others_is_broken_wherever_it_closes(flights: Flights) -> None:
    contexts = [copy_context() for _ in range(4)]
    keys = [b"0", b"1", b"2", b"3"]
    leads = [
        c.run(lambda k: _lead(flights, k).__enter__(), k)
        for c, k in zip(contexts, keys, strict=True)
    ]
    for context, key in zip(contexts[:3], keys[1:], strict=True):
        assert isinstance(context.run(flights.join, key), Follower)

    closing = contexts[3].run(flights.join, b"0")

    assert isinstance(closing, Lead)
    assert closing.is_alone
    assert isinstance(flights.join(b"0"), Follower)
    for lead in leads:
        lead.release()
    assert _idle(flights)


def test_a_wait_that_is_over_closes_no_circle(flights: Flights) -> None:
    one, two = copy_context(), copy_context()
    first = one.run(lambda: _lead(flights, b"a").__enter__())
    second = two.run(lambda: _lead(flights, b"b").__enter__())
    follower = one.run(flights.join, b"b")
    assert isinstance(follower, Follower)
    second.share(1)
    assert follower.wait() == Shared(1)
    third = two.run(lambda: _lead(flights, b"c").__enter__())

    assert isinstance(two.run(flights.join, b"a"), Follower)
    first.release()
    third.release()


def test_a_thread_that_is_told_to_stop_stops_waiting(flights: Flights) -> None:
    token = CancelToken()
    lead = _lead(flights)
    follower = _follower(flights)
    outcome: list[object] = []
    thread = threading.Thread(target=lambda: outcome.append(follower.wait(token.add_hook)))
    thread.start()
    token.cancel("stop")
    thread.join()

    assert outcome == [None]
    lead.share("nobody waits")
    assert _idle(flights)


@pytest.mark.parametrize("moment", ["before", "after", "while"])
def test_a_thread_that_is_stopped_and_leads_at_once_passes_the_lead_on(
    flights: Flights, moment: str
) -> None:
    for _ in range(50 if moment == "while" else 1):
        lead = _lead(flights)
        stopped, last = _follower(flights), _follower(flights)
        hooks: SimpleQueue[Callable[[], object]] = SimpleQueue()
        with _waiting_thread(stopped, _hook_adder(hooks)) as outcome:
            stop = hooks.get()
            actions: list[Callable[[], object]] = [stop, lead.fail]
            if moment == "while":
                _at_once(*actions)
            else:
                for action in actions if moment == "before" else reversed(actions):
                    action()
        if isinstance(outcome[0], Lead):
            outcome[0].fail()
        taken_over = last.wait()
        assert isinstance(taken_over, Lead)
        taken_over.fail()
        assert _idle(flights)


def _hook_adder(hooks: SimpleQueue[Callable[[], object]]) -> HookAdder:
    """Hands hooks out, and never takes one off."""

    def add_hook(hook: Callable[[], object]) -> Callable[[], None]:
        hooks.put(hook)
        return lambda: None

    return add_hook


def _at_once(*actions: Callable[[], object]) -> None:
    barrier = threading.Barrier(len(actions))

    def act(action: Callable[[], object]) -> None:
        barrier.wait()
        action()

    threads = [threading.Thread(target=act, args=(action,)) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@on_loops
def test_a_task_waits_for_a_thread(
    flights: Flights, run: Callable[[Callable[[], Awaitable[object]]], object]
) -> None:
    lead = _lead(flights)
    follower = _follower(flights)
    sharing = threading.Timer(0.0, lambda: lead.share("value"))

    async def main() -> object:
        sharing.start()
        return await follower.wait_async()

    assert run(main) == Shared("value")
    sharing.join()


@on_loops
def test_what_was_shared_before_a_task_awaits_is_there_at_once(
    flights: Flights, run: Callable[[Callable[[], Awaitable[object]]], object]
) -> None:
    lead = _lead(flights)
    follower = _follower(flights)
    lead.share("value")

    assert run(follower.wait_async) == Shared("value")


def test_a_cancelled_task_leaves_the_line_and_its_host_hears_of_it(flights: Flights) -> None:
    lead = _lead(flights)
    gone, last = _follower(flights), _follower(flights)

    async def main() -> None:
        task = asyncio.create_task(gone.wait_async())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert task.cancelled()

    asyncio.run(main())
    lead.fail()
    assert isinstance(last.wait(), Lead)


def test_a_cancelled_trio_task_leaves_the_line(flights: Flights) -> None:
    lead = _lead(flights)
    gone, last = _follower(flights), _follower(flights)

    async def main() -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            await gone.wait_async()
        assert scope.cancelled_caught

    trio.run(main)
    lead.fail()
    assert isinstance(last.wait(), Lead)


def test_a_task_that_is_cancelled_when_it_is_its_turn_passes_the_lead_on(flights: Flights) -> None:
    lead = _lead(flights)
    first, last = _follower(flights), _follower(flights)

    async def main() -> None:
        task = asyncio.create_task(first.wait_async())
        await asyncio.sleep(0)
        lead.fail()  # the task is to wake in the next turn
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert isinstance(last.wait(), Lead)


def test_a_task_whose_loop_was_closed_is_passed_over(flights: Flights) -> None:
    lead = _lead(flights)
    lost, last = _follower(flights), _follower(flights)
    loop = asyncio.new_event_loop()
    waiting = loop.create_task(lost.wait_async())
    loop.call_soon(loop.stop)
    loop.run_forever()
    loop.close()

    lead.fail()

    assert isinstance(last.wait(), Lead)
    coroutine = waiting.get_coro()
    assert coroutine is not None
    coroutine.close()
    waiting._log_destroy_pending = False  # type: ignore[attr-defined]  # noqa: SLF001 - it is the subject


def test_no_event_loop_is_told(flights: Flights) -> None:
    lead = _lead(flights)
    coroutine = _follower(flights).wait_async()

    with pytest.raises(RuntimeError):
        coroutine.send(None)
    lead.fail()
    assert _idle(flights)


def test_a_child_of_a_fork_waits_for_no_thread_of_its_parent(flights: Flights) -> None:
    if sys.platform == "win32":
        pytest.skip("no fork")
    lead = _lead(flights)
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # one that hangs must not outlive the tests
        code = 1
        try:
            code = 0 if isinstance(flights.join(b"k"), Lead) else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert isinstance(flights.join(b"k"), Follower)
    lead.release()


class _Crowd:
    """Threads and tasks that all want the same keys, in the same order, at the same moment."""

    def __init__(self, flights: Flights, members: int) -> None:
        self.keys = [bytes([number]) for number in range(20)]
        self.computed: list[bytes] = []
        self.known: dict[bytes, object] = {}
        self._flights = flights
        self._start = threading.Barrier(members)

    def in_thread(self) -> list[list[object]]:
        self._start.wait()
        found = []
        for key in self.keys:
            joined = self._flights.join(key)
            found.append(
                self._settle(key, joined.wait() if isinstance(joined, Follower) else joined)
            )
        return [found]

    def on_asyncio(self) -> list[list[object]]:
        async def main() -> list[list[object]]:
            return list(await asyncio.gather(*[self._in_task() for _ in range(4)]))

        self._start.wait()
        return asyncio.run(main())

    def on_trio(self) -> list[list[object]]:
        found: list[list[object]] = []

        async def one() -> None:
            found.append(await self._in_task())

        async def main() -> None:
            async with trio.open_nursery() as nursery:
                for _ in range(4):
                    nursery.start_soon(one)

        self._start.wait()
        trio.run(main)
        return found

    async def _in_task(self) -> list[object]:
        found = []
        for key in self.keys:
            joined = self._flights.join(key)
            outcome = await joined.wait_async() if isinstance(joined, Follower) else joined
            found.append(self._settle(key, outcome))
        return found

    def _settle(self, key: bytes, outcome: Lead[object] | Shared[object] | None) -> object:
        if isinstance(outcome, Shared):
            return outcome.value
        assert outcome is not None
        with outcome:
            if key not in self.known:  # as with a store: who leads looks once more
                self.computed.append(key)
                self.known[key] = key * 2
            outcome.share(self.known[key])
        return self.known[key]


def test_threads_asyncio_and_trio_tasks_compute_each_key_once(flights: Flights) -> None:
    crowd = _Crowd(flights, members=8)
    with ThreadPoolExecutor(8) as pool:
        members = [crowd.in_thread] * 6 + [crowd.on_asyncio, crowd.on_trio]
        futures = [pool.submit(member) for member in members]
        results = [found for future in futures for found in future.result()]

    assert results == [[key * 2 for key in crowd.keys]] * 14
    assert sorted(crowd.computed) == crowd.keys
    assert _idle(flights)
