"""How fast we may call a platform: what it documents (Capabilities.limits), and what its "too many requests" teaches.

The documented pace is kept from the first call on, bursts included, so ordinary talk never waits and a busy channel waits in order.
A platform that refuses all the same is left alone for as long as it says, and gets no bursts for a while after. What may be left out
(a sign of life, live text) never waits: it goes at once or not at all, after whoever waits, and a fifth of each limit is left to what must
go. Each process keeps its own buckets: a conversation is answered by one process at a time, and where several post into one channel,
each is told by a refusal.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import RateLimited
from bot.messages import Place
from bot.platforms import Call, Limit, Pace

MOST_REMEMBERED = 10_000
LONGEST_REFUSAL = 3600.0
"""Seconds that a platform is left alone at most, whatever it says."""
PATIENCE = 60.0
"""Seconds that a call waits where the platform refused; when it is longer, whoever wants to call is told, and does something else."""
CAREFUL = 15.0
"""Seconds after a refusal in which calls come one after the other."""
ON_THE_WAY = 0.25
"""Seconds that one call may take longer to the platform than the next: so much closer together they arrive."""
SPARED = 5
"""One part in so many of each limit is left to what must go."""


@dataclass(slots=True)
class _Bucket:
    """`back`: when the calls that were taken may be made anew, ascending; `last`: when the last one was taken. Until `closed` nobody
    calls, until `careful` no two at once."""

    back: list[float] = field(default_factory=list)
    last: float = -math.inf
    closed: float = 0.0
    careful: float = 0.0
    held: int = 0
    """Calls that are kept for later."""
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Who must wait waits here, first come first served."""

    def free_at(self, pace: Pace | None, now: float, spared: int = 0, *, held: bool = False) -> float:
        """When a call can be taken at the earliest, if so many are to be left. For one that was `held` others have made room."""
        while self.back and self.back[0] <= now:
            del self.back[0]
        if pace is None:
            return max(self.closed, now)
        most = max(1, pace.at_once - spared - self.held)
        window = self.back[-most] if len(self.back) >= most else now
        return max(self.closed, window, self.last + _apart(pace) if now < self.careful and not held else now)

    def take(self, pace: Pace | None, now: float) -> None:
        """One call is made now."""
        if pace is not None:
            begin = max(now, self.back[-1]) if self.back and pace.in_turn else now
            self.back.append(begin + pace.seconds + ON_THE_WAY)
            self.last = now


_Gate = tuple[_Bucket, Pace | None]


class Pacer:
    """Gives turns. `limits` of each platform, by its name; times are in seconds of a clock that never goes back."""

    def __init__(
        self,
        limits: Mapping[str, Sequence[Limit]],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._limits, self._now, self._sleep = limits, now, sleep
        self._buckets: OrderedDict[tuple[str, Limit | Call], _Bucket] = OrderedDict()

    async def turn(self, place: Place, call: Call, *, held: bool = False) -> None:
        """Wait until the call may be made, which must then follow at once. For what must go. `held`: one was kept for it.

        Raises RateLimited where the platform wants to be left alone for long.
        """
        if held:
            self.release(place, call)
        gates = self._gates(place, call)
        async with gates[0][0].line:
            while (wait := max(bucket.free_at(pace, self._now(), held=held) for bucket, pace in gates) - self._now()) > 0:
                self._refuse(place, gates)
                await self._sleep(wait)
            _pass(gates, self._now())

    def ask(self, place: Place, call: Call) -> None:
        """Raises RateLimited where `turn` would: for who has other calls to make before."""
        self._refuse(place, self._gates(place, call))

    def _refuse(self, place: Place, gates: Sequence[_Gate]) -> None:
        if (closed := max(bucket.closed for bucket, _ in gates) - self._now()) > PATIENCE:
            raise RateLimited(f"{place.platform} is left alone for {closed:.0f} s", closed)

    def try_turn(self, place: Place, call: Call) -> bool:
        """Whether the call may be made now, at once; False: leave it out. For what nobody waits for."""
        gates, now = self._gates(place, call), self._now()
        for bucket, pace in gates:
            if bucket.line.locked() or bucket.free_at(pace, now, pace.at_once // SPARED if pace else 0) > now:
                return False
        _pass(gates, now)
        return True

    def hold(self, place: Place, call: Call) -> bool:
        """Keep one call for later; False when there is no room, or since a refusal none may come beside another. So many are kept and
        made in any time as may be made: none will wait."""
        gates, now = self._gates(place, call), self._now()
        for bucket, pace in gates:
            if pace is not None and pace.at_once - pace.at_once // SPARED - bucket.held <= 0:
                return False
            if now < bucket.careful or bucket.line.locked() or bucket.free_at(pace, now, pace.at_once // SPARED if pace else 0) > now:
                return False
        for bucket, _ in gates:
            bucket.held += 1
        return True

    def release(self, place: Place, call: Call) -> None:
        """What was kept is not needed."""
        for bucket, _ in self._gates(place, call):
            bucket.held = max(0, bucket.held - 1)

    def put_off(self, place: Place, call: Call, seconds: float) -> None:
        """The platform refused: nobody makes this call there before then, and nobody two at once for a while after."""
        [(bucket, _), *_] = self._gates(place, call)
        bucket.closed = max(bucket.closed, self._now() + min(seconds, LONGEST_REFUSAL))
        bucket.careful = bucket.closed + CAREFUL
        bucket.last = -math.inf  # at the time that it has named, one call is welcome

    def _gates(self, place: Place, call: Call) -> list[_Gate]:
        """All limits that count this call, the narrowest first; where none is known, a bucket that only a refusal closes."""
        limits = [limit for limit in self._limits.get(place.platform, ()) if call in limit.calls]
        if not limits:
            return [(self._bucket((_area(place, "channel"), call)), None)]
        return [(self._bucket((_area(place, limit.each), limit)), limit.pace) for limit in limits]

    def _bucket(self, key: tuple[str, Limit | Call]) -> _Bucket:
        bucket = self._buckets.pop(key, None) or _Bucket()
        self._buckets[key] = bucket
        if len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return bucket


def _pass(gates: Sequence[_Gate], now: float) -> None:
    for bucket, pace in gates:
        bucket.take(pace, now)


def _apart(pace: Pace) -> float:
    """Seconds between two calls where they come evenly."""
    return (pace.seconds if pace.in_turn else pace.seconds / pace.at_once) + ON_THE_WAY


def _area(place: Place, each: str) -> str:
    parts = (place.platform, place.workspace, place.channel)
    return ":".join(parts[: {"platform": 1, "workspace": 2, "channel": 3}[each]])
