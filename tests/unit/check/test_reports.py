"""One check as text, as JSON and as annotations; every edge explained."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, TypeVar

import pytest

from hbia_dsl import All, Flow, out, vertex
from hbia_dsl.check.check_flow import check_flows
from hbia_dsl.check.explanation import explain_edges
from hbia_dsl.check.report_as_github import report_as_github
from hbia_dsl.check.report_as_json import report_as_json
from hbia_dsl.check.report_as_text import report_as_text
from hbia_dsl.judging.check_report import CheckReport
from scripted_judge import Said, ScriptedJudge

T = TypeVar("T")


class User:
    """Somebody."""


@vertex
def make(name: str) -> User:
    return User()


@vertex(inputs={"items": [make]})
def listed(items: All[User]) -> list[User]:
    return items


@vertex(inputs={"items": listed})
def first(items: Sequence[T]) -> T:
    return items[0]


@vertex
def greet(first: User, count: int = 1, spare: "Spare | None" = None) -> str:
    return ""


class Spare:
    """Nobody provides one."""


FLOW = Flow.of("greeting", make, listed, first, greet)
MESSAGE = 'Argument "first" to "greet" has incompatible type "str"; expected "User"'
REPORT = check_flows([FLOW], judge=ScriptedJudge((Said("first=first", MESSAGE, "arg-type"),)))


def test_a_report_without_problems_is_one_line() -> None:
    report = check_flows([FLOW], judge=ScriptedJudge())

    assert report_as_text(report) == "1 flow, 4 vertices: no problems (judged by mypy 2.0)\n"


def test_a_report_ends_with_its_count() -> None:
    text = report_as_text(REPORT)

    assert text.startswith("error[HB601]: `first` is `str`, but `greet` takes `User`")
    assert text.endswith("\n\n1 flow, 4 vertices: 1 problem (judged by mypy 2.0)\n")


def test_what_is_not_proven_is_listed_with_its_place() -> None:
    local = vertex(name="local", inputs={"number": int})(lambda number: number)
    text = report_as_text(check_flows([Flow.of("flow", local)], judge=ScriptedJudge()))

    assert "not proven:\n  flow: `local` is a lambda" in text
    assert "test_reports.py:" in text


WEAK = "nothing provides it and `{}` is a weak type: the flow takes it"


def test_an_explanation_has_one_line_for_every_parameter() -> None:
    left = "the only output of that name, and whether `T` fits `User` is left to the type checker"
    unspared = "nothing provides `Spare | None`, and it has a default"

    assert [str(edge) for edge in explain_edges(FLOW.wired)] == [
        f"make.name <- input.name (input: {WEAK.format('str')})",
        "listed.items <- make.make (fan-in: `inputs=` lists them)",
        "first.items <- listed.listed (explicit: `inputs=` says so)",
        f"greet.first <- first.first (name: {left})",
        f"greet.count <- input.count (input: {WEAK.format('int')})",
        f"greet.spare <- its default (default: {unspared})",
    ]


def test_an_explanation_says_where_a_binding_was_written() -> None:
    @vertex
    def collected(users: All[User]) -> int:
        return 0

    @vertex
    def taken(user: Annotated[User, out(make)], *, other: User = out(make)) -> str:
        return ""

    @vertex
    def by_type(anybody: User) -> str:
        return ""

    lines = [
        str(edge) for edge in explain_edges(Flow.of("flow", make, collected, taken, by_type).wired)
    ]

    every = "every value that `All[User]` collects, in flow order"
    assert lines[1:] == [
        f"collected.users <- make.make (fan-in: {every})",
        "taken.user <- make.make (explicit: its annotation says so)",
        "taken.other <- make.make (explicit: `out(...)` says so)",
        "by_type.anybody <- make.make (type: the only value that fits `User`)",
    ]


def test_a_text_with_explanations_has_them_first() -> None:
    text = report_as_text(REPORT, explain=True)

    assert text.startswith("flow `greeting` (greeting)\n  make.name <- input.name (input: ")


def test_json_says_everything_that_the_text_says() -> None:
    content = json.loads(report_as_json(REPORT, explain=True))
    (problem,) = content["problems"]

    assert (content["version"], content["exit_code"], content["tool"]) == (1, 1, "mypy 2.0")
    assert content["flows"][0]["flow"] == "greeting"
    assert len(content["flows"][0]["edges"]) == 6
    assert problem["code"] == "HB601"
    assert problem["file"].endswith("test_reports.py")
    assert problem["line"] == greet.__code__.co_firstlineno + 1
    assert (problem["column"], problem["end_column"]) == (11, 22)
    assert (problem["vertex"], problem["parameter"]) == ("greet", "first")
    assert (problem["sources"], problem["rule"]) == (["first.first"], "name")
    assert (problem["checker_message"], problem["checker_rule"]) == (MESSAGE, "arg-type")


def test_json_without_explanations_has_no_edges() -> None:
    assert "edges" not in json.loads(report_as_json(REPORT))["flows"][0]


def test_json_of_a_check_that_failed_says_why() -> None:
    silent = check_flows([FLOW], judge=ScriptedJudge(is_silent=True))
    content = json.loads(report_as_json(silent))

    assert content["exit_code"] == 2
    assert [failure["code"] for failure in content["failures"]] == ["HB606"]


def _first_line(report: CheckReport) -> str:
    return report_as_github(report).splitlines()[0]


def test_a_problem_is_an_annotation_at_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    line = greet.__code__.co_firstlineno + 1

    command, _, text = _first_line(REPORT)[2:].partition("::")

    assert command.startswith("error file=")
    assert f"test_reports.py,line={line},col=11,endColumn=22,title=HB601" in command
    assert text.startswith("`first` is `str`, but `greet` takes `User` as `first`%0A")
    assert "\n" not in text


def test_annotations_name_files_from_the_root_of_the_repository(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Path(__file__)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here.parents[2]))
    monkeypatch.chdir(here.parent)

    assert "file=unit/check/test_reports.py," in _first_line(REPORT)


def test_annotations_escape_what_the_command_would_misread() -> None:
    message = "100% wrong:\r\nreally"
    judge = ScriptedJudge((Said("first=first", "odd", "x", (message,)),))

    assert "100%25 wrong:%0D%0Areally" in _first_line(check_flows([FLOW], judge=judge))


def test_what_is_not_proven_is_a_notice() -> None:
    local = vertex(name="local", inputs={"number": int})(lambda number: number)
    report = check_flows([Flow.of("flow", local)], judge=ScriptedJudge())

    assert _first_line(report).startswith("::notice file=")
    assert "title=not proven::flow: `local` is a lambda" in _first_line(report)


def test_annotations_end_with_the_count() -> None:
    assert report_as_github(REPORT).endswith("1 flow, 4 vertices: 1 problem (judged by mypy 2.0)\n")
