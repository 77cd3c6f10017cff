"""How far each channel has been heard: what may be read again after an outage, and what need not be.

A channel's position is the id of its last message before which nothing is open: everything up to it is written down, or was
none of our business. It may stand behind, never ahead; reading a message twice does no harm, since the inbox knows it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from adapters.discord.connection.gateway import Shard
from bot.errors import StoreError
from bot.platforms import Cursor, Cursors

FIRST_WRITE = 1.0
"""Seconds after a start: what fell once may soon fall again, and then as little as possible should have to be read twice."""
WRITE_EVERY = 10.0
"""Seconds between two writings: talk that is not for us must cost no transaction of its own. So much may be read again after a crash."""


@dataclass(slots=True)
class Heard:
    """One message on its way; whoever has handed it over says so."""

    done: bool = False


@dataclass(slots=True)
class _Channel:
    """`underway`: messages on their way; `owed`: what could not be written down; `unread`: what follows `position` is to be read."""

    position: int
    newest: int
    underway: set[int] = field(default_factory=set)
    owed: set[int] = field(default_factory=set)
    unread: bool = False

    def settled(self) -> int:
        """The last message before which nothing is open."""
        if self.unread:
            return self.position
        return max(self.position, min([self.newest, *(message - 1 for message in self.underway | self.owed)]))


class Progress:
    """The positions of all channels of a shard, in memory, and from time to time in the cursors."""

    def __init__(self, cursors: Cursors, shard: Shard = Shard()) -> None:  # noqa: B008 (a value)
        self.cursors = cursors
        self.shard = shard
        self._channels: dict[str, dict[int, _Channel]] = defaultdict(dict)
        self._begins: dict[str, int] = {}
        self._moved: dict[tuple[str, str], int] = {}
        self._kept: set[int] = set()
        self._left: set[str] = set()

    async def load(self) -> None:
        """Go on where the last run stopped. Raises StoreError."""
        for cursor in await self.cursors.read():
            if not self.shard.holds(cursor.workspace):
                continue
            if cursor.channel:
                position = int(cursor.position)
                self._channels[cursor.workspace][int(cursor.channel)] = _Channel(position, position)
                self._kept.add(int(cursor.channel))
            else:
                self._begins[cursor.workspace] = int(cursor.position)

    def knows(self, workspace: str) -> bool:
        """Whether we were there before."""
        return workspace in self._begins

    def begin(self, workspace: str, message: int) -> None:
        """We are new there: nothing up to this message is for us."""
        self._begins[workspace] = self._moved[workspace, ""] = message

    def forget(self, workspace: str) -> None:
        """We are not there any more; should we come back, we are new there."""
        self._kept.difference_update(self._channels.pop(workspace, {}))
        self._begins.pop(workspace, None)
        self._moved = {key: position for key, position in self._moved.items() if key[0] != workspace}
        self._left.add(workspace)

    def position(self, workspace: str, channel: int) -> int:
        """Where reading would begin: after the channel's last message that is done, or after our own arrival."""
        known = self._channels[workspace].get(channel)
        return known.position if known else self._begins.get(workspace, 0)

    def has_heard(self, workspace: str, channel: int) -> bool:
        """Whether the channel has a position of its own."""
        return channel in self._channels[workspace]

    def newest_first(self, workspace: str) -> list[tuple[int, int]]:
        """The channels of a workspace with a position, and these; the one that moved last first."""
        return sorted(((channel, known.position) for channel, known in self._channels[workspace].items()), key=lambda each: -each[1])

    def owing(self) -> list[tuple[str, int]]:
        """The channels (with their workspaces) where something has still to be read again."""
        return [
            (workspace, channel)
            for workspace, channels in self._channels.items()
            for channel, known in channels.items()
            if known.owed or known.unread
        ]

    @contextmanager
    def hearing(self, workspace: str, channel: int, message: int) -> Iterator[Heard]:
        """A message is on its way; what is not `done` in the end is owed."""
        here = self._channel(workspace, channel, message - 1)
        here.underway.add(message)
        heard = Heard()
        try:
            yield heard
        finally:
            here.underway.discard(message)
            if heard.done:
                here.owed.discard(message)
                here.newest = max(here.newest, message)
            elif message > here.position:
                here.owed.add(message)
            self._move(workspace, channel, here)

    async def keep(self, workspace: str, channel: int) -> None:
        """See to it that the next start knows this channel, whatever happens to us; costs a transaction the first time only."""
        if channel not in self._kept:
            self._moved.setdefault((workspace, str(channel)), self._channel(workspace, channel, 0).position)
            await self.write()

    def unread(self, workspace: str, channel: int) -> int:
        """What follows the channel's position (returned) is going to be read; it does not move before that is done."""
        here = self._channel(workspace, channel, self.position(workspace, channel))
        here.unread = True
        here.owed.clear()
        return here.position

    def read(self, workspace: str, channel: int, newest: int = 0) -> None:
        """It has been read, up to `newest`."""
        here = self._channels[workspace][channel]
        here.unread = False
        here.newest = max(here.newest, newest)
        self._move(workspace, channel, here)

    async def keep_writing(self, pace: float, written: Callable[[], None]) -> None:
        """Until cancelled, write down what has moved; `written` is called when the database is there."""
        wait = FIRST_WRITE
        while True:
            await asyncio.sleep(wait * pace)
            wait = min(2 * wait, WRITE_EVERY)
            if await self.write():
                written()

    async def write(self) -> bool:
        """One transaction for all that has moved, none where nothing has; False when the database is away."""
        if not self._moved and not self._left:
            return True
        try:
            for workspace in list(self._left):
                await self.cursors.forget(workspace)
                self._left.discard(workspace)
            moved = dict(self._moved)
            await self.cursors.write([Cursor(workspace, channel, str(position)) for (workspace, channel), position in moved.items()])
        except StoreError:
            return False
        self._kept.update(int(channel) for _, channel in moved if channel)
        self._moved = {key: position for key, position in self._moved.items() if moved.get(key) != position}
        return True

    def _channel(self, workspace: str, channel: int, position: int) -> _Channel:
        known = self._channels[workspace].get(channel)
        if known is None:
            position = self._begins.get(workspace, position)
            known = self._channels[workspace][channel] = _Channel(position, position)
        return known

    def _move(self, workspace: str, channel: int, here: _Channel) -> None:
        settled = here.settled()
        if settled > here.position and self._channels[workspace].get(channel) is here:
            here.position = self._moved[workspace, str(channel)] = settled
