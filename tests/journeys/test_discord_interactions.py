"""Stories of buttons and commands in Discord: the whole bot, restarted in between, against a Discord of ours."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import discord
import pytest
from sqlalchemy import text

from bot import app
from bot.language import phrases
from bot.store.database import Database
from tests.discord_interactions import Interactions
from tests.discord_server import DiscordServer
from tests.discord_world import BOT, DIRECT, GENERAL, GUILD, THREAD, TOKEN, Payload
from tests.journeys.test_discord import World
from tests.journeys.whole import running
from tests.model_server import ModelServer

STAFF = f'[handoff]\nplace = "discord:{GUILD}:{THREAD}"\n'


class Shop(World):
    """`run` is one life of the bot; the database stays."""

    def __init__(self, discord: DiscordServer, model: ModelServer, address: str, run: Callable[[], AbstractAsyncContextManager[app.App]]):
        super().__init__(discord, model)
        self.address, self.run = address, run

    @property
    def people(self) -> Interactions:
        return self.discord.interactions

    async def asked(self, words: str = "How long do I have to return something?") -> Payload:
        """Ana asks in the channel; our answer."""
        before = len(self.ours())
        await self.discord.say(GENERAL, "ana", words, mention=True)
        await until(lambda: len(self.ours()) > before)
        return self.ours()[-1]

    def ours(self, channel: str = GENERAL) -> list[Payload]:
        return [each for each in self.discord.messages[channel] if each["author"]["id"] == BOT]

    async def sees_alone(self, words: str, person: str = "ana") -> str:
        """What this person sees alone, as soon as it holds these words."""
        await until(lambda: any(words in seen for seen in self.people.seen(person)))
        return next(seen for seen in self.people.seen(person) if words in seen)

    async def rows(self, asked: str) -> list[tuple[Any, ...]]:
        database = Database(self.address)
        async with database.reading() as connection:
            found = [tuple(row) for row in await connection.execute(text(asked))]
        await database.close()
        return found


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.01)


@pytest.fixture
async def shop(database_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Shop]:
    """On SQLite, and on PostgreSQL."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server, ModelServer() as model:
        settings = {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": server.api_url, "DISCORD_GATEWAY_URL": server.gateway_url}
        settings |= {"MODEL_URL": model.url, "MODEL_NAME": "m", "DATABASE_URL": database_address}
        model.say("You have 30 days [1].")
        shop = Shop(server, model, database_address, lambda: running(monkeypatch, tmp_path, more=STAFF, **settings))
        yield shop
        assert shop.people.faults == []


async def test_who_is_not_helped_says_why_though_the_bot_was_restarted_in_between(shop: Shop) -> None:
    async with shop.run():
        answer = await shop.asked()
    async with shop.run():
        await shop.people.press("ana", answer, "bad", locale="de")
        await until(lambda: shop.people.forms)
        assert shop.people.forms["ana"][0]["title"] == phrases.say(phrases.WHY, "de")
    async with shop.run():
        await shop.people.fill("ana", reason="wrong", words="It is 14 days for shoes.")
        await shop.sees_alone("Thank you")
    assert await shop.rows("SELECT verdict, reason, words FROM feedback") == [("bad", "wrong", "It is 14 days for shoes.")]
    assert len(shop.ours()) == 1


async def test_who_wants_a_person_is_passed_on_once_however_often_and_late_it_is_pressed(shop: Shop) -> None:
    async with shop.run():
        answer = await shop.asked()
        await shop.people.press("ana", answer, "person")
        first = await shop.sees_alone("I have passed your question on")
        await until(lambda: shop.ours(THREAD))
    shop.people.wait(3600)
    async with shop.run():
        await shop.people.press("ana", answer, "person")
        again = await shop.sees_alone("Our staff have your question already")
    [(reference,)] = await shop.rows("SELECT reference FROM cases")
    assert reference in first
    assert reference in again
    assert len(shop.ours(THREAD)) == 1
    assert "How long do I have to return something?" in shop.ours(THREAD)[0]["content"]


async def test_a_question_by_command_is_answered_for_its_author_who_then_shares_it(shop: Shop) -> None:
    async with shop.run():
        await shop.people.command("ana", "ask", GENERAL, "How long do I have to return something?")
        await shop.sees_alone("You have 30 days")
        answer = shop.people.last("ana")
        assert shop.ours() == []
        assert shop.people.seen("ben") == []
        await shop.people.press("ana", answer, "share")
        await until(shop.ours)
        await shop.sees_alone("Everyone here can see this answer now")
    [post] = shop.ours()
    assert "> How long do I have to return something?" in post["content"]
    assert "You have 30 days" in post["content"]
    assert shop.discord.pinged() == []


async def test_a_question_by_command_in_a_direct_message_is_answered_there(shop: Shop) -> None:
    async with shop.run():
        await shop.people.command("ana", "ask", DIRECT["ana"], "How long do I have to return something?")
        await until(lambda: shop.ours(DIRECT["ana"]))
        assert await shop.sees_alone("How long") == "> How long do I have to return something?"
    assert "You have 30 days" in shop.ours(DIRECT["ana"])[0]["content"]


async def test_who_is_forgotten_is_forgotten_and_buttons_under_old_answers_say_so(shop: Shop) -> None:
    async with shop.run():
        answer = await shop.asked()
        await shop.people.press("ana", answer, "good")
        await shop.sees_alone("Thank you")
        await shop.people.command("ana", "forget-me")
        await shop.sees_alone("cannot be undone")
        sure = shop.people.last("ana")
    async with shop.run():
        await shop.people.press("ana", sure, "forget")
        await shop.sees_alone("is erased")
        assert await shop.rows("SELECT text FROM turns") == await shop.rows("SELECT * FROM feedback") == []
        await shop.people.press("ana", answer, "good")
        await shop.sees_alone("This is out of date")


async def test_somebody_else_and_a_message_that_is_gone_get_a_clear_private_answer(shop: Shop) -> None:
    async with shop.run():
        answer = await shop.asked()
        await shop.people.press("ben", answer, "good")
        await shop.sees_alone("Thank you", "ben")
        await shop.discord.delete(answer)
        for _ in range(2):
            await shop.people.press("ana", answer, "person")
        await until(lambda: len(shop.people.seen("ana")) == 2)
    assert len(await shop.rows("SELECT reference FROM cases")) == 1
    assert shop.ours() == []


async def test_discord_is_told_the_commands_at_the_first_start_alone(shop: Shop) -> None:
    for _ in range(2):
        async with shop.run():
            await shop.asked()
    assert shop.people.written == 1
