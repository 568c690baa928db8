"""`run_flow(cache_enabled=True)`: hand-made graphs, whose handlers return dicts."""

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from hbia_dsl import Edge, FlowResult, Graph, Vertex, atomic, run_flow, run_flow_async, vertex
from hbia_dsl.cache.cache_manager import CacheManager
from hbia_dsl.conf import Settings, configure
from hbia_dsl.errors import FlowFailed
from hbia_dsl.graph.atomic_group import AtomicGroup

ran: list[str] = []


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran.clear()
    monkeypatch.setenv("HBIA_CACHE_DIR", str(tmp_path / "cache"))


def start(x: int) -> dict[str, object]:
    ran.append("start")
    return {"n": x + 1, "seen": {(1, 2)}, "raw": b"\xff"}


def end(n: int) -> dict[str, object]:
    ran.append("end")
    return {"text": str(n)}


def send(n: int) -> dict[str, object]:
    ran.append("send")
    return {"sent": n}


async def end_async(n: int) -> dict[str, object]:
    ran.append("end")
    return {"text": str(n)}


HANDLERS = {"start": start, "end": end, "send": send}


def _graph(**of_end: object) -> Graph:
    given: dict[str, object] = {"effect": "pure", **of_end}
    return Graph(
        [
            Vertex("start", inputs={"x": "int"}, outputs={"n": "int"}, effect="pure"),
            Vertex("end", inputs={"n": "start.n"}, outputs={"text": "str"}, **given),  # type: ignore[arg-type]  # fields of a vertex
            Vertex("send", inputs={"n": "start.n"}, effect="side_effect"),
        ],
        [Edge("start", "end"), Edge("start", "send")],
    )


def _run(graph: Graph, *, parallel: bool = False) -> FlowResult:
    return run_flow(
        graph,
        handlers=HANDLERS,
        initial_data={"x": 1},
        cache_enabled=True,
        parallel_enabled=parallel,
    )


@pytest.mark.parametrize("parallel", [False, True])
def test_a_hit_equals_a_miss(*, parallel: bool) -> None:
    plain = run_flow(_graph(), handlers=HANDLERS, initial_data={"x": 1})
    runs = [_run(_graph(), parallel=parallel) for _ in range(2)]

    assert dict(runs[0]) == dict(runs[1]) == dict(plain)
    assert [list(map(type, run.values())) for run in runs] == [[int, set, bytes, str, int]] * 2
    assert sorted(ran) == ["end"] * 2 + ["send"] * 3 + ["start"] * 2
    assert runs[1].report.hits == ("start", "end")
    assert runs[1].report.why("send") == ('its effect is "side_effect"',)


def test_async_graphs_share_what_was_kept() -> None:
    handlers = {**HANDLERS, "end": end_async}

    async def main() -> FlowResult:
        return await run_flow_async(
            _graph(),
            handlers=handlers,
            initial_data={"x": 1},
            cache_enabled=True,
            async_enabled=True,
        )

    values = [dict(asyncio.run(main())) for _ in range(2)]

    assert values[0] == values[1]
    assert ran == ["start", "end", "send", "send"]


def test_the_version_of_a_vertex_is_part_of_the_key() -> None:
    _run(_graph(version="1"))
    again = _run(_graph(version="2"))

    assert ran.count("end") == 2
    assert again.report.why("end") == ('version changed from "1" to "2"',)


def test_a_group_without_cache_is_never_skipped_and_one_with_it_may_be() -> None:
    counts, hits = [], []
    for no_cache in (True, False):
        graph = _graph()
        graph = Graph(
            graph.vertices.values(),
            graph.edges,
            [AtomicGroup("g", ("start", "end"), no_cache=no_cache)],
        )
        ran.clear()
        hits.append([_run(graph).report.hits for _ in range(2)][1])
        counts.append(ran.count("end"))
    assert counts == [2, 1]
    assert hits == [(), ("start", "end")]


def test_what_breaks_a_declaration_is_not_kept() -> None:
    def flaky(n: int) -> Mapping[str, object]:
        ran.append("end")
        return {"text": "ok"} if ran.count("end") > 1 else {"text": 7}

    handlers = {**HANDLERS, "end": flaky}
    with pytest.raises(FlowFailed):
        run_flow(_graph(), handlers=handlers, initial_data={"x": 1}, cache_enabled=True)
    results = [
        run_flow(_graph(), handlers=handlers, initial_data={"x": 1}, cache_enabled=True)
        for _ in range(2)
    ]

    assert [result["end.text"] for result in results] == ["ok", "ok"]
    assert ran.count("end") == 2


def test_the_arguments_of_a_partial_and_declared_dependencies_count() -> None:
    graph = Graph([Vertex("a", inputs={"x": "int"}, effect="pure")])

    def scale(x: int, by: int) -> dict[str, object]:
        ran.append("a")
        return {"y": x * by}

    def told(depends_on: str) -> FlowResult:
        @vertex(depends_on=[depends_on])
        def handler(x: int) -> dict[str, object]:
            ran.append("a")
            return {"y": x}

        return run_flow(graph, handlers={"a": handler}, initial_data={"x": 1}, cache_enabled=True)

    values = [
        run_flow(
            graph, handlers={"a": partial(scale, by=by)}, initial_data={"x": 3}, cache_enabled=True
        )["a.y"]
        for by in (2, 5, 2, 5)
    ]
    assert values == [6, 15, 6, 15]
    assert len(ran) == 2

    for depends_on in ("May", "June", "May"):
        told(depends_on)
    assert len(ran) == 4


def test_settings_and_the_call_decide_as_in_flows() -> None:
    graph = Graph([Vertex("a", effect="pure")])

    def handler() -> dict[str, object]:
        ran.append("a")
        return {}

    def run(*, cached: bool | None = None) -> FlowResult:
        if cached is None:
            return run_flow(graph, handlers={"a": handler})
        return run_flow(graph, handlers={"a": handler}, cache_enabled=cached)

    configure(Settings(CACHE_ENABLED=True))
    try:
        for _ in range(2):
            run()
        run(cached=False)
    finally:
        configure(Settings())
    run()

    assert len(ran) == 3


def test_the_cache_manager_sees_what_graphs_keep(tmp_path: Path) -> None:
    _run(_graph())

    with CacheManager(tmp_path / "cache") as cache:
        assert cache.info()["entries"] == 2


def test_members_of_a_decorated_group_are_told_by_the_graph_alone() -> None:
    handler = atomic(group="g")(vertex(effect="side_effect")(start))
    graph = Graph([Vertex("a", inputs={"x": "int"}, effect="pure")])
    for _ in range(2):
        run_flow(graph, handlers={"a": handler}, initial_data={"x": 1}, cache_enabled=True)

    assert ran == ["start"]
