"""A Slack that fails as often as it is told to, and otherwise behaves as Slack does when nobody acknowledges.

By HTTP an event is tried at once and three times more, on Slack's schedule made `HURRY` times shorter, and then given up. By Socket
Mode what was not acknowledged comes again, on whichever connection there is, until somebody does.
"""

import asyncio
import random
import time
from typing import Any

from aiohttp import web

from benchmarks.faults.judge import Post
from tests.slack_server import BOT, Json, SlackServer

SCHEDULE = (0.0, 1.0, 6.0, 30.0)
"""Slack's at once, after a minute and after five, ten times faster."""
AGAIN = 0.7
"""Seconds until an envelope comes again by Socket Mode."""
STREAMING = ("chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update", "chat.delete")
FAULTY = ("chat.postMessage", "conversations.replies", *STREAMING)


class FailingSlack(SlackServer):
    """`percent`: how many of a hundred posts get a 429, and as many a 500, and as many a cut connection *after* the message was posted."""

    def __init__(self, dice: random.Random, percent: float, duplicates: float) -> None:
        super().__init__()
        self._dice, self._share, self._twice = dice, percent / 100, duplicates / 100
        self.patience = 1.0
        self._changed: dict[str, float] = {}
        self.refused = 0
        self.addresses: list[str] = []
        """Where events go by HTTP; none: Socket Mode."""

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way any more."""
        return not self._echoes

    def settings(self, way: str) -> dict[str, str]:
        """What the bot is told; `way` is "socket" or "http"."""
        tokens = {"SLACK_API_URL": self.url, "SLACK_BOT_TOKEN": "xoxb-test"}
        if way == "socket":
            return tokens | {"SLACK_APP_TOKEN": "xapp-test"}
        self.signing_secret = "s3cret"
        return tokens | {"SLACK_SIGNING_SECRET": self.signing_secret}

    async def deliver(self, payload: Json) -> bool:
        """Until it is acknowledged, or given up."""
        if self._dice.random() < self._twice:
            echo = asyncio.create_task(self._persist(payload, self._dice.uniform(0, 2)))
            self._echoes.add(echo)
            echo.add_done_callback(self._echoes.discard)
        return await self._persist(payload, 0.0)

    async def _persist(self, payload: Json, wait: float) -> bool:
        await asyncio.sleep(wait)
        attempt = 0
        while not self.addresses:
            if await self._deliver_once(payload, attempt):
                return True
            attempt += 1
            await asyncio.sleep(AGAIN * self._dice.uniform(0.5, 1.5))
        for attempt, pause in enumerate(SCHEDULE):
            await asyncio.sleep(pause)
            self.request_url = f"{self._dice.choice(self.addresses)}/slack/events"
            if await self._deliver_once(payload, attempt):
                return True
        return False

    async def _serve_api(self, request: web.Request) -> web.StreamResponse:
        method, roll = request.match_info["method"], self._dice.random()
        if method not in FAULTY or roll >= 3 * self._share:
            return await super()._serve_api(request)
        self.refused += 1
        if roll < self._share:
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "1"})
        if roll < 2 * self._share:
            return web.Response(status=500, text="<html>no</html>")
        await super()._serve_api(request)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    @property
    def record(self) -> list[Post]:
        """What we said, as it stands now; when it was said is when it was last changed."""
        said = [(channel, message) for channel, all in self.messages.items() for message in all if message.get("user") == BOT]
        said.sort(key=lambda each: str(each[1]["ts"]))
        return [
            Post(f"{channel}:{message.get('thread_ts')}", " ".join(_texts(message.get("blocks", []))), self._changed[str(message["ts"])])
            for channel, message in said
        ]

    def _answered(self, method: str, arguments: Json) -> Json:
        answer = super()._answered(method, arguments)
        if method in ("chat.postMessage", *STREAMING) and "ts" in answer and "error" not in answer:
            self._changed[str(answer["ts"])] = time.monotonic()
        return answer


def _texts(blocks: list[Any]) -> list[str]:
    return [block["text"] for block in blocks if block["type"] == "markdown"]
