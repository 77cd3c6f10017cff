"""What the commands do once their arguments are read."""

import asyncio
import signal
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot import app, config, doctor, logs
from bot.answering import Answer, Question
from bot.errors import ConfigError
from bot.knowledge import IndexReport
from bot.language import phrases, policy


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; on uvloop where there is one: it spares a tenth of a message's CPU."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(work)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(work)


async def serve(say_hello: bool = False) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = config.load()
    logs.set_up()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with _progress("Indexing") as on_progress:
        async with app.opened(settings, on_progress) as parts:
            desk = app.App(parts)
            await desk.start()
            if say_hello:
                page = next((line.removeprefix("page: ") for line in desk.summary() if line.startswith("page: ")), "")
                Console(stderr=True).print(
                    f"\n[bold]The desk is {page}[/bold]\nWrite to it as a customer, in any language. Ctrl-C stops it.\n"
                )
            try:
                await stop.wait()
            finally:
                await desk.stop()


async def ask(question: str) -> tuple[dict[str, Any], Answer]:
    """One answer, as an object for `--json` and as a value to show."""
    settings = config.load()
    logs.set_up(quiet=True)
    with _progress("Indexing") as on_progress:
        async with app.opened(settings, on_progress) as parts:
            began = time.perf_counter()
            language = policy.choose(question, parts.detector, "", "", settings.shop.shop.default_language).language
            answer = await parts.answering.answer(Question(question, language))
            milliseconds = round((time.perf_counter() - began) * 1000)
    sources = [{"title": source.title, "url": source.url} for source in answer.reply.sources]
    said = {
        "answer": answer.reply.text,
        "language": language,
        "sources": sources,
        "answered": answer.answered,
        "model": answer.model,
        "milliseconds": milliseconds,
    }
    return said, answer


def show_answer(answer: Answer) -> None:
    """Print an answer and its sources on standard output."""
    console = Console()
    console.print(Markdown(answer.reply.text))
    if answer.reply.sources:
        console.print(f"\n[dim]{phrases.say(phrases.SOURCES, answer.reply.language)}:[/dim]")
        for number, source in enumerate(answer.reply.sources, 1):
            console.print(f"[dim]{number}. {source.title}  {source.url}[/dim]", highlight=False)


async def index(paths: list[str]) -> None:
    """Index paths, or the documents of shop.toml; print a table of what was done."""
    settings = config.load()
    logs.set_up(quiet=True)
    if not paths and settings.sample:
        raise ConfigError(["Nothing to index: give a folder or file, or write shop.toml with `python -m bot init`."])
    if not paths and not settings.documents:
        raise ConfigError(["shop.toml: shop.documents names nothing to index."])
    with _progress("Indexing") as on_progress:
        async with app.opened(settings, build_index=False) as parts:
            report = await app.index(parts, paths, on_progress)
    _show_report(report)


async def check() -> bool:
    """Print each fault with its cure; True when there is none."""
    console = Console(stderr=True)
    try:
        settings = config.load()
    except ConfigError as exc:
        for fault in exc.faults:
            console.print(f"[red]✗[/red] {fault}", highlight=False)
        return False
    logs.set_up(quiet=True)
    faults = await doctor.examine(settings)
    for found in faults:
        console.print(f"[red]✗[/red] {found}", highlight=False)
    if not faults:
        console.print("[green]✓[/green] All is well.")
    return not faults


def _show_report(report: IndexReport) -> None:
    console = Console(stderr=True)
    table = Table("read", "changed", "unchanged", "removed", "unreadable")
    counts = (report.read, *map(len, (report.changed, report.unchanged, report.removed, report.unreadable)))
    table.add_row(*map(str, counts))
    console.print(table)
    for document, why in report.unreadable:
        console.print(f"[red]unreadable[/red] {document}: {why}", highlight=False)


class _Bar:
    """A progress bar on standard error that appears with the first step and goes with the last."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def __call__(self, done: int, total: int, _name: str) -> None:
        if self._bar is None:
            columns = (TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
            self._bar.start()
            self._task = self._bar.add_task(self._title, total=total)
        self._bar.update(self._task, completed=done, total=total)
        if done >= total:
            self.close()

    def close(self) -> None:
        """Leave the terminal as it was. Twice is fine."""
        if self._bar is not None:
            self._bar.stop()


@contextmanager
def _progress(title: str) -> Iterator[_Bar]:
    bar = _Bar(title)
    try:
        yield bar
    finally:
        bar.close()
