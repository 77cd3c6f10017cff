"""`move`: everything from the embedded database to PostgreSQL."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bot import config, logs
from bot.app import make_current
from bot.commands.terminal import progress
from bot.errors import ConfigError
from bot.store.database import Database
from bot.store.moving import Moved, move


async def moved(address: str) -> None:
    """Copy, compare, and say what comes next."""
    settings = config.load()
    logs.set_up(quiet=True)
    source, target = Database(settings.database_url), Database(address)
    if not source.embedded or target.embedded:
        raise ConfigError(["`move` goes from SQLite (DATABASE_URL) to PostgreSQL: --to postgresql://user:password@host/name."])
    try:
        await make_current(source)
        await target.migrate()
        with progress("Moving") as on_progress:
            tables = await move(source, target, on_progress)
    finally:
        await source.close()
        await target.close()
    _show(tables)


def _show(tables: Sequence[Moved]) -> None:
    console = Console(stderr=True)
    shown = Table("table", "rows", "hash of all rows")
    for table in tables:
        shown.add_row(table.table, str(table.rows), table.hash[:16])
    console.print(shown)
    console.print("Everything arrived, and is the same on both sides. Set DATABASE_URL to the new address, and start the desk.")
