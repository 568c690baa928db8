"""What returns an awaitable without being `async def` is awaited or refused, never forgotten."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from group_runs import ASYNCIO, ASYNCIO_SERIAL, MODES, TRIO, Mode, sleep_for_ever
from hbia_dsl import (
    AtomicGroup,
    Edge,
    Flow,
    FlowFailed,
    Graph,
    SagaCoordinator,
    SagaStep,
    Vertex,
    atomic,
    load_graph_from_yaml,
    run_flow,
    run_flow_async,
    vertex,
)
from hbia_dsl.drivers import undoing_asyncio
from hbia_dsl.errors import AtomicSetupError, CompensationError, VertexTimeout
from hbia_dsl.flow.plan_flow import plan_flow
from hbia_dsl.testing.simulated_world import SimulatedWorld

LOOPS: Final = (ASYNCIO, ASYNCIO_SERIAL, TRIO)
every_mode = pytest.mark.parametrize("mode", [*MODES, ASYNCIO_SERIAL], ids=str)
on_a_loop = pytest.mark.parametrize("mode", LOOPS, ids=str)

REFUSED: Final = "returned an awaitable"


class Lazy:
    """An awaitable that is no coroutine."""

    def __init__(self, done: Callable[[], object]) -> None:
        self._done = done

    def __await__(self) -> Generator[None, None, None]:
        self._done()
        yield from ()


async def cancel(done: list[str], name: str) -> None:
    """Take something back."""
    done.append(name)


def coroutine_of(done: list[str]) -> Callable[[Mapping[str, object], object], object]:
    """Return a compensation that gives a coroutine and is no `async def`."""
    return lambda _inputs, output: cancel(done, str(output))


def awaitable_of(done: list[str]) -> Callable[[Mapping[str, object], object], object]:
    """Return a compensation that gives another awaitable."""
    return lambda _inputs, output: Lazy(lambda: done.append(str(output)))


def trip(undo: Callable[[Mapping[str, object], object], object]) -> Flow[..., object]:
    """Make a flow of a member that is taken back, and one that fails."""

    @atomic(group="trip", on_failure="compensate", compensate=undo)
    @vertex(effect="side_effect")
    def book(x: int) -> str:
        return f"booked {x}"

    @atomic(group="trip", on_failure="compensate", compensate=None)
    @vertex(effect="side_effect", inputs={"book": book})
    def pay(book: str) -> int:
        raise LookupError(book)

    return Flow.of("trips", book, pay)


def run(mode: Mode, flow: Flow[..., object], **inputs: object) -> FlowFailed:
    """Run a flow that fails."""
    with pytest.raises(FlowFailed) as failed:
        (mode.run_hosted if mode.loop else mode.run)(flow, **inputs)
    return failed.value


def assert_refused(error: FlowFailed, name: str) -> None:
    """Check that a compensation is said to have failed."""
    failure = error.compensation_failures[name]
    assert type(failure) is CompensationError
    assert REFUSED in str(failure)
    assert "async def" in str(failure)
    heading, line = error.__notes__
    assert heading.startswith("group `trip` could not be undone completely")
    assert line.startswith(f"`{name}` was not undone: CompensationError")


@every_mode
@pytest.mark.parametrize("kind", [coroutine_of, awaitable_of])
def test_a_compensation_that_gives_an_awaitable_is_awaited_or_counts_as_failed(
    mode: Mode, kind: Callable[[list[str]], Callable[[Mapping[str, object], object], object]]
) -> None:
    done: list[str] = []
    error = run(mode, trip(kind(done)), x=1)
    if mode.loop is None:
        assert done == []
        assert_refused(error, "book")
    else:
        assert done == ["booked 1"]
        assert error.compensation_failures == {}
        assert error.__notes__ == ["group `trip` was compensated: `book`"]


@pytest.mark.parametrize("mode", MODES, ids=str)
def test_it_is_called_once_where_it_cannot_be_awaited(mode: Mode) -> None:
    calls: list[str] = []

    def undo(_inputs: Mapping[str, object], _output: object) -> object:
        calls.append("called")
        return cancel(calls, "awaited")

    run(mode, trip(undo), x=1)
    assert calls == (["called"] if mode.loop is None else ["called", "awaited"])


@on_a_loop
def test_it_is_tried_again_as_any_other(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hbia_dsl.drivers.undoing.FIRST_PAUSE_S", 0.001)
    done: list[str] = []

    async def flaky(output: object) -> None:
        done.append(str(output))
        if len(done) < 3:
            raise ConnectionError("not yet")

    error = run(mode, trip(lambda _inputs, output: flaky(output)), x=1)
    assert done == ["booked 1"] * 3
    assert error.compensation_failures == {}


@on_a_loop
def test_it_has_the_deadline_of_any_other(mode: Mode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undoing_asyncio, "GRACE_S", 0.02)
    flow = trip(lambda _inputs, _output: sleep_for_ever()).options(compensation_timeout_s=0.03)
    error = run(mode, flow, x=1)
    assert isinstance(error.compensation_failures["book"], VertexTimeout)


def test_it_is_shielded_from_the_cancellation_of_its_host() -> None:
    done: list[str] = []

    async def slowly(output: object) -> None:
        assert host is not None
        host.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        done.append(str(output))

    host: asyncio.Task[object] | None = None

    async def main() -> None:
        nonlocal host
        flow = trip(lambda _inputs, output: slowly(output))
        host = asyncio.create_task(flow.run_async(x=1))
        with pytest.raises(asyncio.CancelledError):
            await host

    asyncio.run(main())
    assert done == ["booked 1"]


def test_in_a_simulated_run_it_is_what_it_would_be_in_a_real_one() -> None:
    for is_async in (False, True):
        done: list[str] = []
        flow = trip(coroutine_of(done))
        if is_async:

            @vertex
            async def beside(x: int) -> float:
                return float(x)

            flow = Flow.of("trips", *(v.handler for v in flow.wired.vertices.values()), beside)
        played = SimulatedWorld(1).play(plan_flow(flow.wired, check=True).plan, {0: 1})
        assert isinstance(played.error, FlowFailed)
        assert done == (["booked 1"] if is_async else [])
        assert bool(played.error.compensation_failures) is not is_async


GRAPH: Final = """
flow:
  trips:
    a:
      handler: app.a
      effect: side_effect
      outputs: {n: int}
      compensate: app.undo
      next: [b]
    b:
      handler: app.b
      effect: side_effect
      compensate: app.nothing
atomic_groups:
  trip: {vertices: [a, b], on_failure: compensate}
"""


def hand_made(undo: Callable[[Mapping[str, object], object], object]) -> Graph:
    """Make a graph whose second step fails."""
    return Graph(
        [Vertex("a", compensate=undo), Vertex("b", compensate=lambda _i, _o: None)],
        [Edge("a", "b")],
        [AtomicGroup("trip", ("a", "b"), on_failure="compensate")],
    )


def fails(**_: object) -> dict[str, object]:
    raise LookupError("fails")


HANDLERS: Final[Mapping[str, Callable[..., object]]] = {"a": lambda: {"n": 1}, "b": fails}


def test_compensations_of_graphs_and_sagas_are_no_exception() -> None:
    done: list[str] = []
    saga = SagaCoordinator("trip").add_step(SagaStep("a", "a", coroutine_of(done)))
    saga = saga.add_step(SagaStep("b", "b"))
    graph = hand_made(coroutine_of(done))
    with pytest.raises(FlowFailed) as failed:
        run_flow(graph, handlers=HANDLERS)
    assert_refused(failed.value, "a")
    with pytest.raises(FlowFailed) as failed:
        saga.run(handlers=HANDLERS)
    assert_refused(failed.value, "a")
    assert done == []

    for run_it in (
        run_flow_async(graph, handlers=HANDLERS),
        saga.run_async(handlers=HANDLERS),
    ):
        with pytest.raises(FlowFailed) as failed:
            asyncio.run(run_it)
        assert failed.value.compensation_failures == {}
    assert len(done) == 2


class Answering:
    """An object whose methods are plain and give coroutines."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def begin(self) -> None:
        self.log.append("begin")

    def commit(self) -> Coroutine[object, object, None]:
        return cancel(self.log, "commit")

    def rollback(self) -> Coroutine[object, object, None]:
        return cancel(self.log, "rollback")


def wrapped(method: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
    """Wrap a method as decorators of libraries do: it is no `async def` any more."""

    @functools.wraps(method)
    def call(self: object) -> Awaitable[None]:
        return method(self)

    return call


class Wrapped(Answering):
    """One whose methods were `async def` before they were decorated."""

    @wrapped
    async def commit(self) -> None:  # type: ignore[override]  # as it is
        self.log.append("commit")


class Plain(Answering):
    """One that commits nothing either, but can be rolled back."""

    def rollback(self) -> None:  # type: ignore[override]  # as it is
        self.log.append("rollback")


def group(*, is_async: bool) -> Flow[..., object]:
    """Make a flow of one member."""

    async def save_async(x: int) -> int:
        return x

    def save(x: int) -> int:
        return x

    declared = vertex(name="save", effect="side_effect")(save_async if is_async else save)
    return Flow.of("saving", atomic(group="g")(declared))


@every_mode
@pytest.mark.parametrize("kind", [Answering, Wrapped, Plain])
def test_a_commit_that_gives_an_awaitable_is_a_failed_commit(
    mode: Mode, kind: type[Answering]
) -> None:
    backend = kind()
    flow = group(is_async=mode.loop is not None).options(transactions={"g": backend})
    error = run(mode, flow, x=1)
    assert isinstance(error.root, AtomicSetupError)
    assert "`commit`" in str(error.root)
    assert REFUSED in str(error.root)
    assert "async def" in str(error.root)
    if kind is Plain:
        assert backend.log == ["begin", "rollback"]
        assert error.__notes__ == ["group `g` was rolled back: `save`"]
    else:
        assert backend.log == ["begin"]
        heading, line = error.__notes__
        assert heading == "group `g` could not be undone completely"
        assert line.startswith("`g` was not undone: AtomicSetupError: ")


@pytest.mark.parametrize("parallel", [False, True])
def test_a_backend_of_a_graph_is_no_exception(*, parallel: bool) -> None:
    graph = Graph([Vertex("a")], [], [AtomicGroup("g", ("a",))])
    for backend in (Plain(), Wrapped()):
        with pytest.raises(FlowFailed) as failed:
            run_flow(
                graph,
                handlers={"a": lambda: {"n": 1}},
                transaction_backend=backend,
                parallel_enabled=parallel,
            )
        assert isinstance(failed.value.root, AtomicSetupError)
        assert "commit" not in backend.log


def test_a_rollback_that_raises_is_told_of_in_the_error() -> None:
    class Stubborn(Plain):
        def commit(self) -> None:  # type: ignore[override]  # as it is
            raise AssertionError("the member failed")

        def rollback(self) -> None:  # type: ignore[override]  # as it is
            raise ConnectionError("gone")

    @atomic(group="g")
    @vertex(effect="side_effect")
    def save(x: int) -> int:
        raise LookupError(str(x))

    with pytest.raises(FlowFailed) as failed:
        Flow.of("saving", save).options(transactions={"g": Stubborn}).run(x=1)
    assert failed.value.__notes__ == [
        "group `g` could not be undone completely",
        "`g` was not undone: ConnectionError: gone",
    ]


def test_a_compensation_of_a_document_is_no_exception(tmp_path: Path) -> None:
    document = tmp_path / "trip.yaml"
    document.write_text(GRAPH.lstrip())
    done: list[str] = []
    undo: dict[str, Callable[..., object]] = {
        "app.undo": coroutine_of(done),
        "app.nothing": lambda _inputs, _output: None,
    }
    handlers = {**HANDLERS, **undo}
    graph = load_graph_from_yaml(str(document))
    with pytest.raises(FlowFailed) as failed:
        run_flow(graph, handlers=handlers)
    assert_refused(failed.value, "a")
    with pytest.raises(FlowFailed) as failed:
        asyncio.run(run_flow_async(graph, handlers=handlers))
    assert failed.value.compensation_failures == {}
    assert len(done) == 1
