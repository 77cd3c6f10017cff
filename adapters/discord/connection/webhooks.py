"""The calls by which an interaction is answered. They need its token alone, and do not count against the bot's own limits."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import discord
from discord.http import MultipartParameters
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from adapters.discord.faults import translated
from adapters.discord.handle import Handle
from adapters.discord.interactions import Call

ANSWER_NOW = 3.0
"""Seconds that Discord waits for the first answer; after that the token is worth nothing."""
CALL = 60.0
"""Seconds for one later call; discord.py waits inside for rate limits."""
ANSWERED = 40060
"""The code for a first answer that was there already."""
NOT_YET = 10015
"""The code for a token that Discord does not know (yet, or any more)."""
LOADING = 1 << 7
"""The flag of a message that says "thinking"."""
_ORDER = (0.2, 0.5, 1.0, 1.5)
"""Seconds between tries where the first answer may be on its way still, from another process."""

Payload = Mapping[str, Any]


class Webhooks:
    """One for each client. Every method raises PlatformError."""

    def __init__(self, client: discord.Client) -> None:
        self._session = discord.Webhook.partial(1, "-", client=client).session

    async def respond(self, call: Call, kind: int, data: Payload | None = None) -> None:
        """The first answer. An answer that is there already is fine: it may be this very one, its receipt lost on the way."""
        payload = {"type": kind} if data is None else {"type": kind, "data": dict(data)}
        params = MultipartParameters(payload=payload, multipart=None, files=None)
        with translated():
            async with asyncio.timeout(ANSWER_NOW):
                try:
                    await self._once_more(call, params)
                except discord.HTTPException as exc:
                    if exc.code != ANSWERED:
                        raise

    async def edit(self, handle: Handle, data: Payload) -> None:
        """Change the first answer, or the message whose button was pressed where that was deferred without a new one."""
        with translated():
            async with asyncio.timeout(CALL):
                await _calls().edit_original_interaction_response(
                    handle.application, handle.token, session=self._session, payload=dict(data)
                )

    async def thinking(self, handle: Handle) -> bool:
        """Whether "thinking" stands there still."""
        with translated():
            async with asyncio.timeout(CALL):
                original = await _calls().get_original_interaction_response(handle.application, handle.token, session=self._session)
                return bool(int(original.get("flags") or 0) & LOADING)

    async def delete(self, handle: Handle) -> None:
        """Take the first answer away."""
        with translated():
            async with asyncio.timeout(CALL):
                await _calls().delete_original_interaction_response(handle.application, handle.token, session=self._session)

    async def follow(self, handle: Handle, data: Payload) -> str:
        """One more message; the first one takes the place of "thinking". Its id."""
        with translated():
            async with asyncio.timeout(CALL):
                return await self._follow(handle, data)

    async def _follow(self, handle: Handle, data: Payload) -> str:
        for wait in _ORDER:
            try:
                return await self._post(handle, data)
            except discord.NotFound as exc:
                if exc.code != NOT_YET:
                    raise
            await asyncio.sleep(wait)
        return await self._post(handle, data)

    async def _post(self, handle: Handle, data: Payload) -> str:
        sent = await _calls().execute_webhook(handle.application, handle.token, session=self._session, payload=dict(data), wait=True)
        if sent is None:
            raise discord.InvalidData
        return str(sent["id"])

    async def _once_more(self, call: Call, params: MultipartParameters) -> None:
        """A connection that breaks once may have been an old one; discord.py does not try again by itself."""
        for last in (False, True):
            try:
                await _calls().create_interaction_response(call.id, call.handle.token, session=self._session, params=params)
                return
            except (OSError, aiohttp.ClientError):
                if last:
                    raise


def _calls() -> AsyncWebhookAdapter:
    return async_context.get()
