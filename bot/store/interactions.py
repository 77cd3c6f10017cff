"""What interactions ask the database: which answer a button stands under, what somebody has chosen, and what is known of him."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Insert, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Person, Place, Reply, Source, Thread, Turn
from bot.store import threads
from bot.store.database import Database
from bot.store.inbox import ALONE
from bot.store.outbox import write_letters
from bot.store.records import spoken_in
from bot.store.writing import read_sources
from bot.tables import cases, feedback, outbox, people, turns
from bot.tables import threads as conversations

MOST_TURNS = 20
own = turns.alias("own")
ANSWERS = (
    select(turns, conversations.c.place, conversations.c.language, conversations.c.holder).join(conversations).where(turns.c.role == "bot")
)
Verdict = Literal["good", "bad"]


@dataclass(frozen=True, slots=True)
class Pressed:
    """The answer under which somebody pressed: its turn, its text, and its thread with the turns before it, the newest."""

    turn: int
    text: str
    sources: tuple[Source, ...]
    thread: Thread


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored about somebody: how many messages, since when (seconds since 1970), and the references of his open cases."""

    messages: int
    since: float
    cases: tuple[str, ...]


class InteractionStore:
    """Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def languages(self, person: Person, place: Place) -> tuple[str, str]:
        """The language that somebody has chosen, and that of the conversation at a place; "" where there is none."""
        chosen = select(people.c.language).where(people.c.person == person.key).scalar_subquery()
        here = select(conversations.c.language).where(conversations.c.place == place.key).order_by(conversations.c.id.desc()).limit(1)
        async with self._database.reading() as connection:
            found = (await connection.execute(select(chosen, here.scalar_subquery()))).one()
        return found[0] or "", found[1] or ""

    async def choose(self, person: Person, language: str, places: Sequence[Place]) -> None:
        """From now on this language: for the person, and in the conversations at these places."""
        async with self._database.writing() as connection:
            await connection.execute(self._upsert(people, {"person": person.key, "language": language}))
            at = conversations.c.place.in_([place.key for place in places])
            await connection.execute(update(conversations).where(at).values(language=language))

    async def pressed(self, place: Place, message_id: str, value: str = "", person: str = "", alone: bool = False) -> Pressed | None:
        """The answer that a button stands under: by its number, else by its message. What `person` sees `alone` may have had no id when
        it was sent: then it is the last one that he got here. None when we do not know it (any more)."""
        here = _in_channel(place)
        ways: list[ColumnElement[bool]] = [here & (turns.c.message_id == message_id)] if message_id else []
        if value.isdecimal() and len(value) < 19:
            # What he asked where others read may have been answered in a direct message.
            his = here | _spoke(place, person) if place.direct and person else here
            ways.insert(0, his & (turns.c.id == int(value)))
        if alone and not place.direct:
            ways.append(conversations.c.place == aside(place, person).key)
        async with self._database.reading() as connection:
            for way in ways:
                found = (await connection.execute(ANSWERS.where(way).order_by(turns.c.id.desc()).limit(1))).one_or_none()
                if found is not None:
                    before = await _turns(connection, found.thread_id, turns.c.id < found.id)
                    thread = Thread(found.thread_id, Place.from_key(found.place), found.language, found.holder, before)
                    return Pressed(found.id, found.text, read_sources(found.sources), thread)
        return None

    async def conversation(self, places: Sequence[Place]) -> Thread | None:
        """The conversation at one of these places that went on last, with its newest turns."""
        latest = select(conversations).where(conversations.c.place.in_([place.key for place in places]))
        async with self._database.reading() as connection:
            row = (await connection.execute(latest.order_by(conversations.c.active_at.desc()).limit(1))).one_or_none()
            if row is None:
                return None
            said = await _turns(connection, row.id)
        return Thread(row.id, Place.from_key(row.place), row.language, row.holder, said)

    async def said(self, place: Place, person: Person, text: str, message_id: str) -> Thread:
        """Remember what somebody said in a form, in the conversation at a place, opened where there is none. Twice counts once."""
        now = time.time()
        async with self._database.writing() as connection:
            return await say(connection, place, person, Turn("customer", text, message_id, person.id), now)

    async def rate(self, turn: int, person: Person, verdict: Verdict, reason: str = "", words: str = "") -> None:
        """Whether an answer helped; whoever says so again has changed his mind. An answer that is gone is not rated."""
        row = {"turn_id": turn, "person": person.key, "verdict": verdict, "reason": reason, "words": words, "at": time.time()}
        async with self._database.writing() as connection:
            if (await connection.execute(select(turns.c.id).where(turns.c.id == turn))).first() is not None:
                await connection.execute(self._upsert(feedback, row))

    async def known(self, person: Person, here: str = "") -> Known:
        """What is stored about somebody; `here`: see spoken_in."""
        there = spoken_in(conversations.c.place, person, here)
        his = (turns.c.author == person.id) & (turns.c.role == "customer") & there
        said = select(func.count(), func.min(turns.c.said_at)).select_from(turns.join(conversations)).where(his)
        waiting = select(cases.c.reference).join(conversations).where(cases.c.person == person.id, cases.c.state == "open", there)
        async with self._database.reading() as connection:
            count, since = (await connection.execute(said)).one()
            open_ = (await connection.execute(waiting.order_by(cases.c.id))).scalars().all()
        return Known(count, since or 0.0, tuple(open_))

    async def publish(self, place: Place, parts: Sequence[Reply], stem: str) -> bool:
        """Write something down for the lane of a place to post; False when it was written before, and not wholly refused: what
        stands there, or is on its way, is not to stand twice. `stem`: see write_letters."""
        async with self._database.writing(lasting=True) as connection:
            if not self._database.embedded:
                await connection.execute(ALONE, {"at": stem})
            written = outbox.c.key.in_(keys(stem, len(parts)))
            states = set((await connection.execute(select(outbox.c.state).where(written))).scalars())
            if states - {"failed"}:
                return False
            await connection.execute(delete(outbox).where(written))
            await write_letters(connection, place, parts, stem=stem)
        return True

    async def refused(self, stem: str, parts: int) -> bool | None:
        """Whether the platform will never take so many parts that were written down; None as long as nobody knows."""
        async with self._database.reading() as connection:
            written = select(outbox.c.state).where(outbox.c.key.in_(keys(stem, parts)))
            states = set((await connection.execute(written)).scalars())
        return True if "failed" in states else None if "sending" in states else False

    def _upsert(self, table: Any, row: dict[str, Any]) -> Insert:
        add = (sqlite.insert if self._database.embedded else postgresql.insert)(table).values(row)
        key = [column.name for column in table.primary_key]
        return add.on_conflict_do_update(index_elements=key, set_={name: value for name, value in row.items() if name not in key})


def keys(stem: str, parts: int) -> list[str]:
    """Those under which so many parts are written down; see write_letters."""
    return [f"{stem}.{number}" for number in range(parts)]


async def say(connection: AsyncConnection, place: Place, person: Person, turn: Turn, now: float) -> Thread:
    """Remember a turn, once, in the conversation that a person has at a place, opened where there is none."""
    row = (await connection.execute(threads.NEWEST, {"at": place.key})).one_or_none()
    thread = await threads.open_thread(connection, place, person, now) if row is None else _thread(row)
    twice = select(turns.c.id).where(turns.c.thread_id == thread.id, turns.c.message_id == turn.message_id)
    if (await connection.execute(twice)).first() is None:
        await threads.add_turn(connection, thread.id, turn, now)
    return thread


def aside(place: Place, person: str) -> Place:
    """Where somebody talks with us in a channel for himself, apart from what he says there in public, which answers lean on; a
    direct message is by itself."""
    return place if place.direct else Place(place.platform, place.workspace, place.channel, f"@{person}.aside")


def _in_channel(place: Place) -> ColumnElement[bool]:
    """In the channel of a place: a message's id counts there alone."""
    return conversations.c.place.startswith(Place(place.platform, place.workspace, place.channel).key, autoescape=True)


def _spoke(place: Place, person: str) -> ColumnElement[bool]:
    """In a conversation on the place's platform in which this person said something himself."""
    his = select(own.c.thread_id).where(own.c.author == person, own.c.role == "customer")
    return conversations.c.place.startswith(f"{place.platform}:", autoescape=True) & conversations.c.id.in_(his)


async def _turns(connection: AsyncConnection, thread: int, which: ColumnElement[bool] | None = None) -> tuple[Turn, ...]:
    found = select(turns).where(turns.c.thread_id == thread).order_by(turns.c.id.desc()).limit(MOST_TURNS)
    rows = (await connection.execute(found if which is None else found.where(which))).all()
    return tuple(Turn(row.role, row.text, row.message_id, row.author, row.offers_person) for row in reversed(rows))


def _thread(row: Any) -> Thread:
    return Thread(row.id, Place.from_key(row.place), row.language, row.holder)
