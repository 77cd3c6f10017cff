"""Lanes in one process, and lanes over PostgreSQL: the contract, and what only several processes can show."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from bot.lanes import InProcessLanes, Lanes
from bot.lanes.engine import EngineLanes
from bot.store.database import Database
from tests.conftest import new_database
from tests.contract.lanes_contract import A, B, Drains, LanesContract


class OneProcess:
    def lanes(self, drains: Drains) -> Lanes:
        return InProcessLanes(drains.drain, drains.interrupted.append)


class ManyProcesses:
    def __init__(self, address: str) -> None:
        self.address = address

    def lanes(self, drains: Drains) -> EngineLanes:
        return EngineLanes(self.address, drains.drain, drains.interrupted.append, ["fake"])

    def only_wakes(self) -> EngineLanes:
        return EngineLanes(self.address)


class TestInProcess(LanesContract):
    @pytest.fixture
    def crew(self) -> OneProcess:
        return OneProcess()


class TestEngine(LanesContract):
    """The fixture `crew` below."""


@pytest.fixture(scope="module")
def engine_database(postgresql: str) -> Iterator[str]:
    """One for all tests here: making one takes longer than most of them."""
    with new_database(postgresql) as address:
        asyncio.run(migrated(address))
        yield address


@pytest.fixture
def crew(engine_database: str) -> ManyProcesses:
    with psycopg.connect(engine_database) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    return ManyProcesses(engine_database)


async def migrated(address: str) -> None:
    database = Database(address)
    await database.migrate()
    await database.close()


async def test_who_only_hears_wakes_and_interrupts_who_works(crew: ManyProcesses) -> None:
    drains, ears = Drains(), crew.only_wakes()
    worker = crew.lanes(drains)
    await worker.start()
    await ears.start()
    ears.wake(A)
    await drains.until(lambda: drains.begun == [A])
    ears.interrupt(A)
    await drains.until(lambda: drains.interrupted == [A])
    drains.gate.set()
    await ears.close(1)
    await worker.close(1)


async def test_what_was_woken_while_nobody_worked_is_done_by_the_first_who_does(crew: ManyProcesses) -> None:
    drains, ears = Drains(), crew.only_wakes()
    drains.gate.set()
    await ears.start()
    ears.wake(A)
    ears.wake(A)
    await ears.close(1)
    worker = crew.lanes(drains)
    await worker.start()
    await drains.until(lambda: drains.ended == [A])
    await worker.close(1)


async def test_two_who_work_share_the_places_and_never_one_place(crew: ManyProcesses) -> None:
    drains = Drains()
    workers = [crew.lanes(drains), crew.lanes(drains)]
    for worker in workers:
        await worker.start()
    places = [f"fake:w1:c1:{number}" for number in range(20)]
    for place in places * 3:
        workers[0].wake(place)
    drains.gate.set()
    await drains.until(lambda: set(drains.ended) == set(places))
    assert drains.most_at_one_place == 1
    for worker in workers:
        await worker.close(1)


async def test_what_one_could_not_end_before_closing_is_done_by_the_other(crew: ManyProcesses) -> None:
    leaving, staying = Drains(), Drains()
    staying.gate.set()
    first, second = crew.lanes(leaving), crew.lanes(staying)
    await first.start()
    first.wake(A)
    await leaving.until(lambda: leaving.begun == [A])
    await second.start()
    await first.close(0.1)
    await staying.until(lambda: staying.ended == [A])
    await second.close(1)


async def test_the_lane_of_a_worker_that_is_gone_is_taken_over(crew: ManyProcesses) -> None:
    drains = Drains()
    drains.gate.set()
    await a_worker_died_in(crew.address, A)
    worker = crew.lanes(drains)
    await worker.start()
    worker.wake(B)
    await drains.until(lambda: drains.ended == [B, A])
    await worker.close(1)


async def test_the_lanes_go_on_after_every_connection_was_cut(crew: ManyProcesses) -> None:
    drains = Drains()
    drains.gate.set()
    worker = crew.lanes(drains)
    await worker.start()
    worker.wake(A)
    await drains.until(lambda: drains.ended == [A])
    async with await psycopg.AsyncConnection.connect(crew.address, autocommit=True) as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        await connection.execute(cut)
    worker.wake(B)
    await drains.until(lambda: drains.ended == [A, B])
    while not drains.interrupted:  # nobody heard those of the first moments
        worker.interrupt(B)
        await asyncio.sleep(0.1)
    await worker.close(1)


async def test_a_worker_that_the_database_has_forgotten_goes_on_under_a_new_number(crew: ManyProcesses) -> None:
    drains = Drains()
    drains.gate.set()
    worker = crew.lanes(drains)
    await worker.start()
    worker.wake(A)
    await drains.until(lambda: drains.ended == [A])
    async with await psycopg.AsyncConnection.connect(crew.address, autocommit=True) as connection:
        await connection.execute("DELETE FROM procrastinate_workers")
    worker.wake(B)
    await drains.until(lambda: drains.ended == [A, B])
    await worker.close(1)


async def a_worker_died_in(address: str, place: str) -> None:
    """What a process leaves that was killed while it drained a place half a minute ago."""
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '30 seconds')")
        await connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id)"
            " SELECT 'fake', 'drain', %(place)s, %(place)s, jsonb_build_object('place', %(place)s::text), 'doing', max(id)"
            " FROM procrastinate_workers",
            {"place": place},
        )
