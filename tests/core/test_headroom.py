"""A desk that is busy leaves out what nobody waits for, and takes it up again when there is time."""

from bot.headroom import BUSY, OVER, Headroom


class Thread:
    """A clock, and the work that was done by it."""

    def __init__(self) -> None:
        self.now = self.used = 0.0

    def passes(self, seconds: float, share: float) -> None:
        self.now += seconds
        self.used += seconds * share


def test_who_is_busy_leaves_out_what_nobody_waits_for_until_there_is_time_again() -> None:
    thread = Thread()
    headroom = Headroom(lambda: thread.now, lambda: thread.used)
    seen = []
    for share in (0.1, BUSY + 0.1, 0.99, BUSY - 0.1):
        thread.passes(OVER, share)
        seen.append(headroom.left())
    assert seen == [True, False, False, True]


def test_one_short_piece_of_work_makes_nobody_busy() -> None:
    thread = Thread()
    headroom = Headroom(lambda: thread.now, lambda: thread.used)
    thread.passes(OVER / 10, 1.0)
    assert headroom.left()
    thread.passes(OVER, 0.1)
    assert headroom.left()
