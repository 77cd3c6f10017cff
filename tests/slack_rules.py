"""What Slack makes of what we show: whether it takes it, how people read it, and whom it pings. Limits: docs.slack.dev, Block Kit."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

Json = dict[str, Any]

_LONGEST_BLOCKS = 12_000
_INVISIBLE = "\u2060"
_PING = re.compile(r"<(?:@[UW]\w*|!(?:channel|here|everyone|subteam\^\w+))[^<>]*>|(?<![\w.+/-])@(?:channel|here|everyone)\b", re.IGNORECASE)
_BLOCKS = {
    "message": {"markdown", "section", "context", "actions", "context_actions"},
    # That these take a markdown block is written nowhere.
    "response_url": {"section", "context", "actions", "context_actions"},
    "home": {"section", "context", "actions", "context_actions"},
    "modal": {"section", "context", "actions", "input"},
}


def fault_of_post(arguments: Json, surface: str = "message") -> str:
    """The error code for chat.postMessage's arguments, or ""."""
    blocks = arguments.get("blocks", [])
    if not arguments.get("channel"):
        return "channel_not_found"
    if not blocks and not arguments.get("text"):
        return "no_text"
    if fault_of_blocks(blocks, surface):
        return "invalid_blocks"
    if sum(map(_units, _texts(blocks))) > _LONGEST_BLOCKS:
        return "msg_blocks_too_long"
    return "msg_too_long" if _units(arguments.get("text", "")) > 40_000 else ""


def fault_of_view(view: Json, kind: str) -> str:
    """What is wrong with a form or a home, or ""."""
    blocks = view.get("blocks", [])
    if view.get("type") != kind:
        return "type"
    if _units(view.get("private_metadata", "")) > 3_000 or len(view.get("callback_id", "")) > 255:
        return "private_metadata or callback_id"
    asks = any(block["type"] == "input" for block in blocks)
    for part in ("title", "close", *(("submit",) if asks else ())) if kind == "modal" else ():
        if not _is_plain(view.get(part), 24):
            return part
    return fault_of_blocks(blocks, kind, most=100)


def fault_of_blocks(blocks: list[Json], surface: str, most: int = 50) -> str:
    """What is wrong with blocks, or ""."""
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(blocks) > most or len(set(ids)) != len(ids) or any(not 0 < len(each) <= 255 for each in ids):
        return "number or ids of blocks"
    return next((fault for block in blocks if (fault := _fault_of_block(block, surface))), "")


def _fault_of_block(block: Json, surface: str) -> str:
    kind = block["type"]
    if kind not in _BLOCKS[surface]:
        return f"no {kind} here"
    texts = list(_texts([block]))
    if any(not text.strip() for text in texts) or (kind != "markdown" and any(_units(text) > 3_000 for text in texts)):
        return f"text of {kind}"
    if kind in ("actions", "context_actions"):
        elements = block["elements"]
        ids = [element["action_id"] for element in elements]
        if not 0 < len(elements) <= (25 if kind == "actions" else 5) or len(set(ids)) != len(ids):
            return f"elements of {kind}"
        return next((fault for element in elements if (fault := _fault_of_element(element))), "")
    if kind == "input":
        return _fault_of_element(block["element"]) or ("" if _is_plain(block.get("label"), 2_000) else "label")
    return ""


def _fault_of_element(element: Json) -> str:
    kind = element["type"]
    if not 0 < len(element.get("action_id", "")) <= 255:
        return f"action_id of {kind}"
    checks = {
        "button": _is_button,
        "feedback_buttons": lambda e: _is_thumb(e["positive_button"]) and _is_thumb(e["negative_button"]),
        "plain_text_input": lambda e: _units(e.get("initial_value", "")) <= e.get("max_length", 3_000) <= 3_000,
        "static_select": _is_select,
    }
    return "" if checks[kind](element) else kind


def _is_button(button: Json) -> bool:
    confirm = button.get("confirm")
    sure = not confirm or all(
        _is_plain(confirm.get(part), most) for part, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30))
    )
    value = button.get("value", "x")
    return sure and _is_plain(button.get("text"), 75) and 0 < len(value) <= 2_000 and button.get("style") in (None, "primary", "danger")


def _is_thumb(thumb: Json) -> bool:
    return _is_plain(thumb["text"], 75) and 0 < len(thumb["value"]) <= 2_000 and len(thumb.get("accessibility_label", "")) <= 75


def _is_select(select: Json) -> bool:
    options = select["options"]
    fits = all(_is_plain(option["text"], 75) and 0 < len(option["value"]) <= 150 for option in options)
    return fits and 0 < len(options) <= 100 and select.get("initial_option", options[0]) in options


def _is_plain(text: Json | None, most: int) -> bool:
    """Plain text in which Slack makes nothing of `<@U1>`."""
    return text is not None and text["type"] == "plain_text" and 0 < _units(text["text"]) <= most and bool(text["text"].strip())


def rendered(post: Json) -> str:
    """The post as people read it; links as `title (address)`."""
    lines = list(_texts(post.get("blocks", []))) or [post.get("text", "")]
    return "\n".join(_read(line) for line in lines)


def labels_of(post: Json) -> list[str]:
    """What stands on the buttons."""
    return [e["text"]["text"] for block in post["blocks"] if block["type"] == "actions" for e in block["elements"]]


def links_of(post: Json) -> list[str]:
    """Everything in the post that Slack would make a ping of."""
    return [found[0] for text in (*_texts(post.get("blocks", [])), post.get("text", "")) for found in _PING.finditer(text)]


def _read(line: str) -> str:
    line = re.sub(r"<((?:https?|mailto):[^|<>]+)\|([^<>]*)>", r"\2 (\1)", line)
    return line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace(_INVISIBLE, "")


def _texts(blocks: list[Json]) -> Iterator[str]:
    """The texts in which mentions and links are looked for."""
    for block in blocks:
        if block["type"] == "markdown":
            yield block["text"]
        elif block["type"] == "section":
            yield block["text"]["text"]
        elif block["type"] == "context":
            yield from (element["text"] for element in block["elements"])


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def kind_of(channel: str) -> str:
    """The `channel_type` of a channel with this id."""
    return {"D": "im", "G": "group"}.get(channel[:1], "channel")


def escape(text: str) -> str:
    """As Slack passes on what people write; `<@U2>` and `<https://…>` in it stay what they are."""
    text = text.replace("&", "&amp;")
    return re.sub(r"<(?![@#!]\w|https?:|mailto:)|(?<!\w)>|(?<= )>", lambda found: "&lt;" if found[0] == "<" else "&gt;", text)


async def arguments_of(request: web.Request) -> Json:
    """From the query, a form or JSON: Slack takes all three, by GET and POST."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        arguments |= await request.json() if await request.read() else {}
    else:
        form: Mapping[str, Any] = await request.post()
        arguments |= {key: json.loads(value) if key in ("blocks", "metadata", "loading_messages") else value for key, value in form.items()}
    return arguments
