"""What was said in Slack while we were away for longer than it tries to reach us.

Read are the channels and threads where people talked with us lately; which others there are, our scopes do not tell. An
event that is sent meanwhile waits for what was said before it. And under a mention that comes late, however short we were away,
stands what overtook it.
"""

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from adapters.slack.incoming import read_event
from bot.errors import BotError, NotAllowed, PlaceGone, RateLimited, StoreError
from bot.messages import Event, MessageReceived, Place
from bot.platforms import MISSED_SECONDS, Cursors, Receive

_log = logging.getLogger(__name__)

Call = Callable[..., Awaitable[Any]]
Json = Mapping[str, Any]
T = TypeVar("T")

LATELY = 30 * 86400.0
"""Seconds: where nobody talked with us for longer is not asked."""
MOST_CHANNELS, MOST_THREADS = 50, 100
"""Each costs a call, and Slack allows some fifty a minute."""
MOST_PAGES, PAGE = 5, 200
"""Of one channel or thread."""
BETWEEN = 1.2
"""Seconds between two channels or threads."""
TRIES = (2.0, 10.0, 30.0, 60.0)
"""Seconds before the next try to read what could not be read."""
WRITE_DOWN_WAITS = (0.2, 1.0, 3.0)
"""Seconds between tries to hand an event over."""
LOOK = 5.0
"""Seconds for a look at the messages that wait, before anybody goes on to answer them."""
PATIENCE = 2.0
"""Seconds that an event waits for what was said before it; after three Slack would send it again."""
LATE = 3.0
"""Seconds after which a mention is late: what was written under it may have come first, to a process that forgot it when it died."""


@dataclass(frozen=True, slots=True)
class Where:
    """A thread, or with `thread` "" the top of a channel, where something may have been said."""

    channel: str
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """`since` and `back` in seconds since 1970; `team` and `me` are the workspace's id and our user's."""

    team: str
    me: str
    since: float
    back: float


class History:
    """Of one workspace. `call` makes a call of the Web API there and raises PlatformError."""

    def __init__(self, call: Call, receive: Receive, cursors: Cursors, pace: float) -> None:
        self._call, self._receive, self._cursors, self._pace = call, receive, cursors, pace
        self._absence: Absence | None = None
        self._queue: list[Where] = []
        self._readings: dict[Where, asyncio.Task[None]] = {}
        self._under: dict[Where, asyncio.Task[None]] = {}
        self._us = ("", "")

    def we_are(self, team: str, me: str) -> None:
        """Before anything is received; as in `Absence`."""
        self._us = team, me

    async def read(self, absence: Absence) -> None:
        """Everything, one after the other; returns when all has been received or given up."""
        await self.stop()
        self._absence = absence
        found = await self._patiently(lambda: self._cursors.places(time.time() - LATELY), "the places") or []
        places = [place for place in found if place.workspace == absence.team]
        channels = list(dict.fromkeys(Where(place.channel) for place in places))
        threads = list(dict.fromkeys(Where(place.channel, place.thread) for place in places if place.thread and place.thread[0] != "@"))
        self._queue = [*channels[:MOST_CHANNELS], *threads[:MOST_THREADS]]
        while self._queue:
            await asyncio.wait([self._begin(self._queue[0])])
            await asyncio.sleep(BETWEEN * self._pace)

    async def look_at_waiting(self, absence: Absence) -> None:
        """What was edited or deleted meanwhile of that which waits for an answer; histories tell of no deletions."""
        places: dict[Place, list[str]] = defaultdict(list)
        try:
            async with asyncio.timeout(LOOK):
                for place, message in await self._cursors.waiting():
                    if place.workspace == absence.team:
                        places[place].append(message)
                for place, messages in places.items():
                    with contextlib.suppress(NotAllowed):
                        for event in await changes(self._call, place, messages, absence):
                            await self._hand_over(event)
        except (BotError, TimeoutError) as exc:
            _log.warning("Slack: whether waiting messages were changed meanwhile is not known (%s)", type(exc).__name__)

    async def stop(self) -> None:
        """Read no more."""
        self._queue = []
        readings, self._readings = [*self._readings.values(), *self._under.values()], {}
        for reading in readings:
            reading.cancel()
        await asyncio.gather(*readings, return_exceptions=True)

    async def receive(self, event: Event) -> None:
        """Hand on what Slack sends; what was said before it in its place goes first, and what overtook it follows, if that can be
        read in time.
        """
        if self._absence is not None and isinstance(event, MessageReceived):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    for where in (Where(event.place.channel), Where(event.place.channel, event.place.thread)):
                        if self._is_open(where) or self._is_new(where, event, self._absence):
                            await asyncio.wait([self._begin(where)])
        await self._receive(event)
        if isinstance(event, MessageReceived) and event.addressed == "mention" and LATE < time.time() - event.sent_at < MISSED_SECONDS:
            await asyncio.wait([self._look_under(event)], timeout=PATIENCE)

    def _look_under(self, mention: MessageReceived) -> asyncio.Task[None]:
        where = Where(mention.place.channel, mention.place.thread)
        if where not in self._under:
            absence = Absence(*self._us, mention.sent_at, time.time())
            reading = self._patiently(lambda: self._read_once(where, absence), f"{where.channel} {where.thread}")
            self._under[where] = asyncio.create_task(reading, name=f"under {where.thread}")
            self._under[where].add_done_callback(lambda _: self._under.pop(where, None))
        return self._under[where]

    def _is_open(self, where: Where) -> bool:
        return where in self._queue or (where in self._readings and not self._readings[where].done())

    def _is_new(self, where: Where, event: MessageReceived, absence: Absence) -> bool:
        """A channel where nobody talked with us before: it is asked for the first message that is for us."""
        unasked = not where.thread and where not in self._readings
        return unasked and event.addressed != "maybe" and time.time() - absence.back < MISSED_SECONDS

    def _begin(self, where: Where) -> asyncio.Task[None]:
        if where in self._queue:
            self._queue.remove(where)
        if where not in self._readings:
            self._readings[where] = asyncio.create_task(self._read(where), name=f"history {where.channel} {where.thread}")
        return self._readings[where]

    async def _read(self, where: Where) -> None:
        assert self._absence is not None  # noqa: S101  # it is set before anything is read
        absence = self._absence
        await self._patiently(lambda: self._read_once(where, absence), f"{where.channel} {where.thread}".strip())

    async def _read_once(self, where: Where, absence: Absence) -> None:
        """Raises PlatformError and StoreError."""
        for message in await self._messages(where, absence):
            for event in events(message, where.channel, absence):
                await asyncio.shield(self._hand_over(event))
                if isinstance(event, MessageReceived) and message.get("reply_count") and not where.thread:
                    await self._read_once(Where(where.channel, event.message_id), absence)

    async def _hand_over(self, event: Event) -> None:
        """A message that can never be written down must not hide those after it. Raises StoreError when the database is away."""
        for wait in (*WRITE_DOWN_WAITS, None):
            try:
                await self._receive(event)
                return
            except Exception as exc:
                if wait is not None:
                    await asyncio.sleep(wait * self._pace)
                elif isinstance(exc, StoreError):
                    raise  # it has been said by the database, once for all events
                else:
                    _log.error("event %s was not written down (%s)", event.event_id, type(exc).__name__, extra={"place": event.place.key})

    async def _messages(self, where: Where, absence: Absence) -> list[Json]:
        """Oldest first. Of a channel that holds more than MOST_PAGES the newest, of a thread the oldest."""
        method = "conversations_replies" if where.thread else "conversations_history"
        arguments: dict[str, Any] = {"channel": where.channel, "oldest": f"{absence.since:.6f}", "limit": PAGE}
        if where.thread:
            arguments["ts"] = where.thread
        found: list[Json] = []
        cursor = None
        for _ in range(MOST_PAGES):
            page = await self._call(method, cursor=cursor, **arguments)
            found += page.get("messages", [])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        else:
            _log.warning("Slack: channel %s holds more missed messages than are read", where.channel)
        return sorted(found, key=lambda message: str(message.get("ts")))

    async def _patiently(self, what: Callable[[], Awaitable[T]], name: str) -> T | None:
        """As often as it makes sense, waiting as long as Slack asks for; None when it was given up."""
        for wait in (*TRIES, None):
            try:
                return await what()
            except (NotAllowed, PlaceGone) as exc:
                _log.info("Slack: what was said while we were away is not read in %s: %s", name, exc)
                return None
            except BotError as exc:
                if wait is None:
                    _log.error("Slack: what was said while we were away could not be read in %s: %s", name, exc)
                    return None
                await asyncio.sleep(max(wait * self._pace, exc.retry_after if isinstance(exc, RateLimited) else 0.0))
        return None


async def changes(call: Call, place: Place, message_ids: Sequence[str], absence: Absence) -> list[Event]:
    """What became of messages that we had heard before. Raises PlatformError."""
    ids = sorted(message_ids)
    try:
        page = await call("conversations_replies", channel=place.channel, ts=place.thread, oldest=ids[0], inclusive=True, limit=PAGE)
    except PlaceGone:
        page = {}
    messages = {str(message.get("ts")): message for message in page.get("messages", [])}
    gone = {"subtype": "tombstone", "thread_ts": place.thread}
    standing = [messages.get(ts, {**gone, "ts": ts}) for ts in ids if ts in messages or not page.get("has_more")]
    told = (event for message in standing for event in events(message, place.channel, absence))
    return [event for event in told if not isinstance(event, MessageReceived)]


def events(message: Json, channel: str, absence: Absence) -> Iterator[Event]:
    """Pure: what we missed of a message. We may have heard it before it was changed or taken away, so that comes first."""
    change = message.get("edited")
    ts, edited = str(message.get("ts")), str(change.get("ts") or "") if isinstance(change, Mapping) else ""
    found = []
    if message.get("subtype") == "tombstone" or _after(edited, absence.since):
        back = f"{absence.back:.6f}"
        changed = {"type": "message", "subtype": "message_changed", "channel": channel, "ts": back, "event_ts": back, "message": message}
        found.append({"event_id": f"history-{channel}-{ts}-{edited or 'gone'}", "team_id": absence.team, "event": changed})
    if _after(ts, absence.since):
        said = {**message, "type": "message", "channel": channel}
        found.append({"event_id": f"history-{channel}-{ts}", "team_id": absence.team, "event": said})
    read = (read_event(body, absence.me) for body in found)
    return (event for event in read if event is not None)


def _after(ts: str, since: float) -> bool:
    try:
        return float(ts) > since
    except ValueError:
        return False
