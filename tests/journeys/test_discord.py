"""Stories in Discord, from the gateway event to the REST call: the whole bot, the real discord.py, a Discord of ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import pytest

from tests.discord_server import DiscordServer
from tests.discord_world import BOT, DIRECT, GENERAL, GUILD, THREAD, TOKEN
from tests.journeys.whole import RICH, running
from tests.model_server import ModelServer


class World:
    """A server, a model, and our bot between them."""

    def __init__(self, discord: DiscordServer, model: ModelServer) -> None:
        self.discord, self.model = discord, model

    async def sees(self, count: int) -> list[dict[str, object]]:
        """Our posts, as soon as there are so many."""
        async with asyncio.timeout(20):
            while len(self.discord.posts) < count:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        return self.discord.posts


@pytest.fixture
async def world(database_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[World]:
    """On SQLite, and on PostgreSQL."""
    async with _world(monkeypatch, tmp_path, DATABASE_URL=database_address) as world:
        yield world


@pytest.fixture
async def small_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[World]:
    """For what no database has a part in."""
    async with _world(monkeypatch, tmp_path) as world:
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


async def test_a_follow_up_that_arrives_before_its_mention_is_answered_too(world: World) -> None:
    asked = await world.discord.say(THREAD, "ana", "And to Austria?")
    await world.discord.heartbeat()
    # Heard is not yet looked up in the database.
    await asyncio.sleep(0.3)
    assert world.discord.posts == []
    await world.discord.say(THREAD, "ana", "How long does delivery take?", mention=True, id=_before(asked))
    await world.sees(1)
    assert world.model.requests[0]["messages"][-1]["content"] == "How long does delivery take?\n\nAnd to Austria?"


async def test_a_reply_to_our_answer_goes_on_with_the_conversation(world: World) -> None:
    await world.discord.say(GENERAL, "ana", "How long does delivery take?", mention=True)
    await world.sees(1)
    ours = next(said for said in world.discord.messages[GENERAL] if said["author"]["id"] == BOT)
    asked = await world.discord.say(GENERAL, "ana", "And to Austria?", reply_to=ours["id"], ping=False)
    posts = await world.sees(2)
    assert str(posts[1]["message_reference"]["message_id"]) == asked["id"]  # type: ignore[index]
    assert "How long does delivery take?" in str(world.model.requests[1]["messages"])


async def test_two_people_in_one_thread_are_each_answered_by_reply(world: World) -> None:
    world.model.gate.clear()
    asked = [
        await world.discord.say(THREAD, "ana", "How long does delivery take?", mention=True),
        await world.discord.say(THREAD, "ben", "And what does it cost?", mention=True),
    ]
    await world.discord.heartbeat()
    world.model.gate.set()
    posts = await world.sees(2)
    assert [str(post["message_reference"]["message_id"]) for post in posts] == [each["id"] for each in asked]  # type: ignore[index]
    assert [body["messages"][-1]["content"] for body in world.model.requests[-2:]][1] == "And what does it cost?"


async def test_a_channel_a_thread_and_a_direct_message_are_answered_at_once_each_in_place(world: World) -> None:
    world.model.gate.clear()
    places = [(GENERAL, "ana"), (THREAD, "ben"), (DIRECT["ana"], "ana")]
    for channel, person in places:
        await world.discord.say(channel, person, "How long does delivery take?", mention=True)
    async with asyncio.timeout(5):
        while len(world.model.requests) < 3:
            await asyncio.sleep(0.01)
    world.model.gate.set()
    posts = await world.sees(3)
    assert sorted(str(post["channel"]) for post in posts) == sorted(channel for channel, _ in places)


async def test_talk_between_people_is_neither_answered_nor_asked_of_the_model(small_world: World) -> None:
    await small_world.discord.say(GENERAL, "ana", "Lunch?")
    await small_world.discord.say(THREAD, "ben", "Yes, at one")
    await small_world.discord.say(GENERAL, "robot", "Beep", mention=True)
    await small_world.discord.say(GENERAL, "ben", "@everyone Look!", mention_everyone=True)
    await small_world.discord.say(DIRECT["ana"], "ana", "Hello, how long does delivery take?")
    (post,) = await small_world.sees(1)
    assert str(post["channel"]) == DIRECT["ana"]
    assert len(small_world.model.requests) == 1


async def test_an_edit_before_the_answer_counts(world: World) -> None:
    world.model.gate.clear()
    asked = await world.discord.say(GENERAL, "ana", "Where is my parcle?", mention=True)
    await world.discord.edit(asked, "Where is my parcel?")
    await world.discord.heartbeat()
    world.model.gate.set()
    await world.sees(1)
    assert world.model.requests[-1]["messages"][-1]["content"] == "Where is my parcel?"


async def test_a_question_deleted_before_the_answer_is_not_answered(world: World) -> None:
    world.model.gate.clear()
    asked = await world.discord.say(GENERAL, "ana", "Never mind", mention=True)
    await world.discord.delete(asked)
    await asyncio.sleep(0.2)
    world.model.gate.set()
    await world.discord.say(GENERAL, "ben", "Another one", mention=True)
    (post,) = await world.sees(1)
    assert "Scripted answer." in str(post["content"])


@pytest.mark.parametrize(("length", "messages"), [(2_001, 2), (12_001, 7)])
async def test_a_long_answer_arrives_whole_in_messages_that_fit(small_world: World, length: int, messages: int) -> None:
    words = ("word " * length)[:length].strip()
    small_world.model.say(words)
    asked = await small_world.discord.say(GENERAL, "ana", "Tell me everything", mention=True)
    posts = await small_world.sees(messages)
    assert len(posts) == messages
    assert all(len(str(post["content"])) <= 2000 for post in posts)
    assert sum(str(post["content"]).count("word") for post in posts) == words.count("word")
    assert {str(post["message_reference"]["message_id"]) for post in posts} == {asked["id"]}  # type: ignore[index]


async def test_tables_code_links_emoji_and_lines_from_right_to_left_are_readable(small_world: World) -> None:
    small_world.model.say(RICH)
    await small_world.discord.say(GENERAL, "ana", "كم تكلفة المقاس L؟ 👍🏽", mention=True)
    (post,) = await small_world.sees(1)
    shown = str(post["content"])
    assert "Size  Price\n" in shown
    assert '```sh\npolydesk --size "L" | sort\n```' in shown
    assert "[our **returns** page](<https://shop.example/help/returns>) and `A_B_C` 🧵" in shown
    assert "يمكنك إرجاع أي شيء خلال 30 يومًا." in shown
    assert "אפשר להחזיר תוך 30 יום." in shown
    assert small_world.model.requests[0]["messages"][-1]["content"] == "كم تكلفة المقاس L؟ 👍🏽"


async def test_an_answer_pings_nobody_and_unfurls_nothing(small_world: World) -> None:
    small_world.model.say("Hi @everyone <@5002> <@&4001> ![x](https://evil.example/x.png) see https://shop.example/help")
    await small_world.discord.say(GENERAL, "ana", "Hello, who is there?", mention=True)
    (post,) = await small_world.sees(1)
    assert small_world.discord.pinged() == []
    assert "evil" not in str(post)
    assert int(str(post["flags"])) & 4


async def test_staff_are_told_in_their_channel_with_a_link_to_the_customers_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with _world(monkeypatch, tmp_path, f'[handoff]\nplace = "discord:{GUILD}:{THREAD}"\n') as world:
        asked = await world.discord.say(GENERAL, "ana", "I want to talk to a human", mention=True)
        posts = await world.sees(2)
        notice = next(post for post in posts if str(post["channel"]) == str(THREAD))
        assert f"https://discord.com/channels/{GUILD}/{GENERAL}/{asked['id']}" in str(notice["content"])
        assert "I want to talk to a human" in str(notice["content"])


def _before(message: dict[str, object]) -> str:
    """The id of a message of a second earlier: what was said first may arrive last."""
    return str(int(str(message["id"])) - (1000 << 22))
