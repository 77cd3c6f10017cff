"""Into which shard a server falls, how sparing we are with new sessions, and what the owner reads of it."""

import pytest

from adapters.discord.connection.gateway import Gateway, Shard, read
from adapters.discord.connection.session import LESS_HEARD
from adapters.discord.connection.shards import STANDING_BY, summary
from bot.platforms import State
from tests.discord_world import GUILD, OTHER_GUILD

UP, DOWN = State(True, "connected as Desk"), State(False, "connection to Discord lost, resuming")
ONE_DOWN = f"connected as Desk, 1 of 2 shards; shard 1: {DOWN.why}"


def test_direct_messages_and_each_server_have_their_shard() -> None:
    first, second = Shard(0, 2), Shard(1, 2)
    assert [shard.holds("@dm") for shard in (first, second)] == [True, False]
    assert [shard.holds(GUILD) for shard in (first, second)] == [True, False]
    assert [shard.holds(OTHER_GUILD) for shard in (first, second)] == [False, True]
    assert all(Shard().holds(each) for each in ("@dm", GUILD, OTHER_GUILD))


@pytest.mark.parametrize(
    ("remaining", "side_by_side", "seconds"),
    [(1000, 1, 0), (101, 1, 0), (99, 1, 432), (99, 16, 16 * 432), (0, 1, 43200), (0, 16, 43200)],
)
def test_the_fewer_new_sessions_are_left_the_longer_the_next_one_waits(remaining: int, side_by_side: int, seconds: float) -> None:
    assert Gateway(1, side_by_side, 1000, remaining, 43200).wait() == seconds


def test_a_day_of_trying_at_that_pace_never_needs_more_than_is_left() -> None:
    left, now, day = 100, 0.0, 86400.0
    while now < day:
        now += max(5.0, Gateway(1, 1, 1000, left, day - now).wait())
        left -= now < day
    assert left >= 0


def test_an_answer_with_gaps_means_one_shard() -> None:
    assert read({}) == Gateway()
    assert read({"shards": 0, "session_start_limit": {"max_concurrency": 0}}) == Gateway()
    said = {"total": 2000, "remaining": 7, "reset_after": 60_000, "max_concurrency": 16}
    assert read({"shards": 3, "session_start_limit": said}) == Gateway(3, 16, 2000, 7, 60.0)


@pytest.mark.parametrize(
    ("states", "content", "said"),
    [
        ([], True, STANDING_BY),
        ([(Shard(), DOWN, "Desk")], True, DOWN),
        ([(Shard(0, 4), UP, "Desk"), (Shard(2, 4), UP, "Desk")], True, State(True, "connected as Desk, 2 of 4 shards")),
        (
            [(Shard(0, 2), UP, "Desk"), (Shard(1, 2), DOWN, "")],
            True,
            State(False, ONE_DOWN),
        ),
        ([(Shard(1, 2), DOWN, "")], True, State(False, f"0 of 2 shards; shard 1: {DOWN.why}")),
        ([(Shard(1, 2), UP, "Desk")], False, State(True, f"connected as Desk, 1 of 2 shards ({LESS_HEARD})")),
    ],
)
def test_one_line_says_how_much_is_heard_here(states: list[tuple[Shard, State, str]], content: bool, said: State) -> None:
    assert summary(states, content) == said
