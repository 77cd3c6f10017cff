"""The way to one OpenAI-compatible server: the openai library's client, made when it is first needed, and closed.

Requests go through its `post`, which sends our bytes as they are and hands back theirs: its typed methods walk the type of
every message and chunk. Whatever it, its HTTP back end or the socket raises becomes a ModelError here.
"""

import asyncio
import importlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import ModelRefused
from bot.model.faults import Server, broken_off, fault_of, nonsense

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

Json = dict[str, Any]
CONNECT_SECONDS = 10.0
KEEP_SECONDS = 60.0
"""How long an idle connection is kept: a handshake costs more than an answer's tokens."""
LARGEST_DOCUMENT = 64 * 1024**2
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_KEY = "none"
"""Servers in the house need no key, but the library insists on one."""


class Connection:
    """`server` is what the texts of errors say. All times are the caller's to limit, but for the connecting itself."""

    def __init__(self, url: str, key: str, model: str, settings: str) -> None:
        self.server = Server(settings, urlsplit(url).netloc.rpartition("@")[2], model)
        self._url, self._key = url, key.strip()
        self._client: AsyncOpenAI | None = None

    @asynccontextmanager
    async def ask(self, path: str, body: Json | None = None) -> AsyncIterator[AsyncIterator[bytes]]:
        """POST this body, or GET without one: inside are the bytes of the response as they come. Raises ModelError."""
        response = await self._sent(path, body)
        try:
            async with aclosing(self._bytes(response)) as chunks:
                yield chunks
        finally:
            await response.aclose()

    async def document(self, path: str, body: Json | None = None) -> Json:
        """A whole response, which must be one JSON object. Raises ModelError."""
        whole = bytearray()
        async with self.ask(path, body) as chunks:
            async for chunk in chunks:
                whole += chunk
                if len(whole) > LARGEST_DOCUMENT:
                    raise nonsense(self.server)
        try:
            document = json.loads(whole)
        except (ValueError, RecursionError) as exc:
            raise nonsense(self.server) from exc
        if not isinstance(document, dict):
            raise nonsense(self.server)
        return document

    async def close(self) -> None:
        """Give connections back. Twice is fine."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _sent(self, path: str, body: Json | None) -> "httpx2.Response":
        client = await self._opened()
        import httpx2
        import openai

        way: Any = {"cast_to": httpx2.Response, "stream": True, "stream_cls": openai.AsyncStream}
        try:
            if body is None:
                response: httpx2.Response = await client.get(path, **way)
            else:
                response = await client.post(path, content=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"), **way)
        except openai.APIStatusError as exc:
            # The exception quotes the server, which may quote the customer: it must not stand in a traceback.
            raise fault_of(exc, self.server) from None
        except Exception as exc:
            raise fault_of(exc, self.server) from exc
        return response

    async def _bytes(self, response: "httpx2.Response") -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in response.aiter_bytes():
                yield chunk
        except Exception as exc:
            raise broken_off(self.server) from exc

    async def _opened(self) -> "AsyncOpenAI":
        if self._client is None:
            # Importing takes a third of a second: customers of other lanes should not feel it.
            await asyncio.to_thread(importlib.import_module, "openai")
        if self._client is None:
            self._client = self._made()
        return self._client

    def _made(self) -> "AsyncOpenAI":
        import httpx2
        import openai

        class Discreet(openai.AsyncOpenAI):
            """Sends what a request needs, and nothing of what the environment says of OpenAI's organizations and headers."""

            @property
            def default_headers(self) -> dict[str, str | openai.Omit]:
                return {"Accept": "application/json, text/event-stream", "Content-Type": "application/json", "User-Agent": "Polydesk"}

        if not (self._key.isascii() and self._key.isprintable()):
            raise ModelRefused(f"{self.server.settings}_KEY cannot be a key, it has odd characters: copy it again")
        try:
            return Discreet(
                base_url=self._url,
                api_key=self._key or NO_KEY,
                admin_api_key="",
                organization="",
                project="",
                max_retries=0,
                timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
                http_client=openai.DefaultAioHttpClient(
                    timeout=None,
                    # How many there are at once is `answers_at_once`, of which a limit here would know nothing: 0 is none to aiohttp.
                    limits=httpx2.Limits(max_connections=0, keepalive_expiry=KEEP_SECONDS),
                    # What a customer said goes to the address that the shop chose, and nowhere else.
                    follow_redirects=False,
                    # A proxy of the machine is right for the world, and wrong for the machine itself.
                    trust_env=urlsplit(self._url).hostname not in LOOPBACK,
                ),
            )
        except Exception as exc:
            raise fault_of(exc, self.server) from exc
