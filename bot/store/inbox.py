"""What the inbox asks the database: a message is written down once, taken by its lane, and finished.

States of an event: new -> working -> delivering -> done; or withdrawn (deleted in time), or aside (it failed too often). One that is
deleted after its answer was begun is `leaving` until what people saw of that answer is taken away, and withdrawn then.
An edit or a delete that comes while the answer is being made takes the event out of `working`,
and then `begin_delivery` finds that there is nothing to deliver: that is the fence between the two.
What is `working` or `delivering` has an owner (bot.store.workers); when that one is gone, it is taken again as if it were new.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Final, Literal

from sqlalchemy import BindParameter, ColumnElement, Row, Select, Update, bindparam, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages import MessageDeleted, MessageEdited, MessageReceived, Place, StopPressed, Thread, reworded
from bot.store import threads
from bot.store.database import Database
from bot.store.workers import Holder, held_by_others
from bot.store.writing import read_message, with_text, write_message
from bot.tables import events, outbox, turns
from bot.tables import threads as threads_table

MOST_AT_ONCE = 100
OPEN = ("new", "working")
STOPPED = "stopped by the customer"
"""The `error` of a message whose author wants no answer any more, while that is being made."""

# Statements of the hot path are made once: building one costs as much as running it.
ADD_EMBEDDED = sqlite.insert(events).on_conflict_do_nothing()
ADD = postgresql.insert(events).on_conflict_do_nothing()
ALONE = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("at"), 0)))
"""Two workers that begin at one place at the same moment do it one after the other. SQLite has one writer."""
ME: BindParameter[int] = bindparam("me")
LETTERS = select(held_by_others(outbox.c.owner, ME)).where(outbox.c.state == "sending", outbox.c.place == bindparam("at"))
UNFINISHED: Select[Any] = (
    select(*events.c, held_by_others(events.c.owner, ME).label("held"))
    .where(events.c.place == bindparam("at"), events.c.state.in_(("new", "working", "delivering", "leaving")))
    .order_by(events.c.state == "new", events.c.sent_at, events.c.id)
    .limit(MOST_AT_ONCE)
    .with_for_update(of=events)
)
"""What others have begun comes first. Locked on PostgreSQL: a message that is being deleted at this moment is not taken."""
TAKE = update(events).where(events.c.id == bindparam("which")).values(state="working", turn_id=bindparam("turn_id"), owner=bindparam("me"))

LETTERS_FIRST: Final = "letters first"


@dataclass(frozen=True, slots=True)
class Work:
    """What a lane does next: one author's unanswered messages, in order, in their thread (whose turns end before them).

    `failures`: how often an answer to them has failed. `more`: others wait here besides. `owner`: the number under which we hold them.
    `begun`: those (message ids) that somebody began to answer before; `stopped`: their author wants no answer any more.
    """

    events: tuple[int, ...]
    messages: tuple[MessageReceived, ...]
    thread: Thread
    failures: int
    more: bool
    owner: int
    begun: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def place(self) -> Place:
        """Where it was said and where it is answered."""
        return self.messages[-1].place


@dataclass(frozen=True, slots=True)
class Left:
    """Messages (their ids) that were deleted after an answer to them had been begun: what is seen of it is to be taken away."""

    events: tuple[int, ...]
    messages: tuple[str, ...]


class InboxStore:
    """The inbox table and what it needs of threads and turns. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database, holder: Holder, longest_history: int = 20) -> None:
        self._database = database
        self._holder = holder
        self._longest_history = longest_history

    async def accept(self, message: MessageReceived, wait: float = 0) -> bool:
        """Write a message down unless we have it; False when it is a `maybe` of a thread that is not ours.

        `wait`: so many seconds others may answer first what was said to everybody, and what its author adds.
        """
        async with self._database.writing(lasting=True, single=True) as connection:
            if message.addressed == "maybe" and not await _ours(connection, message.place.key):
                return False
            row = {
                "platform": message.place.platform,
                "event_id": message.event_id,
                "identity": _identity(message),
                "place": message.place.key,
                "author": message.author.id,
                "state": "new",
                "body": write_message(message),
                "sent_at": message.sent_at,
                "received_at": time.time(),
                "attempts": 0,
                "error": "",
                "not_before": await _not_before(connection, message, wait) if wait else 0.0,
            }
            await connection.execute(ADD_EMBEDDED if self._database.embedded else ADD, row)
        return True

    async def answered(self, message: MessageReceived) -> bool:
        """Whether this is said to somebody whose message waits for others: it waits no longer, and is not for us to answer."""
        waits = (events.c.state == "new") & (events.c.not_before > 0) & (events.c.author != message.author.id)
        to = events.c.place == message.place.key
        if message.replies_to:
            to |= events.c.identity == _identity(replace(message, message_id=message.replies_to))
        async with self._database.writing() as connection:
            done = await connection.execute(update(events).where(waits & to).values(state="done", body="", not_before=0))
        return bool(done.rowcount)

    async def edit(self, signal: MessageEdited) -> str | None:
        """Take over a new text; the place whose answer must be made again, if it is not on its way yet."""
        if not await self._knows(signal):
            return None
        async with self._database.writing(lasting=True) as connection:
            row = (await connection.execute(_by_identity(signal).with_for_update())).one_or_none()
            if row is None:
                return None
            if row.turn_id is not None:
                said = await connection.scalar(select(turns.c.text).where(turns.c.id == row.turn_id))
                text = reworded(said or "", signal.text)
                await connection.execute(update(turns).where(turns.c.id == row.turn_id).values(text=text))
            if row.state not in OPEN:
                return None
            await connection.execute(
                update(events).where(events.c.id == row.id).values(state="new", owner=0, error="", body=with_text(row.body, signal.text))
            )
        return str(row.place)

    async def withdraw(self, signal: MessageDeleted) -> str | None:
        """Forget a message, and what we answered to it; the place whose answer must be made again, if it is not on its way yet.

        An answer that stands on the platform stays there; without its question it is no ground for others.
        """
        if not await self._knows(signal):
            return None
        async with self._database.writing(lasting=True) as connection:
            row = (await connection.execute(_by_identity(signal).with_for_update())).one_or_none()
            if row is None:
                return None
            if row.turn_id is not None:
                answers = select(outbox.c.turn_id).where(outbox.c.event.in_([row.id, *await _after(connection, row, signal)]))
                await connection.execute(delete(turns).where(or_(turns.c.id == row.turn_id, turns.c.id.in_(answers))))
            state = row.state
            if state in OPEN:
                state = "withdrawn" if row.turn_id is None else "leaving"
            await connection.execute(update(events).where(events.c.id == row.id).values(state=state, body="", turn_id=None))
        return str(row.place) if row.state in OPEN else None

    async def stop(self, signal: StopPressed) -> str | None:
        """Its author wants no answer any more; the place where one is being made, if there is one."""
        here = (events.c.state == "working") & events.c.place.in_((signal.place.key, replace(signal.place, direct=True).key))
        async with self._database.writing() as connection:
            stopped = await connection.execute(update(events).where(here).values(error=STOPPED).returning(events.c.place))
            return next(iter(stopped.scalars()), None)

    async def stopped(self, work: Work) -> bool:
        """Whether that was said of these messages, which are ours."""
        async with self._database.reading() as connection:
            ours = events.c.id.in_(work.events) & (events.c.state == "working") & (events.c.owner == work.owner)
            return bool(await connection.scalar(select(func.count()).where(ours, events.c.error == STOPPED)))

    async def cleared(self, left: Left) -> None:
        """Nothing is seen any more of an answer to these."""
        async with self._database.writing() as connection:
            leaving = events.c.id.in_(left.events) & (events.c.state == "leaving")
            await connection.execute(update(events).where(leaving).values(state="withdrawn", owner=0))

    async def begin(self, place: str) -> Work | Left | Literal["letters first"] | None:
        """Take the oldest unanswered messages of a place: the first, and what its author wrote right after it.

        LETTERS_FIRST when something written for this place may not have been sent, and then what was Left. None when nothing waits, or
        when another worker is at work here: so replies stand in the order of the messages, whoever makes them.
        """
        me = self._holder.number
        here = {"at": place, "me": me}
        async with self._database.writing() as connection:
            if not self._database.embedded:
                await connection.execute(ALONE, {"at": place})
            if letters := (await connection.execute(LETTERS, here)).scalars().all():
                return None if any(letters) else LETTERS_FIRST
            unfinished = (await connection.execute(UNFINISHED, here)).all()
            if any(row.held for row in unfinished):
                return None
            if left := [row for row in unfinished if row.state == "leaving"]:
                return Left(tuple(row.id for row in left), tuple(row.identity.rsplit(":", 1)[1] for row in left))
            rows = sorted((row for row in unfinished if row.state in OPEN), key=lambda row: (row.sent_at, row.id))
            if all(row.not_before > time.time() for row in rows):
                return None
            messages = _burst(rows)
            burst = rows[: len(messages)]
            thread = await threads.current(connection, messages[0], self._longest_history, [row.turn_id for row in rows])
            for row, message in zip(burst, messages, strict=True):
                turn_id = row.turn_id or await threads.add_customer_turn(connection, thread.id, message)
                await connection.execute(TAKE, {"which": row.id, "turn_id": turn_id, "me": me})
        return Work(
            tuple(row.id for row in burst),
            tuple(messages),
            thread,
            max(row.attempts for row in burst),
            len(rows) > len(burst) or len(unfinished) == MOST_AT_ONCE,
            me,
            tuple(message.message_id for row, message in zip(burst, messages, strict=True) if row.turn_id is not None),
            any(row.error == STOPPED for row in burst),
        )

    async def failed(self, work: Work, error: str) -> None:
        """An answer to these messages failed, which counts; they are to be taken again. `error` says why."""
        async with self._database.writing() as connection:
            await connection.execute(_held(work).values(state="new", owner=0, error=error, attempts=events.c.attempts + 1))

    async def attach(self, work: Work, said: Sequence[str]) -> None:
        """What the conversation keeps of these messages, one each, now that their files are read; nothing where they changed since."""
        async with self._database.writing() as connection:
            for event, text in zip(work.events, said, strict=True):
                ours = select(events.c.turn_id).where((events.c.id == event) & _is_held(work)).scalar_subquery()
                await connection.execute(update(turns).where(turns.c.id == ours).values(text=text))

    async def keep(self, work: Work) -> None:
        """Remembered, and not for us to answer."""
        async with self._database.writing() as connection:
            await connection.execute(_held(work).values(state="done", body=""))

    async def leave(self, work: Work) -> None:
        """None of our business after all: nothing of them is kept."""
        async with self._database.writing() as connection:
            ours = list((await connection.execute(select(events.c.turn_id).where(_is_held(work)))).scalars())
            await connection.execute(_held(work).values(state="done", body="", turn_id=None))
            await connection.execute(delete(turns).where(turns.c.id.in_(ours)))
            said = exists(select(turns.c.id).where(turns.c.thread_id == work.thread.id))
            await connection.execute(delete(threads_table).where(threads_table.c.id == work.thread.id, ~said))

    async def _knows(self, signal: MessageEdited | MessageDeleted) -> bool:
        """Most edits and deletes are of other people's talk; those must not wait for the writer."""
        async with self._database.reading() as connection:
            return (await connection.execute(_by_identity(signal))).first() is not None


async def _ours(connection: AsyncConnection, place: str) -> bool:
    """A thread is ours when we have spoken in it or are about to."""
    if await threads.known(connection, place):
        return True
    waiting = select(events.c.id).where(events.c.place == place, events.c.state.in_(OPEN)).limit(1)
    return (await connection.execute(waiting)).first() is not None


def _identity(event: MessageReceived | MessageEdited | MessageDeleted) -> str:
    return f"{event.place.platform}:{event.place.workspace}:{event.place.channel}:{event.message_id}"


def _by_identity(signal: MessageEdited | MessageDeleted) -> Select[Any]:
    return select(events).where(events.c.identity == _identity(signal))


async def _after(connection: AsyncConnection, row: Row[Any], signal: MessageDeleted) -> Sequence[int]:
    """What the author of a message that has a turn said right after it, before anybody else spoke: an answer to several at once is
    written down as that to the last."""
    thread = select(turns.c.thread_id).where(turns.c.id == row.turn_id).scalar_subquery()
    later = select(turns).where(turns.c.thread_id == thread, turns.c.id > row.turn_id).order_by(turns.c.id).limit(MOST_AT_ONCE)
    said = takewhile(lambda turn: turn.role == "customer" and turn.author == row.author, (await connection.execute(later)).all())
    identities = [_identity(replace(signal, message_id=turn.message_id)) for turn in said]
    return (await connection.execute(select(events.c.id).where(events.c.identity.in_(identities)))).scalars().all()


async def _not_before(connection: AsyncConnection, message: MessageReceived, wait: float) -> float:
    if message.addressed == "open":
        return time.time() + wait
    if message.addressed != "maybe":
        return 0.0
    waiting = (events.c.place == message.place.key) & (events.c.state == "new") & (events.c.author == message.author.id)
    return (await connection.execute(select(func.max(events.c.not_before)).where(waiting))).scalar() or 0.0


def _held(work: Work) -> Update:
    return update(events).where(_is_held(work))


def _is_held(work: Work) -> ColumnElement[bool]:
    return events.c.id.in_(work.events) & (events.c.state == "working") & (events.c.owner == work.owner)


def _burst(rows: Sequence[Row[Any]]) -> list[MessageReceived]:
    """The first messages that are by one author; one that was asked aside is answered by itself, for him alone."""
    burst: list[MessageReceived] = []
    for row in rows:
        message = read_message(row.event_id, row.place, row.sent_at, row.body)
        if burst and (message.author.id != burst[0].author.id or message.aside or burst[0].aside):
            break
        burst.append(message)
    return burst
