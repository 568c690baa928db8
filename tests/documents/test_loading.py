"""What a document says is what the graph holds, and nothing is imported for it."""

import sys
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl import AtomicGroup, Edge, Graph, GraphTopology, Vertex
from hbia_dsl.documents.load_graph import load_graph, load_graph_from_yaml
from hbia_dsl.errors import DocumentError, FlowNotFoundError

WHOLE: Final = """\
flow:
  order:
    start:
      handler: no.such.module.start
      effect: pure
      version: "1.0"
      inputs: {customer: str, note: "str?"}
      outputs: {order: dict, total: float}
      next: [log]
    log: {handler: no.such.module.log}
    charge:
      handler: no.such.module.charge
      inputs:
        total: start.total
        limits: {value: [1, -2.5e3, true, null, text, "2.0", {k: ~}]}
      compensate: no.such.module.refund
  mail:
    send:
      handler: no.such.module.send
      inputs: {to: "list[str]"}
atomic_groups:
  payment: {vertices: [charge], on_failure: compensate, no_cache: false, no_parallel: off}
"""


def _graph() -> Graph:
    graph = Graph(
        [
            Vertex(
                "start",
                inputs={"customer": "str", "note": "str?"},
                outputs={"order": "dict", "total": "float"},
                version="1.0",
                effect="pure",
            ),
            Vertex("log"),
            Vertex(
                "charge",
                inputs={"total": "start.total"},
                constants={"limits": [1, -2500.0, True, None, "text", "2.0", {"k": None}]},
                compensate="no.such.module.refund",
            ),
            Vertex("send", inputs={"to": "list[str]"}),
        ],
        [Edge("start", "log"), Edge("start", "charge")],
        [AtomicGroup("payment", ["charge"], "compensate", no_cache=False, no_parallel=False)],
    )
    graph.add_flow("order", ["start", "log", "charge"])
    graph.add_flow("mail", ["send"])
    return graph


def test_every_key_of_a_document_reaches_the_graph() -> None:
    graph = load_graph(WHOLE)

    assert graph == _graph()
    assert graph.vertices["start"].handler == "no.such.module.start"


def test_bytes_and_a_byte_order_mark_change_nothing() -> None:
    assert load_graph(b"\xef\xbb\xbf" + WHOLE.encode()) == _graph()


@pytest.mark.parametrize("source", [None, {"flow": {}}, Path("flow.yaml"), 3])
def test_what_is_no_text_is_told_as_a_problem_of_the_document(source: object) -> None:
    with pytest.raises(DocumentError, match=r"a document is text or bytes, not a value of type"):
        load_graph(source)  # type: ignore[arg-type]  # the mistake that is tested


def test_a_file_is_loaded_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "order.yaml"
    path.write_text(WHOLE, encoding="utf-8")

    assert load_graph_from_yaml(path) == load_graph_from_yaml(str(path)) == _graph()


def test_nothing_is_imported() -> None:
    load_graph(WHOLE)

    assert "no" not in sys.modules


def test_one_flow_can_be_loaded_alone() -> None:
    mail = load_graph(WHOLE, flow_name="mail")
    order = load_graph(WHOLE, flow_name="order")

    assert (list(mail.vertices), list(mail.atomic_groups)) == (["send"], [])
    assert (list(order.flows), list(order.atomic_groups)) == (["order"], ["payment"])


def test_a_flow_that_is_not_there_is_named_with_a_near_one() -> None:
    with pytest.raises(FlowNotFoundError, match="no flow `ordr`") as caught:
        load_graph(WHOLE, flow_name="ordr")

    assert caught.value.diagnostic.help == "did you mean `order`?"


def test_a_document_is_checked_whole_also_for_one_flow() -> None:
    with pytest.raises(DocumentError):
        load_graph(WHOLE.replace("list[str]", "lst"), flow_name="order")


def test_dependencies_are_those_of_next_and_of_bindings() -> None:
    graph = load_graph(
        "flow:\n  f:\n"
        "    a: {handler: m.a, outputs: {x: int}, next: [b]}\n"
        "    b: {handler: m.b}\n"
        "    c: {handler: m.c, inputs: {x: a.x}}\n"
        "    d: {handler: m.d, inputs: {x: a.x}}\n"
        "    e: {handler: m.e, next: [d]}\n"
    )

    assert [str(edge) for edge in graph.edges] == ["a -> b", "a -> c", "a -> d", "e -> d"]
    assert [v.name for v in GraphTopology(graph).entries()] == ["a", "e"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", 0), ("-7", -7), ("1.50", 1.5), ("1e3", 1000.0), ("1.5E-3", 0.0015), ("true", True),
        ("False", False), ("null", None), ("~", None), ("text", "text"), ("'010'", "010"),
        ('"yes"', "yes"), ('""', ""), ("a.b", "a.b"), ("no way", "no way"), ("[]", []), ("{}", {}),
        ("[1, [2, {a: b}]]", [1, [2, {"a": "b"}]]), ("|\n          a\n          b\n", "a\nb\n"),
    ],
)  # fmt: skip
def test_a_constant_is_what_was_written(written: str, value: object) -> None:
    head = "flow:\n  f:\n    a:\n      handler: m.a\n      inputs:\n        p:\n"
    text = f"{head}         value: {written}\n"

    found = load_graph(text).vertices["a"].constants["p"]

    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "written",
    ["+5", "0x1F", "1_000", ".5", "5.", "010", "1:30", "2020-01-01", ".inf", "on", "off", "0o17"],
)
def test_a_constant_that_readers_read_in_two_ways_is_refused(written: str) -> None:
    text = f"flow: {{f: {{a: {{handler: m.a, inputs: {{p: {{value: {written}}}}}}}}}}}"

    if written == "0o17":  # text to YAML 1.1, a number to 1.2; both sides of PyYAML say text
        assert load_graph(text).vertices["a"].constants["p"] == "0o17"
        return
    with pytest.raises(DocumentError, match="no single meaning"):
        load_graph(text)
