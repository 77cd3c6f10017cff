"""What we remember of the web pages in the index, so that the next run need not fetch them again."""

import json
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from bot.store.database import Database
from bot.tables import pages

_BATCH = 400


@dataclass(frozen=True, slots=True)
class PageRow:
    """A page's address, what its server called this version of it, where it leads, and how it was read."""

    address: str
    etag: str
    modified: str
    links: tuple[str, ...]
    reader: str


class PageStore:
    """Every question that we ask the database about web pages. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, PageRow]:
        """What is remembered, by address."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(pages))
            return {row.address: PageRow(row.address, row.etag, row.modified, tuple(json.loads(row.links)), row.reader) for row in rows}

    async def keep(self, page: PageRow) -> None:
        """The page as it is now, in place of what it was."""
        async with self._database.writing() as connection:
            await connection.execute(delete(pages).where(pages.c.address == page.address))
            values = {"address": page.address, "etag": page.etag, "modified": page.modified, "reader": page.reader}
            await connection.execute(insert(pages).values(links=json.dumps(page.links), **values))

    async def forget(self, addresses: list[str]) -> None:
        """These pages are gone."""
        async with self._database.writing() as connection:
            for start in range(0, len(addresses), _BATCH):
                await connection.execute(delete(pages).where(pages.c.address.in_(addresses[start : start + _BATCH])))
