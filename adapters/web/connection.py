"""The web page's connection: our own HTTP routes. Messages come in as JSON, answers go out as server-sent events.

A message is acknowledged (202) only when `receive` has it; until then the page tries again with the same id. What
goes out is put into the session's memory, and every open page of that session reads on from what it saw last.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from aiohttp import web

from adapters.web import gate, incoming, outgoing, pages
from adapters.web.incoming import Refused
from adapters.web.sessions import Session, Sessions
from bot.errors import PlaceGone, StoreError, Unsupported
from bot.messages import Attachment, Event, Fault, Mark, MessageReceived, Place, Reply
from bot.platforms import Capabilities, Cursors, Fetched, Listens, LiveMessage, Receive, State, TagsOf, nowhere
from bot.pressed import Interact, Interaction

log = logging.getLogger(__name__)

KEEPALIVE_SECONDS = 15.0
STOP_SECONDS = 5.0
MOST_STREAMS = 12
"""Open pages per session."""


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One open page that listens."""

    request: web.Request
    session: Session


LIVE = "live-"
"""Before the id of the question that a growing answer answers: its own id."""


@dataclass(frozen=True, slots=True)
class Growing:
    """An answer that grows on the pages of a session."""

    session: Session
    thread: str
    question: str

    @property
    def message_id(self) -> str:
        """There is one for each question."""
        return live_id(self.question)

    async def show(self, text: str) -> None:
        """On every open page, and on those that open later."""
        self.session.grow(self.thread, self.question, outgoing.markdown(text))


class WebPlatform:
    """The page as a platform. `hosts`: names under which it may be opened, beside localhost and its addresses."""

    name = incoming.NAME
    capabilities = Capabilities(status=True, buttons=True, live=True)

    def __init__(
        self,
        shop: str,
        languages: Sequence[str],
        default_language: str,
        hosts: Sequence[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._page = pages.Page(shop, languages, default_language)
        self._gate = gate.Gate(hosts)
        self._clock = clock
        self._sessions = Sessions(clock)
        self._receive: Receive | None = None
        self._interact: Interact | None = None
        self._streams: set[Stream] = set()
        self._underway: set[asyncio.Future[None]] = set()

    async def start(
        self,
        receive: Receive,
        cursors: Cursors,  # noqa: ARG002 (a page that nobody serves hears nothing)
        interact: Interact | None = None,
        listens: Listens = nowhere,  # noqa: ARG002 (it has no channels)
    ) -> None:
        """Take messages from now on. The server that holds our `routes()` is not ours."""
        self._receive, self._interact = receive, interact

    async def open(self) -> None:
        """Nothing: a page is shown by the process that hears it."""

    async def stop(self) -> None:
        """Take no more messages, let those under way end, close every open stream."""
        self._receive = None
        self._sessions.close()
        if self._underway:
            await asyncio.wait(self._underway, timeout=STOP_SECONDS)
        for stream in self._streams:  # a browser that reads no more would hold the server for ever
            if stream.request.transport is not None:
                stream.request.transport.abort()

    def state(self) -> State:
        """Open between start and stop."""
        return State(True, "page is open") if self._receive else State(False, "page is closed")

    async def check(self) -> Sequence[Fault]:
        """There is nothing outside that could be wrong."""
        return []

    def routes(self) -> Sequence[web.RouteDef]:
        """The page, its files, and its way to talk; all behind the gate."""
        return [
            web.get("/", self._gate(self._show_page)),
            web.get("/static/{name}", self._gate(self._show_asset)),
            web.post("/chat/messages", self._gate(self._hear_message)),
            web.put("/chat/messages/{id}", self._gate(self._hear_edit)),
            web.delete("/chat/messages/{id}", self._gate(self._hear_deletion)),
            web.post("/chat/presses", self._gate(self._hear_press)),
            web.post("/chat/forms", self._gate(self._hear_form)),
            web.get("/chat/events", self._gate(self._stream_events)),
        ]

    def split(self, reply: Reply) -> Sequence[Reply]:
        """A page takes any length."""
        return [reply]

    async def send(self, place: Place, reply: Reply, key: str) -> str:
        """Show the reply on every open page of the session, or when it comes back."""
        session = self._sessions.open(existing(place))
        session.working.discard(place.thread)
        return session.add("answer", "", outgoing.show(reply), thread=place.thread, key=key).message_id

    async def open_direct(self, place: Place, person: str) -> Place:  # noqa: ARG002
        """A page has one reader: there is nobody to be alone from."""
        raise Unsupported("the page knows no direct messages")

    async def open_live(self, question: MessageReceived, text: str) -> LiveMessage:
        """A growing answer on every open page."""
        session = self._sessions.open(existing(question.place))
        growing = Growing(session, question.place.thread, question.message_id)
        await growing.show(text)
        return growing

    async def find_live(self, place: Place, questions: Sequence[str]) -> Sequence[str]:
        """Those of this process; a page that saw another one's takes it away when the answer comes."""
        session = self._sessions.find(place.channel)
        return [live_id(question) for question in questions if session and session.grows(question)]

    async def finish(self, place: Place, message_id: str, reply: Reply, key: str) -> None:
        """The answer takes the place of what grew."""
        session = self._sessions.open(existing(place))
        if session.sent(place.thread, key) is None:
            session.working.discard(place.thread)
            session.add("answer", message_id, outgoing.show(reply), thread=place.thread, key=key)
        session.grow(place.thread, reply.answers, None)

    async def remove(self, place: Place, message_id: str) -> None:
        """Nothing is seen of it any more."""
        if session := self._sessions.find(place.channel):
            session.grow(place.thread, message_id.removeprefix(LIVE), None)

    async def find_sent(self, place: Place, reply: Reply, key: str, after: str = "") -> str | None:  # noqa: ARG002
        """Only this process remembers; after a restart the page itself shows an answer of the same key once."""
        session = self._sessions.find(place.channel)
        return session.sent(place.thread, key) if session else None

    async def fetch(self, message: MessageReceived, attachment: Attachment, most: int) -> Fetched:  # noqa: ARG002
        """Nothing: a page takes no files."""
        raise Unsupported("the page takes no files")

    def link(self, place: Place, message_id: str) -> str:  # noqa: ARG002
        """Nothing: a page belongs to who opened it."""
        return ""

    async def mark(self, mark: Mark, tags: TagsOf) -> None:  # noqa: ARG002 (there is nothing to mark)
        """Unsupported: no conversation has a tag here."""
        raise Unsupported("the page knows no tags")

    async def show_status(self, place: Place, reply_to: str, on: bool, language: str = "en") -> None:  # noqa: ARG002
        """Dots that move, on every open page of the conversation."""
        if session := self._sessions.find(place.channel):
            session.set_working(place.thread, on)

    async def _show_page(self, request: web.Request) -> web.StreamResponse:
        text = self._page.render(request.headers.get("Accept-Language", ""))
        response = web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store", "Vary": "Accept-Language"})
        gate.give_session(request, response)
        return response

    async def _show_asset(self, request: web.Request) -> web.StreamResponse:
        asset = self._page.assets.get(request.match_info["name"])
        if asset is None:
            raise Refused(404, "unknown")
        headers = {"Cache-Control": "no-cache", "ETag": asset.etag}
        if request.headers.get("If-None-Match") == asset.etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=asset.content, content_type=asset.content_type, charset="utf-8", headers=headers)

    async def _hear_message(self, request: web.Request) -> web.StreamResponse:
        channel = gate.channel(request)
        body = await gate.body(request)
        message = incoming.read_message(body, channel, request.headers.get("Accept-Language", ""), self._clock())
        with self._asking(message):
            await self._deliver(message)
        return web.json_response({"id": message.message_id}, status=202)

    async def _hear_edit(self, request: web.Request) -> web.StreamResponse:
        session, place, message_id = self._own_message(request)
        edit = incoming.read_edit(await gate.body(request), place, message_id, self._clock())
        await self._deliver(edit)
        if question := session.question(message_id):
            session.rewrite(question, text=edit.text)
        session.add("edit", message_id, {"text": edit.text}, thread=place.thread)
        return web.json_response({"id": message_id}, status=202)

    async def _hear_deletion(self, request: web.Request) -> web.StreamResponse:
        session, place, message_id = self._own_message(request)
        await self._deliver(incoming.read_deletion(place, message_id, self._clock()))
        if question := session.question(message_id):
            session.forget(question)
        session.add("deletion", message_id, {}, thread=place.thread)
        return web.json_response({"id": message_id}, status=202)

    async def _hear_press(self, request: web.Request) -> web.StreamResponse:
        channel, body = gate.channel(request), await gate.body(request)
        return await self._react(incoming.read_press(body, channel, request.headers.get("Accept-Language", "")))

    async def _hear_form(self, request: web.Request) -> web.StreamResponse:
        channel, body = gate.channel(request), await gate.body(request)
        return await self._react(incoming.read_form(body, channel, request.headers.get("Accept-Language", "")))

    async def _react(self, interaction: Interaction) -> web.StreamResponse:
        """What came of it goes to whoever did it, and stands on no other page."""
        if self._receive is None or self._interact is None:
            raise Refused(503, "closed")
        with self._counted():
            return web.json_response(outgoing.show_reaction(await self._interact(interaction)))

    def _own_message(self, request: web.Request) -> tuple[Session, Place, str]:
        """Whose message a request is about. Another session's cannot be named: the channel is part of the address."""
        channel, message_id = gate.channel(request), incoming.read_message_id(request.match_info["id"])
        session = self._sessions.open(channel)
        question = session.question(message_id)
        return session, incoming.place_of(channel, question.thread if question else "1"), message_id

    @contextmanager
    def _asking(self, message: MessageReceived) -> Iterator[None]:
        """The question stands on the page before its answer can, and is taken off if it could not be written down."""
        session = self._sessions.open(message.place.channel)
        if session.question(message.message_id):
            yield
            return
        entry = session.add("question", message.message_id, {"text": message.text}, thread=message.place.thread)
        try:
            yield
        except BaseException:
            session.forget(entry)
            raise

    async def _deliver(self, event: Event) -> None:
        """Hand over to the core. Whatever it raises means: not written down, send it again."""
        if self._receive is None:
            raise Refused(503, "closed")
        with self._counted():
            try:
                await self._receive(event)
            except StoreError as exc:
                raise Refused(503, "again") from exc  # the database has said so itself, once for all messages
            except Exception as exc:
                log.warning("message not written down: %s", type(exc).__name__, extra={"event_id": event.event_id})
                raise Refused(503, "again") from exc

    async def _stream_events(self, request: web.Request) -> web.StreamResponse:
        session = self._sessions.open(gate.channel(request))
        if self._receive is None:
            raise Refused(503, "closed")
        if sum(stream.session is session and stream.request.transport is not None for stream in self._streams) >= MOST_STREAMS:
            raise Refused(429, "streams")
        response = web.StreamResponse(headers={**gate.HEADERS, "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        response.content_type, response.charset = "text/event-stream", "utf-8"
        stream = Stream(request, session)
        self._streams.add(stream)
        try:
            with self._counted():
                await response.prepare(request)
                await self._feed(response, session, last_seen(request))
        except ConnectionResetError:
            log.debug("a page was closed")
        finally:
            self._streams.discard(stream)
        return response

    async def _feed(self, response: web.StreamResponse, session: Session, seen: int) -> None:
        """Write what is new, again and again, until we stop or the browser is gone."""
        shown: set[str] | None = None
        grown: dict[str, str] = {}
        await response.write(b"retry: 1000\n\n")
        with session.listening() as news:
            while self._receive and not session.closed:
                news.clear()
                for entry in session.after(seen):
                    await response.write(frame(entry.kind, entry.data, entry.number))
                    seen = entry.number
                for question, data in session.grown(grown):
                    await response.write(frame("live", data))
                    grown[question] = data
                if shown != session.working:
                    shown = set(session.working)
                    await response.write(frame("status", json.dumps({"working": sorted(shown)})))
                if not await wait(news, KEEPALIVE_SECONDS):
                    await response.write(b": still here\n\n")

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Something that `stop` waits for."""
        done = asyncio.get_running_loop().create_future()
        self._underway.add(done)
        try:
            yield
        finally:
            self._underway.discard(done)
            done.set_result(None)


def live_id(question: str) -> str:
    """The id of the answer that grows under a question."""
    return LIVE + question


def existing(place: Place) -> str:
    """The channel of a place that can be a session of ours."""
    if place.workspace != incoming.WORKSPACE or not incoming.CHANNEL.fullmatch(place.channel):
        raise PlaceGone(f"no session of the page: {place.key}")
    return place.channel


def last_seen(request: web.Request) -> int:
    """The number of the last entry that a page has, 0 for a fresh one."""
    number = request.headers.get("Last-Event-ID", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 0


def frame(kind: str, data: str, number: int | None = None) -> bytes:
    """One server-sent event; JSON holds no line break."""
    head = f"id: {number}\n" if number else ""
    return f"{head}event: {kind}\ndata: {data}\n\n".encode(errors="replace")


async def wait(news: asyncio.Event, seconds: float) -> bool:
    """Whether there was news in that time."""
    try:
        async with asyncio.timeout(seconds):
            return await news.wait()
    except TimeoutError:
        return False
