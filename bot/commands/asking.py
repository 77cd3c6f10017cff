"""`ask`: one answer in the terminal, as a customer would get it."""

import time
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from bot import app, config, logs
from bot.answering import Answer, Question, with_note
from bot.commands.terminal import progress
from bot.language import phrases, policy


async def ask(question: str) -> tuple[dict[str, Any], Answer]:
    """One answer, as an object for `--json` and as a value to show."""
    settings = config.load()
    logs.set_up(quiet=True)
    with progress("Indexing") as on_progress:
        async with app.opened(settings, on_progress) as parts:
            began = time.perf_counter()
            choice = policy.choose(question, parts.detector, "", "", settings.shop.shop.default_language)
            language = choice.language
            answer = await parts.answering.answer(Question(question, language, spoken=choice.spoken))
            if choice.seen:
                answer = with_note(answer, choice.seen)
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
            console.print(Text(f"{number}. {source.title}  {source.url}", style="dim"), soft_wrap=True)
