"""Discord through discord.py: what the gateway says becomes events, a reply becomes one POST.

discord.py survives a lost connection by itself, but not a gateway that is down at the start, and it stays with
a dead session for long. So `_supervise` stands over it: whenever a client ends, for whatever reason, a fresh one is tried.
"""

import asyncio
import contextlib
import logging
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import discord
import yarl
from aiohttp.web import RouteDef

from adapters.discord.faults import INTENT_CURE, LOGIN_CURE, intent_faults, outage, translated, wrong_token
from adapters.discord.incoming import NAME, read_delete, read_edit, read_message
from adapters.discord.outgoing import split_reply, write_reply
from bot.errors import NotAllowed, PlaceGone, PlatformError, Unreachable
from bot.messages import Event, Fault, Place, Reply
from bot.platforms import Capabilities, Pace, Receive, State

log = logging.getLogger(__name__)

FIRST_CONNECTION = 10.0
"""Seconds that `start` waits at most."""
LONGEST_WAIT = 60.0
"""Seconds between two tries, at most."""
WRONG_TOKEN_WAIT = 300.0
"""Seconds until a token that was refused is tried again: many refusals get the address banned."""
LESS_HEARD = "only mentions, pinging replies and direct messages are heard: the message content intent is off"
LOST_FOR_GOOD = 300.0
"""Seconds without connection after which the session is given up; discord.py alone would soon wait a quarter of an hour."""
WRITE_DOWN_WAITS = (0.2, 1.0, 3.0, 10.0)
"""Seconds between tries to hand an event over; Discord never sends one twice."""
CALL = 60.0
"""Seconds for one call; discord.py waits inside for rate limits of up to 30 s."""
DRAIN = 15.0
"""Seconds that `stop` leaves to what is under way."""


class DiscordPlatform:
    """Discord as a Platform. `api_url` and `gateway_url` lead discord.py (for the whole process) to another server.

    `pace` stretches or shortens every wait between tries; tests hurry with it.
    """

    name = NAME
    capabilities = Capabilities(status=True, channel_pace=Pace(per_second=1, at_once=5), overall_pace=Pace(per_second=40, at_once=40))

    def __init__(self, token: str, api_url: str = "", gateway_url: str = "", *, pace: float = 1.0) -> None:
        self._token = token
        self._addresses = (api_url.rstrip("/"), gateway_url)
        self.pace = pace
        self.underway = Underway()
        self._content_granted = True
        self._client: discord.Client | None = None
        self._receive: Receive | None = None
        self._state = State(False, "not started")
        self._settled = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None
        self._run: asyncio.Task[None] | None = None
        self._giving_up: asyncio.TimerHandle | None = None
        self._failures = 0

    async def start(self, receive: Receive) -> None:
        """Begin to hear; an outage is never raised."""
        _lead_library(*self._addresses)
        self._receive = receive
        self._settled.clear()
        self._supervisor = asyncio.create_task(self._supervise(), name="discord supervisor")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), FIRST_CONNECTION)

    async def stop(self) -> None:
        """Hear nothing more, let what is under way end, close."""
        await asyncio.sleep(0)  # what discord.py has just handed over begins now, and is waited for
        self._receive = None
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.underway.idle(), DRAIN)
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.cancel()
            await asyncio.gather(supervisor, return_exceptions=True)
        self._state = State(False, "stopped")

    def state(self) -> State:
        """Whether we hear right now."""
        return self._state

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
        client = HearingClient(self, content=True)
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
        with self.underway, translated():
            channel = self._channel(place)
            async with asyncio.timeout(CALL):
                sent = await channel.send(write_reply(reply), nonce=key, suppress_embeds=True, **_reference(place, reply))
            return str(sent.id)

    async def find_sent(self, place: Place, reply: Reply, key: str, after: str = "") -> str | None:  # noqa: ARG002 (no nonces in a history)
        """Our own message with this content that answers the same message, among the 200 after it and after what we said last."""
        content = write_reply(reply)
        answered = int(reply.answers) if reply.answers.isdecimal() else 0
        since = max(answered, int(after) if after.isdecimal() else 0)
        with self.underway, translated():
            channel = self._channel(place)
            me = _own_id(self._client)
            async with asyncio.timeout(CALL):
                async for message in channel.history(limit=200, after=discord.Object(since) if since else None):
                    replies_to = message.reference.message_id if message.reference else 0
                    if message.author.id == me and message.content == content and (place.direct or replies_to == answered):
                        return str(message.id)
        return None

    def link(self, place: Place, message_id: str) -> str:
        """Opens Discord at the message."""
        return f"https://discord.com/channels/{'@me' if place.direct else place.workspace}/{place.channel}/{message_id}"

    async def show_status(self, place: Place, reply_to: str, on: bool) -> None:  # noqa: ARG002
        """Typing dots for ten seconds; Discord itself clears it when we post."""
        if on:
            with contextlib.suppress(PlatformError), translated():
                async with asyncio.timeout(5):
                    await self._channel(place).typing()

    async def hear(self, event: Event | None) -> None:
        """Hand an event over until it is safely written down; Discord will not send it again."""
        receive = self._receive
        if event is None or receive is None:
            return
        with self.underway:
            for wait in (*WRITE_DOWN_WAITS, None):
                try:
                    await receive(event)
                    return
                except Exception as exc:  # noqa: BLE001 (whatever it is, this message has no second chance)
                    log.warning("discord: %s was not written down: %s", event.event_id, type(exc).__name__)
                if wait is not None:
                    await asyncio.sleep(wait * self.pace)
        log.error("discord: %s is lost, it could not be written down", event.event_id)

    def connected(self, name: str) -> None:
        """The gateway speaks to us."""
        self._failures = 0
        self._keep_session()
        why = f"connected as {name}"
        self._state = State(True, why if self._content_granted else f"{why} ({LESS_HEARD})")
        self._settled.set()

    def disconnected(self) -> None:
        """The gateway is lost. discord.py tries to resume the session, which makes sense for some minutes."""
        self._state = State(False, "connection to Discord lost, resuming")
        if self._giving_up is None and self._run is not None:
            self._giving_up = asyncio.get_running_loop().call_later(LOST_FOR_GOOD * self.pace, self._run.cancel)

    def _keep_session(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    async def _supervise(self) -> None:
        """One client after the other, for ever; the waits grow as long as none gets through."""
        while True:
            self._run = asyncio.create_task(self._run_client(), name="discord client")
            [fault] = await asyncio.gather(self._run, return_exceptions=True)
            self._keep_session()
            wait = self._after(fault) * self.pace
            if wait:
                self._settled.set()
            await asyncio.sleep(wait)

    def _after(self, fault: BaseException | None) -> float:
        """What the end of a client means; the seconds until the next try."""
        if isinstance(fault, discord.PrivilegedIntentsRequired) and self._content_granted:
            self._content_granted = False
            log.warning("discord: %s. %s", LESS_HEARD, INTENT_CURE)
            return 0.0
        if isinstance(fault, discord.LoginFailure):
            self._state = State(False, f"{wrong_token(self._token) or 'Discord does not know this token'}. {LOGIN_CURE}")
            log.error("discord: %s", self._state.why)
            return WRONG_TOKEN_WAIT
        self._failures += 1
        wait = min(LONGEST_WAIT, 2.0 ** min(self._failures - 1, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 (no secret)
        why = outage(fault)
        self._state = State(False, f"no connection to Discord ({why}), trying again")
        log.warning("discord: no connection (%s), next try in %.1f s", why, wait)
        return wait

    async def _run_client(self) -> None:
        """One client's life: log in, then hear until it cannot go on."""
        client = HearingClient(self, content=self._content_granted)
        try:
            await client.login(self._token)
            self._client = client
            await client.connect()
        finally:
            self._client = None
            await client.close()

    def _channel(self, place: Place) -> discord.PartialMessageable:
        """Where to post; no call is made for it."""
        if self._client is None:
            raise Unreachable(f"Discord: {self._state.why}")
        if not place.channel.isdecimal():
            raise PlaceGone("this is not a channel of Discord")
        return self._client.get_partial_messageable(int(place.channel))


class HearingClient(discord.Client):
    """discord.py's client, which keeps nothing in memory that we do not need, and tells its platform what it hears."""

    def __init__(self, platform: DiscordPlatform, *, content: bool) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=content)
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=30.0,
            guild_ready_timeout=0.2 * platform.pace,
        )
        self._platform = platform
        parsers = self._connection.parsers
        parsers.update({name: _forgiving(name, parse) for name, parse in parsers.items()})

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        await self._platform.hear(read_message(message, _own_id(self)))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed a message, or Discord added a preview to it."""
        await self._platform.hear(read_edit(payload.message, _own_id(self)))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was taken away."""
        await self._platform.hear(read_delete(payload.channel_id, payload.guild_id, payload.message_id, time.time()))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages were taken away at once."""
        for message in sorted(payload.message_ids):
            await self._platform.hear(read_delete(payload.channel_id, payload.guild_id, message, time.time()))

    async def on_ready(self) -> None:
        """A new session: after every start, and whenever an old session could not be resumed."""
        await self.on_resumed()

    async def on_resumed(self) -> None:
        """The old session goes on; what was missed has been sent again."""
        self._platform.connected(self.user.name if self.user else "?")

    async def on_disconnect(self) -> None:
        """The connection is lost, for now or for good."""
        self._platform.disconnected()

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        """A fault of ours; its name must do, since the arguments hold people's words."""
        kind = sys.exc_info()[0]
        log.error("discord: %s failed: %s", event_method, kind.__name__ if kind else "?")

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:  # noqa: ARG002
        """Discord wants five seconds between two new sessions."""
        if not initial:
            await asyncio.sleep(5.0 * self._platform.pace)


class Underway:
    """What is being done right now, so that stopping can wait for it."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self._count += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()

    async def idle(self) -> None:
        """Returns when nothing is under way."""
        await self._idle.wait()


def _reference(place: Place, reply: Reply) -> dict[str, Any]:
    """What makes the message an answer; in a direct message there is nobody to tell apart."""
    if place.direct or not reply.answers.isdecimal():
        return {}
    reference = discord.MessageReference(message_id=int(reply.answers), channel_id=int(place.channel), fail_if_not_exists=False)
    return {"reference": reference, "mention_author": False}


def _own_id(client: discord.Client | None) -> int:
    return client.user.id if client and client.user else 0


def _forgiving(name: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
    """discord.py ends the whole connection over one event with a missing field; we lose only the event."""

    def parse_or_skip(data: Any) -> None:
        try:
            parse(data)
        except (LookupError, TypeError, ValueError, AttributeError) as exc:
            log.warning("discord: an event %s could not be read: %s", name, type(exc).__name__)

    return parse_or_skip


def _lead_library(api_url: str, gateway_url: str) -> None:
    """discord.py keeps both addresses, and whether it warns that it cannot speak aloud, on its classes; there is no other way."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    if api_url:
        discord.http.Route.BASE = api_url
    if gateway_url:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
