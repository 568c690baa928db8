"""Fixtures of the checks that start a type checker."""

from pathlib import Path

import pytest

from checked_app import App


@pytest.fixture(scope="session")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy remembers from one test to the next: of the standard library and of hbia_dsl."""
    return tmp_path_factory.mktemp("memory")


@pytest.fixture
def app(tmp_path: Path, memory: Path) -> App:
    """An empty app."""
    return App(tmp_path, memory)
