"""Discord: how what people press, command and fill in is answered, with the real discord.py against our loopback Discord."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from adapters.discord import DiscordPlatform
from bot.errors import NotAllowed, PlaceGone
from bot.language import phrases
from bot.messages import Button, Place, Reply
from bot.pressed import ButtonPressed, CommandGiven, Field, Form, FormSent, Interaction, Reaction, Shown
from tests.contract.platform_contract import Heard
from tests.contract.test_discord import until
from tests.discord_interactions import Interactions
from tests.discord_server import DiscordServer
from tests.discord_world import DIRECT, GENERAL, GUILD, PEOPLE, THREAD, TOKEN, Payload
from tests.fakes import KeptCursors

HURRY = 0.1
"""Waits are a tenth of what they are in life."""
WHY = Form("why", "What was wrong?", "Send", (Field("why", "What was missing?", long=True),), "en", "17")


class Core:
    """An `interact` that says what it was told to; it can be slow, or fail."""

    def __init__(self) -> None:
        self.came: list[Any] = []
        self.reactions: list[Reaction | Exception] = []
        self.open = asyncio.Event()
        self.open.set()

    async def __call__(self, interaction: Interaction) -> Reaction:
        self.came.append(interaction)
        await self.open.wait()
        reaction = self.reactions.pop(0) if self.reactions else None
        if isinstance(reaction, Exception):
            raise reaction
        return reaction


class World:
    """A server, and a started adapter."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.core = Core()
        self.platform = self.another()

    @property
    def people(self) -> Interactions:
        """What people do and see."""
        return self.server.interactions

    def another(self) -> DiscordPlatform:
        """One more process."""
        return DiscordPlatform(TOKEN, self.server.api_url, self.server.gateway_url, pace=HURRY)

    async def start(self) -> None:
        await self.platform.start(Heard(), KeptCursors(), self.core)

    async def restart(self) -> None:
        await self.platform.stop()
        self.platform = self.another()
        await self.start()

    async def settle(self) -> None:
        await self.server.heartbeat()
        await asyncio.sleep(0)
        await self.platform.idle()

    async def answer(self, reply: Reply, channel: str = GENERAL) -> Payload:
        """We say something in a channel; the message."""
        await self.platform.send(Place("discord", GUILD, channel, f"@{PEOPLE['ana']}"), reply, f"k{len(self.server.posts)}")
        return self.server.messages[channel][-1]

    async def press(self, message: Payload, action: str, reaction: Reaction = None, person: str = "ana") -> None:
        self.core.reactions.append(reaction)
        await self.people.press(person, message, action)
        await self.settle()

    async def command(self, name: str, reaction: Reaction = None, text: str = "", channel: str = GENERAL, person: str = "ana") -> None:
        self.core.reactions.append(reaction)
        await self.people.command(person, name, channel, text)
        await self.settle()


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server:
        world = World(server)
        await world.start()
        yield world
        await world.platform.stop()


def shown(text: str, *buttons: Button, instead: bool = False) -> Shown:
    return Shown(Reply(text, "en", buttons=buttons), instead)


ANSWER = Reply("Thirty days.", "en", feedback=True, buttons=(Button("person", "Talk to a person", "17"),))


class TestPressing:
    """Buttons."""

    async def test_who_presses_sees_what_came_of_it_and_nobody_else_does(self, world: World) -> None:
        message = await world.answer(ANSWER)
        await world.press(message, "good", shown("Thank you!"))
        assert world.people.seen("ana") == ["Thank you!"]
        assert world.people.seen("ben") == []
        assert len(world.server.posts) == 1
        [pressed] = world.core.came
        assert isinstance(pressed, ButtonPressed)
        assert (pressed.message_id, pressed.action, pressed.person.id) == (message["id"], "good", PEOPLE["ana"])

    async def test_a_button_works_after_a_restart_twice_and_for_whoever_presses_it(self, world: World) -> None:
        message = await world.answer(ANSWER)
        await world.restart()
        for person in ("ana", "ana", "ben"):
            await world.press(message, "person", shown(f"Hello {person}"), person)
        assert [pressed.value for pressed in world.core.came] == ["17"] * 3
        assert world.people.seen("ana") == ["Hello ana"] * 2
        assert world.people.seen("ben") == ["Hello ben"]

    async def test_a_button_of_a_message_that_is_gone_still_says_something(self, world: World) -> None:
        message = await world.answer(ANSWER)
        await world.server.delete(message)
        await world.press(message, "bad", shown("This is out of date."))
        assert world.people.seen("ana") == ["This is out of date."]

    async def test_where_there_is_nothing_to_show_the_press_is_acknowledged(self, world: World) -> None:
        await world.press(await world.answer(ANSWER), "good")
        assert world.people.answers == [6]
        assert world.people.seen("ana") == []

    async def test_what_takes_long_is_announced_and_comes_in_that_place(self, world: World) -> None:
        message = await world.answer(ANSWER)
        world.core.open.clear()
        world.core.reactions.append(shown("Done."))
        await world.people.press("ana", message, "person")
        await until(lambda: world.people.thinking("ana"))
        world.core.open.set()
        await world.settle()
        assert world.people.seen("ana") == ["Done."]
        assert not world.people.thinking("ana")

    async def test_what_took_long_and_shows_nothing_is_not_announced_for_ever(self, world: World) -> None:
        message = await world.answer(ANSWER)
        world.core.open.clear()
        await world.people.press("ana", message, "person")
        await until(lambda: world.people.thinking("ana"))
        world.core.open.set()
        await world.settle()
        assert not world.people.thinking("ana")
        assert world.people.seen("ana") == []

    @pytest.mark.parametrize("slow", [False, True])
    async def test_a_draft_that_one_person_sees_is_replaced_where_it_stands(self, world: World, slow: bool) -> None:
        await world.command("me", shown("Draft", Button("send", "Send", "9")))
        draft = world.people.last("ana")
        if slow:
            world.core.open.clear()
        world.core.reactions.append(shown("Sent.", instead=True))
        await world.people.press("ana", draft, "send")
        await until(lambda: len(world.people.answers) == 2 or not slow)
        world.core.open.set()
        await world.settle()
        assert world.people.seen("ana") == ["Sent."]
        assert world.people.last("ana")["components"] == []

    async def test_a_message_that_everybody_sees_is_never_replaced(self, world: World) -> None:
        message = await world.answer(ANSWER)
        await world.press(message, "person", shown("For you alone", instead=True))
        assert message["content"] == "Thirty days."
        assert world.people.seen("ana") == ["For you alone"]

    async def test_a_long_reaction_comes_whole(self, world: World) -> None:
        await world.press(await world.answer(ANSWER), "person", shown("word " * 1000))
        assert len(world.people.seen("ana")) == 3
        assert sum(text.count("word") for text in world.people.seen("ana")) == 1000

    async def test_discord_remembers_the_buttons_and_we_do_not(self, world: World) -> None:
        await world.answer(ANSWER)
        assert world.platform._client is not None
        assert world.platform._client._connection._view_store._views == {}


class TestForms:
    """Modals."""

    async def test_a_form_opens_at_once_and_what_is_entered_comes_back(self, world: World) -> None:
        await world.press(await world.answer(ANSWER), "bad", WHY)
        await world.restart()
        world.core.reactions.append(shown("Thank you!"))
        await world.people.fill("ana", why="The price is wrong.")
        await world.settle()
        sent = world.core.came[-1]
        assert isinstance(sent, FormSent)
        assert (sent.form, sent.value, sent.entries) == ("why", "17", (("why", "The price is wrong."),))
        assert world.people.seen("ana") == ["Thank you!"]

    async def test_a_draft_edited_in_a_form_is_replaced_where_it_stands(self, world: World) -> None:
        await world.command("me", shown("Draft", Button("edit", "Edit", "9")))
        await world.press(world.people.last("ana"), "edit", WHY)
        world.core.reactions.append(shown("Draft, edited", Button("edit", "Edit", "9"), instead=True))
        await world.people.fill("ana", why="New words")
        await world.settle()
        assert world.people.seen("ana") == ["Draft, edited"]

    async def test_a_form_that_comes_too_late_is_replaced_by_a_sentence(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        message = await world.answer(ANSWER)
        world.core.open.clear()
        world.core.reactions.append(WHY)
        await world.people.press("ana", message, "bad")
        await until(lambda: world.people.thinking("ana"))
        world.core.open.set()
        await world.settle()
        assert world.people.seen("ana") == [phrases.say(phrases.OUT_OF_DATE, "en")]
        assert "came too late" in caplog.text

    async def test_a_form_that_was_sent_and_shows_nothing_closes(self, world: World) -> None:
        await world.command("language", WHY)
        await world.people.fill("ana", why="x")
        await world.settle()
        assert world.people.answers == [9, 6]


class TestCommands:
    """Slash commands, and those in a message's menu."""

    async def test_a_command_is_answered_for_whoever_gave_it(self, world: World) -> None:
        await world.command("here", shown("Nothing is set."), "mention on", THREAD)
        [given] = world.core.came
        assert isinstance(given, CommandGiven)
        assert (given.command, given.text, given.place) == ("here", "mention on", Place("discord", GUILD, THREAD))
        assert world.people.seen("ana") == ["Nothing is set."]

    async def test_staff_choose_for_a_message(self, world: World) -> None:
        message = await world.server.say(GENERAL, "ben", "Where is my parcel?")
        world.core.reactions.append(shown("Draft"))
        await world.people.choose("ana", "Draft a reply", message)
        await world.settle()
        assert world.core.came[0].chosen.text == "Where is my parcel?"
        assert world.people.seen("ana") == ["Draft"]

    async def test_a_command_that_shows_nothing_leaves_nothing_behind(self, world: World) -> None:
        await world.command("forget-me")
        assert not world.people.thinking("ana")
        assert world.people.seen("ana") == []

    async def test_an_answer_that_comes_later_may_come_from_another_process_and_in_parts(self, world: World) -> None:
        await world.command("ask", text="How long?")
        assert world.people.thinking("ana")
        asked = world.core.came[0]
        other = world.another()
        await other.open()
        ids = []
        for text in ("One", "Two"):
            reply = Reply(text, "en", only_for=asked.person.id, handle=asked.handle, feedback=True)
            ids.append(await other.send(asked.place, reply, f"k-{text}"))
            assert await other.find_sent(asked.place, reply, f"k-{text}") is None
        await other.stop()
        assert world.people.seen("ana") == ["One", "Two"]
        assert not world.people.thinking("ana")
        await world.press(world.people.last("ana"), "good")
        assert world.core.came[-1].message_id == ids[1]
        assert world.core.came[-1].alone
        assert world.server.posts == []

    async def test_a_question_that_takes_long_to_be_written_down_is_announced_once(self, world: World) -> None:
        world.core.open.clear()
        await world.people.command("ana", "ask", GENERAL, "How long?")
        await until(lambda: world.core.came)
        await asyncio.sleep(0.2)
        world.core.open.set()
        await world.settle()
        assert (world.people.answers, world.people.faults) == ([5], [])

    async def test_an_answer_that_is_ready_before_its_command_is_acknowledged_waits_for_that(self, world: World) -> None:
        message = await world.answer(ANSWER)
        world.core.open.clear()
        await world.people.press("ana", message, "person")
        await until(lambda: world.core.came)
        pressed = world.core.came[0]
        reply = Reply("Passed on.", "en", only_for=pressed.person.id, handle=pressed.handle)
        await world.platform.send(pressed.place, reply, "k1")
        world.core.open.set()
        await world.settle()
        assert world.people.seen("ana") == ["Passed on."]
        assert len(world.server.posts) == 1

    async def test_discord_is_told_our_commands_once_and_again_when_they_change(self, world: World) -> None:
        await until(lambda: world.people.written == 1)
        await world.restart()
        await world.settle()
        assert world.people.written == 1
        world.people.commands.pop()
        await world.restart()
        await until(lambda: world.people.written == 2)
        assert len(world.people.commands) == 9

    async def test_commands_that_discord_refuses_are_no_reason_to_be_silent(self, world: World) -> None:
        await world.platform.stop()
        world.people.commands.clear()
        world.server.gateway_open = True
        world.people.refuse_commands = True
        world.platform = world.another()
        await world.start()
        await world.command("me", shown("Nothing."))
        assert world.people.seen("ana") == ["Nothing."]
        assert world.people.written == 1


class TestTooLate:
    """Three seconds, a quarter of an hour, and what is done then."""

    async def test_what_discord_will_not_take_any_more_goes_as_a_direct_message(self, world: World) -> None:
        message = await world.answer(ANSWER)
        world.core.open.clear()
        world.core.reactions.append(shown("Done.", Button("person", "A person")))
        world.people.wait(-10)
        await world.people.press("ana", message, "person")
        world.people.wait(10)
        await until(lambda: world.core.came)
        world.core.open.set()
        await world.settle()
        assert "10062" in world.people.faults
        assert world.people.seen("ana") == []
        assert [(post["channel"], post["content"]) for post in world.server.posts[1:]] == [(DIRECT["ana"], "Done.")]

    async def test_after_a_quarter_of_an_hour_an_answer_goes_as_a_direct_message(self, world: World) -> None:
        await world.command("ask", text="How long?")
        asked = world.core.came[0]
        world.people.wait(1000)
        reply = Reply("Thirty days.", "en", only_for=asked.person.id, handle=asked.handle, feedback=True)
        await world.platform.send(asked.place, reply, "k1")
        [post] = world.server.posts
        assert (post["channel"], post["content"]) == (DIRECT["ana"], "Thirty days.")
        assert len(post["components"][0]["components"]) == 2
        assert world.server.pinged() == []

    @pytest.mark.parametrize("handle", ["", "1001:1:old", "https://hooks.example/slack"])
    async def test_without_a_handle_that_holds_a_direct_message_is_sent_at_once(self, world: World, handle: str) -> None:
        place = Place("discord", GUILD, GENERAL)
        await world.platform.send(place, Reply("Secret", "en", only_for=PEOPLE["ben"], handle=handle), "k1")
        assert [post["channel"] for post in world.server.posts] == [DIRECT["ben"]]
        assert world.people.faults == []

    async def test_who_takes_no_direct_messages_is_told_nothing_and_the_core_knows(self, world: World) -> None:
        world.people.closed.add("ben")
        with pytest.raises(NotAllowed):
            await world.platform.send(Place("discord", GUILD, GENERAL), Reply("Secret", "en", only_for=PEOPLE["ben"]), "k1")
        assert world.server.posts == []

    async def test_nobody_can_be_told_nothing(self, world: World) -> None:
        with pytest.raises(PlaceGone):
            await world.platform.send(Place("discord", GUILD, GENERAL), Reply("Secret", "en", only_for="U1"), "k1")

    async def test_an_interaction_that_another_process_has_answered_is_answered_once(self, world: World) -> None:
        message = await world.answer(ANSWER)
        other, core = world.another(), Core()
        await other.start(Heard(), KeptCursors(), core)
        core.reactions.append(shown("Hello"))
        await world.press(message, "person", shown("Hello"))
        await other.idle()
        assert world.people.seen("ana") == ["Hello"]
        assert world.people.faults == ["40060"]
        assert len(world.server.posts) == 1
        await other.stop()


class TestFaults:
    """What goes wrong leaves no trace of what people said."""

    async def test_a_core_that_fails_does_no_harm(self, world: World, caplog: pytest.LogCaptureFixture) -> None:
        message = await world.answer(ANSWER)
        world.core.reactions.append(ValueError("secret words"))
        await world.people.press("ana", message, "person")
        await world.settle()
        await world.press(message, "person", shown("Hello"))
        assert world.people.seen("ana") == ["Hello"]
        assert any(record.levelno == logging.ERROR and "ValueError" in record.getMessage() for record in caplog.records)
        assert "secret" not in caplog.text

    async def test_a_broken_interaction_does_no_harm(self, world: World) -> None:
        for broken in ({}, {"type": 3}, {"type": 2, "id": "x", "token": None, "application_id": []}, {"type": 77}):
            await world.server.tell("INTERACTION_CREATE", broken)
        await world.command("me", shown("Nothing."))
        assert world.people.seen("ana") == ["Nothing."]
        assert world.server.identifies == 1

    async def test_whoever_takes_no_direct_messages_loses_a_late_reaction_and_the_log_says_so(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        world.people.closed.add("ana")
        message = await world.answer(ANSWER)
        world.people.wait(-10)
        world.core.open.clear()
        world.core.reactions.append(shown("secret words"))
        await world.people.press("ana", message, "person")
        world.people.wait(10)
        world.core.open.set()
        await world.settle()
        assert "could not be shown" in caplog.text
        assert "secret" not in caplog.text

    async def test_stopping_lets_a_reaction_under_way_end(self, world: World) -> None:
        message = await world.answer(ANSWER)
        world.core.open.clear()
        world.core.reactions.append(shown("Done."))
        await world.people.press("ana", message, "person")
        await until(lambda: world.core.came)
        stopping = asyncio.create_task(world.platform.stop())
        await asyncio.sleep(0.01)
        world.core.open.set()
        await stopping
        assert world.people.seen("ana") == ["Done."]
