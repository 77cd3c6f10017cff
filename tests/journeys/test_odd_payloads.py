"""What no honest platform sends: nobody falls over it, the database takes whatever is kept, and the next customer is answered."""

import asyncio
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy

from bot.store.database import Database
from tests import odd_payloads
from tests.odd_worlds import Watch, World, desk_behind, watched, world

WIRES: dict[str, SearchStrategy] = {  # type: ignore[type-arg]
    "slack sockets": odd_payloads.slack_frames,
    "slack requests": odd_payloads.slack_bodies,
    "discord": odd_payloads.discord_frames,
    "page": odd_payloads.page_requests,
}
EACH = 150
"""Payloads a platform and database: 300 a platform."""


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    """One event loop for all payloads of a test."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.parametrize("name", WIRES)
def test_whatever_a_platform_sends_the_next_customer_is_answered(name: str, loop: asyncio.Runner, database_address: str) -> None:
    at = count(1)

    async def all_of_it(wires: list[object]) -> tuple[World, Watch]:
        database = Database(database_address)
        await database.migrate()
        with watched() as seen:
            async with world(name) as platform, desk_behind(platform, database):
                await platform.ask()
                for wire in wires:
                    await platform.send(wire, next(at))
                await platform.ask()
        await database.close()
        return platform, seen

    wires: list[object] = []

    @settings(max_examples=EACH, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(WIRES[name])
    def collect(wire: object) -> None:
        wires.append(wire)

    collect()
    platform, seen = loop.run(all_of_it(wires))
    assert seen == Watch()
    assert platform.answered() > 2
