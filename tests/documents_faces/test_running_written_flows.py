"""A flow and the document that it was written as give the same values in every mode."""

import asyncio
import importlib
import os
import random
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Final

import attrs
import pytest

from generated_flows import VERTICES_HEAD, FlowGenerator
from hbia_dsl import Flow, WiringError, run_flow, run_flow_async
from hbia_dsl.compat.decorated_results import decorated_result
from hbia_dsl.compat.given_handlers import HandlerSource
from hbia_dsl.compat.plan_graph import plan_graph
from hbia_dsl.documents.load_graph import load_graph
from typeform_grammar import HEADER

IS_LONG: Final = os.environ.get("HBIA_LONG") == "1"
COUNT: Final = 400 if IS_LONG else 60
MODES: Final = ((False, False), (False, True), (True, False), (True, True))
HEAD: Final = """\
import dataclasses
from typing import NamedTuple, TypedDict
import attrs
from hbia_dsl import All, Flow, vertex
"""
RECORDS: Final = {
    "NamedTuple": "class {name}(NamedTuple):",
    "TypedDict": "class {name}(TypedDict):",
    "attrs": "@attrs.frozen\nclass {name}:",
    "dataclass": "@dataclasses.dataclass\nclass {name}:",
}


@attrs.define
class _Writer:
    """Writes one flow of whole numbers whose vertices return them in every form."""

    number: int
    source: random.Random
    text: str = ""
    names: list[str] = attrs.field(factory=list)
    values: list[str] = attrs.field(factory=list)
    """References to whole numbers that a vertex before gives."""

    def written(self) -> str:
        """Write the flow."""
        for _ in range(self.source.randint(2, 7)):
            self._vertex()
        listed = ", ".join(self.names)
        self.text += f'def flow_{self.number}():\n    return Flow.of("f{self.number}", {listed})\n'
        return self.text

    def _vertex(self) -> None:
        name = f"v{self.number}_{len(self.names)}"
        inputs, parameters, total = self._inputs()
        kind = self.source.choice(("whole", "named", "tuple", "dict", "nothing", *RECORDS))
        returns, value, outputs = "int", total, ""
        x, y = f"x_{name}", f"y_{name}"
        if kind == "named":
            outputs = f'"{x}"'
        elif kind == "nothing":
            returns, value = "None", "None"
        elif kind != "whole":
            outputs = f'("{y}", "{x}")'
            if kind == "tuple":
                returns, value = "tuple[int, int]", f"({total}, 1)"
            elif kind == "dict":
                returns, value = "dict[str, int]", f'{{"{x}": {total}, "{y}": 2, "more": 3}}'
            else:
                head = RECORDS[kind].format(name=f"R{name}")
                self.text += f"{head}\n    {x}: int\n    {y}: int\n"
                returns, value = f"R{name}", f"R{name}({x}={total}, {y}=4)"
        told = ['effect="pure"'] if self.source.random() < 0.5 else []
        told += [f"inputs={inputs!r}"] if inputs else []
        told += [f"outputs={outputs}"] if outputs else []
        word = "async def" if self.source.random() < 0.3 else "def"
        self.text += (
            f"@vertex({', '.join(told)})\n{word} {name}({parameters}) -> {returns}:\n"
            f"    return {value}\n"
        )
        self.names.append(name)
        given = {"whole": [name], "named": [x], "nothing": []}.get(kind, [x, y])
        self.values += [f"{name}.{output}" for output in given]

    def _inputs(self) -> tuple[dict[str, object], str, str]:
        """Choose inputs: bindings, initial data with defaults and without, lists."""
        inputs: dict[str, object] = {}
        parameters, terms = [], ["1"]
        for place in range(self.source.randint(0, 3)):
            name = f"p{place}"
            kind = self.source.choice(("bound", "bound", "renamed", "given", "default", "list"))
            form, term, tail = "int", name, ""
            if kind in {"bound", "list"} and not self.values:
                kind = "given"
            if kind == "bound":
                inputs[name] = self.source.choice(self.values)
            elif kind == "list":
                inputs[name] = self.source.choices(self.values, k=self.source.randint(1, 3))
                form, term = "All[int]", f"sum({name})"
            elif kind == "renamed":
                inputs[name] = f"input.r{place}"
            else:
                inputs[name] = f"input.{name}"
                tail = " = 10" if kind == "default" else ""
            parameters.append(f"{name}: {form}{tail}")
            terms.append(term)
        stars = ["*"] if parameters else []  # so that defaults need not come last
        return inputs, ", ".join([*stars, *parameters]), " + ".join(terms)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A module with flows that compute."""
    source = random.Random(7)
    parts = [HEAD, *(_Writer(number, source).written() for number in range(COUNT))]
    with _imported(tmp_path_factory, "computing_vertices", parts) as found:
        yield found


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """A module with flows of every kind of type, whose vertices compute nothing."""
    parts = [HEADER, VERTICES_HEAD]
    for flow in FlowGenerator(3).flows(COUNT * 3):
        parts += [*flow.vertices, flow.maker]
    with _imported(tmp_path_factory, "idle_vertices", parts) as found:
        yield found


class _imported:  # noqa: N801 - reads as the word that it is
    """A module of a text, as long as it is needed."""

    def __init__(self, folders: pytest.TempPathFactory, name: str, parts: list[str]) -> None:
        folder = folders.mktemp(name)
        (folder / f"{name}.py").write_text("".join(parts), encoding="utf-8")
        self._name, self._folder, self._patch = name, folder, pytest.MonkeyPatch()

    def __enter__(self) -> ModuleType:
        self._patch.syspath_prepend(self._folder)
        return importlib.import_module(self._name)

    def __exit__(self, *_: object) -> None:
        sys.modules.pop(self._name, None)
        self._patch.undo()


def _flows(module: ModuleType) -> Iterator[tuple[Flow[..., object], dict[str, int]]]:
    """Yield each flow with inputs for one run: all that it must have, some that it may."""
    source = random.Random(11)
    for number in range(COUNT):
        flow: Flow[..., object] = getattr(module, f"flow_{number}")()
        inputs = {
            given.name: source.randint(0, 9)
            for given in flow.wired.inputs.values()
            if given.required or source.random() < 0.4
        }
        yield flow, inputs


def _run(flow: Flow[..., object], inputs: Mapping[str, int]) -> Mapping[str, object]:
    return flow.run_data(inputs)


def _of_document(flow: Flow[..., object], run: Mapping[str, object]) -> dict[str, object]:
    """Return those values of a run that the document of its flow declares."""
    graph = load_graph(flow.to_yaml())
    return {
        f"{vertex.name}.{output}": run[f"{vertex.name}.{output}"]
        for vertex in graph.vertices.values()
        for output in vertex.outputs
    }


@pytest.mark.parametrize(("is_async", "is_parallel"), MODES)
def test_a_document_gives_what_its_flow_gives(
    module: ModuleType, *, is_async: bool, is_parallel: bool
) -> None:
    compared = 0
    for flow, inputs in _flows(module):
        has_async = any(vertex.is_async for vertex in flow.wired.vertices.values())
        if has_async and not is_async:
            continue
        graph = load_graph(flow.to_yaml())

        done = run_flow(
            graph,
            initial_data=inputs,
            allowed=[module.__name__],
            async_enabled=is_async,
            parallel_enabled=is_parallel,
        )

        assert dict(done) == _of_document(flow, _run(flow, inputs))
        compared += 1
    assert compared > COUNT / 8


def test_a_document_gives_the_same_when_it_is_awaited(module: ModuleType) -> None:
    for flow, inputs in list(_flows(module))[:10]:
        graph = load_graph(flow.to_yaml())

        done = asyncio.run(run_flow_async(graph, initial_data=inputs, allowed=[module.__name__]))

        assert dict(done) == _of_document(flow, _run(flow, inputs))


def test_a_document_and_its_flow_share_what_the_cache_keeps(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HBIA_CACHE_DIR", str(tmp_path / "cache"))
    run = partial(run_flow, allowed=[module.__name__], async_enabled=True, cache_enabled=True)
    kept = 0
    for flow, inputs in list(_flows(module))[:20]:
        graph = load_graph(flow.to_yaml())
        expected = _of_document(flow, _run(flow, inputs))

        first = run(graph, initial_data=inputs)
        again = run(graph, initial_data=inputs)
        of_flow = flow.options(cache=True).run_data(inputs)

        assert dict(first) == dict(again) == _of_document(flow, of_flow) == expected
        pure = {vertex.name for vertex in graph.vertices.values() if vertex.effect == "pure"}
        assert set(again.report.hits) == set(of_flow.report.hits) == pure
        kept += len(pure)
    assert kept > 20


def test_every_flow_that_can_be_written_can_be_planned_from_its_document(
    generated: ModuleType,
) -> None:
    planned = 0
    for number in range(COUNT * 3):
        try:
            flow: Flow[..., object] = getattr(generated, f"flow_{number}")()
        except WiringError:
            continue
        if flow.wired.inputs:  # values of all these types are not to be had
            continue
        graph = load_graph(flow.to_yaml())

        handlers = HandlerSource(None, [generated.__name__])
        plan = plan_graph(graph, None, handlers, {}, is_async=True, is_cached=True)

        by_name = graph.vertices
        for planned_vertex in plan.vertices:
            vertex = by_name[planned_vertex.name]
            handler = getattr(generated, vertex.name)
            assert decorated_result(vertex, handler) is not None
        planned += 1
    assert planned > COUNT / 2
