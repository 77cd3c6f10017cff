"""How the bot works in a channel: everybody may see it, admins change it. What was set by command goes before shop.toml."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.channels import Channels, Rules, said_in
from bot.interactions.subjects import Subject, told
from bot.language import formats, phrases
from bot.messages import Place, Reply
from bot.pressed import CommandGiven, Reaction, Shown

EXAMPLES = (
    *("answer questions", "answer mention", "answer off", "quiet 22:00-07:00 Europe/Berlin", "quiet off", "wait 5"),
    *("languages en ja", "languages all", "default"),
)
ANSWERS = {"mention": phrases.HERE_MENTION, "questions": phrases.HERE_QUESTIONS, "off": phrases.HERE_OFF}

_CHANNEL = re.compile(r"<#(\w{1,25})(?:\|[^<>]*)?>\s*")


class Here:
    """`channels` says what holds, and keeps what is set; `languages` are those that the shop serves here."""

    def __init__(self, channels: Channels, languages: Sequence[str]) -> None:
        self._channels, self._languages = channels, languages
        self.subject = Subject(commands={"here": self._here})

    async def _here(self, command: CommandGiven, language: str) -> Reaction:
        """Another channel may be named first: in a forum nobody can give a command."""
        text, place = command.text.strip(), command.place
        if named := _CHANNEL.match(text):
            text, place = text[named.end() :], replace(place, channel=named[1], thread="", direct=False)
        if not text:
            return self._shown(place, language)
        if not command.admin:
            return told(phrases.HERE_ADMINS, language)
        said = said_in(text)
        if said is None or place.direct or not set(said.get("languages", "").split()) <= set(self._languages):
            return Shown(Reply(_how(language), language))
        await self._channels.set(place, said, command.person)
        return self._shown(place, language)

    def _shown(self, place: Place, language: str) -> Shown:
        said = "" if place.direct else f"{in_words(self._channels.at(place), language)}\n\n"
        return Shown(Reply(f"{said}{_how(language)}", language))


def in_words(rules: Rules, language: str) -> str:
    """What holds in a channel."""
    lines = [phrases.say(ANSWERS[rules.answer], language)]
    if rules.quiet:
        lines.append(phrases.say(phrases.HERE_QUIET, language, hours=f"{rules.quiet} ({rules.timezone})"))
    if rules.wait_minutes:
        lines.append(phrases.say(phrases.HERE_WAIT, language, minutes=formats.number(round(rules.wait_minutes), language)))
    if rules.languages:
        names = ", ".join(phrases.name_of(code, language) for code in rules.languages)
        lines.append(phrases.say(phrases.HERE_LANGUAGES, language, languages=names))
    return "\n".join(lines)


def _how(language: str) -> str:
    return phrases.say(phrases.HERE_HOW, language, examples=" · ".join(f"`here {example}`" for example in EXAMPLES))
