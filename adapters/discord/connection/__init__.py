"""Discord through discord.py: what the gateway says becomes events, a reply becomes one POST.

login.py is what all calls go through; shards.py says which parts of the gateway we hear, session.py hears one of them.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

import discord
import yarl
from aiohttp.web import RouteDef

from adapters.discord.components import view_of
from adapters.discord.connection import live
from adapters.discord.connection.files import Files
from adapters.discord.connection.forums import Forums
from adapters.discord.connection.gateway import Shard
from adapters.discord.connection.hearing import Hearing, own_id
from adapters.discord.connection.interacting import Interacting
from adapters.discord.connection.login import Login
from adapters.discord.connection.private import open_direct, send_private
from adapters.discord.connection.shards import Alone, Shards
from adapters.discord.connection.underway import Underway
from adapters.discord.faults import LOGIN_CURE, intent_faults, translated, wrong_token
from adapters.discord.incoming import NAME
from adapters.discord.outgoing import split_reply, write_reply
from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable
from bot.messages import Attachment, Fault, Mark, MessageReceived, Place, Reply
from bot.platforms import (
    Call,
    Capabilities,
    Cursors,
    Fetched,
    Limit,
    Listens,
    LiveMessage,
    Pace,
    Receive,
    Shares,
    State,
    TagsOf,
    nowhere,
)
from bot.pressed import Interact

log = logging.getLogger(__name__)

FIRST_CONNECTION = 10.0
"""Seconds that `start` waits at most."""
CALL = 60.0
"""Seconds for one call; discord.py waits inside for rate limits of up to 30 s."""
DRAIN = 15.0
"""Seconds that `stop` leaves to what is under way."""
TYPING = 10.0
"""Seconds until typing dots go out."""
_ROUTES: tuple[tuple[Call, ...], ...] = (("post", "live-start"), ("edit", "live-append", "live-stop"), ("look",), ("status",), ("mark",))
LIMITS = (
    *(Limit(calls, "channel", Pace(5, 5.0)) for calls in _ROUTES),
    Limit(("open",), "platform", Pace(5, 5.0)),
    Limit((*(call for calls in _ROUTES for call in calls), "open"), "platform", Pace(50, 1.0)),
)
"""What Discord has long told in its headers for each of these routes, and documents for a bot as a whole. discord.py keeps to the headers
besides, whatever they say, but who waits inside it waits in no order of ours."""


class DiscordPlatform:
    """Discord as a Platform. `api_url` and `gateway_url` lead discord.py (for the whole process) to another server.

    `shares` says which shards are ours where other processes hear too; None: all of them. `pace` stretches or shortens every wait
    between tries; tests hurry with it.
    """

    name = NAME
    capabilities = Capabilities(
        status=True, buttons=True, private=True, live=True, files=True, marks=True, one_id=True, status_seconds=TYPING, limits=LIMITS
    )

    def __init__(self, token: str, api_url: str = "", gateway_url: str = "", shares: Shares | None = None, *, pace: float = 1.0) -> None:
        self._token = token
        self._addresses = (api_url.rstrip("/"), gateway_url)
        self._shares = shares or Alone()
        self.pace = pace
        self.underway = Underway()
        self._files = Files(api_url)
        self._forums = Forums()
        self._login: Login | None = None
        self._shards: Shards | None = None

    async def start(self, receive: Receive, cursors: Cursors, interact: Interact | None = None, listens: Listens = nowhere) -> None:
        """Begin to hear, and read what was missed; an outage is never raised."""
        interacting = Interacting(interact, self.underway, self.pace) if interact is not None else None
        await self._begin(lambda shard: Hearing(receive, cursors, listens, shard, self.pace, interacting))

    async def open(self) -> None:
        """Log in to send, and hear nothing: no session at the gateway is made."""
        await self._begin(None)

    async def _begin(self, hear: Callable[[Shard], Hearing] | None) -> None:
        _lead_library(*self._addresses)
        self._login = login = Login(self._token, self.pace)
        self._shards = shards = Shards(login, hear, self._shares, self.pace) if hear is not None else None
        login.start()
        if shards is not None:
            shards.start()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_CONNECTION):
                await login.settled()
                if shards is not None and login.client is not None:
                    await shards.settled()

    async def stop(self) -> None:
        """Hear nothing more, let what is under way end, close."""
        shards, self._shards = self._shards, None
        if shards is not None:
            await shards.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.underway.idle(), DRAIN)
        login, self._login = self._login, None
        if login is not None:
            await login.stop()

    async def idle(self) -> None:
        """Returns when nothing is being handed over, sent or read from the history."""
        if self._shards is not None:
            await self._shards.idle()
        await self.underway.idle()

    def state(self) -> State:
        """Whether we hear right now; where we only send, whether we are logged in."""
        if self._login is None:
            return State(False, "not started")
        if self._login.client is None or self._shards is None:
            return self._login.state()
        return self._shards.state()

    def routes(self) -> Sequence[RouteDef]:
        """Nothing: everything comes through the gateway."""
        return ()

    def split(self, reply: Reply) -> Sequence[Reply]:
        """The reply as messages of at most 2,000 characters."""
        return split_reply(reply)

    async def check(self) -> Sequence[Fault]:
        """Log in once: is the token right, and may we read what does not name us?"""
        _lead_library(*self._addresses)
        if what := wrong_token(self._token):
            return [Fault(NAME, what, LOGIN_CURE)]
        client = discord.Client(intents=discord.Intents.none())
        try:
            with translated():
                await asyncio.wait_for(client.login(self._token), 15)
            return intent_faults(client)
        except NotAllowed:
            return [Fault(NAME, "Discord does not know this token", LOGIN_CURE)]
        except PlatformError as exc:
            return [Fault(NAME, f"Discord cannot be reached: {exc}", "Look at the network of this machine, and at discordstatus.com")]
        finally:
            await client.close()

    async def send(self, place: Place, reply: Reply, key: str) -> str:
        """One POST. The nonce makes Discord return the first message when the same part comes again within minutes."""
        if reply.only_for:
            with self.underway:
                return await send_private(self._logged_in(), reply, key)
        with self.underway, translated():
            channel = self._channel(place)
            async with asyncio.timeout(CALL):
                sent = await channel.send(
                    write_reply(reply), nonce=key, suppress_embeds=True, view=view_of(reply), **_reference(place, reply)
                )
            return str(sent.id)

    async def open_direct(self, place: Place, person: str) -> Place:  # noqa: ARG002 (one direct message, whatever the server)
        """Our direct messages with him; whether he takes any, Discord says only when something is sent."""
        with self.underway:
            return await open_direct(self._logged_in(), person)

    async def find_sent(self, place: Place, reply: Reply, key: str, after: str = "") -> str | None:  # noqa: ARG002 (no nonces in a history)
        """Our own message with this content that answers the same message, among the 200 after it and after what we said last.

        What one person alone sees is in no history.
        """
        if reply.only_for:
            return None
        content = write_reply(reply)
        answered = int(reply.answers) if reply.answers.isdecimal() else 0
        since = max(answered, int(after) if after.isdecimal() else 0)
        with self.underway, translated():
            channel = self._channel(place)
            me = own_id(self._client)
            async with asyncio.timeout(CALL):
                async for message in channel.history(limit=200, after=discord.Object(since) if since else None):
                    replies_to = message.reference.message_id if message.reference else 0
                    if message.author.id == me and message.content == content and (place.direct or replies_to == answered):
                        return str(message.id)
        return None

    async def open_live(self, question: MessageReceived, text: str) -> LiveMessage:
        """A message with a cursor, as an answer to the question."""
        place, answer = question.place, Reply(text, "", answers=question.message_id)
        with self.underway, translated():
            channel = self._channel(place)
            async with asyncio.timeout(CALL):
                sent = await channel.send(live.unfinished(text), suppress_embeds=True, **_reference(place, answer))
            return live.Growing(channel.get_partial_message(sent.id))

    async def find_live(self, place: Place, questions: Sequence[str]) -> Sequence[str]:
        """Our messages with a cursor, among the 200 after the first question."""
        with self.underway:
            return await live.find(self._channel(place), own_id(self._client), place, questions)

    async def finish(self, place: Place, message_id: str, reply: Reply, key: str) -> None:  # noqa: ARG002 (no nonces in an edit)
        """The last edit: all of it, and no cursor."""
        with self.underway:
            await live.finish(_message_of(self._channel(place), message_id), reply)

    async def remove(self, place: Place, message_id: str) -> None:
        """Delete it."""
        with self.underway:
            await live.remove(_message_of(self._channel(place), message_id))

    async def fetch(self, message: MessageReceived, attachment: Attachment, most: int) -> Fetched:
        """From where Discord keeps files; the message is read again where the address does not hold any more."""
        with self.underway:
            return await self._files.fetch(_message_of(self._channel(message.place), message.message_id), attachment, most)

    def link(self, place: Place, message_id: str) -> str:
        """Opens Discord at the message."""
        return f"https://discord.com/channels/{'@me' if place.direct else place.workspace}/{place.channel}/{message_id}"

    async def mark(self, mark: Mark, tags: TagsOf) -> None:
        """Tags a forum's post; other conversations have no tags."""
        place = mark.place
        if place.direct or place.thread or not place.channel.isdecimal():
            return
        with self.underway:
            await self._forums.tag(self._logged_in(), mark, tags)

    async def show_status(self, place: Place, reply_to: str, on: bool, language: str = "en") -> None:  # noqa: ARG002
        """Typing dots for ten seconds; Discord itself clears it when we post."""
        if not on:
            return
        try:
            with translated():
                async with asyncio.timeout(5):
                    await self._channel(place).typing()
        except RateLimited:
            raise
        except PlatformError as error:
            log.debug("no typing in Discord: %s", error, extra={"place": place.key})

    @property
    def _client(self) -> discord.Client | None:
        """What all calls go through; None before we are logged in."""
        return self._login.client if self._login is not None else None

    def _logged_in(self) -> discord.Client:
        if (client := self._client) is None:
            raise Unreachable(f"Discord: {self.state().why}")
        return client

    def _channel(self, place: Place) -> discord.PartialMessageable:
        """Where to post; no call is made for it."""
        client = self._logged_in()
        if not place.channel.isdecimal():
            raise PlaceGone("this is not a channel of Discord")
        return client.get_partial_messageable(int(place.channel))


def _message_of(channel: discord.PartialMessageable, message_id: str) -> discord.PartialMessage:
    if not message_id.isdecimal():
        raise PlaceGone("this is not a message of Discord")
    return channel.get_partial_message(int(message_id))


def _reference(place: Place, reply: Reply) -> dict[str, Any]:
    """What makes the message an answer; in a direct message there is nobody to tell apart."""
    if place.direct or not reply.answers.isdecimal():
        return {}
    reference = discord.MessageReference(message_id=int(reply.answers), channel_id=int(place.channel), fail_if_not_exists=False)
    return {"reference": reference, "mention_author": False}


def _from_json(text: str) -> Any:
    """JSON that is nested too deeply to be read is skipped like an event of an unknown kind; it would end the connection."""
    try:
        return json.loads(text)
    except RecursionError:
        log.warning("discord: something nested too deeply was skipped")
        return {}


def _lead_library(api_url: str, gateway_url: str) -> None:
    """discord.py keeps both addresses, how it reads JSON, and whether it warns that it cannot speak aloud, for the whole process."""
    discord.utils._from_json = _from_json
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    if api_url:
        discord.http.Route.BASE = api_url
    if gateway_url:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
