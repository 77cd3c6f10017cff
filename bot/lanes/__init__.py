"""Lanes: one line of work for each thread, drained one at a time, side by side with the others.

`in_process` is for one process over SQLite, `engine` for any number of processes over PostgreSQL; both pass
tests/contract/lanes_contract.py. A wake-up carries no message: the inbox is the truth, and a drain does all there is to do.
"""

from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.lanes.in_process import InProcessLanes

__all__ = ["Drain", "InProcessLanes", "Interrupt", "Lanes"]

Drain = Callable[[str], Awaitable[None]]
"""Does all there is to do at a place (`Place.key`). StoreError: it is called again after a moment."""
Interrupt = Callable[[str], None]
"""What is being made at a place is out of date."""


class Lanes(Protocol):
    """The ordered line of each thread's work. The place of a lane is a `Place.key`."""

    async def start(self) -> None:
        """Begin to work; what was woken before is not lost. Raises StoreError."""
        ...

    def wake(self, place: str) -> None:
        """See to it that somebody works at this place, and looks once more if he is about to leave. Never waits, never raises."""
        ...

    def interrupt(self, place: str) -> None:
        """Tell whoever works at this place that what he makes is out of date. Never waits, never raises."""
        ...

    async def close(self, seconds: float) -> None:
        """Take nothing new; let what runs end within `seconds`, then stop it. What is not done stays in the inbox."""
        ...
