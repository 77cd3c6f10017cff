"""Step 5: a reply is filtered, cut, written to the outbox, and sent; what is in doubt after a crash is settled."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from bot.errors import PlatformError, RateLimited, Unreachable
from bot.messages import Place, Reply
from bot.platforms import Platform
from bot.privacy import outbound
from bot.store.inbox import Work
from bot.store.outbox import Letter, OutboxStore

log = logging.getLogger(__name__)

ATTEMPTS = 6
LONGEST_WAIT = 60.0


class Delivery:
    """Sends replies to whichever platform their place is on."""

    def __init__(self, store: OutboxStore, platforms: Mapping[str, Platform], hosts: Callable[[], Collection[str]]) -> None:
        self._store = store
        self._platforms = platforms
        self._hosts = hosts

    async def deliver(self, work: Work, reply: Reply, reference: str = "") -> bool:
        """Send a reply; False when its question changed meanwhile. Returns when the reply stands, or never will."""
        platform = self._platforms[work.place.platform]
        parts = self.parts(work.place, replace(reply, answers=work.messages[-1].message_id))
        letters = await self._store.begin_delivery(work, parts, reference, reply.offers_person)
        if letters is None:
            return False
        for letter in letters:
            if not await self._send(platform, letter, work.events):
                break
        return True

    async def send_all(self, letters: Sequence[Letter]) -> None:
        """Send what stands in the outbox and answers no message; what fails is logged, and what waits is settled at the next start."""
        for letter in letters:
            if not await self._send(self._platforms[letter.place.platform], letter, ()):
                break

    def parts(self, place: Place, reply: Reply, hosts: Collection[str] = ()) -> Sequence[Reply]:
        """A reply as it may leave and as it fits; `hosts` may be linked to besides the shop's and the sources'."""
        text = outbound.leave(reply.text, {*self._hosts(), *_hosts_of(reply), *hosts})
        return self._platforms[place.platform].split(replace(reply, text=text))

    def link(self, place: Place, message: str) -> str:
        """Where staff find a message; "" where its platform knows no links."""
        return self._platforms[place.platform].link(place, message)

    def reaches(self, place: Place) -> bool:
        """Whether the place's platform is switched on."""
        return place.platform in self._platforms

    async def show_status(self, place: Place, message: str, on: bool) -> None:
        """Show or clear the sign that we are at work, where the platform has one."""
        platform = self._platforms[place.platform]
        if platform.capabilities.status:
            await platform.show_status(place, message, on)

    async def in_doubt(self) -> list[Letter]:
        """Before a start: the parts that were being sent when the last run ended."""
        return await self._store.in_doubt()

    async def settle(self, letters: Sequence[Letter]) -> None:
        """After a start: find out what became of them, and send those that were not sent."""
        for letter in letters:
            platform = self._platforms.get(letter.place.platform)
            if platform is not None:
                await self._send(platform, letter, (), look_first=True)

    async def _send(self, platform: Platform, letter: Letter, events: tuple[int, ...], look_first: bool = False) -> bool:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                found = await platform.find_sent(letter.place, letter.reply, letter.key) if look_first else None
                message_id = found or await platform.send(letter.place, letter.reply, letter.key)
            except (RateLimited, Unreachable) as exc:
                if attempt == ATTEMPTS:
                    break
                log.warning("sending waits", extra={"place": letter.place.key, "key": letter.key, "why": type(exc).__name__})
                await asyncio.sleep(_pause(exc, attempt))
                look_first = look_first or isinstance(exc, Unreachable)
            except PlatformError as exc:
                log.error("a reply cannot be delivered: %s", exc, extra={"place": letter.place.key, "key": letter.key})
                await self._store.failed(letter, f"{type(exc).__name__}: {exc}", events)
                return False
            else:
                await self._store.posted(letter, message_id, events)
                return True
        log.error("a reply stays in the outbox until the next start", extra={"place": letter.place.key, "key": letter.key})
        return False


def _pause(exc: PlatformError, attempt: int) -> float:
    if isinstance(exc, RateLimited):
        return min(exc.retry_after, LONGEST_WAIT)
    return min(0.5 * 2.0**attempt, LONGEST_WAIT)


def _hosts_of(reply: Reply) -> set[str]:
    """A reply may link to the pages that it stands on."""
    return {host for source in reply.sources if (host := urlsplit(source.url).hostname)}
