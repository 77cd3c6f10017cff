"""Says something to one person alone: where he did something, else as an ephemeral message, else as a direct message."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.slack import outgoing
from adapters.slack.buttons import private_id
from adapters.slack.connection.refusals import refusal
from adapters.slack.fields import TIME
from bot.errors import NotAllowed, PlaceGone, RateLimited, Unreachable, Unsupported
from bot.messages import Place, Reply

_log = logging.getLogger(__name__)

Call = Callable[..., Awaitable[Any]]

_PATIENCE = aiohttp.ClientTimeout(total=10)
_WAIT = 30.0


class Privately:
    """`call(method, workspace, ...)` makes a call of the Web API; `session` gives what response_urls are reached with."""

    def __init__(self, call: Call, session: Callable[[], aiohttp.ClientSession], api_url: str) -> None:
        self._call, self._session = call, session
        self._host = urlsplit(api_url).hostname or ""

    async def say(self, place: Place, person: str, reply: Reply, key: str, handle: str = "", *, instead: bool = False) -> str:
        """The message's id. `instead`: in the place of the message whose response_url `handle` is. Raises PlatformError."""
        if self._is_slacks(handle):
            if instead and await self._respond(handle, _instead(place, reply, key)):
                return private_id(key)
            if await self._respond(handle, _beside(place, reply, key)):
                return private_id(key)
        payload = outgoing.write_reply(reply, key, place)
        thread = place.thread if TIME.fullmatch(place.thread) else None
        try:
            if place.direct:
                return await self._post(place.workspace, place.channel, thread, payload)
            del payload["metadata"], payload["unfurl_links"], payload["unfurl_media"]
            posting = {"channel": place.channel, "user": person, "thread_ts": thread, **payload}
            await self._call("chat_postEphemeral", place.workspace, **posting)
            return private_id(key)
        except (NotAllowed, PlaceGone) as exc:
            _log.info("slack: %s; saying it in a direct message", exc, extra={"place": place.key})
        return await self._send_direct(place, person, outgoing.write_reply(reply, key, place))

    async def place(self, workspace: str, person: str) -> Place:
        """Our direct message with somebody. Raises PlatformError: NotAllowed where there can be none."""
        try:
            opened = await self._call("conversations_open", workspace, users=person)
            return Place("slack", workspace, str(opened["channel"]["id"]), direct=True)
        except (PlaceGone, Unsupported, LookupError, TypeError) as exc:
            raise NotAllowed(f"nothing can be said to {person} alone ({exc})") from exc

    async def _send_direct(self, place: Place, person: str, payload: dict[str, object]) -> str:
        direct = await self.place(place.workspace, person)
        try:
            return await self._post(direct.workspace, direct.channel, None, payload)
        except (PlaceGone, Unsupported, LookupError, TypeError) as exc:
            raise NotAllowed(f"nothing can be said to {person} alone ({exc})") from exc

    async def _post(self, workspace: str, channel: str, thread: str | None, payload: dict[str, object]) -> str:
        posted = await self._call("chat_postMessage", workspace, channel=channel, thread_ts=thread, **payload)
        return str(posted["ts"])

    async def _respond(self, url: str, payload: dict[str, object]) -> bool:
        """False when the address does not hold any more, or Slack does not take this there. Raises RateLimited and Unreachable."""
        try:
            async with self._session().post(url, json=payload, timeout=_PATIENCE) as answer:
                status, said, wait = answer.status, await answer.text(), answer.headers.get("Retry-After", "")
        except Exception as exc:
            raise refusal(exc, "a response_url") from exc
        if status == 429:
            raise RateLimited("Slack refuses a response_url: 429", float(wait) if wait.isdecimal() else _WAIT)
        if status >= 500:
            raise Unreachable(f"Slack refuses a response_url: {status}")
        return status == 200 and '"ok":false' not in said.replace(" ", "")

    def _is_slacks(self, handle: str) -> bool:
        """Whatever a handle says, nothing is sent to anybody but the Slack that we talk to."""
        try:
            host = urlsplit(handle).hostname or ""
        except ValueError:
            return False
        return handle.startswith(("https://", "http://")) and bool(self._host) and f".{host}".endswith(f".{self._host}")


def _instead(place: Place, reply: Reply, key: str) -> dict[str, object]:
    if not reply.text.strip() and not reply.notice and not reply.buttons:
        return {"delete_original": True}
    return {"replace_original": True, **_small(place, reply, key)}


def _beside(place: Place, reply: Reply, key: str) -> dict[str, object]:
    thread = {"thread_ts": place.thread} if TIME.fullmatch(place.thread) else {}
    return {"response_type": "ephemeral", "replace_original": False, **thread, **_small(place, reply, key)}


def _small(place: Place, reply: Reply, key: str) -> dict[str, object]:
    return {"text": outgoing.fallback(reply), "blocks": outgoing.write_small(reply, key, place), "unfurl_links": False}
