"""A Discord with many channels, that keeps its limits, tells them in its headers, and fails a little."""

import json
import random
from collections.abc import Awaitable, Callable

from aiohttp import web

from benchmarks.load.limits import DiscordLimits
from benchmarks.load.record import Record
from tests.discord_server import DiscordServer
from tests.discord_world import PEOPLE, TOKEN, Payload

DUPLICATES, REFUSED = 0.03, 0.01
Serve = Callable[[web.Request], Awaitable[web.Response]]


class BusyDiscord(DiscordServer):
    """`channels` of one server, `people` in each."""

    def __init__(self, dice: random.Random, record: Record, channels: int, people: int) -> None:
        super().__init__()
        self._dice, self._record = dice, record
        self.limits = DiscordLimits()
        self.grew: set[str] = set()
        """Messages that were edited."""
        self.channels = [str(31_000 + number) for number in range(channels)]
        for channel in self.channels:
            self.messages[channel] = []
            PEOPLE.update({f"{channel}p{number}": f"{channel}{50 + number}" for number in range(people)})

    def settings(self) -> dict[str, str]:
        """What the bot is told."""
        return {"DISCORD_API_URL": self.api_url, "DISCORD_GATEWAY_URL": self.gateway_url, "DISCORD_TOKEN": TOKEN}

    def _guild(self, number: str) -> Payload:
        made = super()._guild(number)
        [like] = made["channels"]
        made["channels"] += [{**like, "id": each, "name": f"channel {each}"} for each in self.channels]
        return made

    async def tell(self, event: str, data: Payload) -> None:
        """Some of it twice."""
        await super().tell(event, data)
        if self._dice.random() < DUPLICATES:
            self._record.twice += 1
            await super().tell(event, data)

    async def _post(self, request: web.Request) -> web.Response:
        answer = await self._limited(request, "post", super()._post)
        self._stands(answer)
        return answer

    async def _edit(self, request: web.Request) -> web.Response:
        answer = await self._limited(request, "edit", super()._edit)
        if answer.status == 200:
            self.grew.add(request.match_info["message"])
        self._stands(answer)
        return answer

    def _stands(self, answer: web.Response) -> None:
        """An answer is complete when its buttons are there."""
        said = json.loads(answer.body) if answer.status == 200 and isinstance(answer.body, bytes) else {}
        if said.get("components"):
            self._record.post(said["content"])

    async def _typing(self, request: web.Request) -> web.Response:
        return await self._limited(request, "typing", super()._typing)

    async def _history(self, request: web.Request) -> web.Response:
        return await self._limited(request, "history", super()._history)

    async def _limited(self, request: web.Request, route: str, serve: Serve) -> web.Response:
        channel = request.match_info["channel"]
        if route == "post" and self._dice.random() < REFUSED:  # of a resource that is shared with others: it is not our limit
            self._record.injected += 1
            body: Payload = {"message": "The resource is being rate limited.", "retry_after": 1.0, "global": False}
            return self._response(body, 429, {"Retry-After": "1", "X-RateLimit-Scope": "shared"})
        wait, all_of_it = self.limits.refuse(route, channel)
        if wait:
            body = {"message": "You are being rate limited.", "retry_after": wait, "global": all_of_it}
            answer = self._response(body, 429, {"Retry-After": f"{wait:.3f}", "X-RateLimit-Scope": "global" if all_of_it else "user"})
        else:
            answer = await serve(request)
        answer.headers.update(self.limits.headers(route, channel))
        return answer
