"""What people see of an answer while it is written, and that half an answer never stays, whatever comes between."""

import asyncio
import time

import pytest

from bot import delivery, growing
from bot.errors import PlaceGone, RateLimited, Unreachable
from bot.messages import MessageReceived, Person
from bot.pacing import Pacer
from bot.platforms import Capabilities, Limit, Pace
from bot.privacy import outbound
from bot.store.database import Database
from tests.core.desk import Desk, Echo, desk
from tests.fake_platform import FakePlatform

ANSWER = "You asked: Where is my parcel?"
HALF = "It is on its way."


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPEN_AFTER", "SETTLE", "EVERY"):
        monkeypatch.setattr(growing, name, 0.01)


def half(*sentences: str) -> Echo:
    """An answer of which so much is seen before it is held back."""
    return Echo(sentences=sentences or (f"{HALF} ",))


async def finished(here: Desk) -> None:
    """Every sign is out, and nothing half stands."""
    await here.settled()
    assert all(grown.finished for grown in here.platform.live.values())
    shown = {message for message, on in here.platform.statuses if on}
    assert shown <= {message for message, on in here.platform.statuses if not on}


async def test_an_answer_grows_and_becomes_the_whole_of_it_in_the_same_message(database: Database) -> None:
    async with desk(database, echo=half(), held=True) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.shows(HALF)
        here.echo.gate.set()
        assert await here.platform.sees(1) == [ANSWER]
        [grown] = here.platform.live.values()
        assert here.platform.posts[0].id == grown.message_id
        await finished(here)


async def test_a_later_message_in_the_thread_knows_what_was_said_in_a_message_that_grew(database: Database) -> None:
    async with desk(database, echo=half(), held=True) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.shows(HALF)
        here.echo.gate.set()
        await here.platform.sees(1)
        here.echo.sentences = ()
        await here.platform.say("And the other one?")
        await here.platform.sees(2)
        assert here.echo.asked[1].history[-1].text == ANSWER
        assert here.echo.asked[1].history[-1].message_id == here.platform.posts[0].id


async def test_an_answer_that_is_there_at_once_is_simply_posted(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "OPEN_AFTER", 60.0)
    async with desk(database, echo=half()) as here:
        await here.platform.say("Where is my parcel?")
        assert await here.platform.sees(1) == [ANSWER]
        assert not here.platform.live


@pytest.mark.parametrize("without", ["platform", "settings"])
async def test_where_nothing_can_grow_the_whole_answer_comes_at_the_end(database: Database, without: str) -> None:
    platform = FakePlatform(capabilities=Capabilities(status=True, live=without != "platform"))
    async with desk(database, platform, half(), live=without != "settings") as here:
        await here.platform.say("Where is my parcel?")
        assert await here.platform.sees(1) == [ANSWER]
        assert not here.platform.live


async def test_what_only_its_author_may_see_never_grows(database: Database) -> None:
    async with desk(database, echo=half()) as here:
        place = here.platform.place()
        asked = MessageReceived("e1", place, "m1", Person("fake", "w1", "ada"), "Where is my parcel?", time.time(), "direct", aside=True)
        await here.hear(asked)
        assert await here.platform.sees(1) == [ANSWER]
        assert not here.platform.live


async def test_a_busy_workspace_gets_the_whole_answer_at_the_end(database: Database) -> None:
    limits = (Limit(("live-start",), "workspace", Pace(1, 600.0)), Limit(("live-stop",), "workspace", Pace(5, 600.0)))
    platform = FakePlatform(capabilities=Capabilities(status=True, live=True, limits=limits))
    async with desk(database, platform, half(), held=True) as here:
        for thread in ("t1", "t2", "t3"):
            await platform.say("Where is my parcel?", thread=thread)
        await platform.shows(HALF)
        here.echo.gate.set()
        assert await platform.sees(3) == [ANSWER] * 3
        assert len(platform.live) == 1
        await finished(here)


async def test_a_desk_without_time_to_spare_gives_the_whole_answer_at_the_end(database: Database) -> None:
    async with desk(database, echo=half(), held=True, spare=lambda: False) as here:
        await here.platform.say("Where is my parcel?")
        await here.echo.begun.wait()
        await asyncio.sleep(0.3)
        here.echo.gate.set()
        assert await here.platform.sees(1) == [ANSWER]
        assert not here.platform.live
        await finished(here)


async def test_answers_that_could_not_be_opened_keep_no_room_from_later_ones(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = (Limit(("live-start",), "workspace", Pace(1, 600.0)), Limit(("live-stop",), "workspace", Pace(5, 600.0)))
    platform = FakePlatform(capabilities=Capabilities(status=True, live=True, limits=limits))
    pacer = Pacer({platform.name: limits})
    assert pacer.try_turn(platform.place(), "live-start")
    monkeypatch.setattr(delivery, "Pacer", lambda _limits: pacer)
    async with desk(database, platform, half("Nothing was opened. "), held=True) as here:
        for thread in ("t1", "t2", "t3", "t4", "t5"):
            await platform.say("Where is my parcel?", thread=thread)
        await asyncio.sleep(0.3)
        here.echo.gate.set()
        await platform.sees(5)
        await finished(here)
        assert not platform.live
        assert pacer.hold(platform.place(), "live-stop")


async def test_what_was_shown_and_taken_back_is_gone_at_once(database: Database) -> None:
    async with desk(database, echo=half(), held=True) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.shows(HALF)
        here.live_of_last().again()
        while here.platform.live:
            await asyncio.sleep(0.005)
        here.live_of_last().add("Another try. ")
        await here.platform.shows("Another try.")
        here.echo.gate.set()
        assert await here.platform.sees(1) == [ANSWER]
        await finished(here)


@pytest.mark.parametrize("change", ["edit", "delete"])
async def test_a_question_that_changes_while_its_answer_grows_takes_the_half_answer_with_it(database: Database, change: str) -> None:
    async with desk(database, echo=half(), held=True) as here:
        message = await here.platform.say("Where is my parcel?")
        await here.platform.shows(HALF)
        here.echo.sentences = ()
        if change == "edit":
            await here.platform.edit(message, "Where is my letter?")
        else:
            await here.platform.delete(message)
        while not here.platform.removed:
            await asyncio.sleep(0.005)
        here.echo.gate.set()
        await here.platform.say("Another one", thread="t2")
        said = sorted(await here.platform.sees(2 if change == "edit" else 1))
        assert said == sorted(["You asked: Another one", *(["You asked: Where is my letter?"] if change == "edit" else [])])
        assert not here.platform.live
        await finished(here)


async def test_who_presses_stop_keeps_what_he_has_seen_under_a_line_that_says_so(database: Database) -> None:
    async with desk(database, echo=half(), held=True) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.shows(HALF)
        await here.platform.stop_answer()
        assert await here.platform.sees(1) == [HALF]
        assert here.platform.posts[0].reply.notice == "Stopped. Just ask again whenever you like."
        here.echo.gate.set()
        await here.platform.say("Something else")
        assert (await here.platform.sees(2))[1] == "You asked: Something else"
        await finished(here)


async def test_who_presses_stop_before_anything_is_seen_is_told_so(database: Database) -> None:
    async with desk(database, held=True) as here:
        await here.platform.say("Where is my parcel?")
        await here.echo.begun.wait()
        await here.platform.stop_answer()
        assert await here.platform.sees(1) == ["Stopped. Just ask again whenever you like."]
        await finished(here)


async def test_a_stop_that_comes_when_nothing_is_made_does_nothing(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.stop_answer()
        await here.platform.say("Where is my parcel?")
        await here.platform.sees(1)
        await here.platform.stop_answer()
        assert await here.platform.sees(1) == [ANSWER]


async def killed_while_it_grew(database: Database, platform: FakePlatform) -> None:
    """One life that ends in the middle of an answer: nothing of it is written down."""
    async with desk(database, platform, half(), held=True):
        await platform.say("Where is my parcel?")
        await platform.shows(HALF)


async def test_whoever_takes_over_finishes_the_message_that_grew(database: Database) -> None:
    platform = FakePlatform()
    await killed_while_it_grew(database, platform)
    async with desk(database, platform) as here:
        assert await platform.sees(1) == [ANSWER]
        assert [post.id for post in platform.posts] == list(platform.live)
        await finished(here)


async def test_a_question_deleted_while_nobody_was_there_leaves_no_half_answer(database: Database) -> None:
    platform = FakePlatform()
    await killed_while_it_grew(database, platform)
    async with desk(database, platform) as here:
        await platform.delete("m1")
        while platform.live:
            await asyncio.sleep(0.005)
        assert platform.posts == []
        await finished(here)


async def test_a_stop_before_a_death_is_kept_by_whoever_takes_over(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, half(), held=True) as here:
        await platform.say("Where is my parcel?")
        await platform.shows(HALF)
        here.conversation.interrupt = lambda _place: None  # type: ignore[method-assign]
        here.inbox._interrupt = lambda _place: None
        await platform.stop_answer()
    async with desk(database, platform) as here:
        assert await platform.sees(1) == ["Stopped. Just ask again whenever you like."]
        await finished(here)


async def test_an_answer_whose_finishing_was_lost_on_the_way_stands_once(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, half(), held=True) as here:
        await platform.say("Where is my parcel?")
        await platform.shows(HALF)
        platform.lose_answer = True
        platform.failures = [Unreachable("cut after the effect")]
        here.echo.gate.set()
        assert await platform.sees(1) == [ANSWER]
        await here.settled()
        assert len(platform.posts) == 1
        await finished(here)


async def test_where_the_message_that_grew_was_deleted_the_answer_is_posted_anew(database: Database) -> None:
    async with desk(database, echo=half(), held=True) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.shows(HALF)
        here.platform.live.clear()
        here.echo.gate.set()
        assert await here.platform.sees(1) == [ANSWER]
        await finished(here)


async def test_a_message_that_stands_though_opening_it_failed_is_found_and_finished(database: Database) -> None:
    platform = FakePlatform(lose_answer=True)
    async with desk(database, platform, half(), held=True) as here:
        platform.failures = [Unreachable("cut after the effect")]
        await platform.say("Where is my parcel?")
        await platform.shows(HALF)
        here.echo.gate.set()
        assert await platform.sees(1) == [ANSWER]
        assert [post.id for post in platform.posts] == list(platform.live)
        await finished(here)


@pytest.mark.parametrize("failure", [RateLimited("slowly", 0.01), PlaceGone("deleted"), Unreachable("cut")])
async def test_a_change_that_the_platform_refuses_costs_nothing_but_itself(database: Database, failure: Exception) -> None:
    async with desk(database, echo=half(), held=True) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.shows(HALF)
        here.platform.failures = [failure]  # type: ignore[list-item]
        here.live_of_last().add("More of it. ")
        while here.platform.failures:
            await asyncio.sleep(0.005)
        here.echo.gate.set()
        assert await here.platform.sees(1) == [ANSWER]
        await finished(here)


@pytest.mark.parametrize(
    "text",
    [
        "See [our page](https://shop.example/a). Then [theirs](https://evil.example/b). And more.",
        "Look: https://evil.example/x now. And https://shop.example/y later.",
        "Ask @everyone and <!channel> or <@U1>. ![A picture](https://evil.example/i.png) is not shown.",
        "| a | b |\n|---|---|\n| 1 | [x](https://shop.example) |\n\n```\ncode @here\n```\nThe end.",
    ],
)
def test_what_is_seen_of_an_answer_is_never_taken_back_by_the_filter(text: str) -> None:
    hosts = {"shop.example"}
    for also in ({"evil.example"}, set[str]()):
        whole = outbound.leave(text, hosts | also)
        for end in range(len(text) + 1):
            seen = outbound.leave(sure, hosts) if (sure := outbound.sure(text[:end], hosts).rstrip()) else ""
            assert "evil" not in seen.replace("theirs", "")
            assert "@everyone" not in seen
            assert "<!channel" not in seen
            if end == len(text) or text[end - 1 : end].isspace():
                assert whole.startswith(seen) or "![" in text


async def test_the_sign_is_shown_anew_before_it_goes_out(database: Database) -> None:
    platform = FakePlatform(capabilities=Capabilities(status=True, status_seconds=0.05))
    async with desk(database, platform, held=True) as here:
        await platform.say("Where is my parcel?")
        while len(platform.statuses) < 3:
            await asyncio.sleep(0.005)
        here.echo.gate.set()
        await platform.sees(1)
        await finished(here)
        shown = len(platform.statuses)
        await asyncio.sleep(0.2)
        assert len(platform.statuses) == shown
