"""What is personal is not said where others read: its author gets it alone, and they read that he did. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from bot.language import phrases
from bot.messages import Reply
from bot.privacy.personal import without


def alone(reply: Reply, person: str) -> Reply:
    """The answer as a direct message to whoever asked."""
    return replace(reply, only_for=person, direct=True)


def said(reply: Reply) -> Reply:
    """What stands in its place where others read."""
    return Reply(phrases.say(phrases.SENT_DIRECTLY, reply.language), reply.language, answers=reply.answers)


def closed(reply: Reply) -> Reply:
    """What stands there where its author takes no direct messages from us."""
    return replace(reply, text=phrases.say(phrases.DIRECT_CLOSED, reply.language))


def left_out(reply: Reply, personal: Sequence[str]) -> Reply:
    """The answer as everybody may read it."""
    return replace(reply, text=without(reply.text, personal))
