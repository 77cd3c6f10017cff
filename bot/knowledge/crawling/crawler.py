"""An address -> its page, or the pages of its site: those of its sitemap, else those that links lead to under its path."""

from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

from bot.errors import Unreadable
from bot.knowledge.crawling import sitemap
from bot.knowledge.crawling.fetching import Answer, Fetcher
from bot.knowledge.crawling.policy import AddressPolicy
from bot.knowledge.documents.webpage import follow

PAUSE = 0.2
"""Between two requests to a host, in seconds; its robots.txt may ask for more."""
MOST_MAPS = 50
PAGES = frozenset({"", ".html", ".htm", ".php", ".asp", ".aspx", ".jsp", ".md", ".txt", ".pdf"})
"""What a link must end on to be followed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the last run learned of a page."""

    etag: str = ""
    modified: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a site. `data` is None when it is as it was; `fault` says why it could not be read.
    `known` is to be kept for the next run."""

    address: str
    data: bytes | None = None
    kind: str = ""
    known: Known = Known()
    fault: str = ""


@dataclass(slots=True)
class _Site:
    """One crawl. `mapped`: a sitemap named its pages, so links are not followed."""

    root: str
    waiting: deque[str]
    seen: set[str] = field(default_factory=set)
    mapped: bool = False
    whole: bool = True

    def add(self, urls: Iterable[str]) -> None:
        for url in urls:
            if url not in self.seen and is_below(url, self.root):
                self.seen.add(url)
                self.waiting.append(url)


class Crawler:
    """Reads the pages of a shop's sites. `hosts` may be asked besides those of the addresses; `pages` at most of each."""

    def __init__(self, hosts: Sequence[str] = (), pages: int = 1000, policy: AddressPolicy | None = None, pause: float = PAUSE) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        self._pages = pages
        self._policy = policy or AddressPolicy()
        self._pause = pause
        self.whole = True
        """Whether the last site was seen to its end: only then is what was not met really gone."""

    async def pages(self, root: str, known: Mapping[str, Known]) -> AsyncIterator[Page]:
        """Every page of a site, or the one page that the address names. What is gone is left out; faults are pages too."""
        root = root.partition("#")[0]
        site = _Site(root, deque([root]), {root})
        self.whole = True
        hosts = self._hosts | {(urlsplit(root).hostname or "").rstrip(".").lower()}
        count = 0
        async with Fetcher(hosts, self._policy, self._pause) as fetcher:
            if not _is_one_page(root):
                async for fault in self._mapped(fetcher, site):
                    yield fault
            while site.waiting:
                if count == self._pages:
                    self.whole = False
                    yield Page(root, fault=f"it has more than {self._pages} pages; raise [crawl] pages in shop.toml to read them all")
                    return
                count += 1
                page = await self._page(fetcher, site, site.waiting.popleft(), known)
                if page is not None:
                    yield page

    async def _mapped(self, fetcher: Fetcher, site: _Site) -> AsyncIterator[Page]:
        """Put what the site's maps name in the queue."""
        try:
            named = list((await fetcher.robots(site.root)).sitemaps)
        except Unreadable as exc:
            self.whole = False
            yield Page(site.root, fault=exc.why)
            site.waiting.clear()
            return
        maps = deque(named or [urljoin(site.root, "/sitemap.xml")])
        read: set[str] = set()
        while maps and len(read) < MOST_MAPS:
            url = maps.popleft()
            if url in read:
                continue
            read.add(url)
            try:
                answer = await fetcher.site_map(url)
                pages, more = sitemap.addresses(url, answer.data) if answer.status == 200 else ([], [])
            except Unreadable as exc:
                # A site without a map may show any page in its place; one that robots.txt names must be there.
                if named:
                    self.whole = False
                    yield Page(url, fault=exc.why)
                continue
            maps += more
            before = len(site.seen)
            site.add(page.partition("#")[0] for page in pages)
            site.mapped = site.mapped or len(site.seen) > before

    async def _page(self, fetcher: Fetcher, site: _Site, url: str, known: Mapping[str, Known]) -> Page | None:
        stamps = {address: (page.etag, page.modified) for address, page in known.items()}
        before = known.get(url, Known())
        try:
            answer = await fetcher.page(url, stamps)
        except Unreadable as exc:
            self.whole = self.whole and url != site.root
            self._follow(site, before.links)
            return Page(url, fault=exc.why if exc.document == url else f"it leads to {exc.document}: {exc.why}")
        if answer.url != url and answer.url in site.seen and answer.url not in (site.root,):
            return None
        site.seen.add(answer.url)
        if not is_below(answer.url, site.root):
            answer = replace(answer, url=url)
        if answer.status == 304:
            page = known[answer.url]
            self._follow(site, page.links)
            return Page(answer.url, known=page)
        if answer.status == 200:
            return self._read(site, answer)
        # A page that was there and is gone is no fault; an address that never was one is a slip of the pen.
        slip = url == site.root and not site.mapped and not any(is_below(address, url) for address in known)
        return Page(url, fault="there is no such page") if slip else None

    def _read(self, site: _Site, answer: Answer) -> Page | None:
        if answer.kind != ".html":
            return (
                Page(answer.url, answer.data, answer.kind, Known(answer.etag, answer.modified)) if "noindex" not in answer.robots else None
            )
        try:
            found = follow(answer.data, answer.url, answer.robots)
        except RecursionError:
            return Page(answer.url, fault="its elements are nested too deeply")
        links = tuple(link for link in found.links if is_below(link, site.root) and _is_page(link))
        self._follow(site, links)
        if found.canonical and found.canonical != answer.url and is_below(found.canonical, site.root) and not _is_one_page(site.root):
            site.add([found.canonical])
            return None
        if not found.indexed:
            return None
        return Page(answer.url, answer.data, answer.kind, Known(answer.etag, answer.modified, links))

    def _follow(self, site: _Site, links: Iterable[str]) -> None:
        if not site.mapped and not _is_one_page(site.root):
            site.add(links)


def is_below(address: str, root: str) -> bool:
    """Whether an address is the root or lies under its path, on the same host."""
    try:
        one, other = urlsplit(address), urlsplit(root)
    except ValueError:
        return False
    same = (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())
    path = other.path.rstrip("/")
    return same and (one.path.rstrip("/") == path or one.path.startswith(path + "/"))


def _is_one_page(root: str) -> bool:
    """`/help/returns.html` is a page; `/help` and `/help/` are a site's."""
    return bool(PurePosixPath(urlsplit(root).path).suffix)


def _is_page(link: str) -> bool:
    parts = urlsplit(link)
    return not parts.query and PurePosixPath(parts.path).suffix.lower() in PAGES
