"""What we remember of how far a platform has been heard, so that after an outage only what was missed is read."""

import time
from collections.abc import Sequence

from sqlalchemy import Insert, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import ASKED, Place
from bot.platforms import Cursor
from bot.store.database import Database
from bot.store.inbox import OPEN
from bot.tables import cursors, events, threads

KEEP = 30 * 86400.0
"""Seconds after which a channel in which nothing was said is forgotten; it is taken up again when somebody speaks there."""

MOST_PLACES = 1000
MOST_WAITING = 200


class CursorStore:
    """The cursors of one platform. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database, platform: str) -> None:
        self._database = database
        self._platform = platform

    async def read(self) -> Sequence[Cursor]:
        """All cursors, the one that moved last first; channels that were silent for long are forgotten."""
        ours = cursors.c.platform == self._platform
        async with self._database.writing() as connection:
            await connection.execute(delete(cursors).where(ours, cursors.c.channel != "", cursors.c.moved_at < time.time() - KEEP))
            found = await connection.execute(select(cursors).where(ours).order_by(cursors.c.moved_at.desc()))
            return [Cursor(row.workspace, row.channel, row.position) for row in found]

    async def write(self, moved: Sequence[Cursor]) -> None:
        """Take over new positions."""
        now = time.time()
        rows = [
            {"platform": self._platform, "workspace": one.workspace, "channel": one.channel, "position": one.position, "moved_at": now}
            for one in moved
        ]
        if rows:
            async with self._database.writing() as connection:
                await connection.execute(_upsert(self._database.embedded), rows)

    async def forget(self, workspace: str) -> None:
        """All of a workspace that we are not in any more."""
        async with self._database.writing() as connection:
            await connection.execute(delete(cursors).where(cursors.c.platform == self._platform, cursors.c.workspace == workspace))

    async def places(self, since: float) -> Sequence[Place]:
        """Where we have conversations that went on after `since`, the latest first, MOST_PLACES at most."""
        ours = threads.c.place.startswith(f"{self._platform}:", autoescape=True)
        latest = func.max(threads.c.active_at)
        places = select(threads.c.place).where(ours, threads.c.active_at > since).group_by(threads.c.place).order_by(latest.desc())
        async with self._database.reading() as connection:
            found = await connection.execute(places.limit(MOST_PLACES))
            return [Place.from_key(row.place) for row in found]

    async def waiting(self) -> Sequence[tuple[Place, str]]:
        """The ids of messages that wait for an answer, the oldest first, MOST_WAITING at most; what was asked by a command is none."""
        asked = events.c.identity.contains(f":{ASKED}", autoescape=True)
        ours = (events.c.platform == self._platform) & events.c.state.in_(OPEN) & ~asked
        open_ = select(events.c.place, events.c.identity).where(ours)
        async with self._database.reading() as connection:
            found = await connection.execute(open_.order_by(events.c.id).limit(MOST_WAITING))
            return [_message(Place.from_key(row.place), row.identity) for row in found]


def _message(place: Place, identity: str) -> tuple[Place, str]:
    return place, identity.removeprefix(f"{place.platform}:{place.workspace}:{place.channel}:")


def _upsert(embedded: bool) -> Insert:
    add = sqlite.insert(cursors) if embedded else postgresql.insert(cursors)
    return add.on_conflict_do_update(
        index_elements=[cursors.c.platform, cursors.c.workspace, cursors.c.channel],
        set_={"position": add.excluded.position, "moved_at": add.excluded.moved_at},
    )
