"""Independent problems of a document are one report, in order; none follows from another."""

import pickle
import random
from pathlib import Path
from typing import Final

import pytest

from hbia_dsl.documents.load_graph import load_graph, load_graph_from_yaml
from hbia_dsl.errors import DocumentError, HbiaError

FAULTS: Final = {
    "handler: m.{n}\n      effect: impure": "HB405",
    "handler: m.{n}\n      version: 2.0": "HB405",
    "handler: {n}": "HB411",
    "handler: m.{n}\n      inputs: {{p: nobody.x}}": "HB408",
    "handler: m.{n}\n      inputs: {{p: itn}}": "HB409",
    "handler: m.{n}\n      outputs: {{p: 5}}": "HB405",
    "handler: m.{n}\n      next: [nobody]": "HB408",
    "handler: m.{n}\n      imputs: {{}}": "HB406",
    "handler: m.{n}\n      handler: m.z": "HB404",
    "handler: !!str m.{n}": "HB403",
    "effect: pure": "HB405",
    "handler: m.{n}\n      compensate: m.undo": "HB410",
    "handler: m.{n}\n      next: [{n}]": "HB408",
}
"""By the text of a vertex that is wrong in one way, the code of what is wrong."""


def _error(text: str) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        load_graph(text, origin="doc.yaml")
    return caught.value


@pytest.mark.parametrize("seed", range(100))
def test_every_fault_is_reported_once_in_the_order_of_places(seed: int) -> None:
    rng = random.Random(seed)
    faults = rng.choices(list(FAULTS), k=rng.randint(1, 8))
    text = "flow:\n  f:\n"
    for number, fault in enumerate(faults):
        text += f"    v{number}:\n      {fault.format(n=f'v{number}')}\n"
        text += f"    w{number}: {{handler: m.w, effect: pure}}\n"  # sound ones between them

    error = _error(text)

    assert [d.code.number for d in error.diagnostics] == [FAULTS[fault] for fault in faults]
    places = [(d.location.line, d.location.column) for d in error.diagnostics if d.location]
    assert places == sorted(places)
    assert len(places) == len(faults)


def test_a_report_has_one_part_a_problem_and_one_line_a_problem() -> None:
    error = _error("flow:\n  f:\n    a: {handler: a, inputs: {p: itn}}\n")

    assert str(error).count("error[") == 2
    assert error.errors == [
        "doc.yaml:3:18: `handler` of vertex `a` is `a`, which names no module",
        "doc.yaml:3:33: input `p` of vertex `a` has the type `itn`: nobody knows `itn`",
    ]
    assert error.diagnostic is error.diagnostics[0]
    assert isinstance(error, HbiaError)
    assert isinstance(error, ValueError)


def test_a_report_shows_the_line_and_marks_the_place() -> None:
    error = _error("flow:\n  f:\n    a: {handler: m.a, inputs: {p: itn}}\n")

    assert str(error) == (
        "error[HB409]: input `p` of vertex `a` has the type `itn`: nobody knows `itn`\n"
        "  --> doc.yaml:3:35\n"
        "  |\n"
        "3 |     a: {handler: m.a, inputs: {p: itn}}\n"
        "  |                                   ^^^\n"
        "  |\n"
        '  = note: a constant is written {value: "itn"}\n'.replace("  =", "   =")
        + "help: did you mean `int`?\n"
        "more: hbia explain HB409"
    )


def test_the_line_comes_from_the_text_that_was_read(tmp_path: Path) -> None:
    path = tmp_path / "doc.yaml"
    path.write_text("flow: 3\n", encoding="utf-8")

    with pytest.raises(DocumentError) as caught:
        load_graph_from_yaml(path)
    path.write_text("something else\n", encoding="utf-8")

    assert "1 | flow: 3" in str(caught.value)
    assert "--> doc.yaml:1:7" in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


def test_of_a_long_line_only_what_is_around_the_mark_is_shown() -> None:
    names = ", ".join(f"v{n}: {{handler: m.v}}" for n in range(1_000))

    text = f"flow: {{f: {{{names}, last: {{handler: m}}}}}}"

    error = _error(text)

    report = str(error).splitlines()
    assert max(map(len, report)) < 250
    mark = report[4].index("^")
    assert report[3][mark:].startswith("m}}}")
    assert error.diagnostics[0].location is not None
    assert error.diagnostics[0].location.column == text.index("m}}}")


def test_what_follows_from_another_problem_is_not_reported() -> None:
    error = _error(
        "flow:\n  f:\n"
        "    a: !!map {handler: m.a, outputs: {x: int}}\n"
        "    b: {handler: m.b, inputs: {p: a.x}}\n"
        "    c: {handler: m.c, outputs: [x], next: [d]}\n"
        "    d: {handler: m.d, inputs: {p: c.x}}\n"
        "atomic_groups:\n  g: {vertices: [b, dd]}\n"
    )

    assert [d.code.number for d in error.diagnostics] == ["HB403", "HB405", "HB408"]


def test_each_part_with_a_cycle_shows_a_shortest_one() -> None:
    error = _error(
        "flow:\n  f:\n"
        "    a: {handler: m.a, next: [b]}\n    b: {handler: m.b, next: [a, c]}\n"
        "    c: {handler: m.c, next: [d]}\n    d: {handler: m.d, next: [e]}\n"
        "    e: {handler: m.e, next: [c, d]}\n"
    )

    assert [d.message for d in error.diagnostics] == [
        "2 vertices wait for each other: a -> b -> a",
        "2 vertices wait for each other: d -> e -> d",
    ]


def test_of_a_long_cycle_only_both_ends_are_shown() -> None:
    count = 1_000
    vertices = "".join(
        f"    v{n}: {{handler: m.v, next: [v{(n + 1) % count}]}}\n" for n in range(count)
    )

    error = _error(f"flow:\n  f:\n{vertices}")

    assert error.diagnostic.message.startswith("1000 vertices wait for each other: v0 -> v1 -> ")
    assert error.diagnostic.message.endswith(" -> v999 -> v0")
    assert len(str(error).splitlines()) < 40


def test_a_thousand_problems_are_counted_and_a_hundred_shown() -> None:
    vertices = "".join(f"    v{n}: {{handler: m.v, next: [x{n}]}}\n" for n in range(1_000))

    error = _error(f"flow:\n  f:\n{vertices}")

    assert len(error.diagnostics) == 100
    assert error.diagnostics[-1].notes == ("900 more problems of this document not shown",)


def test_the_error_survives_pickling() -> None:
    error = _error("flow:\n  f:\n    a: {handler: a, inputs: {p: itn}}\n")

    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - made in the same line

    assert (copied.diagnostics, str(copied)) == (error.diagnostics, str(error))
