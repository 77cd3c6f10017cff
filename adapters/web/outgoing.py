"""A Reply as a page shows it (pure): safe HTML, with its sources and its small print.

The text may come from a model, so it is not trusted: no HTML of its own, no image, no link but to the web or to a
mail address. Every block finds its own direction, since an Arabic answer may quote an English article.
"""

from collections.abc import MutableMapping, Sequence
from dataclasses import asdict
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from bot.language import phrases
from bot.messages import Reply, Source
from bot.pressed import Form, Reaction, Shown

MOST_SOURCES = 3
RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})
BLOCKS = frozenset({"paragraph_open", "heading_open", "bullet_list_open", "ordered_list_open", "blockquote_open", "table_open"})


def direction(language: str) -> str:
    """ "rtl" or "ltr"."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def show(reply: Reply) -> dict[str, object]:
    """What the page is told about a reply; `html` is all of it, ready to be shown."""
    return {
        "answers": reply.answers,
        "language": reply.language,
        "dir": direction(reply.language),
        "html": render(reply),
        "text": reply.text,
        "notice": reply.notice,
        "actions": actions(reply),
        "sources": [{"title": source.title, "url": safe_url(source.url)} for source in reply.sources[:MOST_SOURCES]],
    }


def actions(reply: Reply) -> list[dict[str, str]]:
    """What can be pressed under a reply; the page shows a sign for "good" and "bad", and reads the label aloud."""
    asked = (("good", phrases.HELPFUL), ("bad", phrases.NOT_HELPFUL)) if reply.feedback else ()
    opinions = [{"action": action, "label": phrases.say(phrase, reply.language), "value": reply.turn} for action, phrase in asked]
    return [*opinions, *({"action": one.action, "label": one.label, "value": one.value} for one in reply.buttons)]


def show_reaction(reaction: Reaction) -> dict[str, object]:
    """What came of a press or a form: words, or the form to fill in."""
    if isinstance(reaction, Shown):
        return show(reaction.reply)
    if isinstance(reaction, Form):
        return {"form": asdict(reaction), "dir": direction(reaction.language), "language": reaction.language}
    return {}


def render(reply: Reply) -> str:
    """The whole reply: text, then sources, then small print."""
    parts = [markdown(reply.text), sources(reply.sources[:MOST_SOURCES], reply.language)]
    if reply.notice:
        parts.append(f'<div class="notice">{markdown(reply.notice)}</div>\n')
    return "".join(parts)


def sources(found: Sequence[Source], language: str) -> str:
    """A numbered list under its heading; "" when there is none."""
    if not found:
        return ""
    items = "".join(f'<li dir="auto">{source_link(source)}</li>' for source in found)
    return f'<div class="sources"><p>{escape(phrases.say(phrases.SOURCES, language))}</p><ol>{items}</ol></div>\n'


def source_link(source: Source) -> str:
    """The title, as a link where there is somewhere to go."""
    title = escape(source.title)
    if not (url := safe_url(source.url)):
        return f"<span>{title}</span>"
    return f'<a href="{escape(url)}" target="_blank" rel="noopener nofollow noreferrer">{title}</a>'


def safe_url(url: str) -> str:
    """The address if it leads to the web or to a mailbox, else ""."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    known = (parts.scheme in ("http", "https") and parts.netloc) or (parts.scheme == "mailto" and parts.path)
    return url.strip() if known else ""


def markdown(text: str) -> str:
    """CommonMark with tables and strikethrough as safe HTML."""
    return str(parser().render(text))


def parser() -> MarkdownIt:
    """A fresh parser: making one costs a tenth of a millisecond, and none is shared."""
    made = MarkdownIt("commonmark", {"html": False}, renderer_cls=SafeHTML).enable(["table", "strikethrough"])
    made.validateLink = lambda url: bool(safe_url(url))  # type: ignore[method-assign]
    return made


class SafeHTML(RendererHTML):
    """Images become their description, links open elsewhere and vouch for nothing, blocks find their direction."""

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        """What the picture would show, in words."""
        return escape(self.renderInlineAsText(tokens[idx].children, options, env))

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:
        """A link in its own tab."""
        tokens[idx].attrSet("target", "_blank")
        tokens[idx].attrSet("rel", "noopener nofollow noreferrer")
        return self.renderToken(tokens, idx, options, env)

    def renderToken(self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]) -> str:  # noqa: N802
        """Every other tag; the name is the library's."""
        if tokens[idx].type in BLOCKS:
            tokens[idx].attrSet("dir", "auto")
        return super().renderToken(tokens, idx, options, env)
