"""Who presses, commands or fills in a form sees within three seconds that it was heard, or the form; then what came of it."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

import discord

from adapters.discord.connection.answer import Answer
from adapters.discord.connection.registration import register
from adapters.discord.connection.underway import Underway
from adapters.discord.interactions import Call, read_interaction
from bot.errors import PlatformError
from bot.pressed import Interact, Interaction

log = logging.getLogger(__name__)

PATIENCE = 1.5
"""Seconds for a reaction, before we show that we are at work; a form cannot be opened any more then."""


class Interacting:
    """Takes what the gateway tells of interactions to `interact`, and its reactions back."""

    def __init__(self, interact: Interact, underway: Underway, pace: float) -> None:
        self._interact = interact
        self._underway = underway
        self._patience = PATIENCE * pace
        self._commands_shown = False
        self._acting: set[asyncio.Task[None]] = set()

    async def show_commands(self, client: discord.Client) -> None:
        """See to it, once in our life, that Discord shows our commands as we have them; told only what is new. Never raises."""
        if not self._commands_shown:
            try:
                self._commands_shown = await register(client)
            except PlatformError as exc:
                log.warning("discord: the commands could not be compared with ours, the next session tries again: %s", exc)

    def heard(self, client: discord.Client, data: Mapping[str, Any]) -> None:
        """INTERACTION_CREATE. Raises LookupError, TypeError or ValueError for what cannot be read."""
        found = read_interaction(data, client.user.id if client.user else 0, time.time())
        if found is None:
            log.info("discord: interaction %s is of no kind of ours", data.get("id"))
            return
        acting = asyncio.create_task(self._act(Answer(client, found[0]), *found), name=f"interaction {found[0].id}")
        self._acting.add(acting)
        acting.add_done_callback(self._acting.discard)

    async def _act(self, answer: Answer, call: Call, interaction: Interaction) -> None:
        """Never raises."""
        with self._underway:
            try:
                await self._react(answer, call, interaction)
            except PlatformError as exc:
                log.warning("discord: what came of interaction %s could not be shown: %s", call.id, exc)
            except Exception as exc:  # noqa: BLE001 (nobody awaits us; the words of what failed may be people's)
                log.error("discord: interaction %s failed: %s", call.id, type(exc).__name__)

    async def _react(self, answer: Answer, call: Call, interaction: Interaction) -> None:
        if call.awaits:
            # Its answer may be there before we are told that it comes.
            await answer.defer()
        reacting = asyncio.ensure_future(self._interact(interaction))
        await asyncio.wait([reacting], timeout=self._patience)
        if not reacting.done():
            await answer.defer()
        await answer.show(await reacting)
