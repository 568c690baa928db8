"""Each rule of lint finds what it is about, where it is, and says what to write instead."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from hbia_dsl.documents.document_reading import read_document
from hbia_dsl.documents.document_source import read_file, read_text
from hbia_dsl.documents.dump_graph import dump_graph_to_yaml
from hbia_dsl.documents.lint import AILinter, Linter
from hbia_dsl.documents.lint_codes import LINT_CODES
from hbia_dsl.documents.lint_document import lint_document
from hbia_dsl.documents.lint_issue import LintIssue
from hbia_dsl.errors import DocumentError
from written_graphs import written_graph

EXAMPLES: Final = sorted(
    (Path(__file__).parents[2] / "examples" / "documents").glob("*.yaml"), key=lambda p: p.name
)

CLEAN: Final = """\
flow:
  nightly:
    fetch:
      handler: app.fetch
      effect: pure
      version: "1"
      outputs: {rows: list, count: int}
    save:
      handler: app.save
      effect: side_effect
      version: "1"
      inputs: {rows: fetch.rows, count: fetch.count}
      outputs: {path: str}
"""


def _of_text(text: str) -> list[LintIssue]:
    return lint_document(read_document(read_text(text, "doc.yaml")))


def _of_data(text: str) -> list[LintIssue]:
    return Linter().lint(yaml.safe_load(text))


def _short(issues: list[LintIssue]) -> list[tuple[str, str]]:
    return [(issue.code, issue.message) for issue in issues]


def test_a_clean_document_has_no_issues() -> None:
    assert _of_text(CLEAN) == []
    assert _of_data(CLEAN) == []


def test_the_page_about_lint_says_of_every_code_what_explain_says() -> None:
    page = Path(__file__).parents[2] / "docs" / "reference" / "document-lint.md"
    rows = re.findall(r"^\| ([EW]\d+) \| (\w+) \| (.*) \|$", page.read_text("utf-8"), re.MULTILINE)

    assert rows == [(code.number, code.severity, code.finds) for code in LINT_CODES.values()]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_clean(path: Path) -> None:
    assert lint_document(read_document(read_file(path))) == []
    assert Linter().lint(yaml.safe_load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("written", "instead", "code", "message", "suggestion", "place"),
    [
        (
            "      effect: pure\n",
            "",
            "W001",
            "vertex `fetch` has no `effect`",
            "`effect: pure` if repeating is harmless",
            "doc.yaml:3:5",
        ),
        (
            '      version: "1"\n      inputs',
            "      inputs",
            "W002",
            "vertex `save` has no `version`",
            'write `version: "1"`',
            "doc.yaml:8:5",
        ),
        (
            "      outputs: {path: str}\n",
            "",
            "W005",
            "vertex `save` has no `outputs`",
            "write `outputs: {name: type}`",
            "doc.yaml:8:5",
        ),
        (
            "    save:",
            "    saveAllRows:",
            "W006",
            "the name of vertex `saveAllRows` is not in snake_case",
            "call it `save_all_rows`",
            "doc.yaml:8:5",
        ),
        (
            ", count: fetch.count",
            "",
            "W101",
            "no vertex takes output `count` of vertex `fetch`",
            "bind an input to `fetch.count`",
            "doc.yaml:3:5",
        ),
    ],
)
def test_a_rule_finds_its_slip_alone(  # noqa: PLR0917 - the columns of the table above
    written: str, instead: str, code: str, message: str, suggestion: str, place: str
) -> None:
    text = CLEAN.replace(written, instead, 1)
    assert text != CLEAN

    (issue,) = _of_text(text)

    assert (issue.code, issue.message, issue.severity) == (code, message, "warning")
    assert suggestion in (issue.suggestion or "")
    assert issue.location is not None
    assert issue.location.short() == place
    assert str(issue).startswith(f"{place}: {code} {message} (")
    (of_data,) = _of_data(text)
    assert (of_data.code, of_data.message, of_data.location) == (code, message, None)


def test_a_flow_of_several_vertices_without_an_edge_is_an_error() -> None:
    text = CLEAN.replace("      inputs: {rows: fetch.rows, count: fetch.count}\n", "")

    (issue,) = _of_text(text)

    assert (issue.code, issue.severity) == ("E002", "error")
    assert issue.message == "flow `nightly` has 2 vertices and no edges"
    assert "`next: [save]` in `fetch`" in (issue.suggestion or "")


def test_a_flow_of_one_vertex_is_warned_about_and_is_no_error() -> None:
    text = CLEAN.partition("    save:")[0]

    assert [issue.code for issue in _of_text(text)] == ["W007"]


def test_a_vertex_apart_from_the_others_is_unreachable() -> None:
    text = CLEAN + CLEAN.partition("  nightly:\n")[2].partition("    save:")[0].replace(
        "fetch", "lonely"
    )

    assert _short(_of_text(text)) == [
        ("W102", "vertex `lonely` is not connected to the rest of flow `nightly`")
    ]


def test_two_chains_in_one_flow_are_connected_each_in_itself() -> None:
    second = CLEAN.partition("  nightly:\n")[2].replace("fetch", "load").replace("save", "send")

    assert _of_text(CLEAN + second) == []


def test_an_output_of_a_last_vertex_or_of_a_side_effect_need_not_be_taken() -> None:
    text = CLEAN.replace(", count: fetch.count", "").replace("effect: pure", "effect: side_effect")

    assert _of_text(text) == []


def test_a_dotted_or_numbered_name_gets_a_suggestion_that_is_free() -> None:
    text = CLEAN.replace("    save:", "    Fetch:")

    (issue,) = _of_text(text)

    assert (issue.code, issue.suggestion) == ("W006", "rename it")


def test_data_that_no_loader_takes_is_linted_all_the_same() -> None:
    data: dict[str, Any] = {
        "flow": {
            "f": {
                "a": {"next": ["b", "abc", 3], "inputs": {"x": "b.rows", "y": 4, "z": "input.z"}},
                "b": {"handler": "app.b", "outputs": ["rows"], "next": "a"},
                "abd": None,
                4: {},
            },
            "g": ["a"],
        }
    }

    issues = Linter().lint(data)

    assert [(i.code, i.message) for i in issues if i.severity == "error"] == [
        ("E001", "`next` of vertex `a` names `abc`, which flow `f` does not have"),
        ("E101", "input `x` of vertex `a` is bound to `b.rows`, which flow `f` does not have"),
    ]
    assert [i.code for i in issues if "`abd`" in i.message] == [
        "W001",
        "W002",
        "W003",
        "W005",
        "W102",
    ]
    assert issues[0].suggestion == "did you mean `abd`?"


@pytest.mark.parametrize("data", [{}, {"flow": None}, {"flow": []}, {"flow": {"f": None}}])
def test_data_without_vertices_has_no_issues(data: dict[str, object]) -> None:
    assert Linter().lint(data) == []


def test_what_is_no_mapping_is_refused_with_a_way_out() -> None:
    with pytest.raises(DocumentError, match="lint takes"):
        Linter().lint("doc.yaml")  # type: ignore[arg-type]  # the mistake under test


def test_the_original_s_name_works() -> None:
    assert AILinter is Linter


@pytest.mark.parametrize("seed", range(60))
def test_errors_come_first_and_then_the_order_of_the_document(seed: int) -> None:
    text = dump_graph_to_yaml(written_graph(seed))

    issues = _of_text(text)

    places = [
        (issue.severity != "error", issue.location.line if issue.location else 0)
        for issue in issues
    ]
    assert places == sorted(places)
    assert all(issue.location is not None and issue.suggestion for issue in issues)
    assert sorted(_short(issues)) == sorted(_short(_of_data(text)))
    assert issues == _of_text(text)
