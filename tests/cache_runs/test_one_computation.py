"""Runs at the same time compute a value once: threads and tasks of one process."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import trio

from hbia_dsl import Flow, Run, vertex
from hbia_dsl.cache.memory_store import MemoryStore
from hbia_dsl.errors import FlowFailed

WAIT_S = 20


class Gate:
    """Stands in a vertex: counts who computes, and holds them until it is opened."""

    def __init__(self) -> None:
        self.computed: list[int] = []
        self.begun = threading.Event()
        self.opened = threading.Event()
        self.fails = 0

    def __hbia_depends_on__(self) -> list[object]:
        return []

    def pass_through(self, n: int) -> int:
        self.computed.append(n)
        self.begun.set()
        assert self.opened.wait(WAIT_S)
        if len(self.computed) <= self.fails:
            raise ValueError("not this time")
        return n * 2


_gates: list[Gate] = []


def _gate() -> Gate:
    return _gates[-1]


@pytest.fixture
def gate() -> Iterator[Gate]:
    _gates.append(Gate())
    yield _gates[-1]
    _gates.clear()


@vertex(effect="pure")
def held(n: int) -> int:
    # By a name that is computed: what stands behind it is no input of this vertex.
    return globals()["_gate"]().pass_through(n)  # type: ignore[no-any-return]  # an int


@vertex(effect="pure")
async def held_async(n: int) -> int:
    gate = globals()["_gate"]()
    gate.computed.append(n)
    gate.begun.set()
    while not gate.opened.is_set():
        await _turn()
    return n * 2


async def _turn() -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        await trio.lowlevel.checkpoint()
    else:
        await asyncio.sleep(0)


blocking = Flow.of("blocking", held, result=held)
awaiting = Flow.of("awaiting", held_async, result=held_async)


@contextmanager
def _waiters(store: "WatchedStore", gate: Gate, count: int) -> Iterator[None]:
    """Open the gate once so many have looked in vain."""

    def open_then() -> None:
        store.have_looked(count)
        gate.opened.set()

    with ThreadPoolExecutor(1) as pool:
        opened = pool.submit(open_then)
        yield
        opened.result(WAIT_S)


class WatchedStore(MemoryStore):
    """Says how many have looked for something that was not there."""

    def __init__(self) -> None:
        super().__init__()
        self._looked = threading.Semaphore(0)

    def get(self, key: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN201 - as its base
        """Look, and count it."""
        found = super().get(key)
        if found is None:
            self._looked.release()
        return found

    def have_looked(self, count: int) -> None:
        """Wait until so many have."""
        for _ in range(count):
            assert self._looked.acquire(timeout=WAIT_S)


def _together(calls: list[Callable[[], Run[int]]]) -> list[Run[int]]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [done.result(WAIT_S) for done in [pool.submit(call) for call in calls]]


def test_runs_on_many_threads_compute_once(gate: Gate) -> None:
    store = WatchedStore()
    cached = blocking.options(cache_store=store)
    # The one that computes looks twice: the second time when it is its turn.
    with _waiters(store, gate, 7):
        runs = _together([lambda: cached.run(n=4)] * 6)

    assert gate.computed == [4]
    assert [run.value for run in runs] == [8] * 6
    answers = sorted(
        run.report.vertices[0].cache.answer for run in runs if run.report.vertices[0].cache
    )
    assert answers == ["hit"] * 5 + ["miss"]


def test_tasks_of_an_asyncio_loop_compute_once(gate: Gate) -> None:
    store = WatchedStore()
    cached = awaiting.options(cache_store=store)

    async def main() -> list[Run[int]]:
        return await asyncio.gather(*(cached.run_async(n=4) for _ in range(6)))

    with _waiters(store, gate, 7):
        runs = asyncio.run(main())

    assert gate.computed == [4]
    assert [run.value for run in runs] == [8] * 6


def test_tasks_of_a_trio_loop_compute_once(gate: Gate) -> None:
    store = WatchedStore()
    cached = awaiting.options(cache_store=store)
    values: list[int] = []

    async def one() -> None:
        values.append((await cached.run_async(n=4)).value)

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for _ in range(6):
                nursery.start_soon(one)

    with _waiters(store, gate, 7):
        trio.run(main)

    assert gate.computed == [4]
    assert values == [8] * 6


def test_threads_and_loops_of_both_kinds_compute_once(gate: Gate) -> None:
    store = WatchedStore()
    cached = awaiting.options(cache_store=store)
    calls: list[Callable[[], Run[int]]] = [
        lambda: cached.run(n=4),
        lambda: cached.options(async_backend="trio").run(n=4),
        lambda: cached.options(parallel=True).run(n=4),
        lambda: cached.options(parallel=True, async_backend="trio").run(n=4),
    ]
    with _waiters(store, gate, 5):
        runs = _together(calls)

    assert gate.computed == [4]
    assert [run.value for run in runs] == [8] * 4


def test_vertices_of_one_run_with_the_same_code_and_input_compute_once_each(gate: Gate) -> None:
    gate.opened.set()
    cached = blocking.options(cache_store=MemoryStore(), parallel=True)

    assert cached.run(n=4).value == cached.run(n=4).value == 8
    assert gate.computed == [4]


def test_if_the_one_that_computes_fails_the_next_one_computes(gate: Gate) -> None:
    gate.fails = 1
    store = WatchedStore()
    cached = blocking.options(cache_store=store)

    def outcome() -> object:
        try:
            return cached.run(n=4).value
        except FlowFailed as failed:
            return type(failed.root)

    with _waiters(store, gate, 5), ThreadPoolExecutor(4) as pool:
        outcomes = [pool.submit(outcome) for _ in range(4)]
        found = [done.result(WAIT_S) for done in outcomes]

    assert sorted(map(str, found)) == ["8", "8", "8", "<class 'ValueError'>"]
    assert gate.computed == [4, 4]


@pytest.mark.parametrize("parallel", [False, True])
def test_a_deadline_ends_the_wait_for_another_run(gate: Gate, *, parallel: bool) -> None:
    cached = blocking.options(cache_store=MemoryStore())
    with ThreadPoolExecutor(1) as pool:
        computing = pool.submit(lambda: cached.run(n=4).value)
        assert gate.begun.wait(WAIT_S)
        with pytest.raises(FlowFailed) as failed:
            cached.options(timeout_s=0.05, parallel=parallel).run(n=4)
        gate.opened.set()

        assert isinstance(failed.value.root, TimeoutError)
        assert computing.result(WAIT_S) == 8
    assert gate.computed == [4]


def _held_with(timeout_s: float | None) -> Flow[..., int]:
    @vertex(effect="pure", timeout_s=timeout_s)
    def limited(n: int) -> int:
        return globals()["_gate"]().pass_through(n)  # type: ignore[no-any-return]  # an int

    return Flow.of("limited", limited, result=limited)


@pytest.mark.parametrize("parallel", [False, True])
def test_the_timeout_of_a_vertex_ends_its_wait_for_another_run(
    gate: Gate, *, parallel: bool
) -> None:
    store = MemoryStore()
    with ThreadPoolExecutor(1) as pool:
        computing = pool.submit(lambda: _held_with(None).options(cache_store=store).run(n=4).value)
        assert gate.begun.wait(WAIT_S)
        hurried = _held_with(0.05).options(cache_store=store, parallel=parallel)
        with pytest.raises(FlowFailed) as failed:
            hurried.run(n=4)
        gate.opened.set()

        assert isinstance(failed.value.root, TimeoutError)
        assert computing.result(WAIT_S) == hurried.run(n=4).value == 8
    assert gate.computed == [4]


def test_an_async_run_that_is_cancelled_leaves_the_line(gate: Gate) -> None:
    cached = awaiting.options(cache_store=MemoryStore())

    async def main() -> int:
        follower = asyncio.create_task(cached.run_async(n=4))
        await asyncio.sleep(0)
        follower.cancel()
        with pytest.raises(asyncio.CancelledError):
            await follower
        gate.opened.set()
        return (await cached.run_async(n=4)).value

    with ThreadPoolExecutor(1) as pool:
        computing = pool.submit(lambda: cached.run(n=4).value)
        assert gate.begun.wait(WAIT_S)

        assert asyncio.run(main()) == 8
        assert computing.result(WAIT_S) == 8
    assert gate.computed == [4]


def test_a_run_that_is_cancelled_while_it_computes_passes_its_turn_on(gate: Gate) -> None:
    store = WatchedStore()
    cached = awaiting.options(cache_store=store)

    async def main() -> int:
        leader = asyncio.create_task(cached.run_async(n=4))
        while not gate.begun.is_set():  # noqa: ASYNC110 - set by a vertex that knows no loop
            await asyncio.sleep(0)
        follower = asyncio.create_task(cached.run_async(n=4))
        await asyncio.sleep(0)
        leader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leader
        gate.opened.set()
        return (await follower).value

    assert asyncio.run(main()) == 8
    assert gate.computed == [4, 4]


def test_a_run_inside_the_computation_of_the_same_key_does_not_wait_for_itself() -> None:
    store = MemoryStore()
    depth: list[int] = []

    @vertex(effect="pure")
    def again(n: int) -> int:
        depth.append(n)
        if len(depth) < 3:
            return flows[0].run(n=n).value + 1
        return n

    flows = [Flow.of("again", again, result=again).options(cache_store=store)]

    assert flows[0].run(n=1).value == 3
    assert len(depth) == 3
