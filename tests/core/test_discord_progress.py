"""How far a Discord channel has been heard: whatever the order of things, never past a message that may still be lost."""

from contextlib import ExitStack

from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.connection.progress import Heard, Progress
from bot.platforms import Cursor
from tests.fakes import KeptCursors

STEPS = st.lists(st.tuples(st.sampled_from(["said", "written", "failed", "reading", "read"]), st.integers(0, 9)), max_size=60)


class Channel:
    """A channel of which we know everything."""

    def __init__(self) -> None:
        self.progress = Progress(KeptCursors())
        self.said = 0
        self.underway: dict[int, tuple[ExitStack, Heard]] = {}
        self.lost: set[int] = set()
        self.unread: int | None = None

    def step(self, what: str, which: int) -> None:
        """One thing happens; who ends is chosen by `which`."""
        if what == "said":
            self.said += 1
            stack = ExitStack()
            self.underway[self.said] = stack, stack.enter_context(self.progress.hearing("g", 1, self.said))
        elif what in ("written", "failed") and self.underway:
            message = sorted(self.underway)[which % len(self.underway)]
            stack, heard = self.underway.pop(message)
            heard.done = what == "written"
            stack.close()
            if not heard.done:
                self.lost.add(message)
        elif what == "reading":
            self.unread = self.progress.unread("g", 1) + 1
        elif what == "read" and self.unread is not None:
            self.lost = {message for message in self.lost if message < self.unread}
            self.progress.read("g", 1, self.said)
            self.unread = None


@given(STEPS)
def test_the_position_never_passes_what_is_not_written_down(steps: list[tuple[str, int]]) -> None:
    channel, before = Channel(), 0
    for what, which in steps:
        lost_while_reading = channel.unread is not None and what == "failed"
        channel.step(what, which)
        if lost_while_reading:
            continue
        position = channel.progress.position("g", 1)
        assert position >= before
        before = position
        open_ = [*channel.underway, *channel.lost, *([channel.unread] if channel.unread is not None else [])]
        assert position < min(open_, default=1 << 63)


@given(STEPS)
def test_in_the_end_everything_has_been_heard(steps: list[tuple[str, int]]) -> None:
    channel = Channel()
    for what, which in [*steps, ("said", 0), ("written", 0), *[("written", 0)] * 60, ("reading", 0), ("read", 0)]:
        channel.step(what, which)
    assert channel.progress.position("g", 1) == channel.said


async def test_a_new_run_goes_on_where_the_last_one_stopped() -> None:
    cursors = KeptCursors()
    first = Progress(cursors)
    first.begin("g", 10)
    with first.hearing("g", 1, 12) as heard:
        heard.done = True
    await first.write()
    assert set(cursors.kept.values()) == {Cursor("g", "", "10"), Cursor("g", "1", "12")}
    second = Progress(cursors)
    await second.load()
    assert second.knows("g")
    assert (second.position("g", 1), second.position("g", 2), second.position("h", 3)) == (12, 10, 0)
    assert await second.write()
    assert cursors.writes == 1
