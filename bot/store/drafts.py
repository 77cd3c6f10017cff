"""What drafts ask the database: kept for whom they were made for, until they are sent, discarded, or a day old."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from bot.messages import Person, Place, Reply, Turn
from bot.store import threads
from bot.store.database import Database
from bot.store.interactions import aside, say
from bot.store.outbox import write_letters
from bot.store.writing import read_reply, write_reply
from bot.tables import drafts

KEEP = 24 * 3600.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Question:
    """The message that a draft is to answer."""

    place: Place
    message_id: str
    author: Person
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that is not sent yet; its id stands in its buttons."""

    id: str
    question: Question
    reply: Reply


class DraftStore:
    """Every method is one transaction and may raise StoreError. A draft is found by whom it was made for, and by nobody else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, person: Person, question: Question, reply: Reply) -> Draft:
        """Keep a draft for a member of the staff."""
        draft = Draft(secrets.token_hex(12), question, reply)
        row = {
            "id": draft.id,
            "person": person.key,
            "author": question.author.key,
            "place": question.place.key,
            "message_id": question.message_id,
            "question": question.text,
            "body": write_reply(reply),
            "made_at": time.time(),
        }
        async with self._database.writing() as connection:
            await connection.execute(insert(drafts).values(row))
        return draft

    async def find(self, draft_id: str, person: Person) -> Draft | None:
        """A draft of his; None when it is sent, discarded, too old, or another's."""
        mine = select(drafts).where(drafts.c.id == draft_id, drafts.c.person == person.key, drafts.c.made_at > time.time() - KEEP)
        async with self._database.reading() as connection:
            row = (await connection.execute(mine)).one_or_none()
        if row is None:
            return None
        question = Question(Place.from_key(row.place), row.message_id, Person.from_key(row.author), row.question)
        return Draft(row.id, question, read_reply(row.body))

    async def discard(self, draft_id: str, person: Person) -> bool:
        """Forget a draft of his; False when there is none."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(drafts).where(drafts.c.id == draft_id, drafts.c.person == person.key))
        return bool(gone.rowcount)

    async def send(self, draft: Draft, person: Person, parts: Sequence[Reply]) -> bool:
        """Write a draft down as what staff say, for the lane of its place to post; False when it was sent or discarded meanwhile.

        What was asked and answered is remembered in the conversation there; where we have none, as one that its author has with us:
        a talk between people does not become ours by it.
        """
        now, asked = time.time(), draft.question
        async with self._database.writing(lasting=True) as connection:
            if not (await connection.execute(delete(drafts).where(drafts.c.id == draft.id))).rowcount:
                return False
            ours = await threads.known(connection, asked.place.key)
            place = asked.place if ours else aside(asked.place, asked.author.id)
            turn = Turn("customer", asked.text, asked.message_id, asked.author.id)
            thread = await say(connection, place, asked.author, turn, now)
            said = Turn("staff", "\n\n".join(part.text for part in parts), author=person.id)
            number = await threads.add_turn(connection, thread.id, said, now)
            await write_letters(connection, asked.place, parts, turn=number)
        return True

    async def expire(self) -> None:
        """Forget those that are a day old."""
        async with self._database.writing() as connection:
            await connection.execute(delete(drafts).where(drafts.c.made_at <= time.time() - KEEP))
