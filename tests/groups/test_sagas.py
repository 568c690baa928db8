"""`SagaCoordinator` and `SagaStep`: steps in order, taken back in reverse if one fails."""

import asyncio
import logging
from collections.abc import Callable, Mapping

import pytest
import trio

from hbia_dsl import Edge, FlowFailed, Graph, Vertex
from hbia_dsl.compat.saga import SagaCoordinator, SagaStep
from hbia_dsl.errors import AtomicSetupError, GraphError


def gives(value: int) -> Callable[..., dict[str, object]]:
    """Return a handler that gives a number."""
    return lambda **_: {"number": value}


def fails(**_: object) -> dict[str, object]:
    raise LookupError("fails")


def saga(undone: list[str], count: int = 3) -> SagaCoordinator:
    """Make a saga of steps s1, s2 ... whose vertices are v1, v2 ..."""

    def undo(name: str) -> Callable[[Mapping[str, object], object], None]:
        return lambda _inputs, _result: undone.append(name)

    coordinator = SagaCoordinator("trip")
    for k in range(1, count + 1):
        coordinator = coordinator.add_step(SagaStep(f"s{k}", f"v{k}", undo(f"s{k}")))
    return coordinator


def test_a_saga_runs_its_steps_in_order_and_takes_them_back_in_reverse() -> None:
    for count in range(1, 6):
        for bad in range(1, count + 1):
            undone: list[str] = []
            ran: list[str] = []

            def step(name: str, ran: list[str] = ran, bad: int = bad) -> Callable[..., object]:
                def handler() -> dict[str, object]:
                    if name == f"v{bad}":
                        raise LookupError(name)
                    ran.append(name)
                    return {}

                return handler

            with pytest.raises(FlowFailed):
                saga(undone, count).run(
                    handlers={f"v{k}": step(f"v{k}") for k in range(1, count + 1)}
                )
            assert ran == [f"v{k}" for k in range(1, bad)]
            assert undone == [f"s{k}" for k in range(bad - 1, 0, -1)]


def test_a_saga_in_a_larger_graph_keeps_the_rest_of_it() -> None:
    undone: list[str] = []
    graph = Graph(
        [Vertex("first"), Vertex("v2"), Vertex("v1"), Vertex("last")],
        [Edge("first", "v1"), Edge("v2", "last")],
    )
    whole = saga(undone, 2).graph(graph)
    assert [(e.source, e.target) for e in whole.edges] == [
        ("first", "v1"),
        ("v2", "last"),
        ("v1", "v2"),
    ]
    assert list(whole.atomic_groups) == ["trip"]
    assert not graph.atomic_groups
    handlers = {"first": gives(1), "v1": gives(1), "v2": gives(1), "last": fails}
    with pytest.raises(FlowFailed):
        saga(undone, 2).run(graph, handlers=handlers)
    assert undone == []  # its end was reached


def test_a_saga_can_be_awaited() -> None:
    undone: list[str] = []
    handlers = {"v1": gives(1), "v2": fails}
    with pytest.raises(FlowFailed):
        asyncio.run(saga(undone, 2).run_async(handlers=handlers))
    assert undone == ["s1"]


def test_a_step_with_nothing_to_take_back_is_passed_over() -> None:
    undone: list[str] = []
    whole = saga(undone, 1)
    whole.add_step(SagaStep("s2", "v2")).add_step(SagaStep("s3", "v3"))
    with pytest.raises(FlowFailed):
        whole.run(handlers={"v1": gives(1), "v2": gives(1), "v3": fails})
    assert undone == ["s1"]


def test_misused_sagas_are_refused() -> None:
    undone: list[str] = []
    with pytest.raises(GraphError, match="has no steps"):
        SagaCoordinator("empty").run()
    with pytest.raises(GraphError, match="already"):
        saga(undone).add_step(SagaStep("s1", "other"))
    with pytest.raises(GraphError, match="already"):
        saga(undone).add_step(SagaStep("other", "v1"))
    with pytest.raises(GraphError, match="v1"):
        saga(undone).graph(Graph([Vertex("elsewhere")]))


class Backend:
    """What the original takes, with all that it does in a log."""

    def __init__(self, log: list[str], *, is_broken: bool = False) -> None:
        self.log = log
        self.is_broken = is_broken

    def begin(self) -> None:
        self.log.append("begin")

    def commit(self) -> None:
        if self.is_broken:
            raise ConnectionError("lost before the commit")
        self.log.append("commit")

    def rollback(self) -> None:
        self.log.append("rollback")


class AsyncBackend(Backend):
    """The same, async."""

    async def begin(self) -> None:  # type: ignore[override]  # as it is
        super().begin()

    async def commit(self) -> None:  # type: ignore[override]  # as it is
        super().commit()

    async def rollback(self) -> None:  # type: ignore[override]  # as it is
        super().rollback()


def run_saga(
    made: SagaCoordinator, how: str, handlers: Mapping[str, Callable[..., object]]
) -> None:
    """Run a saga, without a loop or in one; its handlers are a mapping or a function."""
    if how == "serial":
        made.run(handlers=handlers)
    elif how == "asyncio":
        asyncio.run(made.run_async(handlers=handlers))
    else:

        async def main() -> None:
            await made.run_async(handlers=lambda name: handlers[name])

        trio.run(main)


@pytest.mark.parametrize("how", ["serial", "asyncio", "trio"])
@pytest.mark.parametrize("kind", [Backend, AsyncBackend])
@pytest.mark.parametrize(
    ("fails_at", "is_broken", "wanted"),
    [
        (None, False, ["begin", "commit"]),
        ("v1", False, ["begin", "rollback"]),
        ("v2", False, ["begin", "s1 undone", "rollback"]),
        (None, True, ["begin", "s2 undone", "s1 undone", "rollback"]),
    ],
)
def test_the_backend_of_a_saga_is_begun_and_committed_or_rolled_back(
    how: str, kind: type[Backend], fails_at: str | None, *, is_broken: bool, wanted: list[str]
) -> None:
    log: list[str] = []
    made = SagaCoordinator("trip", kind(log, is_broken=is_broken))
    for k in (1, 2):

        def undo(_inputs: Mapping[str, object], _result: object, k: int = k) -> None:
            log.append(f"s{k} undone")

        made = made.add_step(SagaStep(f"s{k}", f"v{k}", undo))
    handlers = {name: fails if name == fails_at else gives(1) for name in ("v1", "v2")}
    if fails_at is None and not is_broken:
        run_saga(made, how, handlers)
    else:
        with pytest.raises(FlowFailed) as failed:
            run_saga(made, how, handlers)
        assert failed.value.compensation_failures == {}
        assert isinstance(failed.value.root, LookupError if fails_at else ConnectionError)
    assert log == wanted
    assert [vertex.name for vertex in made.graph().vertices.values()] == ["v1", "v2"]


def test_a_rollback_of_the_backend_that_fails_is_named() -> None:
    class Stubborn(Backend):
        def rollback(self) -> None:
            raise ConnectionError("gone")

    made = SagaCoordinator("trip", Stubborn([])).add_step(SagaStep("s1", "v1"))
    with pytest.raises(FlowFailed) as failed:
        made.run(handlers={"v1": fails})
    assert list(failed.value.compensation_failures) == ["begin trip"]
    assert failed.value.__notes__[0] == "group `trip` could not be undone completely"


def test_what_cannot_be_the_backend_of_a_saga_is_refused_when_it_is_given() -> None:
    with pytest.raises(AtomicSetupError, match="lacks `commit` and `rollback`"):
        SagaCoordinator("trip", object())


@pytest.mark.parametrize("how", ["serial", "asyncio", "trio"])
def test_a_saga_tells_its_logger_what_becomes_of_it(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def undo_async(_inputs: Mapping[str, object], _result: object) -> None:
        return

    def undo(_inputs: Mapping[str, object], _result: object) -> None:
        return

    caplog.set_level("INFO", "trips")
    last = undo if how == "serial" else undo_async
    made = SagaCoordinator("trip", None, logging.getLogger("trips"))
    made = made.add_step(SagaStep("s1", "v1", undo)).add_step(SagaStep("s2", "v2", last))
    made = made.add_step(SagaStep("s3", "v3"))
    run_saga(made, how, {"v1": gives(1), "v2": gives(1), "v3": gives(1)})
    with pytest.raises(FlowFailed):
        run_saga(made, how, {"v1": gives(1), "v2": gives(1), "v3": fails})
    begins = "saga `trip` begins: 3 steps"
    assert caplog.messages == [
        begins,
        "saga `trip` is complete",
        begins,
        "saga `trip`: `s2` was taken back",
        "saga `trip`: `s1` was taken back",
        "saga `trip` failed: flow `graph` failed: `v3` raised LookupError",
    ]
