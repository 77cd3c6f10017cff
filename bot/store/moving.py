"""From SQLite to PostgreSQL: everything that we keep, table by table, in batches that are a transaction each.

While it runs nobody else writes into the old database. It can be stopped at any moment and begun again: what stands in the
new one already is compared and put right, so that even a desk that went on in between loses nothing.
"""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, Table, delete, func, inspect, select, text, tuple_
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store import neighbours
from bot.store.database import Database
from bot.tables import metadata

BATCH = 500
MARK = "polydesk_move"
"""A table of the new database for as long as the move is not done: what is in there is ours to change."""

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """A table that arrived: its rows, and the sum of their hashes, the same on both sides."""

    table: str
    rows: int
    hash: str


async def move(source: Database, target: Database, on_progress: Progress) -> Sequence[Moved]:
    """Copy all, compare all. `on_progress(rows done, rows in all, table)`. Raises StoreError when the new database is not ours
    to fill, or when it differs in the end."""
    await _claim(target)
    async with source.writing() as old:
        tables = metadata.sorted_tables
        for table in reversed(tables):
            await _forget_what_is_gone(old, target, table)
        done, whole = 0, sum([await _count(old, table) for table in tables])
        for table in tables:
            async for rows in _batches(old, table):
                await _put(target, table, rows)
                done += len(rows)
                on_progress(done, whole, table.name)
        moved = [await _compared(old, target, table) for table in tables]
    await _finish(target)
    await neighbours.arrange(target)
    return moved


async def _claim(target: Database) -> None:
    async with target.writing() as new:
        names = await new.run_sync(lambda sync: inspect(sync).get_table_names())
        if MARK in names:
            return
        if any([await _count(new, table) for table in metadata.sorted_tables if table.name in names]):
            raise StoreError("the new database holds data already. Give an empty one.")
        await new.execute(text(f"CREATE TABLE {MARK} (begun_at timestamptz DEFAULT now())"))


async def _finish(target: Database) -> None:
    """New rows are numbered after the old ones, and the database is a desk's like any other."""
    async with target.writing() as new:
        for table in metadata.sorted_tables:
            if (column := table.autoincrement_column) is not None:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                await new.execute(select(func.setval(sequence, select(func.coalesce(func.max(column), 0) + 1).scalar_subquery(), False)))
        await new.execute(text(f"DROP TABLE {MARK}"))


async def _count(connection: AsyncConnection, table: Table) -> int:
    return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


async def _batches(connection: AsyncConnection, table: Table, what: Sequence[Any] = ()) -> AsyncIterator[Sequence[Row[Any]]]:
    """All rows in the order of their keys; `what`: these columns only, the key first."""
    key = list(table.primary_key.columns)
    last: tuple[Any, ...] | None = None
    while True:
        asked: Select[Any] = select(*(what or table.columns)).order_by(*key).limit(BATCH)
        if last is not None:
            asked = asked.where(tuple_(*key) > tuple_(*last))
        rows = (await connection.execute(asked)).all()
        if rows:
            yield rows
        if len(rows) < BATCH:
            return
        last = tuple(rows[-1]._mapping[column] for column in key)


async def _forget_what_is_gone(old: AsyncConnection, target: Database, table: Table) -> None:
    """After a move that was stopped: rows that the old database has no more."""
    key = list(table.primary_key.columns)
    async with target.writing() as new:
        async for rows in _batches(new, table, key):
            keys = [tuple(row) for row in rows]
            kept = {tuple(row) for row in await old.execute(select(*key).where(tuple_(*key).in_(keys)))}
            gone = [one for one in keys if one not in kept]
            if gone:
                await new.execute(delete(table).where(tuple_(*key).in_(gone)))


async def _put(target: Database, table: Table, rows: Sequence[Row[Any]]) -> None:
    add = postgresql.insert(table)
    key = list(table.primary_key.columns)
    others = {column.name: add.excluded[column.name] for column in table.columns if not column.primary_key}
    async with target.writing() as new:
        written = [dict(zip(table.columns.keys(), map(_clean, row), strict=True)) for row in rows]
        await new.execute(add.on_conflict_do_update(index_elements=key, set_=others) if others else add.on_conflict_do_nothing(), written)


async def _compared(old: AsyncConnection, target: Database, table: Table) -> Moved:
    ours = await _digest(old, table)
    async with target.reading() as new:
        theirs = await _digest(new, table)
    if ours != theirs:
        raise StoreError(f"the table {table.name} differs after the move. Run it again; the old database is as it was.")
    return Moved(table.name, *ours)


async def _digest(connection: AsyncConnection, table: Table) -> tuple[int, str]:
    """How many rows, and the sum of their hashes, which knows no order: databases sort differently."""
    count, total = 0, 0
    async for rows in _batches(connection, table):
        count += len(rows)
        for row in rows:
            total += int.from_bytes(hashlib.sha256(repr(tuple(map(_clean, row))).encode()).digest())
    return count, f"{total % 2**256:064x}"


def _clean(value: Any) -> Any:
    """PostgreSQL takes no NUL in a text; bytes are bytes on both sides."""
    if isinstance(value, str):
        return value.replace("\0", "")
    return bytes(value) if isinstance(value, memoryview) else value
