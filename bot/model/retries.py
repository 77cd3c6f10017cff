"""When a model server is asked again, and when no more."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.errors import ModelBusy, ModelError, ModelTruncated, ModelUnreachable
from bot.model.faults import TooLong, TooSlow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Retries:
    """At most `attempts`, with pauses that double from `pause_seconds`; what the server says of waiting counts more."""

    attempts: int
    pause_seconds: float

    async def until_it_works(self, once: Callable[[], Awaitable[T]], until: float, too_late: Callable[[], bool] = lambda: False) -> T:
        """What `once` returns; its last ModelError when no other attempt helps, or fits in before `until` (the loop's time)."""
        attempt = 1
        while True:
            try:
                return await once()
            except ModelError as fault:
                pause = self._pause(fault, attempt)
                if pause is None or too_late() or asyncio.get_running_loop().time() + pause >= until:
                    raise
            attempt += 1
            await asyncio.sleep(pause)

    def _pause(self, fault: ModelError, attempt: int) -> float | None:
        """In seconds; None when asking again is no use."""
        may_pass = isinstance(fault, ModelBusy | ModelUnreachable | ModelTruncated) and not isinstance(fault, TooSlow | TooLong)
        if attempt >= self.attempts or not may_pass:
            return None
        if isinstance(fault, ModelBusy) and fault.retry_after is not None:
            return fault.retry_after
        # Spread, so that lanes that failed together do not come back together.
        return float(self.pause_seconds * 2 ** (attempt - 1) * random.uniform(0.5, 1.0))  # noqa: S311
