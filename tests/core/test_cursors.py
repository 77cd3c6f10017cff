"""Cursors on SQLite and PostgreSQL."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.messages import MessageDeleted, MessageReceived, Person, Place
from bot.platforms import Cursor
from bot.store import cursors
from bot.store.cursors import CursorStore
from bot.store.database import Database
from bot.store.inbox import InboxStore
from bot.store.workers import Holder
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


async def test_of_a_workspace_that_we_left_no_cursor_stays(database: Database) -> None:
    discord, slack = CursorStore(database, "discord"), CursorStore(database, "slack")
    await discord.write([Cursor("w", "", "1"), Cursor("w", "c", "1"), Cursor("v", "c", "2")])
    await slack.write([Cursor("w", "c", "3")])
    await discord.forget("w")
    assert await discord.read() == [Cursor("v", "c", "2")]
    assert await slack.read() == [Cursor("w", "c", "3")]


def asked(place: Place, message: str, at: float = 0.0) -> MessageReceived:
    """A direct message."""
    return MessageReceived(f"e-{message}", place, message, Person("slack", "T1", "U1"), "?", at, "direct")


async def test_places_are_those_where_somebody_spoke_lately_the_latest_first(database: Database) -> None:
    inbox, store = InboxStore(database, Holder()), CursorStore(database, "slack")
    old, late, later, other = (Place("slack", "T1", f"D{n}", "1.0", direct=True) for n in range(4))
    other = replace(other, platform="slackish")
    for at, place in ((10.0, old), (100.0, late), (200.0, later), (300.0, other)):
        await inbox.accept(asked(place, f"{at}", at))
        await inbox.begin(place.key)
    assert await store.places(50.0) == [later, late]


async def test_what_waits_for_an_answer_is_known_by_place_and_id(database: Database) -> None:
    inbox, store = InboxStore(database, Holder()), CursorStore(database, "slack")
    place = Place("slack", "T1", "D1", "1.0", direct=True)
    await inbox.accept(asked(place, "1.000001"))
    await inbox.accept(asked(replace(place, platform="discord"), "1.000002"))
    assert await store.waiting() == [(place, "1.000001")]
    await inbox.withdraw(MessageDeleted("e9", place, "1.000001", 5.0))
    assert await store.waiting() == []


@pytest.mark.parametrize("channel", ["3001", ""])
async def test_a_channel_that_was_silent_for_long_is_forgotten_but_never_the_workspace(database: Database, channel: str) -> None:
    store = CursorStore(database, "discord")
    await store.write([Cursor("2001", channel, "1")])
    async with database.writing() as connection:
        await connection.execute(update(table).values(moved_at=table.c.moved_at - cursors.KEEP - 1))
    assert await store.read() == ([] if channel else [Cursor("2001", "", "1")])
