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
from tests.journeys.whole import dies_when_it_was_sent, running
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


MINE = "Where is my parcel? I am ana@example.org."
REPEATED = "You have 30 days [1]. We write to ana@example.org."


async def test_what_is_personal_goes_to_a_direct_message_and_its_buttons_work_after_a_restart(shop: Shop) -> None:
    async with shop.run():
        await shop.asked()
        shop.model.say(REPEATED)
        public = await shop.asked(MINE)
    [private] = shop.ours(DIRECT["ana"])
    assert "We write to ana@example.org." in private["content"]
    assert public["content"] == phrases.SENT_DIRECTLY
    assert public["message_reference"]
    assert not public["components"]
    assert "ana@example.org" not in str(shop.discord.edits)
    async with shop.run():
        await shop.people.press("ana", private, "bad")
        await until(lambda: shop.people.forms)
        await shop.people.fill("ana", channel=DIRECT["ana"], reason="wrong", words="It is 14 days for shoes.")
        await shop.sees_alone("Thank you")
        await shop.people.press("ana", private, "person")
        await shop.sees_alone("I have passed your question on")
        await until(lambda: shop.ours(THREAD))
    assert await shop.rows("SELECT verdict, reason FROM feedback") == [("bad", "wrong")]
    assert f"https://discord.com/channels/{GUILD}/{GENERAL}/{public['message_reference']['message_id']}" in shop.ours(THREAD)[0]["content"]


async def test_who_takes_no_direct_messages_is_asked_to_allow_them_and_gets_it_by_command(shop: Shop) -> None:
    shop.model.always(REPEATED)
    shop.people.closed.add("ana")
    async with shop.run():
        await shop.asked()
        public = await shop.asked(MINE)
        assert "command “ask”" in public["content"]
        assert shop.ours(DIRECT["ana"]) == []
        assert shop.people.faults == ["50007"]
        shop.people.faults.clear()
        await shop.people.command("ana", "ask", GENERAL, MINE)
        await shop.sees_alone("ana@example.org")
    assert len(shop.ours()) == 2
    assert await shop.rows("SELECT state FROM events WHERE state <> 'done'") == []


async def test_a_crash_between_the_direct_message_and_the_public_sentence_loses_and_doubles_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop.run():
        await shop.asked()
    shop.model.always(REPEATED)
    with monkeypatch.context() as patch:
        dying = dies_when_it_was_sent(patch)
        async with shop.run():
            await shop.discord.say(GENERAL, "ana", MINE, mention=True)
            await dying.wait()
    assert (len(shop.ours(DIRECT["ana"])), len(shop.ours())) == (1, 1)
    shop.discord.forget_nonces()
    async with shop.run():
        await until(lambda: len(shop.ours()) > 1)
    assert [each["content"] for each in shop.ours()[1:]] == [phrases.SENT_DIRECTLY]
    assert len(shop.ours(DIRECT["ana"])) == 1
