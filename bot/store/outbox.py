"""What the outbox asks the database: the parts of a reply are committed before the first of them is sent.

States of a row: sending -> sent, or failed (the platform will never take it). A row that is `sending` and has an owner
who is not at it any more is in doubt: it may have been posted or not. One without an owner was never tried.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Update, bindparam, case, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import Place, Reply, Turn
from bot.store import threads
from bot.store.database import Database
from bot.store.inbox import Work
from bot.store.workers import Holder, held_by_others
from bot.store.writing import read_reply, write_reply, write_sources
from bot.tables import cases, events, outbox, turns

# Made once: building a statement costs as much as running it.
ADD = insert(outbox)
CLAIM = (
    update(events)
    .where(events.c.id.in_(bindparam("which", expanding=True)), events.c.state == "working", events.c.owner == bindparam("me"))
    .values(state="delivering", error=bindparam("aside"))
)
SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("which"), outbox.c.state == "sending", outbox.c.owner == bindparam("me"))
    .values(state="sent", body="", message_id=bindparam("message_id"), sent_at=bindparam("sent_at"))
)
NAME_TURN = update(turns).where(turns.c.id == bindparam("which")).values(message_id=bindparam("message_id"))


@dataclass(frozen=True, slots=True)
class Letter:
    """One part of a reply on its way. `key` is what the platform gets to know it by; `event` the message that it answers,
    0 where it answers none (what we tell staff). `owner`: the number under which we send it. `in_doubt`: it may stand there already;
    then it stands after the message `after` ("": nothing was sent there before). `live`: the message that grew, and becomes this part."""

    id: int
    key: str
    place: Place
    reply: Reply
    event: int
    turn: int
    last: bool
    owner: int
    in_doubt: bool = False
    after: str = ""
    live: str = ""


class OutboxStore:
    """The outbox table and what it needs of turns and events. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database, holder: Holder) -> None:
        self._database = database
        self._holder = holder

    async def begin_delivery(
        self, work: Work, parts: Sequence[Reply], reference: str = "", offers: bool = False, aside: str = "", live: str = ""
    ) -> list[Letter] | None:
        """Remember the reply and its parts; None when a message was edited or withdrawn meanwhile, or another worker has it:
        then the reply is worth nothing.

        `offers`: a yes to it accepts a person. `aside`: it is an apology, and for this error the messages are set aside once it stands.
        `live`: the message that grew, and becomes the first part: it is written down here for the first time.
        """
        async with self._database.writing(lasting=True) as connection:
            claimed = await connection.execute(CLAIM, {"which": work.events, "me": work.owner, "aside": aside})
            if claimed.rowcount != len(work.events):
                mine = (events.c.state == "delivering") & (events.c.owner == work.owner)
                await connection.execute(update(events).where(events.c.id.in_(work.events), mine).values(state="new", owner=0))
                return None
            said = Turn("bot", "\n\n".join(part.text for part in parts), offers_person=offers)
            # What one person alone saw may be shared later, sources and all.
            sources = write_sources(parts[-1].sources) if parts[-1].only_for else ""
            turn = await threads.add_turn(connection, work.thread.id, said, time.time(), reference, sources)
            await threads.touch(connection, work.thread.id, parts[-1].language)
            numbered = [_numbered(part, turn) for part in parts]
            if parts[-1].mark is not None and await _needs_person(connection, work.thread.id):
                numbered[-1] = replace(numbered[-1], mark=None)
            return await write_letters(connection, work.place, numbered, work.events[-1], turn, work.owner, live=live)

    async def posted(self, letter: Letter, message_id: str) -> None:
        """A part stands on the platform. With the last one the messages that it answers are done and their bodies forgotten.

        Where another worker has taken the letter over, it finds out for itself.
        """
        async with self._database.writing() as connection:
            said = {"which": letter.id, "me": letter.owner, "message_id": message_id, "sent_at": time.time()}
            if (await connection.execute(SENT, said)).rowcount and letter.last and letter.event:
                await connection.execute(NAME_TURN, {"which": letter.turn, "message_id": message_id})
                await connection.execute(_finish(letter))

    async def failed(self, letter: Letter, error: str) -> None:
        """The platform will never take this reply: keep the error, answer no more."""
        async with self._database.writing() as connection:
            these = outbox.c.event == letter.event if letter.event else outbox.c.id == letter.id
            ours = these & (outbox.c.state == "sending") & (outbox.c.owner == letter.owner)
            gone = await connection.execute(update(outbox).where(ours).values(state="failed", body=""))
            if gone.rowcount and letter.event:
                await connection.execute(_aside(letter, error))

    async def adopt(self, place: str) -> list[Letter]:
        """What stands unsent for a place and is free, oldest first: from now on it is ours to send."""
        me = self._holder.number
        async with self._database.writing() as connection:
            parts = outbox.alias()
            last = (
                select(func.max(parts.c.part)).where(parts.c.event == outbox.c.event, parts.c.turn_id == outbox.c.turn_id).scalar_subquery()
            )
            free = (outbox.c.place == place) & (outbox.c.state == "sending") & ~held_by_others(outbox.c.owner, me)
            found = select(outbox, last.label("last")).where(free).order_by(outbox.c.id).with_for_update(of=outbox)
            rows = (await connection.execute(found)).all()
            if rows:
                await connection.execute(update(outbox).where(outbox.c.id.in_([row.id for row in rows])).values(owner=me))
                theirs = (events.c.place == place) & (events.c.state == "delivering") & ~held_by_others(events.c.owner, me)
                await connection.execute(update(events).where(theirs).values(owner=me))
            after = await threads.last_said(connection, place) if rows else ""
        return [_letter(row, me, after) for row in rows]


async def write_letters(
    connection: AsyncConnection,
    place: Place,
    parts: Sequence[Reply],
    event: int = 0,
    turn: int = 0,
    owner: int = 0,
    stem: str = "",
    live: str = "",
) -> list[Letter]:
    """Write parts into the outbox, a key each, in the transaction of what they belong to; without an owner the place's lane sends them.

    `stem`: of the keys, at most 20 signs, where the same must not be written twice.
    """
    stem = stem or secrets.token_hex(8)
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
            "message_id": "" if number else live,
            "written_at": time.time(),
            "owner": owner,
        }
        row = await connection.execute(ADD, body)
        made = row.inserted_primary_key
        assert made is not None  # noqa: S101  # an INSERT of one row has a key
        last = number == len(parts) - 1
        letters.append(Letter(made[0], key, place, part, event, turn, last, owner, live="" if number else live))
    return letters


async def _needs_person(connection: AsyncConnection, thread: int) -> bool:
    """Whether a case of this conversation is open: then it is not answered yet, whatever the bot goes on to say."""
    open_ = select(cases.c.id).where(cases.c.thread_id == thread, cases.c.state == "open").limit(1)
    return (await connection.execute(open_)).first() is not None


def _numbered(part: Reply, turn: int) -> Reply:
    """A button finds its answer again by the turn's number, also before the platform has told us the message's."""
    buttons = tuple(replace(one, value=one.value or str(turn)) for one in part.buttons)
    return replace(part, buttons=buttons, turn=str(turn) if part.feedback else "")


def _letter(row: Row[Any], me: int, after: str) -> Letter:
    reply, place = read_reply(row.body), Place.from_key(row.place)
    last = row.part == row.last
    return Letter(row.id, row.key, place, reply, row.event, row.turn_id, last, me, row.owner != 0, after, row.message_id)


def _finish(letter: Letter) -> Update:
    """The messages that a reply answers, done; or set aside where it only says that we are sorry: those may be tried once more."""
    given_up = events.c.error != ""
    return _answered(letter).values(state=case((given_up, "aside"), else_="done"), body=case((given_up, events.c.body), else_=""))


def _aside(letter: Letter, error: str) -> Update:
    return _answered(letter).values(state="aside", error=error)


def _answered(letter: Letter) -> Update:
    """At one place only one burst at a time is being delivered."""
    return update(events).where(events.c.place == letter.place.key, events.c.state == "delivering", events.c.owner == letter.owner)
