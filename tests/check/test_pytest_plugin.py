"""`pytest --hbia-check TARGET` has one test for every flow."""

from importlib.metadata import entry_points
from pathlib import Path
from textwrap import dedent
from typing import Final

import yaml

from checked_app import App, Done

ROOT: Final = Path(__file__).parents[2]

FLOWS: Final = """
    from collections.abc import Sequence
    from typing import TypeVar

    from hbia_dsl import Flow, vertex

    T = TypeVar("T")

    @vertex
    def names(text: str) -> list[str]:
        return [text]

    @vertex(inputs={"items": names})
    def first(items: Sequence[T]) -> T:
        return items[0]

    @vertex(inputs={"number": first})
    def double(number: int) -> int:
        return 2 * number

    good = Flow.of("good", names, first)
    bad = Flow.of("bad", names, first, double)
"""


PYRIGHT: Final = ("--hbia-check-tool", "pyright")


def _pytest(app: App, *arguments: str) -> Done:
    app.write("pytest.ini", "[pytest]\nfilterwarnings = error\n")
    return app.run(
        *("-m", "pytest", "-p", "no:cacheprovider", "-p", "hbia_dsl.check.pytest_plugin"),
        *arguments,
        PYTEST_DISABLE_PLUGIN_AUTOLOAD="1",
    )


def test_every_flow_is_a_test_of_its_own_beside_the_others(app: App) -> None:
    app.write("flows.py", FLOWS)
    app.write("test_own.py", "def test_own() -> None:\n    pass\n")

    done = _pytest(app, "-q", "-rA", "--hbia-check", "flows")

    assert done.code == 1
    assert "1 failed, 2 passed" in done.out
    assert "PASSED hbia-check::flows:good" in done.out
    assert "FAILED hbia-check::flows:bad - error[HB601]" in done.out
    assert "error[HB601]: `first` is `str`, but `double` takes `int` as `number`" in done.out
    assert "Traceback" not in done.text


def test_flows_can_be_selected_by_name_and_judged_by_pyright(app: App) -> None:
    app.write("flows.py", FLOWS)

    done = _pytest(app, "-q", "--hbia-check", "flows", "-k", "good", *PYRIGHT)

    assert done.code == 0
    assert "1 passed, 1 deselected" in done.out


def test_what_cannot_be_imported_or_built_is_a_test_that_fails(app: App) -> None:
    app.write("broken.py", FLOWS.replace("names, first, double)", "first, double)"))

    done = _pytest(app, "-q", "--hbia-check", "broken", "--hbia-check", "no_such_module")

    assert done.code == 1
    assert "2 failed" in done.out
    assert "error[HB206]" in done.out
    assert "error[HB609]: there is no module `no_such_module`" in done.out


def test_a_checker_that_cannot_judge_fails_every_flow(app: App) -> None:
    app.write("flows.py", FLOWS)
    app.write("mypy.ini", "[mypy]\nignore_errors = True\n")

    done = _pytest(app, "-q", "--hbia-check", "flows")

    assert "2 failed" in done.out
    assert "error[HB606]" in done.out


def test_without_the_option_nothing_of_the_check_is_loaded(app: App) -> None:
    app.write(
        "test_own.py",
        dedent("""
            import sys

            def test_own() -> None:
                loaded = {name for name in sys.modules if name.startswith("hbia_dsl.check")}
                assert loaded == {"hbia_dsl.check", "hbia_dsl.check.pytest_plugin"}
        """),
    )

    done = _pytest(app, "-q")

    assert done.code == 0, done.out


def test_the_plugin_is_declared_for_pytest_to_find() -> None:
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert declared["project"]["entry-points"]["pytest11"] == {
        "hbia": "hbia_dsl.check.pytest_plugin"
    }
    installed = {e.value for e in entry_points(group="pytest11") if e.name == "hbia"}
    assert installed <= {"hbia_dsl.check.pytest_plugin"}


def test_the_hook_for_pre_commit_runs_the_command(app: App) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    app.write("flows.py", FLOWS)
    program, *arguments = hook["entry"].split()

    assert (hook["id"], program, hook["pass_filenames"]) == ("hbia-check", "hbia", False)
    assert app.run("-m", "hbia_dsl", *arguments, "flows").code == 1
