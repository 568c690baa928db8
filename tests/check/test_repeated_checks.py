"""A check that is repeated does not start mypy, and says what mypy would say."""

from pathlib import Path
from textwrap import dedent
from typing import Final

import attrs
import pytest

from checked_app import App

PROGRAM: Final = """
import importlib.util, os, subprocess, sys

asked, run, find = 0, subprocess.run, importlib.util.find_spec

def counted(*args, **kwargs):
    global asked
    asked += 1
    return run(*args, **kwargs)

def found(name):
    spec = find(name)
    if name == "mypy" and "OTHER_MYPY" in os.environ:
        spec.origin = os.path.join(os.environ["OTHER_MYPY"], "__init__.py")
    return spec

subprocess.run, importlib.util.find_spec = counted, found
from hbia_dsl.check.check_flow import check_targets
report = check_targets(["app"])
print(asked, report.exit_code)
print(report, file=sys.stderr)
"""

FLOWS: Final = """
    from collections.abc import Sequence
    from typing import TypeVar

    from app.models import User
    from hbia_dsl import Flow, vertex
    from notes.kinds import kept

    T = TypeVar("T")

    @vertex
    def find(name: str) -> list[User]:
        return [User(name)]

    @vertex(inputs={"items": find})
    def first(items: Sequence[T]) -> T:
        return items[0]

    @vertex(inputs={"user": first})
    @kept
    def greet(user: User) -> str:
        return user.name

    greeting = Flow.of("greeting", find, first, greet)
"""
MODELS: Final = """
    import attrs

    @attrs.frozen
    class User:
        name: str

    @attrs.frozen
    class Admin(User):
        rights: int = 0
"""
DEEP: Final = """
    from typing import TypeVar

    F = TypeVar("F")

    def kept(function: F) -> F:
        return function
"""
SEEN_AS_ADMIN: Final = """
    from collections.abc import Callable
    from typing import Any

    from app.models import Admin

    def kept(function: Any) -> Callable[[Admin], str]: RETURN
"""
EDITS: Final = {
    # In the app: the edge is wrong for every reader.
    "app/flows.py": (FLOWS.replace("User(name)", "None"), 0),
    # Python sees the same function as before, and mypy another one.
    "notes/deep.py": (SEEN_AS_ADMIN.replace("RETURN", "return function"), 1),
    # Files that were not there: stubs take the place of what mypy has read.
    "notes/deep.pyi": (SEEN_AS_ADMIN.replace("RETURN", "..."), 1),
    "notes/kinds.pyi": (SEEN_AS_ADMIN.replace("RETURN", "..."), 1),
    # Configurations that were not there; the first is in force, then one that comes before it.
    "pyproject.toml": ('[[tool.mypy.overrides]]\nmodule = "hbia_flows.*"\nignore_errors = true', 2),
    "mypy.ini": ("[mypy]\n[mypy-hbia_flows.*]\nignore_errors = True\n", 2),
}
"""File, what it becomes, and the exit code that follows."""


@attrs.frozen
class Said:
    """What one check says."""

    asked: bool
    """Whether it started mypy."""
    code: int
    text: str


def _check(app: App, **environment: str) -> Said:
    done = app.run("-c", PROGRAM, **environment)
    asked, _, code = done.out.partition(" ")
    assert asked in ("0", "1"), done.err
    return Said(asked == "1", int(code), done.err)


@pytest.fixture
def settled(app: App) -> App:
    """An app without problems, checked until nothing was left to learn."""
    app.write("app/__init__.py", "")
    app.write("app/flows.py", FLOWS)
    app.write("app/models.py", MODELS)
    app.write("notes/__init__.py", "")
    app.write("notes/kinds.py", "from notes.deep import kept as kept\n")
    app.write("notes/deep.py", DEEP)
    assert _check(app).code == 0
    _check(app)  # mypy writes into its own folder for the first time, perhaps
    assert not _check(app).asked
    return app


def test_nothing_is_asked_while_nothing_changes(settled: App) -> None:
    first = _check(settled)
    again = _check(settled)

    assert not first.asked
    assert first == again
    assert "1 flow, 3 vertices: no problems (judged by mypy" in first.text


def test_after_every_edit_mypy_is_asked_and_heard(settled: App) -> None:
    for path, (text, code) in EDITS.items():
        file = settled.folder / path
        before = file.read_text(encoding="utf-8") if file.exists() else None
        settled.write(path, text)

        edited = _check(settled)
        assert (edited.asked, edited.code) == (True, code), (path, edited.text)

        if before is None:
            file.unlink()
        else:
            file.write_text(before, encoding="utf-8")
    undone = _check(settled)
    assert (undone.asked, undone.code) == (True, 0), undone.text


def test_problems_are_remembered_as_well(settled: App) -> None:
    settled.write("notes/deep.py", SEEN_AS_ADMIN.replace("RETURN", "return function"))
    first = _check(settled)
    again = _check(settled)

    assert (first.asked, first.code) == (True, 1)
    assert (again.asked, again.code, again.text) == (False, 1, first.text)


def test_another_mypy_and_another_search_path_are_asked_again(settled: App, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "version.py").write_text('__version__ = "9.9"\n', encoding="utf-8")

    other = _check(settled, OTHER_MYPY=str(tmp_path / "other"))
    elsewhere = _check(settled, MYPYPATH="elsewhere")

    assert (other.asked, elsewhere.asked) == (True, True)
    assert "judged by mypy 9.9" in other.text


def test_with_a_plugin_mypy_is_always_asked(settled: App) -> None:
    settled.write(
        "plugin.py",
        """
        from mypy.plugin import Plugin

        def plugin(version: str) -> type[Plugin]:
            return Plugin
        """,
    )
    settled.write("mypy.ini", "[mypy]\nplugins = plugin.py\n")

    said = [_check(settled) for _ in range(2)]

    assert [(one.asked, one.code) for one in said] == [(True, 0)] * 2


AT_ONCE: Final = """
import os, subprocess, sys
sys.path.insert(0, os.getcwd())  # as checks of targets do it
from hbia_dsl import Flow
from hbia_dsl.check.check_flow import check_flows, check_targets
from app.flows import find, first, greeting, greet

also_greeting = Flow.of("greeting", find, first)
checks = [
    lambda: check_targets(["app"]),
    lambda: check_targets(["app"], strict_any=True),
    lambda: check_flows([greeting]),
    lambda: check_flows([also_greeting]),
]
run, waiting, reports, asked = subprocess.run, [], [], 0

def others_first(*args, **kwargs):
    global asked
    asked += 1
    if waiting:
        reports.append(waiting.pop()())
    return run(*args, **kwargs)

subprocess.run = others_first
for _ in range(2):
    asked, reports = 0, []
    waiting.extend(checks)
    while waiting:
        reports.append(waiting.pop()())
    print(asked, [str(report.exit_code) for report in reports])
    assert all(report.ok for report in reports), "\\n".join(map(str, reports))
"""
"""Starts every check between the moment at which another one has written its text and that at
which mypy reads it; then all of them again."""


def test_checks_of_equal_names_that_run_at_once_do_not_disturb_each_other(settled: App) -> None:
    settled.write("app/flows.py", f"{dedent(FLOWS)}# edited, so all must be asked\n")

    done = settled.run("-c", AT_ONCE)

    assert done.code == 0, done.err
    assert done.out.splitlines() == ["4 ['0', '0', '0', '0']", "0 ['0', '0', '0', '0']"]
