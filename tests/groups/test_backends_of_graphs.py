"""`run_flow(transaction_backend=...)`; compensations of hand-made graphs."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import trio

from hbia_dsl import (
    AtomicGroup,
    Edge,
    FlowFailed,
    FlowResult,
    Graph,
    Vertex,
    run_flow,
    run_flow_async,
)
from hbia_dsl.atomicity import SqliteTransaction
from hbia_dsl.errors import (
    AtomicSetupError,
    HandlerNotFoundError,
    HandlerResolutionError,
    RunUsageError,
)

Ways = Mapping[str, Callable[..., FlowResult]]


def in_asyncio(graph: Graph, **given: Any) -> FlowResult:  # noqa: ANN401 - what `run_flow` takes
    """Run a graph inside asyncio."""
    return asyncio.run(run_flow_async(graph, **given))


def in_trio(graph: Graph, **given: Any) -> FlowResult:  # noqa: ANN401 - what `run_flow` takes
    """Run a graph inside trio."""

    async def main() -> FlowResult:
        return await run_flow_async(graph, **given)

    return trio.run(main)


def on_threads(graph: Graph, **given: Any) -> FlowResult:  # noqa: ANN401 - what `run_flow` takes
    """Run a graph on threads."""
    return run_flow(graph, parallel_enabled=True, **given)


WAYS: Final[Ways] = {
    "serial": run_flow,
    "threads": on_threads,
    "asyncio": in_asyncio,
    "trio": in_trio,
}
every_way = pytest.mark.parametrize("run", WAYS.values(), ids=WAYS)


class Backend:
    """What the original takes: it commits or rolls back."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def commit(self) -> None:
        self.log.append("commit")

    def rollback(self) -> None:
        self.log.append("rollback")


class BeginningBackend(Backend):
    """One that is begun as well."""

    def begin(self) -> None:
        self.log.append("begin")


class AsyncBackend:
    """One whose methods are awaited."""

    def __init__(self) -> None:
        self.log: list[str] = []

    async def begin(self) -> None:
        self.log.append("begin")

    async def commit(self) -> None:
        self.log.append("commit")

    async def rollback(self) -> None:
        self.log.append("rollback")


def gives(value: int) -> Callable[..., dict[str, object]]:
    """Return a handler that gives a number."""
    return lambda **_: {"number": value}


def fails(**_: object) -> dict[str, object]:
    raise LookupError("fails")


def one_group() -> Graph:
    """Make a graph: a and b in a group, then c."""
    return Graph(
        [Vertex(name, outputs={"number": "int"}) for name in ("a", "b", "c")],
        [Edge("a", "b"), Edge("b", "c")],
        [AtomicGroup("g", ("a", "b"))],
    )


HANDLERS: Final = {"a": gives(1), "b": gives(2), "c": gives(3)}


@every_way
@pytest.mark.parametrize("kind", [Backend, BeginningBackend])
def test_a_group_is_committed_by_the_backend(
    run: Callable[..., FlowResult], kind: type[Backend]
) -> None:
    backend = kind()
    result = run(one_group(), handlers=HANDLERS, transaction_backend=backend)

    assert backend.log == (["begin"] if kind is BeginningBackend else []) + ["commit"]
    assert dict(result) == {"a.number": 1, "b.number": 2, "c.number": 3}
    assert set(result.states) == {"a", "b", "c"}
    assert set(result.timings) == {"a", "b", "c"}


@every_way
@pytest.mark.parametrize("kind", [Backend, BeginningBackend])
@pytest.mark.parametrize("at", ["a", "b"])
def test_a_member_that_fails_has_the_backend_roll_back(
    run: Callable[..., FlowResult], kind: type[Backend], at: str
) -> None:
    backend = kind()
    with pytest.raises(FlowFailed) as failed:
        run(one_group(), handlers={**HANDLERS, at: fails}, transaction_backend=backend)

    assert backend.log == (["begin"] if kind is BeginningBackend else []) + ["rollback"]
    assert list(failed.value.failures) == [at]
    assert failed.value.__notes__[0].startswith("group `g` was rolled back")


@every_way
def test_an_outsider_that_fails_later_leaves_what_is_committed(
    run: Callable[..., FlowResult],
) -> None:
    backend = BeginningBackend()
    with pytest.raises(FlowFailed):
        run(one_group(), handlers={**HANDLERS, "c": fails}, transaction_backend=backend)
    assert backend.log == ["begin", "commit"]


@pytest.mark.parametrize("run", [in_asyncio, in_trio], ids=["asyncio", "trio"])
def test_an_async_backend_is_awaited(run: Callable[..., FlowResult]) -> None:
    backend = AsyncBackend()
    run(one_group(), handlers=HANDLERS, transaction_backend=backend)
    assert backend.log == ["begin", "commit"]

    backend = AsyncBackend()
    with pytest.raises(FlowFailed):
        run(one_group(), handlers={**HANDLERS, "b": fails}, transaction_backend=backend)
    assert backend.log == ["begin", "rollback"]


def test_an_async_backend_makes_a_blocking_run_use_a_loop() -> None:
    backend = AsyncBackend()
    run_flow(one_group(), handlers=HANDLERS, transaction_backend=backend, async_enabled=True)
    assert backend.log == ["begin", "commit"]


def many_groups(*, chained: bool) -> Graph:
    """Make a graph of three groups of two, one after the other or side by side."""
    names = [f"{g}{k}" for g in "xyz" for k in (1, 2)]
    edges = [Edge(f"{g}1", f"{g}2") for g in "xyz"]
    if chained:
        edges += [Edge("x2", "y1"), Edge("y2", "z1")]
    return Graph(
        [Vertex(name) for name in names],
        edges,
        [AtomicGroup(g, (f"{g}1", f"{g}2")) for g in "zxy"],
    )


@every_way
@pytest.mark.parametrize("chained", [False, True])
def test_groups_of_one_backend_take_turns(run: Callable[..., FlowResult], *, chained: bool) -> None:
    backend = BeginningBackend()

    def note(name: str) -> Callable[..., dict[str, object]]:
        def handler(**_: object) -> dict[str, object]:
            backend.log.append(name)
            return {}

        return handler

    graph = many_groups(chained=chained)
    run(graph, handlers={name: note(name) for name in graph.vertices}, transaction_backend=backend)

    assert len(backend.log) == 12
    for k in range(0, 12, 4):
        begin, one, two, commit = backend.log[k : k + 4]
        assert (begin, commit) == ("begin", "commit")
        assert (one[0], one[1], two[1]) == (two[0], "1", "2")


@every_way
def test_a_group_that_fails_rolls_back_and_the_groups_behind_it_do_not_begin(
    run: Callable[..., FlowResult],
) -> None:
    backend = BeginningBackend()
    graph = many_groups(chained=True)
    handlers = {name: gives(1) for name in graph.vertices} | {"y2": fails}
    with pytest.raises(FlowFailed):
        run(graph, handlers=handlers, transaction_backend=backend)
    assert backend.log == ["begin", "commit", "begin", "rollback"]


def test_members_of_a_group_with_a_backend_never_overlap() -> None:
    inside = 0
    most = 0
    lock = threading.Lock()

    def counted(**_: object) -> dict[str, object]:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        threading.Event().wait(0.01)
        with lock:
            inside -= 1
        return {}

    names = ["a", "b", "c", "d"]
    graph = Graph(
        [Vertex(n) for n in names],
        [Edge("a", "b"), Edge("a", "c"), Edge("a", "d")],
        [AtomicGroup("g", tuple(names), no_parallel=False)],
    )
    on_threads(graph, handlers=dict.fromkeys(names, counted), transaction_backend=Backend())
    assert most == 1


def test_a_database_serves_as_a_backend(tmp_path: Path) -> None:
    result = run_flow(
        one_group(),
        handlers=HANDLERS,
        transaction_backend=SqliteTransaction(tmp_path / "app.db"),
    )
    assert result["c.number"] == 3


@pytest.mark.parametrize("backend", [3, "app.db", object(), [Backend()]], ids=type)
def test_what_is_no_backend_is_refused_before_anything_runs(backend: object) -> None:
    ran: list[int] = []

    def first(**_: object) -> dict[str, object]:
        ran.append(1)
        return {"number": 1}

    handlers = {**HANDLERS, "a": first}
    with pytest.raises(AtomicSetupError):
        run_flow(one_group(), handlers=handlers, transaction_backend=backend)
    assert ran == []


def nested(effect: str, ran: list[int]) -> Graph:
    """Make a graph of one vertex to be run inside another run."""

    def writes() -> dict[str, object]:
        ran.append(1)
        return {}

    return Graph([Vertex("writes", writes, effect=effect)])


@every_way
def test_a_run_with_effects_inside_a_transaction_is_refused(run: Callable[..., FlowResult]) -> None:
    """Whether graphs or flows of functions are inside: both are told by their plan."""
    ran: list[int] = []

    def runs_another(**_: object) -> dict[str, object]:
        run_flow(nested("side_effect", ran))
        return {"number": 1}

    backend = Backend()
    with pytest.raises(FlowFailed) as failed:
        run(one_group(), handlers={**HANDLERS, "a": runs_another}, transaction_backend=backend)

    assert isinstance(failed.value.root, RunUsageError)
    assert failed.value.root.diagnostic.code.number == "HB337"
    assert (ran, backend.log) == ([], ["rollback"])


@every_way
@pytest.mark.parametrize(
    ("effect", "at", "backend"),
    [("pure", "a", Backend()), ("side_effect", "c", Backend()), ("side_effect", "a", None)],
    ids=["pure", "outside of the group", "no transaction"],
)
def test_a_run_that_no_transaction_would_have_to_take_back_is_nobodys_harm(
    run: Callable[..., FlowResult], effect: str, at: str, backend: Backend | None
) -> None:
    ran: list[int] = []

    def runs_another(**_: object) -> dict[str, object]:
        run_flow(nested(effect, ran))
        return {"number": 1}

    run(one_group(), handlers={**HANDLERS, at: runs_another}, transaction_backend=backend)

    assert ran == [1]


def test_an_async_member_knows_of_its_transaction_too() -> None:
    ran: list[int] = []

    async def runs_another(**_: object) -> dict[str, object]:
        await run_flow_async(nested("side_effect", ran))
        return {"number": 1}

    with pytest.raises(FlowFailed) as failed:
        in_asyncio(
            one_group(), handlers={**HANDLERS, "b": runs_another}, transaction_backend=Backend()
        )

    assert isinstance(failed.value.root, RunUsageError)
    assert ran == []


def test_without_a_backend_a_group_holds_values_only_and_says_so() -> None:
    with pytest.raises(FlowFailed) as failed:
        run_flow(one_group(), handlers={**HANDLERS, "b": fails})
    assert failed.value.__notes__ == [
        "group `g` was rolled back (it has no transaction, so only the values of the flow are): `a`"
    ]


# Compensations of hand-made graphs.


def compensated(undone: list[object], *, is_chain: bool = True) -> Graph:
    """Make a graph of three vertices in a group that compensates: a chain, or side by side.

    What stands side by side comes after a fourth, which holds the group together.
    """
    start = [] if is_chain else [Vertex("start", effect="pure")]

    def undo(name: str) -> Callable[[Mapping[str, object], object], None]:
        return lambda inputs, output: undone.append((name, dict(inputs), output))

    return Graph(
        [
            *start,
            Vertex("a", outputs={"number": "int"}, compensate=undo("a")),
            Vertex(
                "b",
                inputs={"taken": "a.number"} if is_chain else {},
                outputs={"number": "int"},
                compensate=undo("b"),
            ),
            Vertex("c", inputs={"taken": "b.number"} if is_chain else {}, compensate=undo("c")),
        ],
        [Edge("start", name) for name in "abc" if start],
        [
            AtomicGroup(
                "g",
                (*(vertex.name for vertex in start), "a", "b", "c"),
                on_failure="compensate",
                no_parallel=is_chain,
            )
        ],
    )


@every_way
def test_a_graphs_vertices_are_taken_back_with_their_inputs_and_outputs(
    run: Callable[..., FlowResult],
) -> None:
    undone: list[object] = []
    with pytest.raises(FlowFailed) as failed:
        run(compensated(undone), handlers={**HANDLERS, "c": fails})
    assert undone == [("b", {"taken": 1}, {"number": 2}), ("a", {}, {"number": 1})]
    assert failed.value.__notes__ == ["group `g` was compensated: `b`, `a`"]


def test_members_that_may_overlap_are_taken_back_on_threads_too() -> None:
    undone: list[object] = []
    together = threading.Barrier(3)

    def first(**_: object) -> dict[str, object]:
        together.wait(10)
        return {"number": 1}

    def third(**_: object) -> dict[str, object]:
        together.wait(10)
        raise LookupError("third")

    graph = compensated(undone, is_chain=False)
    with pytest.raises(FlowFailed):
        on_threads(graph, handlers={"start": gives(0), "a": first, "b": first, "c": third})
    assert sorted(map(str, undone)) == ["('a', {}, {'number': 1})", "('b', {}, {'number': 1})"]


def test_a_side_effect_that_nothing_takes_back_is_refused() -> None:
    graph = Graph([Vertex("a")], [], [AtomicGroup("g", ("a",), on_failure="compensate")])
    with pytest.raises(HandlerNotFoundError) as error:
        run_flow(graph, handlers={"a": gives(1)})
    assert error.value.diagnostic.code.number == "HB215"


def test_a_path_of_a_compensation_is_looked_up_in_the_handlers_and_never_imported() -> None:
    undone: list[str] = []
    graph = Graph(
        [Vertex("a", compensate="app.undo"), Vertex("b", effect="pure")],
        [Edge("a", "b")],
        [AtomicGroup("g", ("a", "b"), on_failure="compensate")],
    )
    handlers = {"a": gives(1), "b": fails}
    with pytest.raises(HandlerResolutionError, match="paths are not imported"):
        run_flow(graph, handlers=handlers)
    with pytest.raises(FlowFailed):
        run_flow(graph, handlers={**handlers, "app.undo": lambda _i, _o: undone.append("a")})
    assert undone == ["a"]


def test_an_async_compensation_needs_an_async_run() -> None:
    undone: list[str] = []

    async def undo(_inputs: Mapping[str, object], _output: object) -> None:
        undone.append("a")

    graph = Graph(
        [Vertex("a", compensate=undo), Vertex("b", effect="pure")],
        [Edge("a", "b")],
        [AtomicGroup("g", ("a", "b"), on_failure="compensate")],
    )
    handlers = {"a": gives(1), "b": fails}
    with pytest.raises(HandlerResolutionError):
        run_flow(graph, handlers=handlers)
    for run in (in_asyncio, in_trio):
        undone.clear()
        with pytest.raises(FlowFailed):
            run(graph, handlers=handlers)
        assert undone == ["a"]
