"""`hbia show`: every form, to the terminal or to a file, and what goes wrong."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hbia_dsl.cli.entry import main
from written_apps import SIGNUP, WrittenApp, written_app


@pytest.fixture
def app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[WrittenApp]:
    with written_app(tmp_path, capsys) as app:
        app.write("app.py", SIGNUP)
        yield app


def test_without_a_form_the_stages_are_shown_with_a_hint(app: WrittenApp) -> None:
    done = app.hbia("show", "app:signup")

    assert (done.code, done.err) == (
        0,
        "hint: --as source|mermaid|dot|svg|html shows it otherwise\n",
    )
    assert [line.split()[:4] for line in done.out.splitlines()] == [
        ["flow", "signup:", "2", "vertices,"],
        ["input", "name:", "str"],
        ["result", "mail:", "Mail"],
        [],
        ["stage", "vertex", "kind", "effect"],
        ["-----", "---------", "-----", "-----------"],
        ["1", "normalize", "sync", "pure"],
        ["2", "mail", "async", "side"],
    ]


@pytest.mark.parametrize(
    ("form", "opening"),
    [
        ("stages", "flow signup: 2 vertices"),
        ("source", '"""Flow `signup`, written out'),
        ("mermaid", "flowchart TB\n"),
        ("dot", 'digraph "signup" {\n'),
        ("svg", "<svg "),
        ("html", "<!doctype html>\n"),
    ],
)
def test_every_form_can_be_asked_for(app: WrittenApp, form: str, opening: str) -> None:
    done = app.hbia("show", "app:signup", "--as", form)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(opening)
    assert done.out.endswith("\n")
    assert not done.out.endswith("\n\n")
    assert "normalize" in done.out


@pytest.mark.parametrize(
    ("file", "opening"),
    [
        ("flow.svg", "<svg "),
        ("flow.HTML", "<!doctype html>"),
        ("flow.dot", "digraph"),
        ("flow.gv", "digraph"),
        ("flow.mmd", "flowchart"),
        ("flow.py", '"""Flow'),
        ("flow.txt", "flow signup"),
        ("flow", "flow signup"),
    ],
)
def test_the_name_of_the_file_says_the_form(app: WrittenApp, file: str, opening: str) -> None:
    done = app.hbia("show", "app:signup", "--output", file)

    assert (done.code, done.out, done.err) == (0, "", "")
    assert (app.folder / file).read_text(encoding="utf-8").startswith(opening)


def test_a_form_that_was_asked_for_wins_over_the_name_of_the_file(app: WrittenApp) -> None:
    app.hbia("show", "app:signup", "--as", "dot", "--output", "flow.svg")

    assert (app.folder / "flow.svg").read_text(encoding="utf-8").startswith("digraph")


def test_a_module_with_one_flow_is_enough(app: WrittenApp) -> None:
    done = app.hbia("show", "app", "--as", "svg")

    assert done.code == 0
    assert ET.fromstring(done.out).attrib["class"] == "hbia-flow"  # noqa: S314 - made by us


def test_source_and_page_hold_the_same_text(app: WrittenApp) -> None:
    source = app.hbia("show", "app", "--as", "source").out
    page = app.hbia("show", "app", "--as", "html").out

    assert "    return mail" in source
    assert "    return mail" in page


TWO_FLOWS = SIGNUP + '    short = Flow.of("short", normalize)\n'


@pytest.mark.parametrize("form", ["stages", "source"])
def test_texts_show_all_flows_of_a_module(app: WrittenApp, form: str) -> None:
    app.write("app.py", TWO_FLOWS)

    done = app.hbia("show", "app", "--as", form)

    assert done.code == 0
    assert "signup" in done.out
    assert "short" in done.out


@pytest.mark.parametrize("form", ["mermaid", "dot", "svg", "html"])
def test_a_drawing_shows_one_flow_and_says_how_to_name_it(app: WrittenApp, form: str) -> None:
    app.write("app.py", TWO_FLOWS)

    done = app.hbia("show", "app", "--as", form)

    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines() == [
        f"hbia show: `app` has 2 flows, and {form} shows one; name one of them:",
        f"    hbia show app:signup --as {form}",
        f"    hbia show app:short --as {form}",
    ]


def test_a_module_that_fails_is_reported_at_its_line(app: WrittenApp) -> None:
    app.write("app.py", "import nothing_of_that_name\n")

    done = app.hbia("show", "app")

    assert (done.code, done.out) == (2, "")
    assert "app.py:1" in done.err
    assert "Traceback" not in done.err


def test_a_flow_that_is_not_there_is_reported(app: WrittenApp) -> None:
    done = app.hbia("show", "app:singup")

    assert (done.code, done.out) == (2, "")
    assert "did you mean `signup`?" in done.err


def test_a_flow_that_cannot_be_built_shows_its_own_report(app: WrittenApp) -> None:
    app.write("app.py", SIGNUP.replace('"signup", normalize, mail', '"signup", mail'))

    done = app.hbia("show", "app")

    assert (done.code, done.out) == (1, "")
    assert "error[HB201]" in done.err


def test_a_file_that_cannot_be_written_is_reported(app: WrittenApp) -> None:
    done = app.hbia("show", "app", "--output", "nowhere/flow.svg")

    assert (done.code, done.out) == (1, "")
    assert done.err == "hbia show: cannot write nowhere/flow.svg: No such file or directory\n"


def test_an_unknown_form_is_wrong_usage(app: WrittenApp) -> None:
    done = app.hbia("show", "app:signup", "--as", "poem")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("hbia show: invalid value `poem` for --as. Choose from: `stages`")


def test_a_terminal_without_the_letters_gets_escapes(
    app: WrittenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.write("app.py", SIGNUP.replace("mail", "\u00fcbersicht"))
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))

    assert main(["show", "app"]) == 0

    assert b"\\xfcbersicht" in written.getvalue()
