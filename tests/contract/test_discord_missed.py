"""Discord's history: what was said while the bot was down, or its session lost, and what that may cost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from adapters.discord import DiscordPlatform
from adapters.discord.connection import history
from bot.messages import Event
from bot.platforms import MISSED_SECONDS
from tests.contract.platform_contract import Heard
from tests.contract.test_discord import DiscordHarness, until
from tests.discord_server import DiscordServer
from tests.discord_world import BOT, DIRECT, GENERAL, GUILD, THREAD, TOKEN

HURRY = 0.01


@pytest.fixture
async def harness(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordHarness]:
    """A loopback Discord and the real adapter."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server:
        made = DiscordHarness(server, DiscordPlatform(TOKEN, server.api_url, server.gateway_url, pace=HURRY))
        yield made
        await made.close()


async def started(harness: DiscordHarness) -> Heard:
    """A bot that was here before, in every place."""
    heard = Heard()
    await harness.start(heard)
    for kind in ("direct", "mention", "follow_up"):
        await harness.hear(kind, "before")
    return heard


async def back(harness: DiscordHarness, heard: Any) -> None:
    await harness.start(heard)
    await harness.settle()


def texts(heard: Heard) -> list[str]:
    return [text for text in heard.standing() if text != "before"]


def readings(harness: DiscordHarness) -> list[str]:
    return [request for request in harness.server.requests if request.startswith("GET /channels")]


async def test_a_session_that_could_not_be_resumed_loses_nothing(harness: DiscordHarness) -> None:
    heard, server = await started(harness), harness.server
    server.gateway_open = False
    server.cut()
    server.sessions.clear()
    for channel in (GENERAL, THREAD, DIRECT["ana"]):
        await server.say(channel, "ana", "meanwhile", mention=channel == GENERAL)
    server.gateway_open = True
    await until(lambda: server.identifies == 2 and harness.platform.state().up)
    await harness.settle()
    assert texts(heard) == ["meanwhile"] * 3


async def test_a_resumed_session_needs_no_history(harness: DiscordHarness) -> None:
    heard, server = await started(harness), harness.server
    server.cut()
    await server.say(GENERAL, "ana", "meanwhile", mention=True)
    await until(lambda: server.resumes and harness.platform.state().up)
    await harness.settle()
    assert texts(heard) == ["meanwhile"]
    assert readings(harness) == []


async def test_where_nothing_was_said_nothing_is_read_but_direct_channels(harness: DiscordHarness) -> None:
    heard = await started(harness)
    await harness.away()
    assert texts(heard) == []
    assert readings(harness) == [f"GET /channels/{DIRECT['ana']}/messages"]


async def test_only_the_channels_with_news_are_read(harness: DiscordHarness) -> None:
    heard = await started(harness)
    await harness.platform.stop()
    answer = await harness.server.say(GENERAL, BOT, "Thirty days.")
    await harness.server.say(GENERAL, "ana", "And shoes?", reply_to=answer["id"])
    await back(harness, heard)
    assert texts(heard) == ["And shoes?"]
    assert heard.messages()[-1].addressed == "reply"
    assert f"GET /channels/{THREAD}/messages" not in readings(harness)


async def test_what_was_heard_before_is_not_read_again(harness: DiscordHarness) -> None:
    await started(harness)
    await harness.away(("mention", "meanwhile"))
    again = Heard()
    await harness.platform.stop()
    await back(harness, again)
    assert again.standing() == []


async def test_newer_messages_of_a_channel_wait_until_the_older_ones_are_written_down(harness: DiscordHarness) -> None:
    heard, server = await started(harness), harness.server
    await harness.platform.stop()
    await server.say(GENERAL, "ana", "first", mention=True)
    heard.open.clear()
    await harness.start(heard)
    await until(heard.entered.is_set)
    await server.say(GENERAL, "ana", "second", mention=True)
    await server.say(DIRECT["ben"], "ben", "elsewhere")
    heard.open.set()
    await harness.settle()
    assert texts(heard) in (["first", "elsewhere", "second"], ["elsewhere", "first", "second"], ["first", "second", "elsewhere"])


async def test_a_thread_that_was_closed_meanwhile_is_read(harness: DiscordHarness) -> None:
    heard, server = await started(harness), harness.server
    await harness.platform.stop()
    await server.say(THREAD, "ana", "and to Austria?")
    server.closed_threads.add(THREAD)
    await back(harness, heard)
    assert texts(heard) == ["and to Austria?"]
    assert heard.messages()[-1].addressed == "maybe"
    assert heard.messages()[-1].place.thread == ""


async def test_who_first_wrote_while_we_were_away_is_heard_when_he_writes_again(harness: DiscordHarness) -> None:
    heard, server = await started(harness), harness.server
    await harness.platform.stop()
    await server.say(DIRECT["ben"], "ben", "Hello?")
    await back(harness, heard)
    assert texts(heard) == []
    await server.say(DIRECT["ben"], "ben", "Anybody there?")
    await harness.settle()
    assert texts(heard) == ["Hello?", "Anybody there?"]


async def test_a_server_that_is_new_to_us_is_not_answered_for_its_past(harness: DiscordHarness) -> None:
    heard = await started(harness)
    await harness.platform.stop()
    harness.cursors.kept = {key: cursor for key, cursor in harness.cursors.kept.items() if key[0] != GUILD}
    await harness.server.say(GENERAL, "ana", "before you came", mention=True)
    await back(harness, heard)
    assert texts(heard) == []
    await harness.hear("mention", "now")
    assert texts(heard) == ["now"]


async def test_after_days_only_the_last_day_is_answered(harness: DiscordHarness) -> None:
    heard, server = await started(harness), harness.server
    await harness.platform.stop()
    for key, cursor in list(harness.cursors.kept.items()):
        harness.cursors.kept[key] = type(cursor)(cursor.workspace, cursor.channel, "3000")
    now = int(server.messages[GENERAL][-1]["id"])
    for hours, text in ((50, "days ago"), (MISSED_SECONDS / 3600 - 1, "last night")):
        await server.say(GENERAL, "ana", text, mention=True, id=str(now - (int(hours * 3_600_000) << 22)))
    server.messages[GENERAL].sort(key=lambda message: int(message["id"]))
    await back(harness, heard)
    assert texts(heard) == ["last night"]


async def test_of_too_much_talk_the_beginning_and_the_newest_is_read(harness: DiscordHarness) -> None:
    heard, server = await started(harness), harness.server
    await harness.platform.stop()
    for number in range(history.MOST + 50):
        await server.say(GENERAL, "ana", str(number), mention=True)
    await back(harness, heard)
    newest = range(history.MOST + 50 - (history.MOST - history.PAGE), history.MOST + 50)
    assert texts(heard) == [str(number) for number in (*range(history.PAGE), *newest)]
    assert len(readings(harness)) <= history.MOST / history.PAGE + 2


async def test_what_could_not_be_written_down_is_read_again_when_the_database_is_back(harness: DiscordHarness) -> None:
    heard = await started(harness)
    heard.failures = 8
    await harness.hear("mention", "Do not lose me")
    await until(lambda: texts(heard))
    assert texts(heard) == ["Do not lose me"]


async def test_what_could_not_be_written_down_is_read_after_a_restart(harness: DiscordHarness) -> None:
    heard = await started(harness)
    heard.failures = 5
    await harness.hear("mention", "Do not lose me")
    await harness.hear("mention", "Nor me")
    await harness.platform.stop()
    heard.failures = 0
    await back(harness, heard)
    assert set(texts(heard)) == {"Do not lose me", "Nor me"}


@pytest.mark.parametrize("status", [503, 429])
async def test_a_history_that_cannot_be_read_at_once_is_read_later(harness: DiscordHarness, status: int) -> None:
    heard, server = await started(harness), harness.server
    await harness.platform.stop()
    await server.say(GENERAL, "ana", "meanwhile", mention=True)
    server.fail_next(status, 0.05 if status == 429 else None, history=True)
    server.fail_next(status, 0.05 if status == 429 else None, history=True)
    await back(harness, heard)
    assert texts(heard) == ["meanwhile"]


async def test_a_channel_that_we_may_not_read_holds_up_nobody(harness: DiscordHarness) -> None:
    heard, server = await started(harness), harness.server
    await harness.platform.stop()
    await server.say(GENERAL, "ana", "meanwhile", mention=True)
    server.fail_next(403, history=True)
    server.fail_next(403, history=True)
    await back(harness, heard)
    await harness.hear("mention", "after")
    assert texts(heard) == ["after"]


async def test_talk_that_is_not_for_us_costs_no_transaction_of_its_own(harness: DiscordHarness) -> None:
    await started(harness)
    before = harness.cursors.writes
    for _ in range(300):
        await harness.server.say(GENERAL, "ben", "Lunch?")
    await harness.settle()
    await harness.platform.stop()
    assert harness.cursors.writes - before < 30
    assert harness.cursors.kept[GUILD, GENERAL].position == harness.server.messages[GENERAL][-1]["id"]


async def test_a_database_that_is_away_gets_the_cursors_later(harness: DiscordHarness) -> None:
    await started(harness)
    harness.cursors.away = True
    await harness.hear("mention", "now")
    await asyncio.sleep(0.2)
    harness.cursors.away = False
    await harness.platform.stop()
    assert harness.cursors.kept[GUILD, GENERAL].position == harness.server.messages[GENERAL][-1]["id"]


async def test_the_cursor_never_passes_a_message_on_its_way(harness: DiscordHarness) -> None:
    heard: list[Event] = []
    stuck = asyncio.Event()

    async def receive(event: Event) -> None:
        if getattr(event, "text", "") == "slow":
            await stuck.wait()
        heard.append(event)

    await harness.start(receive)
    await harness.hear("mention", "before")
    slow = await harness.server.say(GENERAL, "ana", "slow", mention=True)
    await harness.server.say(GENERAL, "ana", "quick", mention=True)
    await until(lambda: len(heard) == 2)
    await until(lambda: (GUILD, GENERAL) in harness.cursors.kept)
    await asyncio.sleep(0.15)
    assert int(harness.cursors.kept[GUILD, GENERAL].position) < int(slow["id"])
    stuck.set()
