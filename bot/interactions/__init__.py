"""Who presses, commands, fills in a form or comes by gets a reaction, in his own language.

`react` is what every platform calls. What is done then stands by subject: asking.py (a question that only its author sees
answered), handing.py (a person is wanted), feedback.py (whether it helped), personal.py (language, what is stored, home),
staff.py and drafts.py (what staff do with any message).
"""

import logging
from collections.abc import Mapping
from itertools import chain

from bot.answering import apology, new_reference
from bot.interactions.asking import Asking
from bot.interactions.drafts import Drafts
from bot.interactions.feedback import Feedback
from bot.interactions.handing import Handing
from bot.interactions.personal import Personal
from bot.interactions.staff import Staff, Writing
from bot.interactions.subjects import House, OnCommand, OnForm, OnPress, Subject, told
from bot.language import phrases
from bot.language.scripts import main_code
from bot.pressed import ButtonPressed, CameBy, CommandGiven, FormSent, Interaction, Reaction, Shown
from bot.store.interactions import InteractionStore

log = logging.getLogger(__name__)

__all__ = ["Asking", "Drafts", "Feedback", "Handing", "House", "Interactions", "Personal", "Staff", "Subject", "Writing"]


class Interactions:
    """Finds out who speaks which language, and who does what is asked for."""

    def __init__(self, store: InteractionStore, house: House, personal: Personal, *subjects: Subject) -> None:
        self._store = store
        self._house = house
        self._personal = personal
        all_ = (personal.subject, *subjects)
        self._buttons: Mapping[str, OnPress] = dict(chain.from_iterable(one.buttons.items() for one in all_))
        self._commands: Mapping[str, OnCommand] = dict(chain.from_iterable(one.commands.items() for one in all_))
        self._forms: Mapping[str, OnForm] = dict(chain.from_iterable(one.forms.items() for one in all_))

    async def react(self, interaction: Interaction) -> Reaction:
        """What the person sees; never raises."""
        language = ours(interaction.locale) or self._house.default_language
        try:
            language = await self._language(interaction)
            return await self._reaction(interaction, language)
        except Exception as exc:  # noqa: BLE001  # whatever broke, whoever pressed is told
            reference = new_reference()
            ids = {"place": interaction.place.key, "event": interaction.event_id, "reference": reference}
            log.error("an interaction failed: %s", type(exc).__name__, extra=ids)
            return Shown(apology(language, reference).reply)

    async def _language(self, interaction: Interaction) -> str:
        """What somebody has chosen comes first, then what he uses the platform in, then what is spoken here."""
        chosen, here = await self._store.languages(interaction.person, interaction.place)
        return ours(chosen) or ours(interaction.locale) or ours(here) or self._house.default_language

    async def _reaction(self, interaction: Interaction, language: str) -> Reaction:
        """Buttons and forms that nobody knows (any more) stood in an older version's messages."""
        match interaction:
            case CameBy():
                return await self._personal.welcome(interaction, language)
            case ButtonPressed(action=action) if action in self._buttons:
                return await self._buttons[action](interaction, language)
            case CommandGiven(command=command) if command in self._commands:
                return await self._commands[command](interaction, language)
            case FormSent(form=form) if form in self._forms:
                return await self._forms[form](interaction, language)
        return told(phrases.OUT_OF_DATE, language)


def ours(language: str) -> str:
    """The language, if we have our sentences in it; else ""."""
    return main_code(language) if main_code(language) in phrases.TRANSLATED else ""
