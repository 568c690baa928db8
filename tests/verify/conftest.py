"""Apps that these tests write and run `hbia verify` on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from written_apps import WrittenApp, written_app


@pytest.fixture
def app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[WrittenApp]:
    """Work in an empty folder; modules there are called `app` or `app_...`."""
    with written_app(tmp_path, capsys) as app:
        yield app


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try compensations and members again at once."""
    monkeypatch.setattr("hbia_dsl.drivers.undoing.FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr("hbia_dsl.flow.group_members.RETRIABLE_PAUSE_S", 0.001)
