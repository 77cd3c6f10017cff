"""What we remember of conversations: threads and their turns. Used inside the transactions of inbox and outbox."""

import time
from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import MessageReceived, Person, Place, Thread, Turn
from bot.tables import people, threads, turns

# Made once: building a statement costs as much as running it.
NEWEST = select(threads).where(threads.c.place == bindparam("at")).order_by(threads.c.id.desc()).limit(1)
CHOSEN = select(people.c.language).where(people.c.person == bindparam("key"))
ADD_TURN = insert(turns)
TOUCH = update(threads).where(threads.c.id == bindparam("which")).values(language=bindparam("language"), active_at=bindparam("active_at"))


async def known(connection: AsyncConnection, place: str) -> bool:
    """Whether we have a thread at this place."""
    return (await connection.execute(select(threads.c.id).where(threads.c.place == place).limit(1))).first() is not None


async def current(connection: AsyncConnection, message: MessageReceived, longest: int, leave_out: Sequence[int | None]) -> Thread:
    """The thread that a message belongs to, made when there is none or the last one is too old, with its last turns."""
    place = message.place.key
    row = (await connection.execute(NEWEST, {"at": place})).one_or_none()
    if row is None or _too_old(row.active_at, message):
        return await open_thread(connection, message.place, message.author, message.sent_at)
    ids = [turn for turn in leave_out if turn is not None]
    said = await connection.execute(
        select(turns).where(turns.c.thread_id == row.id, turns.c.id.not_in(ids)).order_by(turns.c.id.desc()).limit(longest)
    )
    history = tuple(Turn(turn.role, turn.text, turn.message_id, turn.author, turn.offers_person) for turn in reversed(said.all()))
    return Thread(row.id, Place.from_key(place), row.language, row.holder, history)


async def add_customer_turn(connection: AsyncConnection, thread: int, message: MessageReceived) -> int:
    """Remember what a customer said; the turn's id."""
    return await add_turn(connection, thread, Turn("customer", message.said, message.message_id, message.author.id), message.sent_at)


async def add_turn(connection: AsyncConnection, thread: int, turn: Turn, said_at: float, reference: str = "", sources: str = "") -> int:
    """Remember one turn; its id."""
    row = {
        "thread_id": thread,
        "role": turn.role,
        "author": turn.author,
        "message_id": turn.message_id,
        "text": turn.text,
        "said_at": said_at,
        "reference": reference,
        "offers_person": turn.offers_person,
        "sources": sources,
    }
    made = await connection.execute(ADD_TURN, row)
    return _new_id(made.inserted_primary_key)


async def touch(connection: AsyncConnection, thread: int, language: str) -> None:
    """The conversation went on, in this language."""
    await connection.execute(TOUCH, {"which": thread, "language": language, "active_at": time.time()})


async def last_said(connection: AsyncConnection, place: str) -> str:
    """The id of our last message at this place that surely stands there; "" when there is none."""
    ours = select(turns.c.message_id).join(threads).where(threads.c.place == place, turns.c.role == "bot", turns.c.message_id != "")
    return (await connection.execute(ours.order_by(turns.c.id.desc()).limit(1))).scalar() or ""


def _too_old(active_at: float, message: MessageReceived) -> bool:
    return message.fresh_after is not None and message.sent_at - active_at > message.fresh_after


async def open_thread(connection: AsyncConnection, place: Place, person: Person, now: float) -> Thread:
    """A new conversation, in the language that the person has chosen once."""
    language = (await connection.execute(CHOSEN, {"key": person.key})).scalar() or ""
    made = await connection.execute(insert(threads).values(place=place.key, language=language, holder="bot", opened_at=now, active_at=now))
    return Thread(_new_id(made.inserted_primary_key), place, language, "bot")


def _new_id(key: Sequence[int] | None) -> int:
    assert key is not None  # noqa: S101  # an INSERT of one row has a key
    return int(key[0])
