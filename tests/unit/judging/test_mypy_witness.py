"""The witness notes all that mypy looks at, and says nothing where it cannot vouch for it.

A program of our own stands for mypy; that the real one leaves nothing out is for
tests/check/test_repeated_checks.py.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Final

import attrs
import pytest

from hbia_dsl.judging import mypy_witness
from hbia_dsl.judging.seen_facts import Facts, facts_now


@attrs.frozen
class Told:
    """What a run with a witness left behind."""

    code: int
    out: str
    facts: Facts | None

    def noted(self, kind: str) -> set[str]:
        """Return the names that it has noted of a kind."""
        assert self.facts is not None
        return {k.partition(" ")[2] for k in self.facts if k.startswith(f"{kind} ")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in ("work/mypy", "work/texts", "app"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / "app" / "flows.py").write_text("number = 1\n", encoding="utf-8")
    return tmp_path


def _run(folder: Path, body: str, **environment: str) -> Told:
    """Run a body as mypy; all that it needs is imported before the witness looks."""
    program = f"def console_entry():\n{_indented(body)}\n"
    package = folder / "stands_in" / "mypy"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "__main__.py").write_text(f"{IMPORTS}\n{program}", encoding="utf-8")
    output = folder / "facts.json"
    done = subprocess.run(
        [
            *(sys.executable, "-P", str(mypy_witness.__file__), str(output)),
            *map(str, (folder / "work", folder / "work" / "mypy", folder / "work" / "texts")),
            *("--", "-m", "module"),
        ],
        cwd=folder,
        # Without compiled modules: writing them would be somebody else's file.
        env={
            **os.environ,
            "PYTHONPATH": str(folder / "stands_in"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert not done.stderr, done.stderr
    facts = json.loads(output.read_text(encoding="utf-8")) if output.exists() else None
    return Told(done.returncode, done.stdout, facts)


IMPORTS: Final = "import glob, importlib, os, pathlib, subprocess, sys"


def _indented(body: str) -> str:
    return "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        ("open('app/flows.py').read()", "file", "app/flows.py"),
        ("os.open('app/flows.py', os.O_RDONLY)", "file", "app/flows.py"),
        ("pathlib.Path('app/flows.py').read_text()", "file", "app/flows.py"),
        ("os.path.exists('absent.py')", "file", "absent.py"),
        ("os.path.isfile(b'app/flows.pyi')", "file", "app/flows.pyi"),
        ("pathlib.Path('app').is_dir()", "file", "app"),
        ("os.path.islink('app')", "link", "app"),
        ("os.path.islink('app')", "file", "app"),
        ("os.path.realpath('app/flows.py')", "link", "app/flows.py"),
        ("os.listdir('app')", "list", "app"),
        ("os.scandir('app').close()", "list", "app"),
        ("glob.glob('app/*.py')", "list", "app"),
        ("list(os.walk('app'))", "list", "app"),
    ],
)
def test_every_way_to_look_is_noted(folder: Path, body: str, kind: str, name: str) -> None:
    assert str(folder / name) in _run(folder, body).noted(kind)


@pytest.mark.parametrize(
    "body",
    [
        "os.environ.get('WANTED')",
        "os.getenv('WANTED')",
        "'WANTED' in os.environ",
        "os.path.expandvars('$WANTED/src')",
    ],
)
def test_a_variable_that_was_asked_for_is_noted(folder: Path, body: str) -> None:
    assert "WANTED" in _run(folder, body).noted("env")
    assert _run(folder, body, WANTED="a").facts != _run(folder, body, WANTED="b").facts


def test_a_variable_that_mypy_has_set_itself_is_not_noted(folder: Path) -> None:
    told = _run(folder, "os.environ['OWN'] = 'x'; os.environ['OWN']")

    assert told.noted("env").isdisjoint({"OWN"})


@pytest.mark.parametrize(
    "body",
    [
        "subprocess.run([sys.executable, '-c', 'pass'])",
        "os.fork() or os._exit(0)",
        "import plugin_of_the_app",
        "importlib.import_module('plugin_of_the_app')",
        "importlib.import_module('plugin_of_the_app'); del sys.modules['plugin_of_the_app']",
        "importlib.__import__('plugin_of_the_app')",
        "open('report.html', 'w').close()",
        "open('app/flows.py', 'a').close()",
        "os.open('report.html', os.O_CREAT | os.O_WRONLY)",
        "dict(os.environ)",
        "os.stat('flows.py', dir_fd=os.open('app', os.O_RDONLY))",
        "os.stat('app', follow_symlinks=False)",
        "open('app/flows.py').read(); os.utime('app/flows.py')",
        "os.path.exists('app/new.py'); os.rename('app/flows.py', 'app/new.py')",
        "os.listdir('app'); os.rename('app/flows.py', 'app/new.py')",
    ],
)
def test_what_it_cannot_vouch_for_leaves_no_facts(folder: Path, body: str) -> None:
    (folder / "stands_in").mkdir()
    (folder / "stands_in" / "plugin_of_the_app.py").write_text("", encoding="utf-8")

    assert _run(folder, body).facts is None


def test_of_what_mypy_remembers_and_of_the_text_nothing_is_noted(folder: Path) -> None:
    told = _run(
        folder,
        """
        open("work/mypy/cache", "w").close()
        open("work/mypy/cache").close()
        os.listdir("work/texts")
        os.listdir(os.path.abspath("work"))
        """,
    )

    assert told.facts is not None
    assert not [key for key in told.facts if str(folder / "work") in key]


def test_of_a_file_that_has_just_changed_the_content_is_noted(folder: Path) -> None:
    told = _run(folder, "open('app/flows.py').read()")

    assert str(folder / "app" / "flows.py") in told.noted("content")


def test_the_modules_of_mypy_are_noted(folder: Path) -> None:
    told = _run(folder, "pass")

    assert str(folder / "stands_in" / "mypy" / "__main__.py") in told.noted("file")


def test_facts_are_the_same_for_whoever_looks_later(folder: Path) -> None:
    told = _run(folder, "os.listdir('app'); os.getenv('WANTED'); open('app/flows.py').read()")

    assert told.facts is not None
    assert facts_now(told.facts, {}) == told.facts


@pytest.mark.parametrize(
    ("end", "code"),
    [("return", 0), ("sys.exit(1)", 1), ("sys.stdout.flush(); os._exit(1)", 1)],
)
def test_mypy_speaks_and_ends_as_it_would_alone(folder: Path, end: str, code: int) -> None:
    told = _run(folder, f"print(sys.argv)\n{end}")

    assert (told.code, told.out) == (code, "['mypy', '-m', 'module']\n")
    assert told.facts is not None
