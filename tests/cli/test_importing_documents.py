"""`hbia import`: the module builds, is typed, is formatted, and has the flow of the document."""

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from cli_apps import DOCUMENT
from hbia_dsl import Flow
from hbia_dsl.cli.call_layout import source_of
from hbia_dsl.cli.module_of_document import module_of_document
from hbia_dsl.cli.python_names import code_names
from hbia_dsl.compat.graph_part import part_of_graph
from hbia_dsl.documents.document_reading import read_document
from hbia_dsl.documents.document_source import read_text
from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.load_graph import load_graph, load_graph_from_yaml
from hbia_dsl.graph.edge import Edge
from hbia_dsl.graph.nothing_to_undo import nothing_to_undo
from written_apps import WrittenApp
from written_graphs import written_graph

SEEDS: Final = 1_000 if os.environ.get("HBIA_LONG") == "1" else 80

EXAMPLES: Final = sorted(
    (Path(__file__).parents[2] / "examples" / "documents").glob("*.yaml"), key=lambda p: p.name
)

ODD: Final = """
    flow:
      daily report:
        list:
          handler: app_x.list
          effect: pure
          inputs: {class: str, count: int, labels: {value: ["a", 'b"c', {"k": [1, null, 2.5]}]}}
          outputs: {items: 'list[dict]', 2nd: 'str?'}
          next: [send mail]
        send mail:
          handler: app_x.send
          effect: side_effect
          inputs: {count: str, items: list.items, parallel: bool, empty: {value: null}}
          next: [close]
        close:
          handler: app_x.close
          effect: side_effect
          inputs: {items: list.items}
          outputs: {items: int}
      Flow:
        vertex:
          handler: app_x.vertex
          effect: pure
          inputs: {items: any}
          outputs: {vertex: 'tuple[int, str]'}
"""

GATHERED: Final = """
    flow:
      gathered:
        left_part_of_the_work:
          handler: app_x.part
          inputs: {start: input.first}
          outputs: {amount: int}
        right_part_of_the_work:
          handler: app_x.part
          inputs: {start: int}
          outputs: {amount: int, unit: str}
          next: [short]
        total:
          handler: app_x.total
          inputs:
            parts: [right_part_of_the_work.amount, left_part_of_the_work.amount, input.start]
          outputs: {All: int}
        short:
          handler: app_x.total
          inputs: {parts: [right_part_of_the_work.amount, right_part_of_the_work.unit]}
        alone:
          handler: app_x.total
          inputs: {parts: [total.All]}
"""


def _imported(app: WrittenApp, text: str) -> tuple[str, dict[str, "Flow[..., object]"]]:
    app.write("doc.yaml", text)
    done = app.hbia("import", "doc.yaml", "--output", "app_doc.py")
    assert (done.code, done.out, done.err) == (0, "app_doc.py: written\n", "")
    sys.path.insert(0, str(app.folder))  # taken away again with the app
    importlib.invalidate_caches()
    module = importlib.import_module("app_doc")
    flows = {flow.name: flow for flow in vars(module).values() if isinstance(flow, Flow)}
    return (app.folder / "app_doc.py").read_text(encoding="utf-8"), flows


def _edges(flow: "Flow[..., object]") -> set[Edge]:
    return set(flow.graph.edges)


def test_the_flow_has_the_vertices_and_edges_of_the_document(app: WrittenApp) -> None:
    text, flows = _imported(app, DOCUMENT)

    assert text.startswith('"""From doc.yaml: every function waits for its body."""\n')
    assert list(flows) == ["order", "evening"]
    assert list(flows["order"].graph.vertices) == ["price", "write_bill"]
    assert _edges(flows["order"]) == {Edge("price", "write_bill")}
    assert "def price(count: int, *, rate: float = 2.5) -> float:" in text
    assert "NotImplementedError" in text


def test_odd_names_order_without_values_and_constants_survive(app: WrittenApp) -> None:
    _, flows = _imported(app, ODD)

    report, other = flows["daily report"], flows["Flow"]
    assert list(report.graph.vertices) == ["list", "send_mail", "close"]
    assert _edges(report) == {
        Edge("list", "send_mail"),
        Edge("list", "close"),
        Edge("send_mail", "close"),
    }
    assert sorted(report.wired.inputs) == ["class_", "count", "count_", "parallel_"]
    assert list(other.graph.vertices) == ["vertex"]


def test_lists_of_outputs_and_inputs_under_another_name_survive(app: WrittenApp) -> None:
    text, flows = _imported(app, GATHERED)

    flow = flows["gathered"]
    assert sorted(map(str, flow.graph.edges)) == [
        "left_part_of_the_work -> total",
        "right_part_of_the_work -> short",
        "right_part_of_the_work -> total",
        "total -> alone",
    ]
    parts = {
        v.name: tuple(map(str, b.sources)) for v in flow.wired.vertices.values() for b in v.bindings
    }
    assert parts["left_part_of_the_work"] == ("input.first",)
    assert parts["total"] == (
        "right_part_of_the_work.amount",
        "left_part_of_the_work.amount",
        "input.start",
    )
    assert "parts: All[int | str]" in text
    assert "parts: All[int]" in text


@pytest.mark.parametrize("document", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_document_becomes_a_module_with_its_edges(
    app: WrittenApp, document: Path
) -> None:
    _, flows = _imported(app, document.read_text(encoding="utf-8"))

    graph = load_graph_from_yaml(document)
    assert list(flows) == list(graph.flows)
    for name, flow in flows.items():
        part = part_of_graph(graph, name)
        assert list(flow.graph.vertices) == list(part.vertices)
        assert _edges(flow) == set(part.edges)
        assert {g: set(a.vertices) for g, a in flow.graph.atomic_groups.items()} == {
            g: set(a.vertices) for g, a in part.atomic_groups.items()
        }


def test_hostile_documents_become_modules_that_build_and_keep_every_edge(app: WrittenApp) -> None:
    sys.path.insert(0, str(app.folder))
    for seed in range(SEEDS):
        text = dump_graph_to_yaml(written_graph(seed))
        source = module_of_document(read_document(read_text(text, "<text>")), "doc.yaml")
        (app.folder / f"app_{seed}.py").write_text(source, encoding="utf-8")
        importlib.invalidate_caches()

        module = importlib.import_module(f"app_{seed}")

        graph = load_graph(text)
        flows = [flow for flow in vars(module).values() if isinstance(flow, Flow)]
        assert [flow.name for flow in flows] == list(graph.flows)
        for flow in flows:
            part = part_of_graph(graph, flow.name)
            called = code_names(part.vertices)
            assert list(flow.graph.vertices) == [called[name] for name in part.vertices]
            edges = {Edge(called[e.source], called[e.target]) for e in part.edges}
            assert _edges(flow) == edges, f"seed {seed}"

    readable = [str(path) for path in app.folder.glob("app_*.py") if "a" * 100 not in _lower(path)]
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", *readable]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 0, done.stdout


def test_an_input_or_output_called_self_becomes_a_module_that_imports(app: WrittenApp) -> None:
    app.write(
        "selves.yaml",
        """
        flow:
          f:
            a: {handler: m.a, inputs: {self: int}, outputs: {self: int, other: int}}
            b: {handler: m.b, inputs: {self: a.self}, compensate: null}
        atomic_groups: {g: {vertices: [a, b], on_failure: compensate}}
        """.replace("other: int}}", "other: int}, compensate: m.undo}"),
    )
    sys.path.insert(0, str(app.folder))

    done = app.hbia("import", "selves.yaml", "--output", "app_selves.py")

    assert done.code == 0, done.err
    importlib.invalidate_caches()
    module = importlib.import_module("app_selves")
    flow = module.f
    assert isinstance(flow, Flow)
    assert _edges(flow) == {Edge("a", "b")}
    assert flow.graph.vertices["b"].compensate is nothing_to_undo


def _lower(path: Path) -> str:
    return path.read_text(encoding="utf-8").lower()


def test_what_is_written_is_formatted_and_typed(app: WrittenApp) -> None:
    """One test for imported documents and for new projects: starting mypy afresh takes long."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in EXAMPLES} | {"odd": ODD}
    texts["gathered"] = GATHERED
    for name, text in texts.items():
        app.write(f"{name}.yaml", text)
        assert app.hbia("import", f"{name}.yaml", "--output", f"app_{name}.py").code == 0
    assert app.hbia("init", ".").code == 0
    (package,) = [path.parent.name for path in app.folder.glob("*/handlers.py")]
    files = [*sorted(path.name for path in app.folder.glob("app_*.py")), package]

    for command in (
        ["ruff", "format", "--isolated", "--check"],
        ["ruff", "check", "--isolated", "--select", "E,F,I,B,UP,D1"],
        ["mypy", "--strict"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", *command, *files],
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    checked = app.hbia("check", package)
    assert (checked.code, checked.err) == (0, "")


def test_a_module_that_is_there_already_is_not_overwritten(app: WrittenApp) -> None:
    app.write("doc.yaml", DOCUMENT)
    app.write("app_doc.py", "kept = True\n")

    done = app.hbia("import", "doc.yaml", "--output", "app_doc.py")

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("hbia import: `app_doc.py` exists already\n")
    assert (app.folder / "app_doc.py").read_text(encoding="utf-8") == "kept = True\n"


def test_a_wrong_document_is_reported_and_nothing_is_written(app: WrittenApp) -> None:
    app.write("doc.yaml", DOCUMENT.replace("price.amount", "prize.amount"))

    done = app.hbia("import", "doc.yaml", "--output", "app_doc.py")

    assert (done.code, done.out) == (1, "")
    assert "error[HB4" in done.err
    assert not (app.folder / "app_doc.py").exists()


@pytest.mark.parametrize(
    "value",
    ["plain", 'with "quotes"', "it's", "a\nb\t\\", "\U0001f600\u200b", True, None, 3, -2.5, [], {}],
)
def test_constants_are_written_as_source_that_gives_them_back(value: object) -> None:
    assert ast.literal_eval(source_of(value)) == value
    assert ast.literal_eval(source_of([value, {"key": [value] * 30}], 40)) == [
        value,
        {"key": [value] * 30},
    ]
