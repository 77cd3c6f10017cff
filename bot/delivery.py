"""Step 5: a reply is filtered, cut, written to the outbox, and sent; what is in doubt is settled before anything else is said."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from bot import discretion
from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable, Unsupported
from bot.growing import Growing
from bot.marking import Marking, untagged
from bot.messages import Place, Reply
from bot.metrics import Metrics
from bot.pacing import PATIENCE, Pacer
from bot.platforms import Call, Platform, TagsOf
from bot.privacy import outbound
from bot.store.inbox import Work
from bot.store.outbox import Letter, OutboxStore
from bot.store.workers import Holder

log = logging.getLogger(__name__)
T = TypeVar("T")

ATTEMPTS = 6
LONGEST_WAIT = 60.0
CLEARINGS = (0.5, 2.0, 8.0, 0.0)
"""Seconds between tries to clear a sign."""
LONGEST_CLEARING = 5.0
"""Seconds that such a try waits for its turn: what was answered is written down after it."""
REFUSED = ""
"""Instead of a message's id: the platform will never take it."""
CLOSED = "closed"
"""Instead of a message's id: whom it is for takes no direct messages."""


class Delivery:
    """Sends replies to whichever platform their place is on. `hosts`: those that may be linked to there."""

    def __init__(
        self,
        store: OutboxStore,
        platforms: Mapping[str, Platform],
        hosts: Callable[[Place], Collection[str]],
        holder: Holder,
        metrics: Metrics | None = None,
        pacer: Pacer | None = None,
        live: bool = True,
        spare: Callable[[], bool] = lambda: True,
        tags: Callable[[Place], TagsOf | None] = untagged,
    ) -> None:
        """`live`: answers may be seen while they are written, where the platform can; and while there is time to `spare` for it.
        `tags`: see Marking."""
        self._store = store
        self._holder = holder
        self._platforms = platforms
        self._hosts = hosts
        self._metrics = metrics or Metrics()
        self._live = live
        self._spare = spare
        self._signs: set[tuple[str, str]] = set()
        """The places and messages for which a sign is shown."""
        self._pacer = pacer or Pacer({name: platform.capabilities.limits for name, platform in platforms.items()})
        self._marking = Marking(platforms, self._pacer, tags)

    async def close(self, patience: float) -> None:
        """After the last lane: let end what nobody waits for."""
        await self._marking.close(patience)

    def growing(self, work: Work, hosts: Collection[str] = (), found: str = "") -> Growing:
        """The live side of an answer; `found`: a message that was begun before, and is to be finished."""
        platform, question = self._platforms[work.place.platform], work.messages[-1]
        allowed = {*self._hosts(work.place), *hosts}
        return Growing(
            platform,
            question,
            self._pacer,
            lambda text: _seen(text, allowed),
            partial(self._holder.during, work.owner),
            grows=self._live and platform.capabilities.live and not question.aside,
            found=found,
            spare=self._spare,
        )

    async def begun(self, work: Work) -> str:
        """The message that was begun for these questions before and never finished; "" when there is none.

        A sign that was shown then is ours to clear. Raises PlatformError when it cannot be told now.
        """
        if not work.begun or work.messages[-1].aside:
            return ""
        self._signs.add((work.place.key, work.messages[-1].message_id))
        try:
            found = await self._find_live(work.place, work.begun)
            for message in found[:-1]:
                await self._remove(work.place, message)
        except (RateLimited, Unreachable):
            raise
        except PlatformError as exc:
            log.warning("whether half an answer stands cannot be seen: %s", exc, extra={"place": work.place.key})
            return ""
        return found[-1] if found else ""

    async def clear(self, place: Place, questions: Sequence[str]) -> None:
        """Take away what is seen of answers to questions that are gone, and the sign. Raises RateLimited and Unreachable."""
        try:
            for message in await self._find_live(place, questions):
                await self._remove(place, message)
        except (RateLimited, Unreachable):
            raise
        except PlatformError as exc:
            log.warning("half an answer cannot be taken away: %s", exc, extra={"place": place.key})
        self._signs.add((place.key, questions[-1]))
        await self.clear_status(place, questions[-1])

    async def deliver(
        self, work: Work, reply: Reply, live: Growing, reference: str = "", aside: str = "", personal: Sequence[str] = ()
    ) -> bool:
        """Send a reply; False when its question changed meanwhile, and nothing was sent. `aside`: see OutboxStore.begin_delivery.
        What is seen of it already (`live`) becomes the first part that everybody sees. `personal`: what in it nobody else may read.

        Returns when the reply stands, or never will, or when the platform is away for long: then its lane settles it later.
        Raises PlatformError when it cannot be told whether something of it is seen.
        """
        parts = self._answer(work, replace(reply, answers=work.messages[-1].standing), personal)
        message = await live.end()
        letters = await self._store.begin_delivery(work, parts, reference, reply.offers_person, aside, message)
        if letters is None:
            await live.drop()
            return False
        await self._send_in_order(letters, live.take_hold)
        return True

    async def settle(self, place: str) -> bool:
        """Send what is written for a place and may not have been sent, oldest first; False when it cannot be done now."""
        if not self.reaches(Place.from_key(place)):
            return False
        letters = await self._store.adopt(place)
        return await self._send_in_order(letters) and bool(letters)

    def parts(self, place: Place, reply: Reply, hosts: Collection[str] = ()) -> Sequence[Reply]:
        """A reply as it may leave and as it fits; `hosts` may be linked to besides the shop's and the sources'."""
        platform = self._platforms[place.platform]
        if not platform.capabilities.buttons:
            reply = replace(reply, buttons=(), feedback=False)
        *first, last = platform.split(self.harmless(place, replace(reply, mark=None), hosts))
        return [*first, replace(last, mark=self._marking.wanted(reply.mark))]

    def harmless(self, place: Place, reply: Reply, hosts: Collection[str] = ()) -> Reply:
        """A reply as it may leave."""
        return replace(reply, text=outbound.leave(reply.text, {*self._hosts(place), *_hosts_of(reply), *hosts}))

    def link(self, place: Place, message: str) -> str:
        """Where staff find a message; "" where its platform knows no links."""
        return self._platforms[place.platform].link(place, message)

    def reaches(self, place: Place) -> bool:
        """Whether the place's platform is switched on."""
        return place.platform in self._platforms

    def status_seconds(self, place: Place) -> float:
        """How long the sign lasts by itself."""
        return self._platforms[place.platform].capabilities.status_seconds

    async def show_status(self, place: Place, message: str, language: str) -> bool:
        """Show the sign that we are at work; False where the platform has none, or would be called too often."""
        platform = self._platforms[place.platform]
        if not platform.capabilities.status or not self._pacer.try_turn(place, "status"):
            return False
        self._signs.add((place.key, message))
        try:
            await self._counted(place, "status", platform.show_status(place, message, on=True, language=language))
        except RateLimited:
            self._signs.discard((place.key, message))
            return False
        except Unreachable:
            return False
        return True

    async def clear_status(self, place: Place, message: str) -> None:
        """No answer is being made any more; twice is fine, and where no sign was shown nothing is done."""
        platform = self._platforms[place.platform]
        if (place.key, message) not in self._signs or not platform.capabilities.status:
            return
        self._signs.discard((place.key, message))
        for wait in CLEARINGS:
            try:
                async with asyncio.timeout(LONGEST_CLEARING):
                    await self._pacer.turn(place, "status")
                await self._counted(place, "status", platform.show_status(place, message, on=False))
                return
            except TimeoutError:
                continue
            except (RateLimited, Unreachable):
                await asyncio.sleep(wait)
        log.warning("a sign that we are at work could not be cleared", extra={"place": place.key})

    def _answer(self, work: Work, reply: Reply, personal: Sequence[str]) -> Sequence[Reply]:
        """The parts of an answer: with something personal in it, those for its author alone, and last what everybody reads."""
        place = work.place
        if not personal or place.direct or reply.only_for:
            return self.parts(place, reply)
        if not self._platforms[place.platform].capabilities.private:
            return self.parts(place, discretion.left_out(reply, personal))
        private = discretion.alone(reply, work.messages[-1].author.id)
        return [*self.parts(place, private), *self.parts(place, discretion.said(reply))]

    async def _send_in_order(self, letters: Sequence[Letter], take_hold: Callable[[], bool] = lambda: False) -> bool:
        """False when the platform is away for now. After a part that was refused nothing more of its answer is sent.

        `take_hold`: whether the call that finishes a message which grew was kept for it. Where nothing grew after all, it is given
        back when the work on it ends.
        """
        rest, after = list(letters), ""
        while rest:
            letter = rest.pop(0)
            sent = await self._send(replace(letter, after=after or letter.after), bool(letter.live) and take_hold())
            if sent is None:
                return False
            if sent == CLOSED:
                rest = await self._closed(letter, rest)
            elif sent == REFUSED:
                rest = [one for one in rest if not letter.event or one.event != letter.event]
            elif not letter.reply.direct:
                after = sent
        return True

    async def _closed(self, letter: Letter, rest: Sequence[Letter]) -> list[Letter]:
        """What is left to send: of this answer only that it cannot be given."""
        public = next(one for one in rest if one.event == letter.event and not one.reply.direct)
        public = replace(public, reply=discretion.closed(public.reply))
        await self._store.closed(letter, public.reply)
        return [public, *(one for one in rest if one.event != letter.event)]

    async def _send(self, letter: Letter, held: bool = False) -> str | None:
        """The message's id; REFUSED or CLOSED; or None when the platform is away for now, and the letter stays in doubt.

        `held`: the call that finishes the message which grew was kept for it."""
        # What one person alone sees in a channel cannot be looked for: rather twice than never.
        lost = bool(letter.reply.only_for) and not letter.reply.direct
        in_doubt = letter.in_doubt and not lost
        for attempt in range(1, ATTEMPTS + 1):
            try:
                message_id = await self._stand(await self._addressed(letter), in_doubt, held and attempt == 1)
            except (RateLimited, Unreachable) as exc:
                if isinstance(exc, RateLimited) and exc.retry_after > PATIENCE:
                    log.info("a reply waits in the outbox: %s", exc, extra={"place": letter.place.key, "key": letter.key})
                    return None
                if attempt == ATTEMPTS:
                    break
                log.warning("sending waits", extra={"place": letter.place.key, "key": letter.key, "why": type(exc).__name__})
                if isinstance(exc, Unreachable):  # after a refusal the next turn comes when the platform has said
                    await asyncio.sleep(min(0.5 * 2.0**attempt, LONGEST_WAIT))
                    in_doubt = not lost
            except PlatformError as exc:
                if letter.reply.direct:
                    log.info("somebody takes no direct message: %s", exc, extra={"place": letter.place.key, "key": letter.key})
                    return CLOSED
                log.error("a reply cannot be delivered: %s", exc, extra={"place": letter.place.key, "key": letter.key})
                await self._over(letter)
                await self._store.failed(letter, f"{type(exc).__name__}: {exc}")
                return REFUSED
            else:
                await self._over(letter)
                await self._store.posted(letter, message_id)
                if letter.reply.mark is not None:
                    self._marking.show(letter.reply.mark)
                return message_id
        log.error("a reply waits in the outbox, its platform is away", extra={"place": letter.place.key, "key": letter.key})
        return None

    async def _addressed(self, letter: Letter) -> Letter:
        """What goes as a direct message, at the place where it is a message like any other."""
        if not letter.reply.direct:
            return letter
        await self._pacer.turn(letter.place, "open")
        opening = self._platforms[letter.place.platform].open_direct(letter.place, letter.reply.only_for)
        place = await self._counted(letter.place, "open", opening)
        return replace(letter, place=place, reply=replace(letter.reply, only_for="", direct=False))

    async def _stand(self, letter: Letter, in_doubt: bool, held: bool) -> str:
        """The message that grew becomes this part; where that can never be, and where none grew, the part is posted."""
        platform = self._platforms[letter.place.platform]
        if letter.live:
            try:
                await self._pacer.turn(letter.place, "live-stop", held=held)
                finishing = platform.finish(letter.place, letter.live, letter.reply, letter.key)
                await self._counted(letter.place, "live-stop", self._holder.during(letter.owner, finishing))
                return letter.live
            except (RateLimited, Unreachable):
                raise
            except PlatformError as exc:
                log.warning("half an answer cannot be finished, so it is posted anew: %s", exc, extra={"place": letter.place.key})
                with suppress(NotAllowed, PlaceGone, Unsupported):
                    await self._remove(letter.place, letter.live)
        if in_doubt:
            self._pacer.ask(letter.place, "post")
        found = await self._find(platform, letter) if in_doubt else None
        return found or await self._post(platform, letter)

    async def _over(self, letter: Letter) -> None:
        """With the last part of an answer, and before that is written down, the sign goes out: so it goes out whoever dies."""
        if letter.last and letter.event and letter.reply.answers:
            if letter.in_doubt:
                self._signs.add((letter.place.key, letter.reply.answers))
            await self.clear_status(letter.place, letter.reply.answers)

    async def _find(self, platform: Platform, letter: Letter) -> str | None:
        await self._pacer.turn(letter.place, "look")
        return await self._counted(letter.place, "look", platform.find_sent(letter.place, letter.reply, letter.key, letter.after))

    async def _find_live(self, place: Place, questions: Sequence[str]) -> Sequence[str]:
        platform = self._platforms[place.platform]
        if not platform.capabilities.live or not questions:
            return ()
        await self._pacer.turn(place, "look")
        return await self._counted(place, "look", platform.find_live(place, questions))

    async def _remove(self, place: Place, message: str) -> None:
        await self._pacer.turn(place, "live-stop")
        removing = self._platforms[place.platform].remove(place, message)
        # Who was frozen must not take away what another worker has made an answer of meanwhile.
        await self._counted(place, "live-stop", self._holder.during(self._holder.number, removing))

    async def _post(self, platform: Platform, letter: Letter) -> str:
        await self._pacer.turn(letter.place, "post")
        sending = platform.send(letter.place, letter.reply, letter.key)
        return await self._counted(letter.place, "post", self._holder.during(letter.owner, sending))

    async def _counted(self, place: Place, call: Call, calling: Awaitable[T]) -> T:
        """One call whose turn has come; a refusal is remembered, and raised."""
        try:
            return await calling
        except RateLimited as exc:
            self._metrics.limited(place.platform)
            self._pacer.put_off(place, call, exc.retry_after)
            raise


def _seen(text: str, hosts: Collection[str]) -> str:
    """What may be seen of an answer that is still being written."""
    sure = outbound.sure(text, hosts).rstrip()
    return outbound.leave(sure, hosts) if sure.strip() else ""


def _hosts_of(reply: Reply) -> set[str]:
    """A reply may link to the pages that it stands on."""
    return {host for source in reply.sources if (host := urlsplit(source.url).hostname)}
