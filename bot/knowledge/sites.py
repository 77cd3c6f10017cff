"""The web's part of an indexing: which pages of a site are there, which are to be read again, and what is remembered of them."""

from collections.abc import AsyncIterator
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from bot.knowledge.crawling import Crawler, Known, Page
from bot.knowledge.documents import File
from bot.store.pages import PageRow, PageStore


def is_address(path: str) -> bool:
    """Whether a path to index is an address of the web."""
    return "://" in path


def without_password(address: str) -> str:
    """The address as it may be shown and logged."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}" if "@" in host else address


def page_file(page: Page) -> File:
    """The page as the readers of files know it."""
    path = PurePosixPath(urlsplit(page.address).path)
    return File(page.address, path, url=page.address, suffix=page.kind)


class Sites:
    """Web pages for the indexer. `reader` names how pages are read and embedded today: those read otherwise are fetched again."""

    def __init__(self, store: PageStore, crawler: Crawler) -> None:
        self._store = store
        self._crawler = crawler
        self.lost: list[str] = []
        """Sites that were not seen to their end: nothing of them counts as gone."""

    async def pages(self, root: str, reader: str, indexed: set[str]) -> AsyncIterator[Page]:
        """The pages of a site. What is no longer in the index is fetched as if for the first time."""
        known = {
            address: Known(row.etag, row.modified, row.links)
            for address, row in (await self._store.all()).items()
            if row.reader == reader and address in indexed
        }
        async for page in self._crawler.pages(root, known):
            yield page
        if not self._crawler.whole:
            self.lost.append(root)

    async def keep(self, page: Page, reader: str) -> None:
        """Remember a page that is in the index now."""
        await self._store.keep(PageRow(page.address, page.known.etag, page.known.modified, page.known.links, reader))

    async def forget(self, addresses: list[str]) -> None:
        """These are gone."""
        await self._store.forget(addresses)
