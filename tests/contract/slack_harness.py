"""The harness of the platform contract for Slack: the real adapter beside the loopback Slack."""

import asyncio
import inspect
from dataclasses import replace

import slack_sdk.errors
from aiohttp import web
from slack_sdk.errors import SlackApiError, SlackClientError, SlackTokenRotationError

from adapters.slack import SlackPlatform
from adapters.slack.connection.refusals import refusal
from bot.errors import PlatformError
from bot.messages import Event, MessageReceived, Place
from bot.platforms import Listens, Receive, nowhere
from bot.pressed import Interact
from tests.contract.platform_contract import EVERYTHING
from tests.fakes import KeptCursors
from tests.slack_rules import links_of
from tests.slack_server import APP, BOT, TEAM, SlackServer

SECRET = "a-signing-secret"
SEED = "1700000000.000001"


class SlackHarness:
    """The real adapter beside the loopback Slack."""

    can = EVERYTHING
    longest = 5_000

    def __init__(self, server: SlackServer, *, http: bool = False) -> None:
        self.server = server
        self.http = http
        self.tokens = {"signing_secret": SECRET} if http else {"app_token": "xapp-test"}
        self.platform = SlackPlatform("xoxb-test", api_url=server.url, pace=0.001, **self.tokens)
        self.last = ("C1", "")
        self.cursors = KeptCursors()
        self._receive: Receive | None = None
        self.listens: Listens = nowhere
        self._interact: Interact | None = None
        self.refused = asyncio.Event()
        self.runner: web.AppRunner | None = None
        self.events_url = ""
        server.retry_after = ()
        server.messages["C1"] = [{"type": "message", "user": "U1", "text": "first", "ts": SEED}]

    async def open_door(self) -> str:
        """Serve the adapter's routes, as bot/server.py does; the address of its door."""
        app = web.Application()
        app.add_routes(self.platform.routes())
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.events_url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/slack/events"
        return self.events_url

    async def start(self, receive: Receive, interact: Interact | None = None) -> None:
        async def watched(event: Event) -> None:
            if isinstance(event, MessageReceived):
                self.cursors.spoken.insert(0, event.place)
            try:
                await receive(event)
            except Exception:
                self.refused.set()
                raise

        self._receive, self._interact = receive, interact or self._interact
        if self.http and self.runner is None:
            self.server.request_url, self.server.signing_secret = await self.open_door(), SECRET
        await self.platform.start(watched, self.cursors, self._interact, self.listens)

    async def away(self, *said: tuple[str, str]) -> None:
        await self.platform.stop()
        for kind, text in said:
            await self.hear(kind, text)
        await self.back()

    async def back(self, after: float = 400.0) -> None:
        """Start again, so many seconds later, when Slack tries no more."""
        assert self._receive is not None
        self.server.undelivered.clear()
        for key, cursor in self.cursors.kept.items():
            self.cursors.kept[key] = replace(cursor, position=str(float(cursor.position) - after))
        await self.start(self._receive)
        assert self.platform._missed is not None
        await self.platform._missed.idle()

    async def hear(self, kind: str, text: str = "hello") -> None:
        self.server.patience = 3.0 if self.platform.state().up else 0.02
        hearing = asyncio.create_task(self._do(kind, text))
        refused = asyncio.create_task(self.refused.wait())
        await asyncio.wait({hearing, refused}, return_when=asyncio.FIRST_COMPLETED)
        if refused.done() and not self.http:
            # A socket says nothing when it refuses; there is nothing to wait for.
            hearing.cancel()
        refused.cancel()
        await asyncio.gather(hearing, refused, return_exceptions=True)

    async def _do(self, kind: str, text: str) -> None:
        server, channel = self.server, "D1" if kind == "direct" else "C1"
        more = {"own_message": {"bot_id": "BBOT", "app_id": APP}, "other_bot": {"bot_id": "B2", "app_id": "A2"}}.get(kind, {})
        user = {"own_message": BOT, "other_bot": "U9"}.get(kind, "U1")
        match kind:
            case "edit":
                await server.edit(*self.last, text)
            case "delete":
                await server.delete(*self.last)
            case "direct" | "mention":
                self.last = channel, await server.say(channel, user, text)
            case "follow_up":
                await server.say(channel, user, text, thread_ts=SEED, mention=False)
            case "plain_talk":
                await server.say(channel, user, text, mention=False)
            case "same_message_twice":
                ts = await server.say(channel, user, text)
                event = {**server.message(channel, ts), "channel": channel, "channel_type": "channel"}
                await server.deliver(server._envelope(event))
            case _:
                await server.say(channel, user, text, thread_ts=SEED, **more)

    async def attach(self, text: str, *files: tuple[str, str, bytes]) -> None:
        await self.server.say("D1", "U1", text, subtype="file_share", files=[self.server.upload(*file) for file in files])

    def fail_file(self, status: int) -> None:
        self.server.fail_file(status)

    async def lose_files(self) -> None:
        self.server.files.clear()

    def asked_for_files(self) -> int:
        return len(self.server.file_calls)

    async def redeliver(self) -> None:
        self.server.patience = 3.0
        await self.server.redeliver()

    async def heartbeat(self) -> bool:
        return await self.server.heartbeat()

    def sent(self) -> list[str]:
        return self.server.texts()

    def raw_sent(self) -> list[dict[str, object]]:
        return self.server.posts

    def pinged(self) -> list[str]:
        standing = [message for said in self.server.messages.values() for message in said if message.get("user") == BOT]
        return [*self.server.pinged(), *(ping for message in standing for ping in links_of(message))]

    def fail_next(self, status: int, retry_after: float | None = None) -> None:
        self.server.fail_next(status, retry_after)

    def drop_next(self) -> None:
        self.server.drop_next()

    def standing(self) -> list[str]:
        return self.server.live.standing()

    def signs(self) -> int:
        return len(self.server.live.signs())

    async def vanish(self, message_id: str) -> None:
        for said in self.server.messages.values():
            said[:] = [message for message in said if message["ts"] != message_id]
        self.server.live.streams = {key: each for key, each in self.server.live.streams.items() if key[1] != message_id}

    async def forget(self) -> None:
        assert self._receive is not None
        await self.platform.stop()
        self.platform.__init__("xoxb-test", api_url=self.server.url, pace=0.001, **self.tokens)  # type: ignore[misc]
        await self.start(self._receive)

    def unmapped(self) -> list[str]:
        return [kind.__name__ for kind in library_errors() if not isinstance(refusal(an_error(kind)), PlatformError)]

    def place(self) -> Place:
        return Place("slack", TEAM, "C1", SEED)

    async def close(self) -> None:
        await self.platform.stop()
        if self.runner is not None:
            await self.runner.cleanup()


def library_errors() -> list[type[SlackClientError]]:
    classes = (value for _, value in inspect.getmembers(slack_sdk.errors, inspect.isclass))
    return [kind for kind in classes if issubclass(kind, Exception)]


class Answer(dict):  # type: ignore[type-arg]
    """The shape of the library's response."""

    def __init__(self, data: object, status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        super().__init__()
        self.data, self.status_code, self.headers = data, status_code, headers or {}


def an_error(kind: type[SlackClientError]) -> SlackClientError:
    api_error = SlackApiError("no", Answer({"ok": False, "error": "invalid_auth"}))
    if kind is SlackApiError:
        return api_error
    return SlackTokenRotationError(api_error) if kind is SlackTokenRotationError else kind("no")
