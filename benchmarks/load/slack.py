"""A Slack with as many workspaces as the people need, that keeps its limits and fails a little."""

import asyncio
import math
import random
import time

from aiohttp import web

from benchmarks.load.limits import SlackLimits
from benchmarks.load.record import Record
from tests.slack_server import Json, SlackServer, arguments_of

DUPLICATES, UNHEARD, REFUSED = 0.03, 0.01, 0.01


class BusySlack(SlackServer):
    """The workspace of channel C7 is T7."""

    def __init__(self, dice: random.Random, record: Record) -> None:
        super().__init__()
        self._dice, self._record = dice, record
        self.limits = SlackLimits()
        self.retry_after = (0.5, 5.0, 15.0)

    def settings(self) -> dict[str, str]:
        """What the bot is told."""
        return {"SLACK_API_URL": self.url, "SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test"}

    def _envelope(self, event: Json) -> Json:
        team = "T" + str(event["channel"])[1:]
        made = super()._envelope({**event, "team": team})
        return {**made, "team_id": team, "context_team_id": team, "authorizations": [{**made["authorizations"][0], "team_id": team}]}

    async def deliver(self, payload: Json) -> bool:
        """Some events come twice."""
        if self._dice.random() < DUPLICATES:
            self._record.twice += 1
            echo = asyncio.create_task(self._later(payload))
            self._echoes.add(echo)
            echo.add_done_callback(self._echoes.discard)
        return await super().deliver(payload)

    async def _later(self, payload: Json) -> bool:
        await asyncio.sleep(self._dice.uniform(0, 2))
        return await super().deliver(payload)

    async def _deliver_once(self, payload: Json, attempt: int) -> bool:
        """Some acknowledgements are not heard."""
        began = time.monotonic()
        heard = await super()._deliver_once(payload, attempt)
        self._record.acknowledged.append(time.monotonic() - began)
        if heard and attempt == 0 and self._dice.random() < UNHEARD:
            self._record.again += 1
            return False
        return heard

    async def _serve_api(self, request: web.Request) -> web.StreamResponse:
        method, arguments = request.match_info["method"], await arguments_of(request)
        channel = str(arguments.get("channel") or arguments.get("channel_id") or "")
        wait = self.limits.refuse(method, "T" + channel[1:], channel)
        if not wait and channel and self._dice.random() < REFUSED:
            self._record.injected += 1
            wait = 1.0
            self.limits.tell(method, channel, wait)
        if wait:
            headers = {"Retry-After": str(math.ceil(wait))}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        return await super()._serve_api(request)

    def _post(self, arguments: Json) -> Json:
        answer = super()._post(arguments)
        if "error" not in answer:
            self._record.post(str(arguments.get("text", "")))
        self.posts.clear()
        self.calls.clear()
        return answer
