"""`evaluate`: answer a file of questions, and print how good the answers are."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import app, config, logs
from bot.commands.terminal import progress
from bot.evaluation import Judged, Judging, Scores, by_language, read
from bot.evaluation.scores import ALL

SHOWN = 10


async def evaluate(path: Path, as_json: bool) -> float:
    """Print a table by language, or one JSON object; the least of all shares."""
    settings = config.load()
    logs.set_up(quiet=True)
    questions = read(path)
    judged: list[Judged] = []
    with progress("Indexing") as on_indexing:
        async with app.opened(settings, on_indexing) as parts:
            judging = Judging(parts.answering, parts.knowledge, parts.detector, settings.shop.shop.default_language)
            with progress("Asking") as on_progress:
                for number, asked in enumerate(questions):
                    on_progress(number, len(questions), "")
                    judged.append(await judging.judge(asked))
                on_progress(len(questions), len(questions), "")
    scores = by_language(judged)
    if as_json:
        sys.stdout.write(json.dumps(_said(scores, judged), ensure_ascii=False) + "\n")
    else:
        _show(scores, judged)
    return scores[ALL].least


def _said(scores: Mapping[str, Scores], judged: Sequence[Judged]) -> dict[str, object]:
    wrong = [{"question": one.asked.question, "lang": one.language, "wrong": _wrong(one)} for one in judged if _wrong(one)]
    languages = {name: score.as_object() for name, score in scores.items() if name != ALL}
    return {"all": scores[ALL].as_object(), "languages": languages, "least": scores[ALL].least, "wrong": wrong}


def _show(scores: Mapping[str, Scores], judged: Sequence[Judged]) -> None:
    console = Console()
    table = Table(
        "",
        "n",
        "first",
        "in three",
        "decided",
        "language",
        "grounded",
        "tokens",
        "ms",
        "95 %",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for name, row in scores.items():
        shares = [f"{share:.0%}" if share is not None else "-" for share in (row.first, row.found, row.decided, row.language, row.grounded)]
        tokens = str(row.prompt_tokens + row.answer_tokens)
        table.add_row(name, str(row.questions), *shares, tokens, f"{row.milliseconds:.0f}", f"{row.slowest:.0f}")
    console.print(table)
    console.print("first, in three: the right article; decided: answered where there is an answer, and only there", style="dim")
    wrong = [one for one in judged if _wrong(one)]
    for one in wrong[:SHOWN]:
        console.print(Text(f"{one.language} ", style="dim") + Text(f"{one.asked.question}: {', '.join(_wrong(one))}", style="default"))
    if len(wrong) > SHOWN:
        console.print(f"and {len(wrong) - SHOWN} more; --json names all", style="dim")


def _wrong(one: Judged) -> list[str]:
    """What was not right about an answer, in words."""
    faults = {
        "the right article is not among the first three": bool(one.asked.article) and one.rank >= 3,
        "answered, though the shop has no answer": one.answered and not one.asked.article,
        "not answered": not one.answered and bool(one.asked.article),
        "in another language": not one.spoken,
        "a figure stands in no page that it shows": one.grounded is False,
    }
    return [words for words, fault in faults.items() if fault]
