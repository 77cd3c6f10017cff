"""Slack as one of our platforms: it connects, stays connected, and makes the calls.

Bolt hears, and acknowledges an event only after `receive` has returned. Which of the two ways in is used, Socket Mode or HTTP,
is seen here only in `_hear_until_lost` and `routes`.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import outgoing
from adapters.slack.connection.doctor import (
    ASKED,
    faults_at_slack,
    faults_of_app_token,
    faults_of_installations,
    faults_of_settings,
    wrong_tokens,
)
from adapters.slack.connection.edge import PATH, dispatched, read_delivery
from adapters.slack.connection.files import Files
from adapters.slack.connection.installations import ManyTeams, OneTeam, Team, Teams
from adapters.slack.connection.interacting import Interacting
from adapters.slack.connection.listening import bolt_app
from adapters.slack.connection.live import Streams
from adapters.slack.connection.missed import Missed
from adapters.slack.connection.oauth import Installing
from adapters.slack.connection.privately import Privately
from adapters.slack.connection.refusals import refusal
from adapters.slack.connection.sockets import Socket, UnderWay
from adapters.slack.connection.status import LASTS, Status
from adapters.slack.fields import TIME
from adapters.slack.interactions import Pressed
from adapters.slack.limits import LIMITS
from bot.errors import NotAllowed, RateLimited, Unreachable, Unsupported
from bot.messages import Attachment, Fault, Mark, MessageReceived, Place, Reply
from bot.platforms import Capabilities, Cursors, Fetched, Installation, Installations, Listens, LiveMessage, Receive, State, TagsOf, nowhere
from bot.pressed import Interact

_log = logging.getLogger(__name__)

_PATIENCE = 10.0
"""Seconds: for a connection to stand, and for deliveries under way to end."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
_STEADY = 30.0
"""A connection that held for so many seconds was a good one: the next attempt comes soon."""
_PAGES_AT_MOST = 5
_TEAMS = "{teams}"
"""Stands in the line that says how it stands for the workspaces, which come and go."""


class SlackPlatform:
    """One workspace with the token that is set, or with `installations` every workspace that lets us in by itself (`client`: the
    app's id and secret). With an app token it hears by Socket Mode, else with a signing secret at POST /slack/events.

    `api_url` is for another server that speaks Slack's Web API. `pace` stretches or shortens the waits while history is read.
    """

    name = "slack"
    capabilities = Capabilities(status=True, buttons=True, private=True, live=True, files=True, status_seconds=LASTS, limits=LIMITS)

    def __init__(
        self,
        bot_token: str,
        app_token: str = "",
        signing_secret: str = "",
        api_url: str = "https://slack.com/api/",
        *,
        installations: Installations | None = None,
        client: tuple[str, str] = ("", ""),
        pace: float = 1.0,
    ) -> None:
        self._installations, self._app_client = installations, client
        self._bot_token, self._app_token, self._signing_secret, self._api_url = bot_token, app_token, signing_secret, api_url
        self._state = State(False, "not started")
        self._under_way = UnderWay()
        self._tried = asyncio.Event()
        self._session: aiohttp.ClientSession | None = None
        self._teams: Teams | None = None
        self._app: AsyncApp | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._status = Status(self._call_in)
        self._streams = Streams(self._call_in, self._me_in)
        self._pace = pace
        self._missed: Missed | None = None
        self._listens: Listens = nowhere
        self._privately = Privately(self._call_in, self._session_now, api_url)
        self._files = Files(self._call_in, self._team_in, self._session_now, api_url)
        self._interacting: Interacting | None = None

    async def start(self, receive: Receive, cursors: Cursors, interact: Interact | None = None, listens: Listens = nowhere) -> None:
        """Begin to hear; the connection is then kept, or tried again and again, by a task of ours. Wrong tokens stay as they are.

        Raises StoreError.
        """
        self._interacting = Interacting(self._call_in, self._privately, interact) if interact is not None else None
        self._listens = listens
        await self._begin(Missed(self._call_in, receive, cursors, listens, self._pace))

    async def open(self) -> None:
        """Get ready to send, and hear nothing."""
        await self._begin(None)

    async def _begin(self, missed: Missed | None) -> None:
        if faults := wrong_tokens(self._bot_token, self._app_token, many=self._installations is not None):
            self._state = State(False, " ".join(f"{fault.what}. {fault.cure}" for fault in faults))
            return
        if missed is not None:
            # Before anything is opened: who finds the database away begins anew.
            await missed.start()
        self._missed = missed
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20, connect=_PATIENCE))
        if self._installations is not None:
            self._teams = ManyTeams(self._installations, self._client, *self._app_client)
        else:
            self._teams = OneTeam(self._client(self._bot_token))
        self._tried.clear()
        self._state = State(False, "no answer from Slack yet")
        self._supervisor = asyncio.create_task(self._stay_connected(missed), name="slack")
        with suppress(TimeoutError):
            await asyncio.wait_for(self._tried.wait(), _PATIENCE)

    async def stop(self) -> None:
        """Hear nothing more, let deliveries under way end, close. Twice is fine."""
        self._app = None
        self._state = State(False, "stopped")
        if self._missed is not None:
            await self._missed.stop()
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        await self._under_way.over(_PATIENCE)
        if self._interacting is not None:
            await self._interacting.stop(_PATIENCE)
        if self._session is not None:
            await self._session.close()
        self._supervisor = self._session = self._teams = self._missed = self._interacting = None

    def state(self) -> State:
        """How it stands, in one line."""
        return State(self._state.up, self._state.why.replace(_TEAMS, str(self._teams)))

    async def check(self) -> Sequence[Fault]:
        """Faults of the settings, then what Slack says to the tokens; opens a connection of its own."""
        many = self._installations is not None
        if faults := faults_of_settings(self._bot_token, self._app_token, self._signing_secret, many=many):
            return faults
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_PATIENCE)) as session:
            client = _web_client(self._bot_token, self._api_url, session)
            if self._installations is None:
                return await faults_at_slack(client, self._app_token)
            return [*await faults_of_installations(self._installations), *await faults_of_app_token(client, self._app_token)]

    def routes(self) -> Sequence[web.RouteDef]:
        """The door for Slack's requests; none in Socket Mode, and none without a secret to check them by. And the way to install us."""
        door = [web.post(PATH, self._on_request)] if self._signing_secret and not self._app_token else []
        if self._installations is None:
            return door
        app, secret = self._app_client
        installing = Installing(self._installations, self._client, app, secret, self._api_url, ASKED, self._came)
        return [*door, *installing.routes()]

    def split(self, reply: Reply) -> Sequence[Reply]:
        """Messages of at most `outgoing.LONGEST`."""
        return outgoing.split_reply(reply)

    async def send(self, place: Place, reply: Reply, key: str) -> str:
        """One chat.postMessage into the place's thread; its `ts`. It is never repeated here: Slack knows no idempotency key.

        What only one person may see is said to him alone.
        """
        if reply.only_for:
            return await self._privately.say(place, reply.only_for, reply, key, reply.handle)
        payload = outgoing.write_reply(reply, key)
        posted = await self._call_in("chat_postMessage", place.workspace, channel=place.channel, thread_ts=_thread(place), **payload)
        self._status.posted(place, _thread(place) or reply.answers)
        return str(posted["ts"])

    async def open_direct(self, place: Place, person: str) -> Place:
        """Our direct message with him, in the workspace of the place."""
        return await self._privately.place(place.workspace, person)

    async def open_live(self, question: MessageReceived, text: str) -> LiveMessage:
        """A stream in the thread."""
        stream = await self._streams.begin(question, text)
        self._status.posted(question.place, _thread(question.place) or question.message_id)
        return stream

    async def find_live(self, place: Place, questions: Sequence[str]) -> Sequence[str]:
        """Our messages in the thread, since the first of these, that carry no key."""
        return await self._streams.find(place, questions)

    async def finish(self, place: Place, message_id: str, reply: Reply, key: str) -> None:
        """The stream ends with its last words, or is stopped and written anew."""
        if await self._streams.finish(place, message_id, reply, key):
            self._status.stopped(place, _thread(place) or reply.answers)

    async def remove(self, place: Place, message_id: str) -> None:
        """The stream is stopped, and its message deleted."""
        await self._streams.remove(place, message_id)

    async def find_sent(self, place: Place, reply: Reply, key: str, after: str = "") -> str | None:
        """The message in the thread whose metadata carry the key, among those since the question. Raises PlatformError.

        What one person alone sees stands in no history.
        """
        if reply.only_for:
            return None
        cursor, thread = None, _thread(place)
        for _ in range(_PAGES_AT_MOST):
            page = await self._call_in(
                "conversations_replies" if thread else "conversations_history",
                place.workspace,
                channel=place.channel,
                **({"ts": thread} if thread else {}),
                oldest=after or reply.answers or None,
                cursor=cursor,
                limit=200,
                include_all_metadata=True,
            )
            for message in page.get("messages", []):
                metadata = message.get("metadata") or {}
                if metadata.get("event_type") == outgoing.EVENT_TYPE and (metadata.get("event_payload") or {}).get("key") == key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return None

    async def fetch(self, message: MessageReceived, attachment: Attachment, most: int) -> Fetched:
        """With the bot's token, which needs the scope files:read."""
        return await self._files.fetch(message.place.workspace, attachment, most)

    def link(self, place: Place, message_id: str) -> str:
        """Slack's permalink of the thread's first message; "" before the first connection told us the workspace's address."""
        first = _thread(place) or message_id
        team = self._teams.known(place.workspace) if self._teams is not None else None
        known = team is not None and team.url and TIME.fullmatch(first)
        return f"{team.url.rstrip('/')}/archives/{place.channel}/p{first.replace('.', '')}" if team is not None and known else ""

    async def mark(self, mark: Mark, tags: TagsOf) -> None:  # noqa: ARG002 (there is nothing to mark)
        """Unsupported: no conversation has a tag here."""
        raise Unsupported("Slack knows no tags")

    async def show_status(self, place: Place, reply_to: str, on: bool, language: str = "en") -> None:
        """A session or a status in the thread; see status.py."""
        thread = _thread(place) or reply_to
        if TIME.fullmatch(thread):
            await (self._status.show(place, thread, language) if on else self._status.clear(place, thread))

    async def _call_in(self, method: str, workspace: str, /, **arguments: Any) -> Any:
        """A method of the Web API with the token of a workspace; all that goes wrong is a PlatformError."""
        team = await self._team_in(workspace)
        try:
            return await getattr(team.client, method)(**arguments)
        except Exception as exc:
            error = refusal(exc, method)
            if isinstance(error, NotAllowed):
                self._teams_now().doubt(workspace)
            raise error from exc

    async def _team_in(self, workspace: str) -> Team:
        """A workspace that lets us in. Raises PlatformError."""
        if (team := await self._teams_now().find(workspace)) is None:
            raise NotAllowed(f"workspace {workspace} does not let us in")
        return team

    def _me_in(self, workspace: str) -> str:
        """Our user's id there; "" before we know it."""
        team = self._teams.known(workspace) if self._teams is not None else None
        return team.user if team is not None else ""

    async def _came(self, installation: Installation) -> None:
        """A workspace lets us in, from now on."""
        if isinstance(self._teams, ManyTeams):
            self._teams.take(installation)
            self._status.came(installation.workspace)
            if self._missed is not None:
                await self._missed.forget(installation.workspace)
                await self._missed.came({installation.workspace: installation.bot_user})

    async def _left(self, workspace: str, at: float) -> None:
        """It lets us in no more. Raises StoreError."""
        if self._installations is None or not await self._installations.remove(workspace, at):
            return
        _log.info("slack: workspace %s lets us in no more", workspace)
        self._teams_now().forget(workspace)
        if self._missed is not None:
            await self._missed.forget(workspace)

    async def _stay_connected(self, missed: Missed | None) -> None:
        """Until cancelled. A connection that holds is followed by a quick new one, failures by longer and longer waits."""
        wait, clock = _FIRST_WAIT, asyncio.get_running_loop().time
        while True:
            began = clock()
            try:
                await self._hear_until_lost(missed)
                why, asked = "Slack closed the connection", 0.0
            except Exception as exc:  # noqa: BLE001 - whatever ends a connection, the next attempt follows
                error = refusal(exc, "connecting")
                why, asked = str(error), error.retry_after if isinstance(error, RateLimited) else 0.0
            self._state = State(False, f"{why}; trying again")
            self._tried.set()
            wait = _FIRST_WAIT if clock() - began > _STEADY else min(2 * wait, _LONGEST_WAIT)
            wait = max(wait, asked)
            _log.warning("%s in %.0f s", self._state.why, wait)
            await asyncio.sleep(wait)

    async def _hear_until_lost(self, missed: Missed | None) -> None:
        """Find out who we are, then hear. By HTTP there is no connection to lose, and none for who only sends."""
        teams = self._teams_now()
        ours = await teams.open()
        if missed is None:
            self._hearing(State(True, f"ready to send to {_TEAMS}"))
            await asyncio.Event().wait()
            return
        missed.we_are(ours)
        app = bolt_app(self._client(self._bot_token), teams, missed.receive, self._listens, self._take, self._left)
        if not self._app_token:
            self._app = app if self._signing_secret else None
            why = f"waiting for Slack at {PATH}, {_TEAMS}" if self._app else "neither an app token nor a signing secret is set"
            self._hearing(State(self._app is not None, why))
            if self._app is not None:
                await missed.came(ours)
            await asyncio.Event().wait()
        socket = Socket(app, self._app_token, self._under_way)
        try:
            await socket.open(_PATIENCE)
            await missed.came(ours)
            self._hearing(State(True, f"connected to {_TEAMS} by Socket Mode"))
            await socket.until_lost()
        finally:
            missed.left()
            await socket.close(_PATIENCE)

    def _hearing(self, state: State) -> None:
        self._state = state
        self._tried.set()

    def _teams_now(self) -> Teams:
        if self._teams is None:
            raise Unreachable("Slack is not started")
        return self._teams

    def _client(self, token: str) -> AsyncWebClient:
        if self._session is None:
            raise Unreachable("Slack is not started")
        return _web_client(token, self._api_url, self._session)

    def _session_now(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise Unreachable("Slack is not started")
        return self._session

    def _take(self, pressed: Pressed) -> None:
        """Where nobody reacts, a press has no consequence."""
        if self._interacting is not None:
            self._interacting.take(pressed)

    async def _on_request(self, request: web.Request) -> web.Response:
        """By HTTP: 200 when an event is written down; any other answer makes Slack send it again."""
        delivery = await read_delivery(request, self._signing_secret)
        if isinstance(delivery, web.Response):
            return delivery
        if self._app is None:
            return web.Response(status=503)
        with self._under_way:
            answer = await dispatched(self._app, delivery)
        return web.Response(status=answer.status)


def _thread(place: Place) -> str | None:
    """The thread's `ts`; None where the channel itself is the place, also when only one person has his conversation there."""
    return place.thread if TIME.fullmatch(place.thread) else None


def _web_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Without retries: a post whose connection broke may have arrived, and `find_sent` is the way to know."""
    return AsyncWebClient(token=token, base_url=api_url, session=session, retry_handlers=[], logger=_silent())


def _silent() -> logging.Logger:
    """A logger for the libraries, which write whole messages into theirs; what matters we log ourselves."""
    return logging.Logger("slack", level=logging.CRITICAL)
