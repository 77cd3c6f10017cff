"""A shop that outgrows SQLite takes everything along to PostgreSQL, also when the move is interrupted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from bot.errors import StoreError
from bot.store import moving
from bot.store.database import Database
from bot.tables import documents, events, metadata, passages, threads, turns, vectors

THREAD = {"place": "web:w:c:", "language": "de", "holder": "bot", "opened_at": 0.1, "active_at": 1792000000.123456}
TURN = {"role": "customer", "author": "U1", "message_id": "", "said_at": 1.5, "reference": ""}
EVENT = {"platform": "web", "place": "web:w:c:", "author": "U1", "state": "done", "body": "", "sent_at": 1.0, "received_at": 1.0}

DOCUMENT = {"id": 2, "address": "a.md", "title": "A", "url": "", "language": "en", "fingerprint": "f", "indexed_at": 2.0}
VECTOR = {"dimension": 2, "data": b"\0\xff\1\2"}


@pytest.fixture
async def old(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/old.db")
    await database.migrate()
    async with database.writing() as connection:
        await connection.execute(insert(threads), [{"id": number, **THREAD} for number in (1, 7)])
        words = ["Grüße 🎁", "a\0b", "مرحبا"]
        rows = [{"id": number, "thread_id": 7, "text": words[number % 3], **TURN} for number in range(1, 1300)]
        await connection.execute(insert(turns), rows)
        mail = [{"id": n, "event_id": f"e{n}", "identity": f"i{n}", "attempts": 1, "error": "", "turn_id": None, **EVENT} for n in (3, 4)]
        await connection.execute(insert(events), mail)
        await connection.execute(
            insert(documents).values(id=2, address="a.md", title="A", url="", language="en", fingerprint="f", indexed_at=2.0)
        )
        await connection.execute(insert(passages).values(id=9, document_id=2, position=0, heading="", text="Text", terms="text"))
        await connection.execute(
            insert(vectors), [{"passage_id": 9, "model": m, "dimension": 2, "data": b"\0\xff\1\2"} for m in ("b", "a")]
        )
    yield database
    await database.close()


@pytest.fixture
async def new(postgresql_database: str) -> AsyncIterator[Database]:
    database = Database(postgresql_database)
    await database.migrate()
    yield database
    await database.close()


def silent(done: int, whole: int, table: str) -> None:
    """Nobody looks."""


async def rows(database: Database, table: str) -> list[tuple[object, ...]]:
    here = metadata.tables[table]
    async with database.reading() as connection:
        found = await connection.execute(select(here).order_by(*here.primary_key.columns))
        return [tuple(row) for row in found]


async def test_everything_arrives_and_is_the_same(old: Database, new: Database) -> None:
    moved = {table.table: table.rows for table in await moving.move(old, new, silent)}
    assert moved["turns"] == 1299
    assert moved["vectors"] == 2
    for table in metadata.tables:
        before = [tuple(v.replace("\0", "") if isinstance(v, str) else v for v in row) for row in await rows(old, table)]
        assert await rows(new, table) == before


async def test_the_next_row_gets_a_number_of_its_own(old: Database, new: Database) -> None:
    await moving.move(old, new, silent)
    async with new.writing() as connection:
        made = await connection.execute(insert(threads).values(THREAD))
        assert made.inserted_primary_key == (8,)


async def test_a_move_that_was_stopped_goes_on_and_takes_over_what_happened_in_between(old: Database, new: Database) -> None:
    def stop(done: int, whole: int, table: str) -> None:
        if table == "turns" and done > 600:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await moving.move(old, new, stop)
    async with old.writing() as connection:
        await connection.execute(update(turns).where(turns.c.id == 1).values(text="changed"))
        await connection.execute(delete(turns).where(turns.c.id == 2))
        await connection.execute(insert(turns).values(id=5000, thread_id=1, text="later", **TURN))
    assert {table.table: table.rows for table in await moving.move(old, new, silent)}["turns"] == 1299
    assert [row[0] for row in await rows(new, "turns")] == [row[0] for row in await rows(old, "turns")]


async def test_a_database_in_use_is_left_alone(old: Database, new: Database) -> None:
    async with new.writing() as connection:
        await connection.execute(insert(threads).values(THREAD))
    with pytest.raises(StoreError, match="holds data already"):
        await moving.move(old, new, silent)
    await moving.move(old, await emptied(new), silent)
    with pytest.raises(StoreError, match="holds data already"):
        await moving.move(old, new, silent)


async def emptied(database: Database) -> Database:
    async with database.writing() as connection:
        await connection.execute(text("TRUNCATE threads CASCADE"))
    return database
