"""The platforms' dialects of Markdown as HTML, as far as our payloads use them. Everything else is shown as it was typed."""

import re
from collections.abc import Callable
from html import escape

from markdown_it import MarkdownIt

_COMMONMARK = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
_CODE = re.compile(r"`([^`\n]+)`")
_KEPT = re.compile("\ue000(\\d+)\ue001")


def commonmark(text: str) -> str:
    """As Slack draws a markdown block."""
    tokens = _COMMONMARK.parse(text)
    for token in tokens:
        if token.level == 0 and token.nesting == 1:
            token.attrSet("dir", "auto")
    return str(_COMMONMARK.renderer.render(tokens, _COMMONMARK.options, {}))


def mrkdwn(text: str) -> str:
    """Slack's older dialect, in which `<`, `>` and `&` come escaped."""
    return _lines(text.replace("&gt;", ">"), _slack_line)


def discord(text: str) -> str:
    """Discord's dialect; `-#` begins a line of small print."""
    return _lines(text, _discord_line)


def _lines(text: str, line_of: Callable[[str], str]) -> str:
    """Code as it stands, everything else line by line; each line finds its own direction."""
    html: list[str] = []
    code: list[str] = []
    fenced = False
    for line in text.split("\n"):
        if line.startswith("```"):
            fenced = not fenced
            if not fenced:
                html.append(f"<pre>{escape(chr(10).join(code))}</pre>")
                code = []
        elif fenced:
            code.append(line)
        else:
            html.append(line_of(line))
    return "".join(html)


def _slack_line(line: str) -> str:
    if line.startswith(">"):
        return f'<blockquote dir="auto">{_slack_words(line[1:].strip())}</blockquote>'
    return f'<div dir="auto">{_slack_words(line) or "&nbsp;"}</div>'


def _slack_words(text: str) -> str:
    """The two signs that are still escaped stay so."""
    text, kept = _put_away(text.replace(">", "&gt;").replace("&lt;", "&lt;"))
    text = re.sub(r"<(https?://[^|<>&]+?)\|([^<>]*?)&gt;", r'<a href="\1">\2</a>', text)
    text = re.sub(r"(?<![\w*])\*(?=\S)([^*\n]+)\*(?![\w*])", r"<b>\1</b>", text)
    text = re.sub(r"(?<![\w])_(?=\S)([^_\n]+)_(?![\w])", r"<i>\1</i>", text)
    return _brought_back(text, kept)


def _discord_line(line: str) -> str:
    for sign, tag, look in (("-# ", "div", "small"), ("> ", "blockquote", ""), ("### ", "h3", ""), ("## ", "h2", ""), ("# ", "h1", "")):
        if line.startswith(sign):
            return f'<{tag} class="{look}" dir="auto">{_discord_words(line[len(sign) :])}</{tag}>'
    if item := re.match(r"( *)(?:[-*]|(\d+)\.) (.*)", line):
        sign = f"{item[2]}." if item[2] else "•"
        return f'<div class="item" dir="auto"><b>{sign}</b><span>{_discord_words(item[3])}</span></div>'
    return f'<div dir="auto">{_discord_words(line)}</div>' if line.strip() else '<div class="gap"></div>'


def _discord_words(text: str) -> str:
    text, kept = _put_away(text)
    text = escape(text, quote=False)
    text = re.sub(r"\[((?:[^\[\]\\]|\\.)*)\]\((?:&lt;)?(https?://[^\s()]+?)(?:&gt;)?\)", r'<a href="\2">\1</a>', text)
    text = re.sub(r"&lt;(https?://\S+?)&gt;", r'<a href="\1">\1</a>', text)
    text = re.sub(r"\*\*(?=\S)(.+?)(?<=\S)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"\*(?=\S)([^*\n]+)(?<=\S)\*", r"<i>\1</i>", text)
    return _brought_back(re.sub(r"\\([\[\]()*_`~|\\#-])", r"\1", text), kept)


def _put_away(text: str) -> tuple[str, list[str]]:
    """The text without its code, which is brought back when everything else is done."""
    kept: list[str] = []

    def put(found: re.Match[str]) -> str:
        kept.append(f"<code>{escape(found[1])}</code>")
        return f"\ue000{len(kept) - 1}\ue001"

    return _CODE.sub(put, text), kept


def _brought_back(text: str, kept: list[str]) -> str:
    return _KEPT.sub(lambda found: kept[int(found[1])], text)
