"""Answers that grow in Discord: a message with a cursor behind what it says so far, until it is finished by a last edit.

The cursor tells people that more comes, and it tells whoever takes over from a dead process which message is not complete.
"""

import asyncio
from collections.abc import Sequence

import discord

from adapters.discord.components import view_of
from adapters.discord.faults import translated
from adapters.discord.outgoing import LONGEST, write_reply, write_text
from bot.errors import PlaceGone
from bot.messages import Place, Reply
from bot.shaping import split_text

CURSOR = "▍"
CALL = 60.0
"""Seconds for one call; discord.py waits inside for rate limits of up to 30 s."""
_HISTORY = 200


class Growing:
    """One message that grows."""

    def __init__(self, message: discord.PartialMessage) -> None:
        self._message = message
        self._said = ""

    @property
    def message_id(self) -> str:
        """Discord's."""
        return str(self._message.id)

    async def show(self, text: str) -> None:
        """One edit, where it changes anything."""
        content = unfinished(text)
        if content == self._said:
            return
        with translated():
            async with asyncio.timeout(CALL):
                await self._message.edit(content=content)
        self._said = content


def unfinished(text: str) -> str:
    """The beginning that fits into one message, and the cursor."""
    begun = write_text(split_text(text, LONGEST - len(CURSOR) - 1, size=lambda piece: len(write_text(piece)))[0])
    return f"{begun}\n{CURSOR}" if begun.endswith("```") else f"{begun} {CURSOR}"


async def find(channel: discord.PartialMessageable, me: int, place: Place, questions: Sequence[str]) -> list[str]:
    """Our messages with a cursor that answer one of these. In a direct message there is one conversation. Raises PlatformError."""
    ids = [int(question) for question in questions if question.isdecimal()]
    found = []
    with translated():
        async with asyncio.timeout(CALL):
            async for message in channel.history(limit=_HISTORY, after=discord.Object(min(ids)) if ids else None):
                answers = message.reference.message_id if message.reference else 0
                if message.author.id == me and message.content.endswith(CURSOR) and (place.direct or answers in ids):
                    found.append(str(message.id))
    return found


async def finish(message: discord.PartialMessage, reply: Reply) -> None:
    """The complete part, with what can be pressed under it. Raises PlatformError."""
    with translated():
        async with asyncio.timeout(CALL):
            await message.edit(content=write_reply(reply), view=view_of(reply))


async def remove(message: discord.PartialMessage) -> None:
    """Raises PlatformError, and not for what is gone."""
    try:
        with translated():
            async with asyncio.timeout(CALL):
                await message.delete()
    except PlaceGone:
        return
