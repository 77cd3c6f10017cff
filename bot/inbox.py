"""Step 3: an event is accepted once, and its lane is woken. A lane answers one thread's messages one at a time, in order."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.errors import StoreError
from bot.messages import Event, MessageDeleted, MessageEdited, MessageReceived
from bot.store.inbox import InboxStore

log = logging.getLogger(__name__)

EARLY_SECONDS = 180.0
MOST_EARLY = 1000
MOST_REMEMBERED = 5000
PAUSE_AFTER_FAULT = 1.0
RETRIES = (0.1, 0.3, 0.6, 1.0)
"""Seconds between attempts to write a message down: together less than the three that Slack waits."""


class Lanes:
    """The ordered line of each thread's work, in this process. `drain(place)` does all there is to do at a place."""

    def __init__(self, drain: Callable[[str], Awaitable[None]]) -> None:
        self._drain = drain
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._closed = False

    def wake(self, place: str) -> None:
        """See to it that somebody works at this place, and looks once more if he is about to leave."""
        if self._closed:
            return
        self._again.add(place)
        if place not in self._running:
            self._running[place] = asyncio.create_task(self._run(place), name=f"lane {place}")

    async def close(self, seconds: float) -> None:
        """Take nothing new; let what runs end within `seconds`, then stop it. What is not done stays in the inbox."""
        self._closed = True
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, place: str) -> None:
        try:
            while place in self._again and not self._closed:
                self._again.discard(place)
                try:
                    await self._drain(place)
                except StoreError as exc:
                    log.error("%s", exc, extra={"place": place})
                    await asyncio.sleep(PAUSE_AFTER_FAULT)
                    self._again.add(place)
                except Exception as exc:  # noqa: BLE001  # one lane's bug must not pass unseen, nor stop the others
                    log.error("a lane failed: %s", type(exc).__name__, extra={"place": place})
        finally:
            del self._running[place]


class Inbox:
    """Where every platform hands its events over; `accept` is what they call."""

    def __init__(self, store: InboxStore, lanes: Lanes, interrupt: Callable[[str], None]) -> None:
        self._store = store
        self._lanes = lanes
        self._interrupt = interrupt
        self._accepted: OrderedDict[str, None] = OrderedDict()
        self._arriving: dict[str, asyncio.Task[None]] = {}
        self._early: OrderedDict[str, tuple[float, MessageReceived]] = OrderedDict()

    async def accept(self, event: Event) -> None:
        """Returns when the event is safely written down, or found to be none of our business. Raises StoreError."""
        if isinstance(event, MessageReceived):
            await self._once(event)
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
            arriving = self._arriving[name] = asyncio.create_task(self._message(message), name="accept")
            arriving.add_done_callback(lambda _: self._arriving.pop(name, None))
        await asyncio.shield(arriving)

    async def _message(self, message: MessageReceived) -> None:
        place = message.place.key
        if await self._written(message):
            self._accepted[_name(message)] = None
            if len(self._accepted) > MOST_REMEMBERED:
                self._accepted.popitem(last=False)
            for early in self._came_early(place):
                await self._store.accept(replace(early, addressed="mention"))
            self._lanes.wake(place)
        else:
            self._remember_early(message)

    async def _written(self, message: MessageReceived) -> bool:
        """A database that is away for a moment costs the customer that moment, and not the minute after which a platform tries again."""
        for wait in RETRIES:
            try:
                return await self._store.accept(message)
            except StoreError:
                await asyncio.sleep(wait)
        return await self._store.accept(message)

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

    def _came_early(self, place: str) -> list[MessageReceived]:
        if not self._early:
            return []
        since = time.monotonic() - EARLY_SECONDS
        names = [name for name, (_, message) in self._early.items() if message.place.key == place]
        waiting = [self._early.pop(name) for name in names]
        return [message for at, message in waiting if at >= since]

    def _change_early(self, signal: MessageEdited | MessageDeleted) -> None:
        waiting = self._early.pop(_name(signal), None)
        if waiting is not None and isinstance(signal, MessageEdited):
            self._early[_name(signal)] = (waiting[0], replace(waiting[1], text=signal.text))


def _name(event: Event) -> str:
    return f"{event.place.platform}:{event.place.workspace}:{event.place.channel}:{event.message_id}"
