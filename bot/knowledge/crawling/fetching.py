"""One address -> its bytes: no cookies, no proxy, few redirects, little time, and never more than it may hold."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import aiohttp
from protego import Protego

from bot.errors import Unreadable
from bot.knowledge.crawling.policy import AddressPolicy, PinnedResolver

AGENT = "Polydesk"
LARGEST = 5 * 1024 * 1024
"""Of a page, decompressed, in bytes."""
SECONDS = 10.0
REDIRECTS = 3
LONGEST_PAUSE = 10.0
KINDS = {"text/html": ".html", "text/markdown": ".md", "text/plain": ".txt", "application/pdf": ".pdf"}
MAPS = ("application/xml", "text/xml", "application/gzip", "application/x-gzip", "application/octet-stream", "text/plain")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said. `url`: where it was found in the end. `status`: 200, 304 (as we know it), 404 or 410 (gone)."""

    url: str
    status: int
    data: bytes = b""
    kind: str = ""
    etag: str = ""
    modified: str = ""
    robots: str = ""


class Fetcher:
    """Fetches addresses of these hosts, one after the other. Raises Unreadable for whatever does not end well."""

    def __init__(self, hosts: frozenset[str], policy: AddressPolicy, pause: float) -> None:
        self._resolver = PinnedResolver(hosts, policy)
        self._pause = pause
        self._robots: dict[str, Protego] = {}
        self._asked: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=self._resolver, use_dns_cache=False, limit=2),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=SECONDS),
            trust_env=False,
            headers={"User-Agent": f"{AGENT}/1.0 (help desk indexing its own shop's pages)"},
        )
        return self

    async def __aexit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        await self._session.close()

    async def page(self, url: str, known: Mapping[str, tuple[str, str]]) -> Answer:
        """A page; `known` holds ETag and Last-Modified of those that need not be sent again."""
        return await self._followed(url, tuple(KINDS), known)

    async def site_map(self, url: str) -> Answer:
        """A sitemap, packed or not."""
        return await self._followed(url, MAPS, {})

    async def robots(self, url: str) -> Protego:
        """What the host of this address wants no robot to read; nothing of it, while it does not answer (RFC 9309)."""
        where = urljoin(url, "/robots.txt")
        if where not in self._robots:
            answer = await self._followed(where, None, {})
            self._robots[where] = Protego.parse(answer.data.decode("utf-8", "replace") if answer.status == 200 else "")
        return self._robots[where]

    async def _followed(self, url: str, kinds: tuple[str, ...] | None, known: Mapping[str, tuple[str, str]]) -> Answer:
        for _ in range(REDIRECTS + 1):
            await self._resolver.check(url)
            if kinds is not None:
                await self._permitted(url)
            answer = await self._asked_once(url, kinds, known.get(url, ("", "")))
            if isinstance(answer, Answer):
                return answer
            url = urljoin(url, answer).partition("#")[0]
        raise Unreadable(url, f"it redirects more than {REDIRECTS} times")

    async def _permitted(self, url: str) -> None:
        robots = await self.robots(url)
        if not robots.can_fetch(url, AGENT):
            raise Unreadable(url, "the site's robots.txt forbids reading it")
        host = urljoin(url, "/")
        clock = asyncio.get_running_loop().time()
        wait = self._asked.get(host, 0.0) + min(max(self._pause, robots.crawl_delay(AGENT) or 0.0), LONGEST_PAUSE) - clock
        if wait > 0:
            await asyncio.sleep(wait)
        self._asked[host] = asyncio.get_running_loop().time()

    async def _asked_once(self, url: str, kinds: tuple[str, ...] | None, known: tuple[str, str]) -> Answer | str:
        """The answer, or where it sends us."""
        etag, modified = known
        headers = ({"If-None-Match": etag} if etag else {}) | ({"If-Modified-Since": modified} if modified else {})
        try:
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                return await self._understood(url, response, kinds)
        except TimeoutError as exc:
            raise Unreadable(url, f"no answer within {SECONDS:.0f} seconds") from exc
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise Unreadable(url, f"it cannot be reached ({type(exc).__name__})") from exc

    async def _understood(self, url: str, response: aiohttp.ClientResponse, kinds: tuple[str, ...] | None) -> Answer | str:
        if response.status in (301, 302, 303, 307, 308) and "Location" in response.headers:
            return response.headers["Location"]
        gone = response.status in (404, 410) or (kinds is None and 400 <= response.status < 500)
        if gone or response.status == 304:
            return Answer(url, 404 if gone else 304)
        if response.status != 200:
            raise Unreadable(url, f"the server answers {response.status}")
        if kinds is not None and response.content_type not in kinds:
            raise Unreadable(url, f"{response.content_type} is not a kind of document that can be read")
        data = bytearray()
        async for chunk in response.content.iter_chunked(65536):
            data += chunk
            if len(data) > LARGEST:
                raise Unreadable(url, f"it is larger than {LARGEST // 1024 // 1024} MB")
        headers = response.headers
        return Answer(
            url,
            200,
            bytes(data),
            KINDS.get(response.content_type, ""),
            headers.get("ETag", ""),
            headers.get("Last-Modified", ""),
            headers.get("X-Robots-Tag", "").lower(),
        )
