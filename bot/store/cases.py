"""What the desk asks the database: a case is opened once a thread, together with the letters that tell staff of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from bot.messages import Place, Reply
from bot.store.database import Database
from bot.store.outbox import write_letters
from bot.tables import cases, threads


@dataclass(frozen=True, slots=True)
class Case:
    """A thread that a person must look after. `person` is the author's id, `question` in the customer's own words."""

    reference: str
    person: str
    language: str
    question: str
    reason: str


@dataclass(frozen=True, slots=True)
class Opened:
    """The reference of the thread's open case; `now`: this very message opened it, and its notice waits for the lane of its place."""

    reference: str
    now: bool


class CaseStore:
    """The cases. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, thread: int, event: int, case: Case, place: Place, notice: Sequence[Reply]) -> Opened:
        """Write the case and its notice to `place` down, unless the thread has an open one. `event`: the message that opens it, by its
        number in the inbox, 0 for none."""
        async with self._database.writing(lasting=True) as connection:
            # Who presses twice at once is two who look for an open case before there is one. SQLite has one writer.
            await connection.execute(select(threads.c.id).where(threads.c.id == thread).with_for_update())
            there = select(cases.c.reference, cases.c.event).where(cases.c.thread_id == thread, cases.c.state == "open")
            if (row := (await connection.execute(there)).first()) is not None:
                return Opened(row.reference, event != 0 and row.event == event)
            await connection.execute(
                insert(cases).values(
                    reference=case.reference,
                    thread_id=thread,
                    event=event,
                    person=case.person,
                    language=case.language,
                    question=case.question,
                    reason=case.reason,
                    state="open",
                    opened_at=time.time(),
                )
            )
            await write_letters(connection, place, notice)
            return Opened(case.reference, True)
