"""`SagaCoordinator` and `SagaStep`: steps in order, taken back in reverse if one fails."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

from hbia_dsl import Edge, FlowFailed, Graph, Vertex
from hbia_dsl.compat.saga import SagaCoordinator, SagaStep
from hbia_dsl.errors import GraphError


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
