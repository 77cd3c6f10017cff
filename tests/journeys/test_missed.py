"""Stories of an outage: the whole bot goes away, people go on, the bot comes back, and everybody is answered once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import discord
import pytest

from bot import app
from bot.app import process
from bot.store.cursors import CursorStore
from bot.store.database import Database
from tests.discord_server import DiscordServer
from tests.discord_world import DIRECT, GENERAL, THREAD, TOKEN
from tests.journeys.test_discord import World
from tests.journeys.whole import running
from tests.model_server import ModelServer
from tests.slack_server import SlackServer

Run = Callable[[], AbstractAsyncContextManager[app.App]]


class Shop(World):
    """`run` is one life of the bot; the database stays."""

    def __init__(self, discord: DiscordServer, model: ModelServer, run: Run) -> None:
        super().__init__(discord, model)
        self.run = run

    def asked(self) -> list[str]:
        """The last words of each question to the model."""
        return asked(self.model)


def asked(model: ModelServer) -> list[str]:
    """What customers wanted to know."""
    return [request["messages"][-1]["content"] for request in model.requests]


async def moved(database_address: str, platform: str, by: Callable[[str], str]) -> None:
    """The cursors of channels (Discord) or of the workspace (Slack) stand elsewhere."""
    database = Database(database_address)
    store = CursorStore(database, platform)
    kept = [cursor for cursor in await store.read() if bool(cursor.channel) == (platform == "discord")]
    assert kept
    await store.write([replace(cursor, position=by(cursor.position)) for cursor in kept])
    await database.close()


@pytest.fixture
async def shop(database_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Shop]:
    """On SQLite, and on PostgreSQL."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server, ModelServer() as model:
        settings = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": server.api_url, "DISCORD_GATEWAY_URL": server.gateway_url}
        settings |= {"MODEL_URL": model.url, "MODEL_NAME": "m", "DATABASE_URL": database_address}
        yield Shop(server, model, lambda: running(monkeypatch, tmp_path, **settings))


async def test_questions_of_the_night_are_answered_once_in_the_morning(shop: Shop) -> None:
    async with shop.run():
        await shop.discord.say(DIRECT["ana"], "ana", "Where is my parcel?")
        await shop.discord.say(THREAD, "ana", "How long does delivery take?", mention=True)
        await shop.sees(2)
    asked = await shop.discord.say(GENERAL, "ben", "Do you sell lamps?", mention=True)
    await shop.discord.say(DIRECT["ana"], "ana", "It was sent on Monday")
    await shop.discord.say(THREAD, "ana", "And to Austria?")
    await shop.discord.say(GENERAL, "ben", "Lunch?")
    async with shop.run():
        posts = await shop.sees(5)
        assert len(posts) == 5
    assert sorted(shop.asked()[2:]) == ["And to Austria?", "Do you sell lamps?", "It was sent on Monday"]
    [reply] = [post for post in posts[2:] if post["channel"] == GENERAL]
    assert str(reply["message_reference"]["message_id"]) == asked["id"]  # type: ignore[index]
    async with shop.run():
        await shop.discord.say(DIRECT["ben"], "ben", "Thank you")
        assert len(await shop.sees(6)) == 6


async def test_a_cursor_that_stands_behind_makes_nobody_hear_the_answer_twice(shop: Shop, database_address: str) -> None:
    async with shop.run():
        await shop.discord.say(DIRECT["ana"], "ana", "Where is my parcel?")
        await shop.discord.say(GENERAL, "ben", "Do you sell lamps?", mention=True)
        await shop.sees(2)
    await moved(database_address, "discord", lambda _: "3000")
    async with shop.run():
        await shop.discord.say(GENERAL, "ben", "Thank you", mention=True)
        assert len(await shop.sees(3)) == 3


async def test_an_old_channel_is_not_answered_at_the_first_start(shop: Shop) -> None:
    await shop.discord.say(GENERAL, "ana", "Before you came", mention=True)
    await shop.discord.say(THREAD, "ana", "Before you came", mention=True)
    async with shop.run():
        await shop.discord.say(GENERAL, "ana", "Now", mention=True)
        await shop.sees(1)
    assert shop.asked() == ["Now"]


async def test_edits_and_deletes_of_meanwhile_count(shop: Shop) -> None:
    async with shop.run():
        await shop.discord.say(GENERAL, "ana", "Hello?", mention=True)
        await shop.sees(1)
    changed = await shop.discord.say(GENERAL, "ana", "Where is my percel?", mention=True)
    await shop.discord.edit(changed, "Where is my parcel?")
    gone = await shop.discord.say(THREAD, "ben", "Never mind", mention=True)
    await shop.discord.delete(gone)
    async with shop.run():
        await shop.sees(2)
    assert shop.asked()[1:] == ["Where is my parcel?"]


async def test_other_peoples_talk_of_meanwhile_is_not_stored(shop: Shop, tmp_path: Path) -> None:
    async with shop.run() as desk:
        await shop.discord.say(GENERAL, "ana", "Hello?", mention=True)
        await shop.sees(1)
    await shop.discord.say(THREAD, "ben", "Zitronengras")
    await shop.discord.say(GENERAL, "ben", "Zitronengras")
    await shop.discord.say(GENERAL, "ana", "And now?", mention=True)
    async with shop.run() as desk:
        await shop.sees(2)
        async with desk._ground.database.reading() as connection:
            for table in ("events", "turns"):
                rows = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()  # noqa: S608
                assert rows
                assert "Zitronengras" not in str(rows)


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    """A Slack that soon gives up."""
    async with SlackServer() as server:
        server.retry_after, server.patience = (), 0.05
        yield server


async def test_questions_of_a_long_outage_in_slack_are_answered_once(
    slack: SlackServer, database_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with ModelServer() as model:
        settings = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test", "SLACK_API_URL": slack.url}
        settings |= {"MODEL_URL": model.url, "MODEL_NAME": "m", "DATABASE_URL": database_address}
        async with running(monkeypatch, tmp_path, **settings):
            slack.patience = 3.0
            thread = await slack.say("C1", "U2", "How long does delivery take?")
            await slack.wait_for_posts(1)
        slack.patience = 0.05
        await slack.say("C1", "U2", "And to Austria?", thread_ts=thread, mention=False)
        await slack.say("C1", "U3", "Zitronengras", mention=False)
        other = await slack.say("C1", "U3", "Do you sell lamps?")
        await moved(database_address, "slack", lambda position: str(float(position) - 1000))
        async with running(monkeypatch, tmp_path, **settings):
            await slack.wait_for_posts(3)
            slack.patience = 3.0
            await slack.say("D1", "U2", "Thank you")
            await slack.wait_for_posts(4)
        assert sorted(asked(model)[1:3]) == ["And to Austria?", "Do you sell lamps?"]
        assert asked(model)[3:] == ["Thank you"]
        assert [post["thread_ts"] for post in slack.posts[1:3]].count(other) == 1


async def test_a_question_that_waits_is_answered_as_its_author_has_left_it_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "DRAIN_SECONDS", 0.05)
    shop.model.gate.clear()
    async with shop.run():
        changed = await shop.discord.say(GENERAL, "ana", "Where is my percel?", mention=True)
        gone = await shop.discord.say(THREAD, "ben", "Never mind", mention=True)
        async with asyncio.timeout(5):
            while len(shop.model.requests) < 2:
                await asyncio.sleep(0.01)
    shop.model.requests.clear()
    await shop.discord.edit(changed, "Where is my parcel?")
    await shop.discord.delete(gone)
    shop.model.gate.set()
    async with shop.run():
        await shop.sees(1)
        await shop.discord.say(DIRECT["ana"], "ana", "Thank you")
        assert len(await shop.sees(2)) == 2
    assert shop.asked() == ["Where is my parcel?", "Thank you"]
