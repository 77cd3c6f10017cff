"""Whether a text can be made to be slow: each step that reads what people or models write, over one sign said again and again.

    python -m benchmarks.texts [--length 4000]

CPU milliseconds for a plain text of that length, for the slowest of the others, and which that is. 4,000 characters are what a
customer may write; 40,000 are the longest answer of a model. A step whose time grows with the square of the length shows in the
growth from half the length to the whole: 2 is right, 4 is a square.
"""

import argparse
import time
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from adapters.discord import outgoing as discord
from adapters.slack import incoming as from_slack
from adapters.slack import outgoing as slack
from adapters.web import outgoing as page
from bot.checks import Gate, Ground, fault_of_language, fault_of_sentence, fault_of_support, figures
from bot.knowledge.documents.traps import without_traps
from bot.knowledge.documents.unseen import without_unseen
from bot.knowledge.indexing import plain
from bot.knowledge.passages import cut
from bot.knowledge.terms import terms
from bot.language import policy, requests
from bot.language.detection import Detector
from bot.language.phrases import LANGUAGES
from bot.messages import Reply, Source, storable
from bot.privacy import outbound
from tests.nasty_texts import ENDLESS

PLAIN = "Where is my parcel, please? It should have come on 3 May. "
GROUNDS = [Ground("You can return anything within 30 days.", "en")]
Step = Callable[[str], object]


def steps() -> dict[str, Step]:
    """What reads a text, by what it is for."""
    detector = Detector(LANGUAGES)
    detector.load()
    return {
        "made storable": storable,
        "read from Slack": lambda text: from_slack.plain_text(f"<@UBOT> {text}", "UBOT"),
        "its language": lambda text: policy.choose(text, detector, "", "", "en"),
        "asks for a person": requests.asks_for_person,
        "terms": terms,
        "hidden signs": without_unseen,
        "orders to a model": without_traps,
        "passages": lambda text: [plain(piece.text) for piece in cut(text)],
        "figures": lambda text: figures.of_draft(text, "en"),
        "a sentence's faults": lambda text: fault_of_sentence(text, "en", GROUNDS, []),
        "a draft's language": lambda text: fault_of_language(text, "de", detector),
        "a draft's support": lambda text: fault_of_support(text, "en", GROUNDS, []),
        "the gate": gated,
        "the way out": lambda text: outbound.leave(text, ("shop.example",)),
        "for Slack": lambda text: [slack.write_reply(part, "key") for part in slack.split_reply(reply(text))],
        "for Discord": lambda text: [discord.write_reply(part) for part in discord.split_reply(reply(text))],
        "for the page": lambda text: page.show(reply(text)),
    }


def gated(text: str) -> None:
    """Four characters at a time."""
    gate = Gate(lambda _: "", lambda _: None)
    for at in range(0, len(text), 4):
        gate.feed(text[at : at + 4])
    gate.end()


def reply(text: str) -> Reply:
    """With a source of that name."""
    return Reply(text, "en", (Source(text, "https://shop.example/"),), answers="1")


def seconds(step: Step, sign: str, length: int) -> float:
    """CPU for so many characters, the better of two times."""
    text, best = (sign * (length // len(sign) + 1))[:length], float("inf")
    for _ in range(2):
        began = time.process_time()
        step(text)
        best = min(best, time.process_time() - began)
    return best


def main(length: int) -> None:
    """A row a step."""
    table = Table("", "plain, ms", "slowest, ms", "which", "growth")
    for name, step in steps().items():
        step(PLAIN)
        took = {label: seconds(step, sign, length) for label, sign in ENDLESS.items()}
        label = max(took, key=took.__getitem__)
        growth = took[label] / max(1e-6, seconds(step, ENDLESS[label], length // 2))
        table.add_row(name, f"{seconds(step, PLAIN, length) * 1000:.1f}", f"{took[label] * 1000:.1f}", label, f"{growth:.1f}")
    Console(width=120).print(table)


if __name__ == "__main__":
    reading = argparse.ArgumentParser(description="Whether a text can be made to be slow.")
    reading.add_argument("--length", type=int, default=4000)
    main(reading.parse_args().length)
