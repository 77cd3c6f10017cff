"""Two things that happen to one message at the same moment: on PostgreSQL, where both really run at once, too."""

import asyncio

from sqlalchemy import text

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
    assert states == ["withdrawn"]
    assert said == 0
