"""A server that keeps failing is left alone for a while, so that nobody waits for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.errors import ModelError
from bot.model.faults import Declined, Spared, TooLong

FAILURES = 3
REST_SECONDS = 30.0


class Breaker:
    """Opens after FAILURES in a row: then nobody is asked for REST_SECONDS, and after that one question at a time, to see."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failures = 0
        self._rests_until = 0.0
        self._trying = False

    @property
    def open(self) -> bool:
        """Whether the model is left alone, or being tried again by one question."""
        return self._failures >= FAILURES

    def lets_through(self) -> bool:
        """Whether this question may be asked; each True is followed by `watching`."""
        if not self.open:
            return True
        if self._trying or self._now() < self._rests_until:
            return False
        self._trying = True
        return True

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Around the asking: what comes of it says how the server is."""
        try:
            yield
        except (Declined, Spared, TooLong):
            # Only this question was the trouble, or the budget.
            self._trying = False
            raise
        except ModelError:
            self._failures, self._trying = self._failures + 1, False
            self._rests_until = self._now() + REST_SECONDS
            raise
        except BaseException:
            # Nobody waited for the answer.
            self._trying = False
            raise
        self._failures, self._trying = 0, False
