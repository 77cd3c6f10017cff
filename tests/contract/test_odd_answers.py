"""What a platform should not answer to our calls: whatever it is, the caller gets an id or a PlatformError, and the next call works."""

import contextlib
import json
from collections.abc import AsyncIterator

import discord
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.discord import DiscordPlatform
from adapters.slack import SlackPlatform
from bot.errors import PlatformError, RateLimited
from bot.messages import Event, Place, Reply
from bot.platforms import Platform
from tests.discord_server import DiscordServer
from tests.discord_world import BOT, GENERAL, GUILD, TOKEN, message
from tests.fakes import KeptCursors
from tests.odd_payloads import bodies, mutated
from tests.slack_server import TEAM, SlackServer

REPLY = Reply("Within 30 days.", "en", answers="1")
POSTED = {
    "slack": {"ok": True, "channel": "C1", "ts": "1.1", "message": {"text": "x"}, "response_metadata": {"next_cursor": ""}, "messages": []},
    "discord": message(0, GENERAL, BOT, "x"),
}
STATUSES = st.sampled_from([200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 503])
HEADERS = st.sampled_from(
    [
        {},
        {"Retry-After": "0"},
        {"Retry-After": "soon"},
        {"Retry-After": "0", "Via": "1.1 x"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "x"},
        {"Location": "http://127.0.0.1:1/"},
    ]
)


def answers(name: str) -> list[tuple[int, dict[str, str], bytes, str]]:
    """100 of them, mostly what the platform says with something changed."""
    found = []
    kinds = st.sampled_from(["application/json", "application/json", "text/html", "text/plain; charset=utf-16"])

    @settings(max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STATUSES, HEADERS, bodies(mutated([POSTED[name], {"ok": False, "error": "fatal_error"}, {"message": "no", "code": 1}])), kinds)
    def collect(status: int, headers: dict[str, str], body: bytes, kind: str) -> None:
        found.append((status, headers, body if status not in (204, 302) else b"", kind))

    collect()
    return found


async def ignore(event: Event) -> None:
    """Nobody writes."""


@pytest.fixture
async def slack() -> AsyncIterator[tuple[SlackServer, Platform]]:
    async with SlackServer(echo=False) as server:
        platform = SlackPlatform("xoxb-test", "xapp-test", api_url=server.url)
        await platform.start(ignore, KeptCursors())
        yield server, platform
        await platform.stop()


@pytest.fixture
async def discord_world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[DiscordServer, Platform]]:
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server:
        platform = DiscordPlatform(TOKEN, server.api_url, server.gateway_url)
        await platform.start(ignore, KeptCursors())
        yield server, platform
        await platform.stop()


async def test_whatever_slack_answers_is_an_id_or_a_fault_that_we_know(slack: tuple[SlackServer, Platform]) -> None:
    server, platform = slack
    place = Place("slack", TEAM, "C1", "1.1")
    for number, (status, headers, body, kind) in enumerate(answers("slack")):
        for method in ("chat.postMessage", "conversations.replies", "assistant.threads.setStatus"):
            server._faults.append((method, web.Response(status=status, headers={**headers, "Content-Type": kind}, body=body)))
        for call in (platform.send(place, REPLY, f"k{number}"), platform.find_sent(place, REPLY, f"k{number}")):
            with contextlib.suppress(PlatformError):
                assert isinstance(await call, str | None)
        with contextlib.suppress(RateLimited):
            await platform.show_status(place, "1.1", on=True)
        server._faults.clear()
    assert await platform.send(place, REPLY, "last")


async def test_whatever_slack_answers_to_what_is_for_one_person_alone_is_an_id_or_a_fault_that_we_know(
    slack: tuple[SlackServer, Platform],
) -> None:
    server, platform = slack
    place = Place("slack", TEAM, "C1", "@U1")
    for number, (status, headers, body, kind) in enumerate(answers("slack")):
        for method in ("response", "chat.postEphemeral", "conversations.open", "chat.postMessage"):
            server._faults.append((method, web.Response(status=status, headers={**headers, "Content-Type": kind}, body=body)))
        reply = Reply("Yours.", "en", only_for="U1", handle=server._response_url("U1", "C1"))
        with contextlib.suppress(PlatformError):
            assert await platform.send(place, reply, f"k{number}")
        server._faults.clear()
    assert await platform.send(place, Reply("Yours.", "en", only_for="U1"), "last")


async def test_whatever_discord_answers_is_an_id_or_a_fault_that_we_know(discord_world: tuple[DiscordServer, Platform]) -> None:
    server, platform = discord_world
    place = Place("discord", GUILD, GENERAL, "@5001")
    for number, (status, headers, body, kind) in enumerate(answers("discord")):
        if status == 429:
            headers, body = {**headers, "Via": "1.1 x"}, json.dumps({"retry_after": 40, "global": False}).encode()
        server._faults.append(
            lambda _, s=status, h=headers, b=body, k=kind: web.Response(status=s, headers={**h, "Content-Type": k}, body=b)
        )  # type: ignore[misc]
        with contextlib.suppress(PlatformError):
            assert isinstance(await platform.send(place, REPLY, f"k{number}"), str)
        server._faults.clear()
    assert await platform.send(place, REPLY, "last")
