"""Slack's history: read after a long absence and only then, within Slack's limits, and before what comes later."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.slack.connection import history, presence
from adapters.slack.connection.history import Absence, events
from bot.errors import StoreError
from bot.messages import Event, MessageDeleted, MessageEdited, MessageReceived, Place
from tests.contract.platform_contract import Heard
from tests.contract.slack_harness import SEED, SlackHarness
from tests.slack_server import BOT, TEAM, SlackServer


@pytest.fixture
async def harness() -> AsyncIterator[SlackHarness]:
    """The real adapter beside the loopback Slack."""
    async with SlackServer() as server:
        made = SlackHarness(server)
        yield made
        await made.close()


async def started(harness: SlackHarness) -> Heard:
    """A bot that was spoken to before, in a channel, a thread and directly."""
    heard = Heard()
    await harness.start(heard)
    for kind in ("direct", "mention", "follow_up"):
        await harness.hear(kind, "before")
    await harness.platform.stop()
    harness.server.patience = 0.02
    return heard


def texts(heard: Heard) -> list[str]:
    return [text for text in heard.standing() if text != "before"]


def readings(harness: SlackHarness) -> list[tuple[str, str]]:
    return [(method, str(arguments.get("ts", ""))) for method, arguments in harness.server.calls if method.startswith("conversations.")]


async def test_after_a_short_absence_slack_itself_sends_again_and_nothing_is_read(harness: SlackHarness) -> None:
    heard = await started(harness)
    await harness.server.say("C1", "U1", "meanwhile")
    waiting = list(harness.server.undelivered)
    await harness.back(after=200.0)
    assert readings(harness) == []
    harness.server.undelivered, harness.server.patience = waiting, 3.0
    await harness.server.redeliver()
    assert texts(heard) == ["meanwhile"]


async def test_a_question_and_what_was_added_under_it_are_both_read(harness: SlackHarness) -> None:
    heard = await started(harness)
    asked = await harness.server.say("C1", "U1", "How long does delivery take?")
    await harness.server.say("C1", "U1", "And to Austria?", thread_ts=asked, mention=False)
    talk = await harness.server.say("C1", "U2", "Lunch?", mention=False)
    await harness.server.say("C1", "U1", "Yes", thread_ts=talk, mention=False)
    await harness.back()
    assert texts(heard) == ["How long does delivery take?", "And to Austria?"]
    assert heard.messages()[-1].place.thread == asked


async def test_what_slack_sends_late_is_known_already(harness: SlackHarness) -> None:
    heard = await started(harness)
    await harness.server.say("C1", "U1", "meanwhile")
    late = list(harness.server.undelivered)
    await harness.back()
    harness.server.undelivered, harness.server.patience = late, 3.0
    await harness.server.redeliver()
    assert texts(heard) == ["meanwhile"]


async def test_slacks_wish_to_wait_is_heeded(harness: SlackHarness) -> None:
    heard = await started(harness)
    await harness.server.say("D1", "U1", "meanwhile")
    harness.server.fail_next(429, 0.2, method="conversations.history")
    harness.server.fail_next(500, method="conversations.history")
    await harness.back()
    assert texts(heard) == ["meanwhile"]


async def test_a_channel_that_threw_us_out_holds_up_no_other(harness: SlackHarness) -> None:
    heard = await started(harness)
    harness.cursors.spoken.insert(0, Place("slack", TEAM, "C9", "1700000000.000009"))
    harness.server.fail_next(403, method="conversations.history")
    await harness.server.say("D1", "U1", "meanwhile")
    await harness.back()
    assert texts(heard) == ["meanwhile"]


@pytest.mark.parametrize("failures", [1, 6])
async def test_what_could_not_be_written_down_at_once_is_later(harness: SlackHarness, failures: int) -> None:
    heard = await started(harness)
    await harness.server.say("D1", "U1", "meanwhile")
    harness.cursors.spoken[:] = [Place("slack", TEAM, "D1", SEED, direct=True)]
    heard.failures, heard.failure = failures, StoreError("the database is away")
    await harness.back()
    assert texts(heard) == ["meanwhile"]


async def test_a_message_that_can_never_be_written_down_hides_none_after_it(harness: SlackHarness) -> None:
    heard = await started(harness)
    harness.cursors.spoken[:] = [Place("slack", TEAM, "D1", SEED, direct=True)]
    before = harness._receive

    async def receive(event: Event) -> None:
        if getattr(event, "text", "") == "poison":
            raise ValueError("poison")
        assert before is not None
        await before(event)

    harness._receive = receive
    for text in ("poison", "fine"):
        await harness.server.say("D1", "U1", text)
    await harness.back()
    assert texts(heard) == ["fine"]


async def test_newer_messages_wait_for_the_older_ones_of_their_thread(harness: SlackHarness) -> None:
    heard = await started(harness)
    await harness.server.say("C1", "U1", "first", thread_ts=SEED, mention=False)
    heard.open.clear()
    returning = asyncio.create_task(harness.back())
    await heard.entered.wait()
    harness.server.patience = 3.0
    saying = asyncio.create_task(harness.server.say("C1", "U1", "second", thread_ts=SEED, mention=False))
    await asyncio.sleep(0.05)
    heard.open.set()
    await asyncio.gather(saying, returning)
    assert texts(heard) == ["first", "second"]


async def test_who_first_wrote_while_we_were_away_is_heard_when_he_writes_again(harness: SlackHarness) -> None:
    heard = await started(harness)
    await harness.server.say("D7", "U7", "Hello?")
    await harness.back()
    assert texts(heard) == []
    harness.server.patience = 3.0
    await harness.server.say("D7", "U7", "Anybody there?")
    assert texts(heard) == ["Hello?", "Anybody there?"]


async def test_a_crash_while_reading_loses_nothing(harness: SlackHarness) -> None:
    heard = await started(harness)
    before = harness.cursors.kept[TEAM, ""].position
    await harness.server.say("D1", "U1", "meanwhile")
    heard.open.clear()
    returning = asyncio.create_task(harness.back())
    await heard.entered.wait()
    await asyncio.sleep(0.3)
    assert float(harness.cursors.kept[TEAM, ""].position) < float(before)
    heard.open.set()
    await returning
    assert float(harness.cursors.kept[TEAM, ""].position) > float(before)


async def test_a_line_that_was_lost_for_long_is_an_absence_too(harness: SlackHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()
    await harness.start(heard)
    await harness.hear("direct", "before")
    monkeypatch.setattr(presence, "AWAY", 0.0)
    hellos = harness.server.hellos
    await harness.server.cut()
    harness.server.patience = 0.02
    await harness.server.say("D1", "U1", "meanwhile")
    harness.server.undelivered.clear()
    async with asyncio.timeout(5):
        while harness.server.hellos == hellos or not texts(heard):
            await asyncio.sleep(0.01)
    assert texts(heard) == ["meanwhile"]


AWAY = Absence(TEAM, BOT, since=1_700_000_000.0, back=1_700_001_000.0)


def test_what_was_heard_before_is_told_only_where_it_changed() -> None:
    old = {"type": "message", "user": "U1", "text": "a", "ts": "1699999999.000001"}
    assert list(events(old, "C1", AWAY)) == []
    [edit] = events({**old, "edited": {"user": "U1", "ts": "1700000500.000000"}}, "C1", AWAY)
    assert isinstance(edit, MessageEdited)
    assert (edit.message_id, edit.text) == (old["ts"], "a")
    stone = {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "ts": old["ts"], "thread_ts": old["ts"]}
    [deletion] = events(stone, "C1", AWAY)
    assert isinstance(deletion, MessageDeleted)
    assert deletion.message_id == old["ts"]


@pytest.mark.parametrize(
    "broken", [{}, {"ts": None}, {"ts": "x", "edited": {"ts": "y"}}, {"edited": 5}, {"ts": "1700000001.0", "text": 1, "user": {}}]
)
def test_a_broken_message_is_nothing_to_us(broken: dict[str, object]) -> None:
    assert list(events(broken, "C1", AWAY)) == []


def test_a_direct_message_of_the_history_is_direct() -> None:
    [message] = events({"user": "U1", "text": "a", "ts": "1700000001.000001"}, "D1", AWAY)
    assert isinstance(message, MessageReceived)
    assert message.place.direct
    assert message.addressed == "direct"


async def test_what_overtook_a_mention_is_read_under_it(harness: SlackHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LATE", 0.0)
    heard = await started(harness)
    asked = await harness.server.say("C1", "U1", "How long does delivery take?")
    late = list(harness.server.undelivered)
    await harness.server.say("C1", "U1", "And to Austria?", thread_ts=asked, mention=False)
    await harness.back(after=10.0)
    assert texts(heard) == []
    harness.server.undelivered, harness.server.patience = late, 3.0
    await harness.server.redeliver()
    assert texts(heard) == ["How long does delivery take?", "And to Austria?"]
    assert heard.messages()[-1].place.thread == asked


async def test_under_a_mention_that_comes_in_time_nothing_is_read(harness: SlackHarness) -> None:
    heard = Heard()
    await harness.start(heard)
    await harness.hear("mention", "How long does delivery take?")
    assert texts(heard) == ["How long does delivery take?"]
    assert readings(harness) == []
