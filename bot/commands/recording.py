"""`erase` and `export`: what is stored of one person."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from bot import app, config, logs
from bot.errors import ConfigError
from bot.messages import Person
from bot.store.database import Database
from bot.store.records import Erased, RecordStore


async def erase(who: str) -> Erased:
    """Forget somebody; how much there was."""
    async with _records() as records:
        return await records.erase(_person(who))


async def export(who: str) -> dict[str, Any]:
    """Everything that is stored of somebody."""
    async with _records() as records:
        return await records.export(_person(who))


def _person(who: str) -> Person:
    """As `Person.key` writes it."""
    if who.count(":") != 2 or not all(who.split(":")):
        raise ConfigError([f"{who!r} is nobody. Write PLATFORM:WORKSPACE:USER, such as slack:T0123ABCD:U0123ABCD or discord:SERVER:USER."])
    return Person.from_key(who)


@asynccontextmanager
async def _records() -> AsyncIterator[RecordStore]:
    settings = config.load()
    logs.set_up(quiet=True)
    database = Database(settings.database_url)
    try:
        await app.make_current(database)
        yield RecordStore(database)
    finally:
        await database.close()
