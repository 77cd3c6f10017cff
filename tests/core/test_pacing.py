"""A busy channel is answered at the pace that its platform takes, in order, and a refusal holds for everybody there."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.errors import RateLimited
from bot.messages import Place
from bot.pacing import REMEMBERED, Pacer
from bot.platforms import Capabilities, Pace
from bot.store.database import Database
from tests.core.desk import desk
from tests.fake_platform import FakePlatform

HERE, THERE = Place("fake", "w1", "c1"), Place("fake", "w1", "c2")
ONE = Pace(per_second=1, at_once=2)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def pacer() -> tuple[Pacer, Clock]:
    """One that was refused a moment ago."""
    clock = Clock()
    paced = Pacer(clock, clock.sleep)
    paced.put_off(HERE, 0)
    return paced, clock


async def test_a_few_go_at_once_and_then_one_each_second() -> None:
    paced, clock = pacer()
    times = []
    for _ in range(4):
        await paced.turn(HERE, ONE, None)
        times.append(clock.now)
    assert times == [0, 0, 1, 2]


async def test_another_channel_does_not_wait_for_a_busy_one() -> None:
    paced, clock = pacer()
    for _ in range(3):
        await paced.turn(HERE, ONE, None)
    before = clock.now
    await paced.turn(THERE, ONE, None)
    assert clock.now == before


async def test_all_channels_together_keep_the_platforms_limit() -> None:
    paced, clock = pacer()
    for channel in range(20):
        await paced.turn(Place("fake", "w1", f"c{channel}"), ONE, Pace(per_second=10, at_once=1))
    assert 1.85 < clock.now < 2


async def test_after_a_refusal_nobody_posts_in_that_channel_until_it_is_over() -> None:
    paced, clock = pacer()
    paced.put_off(HERE, 30)
    await paced.turn(THERE, None, None)
    assert clock.now == 0
    await paced.turn(HERE, None, None)
    assert clock.now == 30


async def test_nobody_waits_for_a_limit_that_the_platform_does_not_enforce() -> None:
    paced, clock = pacer()
    clock.now = REMEMBERED
    for _ in range(100):
        await paced.turn(HERE, ONE, ONE)
    assert clock.now == REMEMBERED


async def test_a_refusal_in_one_workspace_slows_no_other() -> None:
    paced, clock = pacer()
    for _ in range(100):
        await paced.turn(Place("fake", "w2", "c1"), ONE, None)
    assert clock.now == 0


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_no_second_sees_more_posts_than_the_pace_allows(gaps: list[float]) -> None:
    async def post() -> list[float]:
        paced, clock = pacer()
        times = []
        for gap in gaps:
            clock.now += gap
            await paced.turn(HERE, ONE, None)
            times.append(clock.now)
        return times

    times = asyncio.run(post())
    assert all(times[at + 2] - times[at] >= 1 - 1e-6 for at in range(len(times) - 2))


async def test_who_is_refused_once_is_answered_and_those_behind_him_are_not_refused(database: Database) -> None:
    platform = FakePlatform(failures=[RateLimited("slow down", 0.2)], capabilities=Capabilities(status=False))
    async with desk(database, platform) as here:
        for thread in ("t1", "t2", "t3"):
            await platform.say("Hello?", thread=thread)
        assert len(await here.platform.sees(3)) == 3
