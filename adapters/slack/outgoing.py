"""What we say, as Slack wants it: Reply -> parts that fit -> the arguments of chat.postMessage. Pure.

The text goes into a markdown block (CommonMark, which Slack renders with its tables and code), sources and notice into
context blocks below. Slack has no switch against pings, so everything that could ping is made harmless here.
"""

import re
from dataclasses import replace

from adapters.slack.buttons import write_buttons
from adapters.slack.mrkdwn import escape, mrkdwn, units, unlinked, write_sections
from bot.language import phrases
from bot.messages import Place, Reply, Source
from bot.shaping import shortened, split_text

LONGEST = 10_000
"""UTF-16 units in the text of one message: Slack refuses 12,000 characters in all blocks together, sources and notice included."""
EVENT_TYPE = "polydesk_reply"
"""The name of the metadata in which our key travels."""

_SOURCES_AT_MOST = 3
_LONGEST_TITLE = 150
_LONGEST_ADDRESS = 300
_LONGEST_NOTICE = 500
_LONGEST_FALLBACK = 3_000
_JOINER = "\u2060"
"""Word joiner: invisible, and enough to make a ping plain text."""

_TOKEN = re.compile(r"<(?=[@#][A-Za-z0-9]|!\s*(?:channel|here|everyone|group|subteam|date))", re.IGNORECASE)
_CALL = re.compile(r"(?<![\w.+/-])@(?=(?:channel|here|everyone|group)\b)", re.IGNORECASE)
_LABELLED = re.compile(r"<((?:https?|mailto|tel):[^<>|\s]*)\|([^<>]*)>", re.IGNORECASE)
_IMAGE = re.compile(r"(?<!!)!++(?=\[)")
_NAMELESS = re.compile(r"\[\s*\]\(([^()\s]+)\)")


def split_reply(reply: Reply) -> tuple[Reply, ...]:
    """The reply as messages that fit, in order; sources, notice and all that can be pressed go with the last."""
    *pieces, last = split_text(harmless(reply.text), LONGEST, units)
    bare = replace(reply, sources=(), notice="", buttons=(), feedback=False)
    return (*(replace(bare, text=piece) for piece in pieces), replace(reply, text=last))


def write_reply(reply: Reply, key: str, place: Place | None = None) -> dict[str, object]:
    """The arguments of chat.postMessage for one part, without its place. `place`: where a reply for one person alone belongs."""
    text = harmless(reply.text)
    blocks: list[dict[str, object]] = [{"type": "markdown", "text": text}] if text.strip() else []
    blocks += [*_write_small_print(reply), *write_buttons(reply, key, place)]
    return {
        "text": fallback(reply),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": key}},
    }


def write_small(reply: Reply, key: str = "", place: Place | None = None) -> list[dict[str, object]]:
    """The blocks of a reply for where Slack takes no markdown block: our home, and an interaction's response_url."""
    return [*write_sections(harmless(reply.text)), *_write_small_print(reply), *write_buttons(reply, key, place)]


def fallback(reply: Reply) -> str:
    """What notifications show of a reply: plain words."""
    return shortened(escape(unlinked(harmless(reply.text or reply.notice))), _LONGEST_FALLBACK)


def _write_small_print(reply: Reply) -> list[dict[str, object]]:
    lines = [_write_sources(reply.sources, reply.language), mrkdwn(harmless(shortened(reply.notice, _LONGEST_NOTICE)))]
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": line}]} for line in lines if line.strip()]


def _write_sources(sources: tuple[Source, ...], language: str) -> str:
    if not sources:
        return ""
    links = [f"{number}. {_write_source(source)}" for number, source in enumerate(sources[:_SOURCES_AT_MOST], 1)]
    return f"{escape(phrases.say(phrases.SOURCES, language)).rstrip(':：')}: " + " · ".join(links)


def _write_source(source: Source) -> str:
    title = escape(harmless(shortened(" ".join(source.title.split()), _LONGEST_TITLE))).replace("|", "¦") or "…"
    if not source.url.startswith(("https://", "http://")) or len(source.url) > _LONGEST_ADDRESS or re.search(r"[\s<>|]", source.url):
        return title
    return f"<{escape(source.url)}|{title}>"


def harmless(text: str) -> str:
    """The CommonMark text with nothing in it that pings, hides a link's target or shows an image; applied twice it is the same."""
    if "<" in text:
        text = _TOKEN.sub("<" + _JOINER, _LABELLED.sub(r"\2 (\1)", text))
    if "@" in text:
        text = _CALL.sub("@" + _JOINER, text)
    if "](" in text or "][" in text:
        text = _NAMELESS.sub(r"\1", _IMAGE.sub("", text))
    return text
