"""The database itself: two engines (one writes, one reads), transactions, and whether its tables are of today.

SQLite takes one writer at a time. A transaction that reads first and writes later loses updates there without a word,
so every writing transaction begins IMMEDIATE and waits its turn; readers have an engine of their own and never wait.
A commit waits for the disk where somebody outside is told of it, so that it stands after a power cut too, and with it all that was
committed before. The others leave the waiting to the next one that does: it costs CPU as well. For a process that is killed it is the same.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import ConfigError, StoreError
from bot.outage import Outage
from bot.store.nearby import connect

BUSY_SECONDS = 5
NETWORK = {"connect_timeout": 5, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 10_000}
"""A PostgreSQL that is gone without a word is noticed in seconds (the last one in milliseconds)."""
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def database_url(address: str) -> URL:
    """The address with the async driver that we use; ConfigError for any other database."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as exc:
        raise ConfigError(
            ["DATABASE_URL is not an address of a database. Write sqlite:///polydesk.db or postgresql://user:password@host/name."]
        ) from exc
    if url.drivername not in DRIVERS:
        raise ConfigError([f"DATABASE_URL names {url.drivername!r}, and Polydesk speaks sqlite and postgresql."])
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ConfigError(["DATABASE_URL names no file, and nothing can be kept in memory alone. Write sqlite:///polydesk.db."])
    return url.set(drivername=DRIVERS[url.drivername])


class Database:
    """Two engines over one database. `embedded` is True for SQLite.

    `outage`: where it says in the log that it is away; whoever runs one command reads it from the error.
    """

    def __init__(self, address: str, outage: Outage | None = None) -> None:
        self.outage = outage
        self.url = database_url(address)
        self.embedded = self.url.get_backend_name() == "sqlite"
        if self.embedded:
            self._writer = _sqlite(self.url, writes=True, pool_size=1)
            self._lasting = self._writer.execution_options(lasting=True)
            self._reader = _sqlite(self.url, writes=False, pool_size=4)
        else:
            network = {name: value for name, value in NETWORK.items() if name not in self.url.query}
            # None beyond the pool: SQLAlchemy would close such a connection after each use.
            self._writer = self._lasting = create_async_engine(self.url, pool_size=16, max_overflow=0, connect_args=network)
            # BEGIN and its end are two more ways to the server, and around reads in READ COMMITTED they bind nothing together.
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def address(self) -> str:
        """Of a PostgreSQL, for those who bring a connection of their own: postgresql://user:password@host/name."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @asynccontextmanager
    async def writing(self, *, lasting: bool = False, single: bool = False) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write: committed at the end, undone on an exception. Raises StoreError.

        `lasting`: somebody is told of it outside, so it must stand after a power cut too, and with it all that was committed before.
        `single`: one statement writes, and nothing that was read before it must hold still: on PostgreSQL it needs no transaction.
        """
        engine = self._reader if single and not self.embedded else self._lasting if lasting else self._writer
        async with self._alarmed(), _translated(), engine.begin() as connection:
            yield connection
        if self.outage is not None:
            self.outage.worked()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Only reads, and never waits for a writer: one transaction; on PostgreSQL each statement for itself. Raises StoreError."""
        async with self._alarmed(), _translated(), self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def _alarmed(self) -> AsyncIterator[None]:
        try:
            yield
        except StoreError as exc:
            if self.outage is not None:
                self.outage.failed(exc)
            raise

    async def version(self) -> str | None:
        """The migration that the database stands at; None for an empty database."""
        if not self._begun():
            return None
        async with self.reading() as connection:
            if "alembic_version" not in await connection.run_sync(lambda sync: sync.dialect.get_table_names(sync)):
                return None
            return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()

    async def migrate(self) -> None:
        """Bring the tables up to today, in a thread: Alembic is not async."""
        with _plain():
            if self.embedded and self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(_upgrade, self.url.render_as_string(hide_password=False))

    def _begun(self) -> bool:
        """Whether there is something to open: SQLite would make the file, or fail where its folder is missing."""
        return not self.embedded or not self.url.database or Path(self.url.database).exists()

    async def close(self) -> None:
        """Give the connections back. Twice is fine."""
        await self._writer.dispose()
        if self.embedded:
            await self._reader.dispose()


def newest_version() -> str:
    """The migration that this code needs."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory(str(_migrations())).get_current_head()
    assert head, "migrations/ holds no migration"  # noqa: S101
    return head


def _upgrade(address: str) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(_migrations()))
    settings.attributes["database_url"] = address
    try:
        command.upgrade(settings, "head")
    except SQLAlchemyError as exc:
        raise StoreError(f"the database could not be migrated: {_reason(exc)}") from exc


def _migrations() -> Path:
    return Path(__file__).resolve().parents[2] / "migrations"


def _sqlite(url: URL, writes: bool, pool_size: int) -> AsyncEngine:
    near = {"async_creator_fn": connect(writes)}
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=60, connect_args=near)

    @event.listens_for(engine.sync_engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        if not writes:
            # How many passages hold a word. It may stand before the table that it looks at.
            cursor.execute("CREATE VIRTUAL TABLE temp.passages_words USING fts5vocab(main, passages_text, row)")
        for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_now(connection: Any) -> None:
        if writes:
            connection.connection.driver_connection.wait_for_disk(connection.get_execution_options().get("lasting", False))
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


@asynccontextmanager
async def _translated() -> AsyncIterator[None]:
    with _plain():
        yield


@contextmanager
def _plain() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as exc:
        raise StoreError(f"the database of DATABASE_URL cannot be used: {_reason(exc)}") from exc


def _reason(exc: BaseException) -> str:
    """The driver's own words, without the statement and its parameters: those hold what people wrote."""
    origin = exc.orig if isinstance(exc, DBAPIError) else exc
    return str(origin).splitlines()[0][:200] if str(origin) else type(exc).__name__
