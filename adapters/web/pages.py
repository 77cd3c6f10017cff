"""The page itself: one HTML file with its labels in the reader's language, and the files that it loads.

Everything is read once, when the page is made; nothing of a request ever becomes a path.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import cycle
from pathlib import Path
from string import Template

from adapters.web.outgoing import direction
from bot.language import phrases

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

SUGGESTED = 6
FAR_APART = ("en", "de", "es", "fr", "ja", "ar")
"""Shown before other languages: who sees these believes that any language will do."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that the page loads."""

    content: bytes
    content_type: str
    etag: str


class Page:
    """The try-it page of one shop."""

    def __init__(self, shop: str, languages: Sequence[str], default_language: str) -> None:
        room = Path(__file__).parent
        self.assets = {path.name: read_asset(path) for path in sorted((room / "static").iterdir()) if path.suffix in TYPES}
        self._template = Template((room / "templates" / "page.html").read_text("utf-8"))
        self._shop = shop
        self._languages = tuple(languages)
        self._default = default_language

    def render(self, accept_language: str) -> str:
        """The HTML for a browser that asks for these languages (its Accept-Language header)."""
        language = reading_language(accept_language, self._default)
        labels = {name: escape(text) for name, text in self._labels(language).items()}
        return self._template.substitute(labels, language=language, dir=direction(language), suggestions=self._suggestions(language))

    def _labels(self, language: str) -> dict[str, str]:
        say = phrases.say
        return {
            "shop": self._shop,
            "title": say(phrases.PAGE_TITLE, language, shop=self._shop),
            "hint": say(phrases.PAGE_HINT, language),
            "send": say(phrases.PAGE_SEND, language),
            "empty": say(phrases.PAGE_EMPTY, language),
            "waiting": say(phrases.PAGE_WAITING, language),
            "offline": say(phrases.PAGE_OFFLINE, language),
            "fresh": say(phrases.PAGE_NEW, language),
            "badge": say(phrases.PAGE_BADGE, language),
            "edit": say(phrases.PAGE_EDIT, language),
            "delete": say(phrases.PAGE_DELETE, language),
            "cancel": say(phrases.PAGE_CANCEL, language),
        }

    def _suggestions(self, reader: str) -> str:
        """Buttons with a first question, each in another language that the shop answers in; the reader's own first."""
        served = [tag for tag in dict.fromkeys(tag.split("-")[0] for tag in self._languages) if tag in phrases.TRANSLATED]
        offered = sorted(served, key=lambda tag: (tag != reader, FAR_APART.index(tag) if tag in FAR_APART else SUGGESTED))[:SUGGESTED]
        questions = cycle((phrases.PAGE_ASK_RETURNS, phrases.PAGE_ASK_DELIVERY))
        return "\n".join(_suggestion(tag, phrases.say(question, tag)) for tag, question in zip(offered, questions, strict=False))


def _suggestion(language: str, question: str) -> str:
    return f'        <li><button type="button" class="suggestion" lang="{language}" dir="auto">{escape(question)}</button></li>'


def reading_language(accept_language: str, default: str) -> str:
    """The first of our own languages that the browser would like, else the shop's, else English."""
    wishes = [wish.split(";")[0].strip().split("-")[0].lower() for wish in accept_language.split(",")[:20]]
    return next((tag for tag in [*wishes, default] if tag in phrases.TRANSLATED), "en")


def read_asset(path: Path) -> Asset:
    """A file with its type and a mark that changes when it does."""
    content = path.read_bytes()
    return Asset(content, TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"')
