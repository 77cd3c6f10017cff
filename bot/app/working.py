"""What answers in a process: the conversation and what it needs, the patrol that takes up what was left, and the schedule."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping

from bot.app.parts import Ground, Parts, Voice, index, is_due
from bot.attachments import Attachments
from bot.branches import Branch, Branches, workspace_of
from bot.channels import Channels
from bot.config import Config
from bot.config.shop import Shop
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.desk import Desk
from bot.errors import StoreError
from bot.headroom import Headroom
from bot.knowledge import IndexReport
from bot.knowledge.schedule import index_every, index_until_done
from bot.messages import Place
from bot.metrics import Metrics
from bot.platforms import Platform
from bot.rates import Rates
from bot.store.cases import CaseStore
from bot.store.claims import Claim
from bot.store.database import Database
from bot.store.drafts import DraftStore
from bot.store.inbox import InboxStore
from bot.store.outbox import OutboxStore
from bot.store.workers import Holder, WorkerStore
from bot.worker import Worker

log = logging.getLogger(__name__)

FORGET_EVERY = 3600.0
MARKING_SECONDS = 5.0
"""That are left at the end to what nobody waits for."""


class Working:
    """Answers at the lanes of `answered`, and sends on all `platforms`."""

    def __init__(
        self,
        parts: Parts,
        platforms: Mapping[str, Platform],
        answered: Collection[str],
        holder: Holder,
        metrics: Metrics,
        channels: Channels,
    ) -> None:
        config, limits = parts.config, parts.config.shop.limits
        self._parts = parts
        self._answered = answered
        self._wake: Callable[[str], None] = _nobody
        store = OutboxStore(parts.database, holder)
        live = config.shop.answers.live
        self._delivery = delivery = Delivery(
            store, platforms, hosts_of(config), holder, metrics, live=live, spare=Headroom().left, tags=channels.tags
        )
        branches = make_branches(parts, delivery, lambda place: self._wake(place))
        self.conversation = Conversation(
            InboxStore(parts.database, holder),
            branches,
            delivery,
            limits.message_characters,
            Rates(limits.person_messages, limits.workspace_messages),
            metrics,
            channels,
            Attachments(platforms, limits.attachment_tokens),
        )
        # A sign of life must not queue up behind the lanes for a connection: who is late with it is taken for dead.
        self._apart = parts.database if parts.database.embedded else Database(parts.config.database_url, parts.database.outage)
        self._worker = Worker(WorkerStore(self._apart, holder), self._wake_ours, self.conversation.at_work)
        self._aside: list[asyncio.Task[None]] = []

    async def join(self, wake: Callable[[str], None]) -> None:
        """Before the first lane runs. `wake` the lane of a place. Raises StoreError."""
        self._wake = wake
        await self._worker.join()

    def start(self) -> None:
        """Go on where the last run stopped, look after what others leave, and index on schedule."""
        self._worker.watch()
        self._aside.append(asyncio.create_task(self._forget(), name="forget"))
        if any(self._parts.config.collections.values()):
            self._aside.append(asyncio.create_task(self._keep_indexed(), name="schedule"))

    async def rest(self) -> None:
        """Begin nothing more that no customer waits for."""
        for task in self._aside:
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)

    async def close(self) -> None:
        """After the last answer."""
        await self._delivery.close(MARKING_SECONDS)
        await self._worker.leave()
        await self._apart.close()

    async def _forget(self) -> None:
        """What nobody may keep for longer."""
        drafts = DraftStore(self._parts.database)
        while True:
            try:
                await drafts.expire()
            except StoreError as exc:
                log.warning("old drafts are not erased yet: %s", exc)
            await asyncio.sleep(FORGET_EVERY)

    async def _keep_indexed(self) -> None:
        """One of the processes that work does it for all."""
        if self._parts.database.embedded:
            return await self._index()
        claim = Claim(self._parts.database.address, "index")
        try:
            await claim.while_ours(self._index)
        finally:
            await claim.give_back()

    async def _index(self) -> None:
        """What was never indexed is indexed now, or as soon as that can be; later by the clock, where shop.toml says so."""
        parts = self._parts

        def again() -> Awaitable[IndexReport]:
            return index(parts, [], lambda *_: None)

        async def at_first() -> IndexReport | None:
            return await again() if await is_due(parts.config, parts.shelves, parts.embedders) else None

        await index_until_done(at_first)
        if minutes := parts.config.shop.index.minutes:
            await index_every(minutes * 60, again)

    def _wake_ours(self, place: str) -> None:
        """What waits on a platform that is switched off today, or is answered by other processes, waits on."""
        if Place.from_key(place).platform in self._answered:
            self._wake(place)


def make_branches(parts: Parts, delivery: Delivery, wake: Callable[[str], None]) -> Branches:
    """The main branch, and one for each workspace that has settings of its own. `wake` the lane of a place."""

    def branch(shop: Shop, voice: Voice) -> Branch:
        desk, others = make_desk(parts, shop, delivery, wake), shop.shop.other_languages == "handoff"
        return Branch(voice.answering, voice.detector, desk, shop.shop.default_language, others)

    shop = parts.config.shop
    own = {name: branch(shop.at(name), voice) for name, voice in parts.own.items()}
    return Branches(branch(shop, Voice(parts.answering, parts.detector)), own)


def make_desk(ground: Ground, shop: Shop, delivery: Delivery, wake: Callable[[str], None]) -> Desk:
    """The desk of this shop. `wake` the lane of a place: it sends what is written for staff."""
    place = Place.from_key(shop.handoff.place) if shop.handoff.place else None
    return Desk(CaseStore(ground.database), delivery, place, shop.shop.contact, shop.shop.default_language, wake)


def hosts_of(config: Config) -> Callable[[Place], Collection[str]]:
    """Hosts that an answer at a place may link to."""
    usual, own = config.hosts, {name: config.hosts_at(name) for name in config.shop.workspaces}
    return lambda place: own.get(workspace_of(place), usual)


def _nobody(_place: str) -> None:
    """There are no lanes yet."""
