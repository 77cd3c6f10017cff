"""Answers that grow in Slack: chat.startStream, appendStream, stopStream.

A stream cannot unsay, and refuses chat.update and chat.delete while it is open; one that is not open refuses to go on or to stop. Slack
ends a stream by itself when its reader presses stop, and after some minutes. So: what was streamed is followed here, and the end is
one call where the finished text goes on from it; in all other cases the stream is stopped and the message written anew.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from adapters.slack import outgoing
from adapters.slack.connection.refusals import NotStreaming
from adapters.slack.mrkdwn import units
from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable, Unsupported
from bot.messages import MessageReceived, Place, Reply
from bot.shaping import split_text

_log = logging.getLogger(__name__)

Call = Callable[..., Awaitable[Any]]
_PAGES_AT_MOST = 5
_MOST_REMEMBERED = 2_000
_REST = 3600.0
"""Seconds until streams are tried again where Slack does not let us."""


class Stream:
    """A message that grows. `said` is what Slack has of it for sure; None: that cannot be told."""

    def __init__(self, call: Call, place: Place, ts: str, said: str) -> None:
        self._call, self._place, self.message_id = call, place, ts
        self.said: str | None = said

    async def show(self, text: str) -> None:
        """Append what is new. A text that does not go on from what was said waits for the end."""
        text = _beginning(text)
        if self.said is None or not text.startswith(self.said) or text == self.said:
            return
        try:
            await self._call(
                "chat_appendStream",
                self._place.workspace,
                channel=self._place.channel,
                ts=self.message_id,
                markdown_text=text[len(self.said) :],
            )
        except RateLimited:
            raise
        except PlatformError:
            self.said = None
            raise
        self.said = text


class Streams:
    """`call(method, workspace, ...)` makes a call of the Web API; `me` tells our user's id there, "" while it is not known."""

    def __init__(self, call: Call, me: Callable[[str], str]) -> None:
        self._call, self._me = call, me
        self._open: OrderedDict[str, Stream] = OrderedDict()
        self._none_before: dict[str, float] = {}

    async def begin(self, question: MessageReceived, text: str) -> Stream:
        """Post the beginning, for whoever asked. Raises PlatformError."""
        place, author, now = question.place, question.author, asyncio.get_running_loop().time()
        if now < self._none_before.get(place.workspace, 0.0):
            raise Unsupported("no streams in this workspace")
        said = _beginning(text)
        to = {"recipient_user_id": author.id, "recipient_team_id": author.workspace}
        try:
            begun = await self._call(
                "chat_startStream", place.workspace, channel=place.channel, thread_ts=place.thread, markdown_text=said, **to
            )
        except (NotAllowed, Unsupported) as error:
            self._none_before[place.workspace] = now + _REST
            _log.info("no growing answers in Slack for an hour: %s", error, extra={"place": place.key})
            raise
        stream = Stream(self._call, place, str(begun["ts"]), said)
        self._open[stream.message_id] = stream
        while len(self._open) > _MOST_REMEMBERED:
            self._open.popitem(last=False)
        return stream

    async def find(self, place: Place, questions: Sequence[str]) -> list[str]:
        """Messages of ours after the first of these questions that carry no key: whatever is finished has one. Raises PlatformError."""
        found: list[str] = []
        oldest, cursor = min(questions), None
        for _ in range(_PAGES_AT_MOST):
            try:
                page = await self._call(
                    "conversations_replies",
                    place.workspace,
                    channel=place.channel,
                    ts=place.thread,
                    oldest=oldest,
                    cursor=cursor,
                    limit=200,
                    include_all_metadata=True,
                )
            except PlaceGone:
                break
            # Known at the latest once we were let in; a workspace that lets us in no more refuses the call.
            if not (me := self._me(place.workspace)):
                raise Unreachable("Slack has not told us who we are")
            found += [str(one["ts"]) for one in page.get("messages", []) if _is_half(one, me) and str(one["ts"]) > oldest]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return found

    async def finish(self, place: Place, ts: str, reply: Reply, key: str) -> bool:
        """The complete part in the place of what grew; whether Slack has put out the sign with it. Raises PlatformError."""
        stream, payload, text = self._open.get(ts), outgoing.write_reply(reply, key), outgoing.harmless(reply.text)
        said = stream.said if stream is not None else None
        rest: dict[str, Any] | None = None
        if said is not None and text.startswith(said):
            below = [block for block in payload["blocks"] if block["type"] != "markdown"]  # type: ignore[attr-defined]
            rest = {"markdown_text": text[len(said) :] or None, "blocks": below or None, "metadata": payload["metadata"]}
        stopped = await self._stop(place, ts, rest or {})
        if rest is None or not stopped:
            written = {name: payload[name] for name in ("text", "blocks", "metadata")}
            await self._call("chat_update", place.workspace, channel=place.channel, ts=ts, **written)
        self._open.pop(ts, None)
        return stopped

    async def remove(self, place: Place, ts: str) -> None:
        """Raises PlatformError."""
        with suppress(PlaceGone):
            await self._stop(place, ts, {})
        with suppress(PlaceGone):
            await self._call("chat_delete", place.workspace, channel=place.channel, ts=ts)
        self._open.pop(ts, None)

    async def _stop(self, place: Place, ts: str, rest: dict[str, Any]) -> bool:
        """False when the stream had ended before."""
        try:
            await self._call("chat_stopStream", place.workspace, channel=place.channel, ts=ts, **rest)
        except NotStreaming:
            return False
        except RateLimited:
            raise
        except PlatformError:
            if (stream := self._open.get(ts)) is not None:
                stream.said = None
            raise
        if (stream := self._open.get(ts)) is not None:
            stream.said = None
        return True


def _beginning(text: str) -> str:
    """As much as fits into one message."""
    return split_text(outgoing.harmless(text), outgoing.LONGEST, units)[0]


def _is_half(message: dict[str, Any], me: str) -> bool:
    metadata = message.get("metadata") or {}
    return message.get("user") == me and metadata.get("event_type") != outgoing.EVENT_TYPE
