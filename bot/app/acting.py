"""Puts together what reacts to buttons, commands and forms, in whichever process hears them."""

from collections.abc import Callable, Mapping

from bot.app.parts import Ground
from bot.app.working import hosts_of, make_desk
from bot.branches import workspace_of
from bot.config.shop import Shop
from bot.delivery import Delivery
from bot.interactions import Asking, Feedback, Handing, House, Interactions, Personal
from bot.platforms import Platform, Receive
from bot.pressed import Interact, Interaction, Reaction
from bot.store.interactions import InteractionStore
from bot.store.outbox import OutboxStore
from bot.store.records import RecordStore
from bot.store.workers import Holder


def make_interactions(ground: Ground, platforms: Mapping[str, Platform], accept: Receive, wake: Callable[[str], None]) -> Interact:
    """`accept` is the inbox, `wake` wakes lanes: what is to be posted is written down here and sent by whoever answers. Where a
    workspace has settings of its own, these count."""
    delivery = Delivery(OutboxStore(ground.database, Holder()), platforms, hosts_of(ground.config), Holder())

    def made(shop: Shop) -> Interactions:
        return _interactions(ground, shop, delivery, accept, wake)

    usual, shop = made(ground.config.shop), ground.config.shop
    own = {name: made(shop.at(name)) for name in shop.workspaces}

    async def react(interaction: Interaction) -> Reaction:
        return await own.get(workspace_of(interaction.place), usual).react(interaction)

    return react


def _interactions(ground: Ground, shop: Shop, delivery: Delivery, accept: Receive, wake: Callable[[str], None]) -> Interactions:
    house = House(shop.shop.languages, shop.shop.default_language, shop.shop.prompts)
    store, database = InteractionStore(ground.database), ground.database
    desk = make_desk(ground, shop, delivery, wake)
    return Interactions(
        store,
        house,
        Personal(store, RecordStore(database), house),
        Asking(store, accept, delivery, wake).subject,
        Feedback(store).subject,
        Handing(store, desk).subject,
    )
