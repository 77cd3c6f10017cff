"""Lanes in one process: a task for each place that has work."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import StoreError

log = logging.getLogger(__name__)

PAUSE_AFTER_FAULT = 1.0


class InProcessLanes:
    """`drain(place)` does all there is to do at a place; `interrupt(place)` is called for what is out of date."""

    def __init__(self, drain: Callable[[str], Awaitable[None]], interrupt: Callable[[str], None]) -> None:
        self._drain = drain
        self.interrupt = interrupt
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._closed = False

    async def start(self) -> None:
        """Nothing has to be opened."""

    def wake(self, place: str) -> None:
        """See to it that somebody works at this place, and looks once more if he is about to leave."""
        if self._closed:
            return
        self._again.add(place)
        if place not in self._running:
            self._running[place] = asyncio.create_task(self._run(place), name=f"lane {place}")

    async def close(self, seconds: float) -> None:
        """Take nothing new; let what runs end within `seconds`, then stop it. What is not done stays in the inbox."""
        self._closed = True
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, place: str) -> None:
        try:
            while place in self._again and not self._closed:
                self._again.discard(place)
                if not await drained(self._drain, place):
                    self._again.add(place)
        finally:
            del self._running[place]


async def drained(drain: Callable[[str], Awaitable[None]], place: str) -> bool:
    """Drain a lane once; False when the database was away and it must be drained again. One lane's bug does not stop the others."""
    try:
        await drain(place)
    except StoreError:
        # The database has said so itself, once for all lanes.
        await asyncio.sleep(PAUSE_AFTER_FAULT)
        return False
    except Exception as exc:  # noqa: BLE001  # it must not pass unseen
        log.error("a lane failed: %s", type(exc).__name__, extra={"place": place})
    return True
