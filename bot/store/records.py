"""What is stored of one person: all of it as an export, and none of it any more. One whose workspace is EVERYWHERE is meant in all of them.

The ids of messages stay in the inbox, without their author and their place: a platform may tell of them again, and nobody is to be
answered to what he has had erased.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import EVERYWHERE, Person, without_files
from bot.store.database import Database
from bot.tables import cases, channels, drafts, events, feedback, outbox, people, threads, turns

OPEN = ("new", "working", "delivering")
AT_ONCE = 500
"""How many ids go into one statement."""
TELLING = 60
"""So many characters of somebody's words are surely his."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much there was."""

    messages: int
    answers: int
    cases: int


class RecordStore:
    """Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def export(self, person: Person) -> dict[str, Any]:
        """Everything that is stored of somebody, as JSON takes it."""
        async with self._database.reading() as connection:
            said = await _said(connection, person)
            his = {row.id: row for row in said}
            cases_ = await _cases(connection, said, person)
            told = (await connection.execute(select(feedback).where(is_him(feedback.c.person, person)))).all()
            chosen = await connection.scalar(select(people.c.language).where(is_him(people.c.person, person)).limit(1))
            waiting = (await connection.execute(select(events).where(_heard(person), events.c.body != ""))).all()
        return {
            "person": person.key,
            "language": chosen or "",
            "messages": [
                {"by": row.role, "at": row.said_at, "place": row.place, "text": row.text, "reference": row.reference}
                for row in his.values()
            ],
            "feedback": [{"verdict": row.verdict, "reason": row.reason, "words": row.words, "at": row.at} for row in told],
            "cases": [{"reference": row.reference, "state": row.state, "question": row.question, "at": row.opened_at} for row in cases_],
            "waiting": [{"at": row.sent_at, "place": row.place, "body": row.body} for row in waiting],
        }

    async def erase(self, person: Person, here: str = "") -> Erased:
        """Forget somebody: his messages and what was answered to them, feedback, cases, drafts, what he has chosen.

        `here`: see spoken_in.
        """
        async with self._database.writing(lasting=True) as connection:
            said = await _said(connection, person, here)
            his = await _cases(connection, said, person, here)
            heard_of_him = _heard(person, here)
            heard = (await connection.execute(select(events.c.id).where(heard_of_him))).scalars().all()
            await _forget_letters(connection, [row.id for row in said], heard, [row.reference for row in his])
            nobody = {"author": "", "place": "", "body": "", "error": "", "turn_id": None}
            open_ = heard_of_him & events.c.state.in_((*OPEN, "aside"))
            await connection.execute(update(events).where(open_).values(state="withdrawn", **nobody))
            await connection.execute(update(events).where(heard_of_him).values(**nobody))
            await _delete(connection, cases.c.id, [row.id for row in his])
            await _delete(connection, turns.c.id, [row.id for row in said])
            await _delete(connection, threads.c.id, await _empty(connection, {row.thread_id for row in said}))
            await connection.execute(delete(feedback).where(is_him(feedback.c.person, person)))
            await connection.execute(delete(drafts).where(or_(is_him(drafts.c.person, person), is_him(drafts.c.author, person))))
            await connection.execute(delete(people).where(is_him(people.c.person, person)))
            await connection.execute(update(channels).where(is_him(channels.c.person, person)).values(person=""))
        own = sum(row.author == person.id for row in said)
        return Erased(own, len(said) - own, len(his))


def is_him(key: ColumnElement[str], person: Person) -> ColumnElement[bool]:
    """Whether a Person's key is his."""
    if person.workspace != EVERYWHERE:
        return key == person.key
    platform, _, own = person.key.split(":")
    return key.startswith(f"{platform}:", autoescape=True) & key.endswith(f":{own}", autoescape=True)


def spoken_in(place: ColumnElement[str], person: Person, here: str = "") -> ColumnElement[bool]:
    """In the person's workspace, or in `here`, where he is a guest from another one: ids of people are unique in each."""
    if person.workspace == EVERYWHERE:
        return place.startswith(f"{person.key.partition(':')[0]}:", autoescape=True)
    keys = {person.key, replace(person, workspace=here or person.workspace).key}
    return or_(*(place.startswith(f"{key.rpartition(':')[0]}:", autoescape=True) for key in sorted(keys)))


async def _said(connection: AsyncConnection, person: Person, here: str = "") -> list[Row[Any]]:
    """His turns, and those of the bot and of staff that follow them until somebody else speaks; in the order of their threads."""
    of_his = select(turns.c.thread_id).join(threads).where(turns.c.author == person.id, spoken_in(threads.c.place, person, here)).distinct()
    ids = (await connection.execute(of_his)).scalars().all()
    wanted: list[Row[Any]] = []
    for some in _parts(ids):
        all_ = select(turns, threads.c.place).join(threads).where(turns.c.thread_id.in_(some)).order_by(turns.c.thread_id, turns.c.id)
        thread, speaks = 0, ""
        for row in await connection.execute(all_):
            if row.thread_id != thread:
                thread, speaks = row.thread_id, ""
            if row.role == "customer":
                speaks = row.author
            if person.id in (speaks, row.author):
                wanted.append(row)
    return wanted


async def _forget_letters(connection: AsyncConnection, said: Sequence[int], heard: Sequence[int], references: Sequence[str]) -> None:
    """What is on its way to him or about him; sent letters hold no words any more."""
    for column, ids in ((outbox.c.turn_id, said), (outbox.c.event, heard)):
        await _delete(connection, column, ids)
    unsent = select(outbox.c.id, outbox.c.key, outbox.c.body).where(outbox.c.state == "sending")
    shared = {f"shared-{one}" for one in said}
    about = [
        row.id
        for row in await connection.execute(unsent)
        if row.key.partition(".")[0] in shared or any(reference in row.body for reference in references)
    ]
    await _delete(connection, outbox.c.id, about)


async def _empty(connection: AsyncConnection, conversations: Iterable[int]) -> list[int]:
    """Those of the conversations in which nothing is left."""
    left: set[int] = set()
    for ids in _parts(conversations):
        left.update((await connection.execute(select(turns.c.thread_id).where(turns.c.thread_id.in_(ids)).distinct())).scalars())
    return [one for one in conversations if one not in left]


async def _delete(connection: AsyncConnection, column: Any, ids: Iterable[int]) -> None:
    for some in _parts(ids):
        await connection.execute(delete(column.table).where(column.in_(some)))


async def _cases(connection: AsyncConnection, said: Sequence[Row[Any]], person: Person, here: str = "") -> list[Row[Any]]:
    """His cases; also those that he opened in a conversation in which he said nothing, by a button."""
    mine = select(cases).join(threads).where(cases.c.person == person.id, spoken_in(threads.c.place, person, here))
    found = {row.id: row for row in await connection.execute(mine)}
    words = _words(said, person)
    for ids in _parts({row.thread_id for row in said}):
        for row in await connection.execute(select(cases).where(cases.c.thread_id.in_(ids))):
            if _is_his(row, person, words):
                found[row.id] = row
    return [found[one] for one in sorted(found)]


def _is_his(case: Row[Any], person: Person, words: Sequence[str]) -> bool:
    """He asked for it, or somebody did over a question of his."""
    return bool(case.person == person.id or any(some in case.question for some in words))


def _words(said: Sequence[Row[Any]], person: Person) -> list[str]:
    own = (without_files(row.text) or row.text for row in said if row.author == person.id)
    return [text[:TELLING] for text in own if text.strip()]


def _heard(person: Person, here: str = "") -> ColumnElement[bool]:
    return (events.c.platform == person.platform) & (events.c.author == person.id) & spoken_in(events.c.place, person, here)


def _parts(ids: Iterable[int]) -> Iterator[list[int]]:
    all_ = list(ids)
    for at in range(0, len(all_), AT_ONCE):
        yield all_[at : at + AT_ONCE]
