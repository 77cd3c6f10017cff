"""Cursors on SQLite and PostgreSQL."""

import pytest
from sqlalchemy import update

from bot.platforms import Cursor
from bot.store import cursors
from bot.store.cursors import CursorStore
from bot.store.database import Database
from bot.tables import cursors as table


async def test_a_cursor_is_kept_and_moves(database: Database) -> None:
    store = CursorStore(database, "discord")
    assert await store.read() == []
    await store.write([])
    await store.write([Cursor("2001", "", "1"), Cursor("2001", "3001", "100")])
    await store.write([Cursor("2001", "3001", "1575076465207148545")])
    assert set(await store.read()) == {Cursor("2001", "", "1"), Cursor("2001", "3001", "1575076465207148545")}


async def test_platforms_and_workspaces_do_not_see_each_others_cursors(database: Database) -> None:
    discord, slack = CursorStore(database, "discord"), CursorStore(database, "slack")
    await discord.write([Cursor("w", "c", "1"), Cursor("v", "c", "2")])
    await slack.write([Cursor("w", "c", "3")])
    assert set(await discord.read()) == {Cursor("w", "c", "1"), Cursor("v", "c", "2")}
    assert await slack.read() == [Cursor("w", "c", "3")]


@pytest.mark.parametrize("channel", ["3001", ""])
async def test_a_channel_that_was_silent_for_long_is_forgotten_but_never_the_workspace(database: Database, channel: str) -> None:
    store = CursorStore(database, "discord")
    await store.write([Cursor("2001", channel, "1")])
    async with database.writing() as connection:
        await connection.execute(update(table).values(moved_at=table.c.moved_at - cursors.KEEP - 1))
    assert await store.read() == ([] if channel else [Cursor("2001", "", "1")])
