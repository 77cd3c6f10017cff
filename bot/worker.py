"""One process among those that answer: it shows that it lives, and looks after what the dead have left.

Lanes are woken by what comes in. Here is what makes that safe: whatever lies unfinished with nobody at work on it (its worker
was killed, a wake-up was lost, a platform took no letters for a while) has its lane woken again within seconds.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable, Collection

from bot.errors import StoreError
from bot.store.workers import WorkerStore

log = logging.getLogger(__name__)

EVERY = 2.0
FORGOTTEN_AFTER = 5.0
"""Seconds after which a message that nobody has begun is taken for one whose wake-up was lost."""


class Worker:
    """`wake` wakes the lane of a place; `at_work` are the places that this process is at work at, which need no waking."""

    def __init__(self, store: WorkerStore, wake: Callable[[str], None], at_work: Collection[str]) -> None:
        self._store = store
        self._wake = wake
        self._at_work = at_work
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._watching: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Before the first lane runs: from now on rows are held in our name. Raises StoreError."""
        await self._store.join(self._name)

    def watch(self) -> None:
        """Wake what the last run left, and go on watching."""
        self._watching = asyncio.create_task(self._watch(), name="worker")

    async def leave(self) -> None:
        """After the last lane: what is unfinished is free for whoever comes next."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        try:
            await self._store.leave()
        except StoreError as exc:
            log.warning("this worker could not sign off, others wait some seconds for it: %s", exc)

    async def _watch(self) -> None:
        steady, patience = False, 0.0
        while True:
            try:
                await self._live(steady)
                await self._look(patience)
                steady, patience = True, FORGOTTEN_AFTER
            except StoreError:
                steady = False  # the database has said so already; and who could not be reached may look dead to us
            except Exception as exc:  # noqa: BLE001  # this task must not end while the process lives
                log.error("looking after unfinished work failed: %s", type(exc).__name__)
            await asyncio.sleep(EVERY)

    async def _live(self, steady: bool) -> None:
        if not await self._store.beat():
            log.warning("this worker was silent too long, others have its work; it goes on under a new number")
            await self._store.join(self._name)
        if steady:
            await self._store.bury()

    async def _look(self, patience: float) -> None:
        for place in await self._store.waiting(patience):
            if place not in self._at_work:
                self._wake(place)
