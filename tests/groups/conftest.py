"""Databases for each test of this folder, and nothing left of a run after it."""

import gc
from collections.abc import Iterator

import pytest

from cancel.cancel_world import assert_no_thread_works
from database_worlds import World, build_world
from postgres_server import postgres_database, postgres_own_database, postgres_uri

__all__ = ["postgres_database", "postgres_own_database", "postgres_uri"]


@pytest.fixture
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    """The database that a test asks for by name, with nothing left in it at the end."""
    yield from build_world(str(request.param), request)


@pytest.fixture(autouse=True)
def _collector_is_on() -> Iterator[None]:
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert_no_thread_works()
