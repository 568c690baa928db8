"""`run_flow` and `run_flow_async`: what overlaps in which mode, proven by meetings and counters."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import trio

from hbia_dsl import AtomicGroup, Edge, Graph, Vertex, run_flow, run_flow_async
from hbia_dsl.errors import HandlerResolutionError, RunOptionError, RunUsageError

careless: Final[Any] = run_flow  # callers without a type checker
careless_async: Final[Any] = run_flow_async


def graph_of(*names: str) -> Graph:
    return Graph([Vertex(name) for name in names])


class Counter:
    """How many handlers run at once, at the most."""

    def __init__(self) -> None:
        self.most = 0
        self._running = 0

    async def handle(self) -> dict[str, object]:
        self._running += 1
        self.most = max(self.most, self._running)
        for _ in range(3):
            await asyncio.sleep(0)
        self._running -= 1
        return {}


async def answer() -> dict[str, object]:
    return {"value": 1}


def test_async_only_runs_coroutines_one_at_a_time_in_both_calls() -> None:
    counter = Counter()
    graph = graph_of("a", "b", "c")
    handlers = dict.fromkeys("abc", counter.handle)

    run_flow(graph, handlers=handlers, async_enabled=True)
    asyncio.run(run_flow_async(graph, handlers=handlers, async_enabled=True))

    assert counter.most == 1


def test_parallel_and_async_overlap_coroutines() -> None:
    counter = Counter()
    graph = graph_of("a", "b", "c")
    handlers = dict.fromkeys("abc", counter.handle)

    run_flow(graph, handlers=handlers, async_enabled=True, parallel_enabled=True)

    assert counter.most == 3


def test_parallel_and_async_overlap_threads_and_coroutines() -> None:
    in_thread, in_loop = threading.Event(), threading.Event()

    def blocking() -> dict[str, object]:
        in_thread.set()
        return {"met": in_loop.wait(timeout=10)}

    async def awaiting() -> dict[str, object]:
        met = await asyncio.to_thread(in_thread.wait, 10)
        in_loop.set()
        return {"met": met}

    result = run_flow(
        graph_of("blocking", "awaiting"),
        handlers={"blocking": blocking, "awaiting": awaiting},
        parallel_enabled=True,
        async_enabled=True,
    )

    assert dict(result) == {"blocking.met": True, "awaiting.met": True}


def test_parallel_alone_uses_threads_and_no_loop() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def handler() -> dict[str, object]:
        meeting.wait()
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        return {"thread": threading.get_ident()}

    result = run_flow(
        graph_of("a", "b"), handlers={"a": handler, "b": handler}, parallel_enabled=True
    )

    assert len(set(result.values())) == 2


def test_a_stage_ends_before_the_next_begins() -> None:
    order: list[str] = []
    quick_ended, overtaken = threading.Event(), threading.Event()
    graph = graph_of("slow", "quick", "after_quick")
    graph.add_edge(Edge("quick", "after_quick"))

    def slow() -> dict[str, object]:
        quick_ended.wait(timeout=10)
        overtaken.wait(timeout=0.05)  # time for what must not happen
        order.append("slow")
        return {}

    def quick() -> dict[str, object]:
        quick_ended.set()
        return {}

    def after_quick() -> dict[str, object]:
        overtaken.set()
        order.append("after_quick")
        return {}

    run_flow(
        graph,
        handlers={"slow": slow, "quick": quick, "after_quick": after_quick},
        parallel_enabled=True,
    )

    assert order == ["slow", "after_quick"]


def test_sync_handlers_stay_off_the_loop_of_the_caller() -> None:
    async def main() -> tuple[int, object]:
        result = await run_flow_async(
            graph_of("a"), handlers={"a": lambda: {"thread": threading.get_ident()}}
        )
        return threading.get_ident(), result["a.thread"]

    ours, theirs = asyncio.run(main())

    assert ours != theirs


@pytest.mark.parametrize("start", [asyncio.run, trio.run], ids=["asyncio", "trio"])
def test_run_flow_async_runs_on_whichever_loop_is_running(start: Callable[..., Any]) -> None:
    async def main() -> dict[str, object]:
        return dict(await run_flow_async(graph_of("a"), handlers={"a": answer}))

    assert (start(main) if start is trio.run else start(main())) == {"a.value": 1}


def test_an_async_handler_without_async_enabled_is_told_which_flag_or_function() -> None:
    graph = graph_of("a", "b", "c")
    handlers: dict[str, Callable[..., object]] = {"a": dict, "b": answer, "c": answer}

    with pytest.raises(HandlerResolutionError) as error:
        run_flow(graph, handlers=handlers)

    diagnostic = error.value.diagnostic
    assert diagnostic.message == (
        "the handler of vertex `b` is `async def`, but the run is not async"
    )
    assert diagnostic.notes == ("so are those of `c`",)
    assert diagnostic.help == "pass async_enabled=True, or write `await run_flow_async(...)`"
    assert diagnostic.location is not None
    assert diagnostic.location.file == __file__


def test_async_handlers_of_every_kind_are_recognised() -> None:
    class Caller:
        async def __call__(self) -> dict[str, object]:
            return {"value": 1}

        async def method(self) -> dict[str, object]:
            return {"value": 1}

    for handler in (Caller(), Caller().method):
        with pytest.raises(HandlerResolutionError, match="`async def`"):
            run_flow(graph_of("a"), handlers={"a": handler})
        result = run_flow(graph_of("a"), handlers={"a": handler}, async_enabled=True)
        assert dict(result) == {"a.value": 1}


def test_an_explicit_no_is_respected_in_the_awaited_call() -> None:
    async def main() -> None:
        await run_flow_async(graph_of("a"), handlers={"a": answer}, async_enabled=False)

    with pytest.raises(HandlerResolutionError, match="the run is not async"):
        asyncio.run(main())


def test_async_without_async_handlers_starts_no_loop() -> None:
    def handler() -> dict[str, object]:
        with pytest.raises(RuntimeError):
            asyncio.get_running_loop()
        return {}

    run_flow(graph_of("a"), handlers={"a": handler}, async_enabled=True)


def test_a_blocking_call_on_a_running_loop_names_the_function_to_await() -> None:
    async def main() -> None:
        run_flow(graph_of("a"), handlers={"a": dict})

    with pytest.raises(RunUsageError, match="event loop is running") as error:
        asyncio.run(main())

    assert error.value.diagnostic.help == "write `await run_flow_async(...)`"
    assert error.value.diagnostic.location is not None
    assert error.value.diagnostic.location.file == __file__


def test_the_cache_flag_keeps_results(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HBIA_CACHE_DIR", str(tmp_path))
    calls: list[int] = []

    def handler() -> dict[str, object]:
        calls.append(1)
        return {}

    graph = Graph([Vertex("a", effect="pure"), Vertex("b")])
    handlers = {"a": handler, "b": dict}
    first = run_flow(graph, handlers=handlers, cache_enabled=True)
    second = run_flow(graph, handlers=handlers, cache_enabled=True)

    assert len(calls) == 1
    assert dict(first) == dict(second)


def test_groups_that_may_overlap_do() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def handler() -> dict[str, object]:
        meeting.wait()
        return {}

    graph = graph_of("start", "a", "b")
    graph.add_edge(Edge("start", "a"))
    graph.add_edge(Edge("start", "b"))
    graph.add_atomic_group(AtomicGroup("loose", ("start", "a", "b"), no_parallel=False))
    handlers = {"start": dict, "a": handler, "b": handler}

    result = run_flow(graph, handlers=handlers, parallel_enabled=True)

    assert set(result.states.values()) == {"succeeded"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"max_workers": 0}, "`max_workers` must be a whole number of at least 1, not 0"),
        ({"max_workers": "4"}, "`max_workers` must be a whole number of at least 1, not '4'"),
        ({"max_workers": True}, "`max_workers` must be a whole number of at least 1, not True"),
        ({"parallel_enabled": "yes"}, "`parallel_enabled` must be True or False, not 'yes'"),
        ({"async_enabled": 1}, "`async_enabled` must be True or False, not 1"),
        ({"cache_enabled": None}, "`cache_enabled` must be True or False, not a NoneType"),
    ],
)
def test_a_flag_that_cannot_be_is_refused_before_anything_runs(
    given: dict[str, object], message: str
) -> None:
    def handler() -> dict[str, object]:
        raise AssertionError("this must not run")

    async def main() -> None:
        await careless_async(graph_of("a"), handlers={"a": handler}, **given)

    for call in (
        lambda: careless(graph_of("a"), handlers={"a": handler}, **given),
        lambda: asyncio.run(main()),
    ):
        with pytest.raises(RunOptionError) as error:
            call()
        assert error.value.diagnostic.message == message
        assert error.value.diagnostic.location is not None
        assert error.value.diagnostic.location.file == __file__
