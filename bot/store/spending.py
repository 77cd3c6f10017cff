"""What the token budget asks the database: the sum of a day, one row for all processes."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.database import Database
from bot.tables import spending


class SpendingStore:
    """The tokens of each day. May raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        insert = sqlite.insert(spending) if database.embedded else postgresql.insert(spending)
        self._add = insert.on_conflict_do_update(
            index_elements=[spending.c.day], set_={"tokens": spending.c.tokens + insert.excluded.tokens}
        ).returning(spending.c.tokens)

    async def spend(self, day: str, tokens: int) -> int:
        """Add to a day (0: just look); its sum so far."""
        if not tokens:
            async with self._database.reading() as connection:
                found = await connection.execute(select(spending.c.tokens).where(spending.c.day == day))
                return int(found.scalar_one_or_none() or 0)
        async with self._database.writing() as connection:
            return int((await connection.execute(self._add, {"day": day, "tokens": tokens})).scalar_one())
