"""Slack keeps the contract of platforms, by Socket Mode and by HTTP, with the real slack_bolt against our loopback Slack."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from slack_sdk.errors import SlackApiError

from adapters.slack import SlackPlatform
from adapters.slack.connection.refusals import refusal
from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable, Unsupported
from bot.messages import MessageEdited, Reply
from bot.platforms import State
from tests.contract.files_contract import FilesContract
from tests.contract.live_contract import LiveContract
from tests.contract.missed_contract import MissedContract
from tests.contract.platform_contract import Heard, PlatformContract, say
from tests.contract.private_contract import PrivateContract
from tests.contract.slack_harness import SECRET, SEED, Answer, SlackHarness
from tests.fakes import KeptCursors
from tests.slack_server import SlackServer


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with SlackServer() as running:
        yield running


@pytest.fixture
async def harness(server: SlackServer) -> AsyncIterator[SlackHarness]:
    made = SlackHarness(server)
    yield made
    await made.close()


class TestSlackBySocketMode(PlatformContract, PrivateContract, MissedContract, LiveContract, FilesContract):
    """The contract, through a websocket."""


class TestSlackByHttp(PlatformContract, MissedContract):
    """The contract, through POST /slack/events."""

    @pytest.fixture
    async def harness(self, server: SlackServer) -> AsyncIterator[SlackHarness]:
        made = SlackHarness(server, http=True)
        made.can = SlackHarness.can - {"heartbeat"}
        yield made
        await made.close()


@pytest.fixture
async def door(server: SlackServer) -> AsyncIterator[SlackHarness]:
    made = SlackHarness(server, http=True)
    yield made
    await made.close()


class TestTheDoor:
    """Whoever knocks at /slack/events."""

    @pytest.mark.parametrize(
        ("body", "headers", "status"),
        [
            (b"{}", {"X-Slack-Signature": "v0=0000"}, 401),
            (b"{}", {"X-Slack-Signature": "v0=h\u00e9"}, 401),
            (b"{}", {"timestamp": "1700000000"}, 401),
            (b"{}", {"timestamp": "yesterday"}, 401),
            (b"{}", {"timestamp": "\u00b2"}, 401),
            (b"{}", {"timestamp": ""}, 401),
            (b"not json", {}, 400),
            (b"\xff\xfe", {}, 400),
            (b"[]", {}, 400),
            (b"{}", {}, 400),
            (b"[" * 200_000, {}, 400),
            (b'{"type": "url_verification"}', {}, 400),
            (b'{"type": "event_callback", "event_id": "Ev1"}', {}, 400),
            (b'{"type": "app_rate_limited"}', {}, 200),
            (b'{"type": "event_callback", "event_id": "Ev1", "event": {"type": "pin_added"}}', {}, 200),
            (b'{"type": "event_callback", "event_id": "Ev1", "team_id": 1, "event": {"type": "message", "ts": {}}}', {}, 200),
            (b" " * (1024 * 1024 + 1), {}, 413),
        ],
    )
    async def test_a_request_that_is_not_slacks_gets_the_right_status_and_leaves_no_trace(
        self, door: SlackHarness, caplog: pytest.LogCaptureFixture, body: bytes, headers: dict[str, str], status: int
    ) -> None:
        heard = Heard()
        await door.start(heard)
        with caplog.at_level(logging.DEBUG):
            assert await door.server.deliver_http(door.events_url, body, SECRET, **headers) == status
        assert heard.events == []
        assert not [record for record in caplog.records if record.name != "asyncio"]

    async def test_slacks_challenge_is_answered(self, door: SlackHarness) -> None:
        await door.start(Heard())
        body = b'{"type": "url_verification", "challenge": "3eZbrw"}'
        assert await door.server.deliver_http(door.events_url, body, SECRET) == 200

    async def test_before_we_know_who_we_are_slack_is_asked_to_come_again(self, door: SlackHarness) -> None:
        door.server.fail_next(500, method="auth.test")
        await door.start(Heard())
        assert not door.platform.state().up
        body = b'{"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}}'
        assert await door.server.deliver_http(door.events_url, body, SECRET) == 503

    async def test_what_cannot_be_kept_is_refused_and_only_its_id_is_logged(
        self, door: SlackHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        await door.start(Heard(failures=9))
        with caplog.at_level(logging.DEBUG, logger="adapters"):
            await door.hear("direct", "my secret is 4711")
        assert "was not written down" in caplog.text
        assert "4711" not in caplog.text

    async def test_a_body_that_hides_its_size_is_not_read_to_its_end(self, door: SlackHarness) -> None:
        async def endless() -> AsyncIterator[bytes]:
            for _ in range(40):
                yield b" " * 65_536

        await door.start(Heard())
        async with ClientSession() as session, session.post(door.events_url, data=endless()) as answer:
            assert answer.status == 413

    async def test_stopping_lets_a_request_under_way_end_and_takes_no_other(self, door: SlackHarness) -> None:
        heard = Heard()
        await door.start(heard)
        heard.open.clear()
        hearing = asyncio.create_task(door.hear("direct", "Just in time"))
        await asyncio.wait_for(heard.entered.wait(), 5)
        stopping = asyncio.create_task(door.platform.stop())
        await asyncio.sleep(0.01)
        assert await door.server.deliver_http(door.events_url, door.server._envelope({"type": "message"}), SECRET) == 503
        heard.open.set()
        await asyncio.gather(hearing, stopping)
        assert heard.only().text == "Just in time"

    def test_without_a_secret_there_is_no_door(self) -> None:
        assert SlackPlatform("xoxb-1").routes() == []
        assert SlackPlatform("xoxb-1", app_token="xapp-1", signing_secret="s").routes() == []


class TestTheLine:
    """A Socket Mode connection that does not hold."""

    @pytest.fixture(autouse=True)
    def _impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("adapters.slack.connection._FIRST_WAIT", 0.01)
        monkeypatch.setattr("adapters.slack.connection.sockets._LOOK_EVERY", 0.01)

    @pytest.mark.parametrize("loss", ["cut", "disconnect"])
    async def test_a_lost_connection_is_made_anew_and_people_are_heard_again(self, harness: SlackHarness, loss: str) -> None:
        heard = Heard()
        await harness.start(heard)
        await (harness.server.cut() if loss == "cut" else harness.server.disconnect())
        await until(lambda: harness.server.hellos == 2)
        await harness.hear("direct", "Still there?")
        assert heard.only().text == "Still there?"
        assert harness.platform.state().up

    async def test_slack_may_be_away_when_the_desk_opens(self, harness: SlackHarness) -> None:
        harness.server.fail_next(500, method="auth.test")
        harness.server.drop_next(method="apps.connections.open")
        heard = Heard()
        await harness.start(heard)
        assert not harness.platform.state().up
        assert "trying again" in harness.platform.state().why
        await until(lambda: harness.platform.state().up)
        await harness.hear("mention", "Good morning")
        assert heard.only().text == "Good morning"

    async def test_a_slack_that_takes_calls_and_never_answers_does_not_hold_the_desk_up(
        self, server: SlackServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("adapters.slack.connection._PATIENCE", 0.05)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            platform = SlackPlatform("xoxb-test", "xapp-test", api_url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
            await asyncio.wait_for(platform.start(Heard(), KeptCursors()), 5)
            assert platform.state() == State(False, "no answer from Slack yet")
            await platform.stop()

    async def test_stopping_leaves_nothing_running(self, harness: SlackHarness) -> None:
        before = asyncio.all_tasks()
        await harness.start(Heard())
        await harness.platform.stop()
        await until(lambda: not harness.server.sockets)
        assert {task for task in asyncio.all_tasks() - before if "slack" in repr(task.get_coro())} == set()

    async def test_a_wrong_token_says_so(self, server: SlackServer) -> None:
        platform = SlackPlatform("xoxb-wrong", "xapp-test", api_url=server.url)
        await platform.start(Heard(), KeptCursors())
        assert platform.state().why == "Slack refuses auth_test: invalid_auth; trying again"
        await platform.stop()

    async def test_settings_of_another_slack_app_in_the_environment_change_nothing(
        self, harness: SlackHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("CLIENT_ID", "CLIENT_SECRET", "BOT_TOKEN", "SIGNING_SECRET"):
            monkeypatch.setenv(f"SLACK_{name}", "of-another-app")
        heard = Heard()
        await harness.start(heard)
        await harness.hear("mention")
        assert heard.only()


class TestSlacksWays:
    """What only Slack does."""

    async def test_a_mention_is_answered_in_its_thread_with_one_quiet_post(self, harness: SlackHarness) -> None:
        heard = Heard()
        await harness.start(heard)
        await harness.hear("mention", "Where is my parcel?")
        assert len(heard.events) == 2
        assert {event.place for event in heard.events} == {heard.only().place}
        await harness.platform.send(heard.only().place, Reply("On its way.", "en"), "k-1")
        [post] = harness.server.posts
        assert (post["channel"], post["thread_ts"]) == ("C1", heard.only().message_id)
        assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)

    async def test_a_preview_under_a_message_is_no_edit(self, harness: SlackHarness) -> None:
        heard = Heard()
        await harness.start(heard)
        await harness.hear("mention", "See https://shop.example")
        await harness.server.unfurl(*harness.last)
        assert not [event for event in heard.events if isinstance(event, MessageEdited)]

    async def test_a_message_found_by_its_key_may_stand_many_pages_down(self, harness: SlackHarness) -> None:
        await harness.start(Heard())
        for number in range(450):
            harness.server._keep("C1", {"type": "message", "user": "U1", "text": str(number)}, SEED)
        ids = await say(harness, "Here.")
        assert await harness.platform.find_sent(harness.place(), Reply("Here.", "en"), "contract-0") == ids[0]

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (Answer({"error": "ratelimited"}, 429, {"Retry-After": "12"}), RateLimited),
            (Answer({"error": "ratelimited"}, 429, {"Retry-After": "soon"}), RateLimited),
            (Answer({"error": "not_in_channel"}), NotAllowed),
            (Answer({"error": "missing_scope", "needed": "chat:write"}), NotAllowed),
            (Answer({"error": "is_archived"}), PlaceGone),
            (Answer({"error": "msg_too_long"}), Unsupported),
            (Answer({"error": "internal_error"}), Unreachable),
            (Answer({}, 502), Unreachable),
            (Answer("<html>", 200), Unreachable),
            (Answer({}, 401), NotAllowed),
        ],
    )
    def test_each_refusal_has_a_meaning(self, answer: Answer, error: type[PlatformError]) -> None:
        assert type(refusal(SlackApiError("text of a customer", answer), "chat.postMessage")) is error
        assert "customer" not in str(refusal(SlackApiError("text of a customer", answer)))

    def test_everything_else_that_can_happen_is_translated_too(self) -> None:
        assert isinstance(refusal(TimeoutError()), Unreachable)
        assert isinstance(refusal(AttributeError()), Unreachable)
        assert isinstance(refusal(json.JSONDecodeError("", "", 0)), Unreachable)
        assert isinstance(refusal(KeyError()), Unsupported)


class TestTheDoctor:
    """What `check` finds."""

    @pytest.mark.parametrize(
        ("tokens", "words"),
        [
            ({"bot_token": "xapp-1", "app_token": "xoxb-1"}, "swapped"),
            ({"bot_token": "xoxp-1", "app_token": "xapp-1"}, "no bot token"),
            ({"bot_token": "xoxb-1", "app_token": "xoxb-1"}, "no app-level token"),
            ({"bot_token": "xoxb-1"}, "cannot reach us"),
            ({"bot_token": "xoxb-wrong", "app_token": "xapp-test"}, "does not accept the bot token"),
            ({"bot_token": "xoxb-test", "app_token": "xapp-wrong"}, "does not accept the app token"),
        ],
    )
    async def test_a_wrong_setting_is_named(self, server: SlackServer, tokens: dict[str, str], words: str) -> None:
        [fault] = await SlackPlatform(**tokens, api_url=server.url).check()
        assert words in str(fault)
        assert fault.cure

    async def test_missing_scopes_are_named(self, server: SlackServer) -> None:
        server.scopes = "chat:write,app_mentions:read,commands,users:read"
        [fault] = await SlackPlatform("xoxb-test", "xapp-test", api_url=server.url).check()
        assert "channels:history, files:read, groups:history, im:history, im:write" in fault.what

    async def test_an_unreachable_slack_is_named(self) -> None:
        [fault] = await SlackPlatform("xoxb-test", "xapp-test", api_url="http://127.0.0.1:9/api/").check()
        assert "cannot reach Slack" in fault.what


async def until(true: object, patience: float = 5.0) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(patience):
        while not true():  # type: ignore[operator]
            await asyncio.sleep(0.01)


async def test_tokens_of_the_wrong_kind_are_named_at_once_and_slack_is_not_asked(server: SlackServer) -> None:
    slack = SlackPlatform("xapp-1", "xoxb-1", api_url=server.url)
    await slack.start(Heard(), KeptCursors())
    assert slack.state().up is False
    assert "swapped" in slack.state().why
    assert server.calls == []
    await slack.stop()


async def test_who_only_sends_opens_no_socket(server: SlackServer) -> None:
    platform = SlackPlatform("xoxb-test", "xapp-test", api_url=server.url)
    await platform.open()
    assert platform.state().why == "ready to send to workspace Acme"
    assert not server.sockets
    assert [method for method, _ in server.calls] == ["auth.test"]
    await platform.stop()
