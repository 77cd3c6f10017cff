"""Our commands, told to Discord only where it has others: it allows 200 new ones a day."""

import asyncio
import logging

import discord

from adapters.discord.commands import same, write_commands
from adapters.discord.connection.webhooks import CALL
from adapters.discord.faults import translated

log = logging.getLogger(__name__)


async def register(client: discord.Client) -> bool:
    """Compare, and write all of them where anything differs; True when Discord has ours. Raises PlatformError."""
    ours, application = write_commands(), client.application_id
    if application is None:
        return False
    route = discord.http.Route("GET", "/applications/{application_id}/commands", application_id=application)
    with translated():
        async with asyncio.timeout(CALL):
            if not same(ours, await client.http.request(route, params={"with_localizations": "true"})):
                await client.http.bulk_upsert_global_commands(application, ours)
                log.info("discord: %d commands were told to Discord", len(ours))
    return True
