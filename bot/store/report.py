"""What staff ask the database: what waits, what is in doubt, what was set aside; and to try that again."""

import re
import time
from dataclasses import dataclass

from sqlalchemy import func, select, update

from bot.store.database import Database
from bot.store.workers import held_by_others
from bot.tables import events, feedback, outbox, turns, workers

NOBODY = 0
OPEN = ("new", "working", "delivering")
REFERENCE = re.compile(r"#?[0-9A-Z]{6}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand. `waiting`, `answering`: places; `oldest`: seconds since the oldest message that has no answer came in;
    `sending`: parts of replies on their way, `in_doubt`: those whose worker is gone; `aside`: messages that were given up;
    `workers`: who answers, by name. `helpful`, `unhelpful`: answers of which somebody said so."""

    waiting: int
    answering: int
    oldest: float
    sending: int
    in_doubt: int
    aside: int
    workers: tuple[str, ...]
    helpful: int = 0
    unhelpful: int = 0


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that was given up: its number, when it came in (seconds since 1970), why, and the reference that its author got."""

    event: int
    received_at: float
    place: str
    error: str
    reference: str


def named(standing: Standing) -> dict[str, float]:
    """How things stand, as bot.metrics names it."""
    return {
        "lanes_waiting": standing.waiting,
        "lanes_answering": standing.answering,
        "oldest_message_seconds": standing.oldest,
        "letters_sending": standing.sending,
        "letters_in_doubt": standing.in_doubt,
        "messages_aside": standing.aside,
        "workers": len(standing.workers),
        "feedback_helpful": standing.helpful,
        "feedback_unhelpful": standing.unhelpful,
    }


class ReportStore:
    """Reads what the others write. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self) -> Standing:
        """How things stand right now."""
        async with self._database.reading() as connection:
            places = select(events.c.state, func.count(events.c.place.distinct()), func.count(), func.min(events.c.received_at))
            found = (await connection.execute(places.where(events.c.state.in_(OPEN)).group_by(events.c.state))).all()
            states = {row[0]: row for row in found}
            aside = await connection.scalar(select(func.count()).where(events.c.state == "aside"))
            letters = select(outbox.c.owner != NOBODY, held_by_others(outbox.c.owner, NOBODY)).where(outbox.c.state == "sending")
            sending = (await connection.execute(letters)).all()
            told = (await connection.execute(select(feedback.c.verdict, func.count()).group_by(feedback.c.verdict))).all()
            names = (await connection.execute(select(workers.c.name).order_by(workers.c.id))).scalars().all()
        oldest = min((row[3] for row in states.values()), default=time.time())
        return Standing(
            waiting=states["new"][1] if "new" in states else 0,
            answering=sum(states[state][1] for state in ("working", "delivering") if state in states),
            oldest=max(0.0, time.time() - oldest),
            sending=len(sending),
            in_doubt=sum(bool(tried and not held) for tried, held in sending),
            aside=int(aside or 0),
            workers=tuple(names),
            helpful=dict(map(tuple, told)).get("good", 0),
            unhelpful=dict(map(tuple, told)).get("bad", 0),
        )

    async def aside(self, limit: int = 20) -> list[Aside]:
        """What was given up, the newest first."""
        reference = (
            select(turns.c.reference)
            .join(outbox, outbox.c.turn_id == turns.c.id)
            .where(outbox.c.event == events.c.id)
            .order_by(turns.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        given_up = select(events, reference.label("reference")).where(events.c.state == "aside").order_by(events.c.id.desc()).limit(limit)
        async with self._database.reading() as connection:
            return [Aside(row.id, row.received_at, row.place, row.error, row.reference or "") for row in await connection.execute(given_up)]

    async def retry(self, which: str) -> int | None:
        """Answer a message that was set aside once more, named by its number or its reference; None when there is no such one.

        The lane that takes it is woken within seconds, by whichever worker looks first.
        """
        async with self._database.writing() as connection:
            number = int(which) if which.isdecimal() and len(which) < 19 else None
            if REFERENCE.fullmatch(which):
                named = (
                    select(outbox.c.event)
                    .join(turns, outbox.c.turn_id == turns.c.id)
                    .where(turns.c.reference == f"#{which.lstrip('#').upper()}")
                    .limit(1)
                )
                number = await connection.scalar(named) or number
            if number is None:
                return None
            mine = (events.c.id == number) & (events.c.state == "aside") & (events.c.body != "")
            again = await connection.execute(update(events).where(mine).values(state="new", owner=0, attempts=0))
        return number if again.rowcount else None
