"""Nobody waits in ordinary talk, a busy channel is answered at the pace that its platform takes, and a refusal holds for all in it."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from adapters.discord.connection import DiscordPlatform
from adapters.slack.connection import SlackPlatform
from bot.errors import RateLimited
from bot.messages import Place
from bot.pacing import CAREFUL, ON_THE_WAY, PATIENCE, Pacer
from bot.platforms import Call, Capabilities, Limit, Pace
from bot.store.database import Database
from bot.tables import outbox
from tests.core.desk import desk
from tests.fake_platform import FakePlatform

HERE, THERE, ELSEWHERE = Place("fake", "w1", "c1"), Place("fake", "w1", "c2"), Place("fake", "w2", "c1")
IN_TURN = Limit(("post",), "channel", Pace(3, 1.0, in_turn=True))
WINDOW = Limit(("post", "edit"), "channel", Pace(5, 5.0))
EACH = 1.0 + ON_THE_WAY


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def pacer(*limits: Limit) -> tuple[Pacer, Clock]:
    clock = Clock()
    return Pacer({"fake": limits}, clock, clock.sleep), clock


async def times(paced: Pacer, clock: Clock, count: int, place: Place = HERE, call: Call = "post") -> list[float]:
    """When so many turns came, one asked for after the other."""
    came = []
    for _ in range(count):
        await paced.turn(place, call)
        came.append(clock.now)
    return came


async def test_three_quick_answers_go_at_once_and_then_one_each_second() -> None:
    paced, clock = pacer(IN_TURN)
    assert await times(paced, clock, 6) == [0, 0, 0, EACH, 2 * EACH, 3 * EACH]


async def test_where_so_many_in_some_seconds_are_allowed_the_next_comes_when_they_are_over() -> None:
    paced, clock = pacer(WINDOW)
    assert await times(paced, clock, 7) == [0] * 5 + [5 + ON_THE_WAY] * 2


async def test_another_channel_does_not_wait_for_a_busy_one() -> None:
    paced, clock = pacer(IN_TURN)
    busy = await times(paced, clock, 5)
    assert await times(paced, clock, 3, THERE) == [busy[-1]] * 3


async def test_a_limit_of_the_workspace_counts_its_channels_together_and_no_other_workspace() -> None:
    paced, clock = pacer(Limit(("post",), "workspace", Pace(2, 60.0)))
    await times(paced, clock, 1, HERE)
    await times(paced, clock, 1, THERE)
    assert await times(paced, clock, 1, ELSEWHERE) == [0]
    assert await times(paced, clock, 1, THERE) == [60 + ON_THE_WAY]


async def test_all_channels_together_keep_the_platforms_limit() -> None:
    paced, clock = pacer(IN_TURN, Limit(("post", "status"), "platform", Pace(10, 1.0)))
    came = [(await times(paced, clock, 1, Place("fake", "w1", f"c{channel}")))[0] for channel in range(25)]
    assert came == [0] * 10 + [EACH] * 10 + [2 * EACH] * 5


async def test_who_waits_in_a_channel_gets_his_turn_before_who_came_later() -> None:
    paced = Pacer({"fake": [Limit(("post",), "channel", Pace(1, 0.001))]})
    order: list[int] = []

    async def post(number: int) -> None:
        await paced.turn(HERE, "post")
        order.append(number)

    await asyncio.gather(*(post(number) for number in range(4)))
    assert order == [0, 1, 2, 3]


async def test_a_sign_of_life_is_left_out_when_it_cannot_go_at_once() -> None:
    paced, clock = pacer(Limit(("status",), "channel", Pace(3, 1.0, in_turn=True)))
    assert [paced.try_turn(HERE, "status") for _ in range(4)] == [True, True, True, False]
    assert clock.now == 0
    clock.now = EACH
    assert paced.try_turn(HERE, "status")


async def test_an_answer_finds_room_where_signs_and_live_text_have_taken_theirs() -> None:
    paced, clock = pacer(Limit(("post", "status"), "platform", Pace(10, 1.0)))
    assert [paced.try_turn(HERE, "status") for _ in range(10)] == [True] * 8 + [False] * 2
    assert await times(paced, clock, 3) == [0, 0, EACH]


async def test_nothing_that_may_be_left_out_goes_before_an_answer_that_waits() -> None:
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    paced = Pacer({"fake": [Limit(("post", "edit"), "channel", Pace(1, 5.0))]}, sleep=sleep)
    await paced.turn(HERE, "post")
    answer = asyncio.create_task(paced.turn(HERE, "post"))
    await waiting.wait()
    assert not paced.try_turn(HERE, "edit")
    answer.cancel()


async def test_who_gives_up_waiting_takes_nobodys_turn() -> None:
    paced = Pacer({"fake": [Limit(("post",), "channel", Pace(1, 5.0))]})
    await paced.turn(HERE, "post")
    waiting = asyncio.create_task(paced.turn(HERE, "post"))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    paced._now = lambda: 10.0**9
    assert paced.try_turn(HERE, "post")


async def test_a_platform_that_wants_to_be_left_alone_for_long_holds_nobody_up() -> None:
    paced, clock = pacer(IN_TURN)
    paced.put_off(HERE, "post", PATIENCE + 30)
    with pytest.raises(RateLimited) as refused:
        await paced.turn(HERE, "post")
    assert refused.value.retry_after == PATIENCE + 30
    assert clock.now == 0
    clock.now = 31
    assert await times(paced, clock, 1) == [PATIENCE + 30]


async def test_after_a_refusal_no_answer_begins_to_grow_whose_end_would_have_to_wait() -> None:
    paced, clock = pacer(Limit(("live-stop",), "workspace", Pace(20, 60.0)))
    paced.put_off(HERE, "live-stop", 1)
    clock.now = CAREFUL
    assert not paced.hold(HERE, "live-stop")
    clock.now = CAREFUL + 1
    assert paced.hold(HERE, "live-stop")


async def test_after_a_refusal_nobody_waits_for_what_was_said_long_before() -> None:
    paced, clock = pacer(Limit(("post",), "workspace", Pace(20, 60.0)))
    await times(paced, clock, 10)
    paced.put_off(HERE, "post", 1)
    assert await times(paced, clock, 3) == [1 + each * (3 + ON_THE_WAY) for each in (0, 1, 2)]


async def test_after_a_refusal_nobody_posts_in_that_channel_until_it_is_over() -> None:
    paced, clock = pacer(IN_TURN)
    paced.put_off(HERE, "post", 30)
    assert await times(paced, clock, 1, THERE) == [0]
    assert not paced.try_turn(HERE, "post")
    assert await times(paced, clock, 1) == [30]


@pytest.mark.parametrize(("limit", "gap"), [(IN_TURN, 1.0), (WINDOW, 1.0)])
async def test_after_a_refusal_no_two_go_at_once_for_a_while(limit: Limit, gap: float) -> None:
    paced, clock = pacer(limit)
    paced.put_off(HERE, "post", 10)
    assert await times(paced, clock, 3) == pytest.approx([10, 10 + gap + ON_THE_WAY, 10 + 2 * (gap + ON_THE_WAY)])
    clock.now = 10 + CAREFUL + 5
    assert len(set(await times(paced, clock, 3))) == 1


async def test_where_no_limit_is_known_only_a_refusal_is_waited_for() -> None:
    paced, clock = pacer()
    assert await times(paced, clock, 100) == [0] * 100
    paced.put_off(HERE, "post", 7)
    assert paced.try_turn(HERE, "status")
    assert await times(paced, clock, 2) == [7, 7]


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60))
def test_no_five_seconds_see_more_calls_than_five(gaps: list[float]) -> None:
    async def post() -> list[float]:
        paced, clock = pacer(WINDOW)
        came = []
        for gap in gaps:
            clock.now += gap
            came += await times(paced, clock, 1)
        return came

    came = asyncio.run(post())
    assert all(came[at + 5] - came[at] >= 5 for at in range(len(came) - 5))


@pytest.mark.parametrize("platform", [SlackPlatform, DiscordPlatform])
async def test_two_or_three_quick_messages_in_a_channel_wait_on_no_platform(platform: type[SlackPlatform | DiscordPlatform]) -> None:
    clock = Clock()
    paced = Pacer({platform.name: platform.capabilities.limits}, clock, clock.sleep)
    here = Place(platform.name, "w1", "c1")
    for _ in range(3):
        assert paced.try_turn(here, "status")
        await paced.turn(here, "post")
    assert clock.now == 0


async def test_who_is_refused_once_is_answered_and_those_behind_him_are_not_refused(database: Database) -> None:
    platform = FakePlatform(failures=[RateLimited("slow down", 0.2)], capabilities=Capabilities(status=False))
    async with desk(database, platform) as here:
        for thread in ("t1", "t2", "t3"):
            await platform.say("Hello?", thread=thread)
        assert len(await here.platform.sees(3)) == 3


async def test_who_may_not_post_for_long_asks_nothing_else_of_the_platform_either() -> None:
    paced, _ = pacer(IN_TURN)
    paced.ask(HERE, "post")
    paced.put_off(HERE, "post", PATIENCE + 30)
    paced.ask(THERE, "post")
    with pytest.raises(RateLimited):
        paced.ask(HERE, "post")


async def test_who_is_refused_for_long_holds_no_lane_and_his_answer_waits_in_the_outbox(database: Database) -> None:
    platform = FakePlatform(failures=[RateLimited("come back later", 2 * PATIENCE)], capabilities=Capabilities(status=False))
    async with desk(database, platform) as here:
        await platform.say("Hello?")
        await here.echo.begun.wait()
        await here.settled()
        assert not platform.posts
        async with database.reading() as connection:
            assert list((await connection.execute(select(outbox.c.state))).scalars()) == ["sending"]


async def test_a_sign_that_is_refused_is_left_out_for_as_long_as_the_platform_says(database: Database) -> None:
    class Strict(FakePlatform):
        async def show_status(self, place: Place, reply_to: str, on: bool, language: str = "en") -> None:
            await super().show_status(place, reply_to, on)
            raise RateLimited("slow down", 30)

    async with desk(database, Strict()) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.sees(1)
        await here.platform.say("And the bill?", thread="t2")
        assert len(await here.platform.sees(2)) == 2
        assert len(here.platform.statuses) == 1


async def test_what_is_kept_for_an_end_is_there_when_the_end_comes() -> None:
    begin, end = Limit(("live-start",), "workspace", Pace(20, 60.0)), Limit(("live-stop",), "workspace", Pace(20, 60.0))
    turns, clock = pacer(begin, end)
    ends: list[float] = []
    for minute in range(5):
        opened = 0
        while turns.hold(HERE, "live-stop"):
            if not turns.try_turn(HERE, "live-start"):
                turns.release(HERE, "live-stop")
                break
            opened += 1
        assert opened <= 16
        clock.now += 50.0 if minute % 2 else 5.0
        for _ in range(opened):
            before = clock.now
            await turns.turn(HERE, "live-stop", held=True)
            assert clock.now == before
            ends.append(clock.now)
    assert ends
    assert all(sum(at <= other < at + 60.0 for other in ends) <= 20 for at in ends)


async def test_an_end_that_was_not_foreseen_waits_for_its_turn_beside_those_that_were() -> None:
    turns, clock = pacer(Limit(("live-stop",), "workspace", Pace(5, 60.0)))
    assert [turns.hold(HERE, "live-stop") for _ in range(5)] == [True, True, True, True, False]
    await turns.turn(HERE, "live-stop")
    assert clock.now == 0.0
    await turns.turn(HERE, "live-stop")
    assert clock.now >= 60.0
