"""In a public place nothing personal is said: its author gets the answer alone, once, and the others read only that he did."""

import asyncio
import time

import pytest

from bot import growing
from bot.errors import PlatformError, RateLimited, Unreachable
from bot.language import phrases
from bot.messages import MessageReceived, Person, Place
from bot.platforms import Capabilities
from bot.pressed import ButtonPressed, Form, FormSent, Shown
from bot.store.database import Database
from tests.core.desk import Echo, desk
from tests.fake_platform import FakePlatform

ADA = Person("fake", "w1", "ada", "Ada")
MINE = "Where is my parcel? I am ada@example.org."
ANSWER = f"You asked: {MINE}"
TOLD = "I have sent you the answer as a direct message, because it holds personal details."
CLOSED = phrases.DIRECT_CLOSED
WITH_ADA = Place("fake", "w1", "with-ada", direct=True)
STAFF = Place("fake", "w1", "staff")


def seen(platform: FakePlatform) -> list[tuple[str, str]]:
    """Where each post stands, and what it says."""
    return [(post.place.channel, post.reply.text) for post in platform.posts]


async def test_the_answer_goes_to_its_author_alone_and_the_others_read_only_that(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform):
        asked = await platform.say(MINE)
        await platform.sees(2)
    assert seen(platform) == [("with-ada", ANSWER), ("c1", TOLD)]
    private, public = (post.reply for post in platform.posts)
    assert (public.answers, public.feedback, public.buttons, public.notice) == (asked, False, (), "")
    assert private.feedback
    assert private.notice == phrases.AI_NOTICE
    assert [post.place.thread for post in platform.posts] == ["", "t1"]


async def test_the_others_read_it_in_his_language(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform):
        await platform.say("Wo ist mein Paket? Ich habe es unter ada@example.org bestellt.")
        await platform.sees(2)
    assert seen(platform)[1] == ("c1", phrases.say(phrases.SENT_DIRECTLY, "de"))
    assert phrases.say(phrases.SENT_DIRECTLY, "de") != TOLD


@pytest.mark.parametrize("where", ["direct", "aside"])
async def test_where_nobody_else_reads_it_is_simply_said(database: Database, where: str) -> None:
    async with desk(database) as here:
        place = here.platform.place(direct=where == "direct")
        await here.hear(MessageReceived("e1", place, "m1", ADA, MINE, time.time(), "direct", aside=where == "aside"))
        assert await here.platform.sees(1) == [ANSWER]
        assert here.platform.posts[0].place == place


async def test_what_is_not_personal_is_said_to_everybody(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Where is order 930583699?")
        await here.platform.sees(1)
        assert seen(here.platform) == [("c1", "You asked: Where is order 930583699?")]


async def test_where_a_platform_knows_no_direct_messages_what_is_personal_is_left_out(database: Database) -> None:
    platform = FakePlatform(capabilities=Capabilities(status=True, buttons=True))
    async with desk(database, platform):
        await platform.say(MINE)
        await platform.sees(1)
    assert seen(platform) == [("c1", "You asked: Where is my parcel? I am […].")]


async def test_a_long_answer_arrives_whole_before_the_others_read_that_it_was_sent(database: Database) -> None:
    platform = FakePlatform(longest=100)
    async with desk(database, platform):
        await platform.say(f"{'So long a story. ' * 20}{MINE}")
        await platform.sees(5)
    assert [channel for channel, _ in seen(platform)] == ["with-ada"] * (len(platform.posts) - 1) + ["c1"]
    assert "ada@example.org" in " ".join(text for _, text in seen(platform)[:-1])


async def test_who_takes_no_direct_messages_is_asked_for_it_and_nothing_personal_is_said(database: Database) -> None:
    platform = FakePlatform(closed={"ada"}, longest=100)
    async with desk(database, platform) as here:
        await platform.say(f"{'So long a story. ' * 20}{MINE}")
        await platform.sees(1)
        await here.settled()
        assert seen(platform) == [("c1", CLOSED)]
        assert [shown for shown in platform.statuses if shown[1]] == [("m1", True)]
        assert platform.statuses[-1] == ("m1", False)
        platform.closed.clear()
        await platform.say(MINE)
        await platform.sees(3)
    assert seen(platform)[1:] == [("with-ada", ANSWER), ("c1", TOLD)]


async def test_what_grew_before_it_was_personal_becomes_the_sentence_that_it_was_sent(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPEN_AFTER", "SETTLE", "EVERY"):
        monkeypatch.setattr(growing, name, 0.01)
    platform = FakePlatform()
    async with desk(database, platform, Echo(sentences=("It is on its way. ",)), held=True) as here:
        await platform.say(MINE)
        await platform.shows("It is on its way.")
        here.echo.gate.set()
        await platform.sees(2)
        await here.settled()
    assert seen(platform) == [("with-ada", ANSWER), ("c1", TOLD)]
    [grown] = platform.live.values()
    assert (grown.finished, grown.texts) == (True, ["It is on its way."])
    assert platform.posts[1].id == grown.message_id


async def test_a_direct_message_that_arrived_though_the_platform_seemed_away_is_not_sent_again(database: Database) -> None:
    platform = FakePlatform(failures=[Unreachable("reset after effect")], lose_answer=True)
    async with desk(database, platform):
        await platform.say(MINE)
        await platform.sees(2)
    assert seen(platform) == [("with-ada", ANSWER), ("c1", TOLD)]


async def test_a_busy_platform_gets_both_parts_a_little_later(database: Database) -> None:
    platform = FakePlatform(failures=[RateLimited("slow down", 0.01)] * 3)
    async with desk(database, platform):
        await platform.say(MINE)
        await platform.sees(2)
    assert seen(platform) == [("with-ada", ANSWER), ("c1", TOLD)]


class Dying(FakePlatform):
    """Its first process dies in a call: before or after the post whose number is `at`, and nothing more comes of it."""

    at: int = 0
    after: bool = False

    async def send(self, place: Place, reply: object, key: str) -> str:
        if self.at == len(self.posts) and not self.after:
            await self._die()
        sent = await super().send(place, reply, key)  # type: ignore[arg-type]
        if self.at == len(self.posts) - 1 and self.after:
            await self._die()
        return sent

    async def _die(self) -> None:
        self.at = -1
        self.saw.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize(("at", "after"), [(0, False), (0, True), (1, False), (1, True)])
async def test_whenever_the_process_dies_each_part_is_said_once(database: Database, at: int, after: bool, closed: bool) -> None:
    platform = Dying(closed={"ada"} if closed else set())
    platform.at, platform.after = at, after
    async with desk(database, platform):
        await platform.say(MINE)
        if not closed or at == 0:
            await platform.saw.wait()
    async with desk(database, platform) as here:
        await platform.sees(1 if closed else 2)
        await here.settled()
    assert seen(platform) == ([("c1", CLOSED)] if closed else [("with-ada", ANSWER), ("c1", TOLD)])


async def test_the_buttons_under_the_direct_message_work_after_a_restart(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, staff=STAFF):
        await platform.say(MINE)
        await platform.sees(2)
    private = platform.posts[0]
    [button] = private.reply.buttons
    async with desk(database, platform, staff=STAFF):

        def press(action: str, person: Person = ADA, value: str = button.value) -> ButtonPressed:
            return ButtonPressed(f"p-{action}", WITH_ADA, person, private.id, action, value)

        assert "Thank you" in str(await platform.does(press("good")))
        why = await platform.does(press("bad"))
        assert isinstance(why, Form)
        assert "Thank you" in str(await platform.does(FormSent("f1", WITH_ADA, ADA, why.name, why.value, (("words", "No."),))))
        # His conversation is nobody else's, whatever number somebody presses.
        assert "out of date" in str(await platform.does(press("good", Person("fake", "w1", "eve"))))
        passed = await platform.does(press("person"))
        assert isinstance(passed, Shown)
        assert "passed your question on" in passed.reply.text
        await platform.sees(3)
    assert "https://fake.example/c1/m1" in platform.posts[2].reply.text


async def test_what_was_answered_alone_is_known_when_he_goes_on_in_public(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform) as here:
        await platform.say(MINE)
        await platform.sees(2)
        await platform.say("And the other one?")
        await platform.sees(3)
    assert [turn.text for turn in here.echo.asked[1].history] == [MINE, ANSWER]
    assert seen(platform)[2] == ("c1", "You asked: And the other one?")


async def test_a_workspace_that_shut_us_out_does_not_hold_up_others(database: Database) -> None:
    platform = FakePlatform(failures=[PlatformError("shut out"), PlatformError("shut out")])
    async with desk(database, platform) as here:
        await platform.say(MINE)
        await here.settled()
        await platform.say("Still here?", thread="t2")
        await platform.sees(1)
    assert seen(platform) == [("c1", "You asked: Still here?")]


async def test_a_refused_direct_message_keeps_nobody_else_waiting(database: Database) -> None:
    class Shy(FakePlatform):
        async def open_direct(self, place: Place, person: str) -> Place:
            raise RateLimited("too many direct messages", 600)

    platform = Shy()
    async with desk(database, platform) as here:
        await platform.say(MINE)
        await here.echo.begun.wait()
        await here.settled()
        await platform.say("And the bill?", thread="t2")
        assert await platform.sees(1) == ["You asked: And the bill?"]
