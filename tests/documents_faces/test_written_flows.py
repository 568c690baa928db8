"""A flow written as a document, and wired from it again, is the same flow."""

import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

from generated_flows import VERTICES_HEAD, FlowGenerator
from hbia_dsl import Flow, WiringError
from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.load_graph import load_graph
from hbia_dsl.graph.graph import Graph
from hbia_dsl.wiring.wired_flow import WiredFlow
from typeform_grammar import HEADER

SEEDS: Final = range(8) if os.environ.get("HBIA_LONG") == "1" else range(1)
FLOWS: Final = 330
"""For each seed; two thirds of them can be wired."""


@pytest.fixture(scope="module", params=SEEDS)
def module(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModuleType]:
    """A module with the vertices of all flows of a seed, and a function for each flow."""
    folder = tmp_path_factory.mktemp("written")
    name = f"written_vertices_{request.param}"
    parts = [HEADER, VERTICES_HEAD]
    for flow in FlowGenerator(request.param).flows(FLOWS):
        parts += [*flow.vertices, flow.maker]
    (folder / f"{name}.py").write_text("".join(parts), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield importlib.import_module(name)
        sys.modules.pop(name, None)


def _flows(module: ModuleType) -> Iterator[Flow[..., object]]:
    for number in range(FLOWS):
        try:
            yield getattr(module, f"flow_{number}")()
        except WiringError:
            continue


def test_a_flow_that_was_written_is_wired_as_it_was(module: ModuleType, tmp_path: Path) -> None:
    count = 0
    path = tmp_path / "flow.yaml"
    for flow in _flows(module):
        text = flow.to_yaml()
        path.write_text(text, encoding="utf-8")
        declared = flow.wired.inputs_from
        if declared is None:
            again: Flow[..., object] = Flow.from_yaml(path, module)
        else:
            again = Flow.from_yaml(path, module, inputs=declared)

        assert again.graph == flow.graph, text
        assert again.to_yaml() == text
        assert _sources(again.wired) == _sources(flow.wired)
        assert list(again.wired.vertices) == list(flow.wired.vertices)
        assert {i.name: i.required for i in again.wired.inputs.values()} == {
            i.name: i.required for i in flow.wired.inputs.values()
        }
        count += 1

    assert count > FLOWS / 2


def _sources(flow: WiredFlow) -> dict[str, list[object]]:
    return {v.name: [(b.parameter, b.sources) for b in v.bindings] for v in flow.vertices.values()}


def test_the_graph_of_a_written_flow_is_that_of_the_flow_but_for_types(module: ModuleType) -> None:
    for flow in _flows(module):
        text = flow.to_yaml()
        loaded = load_graph(text)

        assert dump_graph_to_yaml(loaded) == text
        assert set(loaded.edges) == set(flow.graph.edges)
        assert loaded.atomic_groups == flow.graph.atomic_groups
        assert _keys(loaded) == _keys(flow.graph)
        assert dict(loaded.flows) == {flow.name: tuple(flow.graph.vertices)}


def _keys(graph: Graph) -> dict[str, tuple[object, ...]]:
    return {
        v.name: (v.version, v.effect, sorted(v.inputs), dict(v.constants))
        for v in graph.vertices.values()
    }


def test_the_graph_of_a_flow_can_be_dumped_too(module: ModuleType) -> None:
    for flow in _flows(module):
        text = dump_graph_to_yaml(flow.graph, flow_name=flow.name)

        assert dump_graph_to_yaml(load_graph(text)) == text
        assert set(load_graph(text).edges) == set(flow.graph.edges)
