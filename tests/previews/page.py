"""The page around the scenes: one platform, one language."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Literal

from tests.previews import on_discord, on_slack
from tests.previews.story import Scene
from tests.previews.words import words_in

PLATFORMS: tuple[Literal["slack", "discord"], ...] = ("slack", "discord")
LANGUAGES = ("en", "ar", "ja")
_STYLE = Path(__file__).parent / "style.css"


def page(platform: Literal["slack", "discord"], language: str, scenes: Sequence[Scene]) -> str:
    """A whole HTML page that needs nothing else."""
    draw = on_slack.draw if platform == "slack" else on_discord.draw
    drawn = [(scene.title, draw(scene, words_in(language))) for scene in scenes]
    shown = "".join(f"<figure><figcaption>{escape(title)}</figcaption>{html}</figure>" for title, html in drawn if html)
    head = f'<meta charset="utf-8"><title>Polydesk in {platform.title()}</title><style>{_STYLE.read_text()}</style>'
    return f'<!doctype html><html lang="{language}" class="{platform}">{head}<body>{shown}</body></html>'
