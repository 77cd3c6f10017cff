"""Discord's servers in shards, and servers that come and go: what the real discord.py hears of them, against our loopback Discord."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager

import discord
import pytest

from adapters.discord import DiscordPlatform
from adapters.discord.connection.gateway import IDENTIFY_PACE
from adapters.discord.connection.shards import STANDING_BY, Alone
from bot.platforms import State
from tests.contract.platform_contract import Heard
from tests.contract.test_discord import HURRY, DiscordHarness, until
from tests.discord_server import DiscordServer
from tests.discord_world import DIRECT, GENERAL, GUILD, OTHER_GENERAL, OTHER_GUILD, TOKEN


class Chosen:
    """Shares that a test hands out."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = set(numbers)
        self.given_back = False
        self._alone = Alone()

    async def ours(self, parts: int, using: Collection[int]) -> Collection[int]:
        return self.numbers & set(range(parts))

    def turn(self, queue: int) -> AbstractAsyncContextManager[None]:
        return self._alone.turn(queue)

    async def give_back(self) -> None:
        self.given_back = True


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """A loopback Discord with two servers that recommends two shards, and wants five seconds between them, as we count them here."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server:
        await server.join()
        server.starts.shards = 2
        server.starts.pace = IDENTIFY_PACE * HURRY * 0.9  # the way to the server is not always equally long
        yield server


@pytest.fixture
async def harness(server: DiscordServer) -> AsyncIterator[DiscordHarness]:
    made = DiscordHarness(server, DiscordPlatform(TOKEN, server.api_url, server.gateway_url, pace=HURRY))
    yield made
    await made.close()


async def hearing(harness: DiscordHarness, heard: Heard | None = None) -> Heard:
    """All shards are connected."""
    heard = heard or Heard()
    await harness.start(heard)
    await until(lambda: harness.platform.state().up)
    return heard


def texts(heard: Heard) -> list[str]:
    return [message.text for message in heard.messages()]


class TestShards:
    """Each hears its own servers."""

    async def test_two_shards_in_one_process_hear_their_servers_and_the_first_hears_direct_messages(self, harness: DiscordHarness) -> None:
        heard, server = await hearing(harness), harness.server
        assert harness.platform.state() == State(True, "connected as Desk, 2 of 2 shards")
        for channel in (GENERAL, OTHER_GENERAL, DIRECT["ana"]):
            await server.say(channel, "ana", channel, mention=True)
        await harness.settle()
        assert set(texts(heard)) == {GENERAL, OTHER_GENERAL, DIRECT["ana"]}
        assert len(texts(heard)) == 3
        assert server.starts.begun == [(0, 2), (1, 2)]
        assert server.starts.early == 0

    async def test_one_shard_is_not_called_one(self, harness: DiscordHarness) -> None:
        harness.server.starts.shards = 1
        await hearing(harness)
        assert harness.platform.state().why == "connected as Desk"
        assert harness.server.starts.begun == [(0, 1)]

    async def test_each_shard_reads_what_was_missed_in_its_servers_alone(self, harness: DiscordHarness) -> None:
        heard, server = await hearing(harness), harness.server
        await server.say(DIRECT["ana"], "ana", "before")
        await harness.settle()
        await harness.platform.stop()
        for channel in (GENERAL, OTHER_GENERAL, DIRECT["ana"]):
            await server.say(channel, "ana", f"meanwhile {channel}", mention=True)
        server.requests.clear()
        await hearing(harness, heard)
        await harness.settle()
        assert sorted(texts(heard)[1:]) == sorted(f"meanwhile {channel}" for channel in (GENERAL, OTHER_GENERAL, DIRECT["ana"]))
        read = [request for request in server.requests if "messages" in request]
        assert sorted(read) == sorted(f"GET /channels/{channel}/messages" for channel in (GENERAL, OTHER_GENERAL, DIRECT["ana"]))

    async def test_one_login_serves_all_shards(self, harness: DiscordHarness) -> None:
        await hearing(harness)
        assert harness.server.requests.count("GET /users/@me") == 1

    async def test_a_shard_without_connection_is_named_and_the_other_hears_on(self, harness: DiscordHarness) -> None:
        heard, server = await hearing(harness), harness.server
        server.gateway_open = False
        first = next(session for session in server.sessions.values() if session.shard == (0, 2))
        assert first.ws is not None
        await first.ws.close(code=1012)
        await until(lambda: not harness.platform.state().up)
        assert harness.platform.state().why.startswith("connected as Desk, 1 of 2 shards; shard 0: ")
        await server.say(OTHER_GENERAL, "ana", "Still there?", mention=True)
        await until(lambda: texts(heard) == ["Still there?"])
        server.gateway_open = True
        await until(lambda: harness.platform.state().up)

    async def test_many_shards_begin_in_turn(self, harness: DiscordHarness) -> None:
        server = harness.server
        server.starts.shards, server.starts.max_concurrency = 6, 2
        await hearing(harness)
        assert sorted(server.starts.begun) == [(number, 6) for number in range(6)]
        assert [number % 2 for number, _ in server.starts.begun].count(0) == 3
        assert server.starts.early == 0

    async def test_a_desk_that_has_grown_too_large_for_one_shard_is_divided_by_itself(self, harness: DiscordHarness) -> None:
        server = harness.server
        server.starts.shards = 1
        heard = await hearing(harness)
        server.starts.shards = server.starts.least = 2
        await server.order(9, False)
        await until(lambda: harness.platform.state().why == "connected as Desk, 2 of 2 shards")
        for channel in (GENERAL, OTHER_GENERAL):
            await server.say(channel, "ana", channel, mention=True)
        await harness.settle()
        assert set(texts(heard)) == {GENERAL, OTHER_GENERAL}

    async def test_when_few_new_sessions_are_left_today_nobody_hurries(self, harness: DiscordHarness) -> None:
        server = harness.server
        server.starts.shards, server.starts.remaining, server.starts.reset_after = 1, 20, 2100.0
        await harness.start(Heard())
        why = harness.platform.state().why
        assert why == "only 20 new connections are allowed until 35 minutes from now, waiting 2 minutes"
        assert server.starts.begun == []
        await until(lambda: harness.platform.state().up)

    async def test_when_none_is_left_we_wait_for_the_next_day(self, harness: DiscordHarness) -> None:
        harness.server.starts.shards, harness.server.starts.remaining = 1, 0
        await harness.start(Heard())
        await asyncio.sleep(0.3)
        assert harness.server.identifies == 0
        assert not harness.platform.state().up
        harness.server.starts.remaining = 1000


class TestShares:
    """Other processes hear the rest."""

    async def test_who_has_one_of_two_shards_hears_that_one(self, server: DiscordServer) -> None:
        shares = Chosen(1)
        harness = DiscordHarness(server, DiscordPlatform(TOKEN, server.api_url, server.gateway_url, shares, pace=HURRY))
        heard = await hearing(harness)
        assert harness.platform.state().why == "connected as Desk, 1 of 2 shards"
        for channel in (GENERAL, OTHER_GENERAL, DIRECT["ana"]):
            await server.say(channel, "ana", channel, mention=True)
        await harness.settle()
        assert texts(heard) == [OTHER_GENERAL]
        await harness.platform.stop()
        assert shares.given_back

    async def test_who_has_no_shard_stands_by_and_can_send(self, server: DiscordServer) -> None:
        harness = DiscordHarness(server, DiscordPlatform(TOKEN, server.api_url, server.gateway_url, Chosen(), pace=HURRY))
        await harness.start(Heard())
        assert harness.platform.state() == STANDING_BY
        assert server.identifies == 0
        await harness.platform.show_status(harness.place(), "1", on=True)
        assert server.typings == [GENERAL]
        await harness.platform.stop()

    async def test_a_shard_that_moves_goes_on_where_it_was_heard_last(self, server: DiscordServer) -> None:
        one, other = Chosen(0, 1), Chosen()
        platforms = [DiscordPlatform(TOKEN, server.api_url, server.gateway_url, shares, pace=HURRY) for shares in (one, other)]
        harnesses = [DiscordHarness(server, platform) for platform in platforms]
        harnesses[1].cursors = harnesses[0].cursors
        first, second = Heard(), Heard()
        await harnesses[1].start(second)
        await hearing(harnesses[0], first)
        await server.say(OTHER_GENERAL, "ana", "before", mention=True)
        await until(lambda: texts(first) == ["before"])
        one.numbers.discard(1)
        await until(lambda: harnesses[0].platform.state().why == "connected as Desk, 1 of 2 shards")
        await server.say(OTHER_GENERAL, "ana", "between", mention=True)
        other.numbers.add(1)
        await until(lambda: texts(second) == ["between"])
        await server.say(OTHER_GENERAL, "ana", "after", mention=True)
        await until(lambda: texts(second) == ["between", "after"])
        assert texts(first) == ["before"]
        for harness in harnesses:
            await harness.platform.stop()


class TestServers:
    """They come and go."""

    async def test_a_server_that_we_join_is_heard_from_then_on(self, harness: DiscordHarness) -> None:
        server = harness.server
        await server.leave()
        heard = await hearing(harness)
        await server.say(OTHER_GENERAL, "ana", "before you came", mention=True)
        await server.join()
        await server.say(OTHER_GENERAL, "ana", "Welcome!", mention=True)
        await until(lambda: texts(heard) == ["Welcome!"])
        assert (OTHER_GUILD, "") in harness.cursors.kept

    async def test_what_was_said_after_we_joined_is_not_lost_when_we_go_down_at_once(self, harness: DiscordHarness) -> None:
        server = harness.server
        await server.leave()
        heard = await hearing(harness)
        await server.join()
        await until(lambda: (OTHER_GUILD, "") in harness.cursors.kept)
        await harness.platform.stop()
        await server.say(OTHER_GENERAL, "ana", "Welcome!", mention=True)
        await hearing(harness, heard)
        await harness.settle()
        assert texts(heard) == ["Welcome!"]

    async def test_of_a_server_that_threw_us_out_nothing_is_kept(self, harness: DiscordHarness) -> None:
        heard, server = await hearing(harness), harness.server
        await server.say(OTHER_GENERAL, "ana", "Hello", mention=True)
        await harness.settle()
        await server.leave()
        await until(lambda: not any(workspace == OTHER_GUILD for workspace, _ in harness.cursors.kept))
        await server.say(GENERAL, "ana", "Here?", mention=True)
        await harness.settle()
        await harness.platform.stop()
        assert {workspace for workspace, _ in harness.cursors.kept} == {GUILD, "@dm"}
        assert texts(heard) == ["Hello", "Here?"]

    async def test_a_server_that_takes_us_in_again_is_not_answered_for_the_time_between(self, harness: DiscordHarness) -> None:
        heard, server = await hearing(harness), harness.server
        await server.say(OTHER_GENERAL, "ana", "before", mention=True)
        await harness.settle()
        await server.leave()
        await harness.settle()
        await server.say(OTHER_GENERAL, "ana", "between", mention=True)
        await server.join()
        await server.say(OTHER_GENERAL, "ana", "again", mention=True)
        await harness.settle()
        assert texts(heard) == ["before", "again"]

    async def test_a_server_that_discord_cannot_show_for_a_while_is_not_forgotten(self, harness: DiscordHarness) -> None:
        heard, server = await hearing(harness), harness.server
        await server.say(OTHER_GENERAL, "ana", "before", mention=True)
        await harness.settle()
        await server.hide(OTHER_GUILD)
        await harness.settle()
        await server.say(OTHER_GENERAL, "ana", "between", mention=True)
        await server.show(OTHER_GUILD)
        await harness.settle()
        assert texts(heard) == ["before", "between"]
