"""Stories in Discord, from the gateway event to the REST call: the whole bot, the real discord.py, a Discord of ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest

from tests.discord_server import DiscordServer
from tests.discord_world import DIRECT, GENERAL, GUILD, THREAD, TOKEN
from tests.journeys.whole import running
from tests.model_server import ModelServer


class World:
    """A server, a model, and our bot between them."""

    def __init__(self, discord: DiscordServer, model: ModelServer) -> None:
        self.discord, self.model = discord, model

    async def sees(self, count: int) -> list[dict[str, object]]:
        """Our posts, as soon as there are so many."""
        async with asyncio.timeout(5):
            while len(self.discord.posts) < count:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        return self.discord.posts


@pytest.fixture
async def world(database_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[World]:
    """On SQLite, and on PostgreSQL."""
    async with _world(monkeypatch, tmp_path, DATABASE_URL=database_address) as world:
        yield world


@asynccontextmanager
async def _world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, more: str = "", **database: str) -> AsyncIterator[World]:
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server, ModelServer() as model:
        settings = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": server.api_url, "DISCORD_GATEWAY_URL": server.gateway_url}
        async with running(monkeypatch, tmp_path, more=more, MODEL_URL=model.url, MODEL_NAME="m", **settings, **database):
            yield World(server, model)


async def test_a_mention_is_answered_in_place_by_reply(world: World) -> None:
    world.model.say("You have 30 days [1].")
    asked = await world.discord.say(GENERAL, "ana", "How long do I have to return something?", mention=True)
    (post,) = await world.sees(1)
    assert "You have 30 days." in str(post["content"])
    assert str(post["message_reference"]["message_id"]) == asked["id"]  # type: ignore[index]
    assert world.discord.pinged() == []


async def test_a_direct_message_is_answered(world: World) -> None:
    await world.discord.say(DIRECT["ana"], "ana", "Where is my parcel?")
    assert len(await world.sees(1)) == 1


async def test_two_people_in_one_channel_have_two_conversations(world: World) -> None:
    await world.discord.say(GENERAL, "ana", "How long does delivery take?", mention=True)
    await world.sees(1)
    await world.discord.say(GENERAL, "ben", "Do you sell lamps?", mention=True)
    await world.sees(2)
    assert [message["content"] for message in world.model.requests[1]["messages"]][1:] == ["Do you sell lamps?"]


async def test_a_follow_up_in_a_thread_of_ours_needs_no_mention(world: World) -> None:
    await world.discord.say(THREAD, "ana", "How long does delivery take?", mention=True)
    await world.sees(1)
    await world.discord.say(THREAD, "ana", "And to Austria?")
    await world.sees(2)
    assert "How long does delivery take?" in str(world.model.requests[1]["messages"])


async def test_a_question_deleted_before_the_answer_is_not_answered(world: World) -> None:
    world.model.gate.clear()
    asked = await world.discord.say(GENERAL, "ana", "Never mind", mention=True)
    await world.discord.delete(asked)
    await asyncio.sleep(0.2)
    world.model.gate.set()
    await world.discord.say(GENERAL, "ben", "Another one", mention=True)
    (post,) = await world.sees(1)
    assert "Scripted answer." in str(post["content"])


async def test_a_long_answer_arrives_whole_in_messages_that_fit(world: World) -> None:
    world.model.say("word " * 700)
    await world.discord.say(GENERAL, "ana", "Tell me everything", mention=True)
    posts = await world.sees(2)
    assert all(len(str(post["content"])) <= 2000 for post in posts)
    assert sum(str(post["content"]).count("word") for post in posts) == 700


async def test_staff_are_told_in_their_channel_with_a_link_to_the_customers_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with _world(monkeypatch, tmp_path, f'[handoff]\nplace = "discord:{GUILD}:{THREAD}"\n') as world:
        asked = await world.discord.say(GENERAL, "ana", "I want to talk to a human", mention=True)
        posts = await world.sees(2)
        notice = next(post for post in posts if str(post["channel"]) == str(THREAD))
        assert f"https://discord.com/channels/{GUILD}/{GENERAL}/{asked['id']}" in str(notice["content"])
        assert "I want to talk to a human" in str(notice["content"])
