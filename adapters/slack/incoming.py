"""What Slack says, read: the body of one Events API delivery -> an Event, or None when it is nothing to us.

Pure, and never an exception: what is malformed is nothing to us. Shapes: docs.slack.dev, "message" and "app_mention" events.
"""

import re
from collections.abc import Iterator, Mapping

from adapters.slack.fields import TIME, Json, id_of, json_of, text_of, time_of
from bot.messages import Addressed, Attachment, Event, MessageDeleted, MessageEdited, MessageReceived, Person, Place, StopPressed
from bot.platforms import Listens, nowhere

_SPOKEN = frozenset({"", "file_share", "thread_broadcast"})
"""The subtypes of messages that a person wrote; all others are joins, topics, bots and the like."""
_NOT_KEPT = frozenset({"tombstone", "hidden_by_limit", "external"})
"""Modes of files that Slack does not keep. The address of a remote file is whatever its owner wrote: docs.slack.dev, files.remote.info."""
"""The modes of files that cannot be had any more."""
_SLACK_ITSELF = frozenset({"USLACK", "USLACKBOT"})
_TOKEN = re.compile(r"<([^<>]+)>|&(?:amp|lt|gt);")


def read_event(body: Json, bot_user_id: str, listens: Listens = nowhere) -> Event | None:
    """The event in an `event_callback` body. `bot_user_id` is ours; one mention arrives as two events with the same message_id."""
    event = json_of(body, "event")
    if not (id_of(body, "event_id") and id_of(body, "team_id") and id_of(event, "channel")):
        return None
    match text_of(event, "type"), text_of(event, "subtype"):
        case "message", "message_changed":
            return _read_change(body, event, bot_user_id)
        case "message", "message_deleted":
            return _read_deletion(body, event, text_of(event, "deleted_ts"), json_of(event, "previous_message"), bot_user_id)
        case (("message" | "app_mention"), subtype) if subtype in _SPOKEN:
            return _read_message(body, event, bot_user_id, listens)
        case "agent_session_stopped", _:
            return _read_stop(body, event)
    return None


def _read_message(body: Json, event: Json, bot_user_id: str, listens: Listens) -> MessageReceived | None:
    text, ts, sent_at = event.get("text", ""), text_of(event, "ts"), time_of(event, "ts")
    if not isinstance(text, str) or sent_at is None or not _by_a_person(event, bot_user_id):
        return None
    place = _place(body, event, event)
    addressed = _addressed(event, place, bot_user_id, listens)
    if addressed is None:
        return None
    return MessageReceived(
        event_id=id_of(body, "event_id"),
        place=place,
        message_id=ts,
        author=_author(body, event),
        text=plain_text(text, bot_user_id),
        sent_at=sent_at,
        addressed=addressed,
        attachments=tuple(_attachments(event)),
    )


def _attachments(event: Json) -> Iterator[Attachment]:
    """Files as docs.slack.dev describes them ("file object"); those that are gone leave a stone behind."""
    files = event.get("files")
    for file in files if isinstance(files, list) else ():
        if isinstance(file, Mapping):
            size, gone = file.get("size"), text_of(file, "mode") in _NOT_KEPT or file.get("is_external") is True
            yield Attachment(
                name=text_of(file, "name") or text_of(file, "title"),
                kind=text_of(file, "mimetype"),
                size=size if isinstance(size, int) and size > 0 else 0,
                id="" if gone else id_of(file, "id"),
                address="" if gone else address_of(file),
            )


def address_of(file: Json) -> str:
    """Where a file can be fetched; of one that lies with somebody else there is only a page that shows it."""
    return text_of(file, "url_private_download") or text_of(file, "url_private")


def _read_stop(body: Json, event: Json) -> StopPressed | None:
    """Somebody pressed the stop button that Slack shows while we are at work in a thread."""
    stopped_at = time_of(event, "event_ts")
    if stopped_at is None or not id_of(event, "thread_ts"):
        return None
    return StopPressed(event_id=id_of(body, "event_id"), place=_place(body, event, event), stopped_at=stopped_at)


def _addressed(event: Json, place: Place, bot_user_id: str, listens: Listens) -> Addressed | None:
    """None for talk between people at the top of a channel, unless we listen there: nobody asked us, and no thread may be ours."""
    if place.direct:
        return "direct"
    text = text_of(event, "text")
    if text_of(event, "type") == "app_mention" or f"<@{bot_user_id}>" in text or f"<@{bot_user_id}|" in text:
        return "mention"
    if place.thread != text_of(event, "ts"):
        return "maybe"
    return "open" if listens(place.workspace, place.channel) else None


def _read_change(body: Json, event: Json, bot_user_id: str) -> Event | None:
    """An edit; but unfurling changes a message too, and the deleted first message of a thread is changed to a tombstone."""
    message, before = json_of(event, "message"), json_of(event, "previous_message")
    if text_of(message, "subtype") == "tombstone":
        return _read_deletion(body, event, text_of(message, "ts"), before or message, bot_user_id)
    text, edited = message.get("text"), json_of(message, "edited")
    edited_at = time_of(edited, "ts")
    if not isinstance(text, str) or text == before.get("text") or edited_at is None or time_of(message, "ts") is None:
        return None
    if not _by_a_person(message, bot_user_id) or text_of(edited, "user") == bot_user_id or text_of(message, "subtype") not in _SPOKEN:
        return None
    return MessageEdited(
        event_id=id_of(body, "event_id"),
        place=_place(body, event, message),
        message_id=text_of(message, "ts"),
        text=plain_text(text, bot_user_id),
        edited_at=edited_at,
    )


def _read_deletion(body: Json, event: Json, ts: str, before: Json, bot_user_id: str) -> MessageDeleted | None:
    deleted_at = time_of(event, "event_ts") or time_of(event, "ts")
    user = id_of(before, "user")
    if not TIME.fullmatch(ts) or deleted_at is None or before.get("bot_id") or user == bot_user_id:
        return None
    return MessageDeleted(
        event_id=id_of(body, "event_id"),
        place=_place(body, event, {**before, "ts": ts}),
        message_id=ts,
        deleted_at=deleted_at,
    )


def _by_a_person(message: Json, bot_user_id: str) -> bool:
    user = id_of(message, "user")
    return bool(user) and user != bot_user_id and user not in _SLACK_ITSELF and not message.get("bot_id") and not message.get("app_id")


def _place(body: Json, event: Json, message: Json) -> Place:
    """The thread under the question: a message that is in none begins its own."""
    channel, kind = id_of(event, "channel"), text_of(event, "channel_type")
    return Place(
        platform="slack",
        workspace=id_of(body, "team_id"),
        channel=channel,
        thread=id_of(message, "thread_ts") or id_of(message, "ts"),
        direct=kind == "im" or (not kind and channel.startswith("D")),
    )


def _author(body: Json, event: Json) -> Person:
    profile = json_of(event, "user_profile")
    return Person(
        platform="slack",
        workspace=id_of(event, "user_team") or id_of(event, "team") or id_of(body, "team_id"),
        id=id_of(event, "user"),
        name=text_of(profile, "display_name") or text_of(profile, "real_name"),
    )


def plain_text(text: str, bot_user_id: str) -> str:
    """Slack's escaped text as CommonMark: links and names resolved, the mention of us gone."""
    if bot_user_id in text:
        text = _without_mention(text, bot_user_id)
    return _TOKEN.sub(_resolve, text).strip()


def _without_mention(text: str, bot_user_id: str) -> str:
    mention = rf"<@{re.escape(bot_user_id)}(?:\|[^<>]*)?>"
    text = re.sub(rf"\A\s*(?:{mention}[ \t]*[,:]?\s*)+", "", text)
    return re.sub(rf"(?<![ \t])[ \t]*{mention}", "", text)


def _resolve(found: re.Match[str]) -> str:
    """One `<...>` of Slack's, or one entity, as a person reads it."""
    inner = found[1]
    if inner is None:
        return _unescape(found[0])
    target, _, label = (_unescape(part) for part in inner.partition("|"))
    match target[:1]:
        case "@":
            return f"@{label.removeprefix('@') or target[1:]}"
        case "#":
            return f"#{label or target[1:]}"
        case "!":
            return label or f"@{target[1:].removeprefix('subteam^')}"
    if not target:
        return label
    if not label or label == target or target.endswith((f":{label}", f"//{label}")):
        return label if target.startswith(("mailto:", "tel:")) and label else target
    return f"[{label}]({target})"


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
