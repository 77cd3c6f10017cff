"""Step 3: an event is accepted once, and its lane is woken."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from bot.channels import Channels, Rules, admits
from bot.errors import StoreError
from bot.lanes import Lanes
from bot.messages import Addressed, Event, MessageDeleted, MessageEdited, MessageReceived, StopPressed
from bot.store.inbox import InboxStore

log = logging.getLogger(__name__)

EARLY_SECONDS = 180.0
MOST_EARLY = 1000
MOST_REMEMBERED = 5000
RETRIES = (0.1, 0.3, 0.6, 1.0)
"""Seconds between attempts to write a message down: together less than the three that Slack waits."""


class Inbox:
    """Where every platform hands its events over; `accept` is what they call."""

    def __init__(self, store: InboxStore, lanes: Lanes, interrupt: Callable[[str], None], channels: Channels | None = None) -> None:
        """`channels`: what holds where; None: as usual everywhere."""
        self._channels = channels or Channels()
        self._store = store
        self._lanes = lanes
        self._interrupt = interrupt
        self._accepted: OrderedDict[str, None] = OrderedDict()
        self._arriving: dict[str, asyncio.Task[None]] = {}
        self._latest: dict[str, asyncio.Task[None]] = {}
        self._early: OrderedDict[str, tuple[float, MessageReceived]] = OrderedDict()

    async def accept(self, event: Event) -> None:
        """Returns when the event is safely written down, or found to be none of our business. Raises StoreError."""
        if isinstance(event, MessageReceived):
            await self._once(event)
        elif isinstance(event, StopPressed):
            if (place := await self._store.stop(event)) is not None:
                self._interrupt(place)
        else:
            # An edit can be close behind its message, which must be written down first.
            if (before := self._arriving.get(_name(event))) is not None:
                await asyncio.wait([before])
            await self._signal(event)

    async def _once(self, message: MessageReceived) -> None:
        """Slack tells of one mention twice: the second telling waits for the first, and costs nothing more."""
        name = _name(message)
        if name in self._accepted:
            return
        arriving = self._arriving.get(name)
        if arriving is None:
            place = message.place.key
            arriving = asyncio.create_task(self._message(message, self._latest.get(place)), name="accept")
            self._arriving[name] = self._latest[place] = arriving
            arriving.add_done_callback(lambda task: self._arrived(name, place, task))
        await asyncio.shield(arriving)

    def _arrived(self, name: str, place: str, task: asyncio.Task[None]) -> None:
        self._arriving.pop(name, None)
        if self._latest.get(place) is task:
            del self._latest[place]

    async def _message(self, message: MessageReceived, before: "asyncio.Task[None] | None") -> None:
        """`before`: what was said here just before must be written down first, or it could be answered later."""
        if before is not None:
            await asyncio.wait([before])
        place, rules = message.place.key, self._channels.at(message.place, message.parent)
        if await self._for_somebody_else(message, rules) or not admits(rules, message):
            return
        if await self._written(message, 60 * rules.wait_minutes):
            try:
                await self._take_early(place, "maybe" if message.addressed == "open" else "mention")
            finally:
                self._lanes.wake(place)
            self._accepted[_name(message)] = None
            if len(self._accepted) > MOST_REMEMBERED:
                self._accepted.popitem(last=False)
        else:
            self._remember_early(message)

    async def _for_somebody_else(self, message: MessageReceived, rules: Rules) -> bool:
        """Whether this answers a question that waits for others to answer first."""
        return rules.wait_minutes > 0 and message.addressed in ("open", "maybe") and await self._store.answered(message)

    async def _written(self, message: MessageReceived, wait: float) -> bool:
        """A database that is away for a moment costs the customer that moment, and not the minute after which a platform tries again."""
        for pause in RETRIES:
            try:
                return await self._store.accept(message, wait)
            except StoreError:
                await asyncio.sleep(pause)
        return await self._store.accept(message, wait)

    async def _signal(self, signal: MessageEdited | MessageDeleted) -> None:
        self._change_early(signal)
        if isinstance(signal, MessageDeleted):
            place = await self._store.withdraw(signal)
        else:
            place = await self._store.edit(signal)
        if place is not None:
            self._interrupt(place)
            self._lanes.wake(place)

    # A follow-up can overtake the mention that makes its thread ours. It waits in memory, never in the database,
    # for a few minutes: most of what waits here is talk between other people.

    def _remember_early(self, message: MessageReceived) -> None:
        now = time.monotonic()
        self._early[_name(message)] = (now, message)
        while self._early and (len(self._early) > MOST_EARLY or now - next(iter(self._early.values()))[0] > EARLY_SECONDS):
            self._early.popitem(last=False)

    async def _take_early(self, place: str, addressed: Addressed) -> None:
        """What overtook the mention is written down too; if that fails, it waits on, and the mention is sent again."""
        since = time.monotonic() - EARLY_SECONDS
        waiting = [name for name, (at, message) in self._early.items() if message.place.key == place and at >= since]
        for name in waiting:
            if early := self._early.get(name):
                message = replace(early[1], addressed=addressed)
                rules = self._channels.at(message.place, message.parent)
                if not await self._for_somebody_else(message, rules):
                    await self._store.accept(message, 60 * rules.wait_minutes)
                self._early.pop(name, None)

    def _change_early(self, signal: MessageEdited | MessageDeleted) -> None:
        waiting = self._early.pop(_name(signal), None)
        if waiting is not None and isinstance(signal, MessageEdited):
            self._early[_name(signal)] = (waiting[0], replace(waiting[1], text=signal.text))


def _name(event: MessageReceived | MessageEdited | MessageDeleted) -> str:
    return f"{event.place.platform}:{event.place.workspace}:{event.place.channel}:{event.message_id}"
