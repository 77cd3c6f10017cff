"""What answers in a process: the conversation and what it needs, the patrol that takes up what was left, and the schedule."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from bot.app.parts import Parts, index
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.desk import Desk
from bot.knowledge.schedule import index_every
from bot.messages import Place
from bot.platforms import Platform
from bot.store.cases import CaseStore
from bot.store.claims import Claim
from bot.store.inbox import InboxStore
from bot.store.outbox import Letter, OutboxStore

log = logging.getLogger(__name__)


class Working:
    """Answers at the lanes of `answered`, and sends on all `platforms`."""

    def __init__(self, parts: Parts, platforms: Mapping[str, Platform], answered: Collection[str]) -> None:
        shop, handoff = parts.config.shop, parts.config.shop.handoff.place
        self._parts = parts
        self._answered = answered
        self._inbox = InboxStore(parts.database)
        self._delivery = Delivery(OutboxStore(parts.database), platforms, lambda: parts.config.hosts)
        self._desk = Desk(
            CaseStore(parts.database),
            self._delivery,
            Place.from_key(handoff) if handoff else None,
            shop.shop.contact,
            shop.shop.default_language,
        )
        self.conversation = Conversation(
            self._inbox,
            parts.answering,
            self._delivery,
            self._desk,
            parts.detector,
            shop.shop.default_language,
            shop.limits.message_characters,
            shop.shop.other_languages == "handoff",
        )
        self._left: tuple[Sequence[Letter], Sequence[str]] = ((), ())
        self._aside: list[asyncio.Task[None]] = []

    async def look_back(self) -> None:
        """Before anything is heard: what did the last run leave? Raises StoreError."""
        self._left = await self._delivery.in_doubt(), await self._inbox.unfinished()

    def start(self, wake: Callable[[str], None]) -> None:
        """Go on where the last run stopped, and index on schedule."""
        self._aside.append(asyncio.create_task(self._settle(wake), name="settle"))
        if minutes := self._parts.config.shop.index.minutes:
            self._aside.append(asyncio.create_task(self._index_every(minutes * 60), name="schedule"))

    async def rest(self) -> None:
        """Begin nothing more that no customer waits for."""
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)

    async def close(self) -> None:
        """After the last answer."""
        await self._desk.close()

    async def _index_every(self, seconds: float) -> None:
        """One of the processes that work does it for all."""
        again = partial(index_every, seconds, lambda: index(self._parts, [], lambda *_: None))
        if self._parts.database.embedded:
            return await again()
        claim = Claim(self._parts.database.address, "index")
        try:
            await claim.while_ours(again)
        finally:
            await claim.give_back()

    async def _settle(self, wake: Callable[[str], None]) -> None:
        """First the replies that were on their way, then the messages that nobody answered."""
        letters, places = self._left
        await self._delivery.settle(letters)
        for place in places:
            # What waits on a platform that is switched off today waits on.
            if Place.from_key(place).platform in self._answered:
                wake(place)
