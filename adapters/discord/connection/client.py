"""discord.py's client, which keeps nothing in memory that we do not need, and tells what it hears."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any, Protocol

import discord

from adapters.discord.connection.gateway import Shard
from adapters.discord.connection.hearing import Hearing

log = logging.getLogger(__name__)


class Told(Protocol):
    """Who wants to know how the connection stands, and which shard it is."""

    pace: float
    shard: Shard

    def connected(self, name: str) -> None:
        """The gateway speaks to us."""
        ...

    def disconnected(self, resumes: bool) -> None:
        """The gateway is lost; `resumes`: the session may go on."""
        ...


def sending_client() -> discord.Client:
    """It logs in and never connects, so what it wants to hear does not matter; without any intent discord.py warns."""
    nobody = discord.AllowedMentions.none()
    return discord.Client(intents=discord.Intents(guilds=True), allowed_mentions=nobody, max_ratelimit_timeout=30.0)


class HearingClient(discord.Client):
    """One session at the gateway. Its calls go through the bot's login, whose limits and connections are there once for all shards."""

    def __init__(self, told: Told, hearing: Hearing, login: discord.Client, *, content: bool) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=content)
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=0.2 * told.pace,
            **_as_options(told.shard),
        )
        self._own_http, self.http = self.http, login.http
        self._connection.http = login.http
        self.begun = asyncio.Event()
        self._told = told
        self._hearing = hearing
        parsers = self._connection.parsers
        # The picture of a server must be read before its first message: discord.py's own events come later.
        parsers["READY"] = _then(parsers["READY"], lambda _: hearing.history.session_began(self))
        parsers["GUILD_CREATE"] = _then(parsers["GUILD_CREATE"], lambda data: hearing.history.guild_came(self, data))
        parsers["GUILD_DELETE"] = _then(parsers["GUILD_DELETE"], hearing.guild_left)
        if (interacting := hearing.interacting) is not None:
            parsers["INTERACTION_CREATE"] = lambda data: interacting.heard(self, data)
        parsers.update({name: _forgiving(name, parse) for name, parse in parsers.items()})

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        await self._hearing.message(self, message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed a message, or Discord added a preview to it."""
        await self._hearing.edited(self, payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was taken away."""
        await self._hearing.deleted(payload.channel_id, payload.guild_id, payload.message_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages were taken away at once."""
        for message in sorted(payload.message_ids):
            await self._hearing.deleted(payload.channel_id, payload.guild_id, message)

    async def on_ready(self) -> None:
        """A new session: after every start, and whenever an old session could not be resumed.

        Where it begins is written down at once: were we killed before, the next start would begin later, and miss what was said between.
        """
        await self._hearing.look_at_waiting(self)
        await self.on_resumed()
        await self._hearing.progress.write()
        if self._hearing.interacting is not None and self._told.shard.number == 0:
            await self._hearing.interacting.show_commands(self)

    async def on_guild_join(self, _guild: discord.Guild) -> None:
        """A server that is new to us: where it begins is written down at once, as above."""
        await self._hearing.progress.write()

    async def on_resumed(self) -> None:
        """The old session goes on; what was missed has been sent again."""
        self._told.connected(self.user.name if self.user else "?")

    async def on_disconnect(self) -> None:
        """The connection is lost, for now or for good. A new session would begin without waiting for its turn: a fresh client does."""
        self._told.disconnected(resumes=self.ws is None or self.ws.session_id is not None or self.is_closed())

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """A fault of ours; its name must do, since the arguments hold people's words."""
        kind = sys.exc_info()[0]
        log.error("discord: %s failed: %s", event_method, kind.__name__ if kind else "?")

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002
        """A new session begins; our turn for it came before we connected."""
        self.begun.set()

    async def begins(self, connecting: "asyncio.Task[None]") -> None:
        """Returns when a session is asked for, or when `connecting` has failed before."""
        begun = asyncio.create_task(self.begun.wait())
        try:
            await asyncio.wait((connecting, begun), return_when=asyncio.FIRST_COMPLETED)
        finally:
            begun.cancel()

    async def close(self) -> None:
        """The session alone: others use the login."""
        self.http = self._own_http
        await super().close()


def _as_options(shard: Shard) -> dict[str, Any]:
    """A bot with one shard need not say so."""
    return {} if shard.count == 1 else {"shard_id": shard.number, "shard_count": shard.count}


def _then(parse: Callable[[Any], None], follow: Callable[[Any], None]) -> Callable[[Any], None]:
    def parse_and_follow(data: Any) -> None:
        parse(data)
        follow(data)

    return parse_and_follow


def _forgiving(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """discord.py ends the whole connection over one event with a missing field; we lose only the event."""

    def parse_or_skip(data: Any) -> None:
        try:
            parse(data)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as exc:
            log.warning("discord: an event %s could not be read: %s", name, type(exc).__name__)

    return parse_or_skip
