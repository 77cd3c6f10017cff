"""Slack Connect: people of another organisation in a shared channel are customers, and see nothing of what staff do there."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels import Channels
from bot.language import phrases
from bot.messages import Person
from bot.store.channels import ChannelStore
from bot.store.database import Database
from tests.contract.interactions_contract import embedded, rows, running
from tests.contract.test_slack_interactions import ActingSlack
from tests.slack_server import TEAM, SlackServer

__all__ = ["embedded"]

GUEST, HOME = "U7", "T9"
LISTED = [Person("slack", TEAM, GUEST).key, Person("slack", HOME, GUEST).key]
"""However shop.toml may name a guest among the staff: as one of ours, and as one of another workspace that this desk serves."""


@pytest.fixture
async def harness() -> AsyncIterator[ActingSlack]:
    async with SlackServer(echo=False) as server:
        server.users[GUEST] = {"team_id": HOME, "is_admin": True, "is_owner": True}
        made = ActingSlack(server, http=False)
        yield made
        await made.slack.close()


async def asked(harness: ActingSlack) -> None:
    """The guest asks in the shared channel, and is answered like everybody."""
    more: dict[str, Any] = {"user_team": HOME, "is_ext_shared_channel": True}
    harness._asked = await harness.server.say("C1", GUEST, "How long does delivery take?", **more)
    await harness.public(1)


async def told(harness: ActingSlack, phrase: str) -> bool:
    return phrases.say(phrase, "en") in (await harness_replies(harness))[-1]


async def harness_replies(harness: ActingSlack) -> list[str]:
    await harness._settled()
    return harness.server.shown.get(GUEST, [""])


@pytest.mark.parametrize("listed", LISTED)
@pytest.mark.parametrize("tool", ["draft", "summarise", "hand-over"])
async def test_a_guest_gets_no_tool_of_staffs_even_if_his_id_is_listed(
    tool: str, listed: str, harness: ActingSlack, embedded: Database
) -> None:
    async with running(harness, embedded, member=listed):
        await asked(harness)
        await harness.server.choose(GUEST, "C1", harness._asked, tool)
        assert await told(harness, phrases.STAFF_ONLY)
    assert await rows(embedded, "SELECT * FROM cases") == await rows(embedded, "SELECT * FROM drafts") == []


@pytest.mark.parametrize("listed", LISTED)
async def test_a_guest_who_runs_his_own_workspace_sets_nothing_in_ours(listed: str, harness: ActingSlack, embedded: Database) -> None:
    async with running(harness, embedded, member=listed, channels=Channels({}, ChannelStore(embedded))):
        await harness.server.command(GUEST, "C1", "here answer off", team_id=HOME)
        assert await told(harness, phrases.HERE_ADMINS)
    assert await rows(embedded, "SELECT * FROM channels") == []


async def test_an_id_of_ours_that_a_guest_has_too_makes_him_none_of_us(harness: ActingSlack, embedded: Database) -> None:
    harness.server.users[GUEST] = {"team_id": TEAM, "is_admin": True}
    guest = {"id": GUEST, "name": "gus", "team_id": HOME}
    async with running(harness, embedded, member=LISTED[0]):
        await asked(harness)
        await harness.server.choose(GUEST, "C1", harness._asked, "draft")
        await harness._settled()
        await harness.server.choose(GUEST, "C1", harness._asked, "draft", user=guest)
        assert await told(harness, phrases.STAFF_ONLY)
    assert len(await rows(embedded, "SELECT * FROM drafts")) == 1


@pytest.mark.parametrize("action", ["send", "edit", "discard"])
async def test_a_guest_who_got_hold_of_a_draft_can_do_nothing_with_it(action: str, harness: ActingSlack, embedded: Database) -> None:
    async with running(harness, embedded):
        await asked(harness)
        await harness.choose("draft")
        [draft] = [shown for shown in harness.server.ephemerals if "edit" in str(shown["blocks"])]
        await harness.server.press(GUEST, dict(draft), action)
        await harness_replies(harness)
        assert len(await harness.public(1)) == 1
        assert harness.forms() == 0
    assert len(await rows(embedded, "SELECT * FROM drafts")) == 1


@pytest.mark.parametrize("tool", ["draft", "summarise", "hand-over"])
async def test_what_staff_do_in_a_shared_channel_only_they_see(tool: str, harness: ActingSlack, embedded: Database) -> None:
    async with running(harness, embedded):
        await asked(harness)
        await harness.choose(tool)
        await harness.private_replies(1, "cleo")
        assert len(await harness.public(1)) == 1
        assert {shown["user"] for shown in harness.server.ephemerals} == {"U3"}


@pytest.mark.parametrize("tool", ["draft", "summarise"])
async def test_where_slack_takes_nothing_ephemeral_staff_get_it_directly_and_never_the_channel(
    tool: str, harness: ActingSlack, embedded: Database
) -> None:
    async with running(harness, embedded):
        await asked(harness)
        harness.server.not_ours.add("C1")
        await harness.server.choose("U3", "C1", harness._asked, tool, response_url="")
        await harness._settled()
        assert [post["channel"] for post in harness.server.posts][1:] == ["DU3"]
