"""Discord through discord.py: what the gateway says becomes events, a reply becomes one POST.

discord.py survives a lost connection by itself, but not a gateway that is down at the start, and it stays with
a dead session for long. So `_supervise` stands over it: whenever a client ends, for whatever reason, a fresh one is tried.
"""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import Sequence
from typing import Any

import discord
import yarl
from aiohttp.web import RouteDef

from adapters.discord.connection.client import HearingClient, sending_client
from adapters.discord.connection.hearing import Hearing, own_id
from adapters.discord.connection.underway import Underway
from adapters.discord.faults import INTENT_CURE, LOGIN_CURE, intent_faults, outage, translated, wrong_token
from adapters.discord.incoming import NAME
from adapters.discord.outgoing import split_reply, write_reply
from bot.errors import NotAllowed, PlaceGone, PlatformError, Unreachable
from bot.messages import Fault, Place, Reply
from bot.platforms import Capabilities, Cursors, Pace, Receive, State
from bot.pressed import Interact

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
        self._hearing: Hearing | None = None
        self._state = State(False, "not started")
        self._settled = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None
        self._run: asyncio.Task[None] | None = None
        self._giving_up: asyncio.TimerHandle | None = None
        self._failures = 0

    async def start(self, receive: Receive, cursors: Cursors, interact: Interact | None = None) -> None:  # noqa: ARG002 (nothing to press is shown yet)
        """Begin to hear, and read what was missed; an outage is never raised. Raises StoreError."""
        await self._begin(Hearing(receive, cursors, self.underway, self.pace))

    async def open(self) -> None:
        """Log in to send, and hear nothing: no session at the gateway is made."""
        await self._begin(None)

    async def _begin(self, hearing: Hearing | None) -> None:
        _lead_library(*self._addresses)
        self._hearing = hearing
        if hearing is not None:
            await hearing.start()
        self._settled.clear()
        self._state = State(False, "no answer from Discord yet")
        self._supervisor = asyncio.create_task(self._supervise(hearing), name="discord supervisor")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), FIRST_CONNECTION)

    async def stop(self) -> None:
        """Hear nothing more, let what is under way end, close."""
        await asyncio.sleep(0)  # what discord.py has just handed over begins now, and is waited for
        if self._hearing is not None:
            self._hearing.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.idle(), DRAIN)
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.cancel()
            await asyncio.gather(supervisor, return_exceptions=True)
        if self._hearing is not None:
            await self._hearing.stop()
            self._hearing = None
        self._state = State(False, "stopped")

    async def idle(self) -> None:
        """Returns when nothing is being handed over, sent or read from the history."""
        if self._hearing is not None:
            await self._hearing.history.idle()
        await self.underway.idle()

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
            me = own_id(self._client)
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

    def connected(self, name: str) -> None:
        """The gateway speaks to us."""
        self._failures = 0
        self._keep_session()
        why = f"connected as {name}"
        self._state = State(True, why if self._content_granted else f"{why} ({LESS_HEARD})")
        self._settled.set()

    def _ready_to_send(self, client: discord.Client) -> None:
        self._failures = 0
        self._state = State(True, f"ready to send as {client.user.name if client.user else '?'}")
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

    async def _supervise(self, hearing: Hearing | None) -> None:
        """One client after the other, for ever; the waits grow as long as none gets through."""
        while True:
            self._run = asyncio.create_task(self._run_client(hearing), name="discord client")
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

    async def _run_client(self, hearing: Hearing | None) -> None:
        """One client's life: log in, then hear until it cannot go on; or stay logged in, to send."""
        client = HearingClient(self, hearing, content=self._content_granted) if hearing is not None else sending_client()
        try:
            await client.login(self._token)
            self._client = client
            if hearing is None:
                self._ready_to_send(client)
                await asyncio.Event().wait()
            await client.connect()
        finally:
            self._client = None
            if hearing is not None:
                hearing.history.stop()
            await client.close()

    def _channel(self, place: Place) -> discord.PartialMessageable:
        """Where to post; no call is made for it."""
        if self._client is None:
            raise Unreachable(f"Discord: {self._state.why}")
        if not place.channel.isdecimal():
            raise PlaceGone("this is not a channel of Discord")
        return self._client.get_partial_messageable(int(place.channel))


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
