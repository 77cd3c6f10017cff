"""`detect`: which language each line of standard input is in, and with `--explain` why."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from babel import Locale, UnknownLocaleError
from rich.console import Console
from rich.text import Text

from bot import config
from bot.errors import ConfigError
from bot.language import phrases, policy
from bot.language.detection import NOTHING, Detector
from bot.language.explaining import explain
from bot.language.policy import Choice


async def detect(languages: str, thread: str, locale: str, explained: bool) -> None:
    """One JSON object a line, written as soon as the line is read; for a person at a terminal who wants reasons, a block of words."""
    served, default = _served(languages)
    detector = Detector(served)
    block = Console() if explained and sys.stdout.isatty() else None
    if sys.stdin.isatty():
        Console(stderr=True).print("Write a message and press Enter; Ctrl-D ends.", style="dim")
    for line in sys.stdin:
        text = line.strip()
        choice = policy.choose(text, detector, thread, locale, default)
        found = _found(text, detector, choice, thread, locale)
        reasons = explain(text, detector, choice, thread, locale) if explained else {}
        if block:
            _show(block, text, reasons)
        else:
            sys.stdout.write(json.dumps({**found, "explain": reasons} if explained else found, ensure_ascii=False) + "\n")
            sys.stdout.flush()


def _found(text: str, detector: Detector, choice: Choice, thread: str, locale: str) -> dict[str, Any]:
    """What the line is in; where something is known of the conversation, what it is answered in."""
    if not text:
        detection = NOTHING
    elif choice.seen:
        detection = detector.detect_any(text)
    else:
        detection = choice.detection or detector.detect(text)
    language = detection.language
    more: dict[str, Any] = {}
    if text and (thread or locale):
        language, more = choice.language, {"why": choice.why} | ({"seen": choice.seen} if choice.seen else {})
    candidates = [[code, round(chance, 4)] for code, chance in detection.candidates]
    confidence = next((chance for code, chance in candidates if code == language), 0.0)
    return {"language": language, "confidence": confidence, "candidates": candidates, **more}


def _served(languages: str) -> tuple[Sequence[str], str]:
    """The languages to tell apart and the default among them: as asked for; else the shop's; without a shop all of ours."""
    asked = languages.replace(",", " ").split()
    if asked:
        faults = [f"--languages: {code!r} is no language code; write codes like de, fr, zh." for code in asked if not _is_code(code)]
        if faults:
            raise ConfigError(faults)
        return asked, asked[0]
    settings = config.load()
    return (phrases.TRANSLATED if settings.sample else settings.shop.shop.languages), settings.shop.shop.default_language


def _is_code(code: str) -> bool:
    try:
        Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return False
    return True


def _show(console: Console, text: str, reasons: dict[str, str]) -> None:
    console.print(Text(text or "(an empty line)", style="bold"))
    for kind, words in reasons.items():
        console.print(Text(f"  {kind:17}", style="dim") + Text(words, style="bold" if kind == "decision" else ""), soft_wrap=True)
    console.print()
