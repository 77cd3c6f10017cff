"""A Slack of many workspaces that have installed us, each with one channel; it keeps its limits and fails a little."""

import asyncio
import math
import random
import socket
import time
from contextlib import suppress
from typing import Any

from aiohttp import ClientError, web

from benchmarks.load.limits import SlackLimits
from benchmarks.load.record import Record
from bot.privacy.sealing import new_key
from tests.slack_server import Json, arguments_of, escape, kind_of
from tests.slack_teams import CLIENT_ID, CLIENT_SECRET, SlackTeams
from tests.workspaces import SECRET, install

DUPLICATES, UNHEARD, REFUSED = 0.03, 0.01, 0.01


class BusySlack(SlackTeams):
    """The channel of workspace T7 is CT7A. Events come by HTTP."""

    def __init__(self, dice: random.Random, record: Record) -> None:
        super().__init__()
        self._dice, self._record = dice, record
        self.limits = SlackLimits()
        self.retry_after = (0.5, 5.0, 15.0)
        self.signs = self.grew = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._home = f"http://127.0.0.1:{free.getsockname()[1]}"

    def settings(self) -> dict[str, str]:
        """What the bot is told."""
        app = {"SLACK_CLIENT_ID": CLIENT_ID, "SLACK_CLIENT_SECRET": CLIENT_SECRET, "SLACK_SIGNING_SECRET": SECRET}
        return {**app, "SLACK_API_URL": self.url, "POLYDESK_KEY": new_key(), "PORT": self._home.rpartition(":")[2]}

    async def installed(self, workspaces: int) -> None:
        """All workspaces let the bot in, as soon as it is there."""
        self.request_url, self.signing_secret = f"{self._home}/slack/events", SECRET
        for number in range(workspaces):
            while True:
                with suppress(ClientError):
                    await install(self._home, self, f"T{number}")
                    break
                await asyncio.sleep(0.1)

    async def say(self, channel: str, user: str, text: str, thread_ts: str | None = None, mention: bool = True, **more: Any) -> str:
        """Somebody writes; a mention comes as two events, as Slack does it."""
        team = _team(channel)
        shown = f"<@{self.us(team)}> {escape(text)}" if mention else escape(text)
        message = self._keep(channel, {"type": "message", "user": user, "text": shown, "team": team, **more}, thread_ts)
        event = {**message, "channel": channel, "channel_type": kind_of(channel), "event_ts": message["ts"]}
        events = [event, {**event, "type": "app_mention"}] if mention else [event]
        await asyncio.gather(*(self.deliver(self.told_to(team, each)) for each in events))
        return str(message["ts"])

    async def deliver(self, payload: Json) -> bool:
        """Some events come twice."""
        if self._dice.random() < DUPLICATES:
            self._record.twice += 1
            self._soon(payload, self._dice.uniform(0, 2))
        return await super().deliver(payload)

    def _soon(self, payload: Json, seconds: float) -> None:
        async def later() -> bool:
            await asyncio.sleep(seconds)
            return await super(BusySlack, self).deliver(payload)

        echo = asyncio.create_task(later())
        self._echoes.add(echo)
        echo.add_done_callback(self._echoes.discard)

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
        wait = self.limits.refuse(method, _team(channel), channel)
        if not wait and channel and self._dice.random() < REFUSED:
            self._record.injected += 1
            wait = 1.0
            self.limits.tell(method, channel, wait)
        if wait:
            headers = {"Retry-After": str(math.ceil(wait))}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        self.grew += method == "chat.startStream"
        self.signs += method.endswith("setStatus")
        answer = await super()._serve_api(request)
        if method == "chat.stopStream" and channel:
            self._stands(channel, str(arguments.get("ts") or ""))
        self.calls.clear()
        self.statuses.clear()
        return answer

    def _post(self, arguments: Json) -> Json:
        answer = super()._post(arguments)
        if "ts" in answer:
            self._stands(str(arguments["channel"]), answer["ts"])
        self.posts.clear()
        return answer

    def _stands(self, channel: str, ts: str) -> None:
        """One of ours is complete, and comes back to us as an event."""
        message = next((each for each in reversed(self.messages[channel]) if each["ts"] == ts), None)
        if message is None:
            return
        self._record.post(str(message.get("text", "")))
        event = {**message, "channel": channel, "channel_type": kind_of(channel), "event_ts": ts}
        self._soon(self.told_to(_team(channel), event), 0.0)


def _team(channel: str) -> str:
    return channel[1:-1]
