"""`search`: which passages a question finds, with their scores; for many questions, one JSON object a line."""

import asyncio
import json
import sys
import time
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import app, config, logs
from bot.app import Parts
from bot.commands.terminal import progress
from bot.knowledge import Found
from bot.language import policy

LINES = "-"
"""Given as the question: read one a line from standard input."""
SHOWN = 300
"""Characters of a passage in the table."""


async def search(question: str, limit: int, as_json: bool) -> None:
    """One question as a table or as JSON; `-`: one a line, each answered before the next is read."""
    settings = config.load()
    logs.set_up(quiet=True)
    with progress("Indexing") as on_progress:
        async with app.opened(settings, on_progress) as parts:
            if question == LINES:
                await _answer_lines(parts, limit)
                return
            found, milliseconds = await _found(parts, question, limit)
    if as_json:
        _print(found, milliseconds)
    else:
        _show(found, milliseconds)


async def _answer_lines(parts: Parts, limit: int) -> None:
    if sys.stdin.isatty():
        Console(stderr=True).print("Write a question and press Enter; Ctrl-D ends.", style="dim")
    while line := await asyncio.to_thread(sys.stdin.readline):
        _print(*await _found(parts, line.strip(), limit))


async def _found(parts: Parts, question: str, limit: int) -> tuple[Found, float]:
    """What the question finds, in the language that `ask` would take it for; and how many milliseconds that took."""
    if not question.strip():
        return Found((), 0.0), 0.0
    began = time.perf_counter()
    choice = policy.choose(question, parts.detector, "", "", parts.config.shop.shop.default_language)
    found = await parts.knowledge.search(question, choice.spoken or choice.language, limit)
    return found, round(1000 * (time.perf_counter() - began), 1)


def _said(found: Found, milliseconds: float) -> dict[str, Any]:
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


def _print(found: Found, milliseconds: float) -> None:
    sys.stdout.write(json.dumps(_said(found, milliseconds), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _show(found: Found, milliseconds: float) -> None:
    console = Console()
    if found.passages:
        table = Table("title", "heading", "language", "score", "text", show_lines=True)
        for passage in found.passages:
            cut = passage.text if len(passage.text) <= SHOWN else passage.text[:SHOWN].rstrip() + " ..."
            table.add_row(*map(Text, (passage.title, passage.heading, passage.language, f"{passage.score:.2f}", cut)))
        console.print(table)
    else:
        console.print("Nothing was found.")
    console.print(f"answerable: {found.answerable:.0%}, {milliseconds:.0f} ms", style="dim", highlight=False)
