"""CommonMark in Slack's older dialect, for where a markdown block is not known to be taken: small print, our home, response_urls."""

import re
from itertools import pairwise

from bot.shaping import split_text

LONGEST_SECTION = 3_000
"""UTF-16 units."""
_FENCE = re.compile(r" {0,3}(```|~~~)")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*")
_BULLET = re.compile(r"([ \t]*)[-*+][ \t]+(?=\S)")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\((https?://[^()\s]+)\)")
_STRESSED = re.compile(r"(?P<code>`[^`\n]+`)|(?P<mark>\*{1,2})(?=[^\s*])(?P<text>[^*\n]+)(?<=\S)(?P=mark)(?!\*)")
_APART = "\u200b"
"""Zero-width space: Slack sees a mark only beside a blank or punctuation, and in Japanese or Thai there are no blanks."""


def escape(text: str) -> str:
    """Slack's own three signs as plain text: nothing in it is a mention or a link then."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unlinked(text: str) -> str:
    """The words of links without their addresses."""
    return _LINK.sub(r"\1", text)


def mrkdwn(text: str) -> str:
    """Links, bold, headings and lists; a table is shown as it was typed."""
    lines, fenced, table = [], False, False
    for line, following in pairwise([*text.split("\n"), ""]):
        if _FENCE.match(line):
            fenced = not fenced
            lines.append("```")
            continue
        if not fenced and table != (is_row := "|" in line and (table or _is_rule(following))):
            table = is_row
            lines.append("```")
        lines.append(escape(line) if fenced or table else _line(line))
    return "\n".join([*lines, "```"] if fenced or table else lines)


def write_sections(text: str) -> list[dict[str, object]]:
    """The text in as many section blocks as it needs."""
    pieces = split_text(text, LONGEST_SECTION, lambda piece: units(mrkdwn(piece)))
    return [{"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn(piece)}} for piece in pieces if piece.strip()]


def units(text: str) -> int:
    """The length as Slack counts it: in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _line(line: str) -> str:
    heading = _HEADING.fullmatch(line)
    if heading and heading[1]:
        return f"*{_inline(heading[1].replace('*', ''))}*"
    return _inline(_BULLET.sub(r"\1• ", line, count=1) if _BULLET.match(line) else line)


def _inline(text: str) -> str:
    return _STRESSED.sub(_stress, _LINK.sub(r"<\2|\1>", escape(text)))


def _stress(found: re.Match[str]) -> str:
    """Bold and italics are one star and one line in Slack."""
    if found["code"]:
        return found[0]
    sign, (start, end), line = "*" if found["mark"] == "**" else "_", found.span(), found.string
    return f"{_gap(line[start - 1 : start])}{sign}{found['text']}{sign}{_gap(line[end : end + 1])}"


def _gap(beside: str) -> str:
    return _APART if beside.isalnum() or not beside.isascii() else ""


def _is_rule(line: str) -> bool:
    return "|" in line and bool(_RULE.fullmatch(line))
