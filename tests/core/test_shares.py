"""Processes divide something evenly: each part has one owner, and what a process held that is gone goes to the others."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.store.shares import Shares
from tests.core.test_claims import cut


class Process:
    """One that hears its parts, and looks again and again, as gateways do."""

    def __init__(self, address: str, parts: int) -> None:
        self.shares = Shares(address, "test discord token")
        self.parts = parts
        self.hears: set[int] = set()

    async def look(self) -> set[int]:
        self.hears = set(await self.shares.ours(self.parts, self.hears))
        return self.hears


class Processes:
    """Any number of them over one database."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.made: list[Process] = []

    def __call__(self, parts: int = 4) -> Process:
        self.made.append(Process(self.address, parts))
        return self.made[-1]

    async def settle(self, *those: Process) -> list[set[int]]:
        """After enough looks of each, in turn."""
        for _ in range(2 * max(process.parts for process in those)):
            for process in those:
                await process.look()
        return [process.hears for process in those]


@pytest.fixture
async def process(postgresql_database: str) -> AsyncIterator[Processes]:
    made = Processes(postgresql_database)
    yield made
    for each in made.made:
        await each.shares.give_back()


async def test_who_is_alone_gets_all_one_after_the_other(process: Processes) -> None:
    one = process()
    assert [len(await one.look()) for _ in range(5)] == [1, 2, 3, 4, 4]


async def test_two_that_come_together_get_half_each(process: Processes) -> None:
    one, other = await process.settle(process(), process())
    assert (len(one), len(other)) == (2, 2)
    assert one | other == {0, 1, 2, 3}


async def test_who_comes_later_gets_a_fair_share_but_nothing_that_is_still_used(process: Processes) -> None:
    first = process()
    await process.settle(first)
    second = process()
    using = set(first.hears)
    await second.look()
    for _ in range(4):
        first.hears = using  # it cannot end what it hears at once
        await first.look()
        assert await second.look() == set()
    one, other = await process.settle(first, second)
    assert (len(one), len(other)) == (2, 2)
    assert one | other == {0, 1, 2, 3}


async def test_of_one_part_the_second_gets_nothing_until_the_first_is_gone(process: Processes) -> None:
    one, other = process(1), process(1)
    assert await process.settle(one, other) == [{0}, set()]
    await one.shares.give_back()
    assert await process.settle(other) == [{0}]


async def test_what_the_dead_held_goes_to_the_living(process: Processes) -> None:
    one, other, third = process(5), process(5), process(5)
    await process.settle(one, other, third)
    await other.shares.give_back()
    left, right = await process.settle(one, third)
    assert not left & right
    assert left | right == {0, 1, 2, 3, 4}


async def test_who_lost_the_connection_keeps_what_nobody_else_took(process: Processes) -> None:
    one = process()
    await process.settle(one)
    await cut(process.address)
    assert await one.look() == {0, 1, 2, 3}
    assert await one.look() == {0, 1, 2, 3}
    assert (await process.settle(one, process()))[0] < {0, 1, 2, 3}


async def test_who_lost_the_connection_leaves_to_others_what_they_took(process: Processes) -> None:
    one = process(1)
    await process.settle(one)
    await cut(process.address)
    other = process(1)
    assert await other.look() == {0}
    await process.settle(one, other)
    assert (one.hears, other.hears) == (set(), {0})


async def test_who_divides_otherwise_is_not_counted(process: Processes) -> None:
    assert await process.settle(process(1), process(2)) == [{0}, {0, 1}]


async def test_who_divides_anew_begins_anew(process: Processes) -> None:
    one = process(1)
    await process.settle(one)
    one.parts, one.hears = 2, set()
    await process.settle(one)
    assert one.hears == {0, 1}
    assert await process.settle(process(1)) == [{0}]


async def test_one_has_the_turn_at_a_time_among_all_and_within_one(process: Processes) -> None:
    one, other = process(), process()
    await process.settle(one, other)
    inside: list[str] = []

    async def take(who: Process, name: str) -> None:
        async with who.shares.turn(0):
            inside.append(name)
            assert len(inside) == 1
            await asyncio.sleep(0.05)
            inside.remove(name)

    async with asyncio.timeout(20), one.shares.turn(1):
        await asyncio.gather(take(one, "a"), take(one, "b"), take(other, "c"))
