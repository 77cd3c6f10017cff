"""What we say, written as Discord reads it: Reply -> parts that fit -> the content of one message each.

Everything here is pure. Discord shows nearly all of CommonMark; what it does not know (tables, small headings,
images, several levels of quoting) is rewritten, and whatever would ping or open somebody is made plain words.
Its limit counts Unicode code points, as Python's `len` does (Discord's API is Python; discord-api-docs issue 1315).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from adapters.discord.components import write_rows
from adapters.discord.interactions import EPHEMERAL
from bot.language import phrases
from bot.messages import Reply, Source
from bot.shaping import shortened, split_text

Payload = dict[str, Any]

LONGEST = 2000
"""Code points in one message."""
LONGEST_FOOTER = 1000
"""Code points for sources and small print, so that words remain to stand above them."""

_NO_PREVIEWS = 1 << 2
"""The flag of a message whose links show no pages."""
_APART = "\u200b"
"""Put inside a mention: it still reads the same, and names nobody."""
_APART_CELL = "\u2068{}\u2069"
"""Invisible signs around a text that has a direction of its own."""
_MENTION = re.compile(r"@(?=everyone|here)|<(?=[@#]|/|id:|sound:)")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)$")
_HEADING = re.compile(r" {0,3}#{4,6}\s+(.*?)(?:\s+#+)?$")
_UNDERLINE = re.compile(r" {0,3}(?:(=+)|-{3,})\s*$")
_RULE = re.compile(r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_QUOTE = re.compile(r" {0,3}>(?: ?>)+")
_PLUS = re.compile(r"(\s*)\+ ")
_RULE_SIGNS = frozenset(" \t:|-")
_LINK = re.compile(r"!?\[((?:[^\[\]\\]|\\.)*)\]\(\s*<?([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
_BOLD = re.compile(r"(?<![\w_])__(?=\S)(.+?)(?<=\S)__(?![\w_])")
_CARRIED = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f]|\u200d\\W")
"""What changes the emoji before it and takes no room of its own: skin tones, joined emoji."""
_BREAK = re.compile(r"<br */?>|\\$", re.IGNORECASE)


def split_reply(reply: Reply) -> tuple[Reply, ...]:
    """The reply as messages that fit, in order. Sources, small print and buttons go with the last."""
    if len(write_reply(reply)) <= LONGEST:
        return (reply,)
    texts = split_text(reply.text, LONGEST, size=_size)
    room = LONGEST - len(_footer(reply)) - 2
    if _size(texts[-1]) > room:
        texts[-1:] = split_text(texts[-1], room, size=_size)
    bare = replace(reply, sources=(), notice="", buttons=(), feedback=False)
    return (*(replace(bare, text=text) for text in texts[:-1]), replace(reply, text=texts[-1]))


def write_reply(reply: Reply) -> str:
    """The content of one Discord message."""
    return "\n\n".join(filter(None, (write_text(reply.text), _footer(reply))))


def write_private(reply: Reply) -> Payload:
    """The body of a message that answers an interaction, and that one person alone sees."""
    return write_change(reply) | {"flags": EPHEMERAL | _NO_PREVIEWS}


def write_change(reply: Reply) -> Payload:
    """The body that changes such a message; who sees it cannot be changed."""
    return {
        "content": write_reply(reply),
        "components": write_rows(reply),
        "allowed_mentions": {"parse": []},
        "flags": _NO_PREVIEWS,
    }


def write_text(text: str) -> str:
    """CommonMark as Discord's own Markdown."""
    return "\n".join(_blocks(text.splitlines())).strip()


def _size(text: str) -> int:
    return len(write_text(text))


def _blocks(lines: Sequence[str]) -> Iterator[str]:
    """Line by line; code stays as it is, a table is drawn."""
    at, fence = 0, ""
    while at < len(lines):
        line = lines[at]
        at += 1
        mark = _FENCE.match(line)
        if mark and (not fence or (mark[1].startswith(fence) and not mark[2].strip())):
            fence = "" if fence else mark[1]
            yield "```" + mark[2].strip()
        elif fence:
            yield line.replace("```", f"`{_APART}``")
        elif "|" in line and at < len(lines) and {"|", "-"} <= set(lines[at]) <= _RULE_SIGNS:
            end = next((n for n in range(at + 1, len(lines)) if "|" not in lines[n]), len(lines))
            yield from _table([line, *lines[at + 1 : end]])
            at = end
        elif line.strip() and at < len(lines) and (under := _UNDERLINE.match(lines[at])):
            yield f"{'#' if under[1] else '##'} {_line(line.strip())}"
            at += 1
        else:
            yield _line(line)
    if fence:
        yield "```"


def _line(line: str) -> str:
    """One line outside of code."""
    if _RULE.match(line):
        return "──────────"
    if heading := _HEADING.match(line):
        line = f"**{heading[1].replace('**', '')}**"
    line = _PLUS.sub(r"\1- ", _QUOTE.sub(">", line, count=1), count=1) if line.lstrip()[:1] in ("+", ">") else line
    if "`" not in line:
        return _words(line)
    done, said = 0, []
    for code in _CODE.finditer(line):
        said += [_words(line[done : code.start()]), code[0]]
        done = code.end()
    return "".join([*said, _words(line[done:])])


def _words(text: str) -> str:
    """Words between code: links without a preview, no spoilers, no underlining, no mention."""
    if "](" in text:
        text = _LINK.sub(lambda link: _link(link[1], link[2]), text)
    if "__" in text:
        text = _BOLD.sub(r"**\1**", text)
    if "||" in text:
        text = text.replace("||", r"\|\|")
    if "\\" in text or "<" in text:
        text = _BREAK.sub(lambda found: "" if found[0] == "\\" else "\n", text)
    return _harmless(text)


def _harmless(text: str) -> str:
    """Nobody is called by it: a mention becomes plain words."""
    return _MENTION.sub(lambda found: found[0] + _APART, text) if "@" in text or "<" in text else text


def _link(title: str, url: str) -> str:
    """A link that Discord follows but does not unfurl. It refuses one whose title looks like an address."""
    if not url.startswith(("https://", "http://", "mailto:")):
        return title or url
    if "://" in title or not title.strip() or url.startswith("mailto:"):
        return f"<{url}>" if title.strip() in ("", url) else f"{title.replace('://', ':' + _APART + '//')} (<{url}>)"
    return f"[{title}](<{url}>)"


def _table(rows: Sequence[str]) -> Iterator[str]:
    """A table as aligned text, since Discord draws none. Wide letters (CJK, emoji) count as two; where letters run from right to
    left, each cell is set apart, or the columns of a line would change places."""
    cells = [[_plain(cell) for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))] for row in rows]
    columns = max(map(len, cells))
    cells = [[*row, *[""] * (columns - len(row))] for row in cells]
    widths = [max(_width(row[n]) for row in cells) for n in range(columns)]
    cell_of = _APART_CELL if any(map(_runs_left, chain.from_iterable(cells))) else "{}"
    yield "```"
    for number, row in enumerate(cells):
        yield "  ".join(cell_of.format(cell) + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        if number == 0:
            yield "  ".join("─" * width for width in widths)
    yield "```"


def _plain(cell: str) -> str:
    """A cell's words; inside of a code block, marks would be seen."""
    cell = _LINK.sub(lambda link: f"{link[1]} ({link[2]})" if link[1] != link[2] else link[2], cell.strip())
    cell = re.sub(r"(\*\*|__|`)(.+?)\1", r"\2", cell).replace(r"\|", "|")
    return _harmless(cell.replace("```", f"`{_APART}``"))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    signs = (sign for sign in _CARRIED.sub("", text) if sign != _APART and not unicodedata.combining(sign))
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in signs)


def _runs_left(text: str) -> bool:
    """Whether there are letters that are written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in text)


def _footer(reply: Reply) -> str:
    """Sources and notice in small print; a source that finds no room is left out."""
    notice = shortened("\n".join(f"-# {line}" for line in write_text(reply.notice).splitlines() if line.strip()), LONGEST_FOOTER)
    if not reply.sources:
        return notice
    label = f"-# {phrases.say(phrases.SOURCES, reply.language)}:"
    for shown in range(len(reply.sources), 0, -1):
        line = " · ".join(f"[{number}] {_source(source)}" for number, source in enumerate(reply.sources[:shown], 1))
        if len(line) + len(label) + len(notice) < LONGEST_FOOTER:
            return "\n".join(filter(None, (f"{label} {line}", notice)))
    return notice


def _source(source: Source) -> str:
    title = re.sub(r"([\[\]()*_`~|\\])", r"\\\1", shortened(" ".join(source.title.split()), 150))
    url = re.sub(r"[\s<>]", "", source.url)
    return _link(_harmless(title), url) if url.startswith(("https://", "http://")) else _harmless(title)
