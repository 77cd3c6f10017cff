"""The commands that Discord shows people, with their descriptions in every language that both Discord and we know. Pure.

The names of slash commands are English everywhere, since that is how our texts and a shop's staff call them; the commands in a
message's menu have translated names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import discord

from bot.language import phrases

Payload = dict[str, Any]

SLASH, ON_MESSAGE = 1, 3
"""The types of command that we have."""
_TEXT_OPTION = 3
_IN_SERVERS, _DIRECT = 0, 1
"""Where a command is there. For direct messages Discord asks for no rights, so what is for staff is in servers alone."""
_MANAGE_GUILD, _MANAGE_MESSAGES = str(1 << 5), str(1 << 13)


@dataclass(frozen=True, slots=True)
class Command:
    """`word`: what the core calls it. `option`: the name of its one text, which may be left out, and what that is. `rights`: whoever
    has these may use it, unless a server's admins decide otherwise."""

    word: str
    about: str
    option: tuple[str, str] | None = None
    rights: str | None = None
    on_message: bool = False

    @property
    def name(self) -> str:
        """What Discord calls it."""
        return self.about if self.on_message else self.word


COMMANDS = (
    Command("ask", phrases.ASK_ASIDE, ("question", phrases.YOUR_QUESTION)),
    Command("language", phrases.CHANGE_LANGUAGE, ("language", phrases.COMMAND_WHICH_LANGUAGE)),
    Command("human", phrases.TALK_TO_PERSON, ("question", phrases.YOUR_QUESTION)),
    Command("forget-me", phrases.COMMAND_FORGET),
    Command("me", phrases.ABOUT_ME),
    Command("here", phrases.COMMAND_HERE, ("settings", phrases.COMMAND_SETTINGS), rights=_MANAGE_GUILD),
    Command("draft", phrases.DRAFT, rights=_MANAGE_MESSAGES, on_message=True),
    Command("summarise", phrases.SUMMARISE, rights=_MANAGE_MESSAGES, on_message=True),
    Command("hand-over", phrases.HAND_OVER, rights=_MANAGE_MESSAGES, on_message=True),
)


def word_of(kind: int, name: str) -> str:
    """Our word for a command of Discord's; one that we do not have (any more) keeps its name."""
    return next((each.word for each in COMMANDS if each.on_message == (kind == ON_MESSAGE) and each.name == name), name)


def write_commands() -> list[Payload]:
    """All commands, as Discord is told."""
    return [_write(command) for command in COMMANDS]


def same(ours: Iterable[Mapping[str, Any]], theirs: Iterable[Mapping[str, Any]]) -> bool:
    """Whether Discord has what we would tell it; it adds ids and defaults of its own."""
    return _by_name(ours) == _by_name(theirs)


def _write(command: Command) -> Payload:
    frame = {
        "name": command.name,
        "default_member_permissions": command.rights,
        "contexts": [_IN_SERVERS] if command.rights else [_IN_SERVERS, _DIRECT],
        "integration_types": [0],
    }
    translated = _translated(command.about)
    if command.on_message:
        return frame | {"type": ON_MESSAGE, "name_localizations": translated}
    options = {"options": [_option(*command.option)]} if command.option else {}
    return frame | {"type": SLASH, "description": command.about, "description_localizations": translated} | options


def _option(name: str, about: str) -> Payload:
    said = {"description": about, "description_localizations": _translated(about)}
    return {"type": _TEXT_OPTION, "name": name, **said}


def _translated(phrase: str) -> dict[str, str]:
    """By Discord's locales; whoever reads another one reads English."""
    locales = [(locale.value, locale.value.partition("-")[0]) for locale in discord.Locale]
    return {locale: phrases.say(phrase, language) for locale, language in locales if language in phrases.TRANSLATED and language != "en"}


def _by_name(commands: Iterable[Mapping[str, Any]]) -> dict[tuple[int, str], Payload]:
    return {(each.get("type") or SLASH, each["name"]): _bare(each) for each in commands}


def _bare(command: Mapping[str, Any]) -> Payload:
    return {
        **_said(command),
        "rights": command.get("default_member_permissions"),
        "contexts": sorted(command.get("contexts") or ()),
        "installed": sorted(command.get("integration_types") or ()),
        "options": [{**_said(each), "type": each["type"], "required": bool(each.get("required"))} for each in command.get("options") or ()],
    }


def _said(described: Mapping[str, Any]) -> Payload:
    translated = {key: described.get(key) or {} for key in ("name_localizations", "description_localizations")}
    return {"name": described["name"], "description": described.get("description") or "", **translated}
