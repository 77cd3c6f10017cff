"""The page itself: one HTML file with its labels in the reader's language, and the files that it loads.

Everything is read once, when the page is made; nothing of a request ever becomes a path.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template

from adapters.web.outgoing import direction
from bot.language import phrases

TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}

SUGGESTIONS: Mapping[str, str] = {
    "en": "How long do I have to return something?",
    "de": "Wie lange kann ich etwas zurückgeben?",
    "es": "¿Cuánto tarda el envío?",
    "fr": "Combien de temps pour un retour ?",
    "ja": "返品はいつまでできますか？",
    "ar": "كم من الوقت لديّ لإرجاع منتج؟",
}
"""First questions: each language's own, so that a visitor sees that any language will do."""


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
            **small_labels(language),
        }

    def _suggestions(self, reader: str) -> str:
        """A button per language that the shop answers in; the reader's own first."""
        spoken = {tag.split("-")[0] for tag in self._languages}
        offered = sorted((tag for tag in SUGGESTIONS if tag in spoken), key=lambda tag: tag != reader)
        return "\n".join(
            f'        <li><button type="button" class="suggestion" lang="{tag}" dir="auto">{escape(SUGGESTIONS[tag])}</button></li>'
            for tag in offered
        )


def reading_language(accept_language: str, default: str) -> str:
    """The first of our own languages that the browser would like, else the shop's, else English."""
    wishes = [wish.split(";")[0].strip().split("-")[0].lower() for wish in accept_language.split(",")[:20]]
    return next((tag for tag in [*wishes, default] if tag in phrases.TRANSLATED), "en")


SMALL_LABELS: Mapping[str, tuple[str, str, str, str]] = {
    "en": ("AI assistant", "Edit", "Delete", "Cancel"),
    "de": ("KI-Assistent", "Bearbeiten", "Löschen", "Abbrechen"),
    "es": ("Asistente de IA", "Editar", "Eliminar", "Cancelar"),
    "fr": ("Assistant IA", "Modifier", "Supprimer", "Annuler"),
    "ja": ("AIアシスタント", "編集", "削除", "キャンセル"),
    "ar": ("مساعد ذكاء اصطناعي", "تعديل", "حذف", "إلغاء"),
}


def small_labels(language: str) -> dict[str, str]:
    """The labels of buttons that only the page has."""
    return dict(zip(("badge", "edit", "delete", "cancel"), SMALL_LABELS.get(language, SMALL_LABELS["en"]), strict=True))


def read_asset(path: Path) -> Asset:
    """A file with its type and a mark that changes when it does."""
    content = path.read_bytes()
    return Asset(content, TYPES[path.suffix], f'"{hashlib.sha256(content).hexdigest()[:16]}"')
