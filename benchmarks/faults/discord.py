"""A Discord that fails as often as it is told to. Nobody acknowledges there: whatever was said stands in the history, and counts.

A dead bot's session is gone with it, so what was said meanwhile is told to nobody. Nonces are known for `NONCES` seconds only, where
Discord says "a few minutes": a bot must not rest on them.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from benchmarks.faults.judge import Message, Post
from tests.discord_server import DiscordServer, Session
from tests.discord_world import BOT, DIRECT, GENERAL, PEOPLE, TOKEN, Payload

NONCES = 5.0
CUT = 0.003
"""The share of the messages with which the gateway's line breaks, and a session is resumed."""


class FailingDiscord(DiscordServer):
    """`percent`: how many of a hundred posts get a 429, and as many a 500, and as many a cut connection *after* the message was posted."""

    def __init__(self, dice: random.Random, percent: float, duplicates: float, threads: int) -> None:
        super().__init__()
        self._dice, self._share, self._twice = dice, percent / 100, duplicates / 100
        self._changed: dict[str, float] = {}
        self.refused = 0
        self.addresses: list[str] = []
        self._askers: dict[str, str] = {}
        """Who wrote which message in the plain channel, also when it is deleted by now."""
        self._nonced: dict[tuple[str, str], float] = {}
        self.threads = [str(31_000 + number) for number in range(threads)]
        for number in range(threads):
            PEOPLE[f"p{number}"], DIRECT[f"p{number}"] = str(51_000 + number), str(61_000 + number)
        for channel in (*self.threads, *DIRECT.values()):
            self.messages.setdefault(channel, [])

    @property
    def quiet(self) -> bool:
        """Nothing is on its way: what is said is said."""
        return True

    def settings(self, way: str) -> dict[str, str]:  # noqa: ARG002
        """What the bot is told."""
        return {"DISCORD_API_URL": self.api_url, "DISCORD_GATEWAY_URL": self.gateway_url, "DISCORD_TOKEN": TOKEN}

    async def tell(self, event: str, data: Payload) -> None:
        """To all who listen, some of it twice; now and then the line breaks."""
        if data.get("channel_id") == GENERAL and "author" in data:
            self._askers[data["id"]] = data["author"]["id"]
        await super().tell(event, data)
        if event == "MESSAGE_CREATE" and self._dice.random() < self._twice:
            await super().tell(event, data)
        if self._dice.random() < CUT:
            self.cut()

    def _guild(self, number: str) -> Payload:
        made = super()._guild(number)
        [like] = made["threads"]
        last = self._last()
        made["threads"] += [{**like, "id": each, "name": f"thread {each}", "last_message_id": last.get(each)} for each in self.threads]
        return made

    async def _identify(self, ws: web.WebSocketResponse, data: Payload) -> Session | None:
        self.sessions = {id: session for id, session in self.sessions.items() if session.ws is not None}
        return await super()._identify(ws, data)

    @property
    def record(self) -> list[Post]:
        """What we said, as it stands now; when it was said is when it was last changed."""
        said = [message for all in self.messages.values() for message in all if message["author"]["id"] == BOT]
        said.sort(key=lambda message: int(message["id"]))
        return [Post(self._thread(message), message["content"], self._changed.get(message["id"], 0.0)) for message in said]

    async def _post(self, request: web.Request) -> web.Response:
        now = time.monotonic()
        for key in [key for key, at in self._nonced.items() if now - at > NONCES]:
            del self._nonced[key]
            self._nonces.pop(key, None)
        before = set(self._nonces)
        answer = await self._faulty(request, super()._post)
        for key in set(self._nonces) - before:
            self._nonced[key] = now
            self._changed[self._nonces[key]["id"]] = now
        return answer

    async def _edit(self, request: web.Request) -> web.Response:
        answer = await self._faulty(request, super()._edit)
        self._changed[request.match_info["message"]] = time.monotonic()
        return answer

    async def _delete(self, request: web.Request) -> web.Response:
        return await self._faulty(request, super()._delete)

    async def _faulty(self, request: web.Request, serve: Callable[[web.Request], Awaitable[web.Response]]) -> web.Response:
        """Refused, broken, cut after the effect, or served."""
        roll = self._dice.random()
        self.refused += roll < 3 * self._share
        if roll < self._share:
            body: Payload = {"message": "You are being rate limited.", "retry_after": 1.0, "global": False}
            return self._response(body, 429, {"Retry-After": "1", "X-RateLimit-Scope": "user"})
        if roll < 2 * self._share:
            return self._response({"message": "500: broken", "code": 0}, 500)
        answer = await serve(request)
        if roll < 3 * self._share and request.transport is not None:
            request.transport.abort()
        return answer

    def _thread(self, posted: Payload) -> str:
        thread = str(posted["channel_id"])
        if thread == GENERAL:
            return f"{GENERAL}:{self._askers.get(posted.get('message_reference', {}).get('message_id', ''), '?')}"
        return thread


class OnDiscord:
    """People on Discord: most in threads, every fourth in a direct message, every fourth by mentions in a plain channel."""

    def __init__(self, discord: FailingDiscord) -> None:
        self._discord = discord
        self._said: dict[str, Payload] = {}

    async def open(self, number: int, text: str, message: Message) -> str:
        """The first message of a thread names us; in a direct message nobody needs to."""
        thread = {2: f"{GENERAL}:{PEOPLE[f'p{number}']}", 3: DIRECT[f"p{number}"]}.get(number % 4, self._discord.threads[number])
        message.thread = thread
        await self._say(thread, f"p{number}", text, message, mention=thread not in DIRECT.values())
        # A follow-up that needs no mention is for us only once we know the thread.
        await asyncio.sleep(0.5)
        return thread

    async def say(self, thread: str, author: int, text: str, message: Message) -> str:
        """A follow-up; a second person names us."""
        names = {number: name for name, number in PEOPLE.items()}
        if thread in self._discord.threads:
            first = f"p{self._discord.threads.index(thread)}"
            return await self._say(thread, "ana" if author == 2 else first, text, message, mention=author == 2)
        if thread.startswith(f"{GENERAL}:"):
            return await self._say(thread, names[thread.partition(":")[2]], text, message, mention=True)
        first = next(name for name, channel in DIRECT.items() if channel == thread)
        return await self._say(thread, first, text, message, mention=False)

    async def _say(self, thread: str, name: str, text: str, message: Message, mention: bool) -> str:
        message.told_at = message.heard_at = time.monotonic()
        said = await self._discord.say(thread.partition(":")[0], name, text, mention=mention)
        self._said[said["id"]] = said
        return str(said["id"])

    async def edit(self, thread: str, id: str, text: str) -> None:  # noqa: ARG002
        """Its author changes it."""
        await self._discord.edit(self._said[id], text)

    async def delete(self, thread: str, id: str) -> None:  # noqa: ARG002
        """Its author takes it back."""
        await self._discord.delete(self._said[id])
