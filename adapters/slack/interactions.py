"""What people press, command and fill in, read: the body of one delivery -> an interaction, or None when it is nothing to us.

Pure, and never an exception, as incoming.py is. Shapes: docs.slack.dev, "block_actions", "message_action" and "view_submission"
payloads, slash commands, `app_home_opened`. Slack says nothing of the person's language there, nor whether he is an admin.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from adapters.slack.buttons import FEEDBACK, private_id, read_mark
from adapters.slack.fields import TIME, Json, id_of, json_of, text_of
from adapters.slack.incoming import plain_text
from adapters.slack.views import HOME, read_kept
from bot.messages import LONGEST_TEXT, Person, Place, storable
from bot.pressed import ButtonPressed, CameBy, Chosen, CommandGiven, FormSent, Interaction

COMMANDS = ("ask", "language", "human", "me", "forget-me", "here")
"""The words that are understood after `/polydesk`."""
_NAMED = re.compile(r"\s*here\s+(<#[A-Za-z0-9]{1,25}(?:\|[^<>]*)?>)", re.IGNORECASE)
"""A channel that is named first: its id counts, and not what it is called."""
SHORTCUTS = frozenset({"draft", "summarise", "hand-over"})
"""What can be chosen in a message's menu; the `callback_id`s in manifest.json."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """An interaction as far as Slack tells of it.

    `trigger` opens a form, for three seconds. `name`: the command as it is called here. `window`: the id of the window in which a
    button was pressed. `hers`: nobody else sees the message above the button, so it may be replaced.
    """

    interaction: Interaction
    trigger: str = ""
    name: str = ""
    window: str = ""
    hers: bool = False


def read_interaction(body: Json, bot_user_id: str, workspace: str) -> Pressed | None:
    """`workspace`: the one that we are installed in. A command with a word that we do not know has the command ""."""
    trigger = text_of(body, "trigger_id")
    match text_of(body, "type"):
        case "block_actions":
            read: Interaction | None = _read_button(body, workspace)
        case "message_action":
            read = _read_choice(body, bot_user_id, workspace)
        case "view_submission":
            read = _read_form(body, workspace)
        case "event_callback":
            read = _read_visit(body)
        case "":
            read = _read_command(body, bot_user_id, workspace)
        case _:
            return None
    if read is None:
        return None
    view, container = json_of(body, "view"), json_of(body, "container")
    window = id_of(view, "id") if text_of(view, "type") == "modal" else ""
    alone = container.get("is_ephemeral") is True or id_of(container, "channel_id").startswith("D")
    hers = read_kept(view, workspace).hers if view else alone
    return Pressed(read, trigger, text_of(body, "command"), window, hers)


def _read_button(body: Json, workspace: str) -> ButtonPressed | None:
    person, action = _person(body, workspace), _first(body.get("actions"))
    if person is None or not text_of(action, "action_id"):
        return None
    pressed = text_of(action, "action_id").partition(":")[0]
    value = storable(text_of(action, "value"))
    if pressed == FEEDBACK:
        pressed, _, value = value.partition(":")
    place, message_id, alone = _where(body, action, person, workspace)
    if place is None or not pressed:
        return None
    handle = storable(text_of(body, "response_url")) if message_id else HOME
    return ButtonPressed(_event_id(body), place, person, message_id, pressed, value, handle=handle, alone=alone)


def _where(body: Json, action: Json, person: Person, workspace: str) -> tuple[Place | None, str, bool]:
    """Where the pressed message belongs, its id, and whether it is one that this person alone sees.

    On our home, and in a window above it, there is no message.
    """
    view, container, message = json_of(body, "view"), json_of(body, "container"), json_of(body, "message")
    if view:
        kept = read_kept(view, workspace)
        return kept.place or Place("slack", workspace, person.id, direct=True), "", True
    channel = id_of(json_of(body, "channel"), "id") or id_of(container, "channel_id")
    ts = id_of(container, "message_ts") or id_of(message, "ts")
    hidden = container.get("is_ephemeral") is True
    key, place = read_mark(text_of(action, "block_id"))
    if not channel or not TIME.fullmatch(ts):
        return None, "", False
    if place is None or (place.platform, place.workspace) != ("slack", workspace):
        thread = id_of(message, "thread_ts") or id_of(container, "thread_ts") or (f"@{person.id}" if hidden else ts)
        place = Place("slack", workspace, channel, thread, direct=channel.startswith("D"))
    return place, private_id(key) if hidden and key else ts, hidden


def _read_choice(body: Json, bot_user_id: str, workspace: str) -> CommandGiven | None:
    """Something chosen in the menu of a message."""
    person, message, channel = _person(body, workspace), json_of(body, "message"), id_of(json_of(body, "channel"), "id")
    command, ts = text_of(body, "callback_id"), id_of(message, "ts") or id_of(body, "message_ts")
    if person is None or not channel or not TIME.fullmatch(ts) or command not in SHORTCUTS:
        return None
    place = Place("slack", workspace, channel, id_of(message, "thread_ts") or ts, direct=channel.startswith("D"))
    user = id_of(message, "user")
    chosen = Chosen(
        place,
        ts,
        Person("slack", id_of(message, "team") or workspace, user or id_of(message, "bot_id")),
        plain_text(text_of(message, "text"), bot_user_id),
        ours=user == bot_user_id,
    )
    return CommandGiven(_event_id(body), place, person, command, handle=storable(text_of(body, "response_url")), chosen=chosen)


def _read_command(body: Json, bot_user_id: str, workspace: str) -> CommandGiven | None:
    """`/polydesk word and what follows`. Its answer is for this person alone, so it is a conversation of his own.

    In a direct message too: that may be one between two people, of which we see nothing else.
    """
    user, channel = id_of(body, "user_id"), id_of(body, "channel_id")
    if not text_of(body, "command") or not user or not channel:
        return None
    said = storable(text_of(body, "text")[:LONGEST_TEXT])
    word, text = (*plain_text(said, bot_user_id).split(None, 1), "", "")[:2]
    place = Place("slack", workspace, channel, f"@{user}")
    person = Person("slack", id_of(body, "team_id") or workspace, user, text_of(body, "user_name"))
    command = word.lower() if word.lower() in COMMANDS else ""
    if command == "here" and (named := _NAMED.match(said)):
        text = f"{named[1]} {plain_text(said[named.end() :], bot_user_id)}"
    return CommandGiven(_event_id(body), place, person, command, text, handle=storable(text_of(body, "response_url")))


def _read_form(body: Json, workspace: str) -> FormSent | None:
    person, view = _person(body, workspace), json_of(body, "view")
    kept, form = read_kept(view, workspace), text_of(view, "callback_id")
    if person is None or kept.place is None or not form:
        return None
    entries = tuple(_entries(json_of(json_of(view, "state"), "values")).items())
    return FormSent(_event_id(body), kept.place, person, form, kept.value, entries, handle=kept.handle)


def _entries(values: Json) -> dict[str, str]:
    """By the fields' names. A text too long for one entry was shown in several, in order."""
    entries: dict[str, str] = {}
    for block in values:
        entry = _first(list(json_of(values, block).values()))
        chosen = text_of(json_of(entry, "selected_option"), "value")
        name, text = block.partition(" ")[0], storable((text_of(entry, "value") or chosen)[:LONGEST_TEXT])
        entries[name] = f"{entries[name]}\n\n{text}".strip() if name in entries else text
    return entries


def _read_visit(body: Json) -> CameBy | None:
    event = json_of(body, "event")
    user, channel, workspace = id_of(event, "user"), id_of(event, "channel"), id_of(body, "team_id")
    if text_of(event, "type") != "app_home_opened" or not (user and channel and workspace and id_of(body, "event_id")):
        return None
    place = Place("slack", workspace, channel, direct=True)
    tab: Literal["home", "messages"] = "home" if text_of(event, "tab") == "home" else "messages"
    return CameBy(id_of(body, "event_id"), place, Person("slack", workspace, user), tab)


def _person(body: Json, workspace: str) -> Person | None:
    """Whoever did it, of the workspace that he belongs to: that may be another than ours where a channel is shared."""
    user = json_of(body, "user")
    name = text_of(user, "name") or text_of(user, "username")
    return Person("slack", id_of(user, "team_id") or workspace, id_of(user, "id"), name) if id_of(user, "id") else None


def _event_id(body: Json) -> str:
    """The first part of `trigger_id` is a number that no other interaction has; the last part is a secret."""
    number = text_of(body, "trigger_id").partition(".")[0]
    return f"pressed-{number if number.isascii() and number.isalnum() else ''}"


def _first(values: object) -> Json:
    first = values[0] if isinstance(values, Sequence) and not isinstance(values, str) and values else None
    return first if isinstance(first, Mapping) else {}
