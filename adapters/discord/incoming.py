"""What Discord tells us, read into our words: a discord.Message becomes an Event, or None when it is not for us.

Everything here is pure. `me` is our own user id. In a thread everybody is heard (`maybe`: the core knows whether
the thread is ours); in a plain channel only who names us or answers us is, and the conversation there is (channel, person).
"""

import re
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import discord

from bot.messages import Addressed, Attachment, MessageDeleted, MessageEdited, MessageReceived, Person, Place
from bot.platforms import Listens, nowhere

NAME = "discord"
DIRECT = "@dm"
"""The workspace of a direct message, which belongs to no server."""
SILENCE = 1800.0
"""Seconds after which a new mention in a plain channel opens a new conversation."""

# Tuples, since the library takes over kinds that are no numbers, and those cannot be looked up in a set.
_WRITTEN_BY_PEOPLE = (discord.MessageType.default, discord.MessageType.reply)
THREADS = (discord.ChannelType.public_thread, discord.ChannelType.private_thread, discord.ChannelType.news_thread)
_MARKUP = re.compile(r"<(@!?|@&|#|a?:(\w+):)(\d+)>")
_LARGEST_ID = (1 << 63) - 1


def read_message(message: discord.Message, me: int, listens: Listens = nowhere) -> MessageReceived | None:
    """A new message as an event; None for talk that is not for us, ourselves, other bots, and joins and pins."""
    if not (_sound(message) and _by_a_person(message, me)):
        return None
    addressed = _addressed(message, me, listens)
    if addressed is None or _withheld(message):
        return None
    new_topic = addressed in ("mention", "open") and not _in_thread(message) and not _answers(message, me)
    return MessageReceived(
        event_id=str(message.id),
        place=place_of(message),
        message_id=str(message.id),
        author=_author(message),
        text=_text(message, me),
        sent_at=message.created_at.timestamp(),
        addressed=addressed,
        fresh_after=SILENCE if new_topic else None,
        parent=_parent(message),
        replies_to=str(message.reference.message_id or "") if message.reference else "",
        attachments=tuple(map(_attachment, message.attachments)),
    )


def _attachment(file: discord.Attachment) -> Attachment:
    """A file. Its name is a plain one; where it holds other letters, they stand in its title, without what comes after the dot."""
    name, size = file.title or "", file.size
    _, dot, ending = str(file.filename).rpartition(".")
    if not isinstance(name, str) or not name:
        name = str(file.filename)
    elif dot and not name.endswith(f".{ending}"):
        name = f"{name}.{ending}"
    return Attachment(
        name=name,
        kind=file.content_type if isinstance(file.content_type, str) else "",
        size=size if isinstance(size, int) and size > 0 else 0,
        id=str(file.id),
        address=file.url if isinstance(file.url, str) else "",
    )


def read_edit(message: discord.Message, me: int) -> MessageEdited | None:
    """A message as it now stands; None when only a preview was added, or when Discord withholds its words."""
    edited_at = _seconds(message.edited_at)
    if message.edited_at is None or edited_at is None or not message.content or not (_sound(message) and _by_a_person(message, me)):
        return None
    return MessageEdited(
        event_id=f"{message.id}:edit:{message.edited_at.isoformat()}",
        place=place_of(message),
        message_id=str(message.id),
        text=_text(message, me),
        edited_at=edited_at,
    )


def read_delete(channel: int, guild: int | None, message: int, now: float) -> MessageDeleted | None:
    """A message taken away. Discord says only where it stood, so `place.thread` is empty."""
    if not _are_ids(channel, guild or 1, message):
        return None
    return MessageDeleted(
        event_id=f"{message}:delete",
        place=Place(NAME, str(guild or DIRECT), str(channel), direct=guild is None),
        message_id=str(message),
        deleted_at=now,
    )


def place_of(message: discord.Message) -> Place:
    """The conversation: a DM, a thread, or in a plain channel what this one person talks about with us."""
    channel = str(message.channel.id)
    guild = _guild(message)
    if guild is None:
        return Place(NAME, DIRECT, channel, direct=True)
    return Place(NAME, str(guild), channel, "" if _in_thread(message) else f"@{message.author.id}")


def _sound(message: discord.Message) -> bool:
    """The library takes over what Discord sends as it is, and leaves out what is missing; this is what we rely on."""
    if not all(hasattr(message, name) for name in ("author", "mentions", "role_mentions")):
        return False
    return isinstance(message.content, str) and _are_ids(message.id, message.channel.id, message.author.id, _guild(message) or 1)


def _are_ids(*numbers: int) -> bool:
    """Whether these can be ids of Discord: numbers of 63 bits, with a time in them."""
    return all(0 < number <= _LARGEST_ID for number in numbers)


def _seconds(moment: datetime | None) -> float | None:
    """Since 1970; None for a date that no clock can show."""
    try:
        return moment.timestamp() if moment else None
    except (ValueError, OverflowError, OSError):
        return None


def _by_a_person(message: discord.Message, me: int) -> bool:
    """Not us, not another bot, not a webhook, and not a notice like "X joined"."""
    author = message.author
    return not (author.bot or author.id == me or message.webhook_id) and message.type in _WRITTEN_BY_PEOPLE


def _addressed(message: discord.Message, me: int, listens: Listens) -> Addressed | None:
    guild = _guild(message)
    if guild is None:
        return "direct"
    if _names(message, me):
        return "mention"
    if _answers(message, me):
        return "reply"
    if not _in_thread(message):
        return "open" if listens(str(guild), str(message.channel.id)) else None
    return "open" if _begins_post(message) and listens(str(guild), _parent(message)) else "maybe"


def _begins_post(message: discord.Message) -> bool:
    """What a forum's post begins with has the id of its thread; a thread under a message begins outside of itself."""
    return message.id == message.channel.id


def _parent(message: discord.Message) -> str:
    """The channel or forum in which the thread stands; "" where there is none, or Discord did not say."""
    if not _in_thread(message):
        return ""
    # What a history holds stands in a channel of which the library has only the id.
    known = message.channel if hasattr(message.channel, "parent_id") else _known_thread(message)
    return str(getattr(known, "parent_id", None) or "")


def _known_thread(message: discord.Message) -> Any:
    return message.guild and message.guild.get_channel_or_thread(message.channel.id)


def _withheld(message: discord.Message) -> bool:
    """Without the message content intent, what is not for us arrives as an empty shell."""
    return not (message.content or message.attachments or message.stickers)


def _names(message: discord.Message, me: int) -> bool:
    """Our own name, or the role that Discord made for us; @everyone is nobody in particular."""
    if f"<@{me}>" in message.content or f"<@!{me}>" in message.content:
        return True
    if any(role.tags is not None and role.tags.bot_id == me for role in message.role_mentions):
        return True
    return _pings(message, me) and message.reference is None


def _answers(message: discord.Message, me: int) -> bool:
    """A reply to something that we said. Where Discord sends no original, the ping of the reply must do."""
    if message.type is not discord.MessageType.reply or message.reference is None:
        return False
    original = message.reference.resolved
    if isinstance(original, discord.Message):
        return getattr(getattr(original, "author", None), "id", 0) == me
    return _pings(message, me)


def _pings(message: discord.Message, me: int) -> bool:
    return any(person.id == me for person in message.mentions)


def _in_thread(message: discord.Message) -> bool:
    return getattr(message.channel, "type", None) in THREADS


def _guild(message: discord.Message) -> int | None:
    """The server's id, also for a server that we were not told about yet."""
    guild = message.guild or getattr(message.channel, "guild", None)
    return guild.id if guild is not None else getattr(message.channel, "guild_id", None)


def _author(message: discord.Message) -> Person:
    return Person(NAME, str(_guild(message) or DIRECT), str(message.author.id), str(message.author.display_name or ""))


def _text(message: discord.Message, me: int) -> str:
    """The words without our name, and with Discord's `<@1>`, `<#2>` and `<:wave:3>` as people see them."""
    ours = [str(me), *(str(role.id) for role in message.role_mentions if role.tags is not None and role.tags.bot_id == me)]
    return words(message.content, ours, lambda kind, number: _name(message, kind, number))


def words(text: str, ours: Collection[str], name: Callable[[str, int], str | None]) -> str:
    """A text without the names in `ours`; `name` tells what `@`, `@&` or `#` and an id stand for. Unknown ids stay as they are."""
    if "<" not in text:
        return text.strip()
    us = rf"<@[!&]?(?:{'|'.join(ours)})>"
    text = re.sub(rf"^\s*{us}[\s,:;]*| ?{us}", "", text)
    return _MARKUP.sub(lambda found: _shown(found, name), text).strip()


def _shown(found: re.Match[str], name: Callable[[str, int], str | None]) -> str:
    """One piece of Discord markup as its readers see it."""
    kind, emoji = found[1], found[2]
    if emoji:
        return f":{emoji}:"
    named = name(kind.rstrip("!"), int(found[3]))
    return f"{kind[0]}{named}" if named else found[0]


def _name(message: discord.Message, kind: str, number: int) -> str | None:
    named: Any = None
    if kind == "@&":
        named = next((role.name for role in message.role_mentions if role.id == number), None)
    elif kind == "#":
        named = getattr(message.guild and message.guild.get_channel_or_thread(number), "name", None)
    else:
        named = next((person.display_name for person in message.mentions if person.id == number), None)
    return str(named) if named else None
