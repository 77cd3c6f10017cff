"""What was set by command for channels: it goes before shop.toml."""

import time
from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import Insert, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.messages import Person
from bot.store.database import Database
from bot.tables import channels

Said = Mapping[str, Mapping[str, str]]
"""By channel ("slack:T1:C1"): its settings by name."""


class ChannelStore:
    """The settings of channels. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> Said:
        """Everything that is set."""
        said: defaultdict[str, dict[str, str]] = defaultdict(dict)
        async with self._database.reading() as connection:
            for row in (await connection.execute(select(channels))).all():
                said[row.channel][row.name] = row.value
        return said

    async def set(self, channel: str, values: Mapping[str, str], person: Person) -> None:
        """These settings from now on; the others stay."""
        rows = [
            {"channel": channel, "name": name, "value": value, "person": person.key, "set_at": time.time()}
            for name, value in values.items()
        ]
        async with self._database.writing() as connection:
            await connection.execute(_upsert(self._database.embedded), rows)

    async def forget(self, channel: str) -> None:
        """As shop.toml says, from now on."""
        async with self._database.writing() as connection:
            await connection.execute(delete(channels).where(channels.c.channel == channel))


def _upsert(embedded: bool) -> Insert:
    add = sqlite.insert(channels) if embedded else postgresql.insert(channels)
    return add.on_conflict_do_update(
        index_elements=[channels.c.channel, channels.c.name],
        set_={name: add.excluded[name] for name in ("value", "person", "set_at")},
    )
