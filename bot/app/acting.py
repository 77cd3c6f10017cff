"""Puts together what reacts to buttons, commands and forms, in whichever process hears them."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack

from bot.app.parts import Ground, Parts, opened
from bot.app.working import hosts_of, make_desk
from bot.branches import workspace_of
from bot.channels import Channels
from bot.delivery import Delivery
from bot.interactions import Asking, Drafts, Feedback, Handing, Here, House, Interactions, Personal, Staff, Writing
from bot.platforms import Platform, Receive
from bot.pressed import Interact, Interaction, Reaction
from bot.store.drafts import DraftStore
from bot.store.interactions import InteractionStore
from bot.store.outbox import OutboxStore
from bot.store.records import RecordStore
from bot.store.workers import Holder


class Study:
    """What writing for staff needs. A process that only hears opens it when staff first ask for a draft: most days nobody does."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._parts = ground if isinstance(ground, Parts) else None
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()

    async def parts(self) -> Parts:
        """Open and loaded. Raises what opening raises; the next who asks tries again."""
        async with self._opening:
            if self._parts is None:
                self._parts = await self._stack.enter_async_context(opened(self._ground.config, outage=self._ground.database.outage))
        return self._parts

    async def close(self) -> None:
        """What was opened here."""
        await self._stack.aclose()


def make_interactions(
    ground: Ground, study: Study, platforms: Mapping[str, Platform], accept: Receive, wake: Callable[[str], None], channels: Channels
) -> Interact:
    """`accept` is the inbox, `wake` wakes lanes: what is to be posted is written down here and sent by whoever answers. Where a
    workspace has settings of its own, these count."""
    store = OutboxStore(ground.database, Holder())
    delivery = Delivery(store, platforms, hosts_of(ground.config), Holder(), tags=channels.tags)

    one_id = [name for name, platform in platforms.items() if platform.capabilities.one_id]

    def made(workspace: str) -> Interactions:
        return _interactions(ground, workspace, study, delivery, accept, wake, Here(channels), one_id)

    usual, own = made(""), {name: made(name) for name in ground.config.shop.workspaces}

    async def react(interaction: Interaction) -> Reaction:
        return await own.get(workspace_of(interaction.place), usual).react(interaction)

    return react


def _interactions(
    ground: Ground,
    workspace: str,
    study: Study,
    delivery: Delivery,
    accept: Receive,
    wake: Callable[[str], None],
    here: Here,
    one_id: Collection[str],
) -> Interactions:
    """Those of one workspace, or of all that have no settings of their own ("")."""

    async def there() -> Parts:
        return (await study.parts()).at(workspace)

    shop, database = ground.config.shop.at(workspace), ground.database
    house = House(shop.shop.languages, shop.shop.default_language, shop.shop.prompts, frozenset(shop.handoff.staff))
    store, writing, desk = InteractionStore(database), Writing(there), make_desk(ground, shop, delivery, wake)
    return Interactions(
        store,
        house,
        Personal(store, RecordStore(database), house, one_id),
        Asking(store, accept, delivery, wake).subject,
        Feedback(store).subject,
        Handing(store, desk).subject,
        here.subject,
        Staff(store, desk, delivery, house, writing).subject,
        Drafts(store, DraftStore(database), delivery, house, writing, wake).subject,
    )
