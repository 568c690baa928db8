"""What all tests share: clean surroundings, Hypothesis profiles, and examples in text as tests.

Every Python block of README.md and of the pages under docs/ is run, and so is every
`>>>` example in a docstring of the package, so none of them can go stale.
"""

import os
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.integration import pytest as sybil_for_pytest
from sybil.parsers.markdown import ClearNamespaceParser, PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

LONG = os.environ.get("HBIA_LONG") == "1"
"""Whether the slow versions of tests were asked for."""

# The same examples on every machine, so that a red run can be repeated; the long profile explores.
settings.register_profile("short", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile(
    "long",
    deadline=None,
    max_examples=2_000,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("long" if LONG else "short")


def pytest_configure(config: pytest.Config) -> None:
    """Make a run independent of who starts it: no settings of theirs, our mypy, our mypy.ini."""
    for name in [name for name in os.environ if name.startswith("HBIA_") and name != "HBIA_LONG"]:
        del os.environ[name]

    # Typing cases start the `mypy` that they find on the path. It must be the one of this
    # interpreter, also when its environment has not been activated.
    scripts = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])
    if config.option.mypy_ini_file is None:
        config.option.mypy_ini_file = str(config.rootpath / "mypy.ini")
    # A folder of this run alone: two runs must not write one cache of mypy's.
    if config.option.mypy_testing_base == tempfile.gettempdir():
        scratch = tempfile.TemporaryDirectory(prefix="hbia-typing-cases-")
        config.add_cleanup(scratch.cleanup)
        config.option.mypy_testing_base = scratch.name


def _as_main_module(namespace: MutableMapping[str, object]) -> None:
    """Let the blocks of a page behave like a script: classes made there have a real module."""
    namespace["__name__"] = "__main__"


_pages = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser(), ClearNamespaceParser()],
    # `**` matches one folder only before Python 3.13, so every depth is written out.
    patterns=["README.md", "docs/*.md", "docs/*/*.md", "docs/*/*/*.md"],
    setup=_as_main_module,
)
_docstrings = Sybil(
    parsers=[DocTestParser()],
    patterns=["src/hbia_dsl/*.py", "src/hbia_dsl/*/*.py"],
    document_types={".py": PythonDocStringDocument},
)
pytest_collect_file = sybil_for_pytest.pytest_integration(_pages, _docstrings)
