"""What every test stands on: only loopback sockets, and a database of its own on SQLite and on PostgreSQL."""

import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.store.database import Database
from tests.pgvector_server import CannotRun, pgvector_server

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for the outside fails at once."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test reached for {address[0]}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings of whoever runs the tests stay out of them."""
    for name in list(os.environ):
        if name.startswith(("SLACK_", "DISCORD_", "MODEL_", "EMBEDDINGS_", "OPENAI_", "POLYDESK_KEY")) or name in (
            "DATABASE_URL",
            "HOST",
            "PORT",
            "HEALTH_PORT",
            "SHOP_FILE",
        ):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgresql() -> str:
    """The address of a PostgreSQL that may be used; skipped where there is none, unless POLYDESK_REQUIRE_POSTGRESQL is set."""
    try:
        psycopg.connect(POSTGRESQL, connect_timeout=3).close()
    except psycopg.OperationalError as exc:
        if os.environ.get("POLYDESK_REQUIRE_POSTGRESQL"):
            raise
        pytest.skip(f"no PostgreSQL here: {type(exc).__name__}")
    return POSTGRESQL


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """A new, empty database; dropped afterwards."""
    name = f"polydesk_test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        yield server.rsplit("/", 1)[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def pgvector() -> Iterator[str]:
    """The address of a PostgreSQL that has pgvector; skipped where none can run, unless POLYDESK_REQUIRE_POSTGRESQL is set."""
    try:
        with pgvector_server() as address:
            yield address
    except CannotRun as exc:
        if os.environ.get("POLYDESK_REQUIRE_POSTGRESQL"):
            raise
        pytest.skip(f"no pgvector here: {exc}")


@pytest.fixture
def pgvector_database(pgvector: str) -> Iterator[str]:
    """A new PostgreSQL database with the extension, and nothing else."""
    with new_database(pgvector) as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
        yield address


@pytest.fixture
def postgresql_database(postgresql: str) -> Iterator[str]:
    """A database of the test's own."""
    with new_database(postgresql) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Two databases, one after the other: whatever holds on the one must hold on the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    return str(request.getfixturevalue("postgresql_database"))


@pytest.fixture
async def database(database_address: str) -> AsyncIterator[Database]:
    """Migrated and open, on SQLite and on PostgreSQL."""
    database = Database(database_address)
    await database.migrate()
    yield database
    await database.close()
