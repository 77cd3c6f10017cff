"""One interaction's answer: at once, or after "thinking"; in the place of the message it came from, or beneath it for one person alone."""

import logging

import discord

from adapters.discord.components import write_form
from adapters.discord.connection.private import send_direct
from adapters.discord.connection.webhooks import Webhooks
from adapters.discord.interactions import EPHEMERAL, Call
from adapters.discord.outgoing import split_reply, write_change, write_private
from bot.errors import PlatformError
from bot.language import phrases
from bot.messages import Reply
from bot.pressed import Form, Reaction, Shown

log = logging.getLogger(__name__)

MESSAGE, LATER, CHANGE_LATER, CHANGE, MODAL = 4, 5, 6, 7, 9
"""The kinds of first answer: a message, one that follows (with "thinking" until then), a change of the message whose button was
pressed (later, or at once), and a form."""


class Answer:
    """`defer` if it takes long, then `show` once."""

    def __init__(self, client: discord.Client, call: Call) -> None:
        self._client = client
        self._calls = Webhooks(client)
        self._call = call
        self._deferred = 0

    async def defer(self) -> None:
        """Say once that we are at work. Never raises: whatever could not be said, the work goes on, and its result finds another way."""
        if self._deferred:
            return
        kind = CHANGE_LATER if self._call.alone else LATER
        try:
            await self._calls.respond(self._call, kind, {"flags": EPHEMERAL} if kind == LATER else None)
        except PlatformError as exc:
            log.warning("discord: interaction %s was not acknowledged: %s", self._call.id, exc)
        self._deferred = kind

    async def show(self, reaction: Reaction) -> None:
        """What came of it. Raises PlatformError."""
        if isinstance(reaction, Form):
            await self._open(reaction)
        elif isinstance(reaction, Shown):
            await self._tell(reaction)
        else:
            await self._close()

    async def _open(self, form: Form) -> None:
        """A form is for the first answer alone, and none follows on a form."""
        if self._deferred or self._call.kind == "form":
            log.warning("discord: the form for interaction %s came too late", self._call.id)
            await self._tell(Shown(Reply(phrases.say(phrases.OUT_OF_DATE, form.language), form.language)))
        else:
            await self._calls.respond(self._call, MODAL, write_form(form))

    async def _close(self) -> None:
        """There is nothing to show. What was announced is taken back, unless it comes later, or has come by the handle."""
        if not self._deferred and self._call.kind != "command":
            await self._calls.respond(self._call, CHANGE_LATER)
            return
        if not self._deferred:
            await self.defer()
        if self._deferred == LATER and not self._call.awaits and await self._calls.thinking(self._call.handle):
            await self._calls.delete(self._call.handle)

    async def _tell(self, shown: Shown) -> None:
        parts = split_reply(shown.reply)
        try:
            await self._first(parts[0], instead=shown.instead and self._call.alone)
        except PlatformError as exc:
            log.info("discord: the answer to interaction %s goes as a direct message: %s", self._call.id, exc)
            await send_direct(self._client, self._call.person, parts, str(self._call.id))
            return
        for part in parts[1:]:
            await self._calls.follow(self._call.handle, write_private(part))

    async def _first(self, part: Reply, *, instead: bool) -> None:
        """The first part, in the place that our first answer has kept for it."""
        if not self._deferred:
            kind, data = (CHANGE, write_change(part)) if instead else (MESSAGE, write_private(part))
            await self._calls.respond(self._call, kind, data)
        elif self._deferred == LATER or instead:
            await self._calls.edit(self._call.handle, write_change(part))
        else:
            await self._calls.follow(self._call.handle, write_private(part))
