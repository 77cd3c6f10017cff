"""Who presses, commands, fills in a form or comes by gets a reaction, in his own language."""

import logging

from bot.answering import apology, new_reference
from bot.language import phrases
from bot.messages import Reply
from bot.pressed import CameBy, Interaction, Reaction, Shown

log = logging.getLogger(__name__)


class Interactions:
    """`react` is what every platform calls."""

    def __init__(self, default_language: str) -> None:
        self._default_language = default_language

    async def react(self, interaction: Interaction) -> Reaction:
        """What the person sees; never raises."""
        language = interaction.locale or self._default_language
        try:
            return await self._reaction(interaction, language)
        except Exception as exc:  # noqa: BLE001  # whatever broke, whoever pressed is told
            reference = new_reference()
            ids = {"place": interaction.place.key, "event": interaction.event_id, "reference": reference}
            log.error("an interaction failed: %s", type(exc).__name__, extra=ids)
            return Shown(apology(language, reference).reply)

    async def _reaction(self, interaction: Interaction, language: str) -> Reaction:
        if isinstance(interaction, CameBy):
            return None
        return Shown(Reply(phrases.say(phrases.OUT_OF_DATE, language), language))
