"""One process has a claim; another gets it when that one is gone or silent, and the first one learns of it."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from bot.store.claims import LOOK, Claim


@pytest.fixture
async def two(postgresql_database: str) -> AsyncIterator[tuple[Claim, Claim]]:
    """The same claim, as two processes see it."""
    claims = Claim(postgresql_database, "test discord token"), Claim(postgresql_database, "test discord token")
    yield claims
    for claim in claims:
        await claim.give_back()


async def test_only_one_has_it_until_he_gives_it_back(two: tuple[Claim, Claim]) -> None:
    first, second = two
    assert await first.take()
    assert not await second.take()
    await first.give_back()
    await asyncio.wait_for(second.taken(), 10)
    assert not await first.take()


async def test_two_tokens_are_two_claims(two: tuple[Claim, Claim], postgresql_database: str) -> None:
    other = Claim(postgresql_database, "test discord other token")
    assert await two[0].take()
    assert await other.take()
    await other.give_back()


async def test_who_lost_his_connection_while_another_waited_steps_back(two: tuple[Claim, Claim], postgresql_database: str) -> None:
    first, second = two
    assert await first.take()
    losing = asyncio.create_task(first.lost())
    await cut(postgresql_database)
    await second.taken()
    await asyncio.wait_for(losing, 10)


async def test_who_lost_his_connection_and_finds_nobody_else_goes_on(two: tuple[Claim, Claim], postgresql_database: str) -> None:
    first, second = two
    assert await first.take()
    losing = asyncio.create_task(first.lost())
    await cut(postgresql_database)
    while not await held(postgresql_database):
        await asyncio.sleep(0.1)
    assert not await second.take()
    assert not losing.done()
    losing.cancel()
    await asyncio.gather(losing, return_exceptions=True)


async def test_work_is_done_by_who_has_the_claim_and_ends_with_it(two: tuple[Claim, Claim], postgresql_database: str) -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(name)
        await asyncio.Event().wait()

    first = asyncio.create_task(two[0].while_ours(lambda: work("first")))
    while not done:
        await asyncio.sleep(0.02)
    second = asyncio.create_task(two[1].while_ours(lambda: work("second")))
    await asyncio.sleep(0.1)
    assert done == ["first"]
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await two[0].give_back()
    while len(done) < 2:
        await asyncio.sleep(0.02)
    assert done == ["first", "second"]
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)


async def test_work_that_ends_by_itself_is_done_once_and_by_nobody_else(two: tuple[Claim, Claim]) -> None:
    done: list[str] = []

    async def work(name: str) -> None:
        done.append(name)

    both = [
        asyncio.create_task(claim.while_ours(lambda name=name: work(name))) for name, claim in zip(("first", "second"), two, strict=True)
    ]
    await asyncio.sleep(LOOK + 0.5)
    assert len(done) == 1
    for each in both:
        each.cancel()
    await asyncio.gather(*both, return_exceptions=True)


async def cut(address: str) -> None:
    """Every connection to the database is ended by the server."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute(others)
        while await held(address):
            await asyncio.sleep(0.01)


async def held(address: str) -> bool:
    """Whether somebody has a claim."""
    held = "SELECT 1 FROM pg_locks JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND datname = current_database()"
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        return await (await connection.execute(held)).fetchone() is not None
