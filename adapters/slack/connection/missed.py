"""What we missed in Slack: noticed by our own record, read from the history, received before what comes later."""

import asyncio
import time
from collections.abc import Mapping
from functools import partial

from adapters.slack.connection.history import Absence, Call, History
from adapters.slack.connection.presence import Presence
from bot.messages import Event
from bot.platforms import MISSED_SECONDS, Cursors, Receive

_AT_ONCE = 8
"""Workspaces whose histories are read at the same time: each has limits of its own."""


class Missed:
    """The record, and the history of each workspace. `call(method, workspace, ...)` makes a call of the Web API."""

    def __init__(self, call: Call, receive: Receive, cursors: Cursors, pace: float) -> None:
        self._call, self._receive, self._cursors, self._pace = call, receive, cursors, pace
        self._presence = Presence(cursors)
        self._histories: dict[str, History] = {}
        self._noting: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Know until when we were there. Raises StoreError."""
        await self._presence.load()
        self._noting = asyncio.create_task(self._presence.keep_noting(self._pace), name="slack cursors")

    async def stop(self) -> None:
        """Read no more, and note that we were there until now."""
        await _over(self._noting, self._reading)
        await asyncio.gather(*(history.stop() for history in self._histories.values()))
        await self._presence.note()

    def we_are(self, teams: Mapping[str, str]) -> None:
        """Before anything is heard: the workspaces, and by each our user's id."""
        for team, me in teams.items():
            self._history(team).we_are(team, me)

    async def came(self, teams: Mapping[str, str]) -> None:
        """We hear these workspaces from now on; after a long absence the history is read besides. By each: our user's id.

        Returns when what waits for an answer has been looked at, since it counts as its author has left it meanwhile.
        """
        self.we_are(teams)
        now, before, absences = time.time(), self._reading, []
        for team, me in teams.items():
            since = self._presence.came(team)
            if since is not None:
                absences.append(Absence(team, me, max(since, now - MISSED_SECONDS), now))
        if absences:
            self._reading = asyncio.create_task(self._read(absences, before), name="slack history")
            await asyncio.gather(*(self._history(absence.team).look_at_waiting(absence) for absence in absences))
        elif before is None or before.done():
            self._reading = asyncio.create_task(self._presence.note(), name="slack cursors")

    def left(self) -> None:
        """We hear nothing any more."""
        self._presence.left()

    async def forget(self, team: str) -> None:
        """It lets us hear nothing any more."""
        self._presence.forget(team)
        if team in self._histories:
            await self._histories.pop(team).stop()

    async def receive(self, event: Event) -> None:
        """What Slack sends. Raises StoreError."""
        history = self._histories.get(event.place.workspace)
        await (history.receive(event) if history is not None else self._receive(event))

    async def idle(self) -> None:
        """Returns when nothing is being read."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    def _history(self, team: str) -> History:
        if team not in self._histories:
            self._histories[team] = History(partial(_in, self._call, team), self._receive, self._cursors, self._pace)
        return self._histories[team]

    async def _read(self, absences: list[Absence], before: "asyncio.Task[None] | None") -> None:
        await _over(before)
        turn = asyncio.Semaphore(_AT_ONCE)

        async def read(absence: Absence) -> None:
            async with turn:
                await self._history(absence.team).read(absence)
            self._presence.caught_up(absence.team)

        await asyncio.gather(*map(read, absences))
        await self._presence.note()


async def _in(call: Call, team: str, method: str, **arguments: object) -> object:
    return await call(method, team, **arguments)


async def _over(*tasks: "asyncio.Task[None] | None") -> None:
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
