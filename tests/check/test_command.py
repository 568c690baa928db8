"""`hbia check` as users start it: exit codes, texts, formats, layouts of projects."""

import json
import re
from pathlib import Path

import pytest

from checked_app import App
from ranking_app import RIGHT, WRONG, write_ranking


def test_a_package_of_right_flows_is_clean_with_mypy_and_with_pyright(app: App) -> None:
    write_ranking(app, RIGHT)

    by_mypy, by_pyright = app.check("app"), app.check("app", "--tool", "pyright")

    assert (by_mypy.code, by_pyright.code) == (0, 0)
    assert re.fullmatch(r"1 flow, 4 vertices: no problems \(judged by mypy [\d.]+\)\n", by_mypy.out)
    assert re.fullmatch(
        r"1 flow, 4 vertices: no problems \(judged by pyright [\d.]+\)\n", by_pyright.out
    )
    assert (by_mypy.err, by_pyright.err) == ("", "")


def test_a_wrong_edge_is_reported_at_its_parameter_and_nothing_else_is(app: App) -> None:
    write_ranking(app, WRONG)

    done = app.check("app.flows:ranking")

    assert done.code == 1
    assert done.err == ""
    assert done.out.splitlines()[:9] == [
        "error[HB601]: `first` is `User`, but `promote` takes `Admin` as `admin`",
        "  --> app/flows.py:22, parameter `admin`",
        "   |",
        "22 | def promote(admin: Admin, *, score: float = out(rank).score) -> str:",
        "   |             ^^^^^^^^^^^^",
        "   |",
        "   = note: `first` is declared as `T` at app/flows.py:14",
        "   = note: in flow `ranking`, bound by rule: explicit",
        "help: bind `admin` to another value with `inputs=`, or correct one of the types",
    ]
    assert str(app.folder) not in done.text


def test_annotations_for_a_workflow_point_at_the_same_place(app: App) -> None:
    write_ranking(app, WRONG)

    done = app.check("app", "--format", "github", GITHUB_WORKSPACE=str(app.folder))

    assert done.code == 1
    assert done.out.startswith(
        "::error file=app/flows.py,line=22,col=13,endColumn=25,title=HB601::`first` is `User`"
    )


def test_json_on_the_output_is_json_even_if_the_app_prints(app: App) -> None:
    write_ranking(app, WRONG + "\n    print('the app says hello')\n")

    done = app.check("app", "--format", "json", "--explain")
    content = json.loads(done.out)

    assert done.code == content["exit_code"] == 1
    assert [p["code"] for p in content["problems"]] == ["HB601"]
    assert len(content["flows"][0]["edges"]) == 5
    assert "the app says hello" in done.err


def test_a_flow_that_does_not_build_shows_its_own_report(app: App) -> None:
    write_ranking(app, RIGHT.replace("find, first, rank, promote)", "first, rank, promote)"))

    done = app.check("app")

    assert done.code == 1
    assert "error[HB206]" in done.out
    assert "Traceback" not in done.text


def test_vertices_of_two_modules_with_one_name_are_a_report_of_the_flow(app: App) -> None:
    for module in ("one", "two"):
        app.write(
            f"{module}.py",
            """
            from hbia_dsl import vertex

            @vertex
            def load(text: str) -> str:
                return text
            """,
        )
    app.write(
        "joined.py",
        "import one, two\nfrom hbia_dsl import Flow\nflow = Flow.of('f', one.load, two.load)\n",
    )

    done = app.check("joined")

    assert done.code == 1
    assert "error[HB208]" in done.out


def test_a_module_that_does_not_import_shows_the_place_and_no_traceback(app: App) -> None:
    write_ranking(app, "import json\nimport no_such_thing\n")

    done = app.check("app.flows")

    assert done.code == 2
    assert "error[HB609]: `app.flows` cannot be imported: ModuleNotFoundError" in done.err
    assert "--> app/flows.py:2" in done.err
    assert "Traceback" not in done.text


def test_what_else_is_wrong_is_reported_together_with_it(app: App) -> None:
    write_ranking(app, WRONG)
    app.write("app/broken.py", "import no_such_thing\n")

    done = app.check("app")

    assert done.code == 2
    assert "HB609" in done.err
    assert "HB601" in done.out


def test_targets_without_a_flow_are_no_check_and_all_are_reported_together(app: App) -> None:
    write_ranking(app, RIGHT)

    done = app.check(
        "app.flows:rankin", "app.models", "no.such.module", "app/flow.py", "app.flows:first"
    )

    assert done.code == 2
    for expected in (
        "did you mean `ranking`?",
        "`app.models` has no flow at the top level of a module",
        "there is no module `no`",
        "`app/flow.py` is neither a module nor a file",
        "is not a flow; its type is `function`",
    ):
        assert expected in done.err
    assert "Traceback" not in done.text


def test_without_a_target_the_usage_is_shown(app: App) -> None:
    done = app.check()

    assert done.code == 2
    assert done.err == "hbia check: TARGETS is missing\nhelp: see hbia check --help\n"


def _without(app: App, *modules: str) -> Path:
    """Make a folder for PYTHONPATH in which modules cannot be imported."""
    lines = [f"sys.modules[{module!r}] = None\n" for module in modules]
    return app.write("hiding/sitecustomize.py", "import sys\n" + "".join(lines)).parent


@pytest.mark.parametrize("tool", ["mypy", "pyright"])
def test_a_checker_that_is_not_installed_is_named_with_what_installs_it(
    app: App, tool: str
) -> None:
    write_ranking(app, RIGHT)
    hiding = _without(app, tool)

    done = app.check("app", "--tool", tool, PYTHONPATH=str(hiding), PATH="")

    assert done.code == 2
    assert f"error[HB607]: {tool} is not installed" in done.err
    assert ("hbia-dsl[check]" if tool == "mypy" else "pyright[nodejs]") in done.err


def test_a_configuration_that_mypy_refuses_is_shown(app: App) -> None:
    write_ranking(app, RIGHT)
    app.write("mypy.ini", "[mypy]\nplugins = no.such.plugin\n")

    done = app.check("app")

    assert done.code == 2
    assert "error[HB608]: mypy gave up with exit status 2" in done.err
    assert "no.such.plugin" in done.err
    assert "Traceback" not in done.text


def test_a_check_explains_edges_and_writes_nothing_but_its_own_folder(app: App) -> None:
    write_ranking(app, RIGHT)
    before = sorted(p.relative_to(app.folder) for p in app.folder.rglob("*.py"))

    done = app.check("app", "--explain", HBIA_CACHE_DIR=str(app.folder / "kept"))

    assert done.code == 0
    assert "  rank.user <- first.first (explicit: `inputs=` says so)\n" in done.out
    assert "  promote.score <- rank.score (explicit: `out(...)` says so)\n" in done.out
    assert (
        sorted(
            p.relative_to(app.folder)
            for p in app.folder.rglob("*.py")
            if "kept" not in p.relative_to(app.folder).parts
        )
        == before
    )
    assert not (app.folder / ".mypy_cache").exists()
    assert (app.folder / "kept" / "check" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_where_nothing_can_be_written_the_check_does_without(app: App) -> None:
    write_ranking(app, RIGHT)
    app.write("file", "")

    done = app.check("app", HBIA_CACHE_DIR=str(app.folder / "file" / "inside"))

    assert (done.code, done.err) == (0, "")
