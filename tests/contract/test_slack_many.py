"""Many workspaces let us in by themselves: the way in, their tokens, and the way out; with the real slack_bolt and our loopback Slack."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar, DummyCookieJar, web

import adapters.slack
from adapters.slack import SlackPlatform
from adapters.slack.connection.doctor import ASKED
from bot.errors import NotAllowed, Unreachable
from bot.messages import Event, MessageReceived, Place, Reply
from bot.platforms import Installation
from bot.privacy.sealing import new_key
from bot.store.database import Database
from bot.store.installations import InstallationStore
from tests.fakes import KeptCursors
from tests.slack_teams import CLIENT_ID, CLIENT_SECRET, SlackTeams

SECRET = "a-signing-secret"


class World:
    """The adapter with its routes served, a browser, and a Slack of many workspaces."""

    def __init__(self, slack: SlackTeams, store: InstallationStore, *, socket: bool = False) -> None:
        self.slack, self.store = slack, store
        way = {"app_token": "xapp-test"} if socket else {"signing_secret": SECRET}
        self.platform = SlackPlatform("", **way, api_url=slack.url, installations=store, client=(CLIENT_ID, CLIENT_SECRET), pace=0.001)  # type: ignore[arg-type]
        self.received: list[Event] = []
        self.cursors = KeptCursors()
        self.browser = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.home = ""

    async def receive(self, event: Event) -> None:
        self.received.append(event)

    async def install(self, team: str, **more: str) -> tuple[int, str]:
        """The status and the page that somebody ends at who installs us in a workspace."""
        return await self.back(await self.begin(), code=self.slack.code(team), **more)

    async def begin(self) -> str:
        """Somebody opens the way in; the state that he takes to Slack."""
        async with self.browser.get(f"{self.home}/slack/install", allow_redirects=False) as answer:
            assert answer.status == 302
            asked = urlsplit(answer.headers["Location"])
            assert asked.path == "/oauth/v2/authorize"
            query = parse_qs(asked.query)
            assert query["client_id"] == [CLIENT_ID]
            assert "chat:write" in query["scope"][0].split(",")
            assert answer.cookies["polydesk_install"]["httponly"]
            assert answer.cookies["polydesk_install"]["samesite"] == "Lax"
            return query["state"][0]

    async def back(self, state: str, browser: ClientSession | None = None, language: str = "en", **query: str) -> tuple[int, str]:
        """Slack sends him back to us."""
        there, headers = f"{self.home}/slack/oauth_redirect", {"Accept-Language": language}
        async with (browser or self.browser).get(there, params={"state": state, **query}, headers=headers) as answer:
            page = await answer.text()
            assert not [token for token in (*self.slack.tokens, *self.slack.refreshing, CLIENT_SECRET) if token in page]
            assert answer.headers["Cache-Control"] == "no-store"
            return answer.status, page


@asynccontextmanager
async def world(folder: Path, *, expires_in: int | None = None, socket: bool = False) -> AsyncIterator[World]:
    database = Database(f"sqlite:///{folder}/desk.db")
    await database.migrate()
    async with SlackTeams(expires_in) as slack:
        slack.retry_after = ()
        here = World(slack, InstallationStore(database, "slack", [new_key()]), socket=socket)
        app = web.Application()
        app.add_routes(here.platform.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        here.home = f"http://127.0.0.1:{runner.addresses[0][1]}"
        if not socket:
            slack.request_url, slack.signing_secret = f"{here.home}/slack/events", SECRET
        await here.platform.start(here.receive, here.cursors)
        try:
            yield here
        finally:
            await here.browser.close()
            await here.platform.stop()
            await runner.cleanup()
            await database.close()


def place(team: str) -> Place:
    return Place("slack", team, f"C{team}A", "1.000001")


@pytest.mark.parametrize("socket", [False, True])
async def test_a_workspace_installs_us_and_is_heard_and_answered_with_its_own_token(tmp_path: Path, socket: bool) -> None:
    async with world(tmp_path, socket=socket) as here:
        status, page = await here.install("T1")
        assert status == 200
        assert "Polydesk is now in Work &amp; T1." in page
        assert (await here.install("T2"))[0] == 200
        for team in ("T1", "T2"):
            await here.slack.ask(team, f"C{team}A", "U7", "Where is my parcel?")
        heard = [(event.place.workspace, event.text) for event in here.received if isinstance(event, MessageReceived)]
        assert heard == [("T1", "Where is my parcel?"), ("T2", "Where is my parcel?")]
        for team in ("T2", "T1"):
            await here.platform.send(place(team), Reply(f"to {team}", "en"), "k")
        assert [(post["team"], post["channel"]) for post in here.slack.posts] == [("T2", "CT2A"), ("T1", "CT1A")]
        assert here.platform.link(place("T2"), "1.000001") == "https://t2.slack.com/archives/CT2A/p1000001"
        assert here.slack.crossed == []
        assert "2 workspaces" in here.platform.state().why
        installed = await here.store.read("T1")
        assert installed is not None
        assert (installed.bot_user, installed.bot_id, installed.installed_by) == ("UT1BOT", "BT1", "UT1ADMIN")


async def test_a_workspace_that_never_installed_us_is_acknowledged_and_not_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with world(tmp_path) as here:
        await here.install("T1")
        with caplog.at_level(logging.INFO):
            await here.slack.ask("T9", "CT9A", "U7", "Where is my parcel?")
        assert here.slack.undelivered == []
        assert here.received == []
        told = [record.getMessage() for record in caplog.records if record.name.startswith("adapters")]
        assert told == ["slack: workspace T9 has not let us in; its event is not answered"]
        with pytest.raises(NotAllowed):
            await here.platform.send(place("T9"), Reply("x", "en"), "k")


async def test_a_guest_by_slack_connect_is_heard_where_we_are_installed_and_stays_somebody_else(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.install("T1")
        await here.slack.ask("T1", "CT1A", "U7", "Hello?", home="T8")
        (event,) = here.received
        assert isinstance(event, MessageReceived)
        assert (event.place.workspace, event.author.workspace) == ("T1", "T8")


def test_a_workspace_is_asked_for_what_the_manifest_asks_for() -> None:
    manifest = json.loads((Path(adapters.slack.__file__).parent / "manifest.json").read_text())
    assert set(ASKED) == set(manifest["oauth_config"]["scopes"]["bot"])


async def test_who_declines_is_told_so_and_nothing_is_kept(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        status, page = await here.back(await here.begin(), error="access_denied", language="de-DE,de;q=0.9")
        assert status == 200
        assert "Es wurde nichts installiert" in page
        assert '<html lang="de" dir="ltr">' in page
        assert await here.store.all() == []


async def test_a_state_counts_once_in_its_own_browser_and_not_for_long(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        state = await here.begin()
        async with ClientSession(cookie_jar=DummyCookieJar()) as somebody:
            status, page = await here.back(state, somebody, code=here.slack.code("T1"))
            assert (status, "expired" in page) == (400, True)
        assert (await here.back("another", code=here.slack.code("T1")))[0] == 400
        assert (await here.back("", code=here.slack.code("T1")))[0] == 400
        state = await here.begin()
        cookie = {"Cookie": f"polydesk_install={state}"}
        assert (await here.back(state, code=here.slack.code("T1")))[0] == 200
        async with ClientSession(cookie_jar=DummyCookieJar(), headers=cookie) as again:
            assert (await here.back(state, again, code=here.slack.code("T1")))[0] == 400
        late = await here.begin()
        async with here.store._database.writing() as connection:
            await connection.exec_driver_sql("UPDATE installs_begun SET expires_at = 1")
        assert (await here.back(late, code=here.slack.code("T1")))[0] == 400
        assert [one.workspace for one in await here.store.all()] == ["T1"]


async def test_what_slack_refuses_is_a_friendly_page_and_a_line_without_secrets(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with world(tmp_path) as here:
        status, page = await here.back(await here.begin(), code="made-up-code", language="ar")
        assert status == 502
        assert 'dir="rtl"' in page
        assert "made-up-code" not in caplog.text
        assert "invalid_code" in caplog.text
        assert await here.store.all() == []


@pytest.mark.parametrize("how", ["uninstalled", "revoked"])
async def test_a_workspace_that_takes_us_out_is_forgotten_and_can_let_us_in_again(tmp_path: Path, how: str) -> None:
    async with world(tmp_path) as here:
        await here.install("T1")
        await here.install("T2")
        await here.slack.revoke("T1", oauth=["U7"])
        assert len(await here.store.all()) == 2
        await asyncio.sleep(1.1 - time.time() % 1)
        await (here.slack.uninstall("T1") if how == "uninstalled" else here.slack.revoke("T1", bot=["UT1BOT"]))
        assert [one.workspace for one in await here.store.all()] == ["T2"]
        with pytest.raises(NotAllowed):
            await here.platform.send(place("T1"), Reply("x", "en"), "k")
        await here.slack.ask("T1", "CT1A", "U7", "Hello?")
        assert here.received == []
        await here.platform.send(place("T2"), Reply("x", "en"), "k")
        assert (await here.install("T1"))[0] == 200
        await here.platform.send(place("T1"), Reply("x", "en"), "k")
        assert [post["team"] for post in here.slack.posts] == ["T2", "T1"]


async def test_a_late_farewell_does_not_end_the_installation_that_came_after_it(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.install("T1")
        gone = here.slack.told_to("T1", {"type": "app_uninstalled"}) | {"event_time": int(time.time()) - 60}
        assert await here.slack.deliver(gone)
        assert len(await here.store.all()) == 1


async def test_a_token_is_exchanged_in_time_and_once_however_many_ask(tmp_path: Path) -> None:
    async with world(tmp_path, expires_in=43_200) as here:
        await here.install("T1")
        first = await aged(here, ends_in=600)
        await asyncio.gather(*(here.platform.send(place("T1"), Reply("x", "en"), f"k{number}") for number in range(8)))
        assert here.slack.exchanges == ["T1"]
        now = await here.store.read("T1")
        assert now is not None
        assert now.token != first.token
        assert now.expires_at is not None
        assert now.expires_at > time.time() + 40_000
        await here.platform.send(place("T1"), Reply("x", "en"), "k9")
        assert here.slack.exchanges == ["T1"]


async def test_two_processes_do_not_exchange_a_token_twice(tmp_path: Path) -> None:
    async with world(tmp_path, expires_in=43_200) as here:
        await here.install("T1")
        other = SlackPlatform("", "xapp-test", api_url=here.slack.url, installations=here.store, client=(CLIENT_ID, CLIENT_SECRET))
        await aged(here, ends_in=600)
        await other.open()
        both = [platform.send(place("T1"), Reply("x", "en"), "k") for platform in (here.platform, other) for _ in range(3)]
        await asyncio.gather(*both)
        await other.stop()
        assert here.slack.exchanges == ["T1"]
        assert len(here.slack.posts) == 6


async def test_while_an_exchange_fails_the_old_token_serves_until_its_end(tmp_path: Path) -> None:
    async with world(tmp_path, expires_in=43_200) as here:
        await here.install("T1")
        old = await aged(here, ends_in=600)
        here.slack.refreshing.clear()
        await here.platform.send(place("T1"), Reply("x", "en"), "k")
        await here.platform.send(place("T1"), Reply("x", "en"), "l")
        assert here.slack.exchanges == [""]
        assert await here.store.read("T1") == old
        await aged(here, ends_in=-1)
        with pytest.raises(NotAllowed):
            await here.platform.send(place("T1"), Reply("x", "en"), "m")


async def test_a_database_that_is_away_is_no_refusal(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.install("T1")
        assert here.platform._teams is not None
        here.platform._teams.doubt("T1")
        async with here.store._database.writing() as connection:
            await connection.exec_driver_sql("ALTER TABLE installations RENAME TO away")
        with pytest.raises(Unreachable):
            await here.platform.send(place("T1"), Reply("x", "en"), "k")
        await here.slack.ask("T1", "CT1A", "U7", "Hello?")
        assert len(here.slack.undelivered) == 1
        async with here.store._database.writing() as connection:
            await connection.exec_driver_sql("ALTER TABLE away RENAME TO installations")
        await here.slack.redeliver()
        assert len(here.received) == 1


async def aged(here: World, ends_in: float) -> Installation:
    """Hours pass: the token of T1 ends soon."""
    installed = await here.store.read("T1")
    assert installed is not None
    old = replace(installed, expires_at=time.time() + ends_in)
    await here.store.keep(old)
    assert here.platform._teams is not None
    here.platform._teams.doubt("T1")
    return old


async def test_workspaces_that_gave_less_than_is_asked_for_today_are_named(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        await here.install("T1")
        assert await here.platform.check() == []
        here.slack.scopes = here.slack.scopes.replace("files:read,", "")
        await here.install("T2")
        [fault] = await here.platform.check()
        assert fault.what == "1 of 2 workspaces have not given the scopes files:read (Work & T2)"
        assert "/slack/install" in fault.cure


async def test_each_workspaces_files_are_fetched_with_its_own_token(tmp_path: Path) -> None:
    async with world(tmp_path) as here:
        for team in ("T1", "T2"):
            await here.install(team)
            file = here.slack.upload("a.txt", "text/plain", b"hello")
            await here.slack.ask(team, f"C{team}A", "U7", "Where is my parcel?", files=[file])
        for event in here.received:
            assert isinstance(event, MessageReceived)
            assert (await here.platform.fetch(event, event.attachments[0], 10)).data == b"hello"
        assert [here.slack.tokens[call.removeprefix("Bearer ")] for call in here.slack.file_calls] == ["T1", "T2"]
