"""Markdown and plain text: front matter, comments, the first heading."""

from typing import Any

import regex
import yaml

from bot.errors import Unreadable
from bot.knowledge.documents.content import Content
from bot.knowledge.documents.unseen import without_unseen

_FRONT = regex.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", regex.DOTALL | regex.MULTILINE)
_COMMENT = regex.compile(r"<!--.*?(?:-->|\Z)", regex.DOTALL)
_HEADING = regex.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", regex.MULTILINE)


def read_markdown(address: str, data: bytes) -> Content:
    """A Markdown file. Raises Unreadable."""
    front, text = _front_matter(address, decoded(address, data))
    text, hidden = _COMMENT.subn("", text)
    heading = _HEADING.search(without_unseen(text))
    return Content(
        text,
        title=_said(front, "title") or (heading.group(1) if heading else ""),
        url=_said(front, "url"),
        language=_said(front, "language"),
        hidden=hidden,
    )


def read_plain(address: str, data: bytes) -> Content:
    """A text file: all of it is text. Raises Unreadable."""
    return Content(decoded(address, data), markdown=False)


def decoded(address: str, data: bytes) -> str:
    """Bytes -> text with `\\n` at the ends of lines. Raises Unreadable."""
    if b"\0" in data:
        raise Unreadable(address, "it is not text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Unreadable(address, f"it is not UTF-8 (byte {exc.start})") from exc
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _front_matter(address: str, text: str) -> tuple[dict[str, Any], str]:
    found = _FRONT.match(text)
    if not found:
        return {}, text
    try:
        front = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise Unreadable(address, f"its front matter is not YAML: {str(exc).splitlines()[0]}") from exc
    if front is not None and not isinstance(front, dict):
        raise Unreadable(address, "its front matter is not a list of `name: value`")
    return front or {}, text[found.end() :]


def _said(front: dict[str, Any], key: str) -> str:
    value = front.get(key)
    # YAML reads a bare `no` as False; Norwegian is what was meant.
    if value is False and key == "language":
        return "no"
    return without_unseen(str(value)).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
