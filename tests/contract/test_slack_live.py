"""Slack's own ways with answers that grow, and with the signs before them: sessions, statuses, streams that end by themselves."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack.connection.live import Stream
from bot.errors import NotAllowed, RateLimited, Unreachable, Unsupported
from bot.messages import MessageReceived, Place, Reply, StopPressed
from tests.contract.live_contract import WHOLE, answer, asked
from tests.contract.platform_contract import Heard
from tests.contract.slack_harness import SEED, SlackHarness
from tests.slack_server import TEAM, SlackServer

FIRST, BOTH = "It is on its way.", "It is on its way. It comes tomorrow."


@pytest.fixture
async def harness() -> AsyncIterator[SlackHarness]:
    async with SlackServer() as server:
        made = SlackHarness(server)
        yield made
        await made.close()


def called(harness: SlackHarness) -> list[str]:
    """The calls that change what people see, in order."""
    return [method for method, _ in harness.server.calls if method.startswith(("chat.", "agents.", "assistant."))]


async def begun(harness: SlackHarness) -> tuple[MessageReceived, Stream]:
    question = await asked(harness)
    live = await harness.platform.open_live(question, FIRST)
    assert isinstance(live, Stream)
    return question, live


async def test_an_answer_that_goes_on_as_it_began_costs_one_call_to_end(harness: SlackHarness) -> None:
    question, live = await begun(harness)
    await live.show(BOTH)
    await harness.platform.finish(question.place, live.message_id, answer(question, f"{BOTH} Bye."), "k-1")
    assert called(harness) == ["chat.startStream", "chat.appendStream", "chat.stopStream"]
    [(_, started)] = [call for call in harness.server.calls if call[0] == "chat.startStream"]
    assert (started["recipient_user_id"], started["recipient_team_id"]) == ("U1", TEAM)


@pytest.mark.parametrize("how", ["expired", "pressed"])
async def test_a_stream_that_slack_has_ended_is_written_anew(harness: SlackHarness, how: str) -> None:
    question, live = await begun(harness)
    if how == "pressed":
        await harness.server.press_stop("C1", question.place.thread)
    for stream in harness.server.live.streams.values():
        stream.open = False
    with pytest.raises(Unsupported):
        await live.show(BOTH)
    await harness.platform.finish(question.place, live.message_id, answer(question, BOTH), "k-1")
    assert called(harness)[-2:] == ["chat.stopStream", "chat.update"]
    assert harness.server.live.standing()[0].startswith(BOTH)


async def test_words_that_may_have_come_twice_are_written_anew(harness: SlackHarness) -> None:
    question, live = await begun(harness)
    harness.server.drop_next("chat.appendStream")
    with pytest.raises(Unreachable):
        await live.show(BOTH)
    await live.show(f"{BOTH} Bye.")
    await harness.platform.finish(question.place, live.message_id, answer(question, f"{BOTH} Bye."), "k-1")
    assert called(harness)[-2:] == ["chat.stopStream", "chat.update"]


async def test_a_stop_that_was_lost_on_the_way_is_made_good(harness: SlackHarness) -> None:
    question, live = await begun(harness)
    harness.server.drop_next("chat.stopStream")
    with pytest.raises(Unreachable):
        await harness.platform.finish(question.place, live.message_id, answer(question, BOTH), "k-1")
    await harness.platform.finish(question.place, live.message_id, answer(question, BOTH), "k-1")
    [shown] = harness.server.live.standing()
    assert shown.startswith(f"{BOTH}\n")


async def test_where_slack_knows_no_streams_it_is_not_asked_for_an_hour(harness: SlackHarness) -> None:
    question = await asked(harness)
    harness.server.fail_next(403, method="chat.startStream", error="missing_scope")
    for error in (NotAllowed, Unsupported, Unsupported):
        with pytest.raises(error):
            await harness.platform.open_live(question, FIRST)
    assert called(harness) == ["chat.startStream"]


async def test_the_stop_button_is_heard(harness: SlackHarness) -> None:
    heard = Heard()
    await harness.start(heard)
    await harness.server.press_stop("C1", SEED)
    [stop] = heard.events
    assert isinstance(stop, StopPressed)
    assert stop.place == Place("slack", TEAM, "C1", SEED)


async def test_an_agents_session_is_processing_until_the_answer_stands(harness: SlackHarness) -> None:
    await harness.start(Heard())
    place = harness.place()
    await harness.platform.show_status(place, "1", on=True)
    await harness.platform.show_status(place, "1", on=True)
    assert harness.server.live.sessions == {("C1", SEED): "processing"}
    await harness.platform.send(place, Reply(BOTH, "en"), "k-1")
    await harness.platform.show_status(place, "1", on=False)
    await harness.platform.show_status(place, "1", on=False)
    assert harness.server.live.signs() == []
    assert called(harness) == ["agents.sessions.setStatus", "chat.postMessage", "agents.sessions.setStatus"]


async def test_a_stream_takes_its_session_along(harness: SlackHarness) -> None:
    question = await asked(harness)
    await harness.platform.show_status(question.place, question.message_id, on=True)
    live = await harness.platform.open_live(question, FIRST)
    await harness.platform.finish(question.place, live.message_id, Reply(BOTH, "en", answers=question.message_id, **WHOLE), "k-1")  # type: ignore[arg-type]
    await harness.platform.show_status(question.place, question.message_id, on=False)
    assert called(harness) == ["agents.sessions.setStatus", "chat.startStream", "chat.stopStream"]
    assert harness.server.live.signs() == []


async def test_an_app_that_is_no_agent_says_it_in_the_readers_language(harness: SlackHarness) -> None:
    harness.server.live.agent = False
    await harness.start(Heard())
    place = harness.place()
    for _ in range(2):
        await harness.platform.show_status(place, "1", on=True, language="de")
    assert called(harness) == ["agents.sessions.setStatus", "assistant.threads.setStatus", "assistant.threads.setStatus"]
    assert harness.server.statuses[-1]["loading_messages"] == ["Ich sehe nach …", "Ich schreibe die Antwort …"]
    await harness.platform.send(place, Reply(BOTH, "en"), "k-1")
    await harness.platform.show_status(place, "1", on=False)
    assert harness.server.live.signs() == []
    assert len(called(harness)) == 4


async def test_a_busy_workspace_gets_a_status_that_nobody_has_to_end(harness: SlackHarness) -> None:
    await harness.start(Heard())
    places = [Place("slack", TEAM, "C1", f"1700000000.{number:06}") for number in range(40)]
    for place in places:
        await harness.platform.show_status(place, "1", on=True)
    for place in places:
        await harness.platform.send(place, Reply(BOTH, "en"), "k-1")
        await harness.platform.show_status(place, "1", on=False)
    assert 0 < called(harness).count("agents.sessions.setStatus") <= 40
    assert len(called(harness)) - called(harness).count("chat.postMessage") <= 60
    assert harness.server.live.signs() == []


async def test_nobody_signs_where_nothing_is_allowed(harness: SlackHarness) -> None:
    await harness.start(Heard())
    for method in ("agents.sessions.setStatus", "assistant.threads.setStatus"):
        harness.server.fail_next(403, method=method, error="missing_scope")
    for _ in range(3):
        await harness.platform.show_status(harness.place(), "1", on=True)
    assert called(harness) == ["agents.sessions.setStatus", "assistant.threads.setStatus"]


@pytest.mark.parametrize("on", [True, False])
async def test_a_sign_that_comes_too_often_says_how_long_to_wait(harness: SlackHarness, on: bool) -> None:
    await harness.start(Heard())
    harness.server.fail_next(429, 7, method="agents.sessions.setStatus")
    with pytest.raises(RateLimited) as refused:
        await harness.platform.show_status(harness.place(), "1", on=on)
    assert refused.value.retry_after == 7
    await harness.platform.show_status(harness.place(), "1", on=False)
    assert harness.server.live.signs() == []
