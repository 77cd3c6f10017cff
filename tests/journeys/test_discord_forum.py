"""Stories in a Discord forum: a post is answered in its thread, tagged by what became of it, and no tag stands in an answer's way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.config import load
from bot.store.database import Database
from bot.store.report import ReportStore
from tests.discord_forum import FORUM
from tests.discord_world import GUILD, THREAD
from tests.journeys.test_discord import World, _world

SHOP = f"""
[handoff]
place = "discord:{GUILD}:{THREAD}"
[channels."discord:{GUILD}:{FORUM}"]
answer = "questions"
answered_tag = "Answered"
person_tag = "Needs a person"
"""


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[World]:
    async with _world(monkeypatch, tmp_path, SHOP) as world:
        yield world


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


async def test_a_post_is_answered_in_its_thread_and_tagged_and_tagged_anew_for_who_wants_a_person(world: World) -> None:
    world.model.say("You have 30 days [1].")
    forum = world.discord.forum
    post = await forum.post("ana", "How long do I have to return something?", ("Lamps",))
    (answer,) = await world.sees(1)
    assert (answer["channel"], "30 days" in str(answer["content"])) == (post, True)
    await until(lambda: forum.tagged(post) == ["Lamps", "Answered"])
    await world.discord.say(post, "ana", "I want to talk to a human", guild_id=GUILD)
    await until(lambda: forum.tagged(post) == ["Lamps", "Needs a person"])
    assert {each["channel"] for each in await world.sees(3)} == {post, THREAD}


async def test_without_the_right_to_tag_posts_are_answered_all_the_same(world: World) -> None:
    world.model.say("You have 30 days [1].")
    world.discord.forum.may_tag = False
    for words in ("How long do I have to return something?", "How long can I send it back?"):
        await world.discord.forum.post("ana", words)
    assert len(await world.sees(2)) == 2


async def test_a_question_whose_post_was_locked_meanwhile_is_set_aside_and_the_next_post_is_answered(world: World) -> None:
    world.model.say("You have 30 days [1].")
    forum = world.discord.forum
    post = await forum.post("ana", "How long do I have to return something?")
    forum.close(post, locked=True)
    await forum.post("ben", "How long can I send it back?")
    (answer,) = await world.sees(1)
    database = Database(load().database_url)
    try:
        [one] = await ReportStore(database).aside()
    finally:
        await database.close()
    assert "160005" in one.error
    assert answer["channel"] != post
