"""Two things that happen to one message at the same moment: on PostgreSQL, where both really run at once, too."""

import asyncio

import pytest
from sqlalchemy import text

from bot.errors import StoreError
from bot.inbox import Inbox
from bot.lanes import InProcessLanes
from bot.messages import MessageDeleted, MessageReceived, Person, Place
from bot.store.database import Database
from bot.store.inbox import InboxStore
from bot.store.workers import Holder, WorkerStore

ROUNDS = 25


async def test_a_message_that_is_deleted_just_as_its_turn_comes_is_forgotten_and_not_answered(database: Database) -> None:
    holder = Holder()
    await WorkerStore(database, holder).join("test")
    store = InboxStore(database, holder)
    for number in range(ROUNDS):
        place = Place("fake", "T", "C", str(number))
        asked = MessageReceived(f"e{number}", place, f"m{number}", Person("fake", "T", "ana"), "Never mind", 1.0, "mention")
        await store.accept(asked)
        await asyncio.gather(store.begin(place.key), store.withdraw(MessageDeleted(f"d{number}", place, asked.message_id, 2.0)))
    async with database.reading() as connection:
        states = (await connection.execute(text("SELECT DISTINCT state FROM events"))).scalars().all()
        said = (await connection.execute(text("SELECT count(*) FROM turns"))).scalar_one()
    assert set(states) <= {"withdrawn", "leaving"}
    assert said == 0


class Failing(InboxStore):
    """A database that fails while `away`, for what overtook its mention."""

    away = True

    async def accept(self, message: MessageReceived) -> bool:
        if self.away and message.message_id == "2" and message.addressed == "mention":
            raise StoreError("away")
        return await super().accept(message)


async def test_a_follow_up_that_overtook_its_mention_outlives_a_database_that_fails_in_between(database: Database) -> None:
    woken: list[str] = []

    async def drain(place: str) -> None:
        woken.append(place)

    store = Failing(database, Holder())
    inbox = Inbox(store, InProcessLanes(drain, lambda _: None), lambda _: None)
    here, ana = Place("slack", "T1", "C1", "1.0"), Person("slack", "T1", "U1")
    await inbox.accept(MessageReceived("E2", here, "2", ana, "And to Austria?", 2, "maybe"))
    mention = MessageReceived("E1", here, "1", ana, "How long does delivery take?", 1, "mention")
    with pytest.raises(StoreError):
        await inbox.accept(mention)
    await asyncio.sleep(0)
    assert woken == [here.key]
    store.away = False
    await inbox.accept(mention)
    work = await store.begin(here.key)
    assert work is not None
    assert [message.text for message in work.messages] == ["How long does delivery take?", "And to Austria?"]
