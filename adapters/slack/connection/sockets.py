"""One Socket Mode connection, from its opening until it is lost.

Slack's client reconnects by itself, but is known to die silently while doing so. So here it only reports that the
connection is lost; whoever holds it closes it and makes a new one.
"""

import asyncio
import time
from contextlib import suppress
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.connection.edge import dispatched

_PING_EVERY = 10.0
"""Seconds; a connection is lost when four pings have brought no pong."""
_LOOK_EVERY = 1.0


class UnderWay:
    """Counts the deliveries that are being taken in, so that stopping can wait for them."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    def __enter__(self) -> None:
        self._count += 1
        self._none.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._none.set()

    async def over(self, patience: float) -> None:
        """Returns when none is left, or after `patience` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._none.wait()


class _Client(SocketModeClient):
    """Slack's client, which tells us where it would reconnect."""

    lost: asyncio.Event

    async def connect_to_new_endpoint(self, force: bool = False) -> None:  # noqa: ARG002 - its signature
        """Called for a dead connection (by pings), for a closed one, and when Slack asks us to connect anew."""
        self.lost.set()


class Socket:
    """A connection over which Bolt's app hears. Must be made in a running loop, and closed."""

    def __init__(self, app: AsyncApp, app_token: str, under_way: UnderWay) -> None:
        self._app = app
        self._under_way = under_way
        self._closing = False
        self._client = _Client(app_token, logger=app.logger, web_client=app.client, ping_interval=_PING_EVERY)
        self._client.lost = asyncio.Event()
        self._client.socket_mode_request_listeners.append(self._hear)

    async def open(self, patience: float) -> None:
        """Ask Slack for an address and connect to it; raises the library's errors, TimeoutError after `patience` seconds."""
        opened = await self._client.web_client.apps_connections_open(app_token=self._client.app_token)
        self._client.wss_uri = str(opened["url"])
        async with asyncio.timeout(patience):
            await self._client.connect()  # type: ignore[no-untyped-call]

    async def until_lost(self) -> None:
        """Returns when nothing can be heard any more."""
        while await self._client.is_connected():
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._client.lost.wait()
                    return

    async def close(self, patience: float) -> None:
        """Take nothing more in, let what is under way be acknowledged, and leave no task behind."""
        self._closing = True
        await self._under_way.over(patience)
        client = self._client
        with suppress(OSError, RuntimeError):
            await client.close()  # type: ignore[no-untyped-call]
        tasks = [client.message_processor, client.current_session_monitor, client.message_receiver]
        await asyncio.gather(*(task for task in tasks if task), return_exceptions=True)

    async def _hear(self, client: Any, request: SocketModeRequest) -> None:
        """What arrives while we close is not acknowledged: Slack sends it again, to whoever connects next."""
        if self._closing:
            return
        with self._under_way:
            answer = await dispatched(self._app, request.payload)
            await send_async_response(client, request, answer, time.time())
