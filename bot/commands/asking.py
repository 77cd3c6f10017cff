"""`ask`: one answer in the terminal, as a customer would get it."""

import time
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown

from bot import app, config, logs
from bot.answering import Answer, Question, with_note
from bot.commands.terminal import progress
from bot.language import phrases, policy
from bot.privacy import outbound


async def ask(question: str, live: bool = False) -> tuple[dict[str, Any], Answer, bool]:
    """One answer, as an object for `--json` and as a value to show; and whether its text was printed already, as it grew (`live`)."""
    settings = config.load()
    logs.set_up(quiet=True)
    growing = Growing(settings.hosts) if live else None
    with progress("Indexing") as on_progress:
        async with app.opened(settings, on_progress) as parts:
            began = time.perf_counter()
            choice = policy.choose(question, parts.detector, "", "", settings.shop.shop.default_language)
            language = choice.language
            try:
                answer = await parts.answering.answer(Question(question, language, spoken=choice.spoken), None if choice.seen else growing)
            finally:
                shown = growing is not None and growing.close()
            if choice.seen:
                answer = with_note(answer, choice.seen)
            answer = replace(answer, reply=replace(answer.reply, text=outbound.leave(answer.reply.text, settings.hosts)))
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
    return said, answer, shown


class Growing:
    """Prints an answer at the terminal as it is written; what does not count after all is wiped away."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts
        self._text = ""
        self._view: Live | None = None

    def add(self, text: str) -> None:
        """The next sentences."""
        self._text += text
        if self._view is None:
            self._view = Live(console=Console(), auto_refresh=False, vertical_overflow="visible")
            self._view.start()
        self._view.update(Markdown(outbound.leave(self._text, self._hosts)), refresh=True)

    def again(self) -> None:
        """Begin anew."""
        self._text = ""
        if self._view is not None:
            self._view.transient = True
            self._view.stop()
            self._view = None

    def close(self) -> bool:
        """Whether the answer stands there."""
        if self._view is not None:
            self._view.stop()
        return self._view is not None


def show_answer(answer: Answer, shown: bool = False) -> None:
    """Print an answer and its sources on standard output; only the sources where the text stands there already."""
    console = Console()
    if not shown:
        console.print(Markdown(answer.reply.text))
    if answer.reply.sources:
        console.print(f"\n[dim]{phrases.say(phrases.SOURCES, answer.reply.language)}:[/dim]")
        for number, source in enumerate(answer.reply.sources, 1):
            console.print(f"[dim]{number}. {source.title}  {source.url}[/dim]", highlight=False)
