"""`index`: read the documents, print a table of what was done, and, with `--watch`, do it again whenever a file changes."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot import app, config, logs
from bot.commands.terminal import progress
from bot.errors import ConfigError, KnowledgeError, ModelError, StoreError
from bot.knowledge import IndexReport
from bot.knowledge.documents import KINDS
from bot.knowledge.sites import is_address

NO_PAGE = "No help page was found: give a folder, file or address that is there, or correct `documents` in shop.toml."


async def index(paths: list[str], watch: bool = False) -> None:
    """Index paths, or the documents of shop.toml; print a table of what was done. KnowledgeError when nothing could be read."""
    settings = config.load()
    logs.set_up(quiet=True)
    if not paths and settings.sample:
        raise ConfigError(["Nothing to index: give a folder, file or address, or write shop.toml with `python -m bot init`."])
    documents = [path for named in settings.collections.values() for path in named]
    if not paths and not documents:
        raise ConfigError(["shop.toml: shop.documents names nothing to index."])
    with progress("Indexing") as on_progress:
        async with app.opened(settings, for_index=True) as parts:
            report = await app.index(parts, paths, on_progress)
            on_progress.close()
            _show_report(report)
            if report.read == len(report.unreadable) and not watch:
                raise KnowledgeError(NO_PAGE)
            if watch:
                await _watch(parts, paths or documents)


async def _watch(parts: app.Parts, paths: Sequence[str]) -> None:
    """Index the folders and files among these again whenever something in them changes; until interrupted."""
    from watchfiles import awatch

    watched = _there(paths)
    if not watched:
        raise ConfigError(
            ["Nothing to watch: --watch follows folders and files that are there. For web pages, set [index] minutes in shop.toml."]
        )
    Console(stderr=True).print(f"Watching {', '.join(watched)}. Ctrl-C stops it.", highlight=False)
    # Editors put a new file in the place of the old one, which only its folder sees.
    folders = {one if one.is_dir() else one.parent for one in watched.values()}
    async for _ in awatch(*folders, watch_filter=lambda _change, path: _matters(Path(path), watched.values())):
        try:
            with progress("Indexing") as on_progress:
                report = await app.index(parts, [*watched], on_progress)
        except (ModelError, StoreError) as exc:
            Console(stderr=True).print(f"[red]not indexed[/red] {exc}. The next change is another try.", highlight=False)
        else:
            _show_report(report)


def _there(paths: Sequence[str]) -> dict[str, Path]:
    """The folders and files that are there, and where they really are."""
    return {path: Path(path).resolve() for path in paths if not is_address(path) and Path(path).exists()}


def _matters(path: Path, watched: Iterable[Path]) -> bool:
    """Whether what changed there is a document, or a folder that came or went with all that it holds."""
    below = next((path.relative_to(one).parts for one in watched if path.is_relative_to(one)), None)
    if below is None or any(part.startswith(".") for part in below):
        return False
    return path.suffix.lower() in KINDS or not path.suffix or path.is_dir()


def _show_report(report: IndexReport) -> None:
    console = Console(stderr=True)
    table = Table("read", "changed", "unchanged", "removed", "unreadable", "traps taken out")
    counts = (report.read, *map(len, (report.changed, report.unchanged, report.removed, report.unreadable)), report.traps)
    table.add_row(*map(str, counts))
    console.print(table)
    for document, why in report.unreadable:
        console.print(f"[red]unreadable[/red] {document or '.'}: {why}", highlight=False)
