"""The world of our loopback Discord: who is there, and how Discord writes it down (from its documentation)."""

import re
import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

TOKEN = "MTAwMQ.loop.back"
BOT, GUILD, GENERAL, THREAD, ROLE = "1001", "2001", "3001", "3002", "4001"
OTHER_GUILD, OTHER_GENERAL = str((1 << 22) + 2001), "3003"
"""A second server, which we are in only if a test says so; of two shards it is in the second."""
PEOPLE = {"ana": "5001", "ben": "5002", "robot": "5003", "cleo": "5004"}
DIRECT = {name: str(6000 + number) for number, name in enumerate(PEOPLE)}
CONTENT_INTENT = 1 << 15
CONTENT_FLAG = 1 << 19
EPOCH = 1420070400000


Payload = dict[str, Any]
"""One JSON object of Discord's."""


def user(number: str, name: str, *, bot: bool = False) -> Payload:
    """A user as Discord sends it."""
    return {
        "id": number,
        "username": name,
        "global_name": name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": bot,
        "public_flags": 0,
    }


def guild(last: Mapping[str, str] = MappingProxyType({}), closed: Collection[str] = (), number: str = GUILD) -> Payload:
    """A server as GUILD_CREATE tells of it; `last`: the newest message of each channel; `closed`: threads that it leaves out."""
    place = {"guild_id": number, "position": 0, "permission_overwrites": [], "nsfw": False, "topic": None, "parent_id": None}
    archived = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": "2026-01-01T00:00:00+00:00", "locked": False}
    thread = {"id": THREAD, "type": 11, "name": "parcels", "guild_id": GUILD, "parent_id": GENERAL, "owner_id": PEOPLE["ana"]}
    thread |= {"last_message_id": last.get(THREAD), "message_count": 1, "member_count": 2}
    role = {"permissions": "0", "position": 0, "color": 0, "hoist": False, "mentionable": False, "flags": 0}
    ours = {"id": ROLE, "name": "Desk", "managed": True, "tags": {"bot_id": BOT}, **role}
    general = GENERAL if number == GUILD else OTHER_GENERAL
    return {
        "id": number,
        "name": "Shop" if number == GUILD else "Branch",
        "owner_id": PEOPLE["ana"],
        "unavailable": False,
        "member_count": 4,
        "channels": [{"id": general, "type": 0, "name": "general", "last_message_id": last.get(general), **place}],
        "threads": [] if THREAD in closed or number != GUILD else [{**thread, "thread_metadata": archived}],
        "roles": [{"id": number, "name": "@everyone", "managed": False, **role}, ours],
        **{key: [] for key in ("members", "emojis", "stickers", "features", "voice_states", "presences", "stage_instances")},
        **dict.fromkeys(("verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level"), 0),
        **dict.fromkeys(("premium_tier", "afk_timeout", "system_channel_flags", "nsfw_level"), 0),
        **dict.fromkeys(("icon", "banner", "splash", "afk_channel_id", "system_channel_id", "rules_channel_id")),
        "preferred_locale": "en-US",
    }


def application(content_granted: bool) -> Payload:
    """Our application; its flags say whether it may read what does not name it."""
    texts = {"name": "Desk", "description": "", "icon": None, "verify_key": "", "summary": ""}
    rights = {"flags": CONTENT_FLAG if content_granted else 0, "bot_public": True, "bot_require_code_grant": False}
    return {"id": BOT, "owner": user(PEOPLE["ana"], "ana"), "team": None, **texts, **rights}


def message(number: int, channel: str, author: str, content: str) -> Payload:
    """A new message, as MESSAGE_CREATE tells of it; `number` keeps ids of the same millisecond apart."""
    named = [user(BOT, "Desk", bot=True)] if f"<@{BOT}>" in content else []
    data = {
        "id": str(((int(time.time() * 1000) - EPOCH) << 22) + number),
        "type": 0,
        "channel_id": channel,
        "author": user(BOT, "Desk", bot=True) if author == BOT else user(PEOPLE[author], author, bot=author == "robot"),
        "content": content,
        "timestamp": datetime.now(UTC).isoformat(),
        "edited_timestamp": None,
        "mentions": named + [user(each, name) for name, each in PEOPLE.items() if f"<@{each}>" in content],
        "mention_roles": [ROLE] if f"<@&{ROLE}>" in content else [],
        **dict.fromkeys(("tts", "mention_everyone", "pinned"), False),
        **{key: [] for key in ("attachments", "embeds", "components")},
    }
    member = {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "deaf": False, "mute": False, "flags": 0}
    return data if channel in DIRECT.values() else data | {"guild_id": OTHER_GUILD if channel == OTHER_GENERAL else GUILD, "member": member}


def withheld(event: str, data: Payload, intents: int) -> Payload:
    """Without the intent, a bot reads only what is for it: its own words, DMs, and what names it."""
    if not event.startswith("MESSAGE_") or "content" not in data or intents & CONTENT_INTENT:
        return data
    for_us = "guild_id" not in data or data["author"]["id"] == BOT or BOT in [each["id"] for each in data["mentions"]]
    return data if for_us else data | {"content": "", "attachments": [], "embeds": []}


def called(post: Payload) -> list[str]:
    """Whom a post would call, by its words and its `allowed_mentions`."""
    content, allowed = post["content"], post.get("allowed_mentions") or {"parse": ["everyone", "users", "roles"], "replied_user": True}
    parse = allowed.get("parse", [])
    found = re.findall(r"@everyone|@here", content) if "everyone" in parse else []
    for kind, mark in (("users", r"<@!?(\d+)>"), ("roles", r"<@&(\d+)>")):
        found += [number for number in re.findall(mark, content) if kind in parse or number in allowed.get(kind, [])]
    return [*found, "author"] if post.get("message_reference") and allowed.get("replied_user") else found
