"""`search`: the passages that a question finds, and how sure it is that they answer."""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.table import Table

from bot import app, config, logs
from bot.commands.terminal import progress
from bot.knowledge import Found
from bot.language import policy

STREAM = "-"
"""Instead of a question: one is read from each line of standard input."""


async def search(question: str, limit: int, language: str, as_json: bool) -> None:
    """Print what was found: a table, one JSON object, or, for standard input, one JSON object a line as the lines come."""
    settings = config.load()
    logs.set_up(quiet=True)
    with progress("Indexing") as on_progress:
        async with app.opened(settings, on_progress) as parts:
            for asked in _lines() if question == STREAM else (question,):
                began = time.perf_counter()
                spoken = language or _language(asked, parts)
                found = await parts.knowledge.search(asked, spoken, limit) if asked.strip() else Found((), 0.0)
                milliseconds = round((time.perf_counter() - began) * 1000, 1)
                if as_json or question == STREAM:
                    print(json.dumps(_as_object(found, milliseconds), ensure_ascii=False), flush=True)  # noqa: T201
                else:
                    _show(found, milliseconds)


def _language(question: str, parts: app.Parts) -> str:
    choice = policy.choose(question, parts.detector, "", "", parts.config.shop.shop.default_language)
    return choice.spoken or choice.language


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        yield line.rstrip("\n")


def _as_object(found: Found, milliseconds: float) -> dict[str, Any]:
    passages = [
        {
            "document": passage.document,
            "title": passage.title,
            "url": passage.url,
            "language": passage.language,
            "score": passage.score,
            "text": passage.text,
        }
        for passage in found.passages
    ]
    return {"passages": passages, "answerable": round(found.answerable, 4), "milliseconds": milliseconds}


def _show(found: Found, milliseconds: float) -> None:
    console = Console()
    if not found.passages:
        console.print("Nothing was found.")
        return
    table = Table("score", "document", "passage", show_lines=True)
    for passage in found.passages:
        about = " > ".join(part for part in (passage.title, passage.heading) if part)
        table.add_row(f"{passage.score:.2f}", f"{passage.document}\n[dim]{passage.language}[/dim]", f"[bold]{about}[/bold]\n{passage.text}")
    console.print(table)
    console.print(f"How likely these passages answer it: {found.answerable:.0%}  [dim]({milliseconds:.0f} ms)[/dim]", highlight=False)
