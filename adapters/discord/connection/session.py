"""One shard's session at the gateway, for ever.

discord.py survives a lost connection by itself, but not a gateway that is down at the start, and it stays with
a dead session for long. So a supervisor stands over it: whenever a client ends, for whatever reason, a fresh one is tried.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

import discord

from adapters.discord.connection.client import HearingClient
from adapters.discord.connection.gateway import IDENTIFY_PACE, Shard, ask
from adapters.discord.connection.hearing import Hearing
from adapters.discord.connection.login import Login
from adapters.discord.connection.supervision import Supervisor, ended
from adapters.discord.faults import INTENT_CURE
from bot.errors import Unreachable
from bot.platforms import Shares, State

log = logging.getLogger(__name__)

LESS_HEARD = "only mentions, pinging replies and direct messages are heard: the message content intent is off"
LOST_FOR_GOOD = 300.0
"""Seconds without connection after which the session is given up; discord.py alone would soon wait a quarter of an hour."""
DRAIN = 15.0
"""Seconds that `stop` leaves to what is under way."""
NO_SHARD, TOO_FEW_SHARDS = 4010, 4011
"""Discord ends a session so when the bot's servers are divided otherwise by now."""


Outgrown = Callable[[], None]


class Rights:
    """What Discord lets us read; one answer for all shards."""

    def __init__(self) -> None:
        self.content = True

    def refused(self) -> None:
        """We may not read what does not name us; said once."""
        if self.content:
            self.content = False
            log.warning("discord: %s. %s", LESS_HEARD, INTENT_CURE)


class Session:
    """Hears one shard; its sessions begin in turn with others of the same `queue`.

    `outgrown` is called when Discord wants the servers divided otherwise.
    """

    def __init__(
        self, login: Login, hearing: Hearing, shard: Shard, queue: int, shares: Shares, rights: Rights, outgrown: Outgrown, pace: float
    ) -> None:
        self._login, self._queue, self._shares, self._rights, self._outgrown = login, queue, shares, rights, outgrown
        self.hearing = hearing
        self.shard = shard
        self.pace = pace
        self.name = ""
        self._supervisor = Supervisor(str(shard), login.token, pace)
        self._giving_up: asyncio.TimerHandle | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._why = ""

    def start(self) -> None:
        """Begin to hear; `settled` returns when the first connection stands or has failed."""
        self._supervisor.start(self._run)

    async def settled(self) -> None:
        """Returns when the first connection stands or has failed."""
        await self._supervisor.settled.wait()

    async def stop(self) -> None:
        """Hear nothing more, let what is under way end, write down how far we came."""
        await asyncio.sleep(0)  # what discord.py has just handed over begins now, and is waited for
        self.hearing.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.hearing.idle(), DRAIN)
        await self._supervisor.stop()
        await self.hearing.stop()

    def state(self) -> State:
        """Whether we hear this shard right now."""
        return self._supervisor.state

    def connected(self, name: str) -> None:
        """The gateway speaks to us."""
        self._keep()
        self.name = name
        why = f"connected as {name}"
        self._supervisor.got_through(why if self._rights.content else f"{why} ({LESS_HEARD})")

    def disconnected(self, resumes: bool) -> None:
        """The gateway is lost. discord.py tries to resume the session, which makes sense for some minutes, and only if there is one."""
        self._supervisor.waits("connection to Discord lost, resuming")
        if not resumes:
            self._break_off("it ended the session")
        elif self._giving_up is None:
            loop = asyncio.get_running_loop()
            self._giving_up = loop.call_later(LOST_FOR_GOOD * self.pace, self._break_off, "lost for too long")

    def _break_off(self, why: str) -> None:
        """For a fresh client; nothing happens where this one has ended already."""
        self._why = why
        if self._connecting is not None:
            self._connecting.cancel()

    def _keep(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None

    async def _run(self) -> None:
        """One client's life: begin a session when it is our turn, then hear until it cannot go on.

        Raises the library's errors, StoreError, Unreachable.
        """
        await self.hearing.start()
        client = HearingClient(self, self.hearing, await self._login.made(), content=self._rights.content)
        try:
            async with client:
                await self._hear(client)
        except discord.PrivilegedIntentsRequired:
            if not self._rights.content:
                raise
            self._rights.refused()
        except discord.ConnectionClosed as exc:
            if exc.code in (NO_SHARD, TOO_FEW_SHARDS):
                self._outgrown()
            raise
        finally:
            self._keep()
            self.hearing.history.stop()

    async def _afford(self) -> None:
        """Something is wrong when nearly all sessions of a day were begun; the rest is spread over the time that is left."""
        gateway = await ask(await self._login.made())
        if wait := gateway.wait():
            why = f"only {gateway.remaining} new connections are allowed until {gateway.resets / 60:.0f} minutes from now"
            self._supervisor.waits(f"{why}, waiting {wait / 60:.0f} minutes")
            log.warning("%s: %s, the next one in %.0f s", self.shard, why, wait)
            self._supervisor.settled.set()
            await asyncio.sleep(wait * self.pace)

    async def _hear(self, client: HearingClient) -> None:
        """Connect; the next of our queue may begin five seconds after this one did, whatever became of it."""
        try:
            async with self._shares.turn(self._queue):
                await self._afford()
                self._connecting = connecting = asyncio.create_task(client.connect(), name=f"{self.shard} client")
                await client.begins(connecting)
                if client.begun.is_set():
                    await asyncio.sleep(IDENTIFY_PACE * self.pace)
            await asyncio.wait((connecting,))
            if connecting.cancelled():
                raise Unreachable(self._why)
            connecting.result()
        finally:
            if self._connecting is not None:
                await ended(self._connecting)
