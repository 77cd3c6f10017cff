"""What one person alone is to see: beneath his interaction while that can be answered, else as a direct message."""

import asyncio
import logging
import time
from collections.abc import Sequence

import discord

from adapters.discord.components import view_of
from adapters.discord.connection.webhooks import CALL, Webhooks
from adapters.discord.faults import translated
from adapters.discord.handle import Handle
from adapters.discord.incoming import DIRECT, NAME
from adapters.discord.outgoing import write_private, write_reply
from bot.errors import NotAllowed, PlaceGone, Unsupported
from bot.messages import Place, Reply

log = logging.getLogger(__name__)


async def send_private(client: discord.Client, reply: Reply, key: str) -> str:
    """The message's id. Raises NotAllowed where this person takes no direct messages, and every other PlatformError."""
    handle = Handle.read(reply.handle)
    if handle is not None and handle.holds(time.time()):
        try:
            return await Webhooks(client).follow(handle, write_private(reply))
        except (PlaceGone, NotAllowed, Unsupported) as exc:
            log.info("discord: %s goes as a direct message: %s", key, exc)
    return (await send_direct(client, reply.only_for, [reply], key))[0]


async def open_direct(client: discord.Client, person: str) -> Place:
    """Our direct messages with somebody. Raises PlatformError."""
    if not person.isdecimal():
        raise PlaceGone("this is nobody on Discord")
    with translated():
        async with asyncio.timeout(CALL):
            opened = await client.http.start_private_message(int(person))
            return Place(NAME, DIRECT, str(int(opened["id"])), direct=True)


async def send_direct(client: discord.Client, person: str, parts: Sequence[Reply], key: str) -> list[str]:
    """The ids of direct messages; each part's nonce is the key and its number. Raises PlatformError."""
    place = await open_direct(client, person)
    with translated():
        async with asyncio.timeout(CALL):
            channel = client.get_partial_messageable(int(place.channel))
            sent = []
            for number, part in enumerate(parts):
                nonce = f"{key}.{number}" if number else key
                message = await channel.send(write_reply(part), nonce=nonce, suppress_embeds=True, view=view_of(part))
                sent.append(str(message.id))
            return sent
