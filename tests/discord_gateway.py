"""What Discord allows of new sessions at its gateway (from its documentation): how many, how fast, into how many shards."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Starts:
    """`shards` are recommended, `least` are demanded. `pace`: seconds between two new sessions of the same queue, five in life.

    `begun` are those that were let in, `early` those that did not wait for their turn.
    """

    shards: int = 1
    least: int = 1
    max_concurrency: int = 1
    pace: float = 0.0
    total: int = 1000
    remaining: int = 1000
    reset_after: float = 14_400.0
    begun: list[tuple[int, int]] = field(default_factory=list)
    early: int = 0
    _last: dict[int, float] = field(default_factory=dict)

    def answer(self, url: str) -> dict[str, Any]:
        """GET /gateway/bot."""
        limit = {"total": self.total, "remaining": self.remaining, "reset_after": int(self.reset_after * 1000)}
        return {"url": url, "shards": self.shards, "session_start_limit": {**limit, "max_concurrency": self.max_concurrency}}

    def refusal(self, shard: tuple[int, int]) -> int:
        """The code with which an IDENTIFY is turned away, 9 for "Invalid Session"; 0 when it is let in."""
        number, count = shard
        if number >= count:
            return 4010
        if count < self.least:
            return 4011
        queue, now = number % self.max_concurrency, time.monotonic()
        if now - self._last.get(queue, -1e9) < self.pace:
            self.early += 1
            return 9
        assert self.remaining > 0, "Discord takes the token away"
        self.remaining -= 1
        self._last[queue] = now
        self.begun.append(shard)
        return 0


def holds(shard: tuple[int, int], guild: str | None) -> bool:
    """Whether a server's events go to this shard; those of no server go to the first."""
    return (int(guild or 0) >> 22) % shard[1] == shard[0]
