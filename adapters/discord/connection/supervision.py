"""One try after the other, for ever; the waits grow as long as none gets through."""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine
from typing import Any

import discord

from adapters.discord.faults import LOGIN_CURE, outage, wrong_token
from bot.platforms import State

log = logging.getLogger(__name__)

LONGEST_WAIT = 60.0
"""Seconds between two tries, at most."""
WRONG_TOKEN_WAIT = 300.0
"""Seconds until a token that was refused is tried again: many refusals get the address banned."""

Run = Callable[[], Coroutine[Any, Any, None]]
"""One try and what follows, until it cannot go on. When it returns, the next one follows at once."""


class Supervisor:
    """Stands over `run`. `what` names it in the log; `settled` is set as soon as the first try has got through or has failed."""

    def __init__(self, what: str, token: str, pace: float) -> None:
        self._what = what
        self._token = token
        self._pace = pace
        self._failures = 0
        self._supervising: asyncio.Task[None] | None = None
        self.state = State(False, "no answer from Discord yet")
        self.settled = asyncio.Event()

    def start(self, run: Run) -> None:
        """Begin with the first try."""
        self._supervising = asyncio.create_task(self._supervise(run), name=f"{self._what} supervisor")

    async def stop(self) -> None:
        """Break off. Twice is fine."""
        supervising, self._supervising = self._supervising, None
        if supervising is not None:
            supervising.cancel()
            await asyncio.gather(supervising, return_exceptions=True)
        self.state = State(False, "stopped")

    def got_through(self, why: str) -> None:
        """The try stands."""
        self._failures = 0
        self.state = State(True, why)
        self.settled.set()

    def waits(self, why: str) -> None:
        """It does not stand yet, or no more, and goes on by itself."""
        self.state = State(False, why)

    async def _supervise(self, run: Run) -> None:
        while True:
            running = asyncio.create_task(run(), name=self._what)
            try:
                [fault] = await asyncio.gather(running, return_exceptions=True)
            finally:
                await ended(running)
            if fault is not None:
                wait = self._after(fault) * self._pace
                self.settled.set()
                await asyncio.sleep(wait)

    def _after(self, fault: BaseException) -> float:
        """What the end of a try means; the seconds until the next one."""
        if isinstance(fault, discord.LoginFailure):
            self.waits(f"{wrong_token(self._token) or 'Discord does not know this token'}. {LOGIN_CURE}")
            log.error("%s: %s", self._what, self.state.why)
            return WRONG_TOKEN_WAIT
        self._failures += 1
        wait = min(LONGEST_WAIT, 2.0 ** min(self._failures - 1, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)
        why = outage(fault)
        self.waits(f"no connection to Discord ({why}), trying again")
        log.warning("%s: no connection (%s), next try in %.1f s", self._what, why, wait)
        return wait


async def ended(task: "asyncio.Task[None]") -> None:
    """Break it off; returns when its last line has run."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
