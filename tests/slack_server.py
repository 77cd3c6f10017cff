"""A Slack of our own on 127.0.0.1: the Web API, Socket Mode, signed HTTP deliveries, and people who write.

It does what docs.slack.dev says, in the small: errors are HTTP 200 with `"ok": false`, a mention arrives as two events with one ts,
our own posts come back as events, what is not acknowledged is sent again. Set `request_url` and `signing_secret` for deliveries
by HTTP; without them they go through whichever socket is open, or wait for one.
"""

import asyncio
import hashlib
import hmac
import json
import time
from contextlib import suppress
from io import BytesIO
from random import choice
from typing import Any
from uuid import uuid4

from aiohttp import ClientSession, WSMsgType, web

from tests.slack_files import SlackFiles
from tests.slack_hands import APP, BOT, TEAM, Json, SlackHands
from tests.slack_rules import arguments_of, escape, fault_of_post, kind_of, links_of, rendered
from tests.slack_streams import SlackStreams

BOT_ID = "BBOT"
SCOPES = "app_mentions:read,assistant:write,channels:history,chat:write,commands,files:read,groups:history,im:history,im:write,users:read"

ERRORS = {401: "invalid_auth", 403: "not_in_channel", 404: "channel_not_found"}


class SlackServer(SlackHands, SlackFiles):
    """One workspace, Acme (T1), with our bot (UBOT) in it. Channels exist as soon as they are named: C…, G… private, D… direct."""

    def __init__(self, bot_token: str = "xoxb-test", app_token: str = "xapp-test", *, echo: bool = True) -> None:  # noqa: S107
        SlackHands.__init__(self)
        SlackFiles.__init__(self)
        self.bot_token, self.app_token, self.echo, self.scopes = bot_token, app_token, echo, SCOPES
        self.request_url, self.signing_secret = "", ""
        self.patience, self.retry_after = 3.0, (0.05, 0.2, 0.5)
        """Seconds to wait for an acknowledgement, and between the attempts after the first."""
        self.calls: list[tuple[str, Json]] = []
        self.posts: list[Json] = []
        self.statuses: list[Json] = []
        self.undelivered: list[Json] = []
        self.sockets: set[web.WebSocketResponse] = set()
        self.hellos = 0
        self.messages: dict[str, list[Json]] = {}
        self.posted = asyncio.Condition()
        self.live = SlackStreams(self.messages, self._keep)
        self._acks: dict[str, asyncio.Future[None]] = {}
        self._pong, self._opened = asyncio.Event(), asyncio.Event()
        self._faults: list[tuple[str, web.Response | None]] = []
        self._echoes: set[asyncio.Task[bool]] = set()
        self._last_ts = 0
        self._app = web.Application(client_max_size=4 * 1024**2)
        self._app.add_routes([web.get("/socket", self._serve_socket), web.route("*", "/api/{method}", self._serve_api)])
        self._app.add_routes([web.get("/files-pri/{file}/{tail:.+}", self.serve_file)])
        self._app.add_routes([web.post("/response/{token}", self._serve_response_url)])
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.1)
        self._session: ClientSession | None = None
        self.port = 0

    async def start(self, port: int = 0) -> "SlackServer":
        """Listen; on a free port unless one is given."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._session = ClientSession()
        return self

    async def close(self) -> None:
        """Hang up on everybody."""
        for echo in list(self._echoes):
            echo.cancel()
        await asyncio.gather(*self._echoes, return_exceptions=True)
        await self.cut()
        if self._session is not None:
            await self._session.close()
        await self._runner.cleanup()

    async def __aenter__(self) -> "SlackServer":
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def url(self) -> str:
        """For SLACK_API_URL."""
        return f"http://127.0.0.1:{self.port}/api/"

    # People ------------------------------------------------------------------------------------------------------

    async def say(self, channel: str, user: str, text: str, thread_ts: str | None = None, mention: bool = True, **more: Any) -> str:
        """Somebody writes; the ts, once every event of it was acknowledged or given up. In a direct message nobody needs mention us."""
        direct = channel.startswith("D")
        shown = escape(text) if direct or not mention else f"<@{BOT}> {escape(text)}"
        message = self._keep(channel, {"type": "message", "user": user, "text": shown, "team": TEAM, **more}, thread_ts)
        event = {**message, "channel": channel, "event_ts": message["ts"]}
        events = [self._envelope({**event, "channel_type": kind_of(channel)})]
        if mention and not direct:
            events.insert(0, self._envelope({**event, "type": "app_mention"}))
        await asyncio.gather(*(self.deliver(payload) for payload in events))
        return str(message["ts"])

    async def edit(self, channel: str, ts: str, text: str, mention: bool = True) -> None:
        """The author changes the message."""
        message = self.message(channel, ts)
        before = dict(message)
        message["text"] = escape(text) if channel.startswith("D") or not mention else f"<@{BOT}> {escape(text)}"
        message["edited"] = {"user": message["user"], "ts": self.now()}
        await self._change(channel, {"subtype": "message_changed", "message": dict(message), "previous_message": before})

    async def unfurl(self, channel: str, ts: str) -> None:
        """Slack puts a preview under the message, which is a change too."""
        message = self.message(channel, ts)
        changed = {**message, "attachments": [{"id": 1, "from_url": "https://shop.example"}]}
        await self._change(channel, {"subtype": "message_changed", "message": changed, "previous_message": message})

    async def delete(self, channel: str, ts: str) -> None:
        """The author takes the message away; under the first message of a thread a tombstone remains."""
        message = self.message(channel, ts)
        if message.get("reply_count"):
            stone: Json = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "ts": ts}
            stone |= {"thread_ts": ts, "hidden": True}
            self.messages[channel][self.messages[channel].index(message)] = stone
            await self._change(channel, {"subtype": "message_changed", "message": stone, "previous_message": message})
        else:
            self.messages[channel].remove(message)
            await self._change(channel, {"subtype": "message_deleted", "deleted_ts": ts, "previous_message": message})

    async def press_stop(self, channel: str, thread_ts: str, user: str = "U1") -> None:
        """Somebody presses the stop button of a thread in which we are at work."""
        stopped = self.live.stop_by_user(channel, thread_ts)
        event = {"type": "agent_session_stopped", "channel": channel, "thread_ts": thread_ts, "user": user, "event_ts": self.now()}
        await self.deliver(self._envelope({**event, "streaming_message_ts": stopped}))

    async def _change(self, channel: str, change: Json) -> None:
        ts = self.now()
        event = {"type": "message", "hidden": True, "channel": channel, "channel_type": kind_of(channel), "ts": ts, "event_ts": ts}
        await self.deliver(self._envelope({**event, **change}))

    def message(self, channel: str, ts: str) -> Json:
        """The message as Slack keeps it."""
        return next(message for message in self.messages[channel] if message["ts"] == ts)

    def now(self) -> str:
        """A ts, later than every one before."""
        self._last_ts = max(time.time_ns() // 1000, self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def _keep(self, channel: str, message: Json, thread_ts: str | None) -> Json:
        message = {"ts": self.now(), **message}
        if thread_ts:
            message["thread_ts"] = thread_ts
            for parent in self.messages.get(channel, []):
                if parent["ts"] == thread_ts:
                    parent |= {"thread_ts": thread_ts, "reply_count": parent.get("reply_count", 0) + 1}
        self.messages.setdefault(channel, []).append(message)
        return message

    # Delivery ----------------------------------------------------------------------------------------------------

    def _envelope(self, event: Json) -> Json:
        mine = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False}
        about = {"token": "old", "team_id": TEAM, "context_team_id": TEAM, "api_app_id": APP, "is_ext_shared_channel": False}
        made = {"type": "event_callback", "event_id": f"Ev{uuid4().hex[:10].upper()}", "event_time": int(time.time())}
        return {**about, "event": event, **made, "authorizations": [mine], "event_context": "4-x"}

    async def deliver(self, payload: Json) -> bool:
        """Send until it is acknowledged, as often as `retry_after` allows; what is not stays in `undelivered`."""
        self.undelivered.append(payload)
        for attempt, wait in enumerate((0.0, *self.retry_after)):
            await asyncio.sleep(wait)
            if await self._deliver_once(payload, attempt):
                self.undelivered.remove(payload)
                return True
        return False

    async def redeliver(self) -> None:
        """Send again what was never acknowledged."""
        waiting, self.undelivered = self.undelivered, []
        for payload in waiting:
            if not await self._deliver_once(payload, len(self.retry_after) + 1):
                self.undelivered.append(payload)

    async def _deliver_once(self, payload: Json, attempt: int) -> bool:
        if self.request_url:
            return await self.deliver_http(self.request_url, payload, self.signing_secret, attempt) == 200
        return await self.deliver_by_socket("events_api", payload, attempt)

    async def deliver_by_socket(self, kind: str, payload: Json, attempt: int = 0) -> bool:
        """One envelope through one of the open sockets; whether it was acknowledged in time."""
        envelope_id = str(uuid4())
        self._acks[envelope_id] = asyncio.get_running_loop().create_future()
        envelope: Json = {"envelope_id": envelope_id, "type": kind, "accepts_response_payload": kind != "events_api", "payload": payload}
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}
        try:
            async with asyncio.timeout(self.patience):
                await self._opened.wait()
                await choice(list(self.sockets)).send_json(envelope)  # noqa: S311
                await self._acks[envelope_id]
                return True
        except (TimeoutError, ConnectionError):
            return False
        finally:
            del self._acks[envelope_id]

    async def deliver_http(self, url: str, payload: Json | bytes, secret: str, attempt: int = 0, **headers: str) -> int:
        """One signed request as Slack makes it; the status of the answer. Headers given here replace Slack's."""
        assert self._session is not None
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        now = headers.pop("timestamp", str(int(time.time())))
        signature = "v0=" + hmac.new(secret.encode(), b"v0:%b:%b" % (now.encode(), body), hashlib.sha256).hexdigest()
        sent = {"Content-Type": "application/json", "X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature}
        if attempt:
            sent |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"}
        try:
            async with self._session.post(url, data=BytesIO(body), headers={**sent, **headers}) as answer:
                await answer.read()
                return answer.status
        except OSError:
            return 0

    # Socket Mode -------------------------------------------------------------------------------------------------

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        self.sockets.add(socket)
        self.hellos += 1
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets), "connection_info": {"app_id": APP}})
        self._opened.set()
        try:
            async for frame in socket:
                await self._take(socket, frame)
        finally:
            self._forget(socket)
        return socket

    async def _take(self, socket: web.WebSocketResponse, frame: Any) -> None:
        match frame.type:
            case WSMsgType.PING:
                await socket.pong(frame.data)
            case WSMsgType.PONG:
                self._pong.set()
            case WSMsgType.TEXT:
                ack = self._acks.get(json.loads(frame.data).get("envelope_id", ""))
                if ack is not None and not ack.done():
                    ack.set_result(None)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        self.sockets.discard(socket)
        if not self.sockets:
            self._opened.clear()

    async def heartbeat(self) -> bool:
        """Whether every open socket answers a ping within a second."""
        self._pong.clear()
        for socket in list(self.sockets):
            await socket.ping()
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                return bool(self.sockets) and await self._pong.wait()
        return False

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the bot politely to connect anew."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def cut(self) -> None:
        """The line breaks, without a word."""
        for socket in list(self.sockets):
            self._forget(socket)
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()
        await asyncio.sleep(0)

    # Web API -----------------------------------------------------------------------------------------------------

    def fail_next(self, status: int, retry_after: float | None = None, method: str = "chat.postMessage", error: str = "") -> None:
        """The next call of the method is refused as Slack would: 401, 403, 404 as an error code, 429 and 5xx by their status."""
        headers = {} if retry_after is None else {"Retry-After": f"{retry_after:g}"}
        if status == 429:
            answer = web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        elif status >= 500:
            answer = web.Response(text="<html>Server Error</html>", content_type="text/html", status=status)
        else:
            answer = web.json_response({"ok": False, "error": error or ERRORS[status]}, headers=headers)
        self._faults.append((method, answer))

    def drop_next(self, method: str = "chat.postMessage") -> None:
        """The next call of the method finds its connection cut."""
        self._faults.append((method, None))

    def fault_of(self, method: str, request: web.Request) -> web.Response | None:
        """What was ordered for the next call of a method; "response" is a response_url."""
        for fault in self._faults:
            if fault[0] == method:
                self._faults.remove(fault)
                if fault[1] is None and request.transport is not None:
                    request.transport.abort()
                return fault[1] or web.Response()
        return None

    async def _serve_api(self, request: web.Request) -> web.StreamResponse:
        method, arguments = request.match_info["method"], await arguments_of(request)
        self.calls.append((method, arguments))
        if fault := self.fault_of(method, request):
            return fault
        token = arguments.pop("token", "") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        if error := self.fault_of_token(method, token):
            return web.json_response({"ok": False, "error": error})
        answer = self._answered(method, arguments)
        if method.endswith(".setStatus") and "error" not in answer:
            self.statuses.append(arguments)
        async with self.posted:
            self.posted.notify_all()
        return web.json_response({"ok": "error" not in answer, **answer}, headers={"x-oauth-scopes": self.scopes})

    def _answered(self, method: str, arguments: Json) -> Json:
        answers = {
            "auth.test": self._auth_test,
            "apps.connections.open": self._connections_open,
            "chat.postMessage": self._post,
            "conversations.replies": self._replies,
            "conversations.history": self._history,
            **self.live.methods,
            "assistant.threads.setSuggestedPrompts": self._set_prompts,
            "chat.postEphemeral": self._post_ephemeral,
            "conversations.open": self._open_direct,
            "files.info": self._file_info,
            "users.info": self._user_info,
            "views.open": self._open_view,
            "views.publish": self._publish_view,
            "views.push": self._open_view,
            "views.update": self._update_view,
        }
        return answers[method](arguments) if method in answers else {"error": "unknown_method"}

    def fault_of_token(self, method: str, token: str) -> str:
        """The error code for a call with this token, or ""."""
        right = token == (self.app_token if method == "apps.connections.open" else self.bot_token)
        return "" if right else "invalid_auth" if token else "not_authed"

    def _auth_test(self, _: Json) -> Json:
        return {"url": "https://acme.slack.com/", "team": "Acme", "user": "polydesk", "team_id": TEAM, "user_id": BOT, "bot_id": BOT_ID}

    def _connections_open(self, _: Json) -> Json:
        return {"url": f"ws://127.0.0.1:{self.port}/socket?ticket={uuid4()}&app_id={APP}"}

    def _post(self, arguments: Json) -> Json:
        if error := fault_of_post(arguments):
            return {"error": error}
        channel = str(arguments["channel"])
        if channel in self.not_ours:
            return {"error": "channel_not_found" if channel.startswith(("G", "D")) else "not_in_channel"}
        said = {"type": "message", "user": BOT, "bot_id": BOT_ID, "app_id": APP, "team": TEAM, "text": arguments.get("text", "")}
        said |= {key: arguments[key] for key in ("blocks", "metadata") if key in arguments}
        message = self._keep(channel, said, arguments.get("thread_ts"))
        self.posts.append({**arguments, "ts": message["ts"]})
        if channel.startswith("D"):
            self._note(channel[1:], arguments)
        self.live.posted(channel, str(arguments.get("thread_ts") or ""))
        if self.echo:
            event = {**message, "channel": channel, "channel_type": kind_of(channel), "event_ts": message["ts"]}
            echo = asyncio.create_task(self.deliver(self._envelope(event)))
            self._echoes.add(echo)
            echo.add_done_callback(self._echoes.discard)
        return {"channel": channel, "ts": message["ts"], "message": message}

    def _replies(self, arguments: Json) -> Json:
        root, oldest = arguments.get("ts"), str(arguments.get("oldest") or "0")
        thread = [m for m in self.messages.get(str(arguments.get("channel")), []) if root in (m["ts"], m.get("thread_ts"))]
        if not thread:
            return {"error": "thread_not_found"}
        return self._page([m for m in thread if m["ts"] == root or m["ts"] > oldest], arguments)

    def _history(self, arguments: Json) -> Json:
        oldest = str(arguments.get("oldest") or "0")
        said = [m for m in self.messages.get(str(arguments.get("channel")), []) if m.get("thread_ts", m["ts"]) == m["ts"] > oldest]
        return self._page(said[::-1], arguments)

    def _page(self, thread: list[Json], arguments: Json) -> Json:
        if str(arguments.get("include_all_metadata", "")).lower() not in ("1", "true"):
            thread = [{key: value for key, value in m.items() if key != "metadata"} for m in thread]
        start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
        more = start + limit < len(thread)
        page = {"messages": thread[start : start + limit], "has_more": more}
        return {**page, "response_metadata": {"next_cursor": str(start + limit)}} if more else page

    # What we said ------------------------------------------------------------------------------------------------

    async def wait_for_posts(self, count: int, patience: float = 5.0) -> list[Json]:
        """The posts, as soon as there are so many."""
        async with asyncio.timeout(patience), self.posted:
            await self.posted.wait_for(lambda: len(self.posts) >= count)
        return self.posts

    def texts(self) -> list[str]:
        """Our posts as people read them."""
        return [rendered(post) for post in self.posts]

    def pinged(self) -> list[str]:
        """Whom our posts would have pinged."""
        return [ping for post in self.posts for ping in links_of(post)]
