"""Apps that these tests write and run commands on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from written_apps import WrittenApp, written_app


@pytest.fixture
def app(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[WrittenApp]:
    """Work in an empty folder; modules there are called `app` or `app_...`."""
    with written_app(tmp_path, capsys) as app:
        yield app
