"""Values to text and back: what the inbox and the outbox keep in their `body`."""

import json
from collections.abc import Sequence

from bot.messages import Attachment, Button, Mark, MessageReceived, Person, Place, Reply, Source

FILES_AT = 6
"""Where attachments stand among what may be missing in rows of older versions."""


def write_message(message: MessageReceived) -> str:
    """The parts of a message that its other columns do not hold."""
    author = message.author
    return json.dumps(
        [
            message.message_id,
            [author.platform, author.workspace, author.id, author.name],
            message.text,
            message.addressed,
            message.fresh_after,
            message.locale,
            message.aside,
            message.handle,
            message.parent,
            message.replies_to,
            [[one.name, one.kind, one.size, one.id, one.address] for one in message.attachments],
        ],
        ensure_ascii=False,
    )


def read_message(event_id: str, place: str, sent_at: float, body: str) -> MessageReceived:
    """The message that was written down."""
    message_id, author, text, addressed, *rest = json.loads(body)
    if len(rest) > FILES_AT:
        rest[FILES_AT] = tuple(Attachment(*one) for one in rest[FILES_AT])
    return MessageReceived(event_id, Place.from_key(place), message_id, Person(*author), text, sent_at, addressed, *rest)


def with_text(body: str, text: str) -> str:
    """The same message after its author changed it."""
    parts = json.loads(body)
    parts[2] = text
    return json.dumps(parts, ensure_ascii=False)


def write_reply(reply: Reply) -> str:
    """One part of a reply."""
    sources = _plain(reply.sources)
    frame = [reply.offers_person, [[one.action, one.label, one.value, one.weight] for one in reply.buttons], reply.feedback]
    mark = [reply.mark.place.key, reply.mark.outcome] if reply.mark else None
    return json.dumps(
        [
            reply.text,
            reply.language,
            sources,
            reply.notice,
            reply.answers,
            *frame,
            reply.only_for,
            reply.handle,
            mark,
            reply.turn,
            reply.direct,
        ],
        ensure_ascii=False,
    )


def read_reply(body: str) -> Reply:
    """The part that was written down."""
    text, language, sources, notice, answers, *rest = json.loads(body)
    if rest:
        rest[1] = tuple(Button(*button) for button in rest[1])
    if len(rest) > 5 and rest[5] is not None:
        place, outcome = rest[5]
        rest[5] = Mark(Place.from_key(place), outcome)
    return Reply(text, language, tuple(Source(*source) for source in sources), notice, answers, *rest)


def write_sources(sources: Sequence[Source]) -> str:
    """The sources of a reply by themselves; "" when there are none."""
    return json.dumps(_plain(sources), ensure_ascii=False) if sources else ""


def read_sources(text: str) -> tuple[Source, ...]:
    """The sources that were written down."""
    return tuple(Source(*source) for source in json.loads(text or "[]"))


def _plain(sources: Sequence[Source]) -> list[list[str]]:
    return [[source.title, source.url] for source in sources]
