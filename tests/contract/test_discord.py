"""Discord: the contract, with the real discord.py against our loopback Discord; then what only Discord knows."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import discord
import pytest

from adapters.discord import DiscordPlatform
from adapters.discord.connection.session import LESS_HEARD
from adapters.discord.faults import MEANINGS, platform_error
from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable, Unsupported
from bot.messages import Event, MessageDeleted, Place, Reply
from bot.platforms import Listens, Receive, nowhere
from tests.contract.files_contract import FilesContract
from tests.contract.live_contract import LiveContract
from tests.contract.missed_contract import MissedContract
from tests.contract.platform_contract import EVERYTHING, Heard, PlatformContract
from tests.contract.private_contract import PrivateContract
from tests.discord_edits import standing
from tests.discord_server import DiscordServer
from tests.discord_world import BOT, DIRECT, GENERAL, GUILD, PEOPLE, THREAD, TOKEN
from tests.fakes import KeptCursors

HURRY = 0.01
"""Waits between tries are a hundredth of what they are in life."""


class DiscordHarness:
    """The real adapter beside the loopback Discord."""

    can = EVERYTHING
    longest = 2000

    def __init__(self, server: DiscordServer, platform: DiscordPlatform) -> None:
        self.server = server
        self.platform = platform
        self.cursors = KeptCursors()
        self._receive: Receive | None = None
        self._last: dict[str, Any] = {}
        self.listens: Listens = nowhere

    async def start(self, receive: Receive) -> None:
        self._receive = receive
        await self.platform.start(receive, self.cursors, listens=self.listens)

    async def away(self, *said: tuple[str, str]) -> None:
        await self.platform.stop()
        for kind, text in said:
            await self.hear(kind, text)
        assert self._receive is not None
        await self.start(self._receive)
        await self.settle()

    async def hear(self, kind: str, text: str = "hello") -> None:
        server = self.server
        if kind == "edit":
            await server.edit(self._last, text)
        elif kind == "delete":
            await server.delete(self._last)
        elif kind == "own_message":
            await server.say(GENERAL, BOT, text, mention=True)
            await server.say(DIRECT["ana"], BOT, text)
        else:
            channel = {"direct": DIRECT["ana"], "follow_up": THREAD}.get(kind, GENERAL)
            author = "robot" if kind == "other_bot" else "ana"
            self._last = await server.say(channel, author, text, mention=kind in ("mention", "other_bot", "same_message_twice"))
        if kind == "same_message_twice":
            await server.tell("MESSAGE_CREATE", self._last)
        await self.settle()

    async def attach(self, text: str, *files: tuple[str, str, bytes]) -> None:
        attachments = [self.server.files.upload(DIRECT["ana"], *file) for file in files]
        self._last = await self.server.say(DIRECT["ana"], "ana", text, attachments=attachments)
        await self.settle()

    def fail_file(self, status: int) -> None:
        self.server.files.fail(status)

    async def lose_files(self) -> None:
        self.server.files.kept.clear()

    def asked_for_files(self) -> int:
        return len(self.server.files.calls)

    async def settle(self) -> None:
        """Returns when the adapter has read, and is through with, all that was told."""
        await self.server.heartbeat()
        await asyncio.sleep(0)
        await self.platform.idle()

    async def redeliver(self) -> None:
        await self.settle()

    async def heartbeat(self) -> bool:
        return await self.server.heartbeat()

    def sent(self) -> list[str]:
        self.server.forget_nonces()  # the contract uses a key again for something new, as only minutes later would be right
        return [re.sub(r"\\([^\w\s])", r"\1", post["content"]).replace("\u200b", "") for post in self.server.posts]

    def raw_sent(self) -> list[dict[str, object]]:
        return list(self.server.posts)

    def pinged(self) -> list[str]:
        return self.server.pinged()

    def fail_next(self, status: int, retry_after: float | None = None) -> None:
        # discord.py itself tries again after 500, for 25 seconds; a 503 it tells at once.
        self.server.fail_next(503 if status == 500 else status, retry_after)

    def drop_next(self) -> None:
        self.server.drop_next()

    def standing(self) -> list[str]:
        return [re.sub(r"\\([^\w\s])", r"\1", text).replace("\u200b", "") for text in standing(self.server)]

    def signs(self) -> int:
        return 0  # typing dots go out by themselves

    async def vanish(self, message_id: str) -> None:
        [message] = [each for said in self.server.messages.values() for each in said if each["id"] == message_id]
        await self.server.delete(message)

    async def forget(self) -> None:
        """Nothing is known of what grows but what stands there."""

    def unmapped(self) -> list[str]:
        found = [each for each in vars(discord.errors).values() if isinstance(each, type) and issubclass(each, BaseException)]
        return [each.__name__ for each in found if each not in MEANINGS]

    def place(self) -> Place:
        return Place("discord", GUILD, GENERAL, f"@{PEOPLE['ana']}")

    async def close(self) -> None:
        await self.platform.stop()
        await self.server.stop()


@pytest.fixture(name="server")
async def _server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """A loopback Discord; discord.py's own addresses come back afterwards."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server:
        yield server


@pytest.fixture(name="harness")
async def _harness(server: DiscordServer) -> AsyncIterator[DiscordHarness]:
    harness = DiscordHarness(server, DiscordPlatform(TOKEN, server.api_url, server.gateway_url, pace=HURRY))
    yield harness
    await harness.close()


class TestDiscord(PlatformContract, PrivateContract, MissedContract, LiveContract, FilesContract):
    """The contract."""


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Returns as soon as it is true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)


async def started(harness: DiscordHarness) -> Heard:
    heard = Heard()
    await harness.start(heard)
    return heard


def texts(heard: Heard) -> list[str]:
    return [message.text for message in heard.messages()]


class TestAnAnswer:
    """How it is posted."""

    async def test_an_answer_in_a_channel_replies_to_the_question_and_unfurls_nothing(self, harness: DiscordHarness) -> None:
        heard = await started(harness)
        await harness.hear("mention", "How long?")
        question = heard.only()
        calls = len(harness.server.requests)
        await harness.platform.send(question.place, Reply("See https://shop.example", "en", answers=question.message_id), "k1")
        [post] = harness.server.posts
        assert str(post["message_reference"]["message_id"]) == question.message_id
        assert post["message_reference"]["fail_if_not_exists"] is False
        assert post["allowed_mentions"] == {"parse": [], "replied_user": False}
        assert post["flags"] & discord.MessageFlags(suppress_embeds=True).value
        assert harness.server.requests[calls:] == [f"POST /channels/{GENERAL}/messages"]

    async def test_an_answer_to_a_direct_message_stands_for_itself(self, harness: DiscordHarness) -> None:
        heard = await started(harness)
        await harness.hear("direct", "How long?")
        question = heard.only()
        reply = Reply("Thirty days.", "en", answers=question.message_id)
        posted = await harness.platform.send(question.place, reply, "k1")
        assert "message_reference" not in harness.server.posts[0]
        assert await harness.platform.find_sent(question.place, reply, "k1") == posted

    async def test_an_equal_answer_to_an_earlier_direct_message_is_not_taken_for_this_one(self, harness: DiscordHarness) -> None:
        heard = await started(harness)
        await harness.hear("direct", "How long?")
        await harness.hear("direct", "And now?")
        first, second = heard.messages()
        before = await harness.platform.send(first.place, Reply("I do not know.", "en", answers=first.message_id), "k1")
        reply = Reply("I do not know.", "en", answers=second.message_id)
        assert await harness.platform.find_sent(second.place, reply, "k2", before) is None

    async def test_an_answer_that_is_sent_again_stands_there_once(self, harness: DiscordHarness) -> None:
        await started(harness)
        reply = Reply("Thirty days.", "en")
        first = await harness.platform.send(harness.place(), reply, "o-17.0")
        assert await harness.platform.send(harness.place(), reply, "o-17.0") == first
        assert len(harness.server.posts) == 1

    async def test_somebody_who_waits_sees_us_typing_once(self, harness: DiscordHarness) -> None:
        await started(harness)
        await harness.platform.show_status(harness.place(), "1", on=True)
        await harness.platform.show_status(harness.place(), "1", on=False)
        assert harness.server.typings == [GENERAL]

    async def test_a_place_that_discord_cannot_know_is_gone(self, harness: DiscordHarness) -> None:
        await started(harness)
        for channel in ("C1", "999"):
            with pytest.raises(PlaceGone):
                await harness.platform.send(Place("discord", GUILD, channel), Reply("Hello", "en"), "k1")

    async def test_what_discord_finds_malformed_is_unsupported(self, harness: DiscordHarness) -> None:
        await started(harness)
        with pytest.raises(Unsupported):
            await harness.platform.send(harness.place(), Reply("x" * 2001, "en"), "k1")

    async def test_before_a_connection_stands_nothing_can_be_sent(self, harness: DiscordHarness) -> None:
        with pytest.raises(Unreachable):
            await harness.platform.send(harness.place(), Reply("Hello", "en"), "k1")
        await harness.platform.show_status(harness.place(), "1", on=True)


class TestHearing:
    """What reaches the core, and what does not."""

    async def test_messages_deleted_at_once_are_told_one_by_one(self, harness: DiscordHarness) -> None:
        heard = await started(harness)
        messages = [await harness.server.say(DIRECT["ana"], "ana", text) for text in ("one", "two")]
        await harness.server.delete(*messages)
        await harness.settle()
        assert [event.message_id for event in heard.events if isinstance(event, MessageDeleted)] == [each["id"] for each in messages]

    async def test_a_broken_event_does_no_harm(self, harness: DiscordHarness, caplog: pytest.LogCaptureFixture) -> None:
        heard = await started(harness)
        for broken in ({}, {"id": "1", "content": "secret words"}, {"id": "x", "channel_id": None}):
            for event in ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "NEVER_HEARD_OF"):
                await harness.server.tell(event, broken)
        await harness.hear("direct", "Still there?")
        assert texts(heard) == ["Still there?"]
        assert harness.server.identifies == 1
        assert "secret" not in caplog.text

    async def test_a_message_that_can_never_be_written_down_is_named_and_holds_up_nobody(
        self, harness: DiscordHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        heard: list[Event] = []

        async def receive(event: Event) -> None:
            if getattr(event, "text", "") == "poison":
                raise ValueError("poison")
            heard.append(event)

        await harness.start(receive)
        await harness.hear("direct", "poison")
        await harness.hear("direct", "fine")
        # Its channel may have been read again by now, and the other message with it.
        assert {event.event_id for event in heard} == {heard[0].event_id}
        assert any(record.levelno == logging.ERROR and "could not be written down" in record.getMessage() for record in caplog.records)
        assert "poison" not in caplog.text


class TestConnection:
    """Outages, and what we may hear."""

    async def test_a_gateway_that_is_down_at_the_start_is_awaited(self, harness: DiscordHarness) -> None:
        harness.server.gateway_open = False
        heard = await started(harness)
        assert harness.platform.state().why == "no connection to Discord (its gateway turned us away), trying again"
        harness.server.gateway_open = True
        await until(lambda: harness.platform.state().up)
        await harness.hear("direct", "Hello?")
        assert texts(heard) == ["Hello?"]

    async def test_a_discord_that_is_out_of_reach_at_the_start_is_awaited(self, harness: DiscordHarness) -> None:
        await harness.server.stop()
        heard = await started(harness)
        assert harness.platform.state().why == "no connection to Discord (the network does not reach it), trying again"
        await harness.server.start()
        await until(lambda: harness.platform.state().up)
        await harness.hear("direct", "Hello?")
        assert texts(heard) == ["Hello?"]

    async def test_what_was_said_while_the_connection_was_lost_is_heard_afterwards(self, harness: DiscordHarness) -> None:
        heard = await started(harness)
        await harness.hear("direct", "before")
        harness.server.cut()
        await harness.server.say(DIRECT["ana"], "ana", "meanwhile")
        await until(lambda: harness.server.resumes and harness.platform.state().up)
        await harness.hear("direct", "after")
        assert texts(heard) == ["before", "meanwhile", "after"]
        assert harness.server.identifies == 1

    async def test_an_order_to_reconnect_is_followed(self, harness: DiscordHarness) -> None:
        heard = await started(harness)
        await harness.server.order(7)
        await until(lambda: harness.server.resumes and harness.platform.state().up)
        await harness.hear("direct", "after")
        assert texts(heard) == ["after"]

    async def test_a_session_that_discord_gave_up_is_followed_by_a_new_one(self, harness: DiscordHarness) -> None:
        heard = await started(harness)
        await harness.server.order(9, False)
        await until(lambda: harness.server.identifies == 2 and harness.platform.state().up)
        await harness.hear("direct", "after")
        assert texts(heard) == ["after"]

    async def test_a_long_outage_ends_with_a_fresh_session(self, server: DiscordServer) -> None:
        platform = DiscordPlatform(TOKEN, server.api_url, server.gateway_url, pace=0.001)
        heard = Heard()
        await platform.start(heard, KeptCursors())
        server.gateway_open = False
        server.cut()
        await until(lambda: "trying again" in platform.state().why)
        server.gateway_open = True
        await until(lambda: platform.state().up)
        assert server.identifies == 2
        await platform.stop()

    async def test_without_the_content_intent_the_desk_works_and_says_so_once(
        self, harness: DiscordHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        harness.server.content_granted = False
        heard = await started(harness)
        assert harness.platform.state().up
        assert harness.platform.state().why == f"connected as Desk ({LESS_HEARD})"
        await harness.server.order(9, False)
        await until(lambda: harness.server.identifies == 3 and harness.platform.state().up)
        for kind in ("mention", "direct", "follow_up"):
            await harness.hear(kind, kind)
        assert texts(heard) == ["mention", "direct"]
        assert caplog.text.count(LESS_HEARD) == 1

    async def test_a_ping_by_reply_is_heard_without_the_content_intent(self, harness: DiscordHarness) -> None:
        harness.server.content_granted = False
        heard = await started(harness)
        answer = await harness.server.say(GENERAL, BOT, "Thirty days.")
        await harness.server.say(GENERAL, "ana", "And shoes?", reply_to=answer["id"])
        await harness.server.say(GENERAL, "ana", "Silently", reply_to=answer["id"], ping=False)
        await harness.settle()
        assert texts(heard) == ["And shoes?"]

    async def test_a_refused_token_is_told_with_its_cure(self, server: DiscordServer) -> None:
        platform = DiscordPlatform("MTAwMQ.wrong.token", server.api_url, server.gateway_url)
        await platform.start(Heard(), KeptCursors())
        assert not platform.state().up
        assert "DISCORD_TOKEN" in platform.state().why
        await platform.stop()

    async def test_a_platform_can_be_started_again(self, harness: DiscordHarness) -> None:
        await started(harness)
        await harness.platform.stop()
        assert not harness.platform.state().up
        heard = await started(harness)
        await harness.hear("direct", "again")
        assert texts(heard) == ["again"]


class TestDoctor:
    """Faults and their cures."""

    @pytest.mark.parametrize(
        ("token", "what"),
        [
            (" ", "empty"),
            ("Bot MTAwMQ.loop.back", "starts with 'Bot'"),
            ("two words", "space"),
            ("123456789012345678", "application's id"),
            ("MTAwMQ.wrong.token", "does not know this token"),
        ],
    )
    async def test_a_wrong_token_is_explained(self, server: DiscordServer, token: str, what: str) -> None:
        [fault] = await DiscordPlatform(token, server.api_url, server.gateway_url).check()
        assert what in fault.what
        assert "DISCORD_TOKEN" in fault.cure
        assert "MTAwMQ" not in str(fault)

    async def test_a_missing_intent_is_explained(self, server: DiscordServer) -> None:
        server.content_granted = False
        [fault] = await DiscordPlatform(TOKEN, server.api_url, server.gateway_url).check()
        assert "message content intent" in fault.what

    async def test_a_discord_out_of_reach_is_explained(self, server: DiscordServer) -> None:
        await server.stop()
        [fault] = await DiscordPlatform(TOKEN, server.api_url, server.gateway_url).check()
        assert "cannot be reached" in fault.what


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [
        (discord.RateLimited(40.0), RateLimited),
        (discord.LoginFailure("no"), NotAllowed),
        (discord.PrivilegedIntentsRequired(None), NotAllowed),
        (discord.GatewayNotFound(), Unreachable),
        (discord.InvalidData("?"), Unreachable),
        (discord.ClientException("?"), Unsupported),
        (TimeoutError(), Unreachable),
        (ConnectionResetError(104, "reset"), Unreachable),
        (RuntimeError("Session is closed"), Unreachable),
    ],
)
def test_every_fault_of_the_library_has_its_meaning(fault: Exception, meaning: type[PlatformError]) -> None:
    assert type(platform_error(fault)) is meaning


async def test_who_only_sends_makes_no_session_at_the_gateway(harness: DiscordHarness) -> None:
    await harness.platform.open()
    assert harness.platform.state().up
    assert harness.server.identifies == 0
    await harness.platform.stop()
