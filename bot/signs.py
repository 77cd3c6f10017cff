"""The sign that we are at work on an answer: shown at once, and again before it goes out, until the answer is seen."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from math import inf

RENEWED_AT = 0.8
"""The share of its time after which a sign is shown anew."""
PATIENCE = 1.0
"""Seconds for a sign under way when the answer is there: one that came after it would stay. No answer waits longer for it."""


class Signs:
    """`show` shows it once, and is told whether it is the first time; it lasts `seconds`. `seen`: whether something of the answer is."""

    def __init__(self, show: Callable[[bool], Awaitable[object]], seconds: float, seen: Callable[[], bool]) -> None:
        self._show, self._seconds, self._seen = show, seconds, seen
        self._over = asyncio.Event()
        self._showing = asyncio.create_task(self._keep(), name="signs")

    async def end(self) -> None:
        """No more signs; returns when none is under way."""
        self._over.set()
        await asyncio.wait([self._showing], timeout=PATIENCE)

    async def cancel(self) -> None:
        """At once. After `end` it changes nothing."""
        self._showing.cancel()
        await asyncio.gather(self._showing, return_exceptions=True)

    async def _keep(self) -> None:
        first = True
        while first or not (self._over.is_set() or self._seen()):
            await self._show(first)
            first = False
            with suppress(TimeoutError):
                async with asyncio.timeout(RENEWED_AT * self._seconds if self._seconds < inf else None):
                    await self._over.wait()
