"""Step 5: a reply is filtered, cut, written to the outbox, and sent; what is in doubt is settled before anything else is said."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import TypeVar
from urllib.parse import urlsplit

from bot.errors import PlatformError, RateLimited, StoreError, Unreachable
from bot.messages import Place, Reply
from bot.metrics import Metrics
from bot.pacing import Pacer
from bot.platforms import Call, Platform
from bot.privacy import outbound
from bot.store.inbox import Work
from bot.store.outbox import Letter, OutboxStore
from bot.store.workers import Holder

log = logging.getLogger(__name__)
T = TypeVar("T")

ATTEMPTS = 6
LONGEST_WAIT = 60.0
LONGEST_REFUSAL = 3600.0
"""Seconds that a platform is left alone at most, whatever it says."""
REFUSED = ""
"""Instead of a message's id: the platform will never take it."""


class Delivery:
    """Sends replies to whichever platform their place is on."""

    def __init__(
        self,
        store: OutboxStore,
        platforms: Mapping[str, Platform],
        hosts: Callable[[], Collection[str]],
        holder: Holder,
        metrics: Metrics | None = None,
        pacer: Pacer | None = None,
    ) -> None:
        self._store = store
        self._holder = holder
        self._platforms = platforms
        self._hosts = hosts
        self._metrics = metrics or Metrics()
        self._pacer = pacer or Pacer({name: platform.capabilities.limits for name, platform in platforms.items()})

    async def deliver(self, work: Work, reply: Reply, reference: str = "", aside: str = "") -> bool:
        """Send a reply; False when its question changed meanwhile, and nothing was sent. `aside`: see OutboxStore.begin_delivery.

        Returns when the reply stands, or never will, or when the platform is away for long: then its lane settles it later.
        """
        platform = self._platforms[work.place.platform]
        parts = self.parts(work.place, replace(reply, answers=work.messages[-1].standing))
        letters = await self._store.begin_delivery(work, parts, reference, reply.offers_person, aside)
        if letters is None:
            return False
        for letter in letters:
            if not await self._send(platform, letter):
                break
        return True

    async def settle(self, place: str) -> bool:
        """Send what is written for a place and may not have been sent, oldest first; False when it cannot be done now."""
        platform = self._platforms.get(Place.from_key(place).platform)
        if platform is None:
            return False
        letters = await self._store.adopt(place)
        refused, after = 0, ""
        for letter in letters:
            if letter.event and letter.event == refused:
                continue
            message_id = await self._send(platform, replace(letter, after=after or letter.after))
            if message_id is None:
                return False
            refused, after = (letter.event, after) if message_id == REFUSED else (0, message_id)
        return bool(letters)

    def parts(self, place: Place, reply: Reply, hosts: Collection[str] = ()) -> Sequence[Reply]:
        """A reply as it may leave and as it fits; `hosts` may be linked to besides the shop's and the sources'."""
        platform = self._platforms[place.platform]
        if not platform.capabilities.buttons:
            reply = replace(reply, buttons=(), feedback=False)
        return platform.split(self.harmless(reply, hosts))

    def harmless(self, reply: Reply, hosts: Collection[str] = ()) -> Reply:
        """A reply as it may leave."""
        return replace(reply, text=outbound.leave(reply.text, {*self._hosts(), *_hosts_of(reply), *hosts}))

    def link(self, place: Place, message: str) -> str:
        """Where staff find a message; "" where its platform knows no links."""
        return self._platforms[place.platform].link(place, message)

    def reaches(self, place: Place) -> bool:
        """Whether the place's platform is switched on."""
        return place.platform in self._platforms

    async def show_status(self, place: Place, message: str, on: bool) -> bool:
        """Show or clear the sign that we are at work; False where the platform has none, or would be called too often."""
        platform = self._platforms[place.platform]
        if not platform.capabilities.status or not self._pacer.try_turn(place, "status"):
            return False
        try:
            await self._counted(place, "status", platform.show_status(place, message, on))
        except RateLimited:
            return False
        return True

    async def _send(self, platform: Platform, letter: Letter) -> str | None:
        """The message's id; REFUSED; or None when the platform is away for now, and the letter stays in doubt."""
        # What one person alone sees cannot be looked for: rather twice than never.
        in_doubt = letter.in_doubt and not letter.reply.only_for
        for attempt in range(1, ATTEMPTS + 1):
            try:
                found = await self._find(platform, letter) if in_doubt else None
                message_id = found or await self._post(platform, letter)
            except (RateLimited, Unreachable) as exc:
                if attempt == ATTEMPTS:
                    break
                log.warning("sending waits", extra={"place": letter.place.key, "key": letter.key, "why": type(exc).__name__})
                if isinstance(exc, Unreachable):  # after a refusal the next turn comes when the platform has said
                    await asyncio.sleep(min(0.5 * 2.0**attempt, LONGEST_WAIT))
                    in_doubt = not letter.reply.only_for
            except PlatformError as exc:
                log.error("a reply cannot be delivered: %s", exc, extra={"place": letter.place.key, "key": letter.key})
                await self._store.failed(letter, f"{type(exc).__name__}: {exc}")
                return REFUSED
            else:
                await self._store.posted(letter, message_id)
                return message_id
        log.error("a reply waits in the outbox, its platform is away", extra={"place": letter.place.key, "key": letter.key})
        return None

    async def _find(self, platform: Platform, letter: Letter) -> str | None:
        await self._pacer.turn(letter.place, "look")
        return await self._counted(letter.place, "look", platform.find_sent(letter.place, letter.reply, letter.key, letter.after))

    async def _post(self, platform: Platform, letter: Letter) -> str:
        await self._pacer.turn(letter.place, "post")
        return await self._counted(letter.place, "post", self._sent(platform, letter))

    async def _counted(self, place: Place, call: Call, calling: Awaitable[T]) -> T:
        """One call whose turn has come; a refusal is remembered, and raised."""
        try:
            return await calling
        except RateLimited as exc:
            self._metrics.limited(place.platform)
            self._pacer.put_off(place, call, min(exc.retry_after, LONGEST_REFUSAL))
            raise

    async def _sent(self, platform: Platform, letter: Letter) -> str:
        """One call, begun and ended while the letter is surely ours: a process that was frozen may have lost it."""
        left = self._holder.left(letter.owner)
        if left <= 0:
            raise StoreError("a letter may be another worker's by now")
        if left == inf:
            return await platform.send(letter.place, letter.reply, letter.key)
        sending = asyncio.ensure_future(platform.send(letter.place, letter.reply, letter.key))
        try:
            while not sending.done() and (left := self._holder.left(letter.owner)) > 0:
                await asyncio.wait([sending], timeout=left)
        finally:
            if not sending.done():
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
        if sending.cancelled():
            raise Unreachable("no answer in the time that this worker has")
        return sending.result()


def _hosts_of(reply: Reply) -> set[str]:
    """A reply may link to the pages that it stands on."""
    return {host for source in reply.sources if (host := urlsplit(source.url).hostname)}
