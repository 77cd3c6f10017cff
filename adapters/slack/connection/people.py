"""What Slack knows of a person and does not tell with what he presses: his language, and whether he runs the workspace."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from adapters.slack.fields import Json, json_of, text_of
from bot.errors import PlatformError
from bot.messages import Person

_log = logging.getLogger(__name__)

Call = Callable[..., Awaitable[Any]]

_PATIENCE = 0.8
"""Seconds: a form must be opened within three."""
_FRESH = 600.0
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Profile:
    """`workspace`: the one that the person belongs to. `admin`: he is an owner or an admin of the one that we are installed in."""

    workspace: str
    locale: str = ""
    admin: bool = False


class People:
    """Asks once in ten minutes for each person; where Slack does not say, his language is unknown and he is no admin.

    `call(method, workspace, ...)` makes a call of the Web API and raises PlatformError.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[tuple[str, str, str], tuple[float, Profile]] = {}

    async def profile(self, person: Person, workspace: str) -> Profile:
        """Never raises, and returns within a second."""
        key, now = (workspace, person.workspace, person.id), time.monotonic()
        at, profile = self._known.get(key, (0.0, None))
        if profile is not None and now - at < _FRESH:
            return profile
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._call("users_info", workspace, user=person.id, include_locale=True)
            profile = _read(answer.data, person, workspace)
        except (PlatformError, TimeoutError) as exc:
            _log.debug("slack: nothing is known of %s: %s", person.id, type(exc).__name__)
            return Profile(person.workspace)
        if len(self._known) >= _MOST:
            self._known.pop(next(iter(self._known)))
        self._known[key] = now, profile
        return profile

    async def is_our_conversation(self, channel: str, person: Person, workspace: str) -> bool:
        """Whether this direct message is the one that the person has with us, and not with somebody else. Never raises."""
        if not channel.startswith("D"):
            return False
        try:
            async with asyncio.timeout(_PATIENCE):
                opened = await self._call("conversations_open", workspace, users=person.id)
        except (PlatformError, TimeoutError) as exc:
            _log.debug("slack: no direct message with %s: %s", person.id, type(exc).__name__)
            return False
        return text_of(json_of(opened.data, "channel"), "id") == channel


def _read(answer: Json, person: Person, workspace: str) -> Profile:
    """Slack tells with some interactions alone that somebody is a guest; what it then says of an id of ours is not about him."""
    user = json_of(answer, "user")
    home = person.workspace if person.workspace != workspace else text_of(user, "team_id") or workspace
    runs = user.get("is_admin") is True or user.get("is_owner") is True
    return Profile(home, text_of(user, "locale"), admin=runs and home == person.workspace == workspace)
