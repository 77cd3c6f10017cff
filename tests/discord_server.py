"""A small Discord on loopback: the gateway and the few REST calls that a bot needs, written from Discord's documentation.

One server ("Shop") with a channel, a thread and our role, and a direct channel per person; a second server can be joined. It
keeps Discord's rules that matter to us: words are withheld without the message content intent, nonces are enforced, 2,000 code
points are the limit, a lost session can be resumed, new ones take their turns (`starts`), and each shard is told of its own
servers. Point a bot at it with `api_url` and `gateway_url`; the token is `TOKEN`.
"""

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.discord_edits import deleted, edited
from tests.discord_files import DiscordFiles
from tests.discord_forum import Forum
from tests.discord_gateway import Starts, holds
from tests.discord_interactions import Interactions
from tests.discord_rules import fault_of_message
from tests.discord_world import (
    BOT,
    CONTENT_INTENT,
    DIRECT,
    GENERAL,
    GUILD,
    OTHER_GENERAL,
    OTHER_GUILD,
    THREAD,
    TOKEN,
    Payload,
    application,
    called,
    guild,
    message,
    user,
    withheld,
)


@dataclass
class Session:
    """One bot's session: what it has been told, to be told again after a RESUME."""

    id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    ws: web.WebSocketResponse | None = None
    told: list[Payload] = field(default_factory=list)
    beat: asyncio.Event = field(default_factory=asyncio.Event)


class DiscordServer:
    """`async with DiscordServer() as server`: speak with `say`, `edit`, `delete`; read `posts` and `typings`."""

    def __init__(self) -> None:
        self.content_granted = True
        self.gateway_open = True
        self.starts = Starts()
        self.guilds = [GUILD]
        self.hidden: set[str] = set()
        self.posts, self.edits = list[Payload](), list[Payload]()
        self.typings: list[str] = []
        self.requests: list[str] = []
        self.identifies = 0
        self.resumes = 0
        self.messages: dict[str, list[Payload]] = {channel: [] for channel in (GENERAL, THREAD, *DIRECT.values())}
        self.sessions: dict[str, Session] = {}
        self.closed_threads: set[str] = set()
        self.interactions = Interactions(self)
        self.files = DiscordFiles()
        self.forum = Forum(self)
        self._faults: list[Callable[[web.Request], web.Response]] = []
        self._history_faults: list[Callable[[web.Request], web.Response]] = []
        self._nonces: dict[tuple[str, str], Payload] = {}
        self._numbers = itertools.count(1)
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def api_url(self) -> str:
        """What DISCORD_API_URL must be."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """What DISCORD_GATEWAY_URL must be."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; on the same port as before after a `stop`."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/gateway", self._gateway)
        api = "/api/v10"
        app.router.add_get(f"{api}/users/@me", self._me)
        app.router.add_get(f"{api}/gateway", self._address)
        app.router.add_get(f"{api}/gateway/bot", self._address)
        app.router.add_get(f"{api}/applications/@me", self._about)
        app.router.add_get(f"{api}/oauth2/applications/@me", self._about)
        app.router.add_post(f"{api}/channels/{{channel}}/messages", self._post)
        app.router.add_get(f"{api}/channels/{{channel}}/messages", self._history)
        app.router.add_post(f"{api}/channels/{{channel}}/typing", self._typing)
        app.router.add_patch(f"{api}/channels/{{channel}}/messages/{{message}}", self._edit)
        app.router.add_delete(f"{api}/channels/{{channel}}/messages/{{message}}", self._delete)
        app.router.add_get(f"{api}/channels/{{channel}}/messages/{{message}}", self._read)
        self.interactions.routes(app)
        self.files.routes(app)
        self.forum.routes(app)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self.files.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Cut every connection and listen no more."""
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    # What people do

    async def say(
        self, channel: str, author: str, text: str, *, mention: bool = False, reply_to: str = "", ping: bool = True, **more: Any
    ) -> Payload:
        """Somebody of PEOPLE (or BOT) writes. `mention`: names us first; `reply_to`: the id of the message that it answers."""
        content = f"<@{BOT}> {text}" if mention else text
        data = self._message(channel, author, content) | more
        if reply_to:
            original = next(each for each in self.messages[channel] if each["id"] == reply_to)
            data |= {"type": 19, "referenced_message": original, "message_reference": {"message_id": reply_to, "channel_id": channel}}
            if ping and original["author"]["id"] == BOT and BOT not in [each["id"] for each in data["mentions"]]:
                data["mentions"] = [*data["mentions"], user(BOT, "Desk", bot=True)]
        self.messages[channel].append(data)
        await self.tell("MESSAGE_CREATE", data)
        return data

    async def edit(self, message: Payload, text: str) -> None:
        """The author changes a message; a mention of us stays in front."""
        named = message["content"].startswith(f"<@{BOT}>")
        message["content"] = f"<@{BOT}> {text}" if named else text
        message["edited_timestamp"] = datetime.now(UTC).isoformat()
        await self.tell("MESSAGE_UPDATE", message)

    async def delete(self, *messages: Payload) -> None:
        """One message is taken away, or several at once."""
        where = {key: messages[0][key] for key in ("channel_id", "guild_id") if key in messages[0]}
        for each in messages:
            self.messages[each["channel_id"]].remove(each)
        if len(messages) == 1:
            await self.tell("MESSAGE_DELETE", {"id": messages[0]["id"], **where})
        else:
            await self.tell("MESSAGE_DELETE_BULK", {"ids": [each["id"] for each in messages], **where})

    async def join(self, number: str = OTHER_GUILD) -> None:
        """Somebody takes us into a server."""
        self.guilds.append(number)
        self.messages.setdefault(OTHER_GENERAL, [])
        came = self._guild(number)
        del came["unavailable"]  # Discord sends it only of servers that were there before.
        await self.tell("GUILD_CREATE", came)

    async def leave(self, number: str = OTHER_GUILD) -> None:
        """Somebody throws us out of a server."""
        self.guilds.remove(number)
        await self.tell("GUILD_DELETE", {"id": number})

    async def hide(self, number: str) -> None:
        """Discord cannot show a server for a while; `show` ends it."""
        await self.tell("GUILD_DELETE", {"id": number, "unavailable": True})
        self.hidden.add(number)

    async def show(self, number: str) -> None:
        """A server can be seen again."""
        self.hidden.discard(number)
        await self.tell("GUILD_CREATE", self._guild(number))

    async def tell(self, event: str, data: Payload) -> None:
        """Any event to the sessions of its shard, if we are in that server; who is away gets it after a RESUME."""
        guild_id = data.get("id") if event.startswith("GUILD_") else data.get("guild_id")
        if guild_id in self.hidden or (guild_id == OTHER_GUILD != data.get("id") and guild_id not in self.guilds):
            return
        for session in list(self.sessions.values()):
            if not holds(session.shard, guild_id):
                continue
            payload = {"op": 0, "t": event, "s": len(session.told) + 1, "d": withheld(event, data, session.intents)}
            session.told.append(payload)
            await _send(session, payload)

    # What goes wrong

    def fail_next(self, status: int, retry_after: float | None = None, code: int = 0, *, history: bool = False) -> None:
        """The next call that posts (or that reads the history) is refused, as Discord says it."""
        body: Payload = {"message": f"{status}: refused", "code": code}
        if retry_after is not None:
            body |= {"retry_after": retry_after, "global": False}
        headers = {} if retry_after is None else {"Retry-After": str(retry_after), "X-RateLimit-Scope": "user"}
        (self._history_faults if history else self._faults).append(lambda _: self._response(body, status, headers))

    def drop_next(self) -> None:
        """The next call that posts finds its connection cut."""

        def drop(request: web.Request) -> web.Response:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()

        self._faults.append(drop)

    def cut(self) -> None:
        """Every gateway connection breaks off, without a farewell."""
        for session in self.sessions.values():
            if session.ws is not None and session.ws._req is not None and session.ws._req.transport is not None:
                session.ws._req.transport.abort()
            session.ws = None

    async def order(self, op: int, data: Any = None) -> None:
        """An order to every session: 7 reconnect, 9 invalid session (data: may it be resumed?)."""
        sessions = list(self.sessions.values())
        if op == 9 and not data:
            self.sessions = {}
        for session in sessions:
            await _send(session, {"op": op, "d": data})

    async def heartbeat(self) -> bool:
        """Ask every session for a sign of life; it also has read all that was told before, then."""
        here = [session for session in self.sessions.values() if session.ws is not None]
        for session in here:
            session.beat.clear()
            await _send(session, {"op": 1, "d": None})
            try:
                await asyncio.wait_for(session.beat.wait(), 1)
            except TimeoutError:
                return False
        return bool(here)

    def forget_nonces(self) -> None:
        """Some minutes pass."""
        self._nonces.clear()

    def pinged(self) -> list[str]:
        """Whom our posts would have called, by their `allowed_mentions`."""
        return [who for post in self.posts for who in called(post)]

    # REST

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path.removeprefix('/api/v10')}")
        by_token = request.path.startswith(("/api/v10/interactions", "/api/v10/webhooks"))
        if request.path.startswith("/api") and not by_token and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return self._response({"message": "401: Unauthorized", "code": 0}, 401)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _post(self, request: web.Request) -> web.Response:
        if self._faults:
            return self._faults.pop(0)(request)
        channel, payload = request.match_info["channel"], await request.json()
        if channel not in self.messages:
            return self._response({"message": "Unknown Channel", "code": 10003}, 404)
        content = payload.get("content") or ""
        if not content.strip():
            return self._response({"message": "Cannot send an empty message", "code": 50006}, 400)
        if fault_of_message(payload):
            return self._response({"message": "Invalid Form Body", "code": 50035, "errors": {}}, 400)
        if refusal := self.interactions.refusal(channel) or self.forum.refusal(channel):
            return refusal
        key = (channel, payload.get("nonce"))
        if payload.get("enforce_nonce") and key in self._nonces:
            return self._response(self._nonces[key])
        data = self._message(channel, BOT, content.strip()) | {"nonce": payload.get("nonce"), "flags": payload.get("flags", 0)}
        data["components"] = payload.get("components", [])
        if reference := payload.get("message_reference"):
            data |= {"type": 19, "message_reference": {"message_id": str(reference["message_id"]), "channel_id": channel}}
        self._nonces[key] = data
        self.posts.append({"channel": channel, **payload})
        self.messages[channel].append(data)
        await self.tell("MESSAGE_CREATE", data)
        return self._response(data)

    _edit, _delete = edited, deleted

    async def _history(self, request: web.Request) -> web.Response:
        if self._history_faults:
            return self._history_faults.pop(0)(request)
        channel = request.match_info["channel"]
        if channel not in self.messages:
            return self._response({"message": "Unknown Channel", "code": 10003}, 404)
        after, before, limit = (int(request.query.get(name, other)) for name, other in (("after", 0), ("before", 1 << 63), ("limit", 50)))
        said = [each for each in self.messages[channel] if after < int(each["id"]) < before]
        return self._response([_as_history(each) for each in (said[:limit] if after else said[-limit:])[::-1]])

    async def _read(self, request: web.Request) -> web.Response:
        said = self.messages.get(request.match_info["channel"], [])
        for each in said:
            if each["id"] == request.match_info["message"]:
                return self._response(_as_history(self.files.renewed(each)))
        return self._response({"message": "Unknown Message", "code": 10008}, 404)

    def _guild(self, number: str) -> Payload:
        return guild(self._last(), self.closed_threads, number)

    def _last(self) -> dict[str, str]:
        return {channel: said[-1]["id"] for channel, said in self.messages.items() if said}

    async def _typing(self, request: web.Request) -> web.Response:
        self.typings.append(request.match_info["channel"])
        return web.Response(status=204, headers={"Via": "1.1 loopback"})

    async def _me(self, _: web.Request) -> web.Response:
        return self._response(user(BOT, "Desk", bot=True))

    async def _address(self, _: web.Request) -> web.Response:
        return self._response(self.starts.answer(self.gateway_url))

    async def _about(self, _: web.Request) -> web.Response:
        return self._response(application(self.content_granted))

    def _response(self, data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        limits = {"Via": "1.1 loopback", "X-RateLimit-Limit": "1000", "X-RateLimit-Remaining": "999", "X-RateLimit-Reset-After": "1"}
        return web.Response(
            body=json.dumps(data).encode(), status=status, content_type="application/json", headers=limits | (headers or {})
        )

    def _message(self, channel: str, author: str, content: str) -> Payload:
        return message(next(self._numbers), channel, author, content)

    # The gateway

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if not self.gateway_open:
            return web.Response(status=503)
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        await ws.send_json({"op": 10, "d": {"heartbeat_interval": 41250}})
        session: Session | None = None
        async for frame in ws:
            if frame.type is not WSMsgType.TEXT:
                break
            payload = frame.json()
            if payload["op"] == 1:
                await ws.send_json({"op": 11})
                if session is not None:
                    session.beat.set()
            elif payload["op"] == 2:
                session = await self._identify(ws, payload["d"])
            elif payload["op"] == 6:
                session = await self._resume(ws, payload["d"])
        if session is not None and session.ws is ws:
            session.ws = None
        return ws

    async def _identify(self, ws: web.WebSocketResponse, data: Payload) -> Session | None:
        self.identifies += 1
        if data["token"] != TOKEN:
            await ws.close(code=4004)
            return None
        if data["intents"] & CONTENT_INTENT and not self.content_granted:
            await ws.close(code=4014, message=b"Disallowed intent(s).")
            return None
        shard = tuple(data.get("shard") or (0, 1))
        if refusal := self.starts.refusal(shard):
            await (ws.send_json({"op": 9, "d": False}) if refusal == 9 else ws.close(code=refusal))
            return None
        session = Session(f"session-{self.identifies}", data["intents"], shard, ws)
        about = application(self.content_granted)
        ours = [number for number in self.guilds if holds(shard, number)]
        guilds = [{"id": number, "unavailable": True} for number in ours]
        ready = {"v": 10, "user": user(BOT, "Desk", bot=True), "guilds": guilds, "application": about, "shard": shard}
        ready |= {"session_id": session.id, "resume_gateway_url": self.gateway_url}
        for number, (event, told) in enumerate([("READY", ready), *(("GUILD_CREATE", self._guild(each)) for each in ours)], 1):
            session.told.append({"op": 0, "t": event, "s": number, "d": told})
            await _send(session, session.told[-1])
        self.sessions[session.id] = session
        return session

    async def _resume(self, ws: web.WebSocketResponse, data: Payload) -> Session | None:
        self.resumes += 1
        session = self.sessions.get(data["session_id"] or "")
        if session is None:
            await ws.send_json({"op": 9, "d": False})
            return None
        session.ws = ws
        for payload in session.told[data["seq"] or 0 :]:
            await _send(session, payload)
        await _send(session, {"op": 0, "t": "RESUMED", "s": len(session.told), "d": {}})
        return session


def _as_history(data: Payload) -> Payload:
    """REST names neither the server nor the author's part in it, as Discord documents."""
    return {key: value for key, value in data.items() if key not in ("guild_id", "member")}


async def _send(session: Session, payload: Payload) -> None:
    """To who listens; a connection that has just broken loses it, as it would on the way."""
    if session.ws is not None and not session.ws.closed:
        try:
            await session.ws.send_str(json.dumps(payload))
        except (ConnectionError, RuntimeError):
            session.ws = None
