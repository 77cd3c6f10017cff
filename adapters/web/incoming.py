"""What a browser sends, made into events (pure).

A session is a random word in a cookie. Only its hash goes any further, so that nobody who reads
the database or a log can write in a customer's name. Whatever is wrong is Refused, with an HTTP status.
"""

import hashlib
import json
import re
from collections.abc import Mapping

from bot.errors import Unsupported
from bot.messages import MessageDeleted, MessageEdited, MessageReceived, Person, Place
from bot.pressed import ButtonPressed, FormSent

NAME, WORKSPACE = "web", "local"
LONGEST_TEXT = 4_000
"""Characters that a customer may write at once."""
MOST_ENTRIES = 10
"""Fields of a form."""
LARGEST_BODY = 65_536
"""Bytes of a request: room for the longest text with every character escaped."""

SESSION = re.compile(r"[A-Za-z0-9_-]{43}")
CHANNEL = re.compile(r"[0-9a-f]{32}")
CONVERSATION = re.compile(r"[1-9][0-9]{0,15}")
MESSAGE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ACTION = re.compile(r"[a-z-]{1,30}")
VALUE = re.compile(r"[0-9A-Za-z._-]{0,60}")
NUMBER = re.compile(r"[0-9]{1,20}")
LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
# What no text needs, no database takes and no screen shows: control characters, and halves of a character.
UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Refused(Unsupported):
    """A request that gets `status` and one word for the reason, and goes no further."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def channel_of(session: str) -> str:
    """The public name of a session: what stands in places, logs and tables."""
    return hashlib.sha256(session.encode()).hexdigest()[:32]


def place_of(channel: str, conversation: str) -> Place:
    """The address of one conversation of one session."""
    return Place(NAME, WORKSPACE, channel, conversation, direct=True)


def read_message(body: bytes, channel: str, accept_language: str, now: float) -> MessageReceived:
    """`{"id": <uuid>, "text": ..., "conversation": <number>}`; the same id again is the same message."""
    said = read_object(body)
    message_id = read_message_id(said.get("id"))
    return MessageReceived(
        event_id=f"{channel}.{message_id}",
        place=read_place(said, channel),
        message_id=message_id,
        author=Person(NAME, WORKSPACE, channel),
        text=read_text(said),
        sent_at=now,
        addressed="direct",
        locale=read_locale(accept_language),
    )


def read_edit(body: bytes, place: Place, message_id: str, now: float) -> MessageEdited:
    """`{"text": ...}`: the message's new text."""
    text = read_text(read_object(body))
    return MessageEdited(f"{place.channel}.{message_id}.{now:.6f}", place, read_message_id(message_id), text, now)


def read_deletion(place: Place, message_id: str, now: float) -> MessageDeleted:
    """The customer takes a message back."""
    return MessageDeleted(f"{place.channel}.{message_id}.gone", place, read_message_id(message_id), now)


def read_press(body: bytes, channel: str, accept_language: str) -> ButtonPressed:
    """`{"id": <uuid>, "message": <the answer's number>, "action": ..., "value": ..., "conversation": <number>}`."""
    said = read_object(body)
    action, message = str(said.get("action")), str(said.get("message"))
    if not ACTION.fullmatch(action) or not NUMBER.fullmatch(message):
        raise Refused(400, "action")
    press, place, locale = read_message_id(said.get("id")), read_place(said, channel), read_locale(accept_language)
    return ButtonPressed(f"{channel}.{press}", place, Person(NAME, WORKSPACE, channel), message, action, read_value(said), locale)


def read_form(body: bytes, channel: str, accept_language: str) -> FormSent:
    """`{"id": <uuid>, "form": ..., "value": ..., "entries": {<field>: <text>}, "conversation": <number>}`."""
    said = read_object(body)
    form, entries = str(said.get("form")), said.get("entries")
    if not ACTION.fullmatch(form) or not isinstance(entries, dict) or len(entries) > MOST_ENTRIES:
        raise Refused(400, "form")
    filled = tuple((str(name), UNSPEAKABLE.sub("", str(text))[:LONGEST_TEXT]) for name, text in entries.items())
    sent, place, locale = read_message_id(said.get("id")), read_place(said, channel), read_locale(accept_language)
    return FormSent(f"{channel}.{sent}", place, Person(NAME, WORKSPACE, channel), form, read_value(said), filled, locale)


def read_place(said: Mapping[str, object], channel: str) -> Place:
    """One of the session's own conversations."""
    conversation = str(said.get("conversation", 1))
    if not CONVERSATION.fullmatch(conversation):
        raise Refused(400, "conversation")
    return place_of(channel, conversation)


def read_value(said: Mapping[str, object]) -> str:
    """What a button or a form of ours carries."""
    value = str(said.get("value", ""))
    if not VALUE.fullmatch(value):
        raise Refused(400, "value")
    return value


def read_object(body: bytes) -> dict[str, object]:
    """The JSON object in `body`."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise Refused(400, "json") from exc
    if not isinstance(said, dict):
        raise Refused(400, "json")
    return said


def read_message_id(value: object) -> str:
    """A UUID that the page made."""
    if not isinstance(value, str) or not MESSAGE.fullmatch(value):
        raise Refused(400, "id")
    return value


def read_text(said: dict[str, object]) -> str:
    """The text, clean, neither empty nor too long."""
    text = said.get("text")
    if not isinstance(text, str):
        raise Refused(400, "text")
    if len(text) > LONGEST_TEXT:
        raise Refused(413, "too-long")
    if not (clean := UNSPEAKABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()):
        raise Refused(400, "empty")
    return clean


def read_locale(accept_language: str) -> str:
    """The language that the browser asks for first: "pt-BR", or ""."""
    first = accept_language.split(",", 1)[0].split(";", 1)[0].strip()
    return first if LOCALE.fullmatch(first) else ""
