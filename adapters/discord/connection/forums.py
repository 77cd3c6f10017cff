"""A forum's posts and their tags: by them the list of posts shows what became of each."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import discord

from adapters.discord.faults import translated
from bot.errors import NotAllowed
from bot.messages import Mark, Outcome
from bot.platforms import TagsOf

CALL = 30.0
"""Seconds for all of it."""
FORUMS = (discord.ChannelType.forum.value, discord.ChannelType.media.value)
MOST_TAGS = 5
REST = 600.0
"""Seconds for which a forum that refuses is left alone."""
CURE = "give its role Manage Threads in that forum, or take answered_tag and person_tag out of shop.toml"

Payload = Mapping[str, Any]


class Forums:
    """What a post and its forum say now counts, so that a tag that was renamed, or changed by hand, is right."""

    def __init__(self) -> None:
        self._refused: dict[str, float] = {}

    async def tag(self, client: discord.Client, mark: Mark, tags: TagsOf) -> None:
        """One post. A forum that refuses is left alone for a while: Discord locks out who does often what he may not.

        Raises PlatformError.
        """
        with translated():
            async with asyncio.timeout(CALL):
                post: Payload = await client.http.get_channel(int(mark.place.channel))
                names = tags(forum_id) if (forum_id := str(post.get("parent_id") or "")) else {}
                if not any(names.values()) or is_closed(post) or time.monotonic() < self._refused.get(forum_id, 0.0):
                    return
                forum: Payload = await client.http.get_channel(int(forum_id))
                if forum["type"] in FORUMS and (applied := retagged(post, forum, names, mark.outcome)) is not None:
                    await self._apply(client, post, applied)

    async def _apply(self, client: discord.Client, post: Payload, applied: list[str]) -> None:
        """Discord changes nothing of an archived post but that it is; both at once is fine."""
        opened: dict[str, Any] = {"archived": False} if (post.get("thread_metadata") or {}).get("archived") else {}
        try:
            await client.http.edit_channel(int(post["id"]), applied_tags=applied, **opened)
        except discord.Forbidden as exc:
            self._refused[str(post["parent_id"])] = time.monotonic() + REST
            raise NotAllowed(f"Discord lets the bot tag no posts of forum {post['parent_id']}: {CURE}") from exc


def is_closed(post: Payload) -> bool:
    """A moderator closed it, and it stays closed; what is archived alone opens again with what is new in it."""
    state = post.get("thread_metadata") or {}
    return bool(state.get("archived") and state.get("locked"))


def retagged(post: Payload, forum: Payload, names: Mapping[Outcome, str], outcome: Outcome) -> list[str] | None:
    """The ids of all tags that the post should have; None where it has them."""
    known = {str(each["name"]).strip().casefold(): str(each["id"]) for each in forum.get("available_tags") or ()}
    ids = {each: known.get(name.strip().casefold(), "") for each, name in names.items()}
    before = [str(each) for each in post.get("applied_tags") or ()]
    wanted = ids.get(outcome, "")
    after = [each for each in before if each == wanted or each not in ids.values()]
    if wanted and wanted not in after and len(after) < MOST_TAGS:
        after.append(wanted)
    return after if after != before else None
