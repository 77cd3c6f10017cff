"""Our own record of when Slack could reach us: a row for each workspace, written once a minute."""

import asyncio
import contextlib
import time

from bot.errors import StoreError
from bot.platforms import Cursor, Cursors

NOTE_EVERY = 60.0
"""Seconds between two notes."""
AWAY = 300.0
"""Seconds after which events may be lost: Slack sends one again at once, after one minute and after five."""
MARGIN = 60.0
"""Seconds that a connection may have been dead before anybody knew."""


class Presence:
    """Until when we were there. Where what was missed is not read yet, that does not move."""

    def __init__(self, cursors: Cursors) -> None:
        self._cursors = cursors
        self._until: dict[str, float] = {}
        self._teams: set[str] = set()
        self._owed: set[str] = set()
        self._here = False

    async def load(self) -> None:
        """What the last run noted. Raises StoreError."""
        self._until = {cursor.workspace: float(cursor.position) for cursor in await self._cursors.read()}

    def came(self, team: str) -> float | None:
        """We hear from now on. The time since which something may be missing; None where Slack sends it again by itself.

        None also at the very first start.
        """
        self._here = True
        self._teams.add(team)
        until = self._until.setdefault(team, time.time())
        if time.time() - until < AWAY:
            return None
        self._owed.add(team)
        return until - MARGIN

    def left(self) -> None:
        """We hear nothing any more."""
        self._here = False

    def forget(self, team: str) -> None:
        """It lets us hear nothing any more."""
        self._teams.discard(team)
        self._owed.discard(team)
        self._until.pop(team, None)

    def caught_up(self, team: str) -> None:
        """What was missed has been read."""
        self._owed.discard(team)

    async def keep_noting(self, pace: float) -> None:
        """Until cancelled."""
        while True:
            await self.note()
            await asyncio.sleep(NOTE_EVERY * pace)

    async def note(self) -> None:
        """Write down that we are there, if we are."""
        there = self._teams - self._owed
        if not self._here or not there:
            return
        self._until |= dict.fromkeys(there, time.time())
        with contextlib.suppress(StoreError):
            await self._cursors.write([Cursor(team, "", f"{self._until[team]:.6f}") for team in sorted(there)])
