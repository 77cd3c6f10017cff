"""What people press, command and fill in on Discord, read into our words: the `d` of INTERACTION_CREATE becomes an Interaction.

Everything here is pure, and works on what Discord sends, not on discord.py's views: those live in memory, and a button must
still work after a restart. `me` is our own user id.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from adapters.discord.commands import ON_MESSAGE, SLASH, word_of
from adapters.discord.handle import LIFE, Handle
from adapters.discord.incoming import DIRECT, NAME, THREADS, words
from bot.messages import Person, Place
from bot.pressed import ButtonPressed, Chosen, CommandGiven, FormSent, Interaction

Payload = Mapping[str, Any]

COMMAND, BUTTON, FORM = 2, 3, 5
"""The types of interaction that we read; the others are none of ours."""
EPHEMERAL = 1 << 6
"""The flag of a message that one person alone sees."""
ADMINISTRATOR, MANAGE_GUILD, MANAGE_MESSAGES = 1 << 3, 1 << 5, 1 << 13
_LATER = "ask"
"""The command, and the form, whose answer comes later: a question."""
_GROUP = 2
"""The context of direct messages among people, where we are not."""
_THREADS = tuple(kind.value for kind in THREADS)


@dataclass(frozen=True, slots=True)
class Call:
    """How an interaction can be answered. `person`: the id of who acted. `alone`: the message that it came from is his alone.
    `awaits`: its answer comes later, by the handle."""

    id: int
    kind: Literal["command", "button", "form"]
    handle: Handle
    person: str
    alone: bool = False
    awaits: bool = False


def read_interaction(data: Payload, me: int, now: float) -> tuple[Call, Interaction] | None:
    """An interaction, and how to answer it; None for kinds that are not ours. Raises LookupError, TypeError, ValueError for nonsense."""
    if data["type"] not in (COMMAND, BUTTON, FORM) or data.get("context") == _GROUP:
        return None
    handle = Handle(int(data["application_id"]), now + LIFE, str(data["token"]))
    person = _person(data)
    admin = _may(data, MANAGE_MESSAGES)
    frame = _Frame(str(int(data["id"])), _place(data, person.id), person, str(data.get("locale") or ""), str(handle), admin)
    alone = bool((data.get("message") or {}).get("flags", 0) & EPHEMERAL)
    call = Call(int(data["id"]), "command", handle, person.id, alone)
    if data["type"] == BUTTON:
        return replace(call, kind="button"), _button(data, frame, alone)
    if data["type"] == FORM:
        form = _form(data, frame)
        return replace(call, kind="form", awaits=form.form == _LATER), form
    if data["data"]["type"] not in (SLASH, ON_MESSAGE):
        return None
    command = _command(data, frame, me)
    return replace(call, awaits=command.command == _LATER and bool(command.text.strip())), command


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all interactions say."""

    event_id: str
    place: Place
    person: Person
    locale: str
    handle: str
    admin: bool


def _button(data: Payload, frame: _Frame, alone: bool) -> ButtonPressed:
    action, _, value = str(data["data"]["custom_id"]).partition(":")
    chosen = data["data"].get("values")
    value = str(chosen[0]) if chosen else value
    message = str(int(data["message"]["id"]))
    return ButtonPressed(frame.event_id, frame.place, frame.person, message, action, value, frame.locale, frame.handle, alone, frame.admin)


def _form(data: Payload, frame: _Frame) -> FormSent:
    form, _, value = str(data["data"]["custom_id"]).partition(":")
    entries = tuple(_entries(data["data"]["components"]))
    return FormSent(frame.event_id, frame.place, frame.person, form, value, entries, frame.locale, frame.handle, frame.admin)


def _entries(components: Sequence[Payload]) -> Iterator[tuple[str, str]]:
    """The fields of a form, each in its label."""
    for label in components:
        field = label.get("component")
        if field is not None:
            values = field.get("values")
            yield str(field["custom_id"]), str(field.get("value") or "") if values is None else "".join(map(str, values[:1]))


def _command(data: Payload, frame: _Frame, me: int) -> CommandGiven:
    given = data["data"]
    options = given.get("options") or ()
    return CommandGiven(
        frame.event_id,
        frame.place,
        frame.person,
        word_of(given["type"], str(given["name"])),
        text=str(options[0].get("value", "")) if options else "",
        locale=frame.locale,
        handle=frame.handle,
        admin=_may(data, MANAGE_MESSAGES if given["type"] == ON_MESSAGE else MANAGE_GUILD),
        chosen=_chosen(given, frame.place, me) if "target_id" in given else None,
    )


def _may(data: Payload, right: int) -> bool:
    """What a message's menu offers is for those who look after messages; how we work here, for those who look after the server."""
    rights = int((data.get("member") or {}).get("permissions") or 0)
    return bool(rights & (ADMINISTRATOR | MANAGE_GUILD | right))


def _chosen(given: Payload, place: Place, me: int) -> Chosen:
    """The message on which a command was given; its words come along even without the message content intent."""
    message = given["resolved"]["messages"][str(given["target_id"])]
    author, answered = message["author"], message.get("referenced_message")
    ours = int(author["id"]) == me
    if place.thread and (not ours or answered):
        place = replace(place, thread=f"@{int((answered if ours else message)['author']['id'])}")
    names = {int(user["id"]): _name(user, user.get("member")) for user in message.get("mentions") or ()}
    text = words(str(message.get("content") or ""), [str(me)], lambda kind, number: names.get(number) if kind == "@" else None)
    writer = Person(NAME, place.workspace, str(int(author["id"])), _name(author))
    return Chosen(place, str(int(message["id"])), writer, text, ours)


def _place(data: Payload, person: str) -> Place:
    """The conversation that this person has there, as `incoming.place_of` says it of a message."""
    channel, guild = str(int(data["channel_id"])), data.get("guild_id")
    if guild is None:
        return Place(NAME, DIRECT, channel, direct=True)
    in_thread = (data.get("channel") or {}).get("type") in _THREADS
    return Place(NAME, str(int(guild)), channel, "" if in_thread else f"@{person}")


def _person(data: Payload) -> Person:
    member = data.get("member")
    user = member["user"] if member else data["user"]
    guild = data.get("guild_id")
    return Person(NAME, DIRECT if guild is None else str(int(guild)), str(int(user["id"])), _name(user, member))


def _name(user: Payload, member: Payload | None = None) -> str:
    return str((member or {}).get("nick") or user.get("global_name") or user.get("username") or "")
