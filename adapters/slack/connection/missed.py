"""What we missed in Slack: noticed by our own record, read from the history, received before what comes later."""

import asyncio
import time

from adapters.slack.connection.history import Absence, Call, History
from adapters.slack.connection.presence import Presence
from bot.messages import Event
from bot.platforms import MISSED_SECONDS, Cursors, Receive


class Missed:
    """The record and the history of one workspace."""

    def __init__(self, call: Call, receive: Receive, cursors: Cursors, pace: float) -> None:
        self._presence = Presence(cursors)
        self._history = History(call, receive, cursors, pace)
        self._pace = pace
        self._team = self._me = ""
        self._noting: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Know until when we were there. Raises StoreError."""
        await self._presence.load()
        self._noting = asyncio.create_task(self._presence.keep_noting(self._pace), name="slack cursors")

    async def stop(self) -> None:
        """Read no more, and note that we were there until now."""
        await _over(self._noting, self._reading)
        await self._history.stop()
        await self._presence.note()

    def we_are(self, team: str, me: str) -> None:
        """Before anything is heard: the ids of the workspace and of our user."""
        self._team, self._me = team, me
        self._history.we_are(team, me)

    async def came(self) -> None:
        """We hear from now on; after a long absence the history is read besides.

        Returns when what waits for an answer has been looked at, since it counts as its author has left it meanwhile.
        """
        since, now, before = self._presence.came(self._team), time.time(), self._reading
        if since is not None:
            absence = Absence(self._team, self._me, max(since, now - MISSED_SECONDS), now)
            self._reading = asyncio.create_task(self._read(absence, before), name="slack history")
            await self._history.look_at_waiting(absence)
        elif before is None or before.done():
            self._reading = asyncio.create_task(self._presence.note(), name="slack cursors")

    def left(self) -> None:
        """We hear nothing any more."""
        self._presence.left()

    async def receive(self, event: Event) -> None:
        """What Slack sends. Raises StoreError."""
        await self._history.receive(event)

    async def idle(self) -> None:
        """Returns when nothing is being read."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    async def _read(self, absence: Absence, before: "asyncio.Task[None] | None") -> None:
        await _over(before)
        await self._history.read(absence)
        self._presence.caught_up()
        await self._presence.note()


async def _over(*tasks: "asyncio.Task[None] | None") -> None:
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
