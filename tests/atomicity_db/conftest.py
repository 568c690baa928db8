"""A fixture for each test of this folder: one database after the other."""

from collections.abc import Iterator

import pytest

from database_worlds import WORLDS, World, build_world
from postgres_server import postgres_database, postgres_own_database, postgres_uri

__all__ = ["postgres_database", "postgres_own_database", "postgres_uri"]


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """Each database in turn."""
    yield from build_world(str(request.param), request)
