"""Discord's shards among real processes: each has its part, and what one held that is killed the other hears, with nothing lost."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.discord_server import DiscordServer
from tests.discord_world import DIRECT, GENERAL, OTHER_GENERAL, TOKEN
from tests.journeys.processes import Fleet, fleet, free_port, ready
from tests.model_server import ModelServer


@dataclass
class Branches:
    """A Discord with two servers that recommends two shards, a model, and our processes."""

    discord: DiscordServer
    fleet: Fleet

    async def gateway(self) -> tuple[asyncio.subprocess.Process, str]:
        """One more that hears; and where it can be asked."""
        port = free_port()
        return await self.fleet.start("gateway", HEALTH_PORT=str(port)), f"http://127.0.0.1:{port}"

    async def answered(self, *asked: dict[str, object]) -> None:
        """Returns when each of these questions has its answer; each has one."""
        wanted = {str(one["id"]) for one in asked}
        async with asyncio.timeout(60):
            while not wanted <= set(self.answers()):
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        assert sorted(self.answers()) == sorted(set(self.answers()))

    def answers(self) -> list[str]:
        return [str((post.get("message_reference") or {}).get("message_id")) for post in self.discord.posts]


@pytest.fixture
async def branches(postgresql_database: str, tmp_path: Path) -> AsyncIterator[Branches]:
    async with DiscordServer() as server, ModelServer() as model:
        await server.join()
        server.starts.shards, server.starts.pace = 2, 4.5
        settings = {
            "DATABASE_URL": postgresql_database,
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": server.api_url,
            "DISCORD_GATEWAY_URL": server.gateway_url,
            "MODEL_URL": model.url,
            "MODEL_NAME": "m",
        }
        async with fleet(tmp_path, **settings) as processes:
            yield Branches(server, processes)


async def hears(address: str, what: str) -> None:
    """Returns when /ready says so of Discord."""
    why = ""
    try:
        async with asyncio.timeout(60):
            while what not in why:
                why = str((await ready(address))["platforms"]["discord"]["why"])  # type: ignore[index]
                await asyncio.sleep(0.1)
    except TimeoutError as exc:
        raise AssertionError(f"{address} says: {why}") from exc


async def test_two_gateways_share_the_shards_and_one_takes_over_what_the_other_held_that_was_killed(branches: Branches) -> None:
    server = branches.discord
    (one, first), (other, second) = [await branches.gateway() for _ in range(2)]
    await branches.fleet.start("work")
    for address in (first, second):
        await hears(address, "connected as Desk, 1 of 2 shards")
    asked = [await server.say(channel, "ana", "How long does delivery take?", mention=True) for channel in (GENERAL, OTHER_GENERAL)]
    await branches.answered(*asked)
    await branches.fleet.end(one, signal.SIGKILL)
    asked += [await server.say(channel, "ben", "What can I return?", mention=True) for channel in (GENERAL, OTHER_GENERAL)]
    await hears(second, "connected as Desk, 2 of 2 shards")
    asked += [await server.say(channel, "ben", "And to Austria?", mention=True) for channel in (GENERAL, OTHER_GENERAL)]
    await branches.answered(*asked)
    await server.say(DIRECT["ana"], "ana", "Where is my parcel?")
    async with asyncio.timeout(60):
        while len(server.posts) < 7:
            await asyncio.sleep(0.05)
    assert len(server.posts) == 7
    assert server.starts.early == 0
    assert await branches.fleet.end(other) == 0


async def test_whoever_watches_over_a_gateway_and_a_worker_can_ask_them(branches: Branches) -> None:
    branches.discord.starts.shards = 1
    _, gateway = await branches.gateway()
    port = free_port()
    await branches.fleet.start("work", HEALTH_PORT=str(port))
    async with aiohttp.ClientSession() as session:
        for address in (gateway, f"http://127.0.0.1:{port}"):
            for path in ("/health", "/ready", "/metrics"):
                async with session.get(address + path) as answer:
                    assert answer.status == 200
            async with session.get(address + "/slack/events") as answer:
                assert answer.status == 404
