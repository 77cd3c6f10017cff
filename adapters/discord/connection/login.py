"""The bot's login: all calls to Discord go through it, and the gateway's sessions stand on it."""

import asyncio

import discord

from adapters.discord.connection.client import sending_client
from adapters.discord.connection.supervision import Supervisor
from bot.platforms import State


class Login:
    """Logs in, and stays so. `client` is None before it did."""

    def __init__(self, token: str, pace: float) -> None:
        self.token = token
        self.client: discord.Client | None = None
        self._done = asyncio.Event()
        self._supervisor = Supervisor("discord", token, pace)

    def start(self) -> None:
        """Begin with the first try."""
        self._supervisor.start(self._run)

    async def settled(self) -> None:
        """Returns when we are logged in, or the first try has failed."""
        await self._supervisor.settled.wait()

    async def stop(self) -> None:
        """Close the calls' connections. Twice is fine."""
        await self._supervisor.stop()

    async def made(self) -> discord.Client:
        """As soon as we are logged in."""
        while self.client is None:
            await self._done.wait()
        return self.client

    def state(self) -> State:
        """Whether we are logged in."""
        return self._supervisor.state

    async def _run(self) -> None:
        client = sending_client()
        try:
            await client.login(self.token)
            self.client = client
            self._done.set()
            self._supervisor.got_through(f"ready to send as {client.user.name if client.user else '?'}")
            await asyncio.Event().wait()
        finally:
            self.client = None
            self._done.clear()
            await client.close()
