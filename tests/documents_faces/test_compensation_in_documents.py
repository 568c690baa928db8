"""What documents say of the undoing of members: a path, or null for nothing, on purpose."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl import Flow, FlowFailed, atomic, dump_graph_to_yaml, load_graph, run_flow, vertex
from hbia_dsl.documents.validate_dsl import validate_dsl
from hbia_dsl.documents.validate_graph import validate_graph
from hbia_dsl.errors import DocumentError, HandlerResolutionError
from hbia_dsl.graph.nothing_to_undo import nothing_to_undo

TEXT: Final = """\
flow:
  trip:
    book: {handler: m.book, inputs: {city: str}, outputs: {id: int}, compensate: m.cancel}
    note: {handler: m.note, inputs: {id: book.id}, outputs: {ok: bool}, compensate: null}
    pay: {handler: m.pay, inputs: {ok: note.ok}, compensate: ~}
atomic_groups:
  trip: {vertices: [book, note, pay], on_failure: compensate}
"""


def cancel(inputs: Mapping[str, object], output: object) -> None:
    """Cancel a booking."""
    del inputs, output


def test_null_is_kept_by_the_graph_and_written_again() -> None:
    graph = load_graph(TEXT)

    assert graph.vertices["note"].compensate is nothing_to_undo
    assert validate_graph(graph) == []
    written = dump_graph_to_yaml(graph)
    assert written.count("compensate: null") == 2
    assert load_graph(written) == graph
    assert dump_graph_to_yaml(load_graph(written)) == written


def test_a_member_with_nothing_to_undo_stays_and_is_not_said_to_be_undone() -> None:
    undone: list[object] = []

    def pay(ok: bool) -> dict[str, object]:
        raise RuntimeError(ok)

    handlers: dict[str, Callable[..., object]] = {
        "book": lambda city: {"id": len(city)},
        "note": lambda id: {"ok": id > 0},  # noqa: A006 - as the document calls it
        "pay": pay,
        "m.cancel": lambda _inputs, output: undone.append(output),
    }

    with pytest.raises(FlowFailed) as failed:
        run_flow(load_graph(TEXT), handlers=handlers, initial_data={"city": "Rome"})

    assert undone == [{"id": 4}]
    assert failed.value.__notes__ == ["group `trip` was compensated: `book`"]


@pytest.mark.parametrize("given", ["effect: pur, ", "compensate: 3, ", "compensate: [m.x], "])
def test_what_could_not_be_read_is_not_missed(given: str) -> None:
    text = TEXT.replace("compensate: null", f"{given}").replace(", }", "}")

    (problem,) = validate_dsl(text)

    assert "nothing takes back" not in problem


def test_every_member_that_says_nothing_is_told() -> None:
    text = TEXT.replace(", compensate: null", "").replace(", compensate: ~", "")

    assert validate_dsl(text) == [
        "<text>:4:5: nothing takes back vertex `note`, a side effect in group `trip`",
        "<text>:5:5: nothing takes back vertex `pay`, a side effect in group `trip`",
    ]
    assert validate_dsl(text.replace("note: {", "note: {effect: pure, ")) == [
        "<text>:5:5: nothing takes back vertex `pay`, a side effect in group `trip`",
    ]


def test_data_of_a_parser_may_say_none() -> None:
    vertices: dict[str, object] = {
        "a": {"handler": "m.a", "compensate": "m.undo", "next": ["b"]},
        "b": {"handler": "m.b", "compensate": None},
    }
    group = {"vertices": ["a", "b"], "on_failure": "compensate"}

    assert validate_dsl({"flow": {"f": vertices}, "atomic_groups": {"g": group}}) == []


@atomic(group="trip", on_failure="compensate", compensate=cancel)
@vertex(effect="side_effect")
def book(city: str) -> int:
    return len(city)


@atomic(group="trip", on_failure="compensate", compensate=None)
@vertex(effect="side_effect", inputs={"number": book})
def note(number: int) -> bool:
    return number > 0


@atomic(group="trip", on_failure="compensate", pivot=True)
@vertex(effect="side_effect", inputs={"ok": note})
def pay(ok: bool) -> str:
    return "paid" if ok else ""


@atomic(group="trip", on_failure="compensate", retriable=True)
@vertex(effect="side_effect", inputs={"paid": pay})
def mail(paid: str) -> str:
    return paid


def test_flows_of_every_class_of_members_are_sound_and_survive_being_written(
    tmp_path: Path,
) -> None:
    flow = Flow.of("trip", book, note, pay, mail)
    path = tmp_path / "trip.yaml"
    path.write_text(flow.to_yaml(), encoding="utf-8")

    again = Flow.from_yaml(path, [book, note, pay, mail, cancel])

    assert validate_graph(flow.graph) == []
    assert again.graph == flow.graph
    assert [v.compensate for v in again.graph.vertices.values()] == [
        cancel,
        nothing_to_undo,
        nothing_to_undo,
        nothing_to_undo,
    ]


def test_a_graph_does_not_run_what_is_declared_as_a_point_of_no_return() -> None:
    flow = Flow.of("trip", book, note, pay, mail)

    with pytest.raises(HandlerResolutionError, match=r"of `pay` .* declared with pivot=True"):
        run_flow(load_graph(flow.to_yaml()), allowed=[__name__], initial_data={"city": "Rome"})


@vertex(effect="side_effect")
def silent(city: str) -> int:
    return len(city)


def _flow(tmp_path: Path, function: str, undo: str) -> Flow[..., object]:
    path = tmp_path / "one.yaml"
    path.write_text(
        f"flow: {{f: {{v: {{handler: {__name__}.{function}, inputs: {{city: str}}, "
        f"compensate: {undo}}}}}}}\n"
        "atomic_groups: {trip: {vertices: [v], on_failure: compensate}}\n",
        encoding="utf-8",
    )
    return Flow.from_yaml(path, [book, silent, cancel])


def test_null_counts_for_a_function_that_says_nothing(tmp_path: Path) -> None:
    flow = _flow(tmp_path, "silent", "null")

    assert flow.graph.vertices["v"].compensate is nothing_to_undo


def test_null_contradicts_a_function_that_is_undone(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        _flow(tmp_path, "book", "null")

    (found,) = caught.value.diagnostics
    path = f"{__name__}.cancel"
    assert found.message == f"`compensate` of vertex `v` is null, but the code says `{path}`"
    assert found.help == f"write `compensate: {path}`"
