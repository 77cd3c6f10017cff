"""What was said while we were away: read from Discord's history, and handed on before anything newer of the same channel.

Discord replays what was missed only while a session lives. A new session begins with a picture of each server, and in it the
last message of each channel; where that is not the last that we heard, and only there, the history is read.
"""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from adapters.discord.connection.progress import Progress
from adapters.discord.faults import translated
from adapters.discord.incoming import DIRECT, read_delete, read_edit
from bot.errors import NotAllowed, PlaceGone, PlatformError
from bot.messages import Place, Signal
from bot.platforms import MISSED_SECONDS

log = logging.getLogger(__name__)

MOST = 1000
"""Messages of one channel that are read at most: its first hundred, then its newest. A busier channel is talk among people."""
PAGE = 100
MOST_DIRECT = 200
"""Direct channels that are asked at most, those used last: Discord does not say which of them hold news, so each costs a call."""
MOST_CLOSED = 20
"""Threads of a server that are asked though they are not open any more, those used last."""
AT_ONCE = 2
"""Channels that are read at the same time; the limit of 50 calls a second is for the answers too."""
TRIES = (2.0, 10.0, 30.0)
"""Seconds before the next try to read a channel that could not be read."""
CALL = 60.0
"""Seconds for a hundred messages; discord.py waits inside for rate limits of up to 30 s."""
MOST_AGAIN = 5
"""How often a channel that owes us something is tried again in one session; then the next session tries."""
MOST_FAILURES = 3
"""Messages in a row that cannot be written down, after which reading on makes no sense: the database is away."""

_SPOKEN_IN = {0, 2, 5, 10, 11, 12, 13}
"""The types of channels and threads that hold messages; a forum holds threads."""

Take = Callable[[discord.Client, discord.Message], Coroutine[Any, Any, bool]]
"""Hand a message on; False when it could not be written down."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A channel where something may have been said. `newest` is its last message as far as we know, 0 where we do not."""

    workspace: str
    channel: int
    kind: discord.ChannelType
    newest: int = 0


class History:
    """Reads what was missed, channel by channel."""

    def __init__(self, progress: Progress, take: Take, pace: float) -> None:
        self._progress = progress
        self._take = take
        self._pace = pace
        self._few = asyncio.Semaphore(AT_ONCE)
        self._reading: dict[int, asyncio.Task[None]] = {}
        self._again: Counter[int] = Counter()
        self._client: discord.Client | None = None
        self._was_away = False

    def session_began(self, client: discord.Client) -> None:
        """READY: the direct channels that we know are asked; of their news Discord tells nothing."""
        self.stop()
        self._client = client
        self._again.clear()
        if not self._progress.shard.holds(DIRECT):
            return
        self._was_away = self._progress.knows(DIRECT)
        if not self._was_away:
            self._progress.begin(DIRECT, discord.utils.time_snowflake(discord.utils.utcnow()))
        for channel, _ in self._progress.newest_first(DIRECT)[:MOST_DIRECT]:
            self._read(client, Missed(DIRECT, channel, discord.ChannelType.private))

    def guild_came(self, client: discord.Client, data: Mapping[str, Any]) -> None:
        """GUILD_CREATE: at the start of a session, and when a server comes back or is new to us."""
        if data.get("unavailable"):
            return  # We joined it, but Discord cannot show it yet.
        workspace = str(data["id"])
        spoken_in = last_messages(data)
        if not self._progress.knows(workspace):
            self._progress.begin(workspace, max([int(workspace), *spoken_in.values()]))
        for missed in news(workspace, data, self._progress):
            if _may_read(client, missed):
                self._read(client, missed)

    def leave(self, workspace: str) -> None:
        """Read no more of a server that we are not in."""
        for channel, _ in self._progress.newest_first(workspace):
            if (reading := self._reading.pop(channel, None)) is not None:
                reading.cancel()

    def direct_message(self, client: discord.Client, channel: int) -> None:
        """Who writes to us for the first time may have tried before, while we were away: such a channel we did not know."""
        if self._was_away and not self._progress.has_heard(DIRECT, channel):
            self._read(client, Missed(DIRECT, channel, discord.ChannelType.private))

    def again(self) -> None:
        """Read the channels once more in which something could not be written down, or which could not be read."""
        client = self._client
        for workspace, channel in self._progress.owing():
            if client is not None and not client.is_closed() and self._again[channel] < MOST_AGAIN and channel not in self._reading:
                self._again[channel] += 1
                known: Any = client.get_channel(channel)
                other = discord.ChannelType.private if workspace == DIRECT else discord.ChannelType.public_thread
                self._read(client, Missed(workspace, channel, known.type if known else other))

    async def caught_up(self, channel: int) -> None:
        """Returns when nothing older of this channel is being read."""
        if (reading := self._reading.get(channel)) is not None:
            await asyncio.wait([reading])

    async def idle(self) -> None:
        """Returns when nothing is being read at all."""
        while self._reading:
            await asyncio.wait(list(self._reading.values()))

    def stop(self) -> None:
        """Read no more; what has not been read stays unread in the cursors."""
        for reading in self._reading.values():
            reading.cancel()
        self._reading.clear()

    def _read(self, client: discord.Client, missed: Missed) -> None:
        """Begin to read; from this moment on newer messages of the channel wait."""
        if missed.channel in self._reading:
            return
        after = max(self._progress.unread(missed.workspace, missed.channel), oldest_allowed())
        reading = asyncio.create_task(self._read_with_patience(client, missed, after), name=f"history {missed.channel}")
        self._reading[missed.channel] = reading
        reading.add_done_callback(lambda done: self._ended(missed.channel, done))

    def _ended(self, channel: int, reading: asyncio.Task[None]) -> None:
        if self._reading.get(channel) is reading:
            del self._reading[channel]
        if not reading.cancelled() and (fault := reading.exception()):
            log.error("discord: reading channel %s failed: %s", channel, type(fault).__name__)

    async def _read_with_patience(self, client: discord.Client, missed: Missed, after: int) -> None:
        for wait in (*TRIES, None):
            try:
                async with self._few:
                    if await self._read_once(client, missed, after):
                        self._progress.read(missed.workspace, missed.channel, missed.newest)
                        return
                why = "what it holds could not be written down"
            except (NotAllowed, PlaceGone):
                self._progress.read(missed.workspace, missed.channel)
                return
            except PlatformError as exc:
                why = str(exc)
            if wait is not None:
                await asyncio.sleep(wait * self._pace)
        log.error("discord: what was said in channel %s while we were away could not be read yet: %s", missed.channel, why)

    async def _read_once(self, client: discord.Client, missed: Missed, after: int) -> bool:
        """Everything, oldest first; False when the database takes nothing."""
        guild = None if missed.workspace == DIRECT else int(missed.workspace)
        channel = client.get_partial_messageable(missed.channel, guild_id=guild, type=missed.kind)
        with translated():
            messages = await _messages(channel, after)
        failures = 0
        for message in messages:
            failures = 0 if await asyncio.shield(self._take(client, message)) else failures + 1
            if failures == MOST_FAILURES:
                return False
        if messages:
            log.info("discord: %d messages of channel %s were said while we were away", len(messages), missed.channel)
        return True


async def _messages(channel: discord.PartialMessageable, after: int) -> list[discord.Message]:
    """The messages after one, oldest first. Of more than MOST the first hundred and the newest are read."""
    async with asyncio.timeout(CALL):
        first = [each async for each in channel.history(limit=PAGE, after=discord.Object(after), oldest_first=True)]
    if len(first) < PAGE:
        return first
    newest: list[discord.Message] = []
    async with asyncio.timeout(CALL * MOST / PAGE):
        async for message in channel.history(limit=MOST - PAGE, oldest_first=False):
            if message.id <= first[-1].id:
                return first + newest[::-1]
            newest.append(message)
    if len(newest) == MOST - PAGE:
        log.warning("discord: channel %s holds more than %d missed messages; those in between are not read", channel.id, MOST)
    return first + newest[::-1]


async def changes(client: discord.Client, place: Place, message_ids: Sequence[str]) -> list[Signal]:
    """What became of messages that we had heard before. Raises the library's errors."""
    guild = None if place.direct else int(place.workspace)
    channel = client.get_partial_messageable(int(place.channel), guild_id=guild)
    ids = sorted(int(message) for message in message_ids)
    page = [each async for each in channel.history(limit=PAGE, after=discord.Object(ids[0] - 1), oldest_first=True)]
    standing, seen = {each.id: each for each in page}, page[-1].id if len(page) == PAGE else ids[-1]
    edits = [read_edit(standing[message], client.user.id if client.user else 0) for message in ids if message in standing]
    gone = [read_delete(channel.id, guild, each, time.time()) for each in ids if each not in standing and each <= seen]
    return [*filter(None, edits), *filter(None, gone)]


def last_messages(data: Mapping[str, Any]) -> dict[int, int]:
    """The last message of each channel and open thread of a GUILD_CREATE."""
    channels = [*data.get("channels", ()), *data.get("threads", ())]
    return {int(each["id"]): int(each.get("last_message_id") or 0) for each in channels if each["type"] in _SPOKEN_IN}


def news(workspace: str, data: Mapping[str, Any], progress: Progress) -> Iterator[Missed]:
    """Pure: the channels and threads of a GUILD_CREATE that hold what we have not heard."""
    kinds = {int(each["id"]): int(each["type"]) for each in (*data.get("channels", ()), *data.get("threads", ()))}
    oldest = oldest_allowed()
    for channel, newest in last_messages(data).items():
        if newest > max(oldest, progress.position(workspace, channel)):
            yield Missed(workspace, channel, discord.ChannelType(kinds[channel]), newest)
    closed = [(channel, position) for channel, position in progress.newest_first(workspace) if channel not in kinds]
    for channel, position in closed[:MOST_CLOSED]:
        if position > oldest:
            yield Missed(workspace, channel, discord.ChannelType.public_thread)


def oldest_allowed() -> int:
    """The id that a message would have that is just not too old."""
    return int((time.time() - MISSED_SECONDS) * 1000 - discord.utils.DISCORD_EPOCH) << 22


def _may_read(client: discord.Client, missed: Missed) -> bool:
    """Whether our role may; where discord.py does not know, Discord is asked."""
    guild = client.get_guild(int(missed.workspace))
    if guild is None or guild.me is None or (channel := guild.get_channel_or_thread(missed.channel)) is None:
        return True
    with contextlib.suppress(discord.ClientException):
        allowed = channel.permissions_for(guild.me)
        return allowed.view_channel and allowed.read_message_history
    return True
