"""Who holds a row: what a dead worker left is taken over, a frozen one that wakes does no harm, and nothing is said twice."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf

import pytest
from sqlalchemy import insert, select, text

from bot import delivery, inbox, worker
from bot.errors import PlaceGone, StoreError, Unreachable
from bot.lanes import in_process
from bot.messages import MessageReceived, Person, Place, Reply
from bot.store import workers as ages
from bot.store.database import Database
from bot.store.inbox import LETTERS_FIRST, InboxStore, Work
from bot.store.outbox import OutboxStore
from bot.store.workers import Holder, WorkerStore
from bot.tables import workers
from tests.core.desk import desk
from tests.fake_platform import FakePlatform

PLACE = Place("fake", "w1", "c1", "t1")
REPLY = [Reply("Part one", "en"), Reply("Part two", "en")]


class Hand:
    """A worker's stores, and nothing that runs by itself."""

    def __init__(self, database: Database) -> None:
        self.holder = Holder()
        self.inbox, self.outbox = InboxStore(database, self.holder), OutboxStore(database, self.holder)

    async def work(self) -> Work:
        """What it begins with."""
        begun = await self.inbox.begin(PLACE.key)
        assert isinstance(begun, Work)
        return begun


async def hired(database: Database) -> Hand:
    hand = Hand(database)
    async with database.writing() as connection:
        made = await connection.execute(insert(workers).values(name="test", seen_at=1e12))
    assert made.inserted_primary_key is not None
    hand.holder.hold(int(made.inserted_primary_key[0]), inf)
    return hand


async def struck_off(database: Database, hand: Hand) -> None:
    async with database.writing() as connection:
        await connection.execute(text("DELETE FROM workers WHERE id = :id"), {"id": hand.holder.number})


async def asked(hand: Hand, words: str = "Where is my parcel?", at: float = 1.0, name: str = "m1", author: str = "ada") -> None:
    person = Person("fake", "w1", author)
    assert await hand.inbox.accept(MessageReceived(f"e-{name}", PLACE, name, person, words, at, "mention"))


async def states(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(text("SELECT state FROM events ORDER BY sent_at"))).scalars())


async def until(so: Callable[[], object], it_is: object = True) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(30):
        while True:
            found = so()
            if (await found if isinstance(found, Awaitable) else found) == it_is:
                return
            await asyncio.sleep(0.01)


async def test_while_one_worker_answers_a_place_no_other_begins_there(database: Database) -> None:
    one, other = await hired(database), await hired(database)
    await asked(one)
    work = await one.work()
    await asked(other, "And my invoice?", 2.0, "m2")
    assert await other.inbox.begin(PLACE.key) is None
    await one.outbox.begin_delivery(work, REPLY)
    assert await other.inbox.begin(PLACE.key) is None


async def test_what_a_dead_worker_was_answering_is_free_and_its_answer_worth_nothing(database: Database) -> None:
    dead, heir = await hired(database), await hired(database)
    await asked(dead)
    stale = await dead.work()
    await struck_off(database, dead)
    work = await heir.work()
    assert await dead.outbox.begin_delivery(stale, REPLY) is None
    assert await heir.outbox.begin_delivery(work, REPLY) is not None


async def test_letters_of_a_dead_worker_come_first_and_what_it_still_reports_changes_nothing(database: Database) -> None:
    dead, heir = await hired(database), await hired(database)
    await asked(dead)
    letters = await dead.outbox.begin_delivery(await dead.work(), REPLY)
    assert letters
    await dead.outbox.posted(letters[0], "b1")
    await struck_off(database, dead)
    await asked(heir, "And my invoice?", 2.0, "m2")
    assert await heir.inbox.begin(PLACE.key) == LETTERS_FIRST
    [left] = await heir.outbox.adopt(PLACE.key)
    assert (left.key, left.in_doubt, left.last) == (letters[1].key, True, True)
    await dead.outbox.posted(letters[1], "b2")
    assert await states(database) == ["delivering", "new"]
    await heir.outbox.posted(left, "b2")
    assert await states(database) == ["done", "new"]


async def test_however_often_a_process_dies_the_message_is_not_blamed(database: Database) -> None:
    for _ in range(5):
        hand = await hired(database)
        await asked(hand)
        assert (await hand.work()).failures == 0
        await struck_off(database, hand)


async def test_a_question_that_was_begun_and_waits_again_is_not_told_to_the_model_with_another_ones(database: Database) -> None:
    dead, heir = await hired(database), await hired(database)
    await asked(dead, "What does it cost?", 2.0, "m2", "bob")
    await dead.work()
    await struck_off(database, dead)
    await asked(heir, "Where is my parcel?", 1.0, "m1", "ada")
    work = await heir.work()
    assert [message.text for message in work.messages] == ["Where is my parcel?"]
    assert work.thread.turns == ()


async def test_a_burst_that_was_heard_in_another_order_than_it_was_written_is_answered_and_done(database: Database) -> None:
    hand = await hired(database)
    await asked(hand, "And a last question", 2.0, "m2")
    await asked(hand, "Hello", 1.0, "m1")
    work = await hand.work()
    assert [message.text for message in work.messages] == ["Hello", "And a last question"]
    letters = await hand.outbox.begin_delivery(work, REPLY[:1])
    assert letters
    await struck_off(database, hand)
    heir = await hired(database)
    [letter] = await heir.outbox.adopt(PLACE.key)
    await heir.outbox.posted(letter, "b1")
    assert await states(database) == ["done", "done"]


async def test_a_worker_that_may_have_lost_its_rows_posts_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process, "PAUSE_AFTER_FAULT", 0.01)
    async with desk(database) as here:
        here.holder.hold(here.holder.number, 0.0)
        await here.platform.say("Where is my parcel?")
        await asyncio.sleep(0.2)
        assert here.platform.posts == []
        here.holder.hold(here.holder.number, inf)
        assert await here.platform.sees(1) == ["You asked: Where is my parcel?"]


async def test_a_post_that_takes_longer_than_is_sure_is_broken_off(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    broken_off = []

    class Slow(FakePlatform):
        async def send(self, place: Place, reply: Reply, key: str) -> str:
            try:
                await asyncio.Event().wait()
            finally:
                broken_off.append(True)
            raise AssertionError

    monkeypatch.setattr(delivery, "ATTEMPTS", 1)
    sure = [0.05, 0.05]
    monkeypatch.setattr(Holder, "left", lambda *_: sure.pop() if sure else 0.0)
    async with desk(database, Slow()) as here:
        await here.platform.say("Where is my parcel?")
        await until(lambda: broken_off == [True])
    assert await states(database) == ["delivering"]


async def test_another_worker_answers_when_one_falls_silent(postgresql_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ages, "SURE_FOR", 0.3)
    monkeypatch.setattr(ages, "DEAD_AFTER", 0.6)
    monkeypatch.setattr(worker, "EVERY", 0.05)
    database = Database(postgresql_database)
    await database.migrate()
    frozen = FakePlatform()
    async with desk(database, frozen, held=True) as one:
        await frozen.say("Where is my parcel?")
        await one.echo.begun.wait()
        await one.worker.leave()
        async with database.writing() as connection:
            await connection.execute(insert(workers).values(id=one.number, name="frozen", seen_at=0.0))
        async with desk(database) as other:
            assert await other.platform.sees(1) == ["You asked: Where is my parcel?"]
            one.echo.gate.set()
            await asyncio.sleep(0.1)
            assert frozen.posts == []
    await database.close()


async def test_a_reply_that_stands_but_could_not_be_recorded_is_found_and_not_sent_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_process, "PAUSE_AFTER_FAULT", 0.01)
    real, failures = OutboxStore.posted, [StoreError("away")]

    async def posted(self: OutboxStore, letter: object, message_id: str) -> None:
        if failures:
            raise failures.pop()
        await real(self, letter, message_id)  # type: ignore[arg-type]

    monkeypatch.setattr(OutboxStore, "posted", posted)
    async with desk(database) as here:
        await here.platform.say("Where is my parcel?")
        await until(lambda: states(database), ["done"])
        assert len(here.platform.posts) == 1


async def test_a_reply_whose_platform_is_away_for_long_is_sent_when_it_is_back_and_before_the_next(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "ATTEMPTS", 1)
    monkeypatch.setattr(worker, "EVERY", 0.05)
    async with desk(database, FakePlatform(failures=[Unreachable("away")] * 3)) as here:
        await here.platform.say("First")
        await asyncio.sleep(0.1)
        await here.platform.say("Second", author="bob")
        assert await here.platform.sees(2) == ["You asked: First", "You asked: Second"]


async def test_a_database_that_is_away_for_a_moment_costs_no_customer_a_retry(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "RETRIES", (0.01, 0.01))
    real, failures = InboxStore.accept, [StoreError("away")] * 2

    async def accept(self: InboxStore, message: MessageReceived, wait: float = 0) -> bool:
        if failures:
            raise failures.pop()
        return await real(self, message, wait)

    monkeypatch.setattr(InboxStore, "accept", accept)
    async with desk(database) as here:
        await here.platform.say("Where is my parcel?")
        assert await here.platform.sees(1) == ["You asked: Where is my parcel?"]


async def test_after_a_part_that_is_refused_the_rest_of_its_reply_is_not_sent(database: Database) -> None:
    platform = FakePlatform(longest=20, failures=[PlaceGone("gone")])
    async with desk(database, platform) as here:
        await here.platform.say("A long question that is answered in two messages")
        await until(lambda: states(database), ["aside"])
        assert here.platform.posts == []


async def test_a_worker_that_leaves_is_gone_and_an_embedded_database_knows_the_last_alone(database: Database) -> None:
    first, second = Holder(), Holder()
    await WorkerStore(database, first).join("first")
    await WorkerStore(database, second).join("second")
    async with database.reading() as connection:
        names = set((await connection.execute(select(workers.c.name))).scalars())
    assert names == ({"second"} if database.embedded else {"first", "second"})
    assert first.number != second.number
    await WorkerStore(database, second).leave()
    assert second.left(second.number) == 0
    assert await WorkerStore(database, first).beat()
