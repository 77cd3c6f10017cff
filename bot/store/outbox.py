"""What the outbox asks the database: the parts of a reply are committed before the first of them is sent.

States of a row: sending -> sent, or failed (the platform will never take it). A row that is still `sending`
when the program starts is in doubt: it may have been posted or not.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Update, bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Place, Reply, Turn
from bot.store import threads
from bot.store.database import Database
from bot.store.inbox import Work
from bot.store.writing import read_reply, write_reply
from bot.tables import events, outbox, turns

# Made once: building a statement costs as much as running it.
ADD = insert(outbox)
CLAIM = update(events).where(events.c.id.in_(bindparam("which", expanding=True)), events.c.state == "working").values(state="delivering")
SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("which"))
    .values(state="sent", body="", message_id=bindparam("message_id"), sent_at=bindparam("sent_at"))
)
NAME_TURN = update(turns).where(turns.c.id == bindparam("which")).values(message_id=bindparam("message_id"))


@dataclass(frozen=True, slots=True)
class Letter:
    """One part of a reply on its way. `key` is what the platform gets to know it by; `event` the message that it answers,
    0 where it answers none (what we tell staff)."""

    id: int
    key: str
    place: Place
    reply: Reply
    event: int
    turn: int
    last: bool


class OutboxStore:
    """The outbox table and what it needs of turns and events. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin_delivery(self, work: Work, parts: Sequence[Reply], reference: str = "", offers: bool = False) -> list[Letter] | None:
        """Remember the reply and its parts; None when a message was edited or withdrawn meanwhile, and it must be made again.

        `offers`: a yes to it accepts a person.
        """
        async with self._database.writing() as connection:
            claimed = await connection.execute(CLAIM, {"which": work.events})
            if claimed.rowcount != len(work.events):
                await connection.execute(
                    update(events).where(events.c.id.in_(work.events), events.c.state == "delivering").values(state="new")
                )
                return None
            said = Turn("bot", "\n\n".join(part.text for part in parts), offers_person=offers)
            turn = await threads.add_turn(connection, work.thread.id, said, time.time(), reference)
            await threads.touch(connection, work.thread.id, parts[-1].language)
            return await write_letters(connection, work.place, parts, work.events[-1], turn)

    async def posted(self, letter: Letter, message_id: str, also: Sequence[int] = ()) -> None:
        """A part stands on the platform. With the last one the messages that it answers are done and their bodies forgotten."""
        async with self._database.writing() as connection:
            await connection.execute(SENT, {"which": letter.id, "message_id": message_id, "sent_at": time.time()})
            if letter.last:
                await connection.execute(NAME_TURN, {"which": letter.turn, "message_id": message_id})
                await connection.execute(_finish(letter, also))

    async def failed(self, letter: Letter, error: str, also: Sequence[int] = ()) -> None:
        """The platform will never take this reply: keep the error, answer no more."""
        async with self._database.writing() as connection:
            these = outbox.c.event == letter.event if letter.event else outbox.c.id == letter.id
            await connection.execute(update(outbox).where(these, outbox.c.state == "sending").values(state="failed", body=""))
            await connection.execute(_finish(letter, also, state="aside", error=error))

    async def in_doubt(self) -> list[Letter]:
        """Parts that were being sent when the program ended, oldest first."""
        async with self._database.reading() as connection:
            parts = outbox.alias()
            last = select(func.max(parts.c.part)).where(parts.c.event == outbox.c.event).scalar_subquery()
            found = await connection.execute(select(outbox, last.label("last")).where(outbox.c.state == "sending").order_by(outbox.c.id))
            return [
                Letter(row.id, row.key, Place.from_key(row.place), read_reply(row.body), row.event, row.turn_id, row.part == row.last)
                for row in found
            ]


async def write_letters(connection: AsyncConnection, place: Place, parts: Sequence[Reply], event: int = 0, turn: int = 0) -> list[Letter]:
    """Write parts into the outbox, a key each, within the transaction of what they belong to."""
    stem = secrets.token_hex(8)
    letters = []
    for number, part in enumerate(parts):
        key = f"{stem}.{number}"
        body = {
            "key": key,
            "place": place.key,
            "event": event,
            "turn_id": turn,
            "part": number,
            "state": "sending",
            "body": write_reply(part),
            "message_id": "",
            "written_at": time.time(),
        }
        row = await connection.execute(ADD, body)
        made = row.inserted_primary_key
        assert made is not None  # noqa: S101  # an INSERT of one row has a key
        letters.append(Letter(made[0], key, place, part, event, turn, number == len(parts) - 1))
    return letters


def _finish(letter: Letter, also: Sequence[int], state: str = "done", error: str = "") -> Update:
    """The messages that a reply answers: after a crash we know the last one, and it stands for its burst."""
    which: ColumnElement[bool] = events.c.id.in_(also)
    if not also:
        which = (events.c.place == letter.place.key) & (events.c.state == "delivering") & (events.c.id <= letter.event)
    return update(events).where(which).values(state=state, body="", error=error)
