"""The sign in Slack that we are at work on an answer.

An agent's session is `processing`: Slack shows a stop button, and it ends only when we say so. Else, or where sessions are set so fast
that the end of one would have to wait, the thread gets a status with our own words, which goes out when we post, or after two minutes.
"""

import asyncio
import logging
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.errors import NotAllowed, PlatformError, RateLimited, Unreachable, Unsupported
from bot.language import phrases
from bot.messages import Place

_log = logging.getLogger(__name__)

LASTS = 120.0
"""Seconds until Slack puts a status out by itself."""
_REST = 3600.0
"""Seconds until a method is tried again that Slack does not let us call."""
_MOST_REMEMBERED = 10_000
_AT_MOST, _WINDOW = 40, 60.0
"""Calls of agents.sessions.setStatus in a workspace: Slack takes 50 a minute (tier 3)."""

Sign = Literal["session", "line", "out"]


@dataclass(slots=True)
class _Sessions:
    """`calls`: when a session was set within the last minute; `open`: those that are to be set once more."""

    calls: list[float] = field(default_factory=list)
    open: int = 0


class Status:
    """`call(method, workspace, ...)` makes a call of the Web API."""

    def __init__(self, call: Callable[..., Awaitable[Any]]) -> None:
        self._call = call
        self._signs: OrderedDict[tuple[str, str, str], Sign] = OrderedDict()
        self._sessions: dict[str, _Sessions] = defaultdict(_Sessions)
        self._rests_until: dict[tuple[str, str], float] = {}

    def came(self, workspace: str) -> None:
        """It lets us in anew: what it did not let us call, it may by now."""
        self._rests_until = {about: until for about, until in self._rests_until.items() if workspace not in about}

    async def show(self, place: Place, thread: str, language: str) -> None:
        """Raises RateLimited, Unreachable, and nothing else."""
        if self._sign(place, thread) == "session":
            return
        if self._may_open(place.workspace):
            # Where no answer comes, it may have been set all the same: only a refusal says that it is not.
            self._sessions[place.workspace].open += 1
            self._remember(place, thread, "session")
            try:
                if await self._set(place, thread, "agents_sessions_setStatus", {"status": "processing"}):
                    return
            except RateLimited:
                self._out(place, thread, "session")
                raise
            self._out(place, thread, "session")
        words = [phrases.say(phrase, language) for phrase in (phrases.THINKING, phrases.WRITING)]
        if await self._set(place, thread, "assistant_threads_setStatus", {"status": words[0], "loading_messages": words}):
            self._remember(place, thread, "line")

    async def clear(self, place: Place, thread: str) -> None:
        """Whatever is shown, also by a process that is gone. Raises RateLimited, Unreachable, and nothing else."""
        sign = self._sign(place, thread)
        if sign == "out":
            return
        cleared = sign != "line" and await self._set(place, thread, "agents_sessions_setStatus", {"status": "active"})
        if not cleared:
            await self._set(place, thread, "assistant_threads_setStatus", {"status": ""})
        self._out(place, thread, sign)

    def posted(self, place: Place, thread: str) -> None:
        """We posted in the thread: that puts a status out, and no session."""
        if self._sign(place, thread) == "line":
            self._remember(place, thread, "out")

    def stopped(self, place: Place, thread: str) -> None:
        """A stream ended in the thread, and its session with it."""
        self._out(place, thread, self._sign(place, thread))

    def _sign(self, place: Place, thread: str) -> Sign | None:
        return self._signs.get((place.workspace, place.channel, thread))

    def _out(self, place: Place, thread: str, sign: Sign | None) -> None:
        if sign == "session":
            self._sessions[place.workspace].open -= 1
        self._remember(place, thread, "out")

    def _remember(self, place: Place, thread: str, sign: Sign) -> None:
        self._signs[place.workspace, place.channel, thread] = sign
        self._signs.move_to_end((place.workspace, place.channel, thread))
        while len(self._signs) > _MOST_REMEMBERED:
            self._signs.popitem(last=False)

    def _may_open(self, workspace: str) -> bool:
        """Whether there is room for a beginning and its end."""
        sessions, now = self._sessions[workspace], asyncio.get_running_loop().time()
        sessions.calls = [at for at in sessions.calls if now - at < _WINDOW]
        return len(sessions.calls) + sessions.open + 2 <= _AT_MOST

    async def _set(self, place: Place, thread: str, method: str, said: dict[str, Any]) -> bool:
        now, about = asyncio.get_running_loop().time(), (place.workspace, method)
        if now < self._rests_until.get(about, 0.0):
            return False
        if method == "agents_sessions_setStatus":
            self._sessions[place.workspace].calls.append(now)
        try:
            await self._call(method, place.workspace, channel_id=place.channel, thread_ts=thread, **said)
        except (RateLimited, Unreachable):
            raise
        except (NotAllowed, Unsupported) as error:
            self._rests_until[about] = now + _REST
            _log.info("no such status in Slack for an hour: %s", error, extra={"place": place.key})
            return False
        except PlatformError as error:
            _log.debug("no status in Slack: %s", error, extra={"place": place.key})
            return False
        return True
