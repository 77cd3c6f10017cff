"""From discord.py to the core: every event of one shard is handed over until it is written down, and in the order of its channel."""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import discord

from adapters.discord.connection.gateway import Shard
from adapters.discord.connection.history import History, changes
from adapters.discord.connection.interacting import Interacting
from adapters.discord.connection.progress import Progress
from adapters.discord.connection.underway import Underway
from adapters.discord.faults import translated
from adapters.discord.incoming import place_of, read_delete, read_edit, read_message
from bot.errors import BotError, NotAllowed, PlaceGone, StoreError
from bot.messages import Event, Place
from bot.platforms import Cursors, Receive

log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds for a look at the messages that wait, before anybody goes on to answer them."""
WRITE_DOWN_WAITS = (0.2, 1.0, 3.0, 10.0)
"""Seconds between tries to hand an event over; Discord never sends one twice."""


class Hearing:
    """What is heard of one shard, live and from the history, and how far. `interacting`: who takes what is pressed, commanded and
    filled in."""

    def __init__(self, receive: Receive, cursors: Cursors, shard: Shard, pace: float, interacting: Interacting | None = None) -> None:
        self._receive: Receive | None = receive
        self._underway = Underway()
        self._pace = pace
        self.interacting = interacting
        self.progress = Progress(cursors, shard)
        self.history = History(self.progress, self._missed, pace)
        self._writing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Know where the last run stopped, or another process. Twice is fine. Raises StoreError."""
        if self._writing is not None:
            return
        await self.progress.load()
        self._writing = asyncio.create_task(self.progress.keep_writing(self._pace, self.history.again), name="discord cursors")

    def close(self) -> None:
        """Hand nothing more over; what is still on its way is read again after the next start."""
        self._receive = None
        self.history.stop()

    async def stop(self) -> None:
        """Read no more, and write down how far we came."""
        self.close()
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self.progress.write()

    async def idle(self) -> None:
        """Returns when nothing is being handed over, or read from the history."""
        await self.history.idle()
        await self._underway.idle()

    async def message(self, client: discord.Client, message: discord.Message) -> None:
        """Somebody wrote. What was said before it in this channel goes first."""
        place, channel = place_of(message), message.channel.id
        if place.direct:
            self.history.direct_message(client, channel)
        with self._underway, self.progress.hearing(place.workspace, channel, message.id) as heard:
            await self.history.caught_up(channel)
            if place.direct:
                # Discord names no direct channels at the start of a session: those that we do not know by then are not asked.
                await self.progress.keep(place.workspace, channel)
            heard.done = await self._hand_over(_read(read_message, message, client))

    async def look_at_waiting(self, client: discord.Client) -> None:
        """What waits for an answer counts as its author has left it meanwhile; histories tell of no deletions."""
        channels: dict[Place, list[str]] = defaultdict(list)
        try:
            async with asyncio.timeout(LOOK):
                for place, message in await self.progress.cursors.waiting():
                    if self.progress.shard.holds(place.workspace):
                        channels[replace(place, thread="")].append(message)
                for place, messages in channels.items():
                    with contextlib.suppress(NotAllowed, PlaceGone), translated():
                        for signal in await changes(client, place, messages):
                            await self._hand_over(signal)
        except (BotError, TimeoutError) as exc:
            log.warning("discord: whether waiting messages were changed meanwhile is not known (%s)", type(exc).__name__)

    def guild_left(self, data: Mapping[str, Any]) -> None:
        """GUILD_DELETE: we are not in this server any more. One that Discord cannot show at the moment comes back."""
        if not data.get("unavailable"):
            workspace = str(data["id"])
            self.history.leave(workspace)
            self.progress.forget(workspace)

    async def edited(self, client: discord.Client, message: discord.Message) -> None:
        """Somebody changed a message, or Discord added a preview to it."""
        with self._underway:
            await self.history.caught_up(message.channel.id)
            await self._hand_over(_read(read_edit, message, client))

    async def deleted(self, channel: int, guild: int | None, message: int) -> None:
        """A message was taken away."""
        with self._underway:
            await self.history.caught_up(channel)
            await self._hand_over(read_delete(channel, guild, message, time.time()))

    async def _missed(self, client: discord.Client, message: discord.Message) -> bool:
        """A message from the history, as it now stands; we may have heard it before somebody changed it."""
        place = place_of(message)
        with self._underway, self.progress.hearing(place.workspace, message.channel.id, message.id) as heard:
            await self._hand_over(_read(read_edit, message, client))
            heard.done = await self._hand_over(_read(read_message, message, client))
        return heard.done

    async def _hand_over(self, event: Event | None) -> bool:
        """Try until it is safely written down; False when that did not succeed."""
        if event is None:
            return True
        fault: Exception | None = None
        for wait in (*WRITE_DOWN_WAITS, None):
            if self._receive is None:
                return False
            try:
                await self._receive(event)
                return True
            except Exception as exc:  # noqa: BLE001 (whatever it is, Discord will not send this message again)
                fault = exc
            if wait is not None:
                await asyncio.sleep(wait * self._pace)
        if not isinstance(fault, StoreError):  # the database has said so itself, once for all events
            log.error("discord: %s could not be written down (%s); it will be read again", event.event_id, type(fault).__name__)
        return False


def _read(read: Callable[[discord.Message, int], Event | None], message: discord.Message, client: discord.Client) -> Event | None:
    """A message that cannot be read is nothing to us, and must not hide those after it."""
    try:
        return read(message, own_id(client))
    except (LookupError, TypeError, ValueError, AttributeError) as exc:
        log.warning("discord: message %s could not be read: %s", message.id, type(exc).__name__)
        return None


def own_id(client: discord.Client | None) -> int:
    """The id of our user; 0 before we know it."""
    return client.user.id if client and client.user else 0
