"""Puts together what reacts to buttons, commands and forms, in whichever process hears them."""

from collections.abc import Callable, Mapping

from bot.app.parts import Ground
from bot.app.working import make_desk
from bot.delivery import Delivery
from bot.interactions import Asking, Feedback, Handing, House, Interactions, Personal
from bot.platforms import Platform, Receive
from bot.store.interactions import InteractionStore
from bot.store.outbox import OutboxStore
from bot.store.records import RecordStore
from bot.store.workers import Holder


def make_interactions(ground: Ground, platforms: Mapping[str, Platform], accept: Receive, wake: Callable[[str], None]) -> Interactions:
    """`accept` is the inbox, `wake` wakes lanes: what is to be posted is written down here and sent by whoever answers."""
    config, database = ground.config, ground.database
    shop = config.shop.shop
    house = House(shop.languages, shop.default_language, shop.prompts)
    store = InteractionStore(database)
    delivery = Delivery(OutboxStore(database, Holder()), platforms, lambda: config.hosts, Holder())
    desk = make_desk(ground, delivery, wake)
    return Interactions(
        store,
        house,
        Personal(store, RecordStore(database), house),
        Asking(store, accept, delivery, wake).subject,
        Feedback(store).subject,
        Handing(store, desk).subject,
    )
