"""How fast we may post: learned from a platform's "too many requests", a bucket for each channel and one for a whole platform.

What platforms document is a rule of thumb (Slack takes short bursts), so nobody waits for it until one refuses. From then on
its documented pace is kept in that workspace for `REMEMBERED`: whoever comes waits for his turn, in order. Each process keeps its
own buckets: a conversation is answered by one process at a time, and where several post into one channel, each is told by a refusal.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.messages import Place
from bot.platforms import Pace

MOST_REMEMBERED = 10_000
REMEMBERED = 600.0
"""Seconds after a refusal in which the documented pace is kept."""


@dataclass(slots=True)
class _Bucket:
    """`due`: when the next post would be due if all came at the steady rate. `closed`: until then nobody posts."""

    due: float = 0.0
    closed: float = 0.0


class Pacer:
    """Gives turns. Times are in seconds of a clock that never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        self._now, self._sleep = now, sleep
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._refused: dict[str, float] = {}

    async def turn(self, place: Place, channel: Pace | None, overall: Pace | None) -> None:
        """Wait until one may post here; None: no limit is known, only refusals count."""
        pairs = [(self._bucket(_channel(place)), channel), (self._bucket(place.platform), overall)]
        now = at = self._now()
        if now - self._refused.get(_workspace(place), -REMEMBERED) < REMEMBERED:
            at = max([now, *(_reserve(bucket, pace, now) for bucket, pace in pairs if pace)])
        while (wait := max(at, *(bucket.closed for bucket, _ in pairs)) - self._now()) > 0:
            await self._sleep(wait)

    def put_off(self, place: Place, seconds: float) -> None:
        """The platform refused: nobody posts in this channel before then, and its workspace keeps the documented pace."""
        bucket = self._bucket(_channel(place))
        bucket.closed = max(bucket.closed, self._now() + seconds)
        self._refused[_workspace(place)] = self._now()

    def _bucket(self, key: str) -> _Bucket:
        bucket = self._buckets.pop(key, None) or _Bucket()
        self._buckets[key] = bucket
        if len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket


def _workspace(place: Place) -> str:
    return f"{place.platform}:{place.workspace}"


def _channel(place: Place) -> str:
    return f"{_workspace(place)}:{place.channel}"


def _reserve(bucket: _Bucket, pace: Pace, now: float) -> float:
    """When this post may go: up to `at_once` go without waiting, then one every 1/`per_second`."""
    start = max(now, bucket.due)
    bucket.due = start + 1 / pace.per_second
    return start - (pace.at_once - 1) / pace.per_second
