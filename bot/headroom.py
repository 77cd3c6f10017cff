"""Whether this process has time to spare. Where it has not, what nobody waits for gives way: an answer is seen when it is complete."""

import time
from collections.abc import Callable

BUSY = 0.6
"""The share of a core that the event loop's thread may take before it counts as busy: the rest is for peaks, and for the database."""
OVER = 0.5
"""Seconds over which the share is taken."""


class Headroom:
    """Asked from the event loop's own thread. `now` and `used`: seconds of a clock, and of work that this thread has done."""

    def __init__(self, now: Callable[[], float] = time.monotonic, used: Callable[[], float] = time.thread_time) -> None:
        self._now, self._used = now, used
        self._looked, self._had_used = now(), used()
        self._busy = False

    def left(self) -> bool:
        """Whether there is time for what may be left out."""
        passed = self._now() - self._looked
        if passed >= OVER:
            used = self._used()
            self._busy = (used - self._had_used) / passed > BUSY
            self._looked, self._had_used = self._looked + passed, used
        return not self._busy
