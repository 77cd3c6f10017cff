"""What Slack makes of a post: whether it takes it, how people read it, and whom it pings."""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_LONGEST_BLOCKS = 12_000
_INVISIBLE = "\u2060"
_PING = re.compile(r"<(?:@[UW]\w*|!(?:channel|here|everyone|subteam\^\w+))[^<>]*>|(?<![\w.+/-])@(?:channel|here|everyone)\b", re.IGNORECASE)


def fault_of_post(arguments: Json) -> str:
    """The error code for chat.postMessage's arguments, or ""."""
    blocks = arguments.get("blocks", [])
    texts = list(_texts(blocks))
    if not arguments.get("channel"):
        return "channel_not_found"
    if not blocks and not arguments.get("text"):
        return "no_text"
    if len(blocks) > 50 or any(not text.strip() for text in texts) or any(_units(text) > 3_000 for text in _small(blocks)):
        return "invalid_blocks"
    if sum(map(_units, texts)) > _LONGEST_BLOCKS:
        return "msg_blocks_too_long"
    return "msg_too_long" if _units(arguments.get("text", "")) > 40_000 else ""


def rendered(post: Json) -> str:
    """The post as people read it; links as `title (address)`."""
    lines = list(_texts(post.get("blocks", []))) or [post.get("text", "")]
    return "\n".join(_read(line) for line in lines)


def links_of(post: Json) -> list[str]:
    """Everything in the post that Slack would make a ping of."""
    return [found[0] for text in (*_texts(post.get("blocks", [])), post.get("text", "")) for found in _PING.finditer(text)]


def _read(line: str) -> str:
    line = re.sub(r"<((?:https?|mailto):[^|<>]+)\|([^<>]*)>", r"\2 (\1)", line)
    return line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace(_INVISIBLE, "")


def _texts(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        if block["type"] == "markdown":
            yield block["text"]
        elif block["type"] == "section":
            yield block["text"]["text"]
        elif block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


def _small(blocks: list[Json]) -> Iterator[str]:
    return _texts([block for block in blocks if block["type"] != "markdown"])


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
