"""Fetches files that came with messages, from Discord's two hosts for them and no others.

Their addresses are signed and hold for about a day; a message that is read again has new ones (Discord's reference, "Signed Attachment
CDN URLs").
"""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import discord

from adapters.discord.faults import translated
from bot.errors import NotAllowed, PlaceGone, RateLimited, Unreachable, Unsupported
from bot.messages import Attachment
from bot.platforms import Fetched

HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_PATIENCE = aiohttp.ClientTimeout(total=15)
_WAIT = 30.0
_PIECE = 65_536
_REFUSED: dict[int, type[NotAllowed] | type[PlaceGone]] = {401: NotAllowed, 403: NotAllowed, 404: PlaceGone, 410: PlaceGone}


class Files:
    """`api_url` leads to another server that speaks Discord's API, and keeps its own files; "" for Discord."""

    def __init__(self, api_url: str) -> None:
        self._other = urlsplit(api_url)

    async def fetch(self, message: discord.PartialMessage, attachment: Attachment, most: int) -> Fetched:
        """Raises PlatformError, as the port says."""
        if not self._is_discords(attachment.address):
            raise NotAllowed("a file lies outside of Discord")
        try:
            return await self._read(attachment.address, most)
        except (NotAllowed, PlaceGone):
            # It is gone, or only its address is old.
            address = await _renewed(message, attachment)
            if _same(address, attachment.address) or not self._is_discords(address):
                raise
        return await self._read(address, most)

    async def _read(self, address: str, most: int) -> Fetched:
        with translated():
            # A session of its own: nothing of the bot's login goes there, and the file is never read further than asked.
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE, cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.get(address, allow_redirects=False) as answer,
            ):
                _check(answer)
                return await Fetched.beginning(answer.content.iter_chunked(_PIECE), most)

    def _is_discords(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            return False
        if parts.username is not None:
            return False
        if parts.scheme == "https" and parts.hostname in HOSTS and port is None:
            return True
        other = self._other
        return bool(other.hostname) and (parts.scheme, parts.hostname, port) == (other.scheme, other.hostname, other.port)


async def _renewed(message: discord.PartialMessage, attachment: Attachment) -> str:
    """Its address as Discord tells it now. Raises PlatformError."""
    with translated():
        found = await message.fetch()
    for one in found.attachments:
        if str(one.id) == attachment.id:
            return str(one.url)
    raise PlaceGone("a file is not there any more")


def _same(one: str, other: str) -> bool:
    """Whether two addresses hold equally long."""
    return one == other or parse_qs(urlsplit(one).query) == parse_qs(urlsplit(other).query)


def _check(answer: aiohttp.ClientResponse) -> None:
    """Raises what a status means."""
    status = answer.status
    if status == 429:
        wait = answer.headers.get("Retry-After", "")
        raise RateLimited("Discord refuses a file: 429", float(wait) if wait.isdecimal() else _WAIT)
    if status >= 500:
        raise Unreachable(f"Discord refuses a file: {status}")
    if 300 <= status < 400:
        raise NotAllowed("a file lies outside of Discord")
    if status != 200:
        raise _REFUSED.get(status, Unsupported)(f"Discord refuses a file: {status}")
