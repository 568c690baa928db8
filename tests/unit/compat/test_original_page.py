"""The original's page on parallel and async execution, word for word, as the acceptance test.

Each snippet below is the page's own text. Only the import is changed, and each `{...}` is
filled in.
"""

import ast
import asyncio
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any, Final, TypedDict

import pytest
import yaml

import hbia_dsl
from hbia_dsl import AtomicGroup, Edge, Graph, GraphTopology, Vertex
from hbia_dsl.conf import Settings, configure
from hbia_dsl.conf.settings import installed_settings

SERIAL: Final = """
result = run_flow(
    graph,
    handlers={...},
    initial_data={...},
    # Default: serial execution
)
"""

PARALLEL: Final = """
result = run_flow(
    graph,
    handlers={...},
    initial_data={...},
    parallel_enabled=True,
    max_workers=4,
)
"""

ASYNC: Final = """
result = await run_flow_async(
    graph,
    handlers={
        "fetch": async_fetch_fn,      # async def
        "process": async_process_fn,  # async def
    },
    initial_data={...},
    async_enabled=True,
)
"""

PER_CALL: Final = """
result = run_flow(
    graph, handlers={...}, initial_data={...},
    parallel_enabled=True,
    async_enabled=False,
    cache_enabled=True,
    max_workers=8,
)
"""

VIA_SETTINGS: Final = """
from honey_badgeria.conf import Settings, configure

configure(Settings(
    PARALLEL_ENABLED=True,
    ASYNC_ENABLED=False,
    CACHE_ENABLED=True,
    MAX_WORKERS=8,
))
"""

VIA_ENVIRONMENT: Final = """
export HBIA_PARALLEL_ENABLED=true
export HBIA_ASYNC_ENABLED=false
export HBIA_CACHE_ENABLED=true
export HBIA_MAX_WORKERS=8
"""

GROUPS: Final = """
atomic_groups:
  payment:
    vertices: [reserve, charge, confirm]
    on_failure: rollback
    no_parallel: true    # Serial within this group
    no_cache: true       # No caching within this group
"""

Handler = Callable[..., object]


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    configure()
    yield
    configure()


def run_snippet(snippet: str, *filled_in: object, **names: object) -> Any:  # noqa: ANN401 - whatever the snippet gives
    """Run a snippet of the page; `filled_in` takes the places of its `{...}`, in order."""
    text = snippet.replace("honey_badgeria", "hbia_dsl")
    for index, value in enumerate(filled_in):
        text = text.replace("{...}", f"filled_in_{index}", 1)
        names[f"filled_in_{index}"] = value
    assert "{...}" not in text
    code = compile(text, "<page>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    namespace: dict[str, object] = {**vars(hbia_dsl), **names}
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, namespace))  # noqa: S307 - the text above
    else:
        exec(code, namespace)  # noqa: S102 - the text above
    return namespace.get("result")


def diamond() -> Graph:
    graph = Graph()
    for name in ("A", "B", "C", "D"):
        graph.add_vertex(Vertex(name))
    for source, target in (("A", "B"), ("A", "C"), ("B", "D"), ("C", "D")):
        graph.add_edge(Edge(source, target))
    return graph


class Watch:
    """Handlers for the diamond, and what was seen of them."""

    def __init__(self, *, meet: bool = False) -> None:
        self.order: list[str] = []
        self.threads: set[int] = set()
        self.most_at_once = 0
        self._running = 0
        self._lock = threading.Lock()
        self._meeting = threading.Barrier(2, timeout=10) if meet else None

    def handlers(self) -> Mapping[str, Handler]:
        return {name: self._handler(name) for name in ("A", "B", "C", "D")}

    def _handler(self, name: str) -> Handler:
        def handler(start: int = 0) -> dict[str, object]:
            with self._lock:
                self.order.append(name)
                self.threads.add(threading.get_ident())
                self._running += 1
                self.most_at_once = max(self.most_at_once, self._running)
            if self._meeting is not None and name in ("B", "C"):
                self._meeting.wait()
            with self._lock:
                self._running -= 1
            return {"out": f"{name}{start}"}

        return handler


VALUES: Final = {"A.out": "A1", "B.out": "B1", "C.out": "C1", "D.out": "D1"}


def test_stages_of_the_diamond() -> None:
    stages = GraphTopology(diamond()).execution_stages()

    assert [[vertex.name for vertex in stage] for stage in stages] == [["A"], ["B", "C"], ["D"]]


def test_serial_mode_runs_one_at_a_time_stage_by_stage_in_a_fixed_order() -> None:
    watch = Watch()

    result = run_snippet(SERIAL, watch.handlers(), {"start": 1}, graph=diamond())

    assert dict(result) == VALUES
    assert watch.order == ["A", "B", "C", "D"]
    assert watch.most_at_once == 1
    assert watch.threads == {threading.get_ident()}


def test_parallel_mode_runs_the_vertices_of_a_stage_at_once_and_stages_one_after_the_other() -> (
    None
):
    watch = Watch(meet=True)  # B and C wait for each other: one after the other they cannot end

    result = run_snippet(PARALLEL, watch.handlers(), {"start": 1}, graph=diamond())

    assert list(result.items()) == list(VALUES.items())
    assert (watch.order[0], watch.order[-1]) == ("A", "D")
    assert watch.most_at_once == 2


def test_max_workers_limits_the_threads() -> None:
    watch = Watch()
    text = PARALLEL.replace("max_workers=4", "max_workers=1")

    run_snippet(text, watch.handlers(), {"start": 1}, graph=diamond())

    assert watch.most_at_once == 1


def test_async_mode_awaits_handlers_natively() -> None:
    loops = []

    async def async_fetch_fn(url: str) -> dict[str, object]:
        loops.append(asyncio.get_running_loop())
        await asyncio.sleep(0)
        return {"body": f"<{url}>"}

    async def async_process_fn(body: str) -> dict[str, object]:
        loops.append(asyncio.get_running_loop())
        return {"size": len(body)}

    graph = Graph()
    graph.add_vertex(Vertex("fetch", inputs={"url": "str"}, outputs={"body": "str"}))
    graph.add_vertex(Vertex("process", inputs={"body": "fetch.body"}, outputs={"size": "int"}))

    result = run_snippet(
        ASYNC,
        {"url": "a"},
        graph=graph,
        async_fetch_fn=async_fetch_fn,
        async_process_fn=async_process_fn,
    )

    assert dict(result) == {"fetch.body": "<a>", "process.size": 3}
    assert len(set(loops)) == 1


def test_async_only_awaits_one_at_a_time() -> None:
    running: set[str] = set()
    most = 0

    def handler(name: str) -> Handler:
        async def run(start: int) -> dict[str, object]:
            nonlocal most
            running.add(name)
            most = max(most, len(running))
            for _ in range(5):
                await asyncio.sleep(0)
            running.discard(name)
            return {"out": start}

        return run

    graph = Graph()
    for name in ("fetch", "process"):  # independent of each other
        graph.add_vertex(Vertex(name, inputs={"start": "int"}))

    run_snippet(
        ASYNC,
        {"start": 1},
        graph=graph,
        async_fetch_fn=handler("fetch"),
        async_process_fn=handler("process"),
    )

    assert most == 1


def test_the_per_call_configuration_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HBIA_CACHE_DIR", str(tmp_path))
    watch = Watch(meet=True)

    result = run_snippet(PER_CALL, watch.handlers(), {"start": 1}, graph=diamond())

    assert dict(result) == VALUES


def test_settings_are_installed_for_later_calls() -> None:
    run_snippet(VIA_SETTINGS)

    assert installed_settings() == Settings(
        PARALLEL_ENABLED=True, ASYNC_ENABLED=False, CACHE_ENABLED=True, MAX_WORKERS=8
    )
    result = run_snippet(SERIAL, Watch(meet=True).handlers(), {"start": 1}, graph=diamond())
    assert dict(result) == VALUES


def test_environment_variables_hold_for_later_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    for line in VIA_ENVIRONMENT.split("\n"):
        if line:
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value)

    result = run_snippet(SERIAL, Watch(meet=True).handlers(), {"start": 1}, graph=diamond())

    assert dict(result) == VALUES


PRIORITIES: Final = [
    # per call, explicit settings, environment; and whether B and C overlap
    (None, None, None, False),
    (None, None, "true", True),
    (None, False, "true", False),
    (False, True, "true", False),
    (True, False, "false", True),
]


@pytest.mark.parametrize(("call", "explicit", "environment", "overlaps"), PRIORITIES)
def test_priority_is_call_then_settings_then_environment_then_default(
    monkeypatch: pytest.MonkeyPatch,
    call: bool | None,
    explicit: bool | None,
    environment: str | None,
    overlaps: bool,
) -> None:
    if environment is not None:
        monkeypatch.setenv("HBIA_PARALLEL_ENABLED", environment)
    if explicit is not None:
        configure(Settings(PARALLEL_ENABLED=explicit))
    text = SERIAL if call is None else SERIAL.replace("#", f"parallel_enabled={call},  #")
    watch = Watch(meet=overlaps)

    run_snippet(text, watch.handlers(), {"start": 1}, graph=diamond())

    assert watch.most_at_once == (2 if overlaps else 1)


class ModeFlags(TypedDict, total=False):
    parallel_enabled: bool
    async_enabled: bool
    cache_enabled: bool


COMBINATIONS: Final[dict[str, ModeFlags]] = {
    "Serial only (default)": {},
    "Cache only": {"cache_enabled": True},
    "Parallel only": {"parallel_enabled": True},
    "Async only": {"async_enabled": True},
    "Parallel + Cache": {"parallel_enabled": True, "cache_enabled": True},
    "Parallel + Async": {"parallel_enabled": True, "async_enabled": True},
    "All three": {"parallel_enabled": True, "async_enabled": True, "cache_enabled": True},
}


@pytest.mark.parametrize("row", COMBINATIONS)
def test_every_row_of_the_table_of_modes_gives_the_same_values(row: str) -> None:
    flags = COMBINATIONS[row]
    watch = Watch(meet="parallel_enabled" in flags)

    result = hbia_dsl.run_flow(
        diamond(), handlers=watch.handlers(), initial_data={"start": 1}, **flags
    )

    assert list(result.items()) == list(VALUES.items())
    assert watch.most_at_once == (2 if "parallel_enabled" in flags else 1)


def test_members_of_a_serial_group_run_one_by_one_while_outsiders_overlap() -> None:
    declared = yaml.safe_load(dedent(GROUPS))["atomic_groups"]
    groups = [AtomicGroup(name, **fields) for name, fields in declared.items()]
    members = groups[0].vertices
    first, *others = members
    graph = Graph(
        [Vertex(name) for name in (*members, "left", "right")],
        [Edge(first, name) for name in others],
        groups,
    )
    watch = Watch()
    outside = threading.Barrier(3, timeout=10)
    lock = threading.Lock()
    inside: list[str] = []
    most_inside = 0

    def member(name: str) -> Handler:
        def handler() -> dict[str, object]:
            nonlocal most_inside
            with lock:
                inside.append(name)
                most_inside = max(most_inside, len(inside))
            if name == "charge":
                outside.wait()  # in the middle of the group, both outsiders are running
            with lock:
                inside.remove(name)
                watch.order.append(name)
            return {}

        return handler

    def outsider() -> dict[str, object]:
        outside.wait()
        return {}

    handlers = {**{name: member(name) for name in members}, "left": outsider, "right": outsider}

    run_snippet(PARALLEL, handlers, {}, graph=graph)

    assert most_inside == 1
    assert watch.order == ["reserve", "charge", "confirm"]
    assert (groups[0].on_failure, groups[0].no_parallel, groups[0].no_cache) == (
        "rollback",
        True,
        True,
    )
