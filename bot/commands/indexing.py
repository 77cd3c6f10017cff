"""`index`: read the documents, and print a table of what was done."""

from rich.console import Console
from rich.table import Table

from bot import app, config, logs
from bot.commands.terminal import progress
from bot.errors import ConfigError
from bot.knowledge import IndexReport


async def index(paths: list[str]) -> None:
    """Index paths, or the documents of shop.toml; print a table of what was done."""
    settings = config.load()
    logs.set_up(quiet=True)
    if not paths and settings.sample:
        raise ConfigError(["Nothing to index: give a folder or file, or write shop.toml with `python -m bot init`."])
    if not paths and not settings.documents:
        raise ConfigError(["shop.toml: shop.documents names nothing to index."])
    with progress("Indexing") as on_progress:
        async with app.opened(settings, build_index=False) as parts:
            report = await app.index(parts, paths, on_progress)
    _show_report(report)


def _show_report(report: IndexReport) -> None:
    console = Console(stderr=True)
    table = Table("read", "changed", "unchanged", "removed", "unreadable", "traps taken out")
    counts = (report.read, *map(len, (report.changed, report.unchanged, report.removed, report.unreadable)), report.traps)
    table.add_row(*map(str, counts))
    console.print(table)
    for document, why in report.unreadable:
        console.print(f"[red]unreadable[/red] {document}: {why}", highlight=False)
