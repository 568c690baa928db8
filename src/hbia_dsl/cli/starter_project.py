"""The files of a project that `hbia init` makes."""

from collections.abc import Mapping
from typing import Final

_PYPROJECT: Final = """\
[project]
name = "{package}"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["hbia-dsl[cli,check]"]

[dependency-groups]
dev = ["pytest"]

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["."]
"""

_README: Final = """\
# {package}

Flows with hbia_dsl: one in code, one as a document.

| to | run |
|---|---|
| run the flow in code | `hbia run {package}.flows:greeting --set name=ann` |
| run the document | `hbia run flows/greeting.yaml --handlers {package}.handlers --set name=ann` |
| see the stages | `hbia show {package}.flows:greeting` |
| have the types checked | `hbia check {package}` |
| validate and lint documents | `hbia validate flows`, `hbia lint flows` |
| run the tests | `python -m pytest` |
"""

_INIT: Final = '''\
"""Flows and their vertices."""
'''

_FLOWS: Final = '''\
"""A flow in code: its edges follow from the types of the functions."""

from typing import NewType

from hbia_dsl import Flow, vertex

Name = NewType("Name", str)
Greeting = NewType("Greeting", str)


@vertex(effect="pure")
def tidy(name: str) -> Name:
    """Bring a name into one form."""
    return Name(" ".join(name.split()).title())


@vertex(effect="pure")
def count_letters(name: Name) -> int:
    """Count the letters of a name."""
    return sum(letter.isalpha() for letter in name)


@vertex(inputs={"letters": count_letters}, effect="pure")
def greet(name: Name, letters: int) -> Greeting:
    """Write a greeting."""
    return Greeting(f"Hello {name}, your name has {letters} letters.")


greeting = Flow.of("greeting", tidy, count_letters, greet, result=greet)
'''

_HANDLERS: Final = '''\
"""Handlers of flows/greeting.yaml: they take keywords and return a dict of outputs."""


def tidy(name: str) -> dict[str, object]:
    """Bring a name into one form."""
    return {"name": " ".join(name.split()).title()}


def count_letters(name: str) -> dict[str, object]:
    """Count the letters of a name."""
    return {"letters": sum(letter.isalpha() for letter in name)}


def greet(name: str, letters: int) -> dict[str, object]:
    """Write a greeting."""
    return {"text": f"Hello {name}, your name has {letters} letters."}
'''

_DOCUMENT: Final = """\
flow:
  greeting:
    tidy:
      handler: {package}.handlers.tidy
      effect: pure
      version: "1"
      inputs: {name: str}
      outputs: {name: str}
      next: [count_letters]
    count_letters:
      handler: {package}.handlers.count_letters
      effect: pure
      version: "1"
      inputs: {name: tidy.name}
      outputs: {letters: int}
      next: [greet]
    greet:
      handler: {package}.handlers.greet
      effect: pure
      version: "1"
      inputs: {name: tidy.name, letters: count_letters.letters}
      outputs: {text: str}
"""

_TESTS: Final = '''\
"""The flow in code and the document do the same."""

from hbia_dsl import load_graph_from_yaml, run_flow

from {package}.flows import greeting

HELLO = "Hello Ann Lee, your name has 6 letters."


def test_the_flow_greets() -> None:
    assert greeting.run(name=" ann  lee ").value == HELLO


def test_the_flow_greets_in_parallel_too() -> None:
    assert greeting.run(parallel=True, name=" ann  lee ").value == HELLO


def test_the_document_greets() -> None:
    graph = load_graph_from_yaml("flows/greeting.yaml")

    result = run_flow(
        graph,
        allowed=["{package}.handlers"],
        initial_data={"name": " ann  lee "},
    )

    assert result["greet.text"] == HELLO
'''

_IGNORED: Final = """\
.hbia_cache/
.mypy_cache/
.pytest_cache/
.venv/
__pycache__/
"""


def starter_project(package: str) -> Mapping[str, str]:
    """Return the files of a project by path, with `/` between the parts.

    Args:
        package: The name of its package.
    """
    files = {
        "pyproject.toml": _PYPROJECT,
        "README.md": _README,
        ".gitignore": _IGNORED,
        f"{package}/__init__.py": _INIT,
        f"{package}/flows.py": _FLOWS,
        f"{package}/handlers.py": _HANDLERS,
        "flows/greeting.yaml": _DOCUMENT,
        "tests/test_greeting.py": _TESTS,
    }
    return {name: text.replace("{package}", package) for name, text in files.items()}
