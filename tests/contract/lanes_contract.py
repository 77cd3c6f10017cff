"""What lanes must do, in one process or in many: one suite for both.

A module subclasses `LanesContract` (its name begins with Test there) and gives a fixture `crew`, which makes lanes over the same ground.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.errors import StoreError
from bot.lanes import Lanes

A, B = "fake:w1:c1:t1", "fake:w1:c1:t2"


@dataclass
class Drains:
    """What is done at the lanes; `gate` holds every drain back, `faults` break the next ones."""

    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    most_at_one_place: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _now: list[str] = field(default_factory=list)

    async def drain(self, place: str) -> None:
        self.begun.append(place)
        self._now.append(place)
        self.most_at_one_place = max(self.most_at_one_place, self._now.count(place))
        try:
            await self.gate.wait()
            if self.faults:
                raise self.faults.pop(0)
            self.ended.append(place)
        except asyncio.CancelledError:
            self.stopped.append(place)
            raise
        finally:
            self._now.remove(place)

    async def until(self, met: Callable[[], bool], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not met():
                await asyncio.sleep(0.01)


class Crew(Protocol):
    """Makes lanes; all that are made share their work where that is possible."""

    def lanes(self, drains: Drains) -> Lanes:
        """Lanes that work with these drains; not started."""
        ...


class LanesContract:
    """The tests; every subclass runs them all."""

    async def test_a_woken_lane_is_drained(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        drains.gate.set()
        drains.wake(A)
        await drains.until(lambda: drains.ended == [A])
        await close()

    async def test_what_was_woken_before_the_start_is_drained_once_it_has_begun(self, crew: Crew) -> None:
        drains = Drains()
        drains.gate.set()
        lanes = crew.lanes(drains)
        lanes.wake(A)
        await lanes.start()
        await drains.until(lambda: drains.ended == [A])
        await lanes.close(1)

    async def test_one_place_is_drained_by_one_at_a_time_however_often_it_is_woken(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        for _ in range(20):
            drains.wake(A)
            await asyncio.sleep(0.005)
        drains.gate.set()
        await drains.until(lambda: len(drains.ended) >= 2)
        await asyncio.sleep(0.2)
        assert drains.most_at_one_place == 1
        assert len(drains.begun) <= 4
        await close()

    async def test_places_are_drained_side_by_side(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        drains.wake(A)
        drains.wake(B)
        await drains.until(lambda: set(drains.begun) == {A, B})
        drains.gate.set()
        await drains.until(lambda: len(drains.ended) == 2)
        await close()

    async def test_a_lane_that_is_woken_while_it_is_drained_is_drained_once_more(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        drains.wake(A)
        await drains.until(lambda: drains.begun == [A])
        drains.wake(A)
        await asyncio.sleep(0.1)
        drains.gate.set()
        await drains.until(lambda: drains.ended == [A, A])
        await close()

    async def test_a_drain_that_fails_stops_neither_its_own_lane_nor_others(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        drains.faults = [RuntimeError("a bug")]
        drains.gate.set()
        drains.wake(A)
        await drains.until(lambda: not drains.faults)
        drains.wake(A)
        drains.wake(B)
        await drains.until(lambda: sorted(drains.ended) == [A, B])
        await close()

    async def test_a_lane_whose_database_is_away_is_drained_again_by_itself(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        drains.faults = [StoreError("away")]
        drains.gate.set()
        drains.wake(A)
        await drains.until(lambda: drains.ended == [A])
        await close()

    async def test_who_works_at_a_place_hears_that_it_is_out_of_date(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        drains.wake(A)
        await drains.until(lambda: drains.begun == [A])
        drains.interrupt(A)
        await drains.until(lambda: drains.interrupted == [A])
        drains.gate.set()
        await close()

    async def test_closing_lets_what_runs_end(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        drains.wake(A)
        await drains.until(lambda: drains.begun == [A])
        asyncio.get_running_loop().call_later(0.2, drains.gate.set)
        await close(5)
        assert drains.ended == [A]
        assert drains.stopped == []

    async def test_closing_stops_what_runs_too_long_and_nothing_begins_after_it(self, crew: Crew) -> None:
        drains, close = await _started(crew)
        drains.wake(A)
        await drains.until(lambda: drains.begun == [A])
        await close(0.1)
        assert drains.stopped == [A]
        drains.wake(B)
        await asyncio.sleep(0.1)
        assert drains.begun == [A]

    async def test_closing_twice_and_before_the_start_is_fine(self, crew: Crew) -> None:
        await crew.lanes(Drains()).close(0.1)
        _, close = await _started(crew)
        await close()
        await close()


class Started(Drains):
    """Drains, and the lanes that they are done at."""

    wake: Callable[[str], None]
    interrupt: Callable[[str], None]


async def _started(crew: Crew) -> tuple[Started, Callable[..., Awaitable[None]]]:
    drains = Started()
    lanes = crew.lanes(drains)
    drains.wake, drains.interrupt = lanes.wake, lanes.interrupt
    await lanes.start()

    async def close(seconds: float = 5) -> None:
        await lanes.close(seconds)

    return drains, close
