"""Files of both platforms in their odd cases: other organisations, missing rights, old addresses; and whose servers are asked at all."""

from collections.abc import AsyncIterator

import discord
import pytest

from adapters.discord import DiscordPlatform
from adapters.discord.connection.files import Files as DiscordFiles
from adapters.slack.connection.files import Files as SlackFiles
from bot.errors import NotAllowed, PlaceGone
from tests.contract.files_contract import attached
from tests.contract.platform_contract import listen
from tests.contract.slack_harness import SlackHarness
from tests.contract.test_discord import HURRY, DiscordHarness
from tests.discord_server import DiscordServer
from tests.discord_world import TOKEN
from tests.slack_server import SlackServer

DAY = 86_400.0


@pytest.fixture
async def slack() -> AsyncIterator[SlackHarness]:
    async with SlackServer() as server:
        made = SlackHarness(server)
        yield made
        await made.close()


@pytest.fixture
async def on_discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordHarness]:
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
    async with DiscordServer() as server:
        made = DiscordHarness(server, DiscordPlatform(TOKEN, server.api_url, server.gateway_url, pace=HURRY))
        yield made
        await made.close()


async def test_slack_is_asked_where_a_file_of_another_organisation_is(slack: SlackHarness) -> None:
    heard = await listen(slack)
    file = slack.server.upload("note.txt", "text/plain", b"hello")
    await slack.server.say("D1", "U1", "See", files=[slack.server.from_elsewhere(file)])
    message = heard.only()
    assert (await slack.platform.fetch(message, message.attachments[0], 100)).data == b"hello"
    await slack.lose_files()
    with pytest.raises(PlaceGone):
        await slack.platform.fetch(message, message.attachments[0], 100)


@pytest.mark.parametrize("from_elsewhere", [False, True])
async def test_without_the_right_to_read_files_slacks_page_to_log_in_is_taken_for_no_file(
    slack: SlackHarness, from_elsewhere: bool
) -> None:
    slack.server.scopes = slack.server.scopes.replace("files:read,", "")
    heard = await listen(slack)
    file = slack.server.upload("note.txt", "text/plain", b"hello")
    await slack.server.say("D1", "U1", "See", files=[slack.server.from_elsewhere(file) if from_elsewhere else file])
    with pytest.raises(NotAllowed, match="files:read"):
        await slack.platform.fetch(heard.only(), heard.only().attachments[0], 100)


async def test_slack_gets_the_token_of_the_workspace(slack: SlackHarness) -> None:
    platform, message = await attached(slack, ("a.txt", "text/plain", b"hello"))
    await platform.fetch(message, message.attachments[0], 100)
    assert slack.server.file_calls == ["Bearer xoxb-test"]


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.txt", True),
        ("https://slack.com/files-pri/T1-F1/a.txt", True),
        ("https://slack.com/api/conversations.history?channel=C1", False),
        ("https://files.slack.com/files-pri/../api/auth.revoke", False),
        ("http://files.slack.com/files-pri/T1-F1/a.txt", False),
        ("https://files.slack.com:8443/a", False),
        ("https://files.slack.com.evil.example/a", False),
        ("https://evilslack.com/a", False),
        ("https://hooks.slack.com/a", False),
        ("https://files.slack.com@evil.example/a", False),
        ("https://me@files.slack.com/a", False),
        ("//files.slack.com/a", False),
        ("", False),
    ],
)
def test_the_token_goes_to_slack_alone(address: str, ours: bool) -> None:
    files = SlackFiles(None, None, None, "https://slack.com/api/")  # type: ignore[arg-type]
    assert files._is_slacks(address) is ours


@pytest.mark.parametrize(
    ("address", "theirs"),
    [
        ("https://cdn.discordapp.com/attachments/1/2/a.txt?ex=1", True),
        ("https://media.discordapp.net/attachments/1/2/a.txt", True),
        ("http://cdn.discordapp.com/attachments/1/2/a.txt", False),
        ("https://cdn.discordapp.com.evil.example/a", False),
        ("https://cdn.discordapp.com:8443/a", False),
        ("https://me@cdn.discordapp.com/a", False),
        ("https://discord.com/a", False),
        ("http://127.0.0.1/a", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_of_discord_two_hosts_are_asked_for_files(address: str, theirs: bool) -> None:
    assert DiscordFiles("")._is_discords(address) is theirs


async def test_a_file_whose_address_does_not_hold_any_more_is_found_by_its_message(on_discord: DiscordHarness) -> None:
    platform, message = await attached(on_discord, ("a.txt", "text/plain", b"hello"))
    on_discord.server.files.later = 2 * DAY
    assert (await platform.fetch(message, message.attachments[0], 100)).data == b"hello"
    assert on_discord.server.files.calls == ["", ""]
    await on_discord.server.delete(on_discord._last)
    with pytest.raises(PlaceGone):
        await platform.fetch(message, message.attachments[0], 100)


async def test_a_file_that_discord_refuses_is_not_asked_for_over_and_over(on_discord: DiscordHarness) -> None:
    platform, message = await attached(on_discord, ("a.txt", "text/plain", b"hello"))
    for _ in range(9):
        on_discord.server.files.fail(403)
    on_discord.server.files.later = 5.0  # so that a new address is another one
    with pytest.raises(NotAllowed):
        await platform.fetch(message, message.attachments[0], 100)
    assert len(on_discord.server.files.calls) == 2
