"""What became of a question shows where people look for it: by the forum's tags, once the answer stands, and never in its way."""

import logging

import pytest

from bot.channels import Channels
from bot.config.channels import ChannelSection
from bot.errors import NotAllowed, PlaceGone, RateLimited, Unreachable
from bot.messages import Mark, Place, Reply
from bot.platforms import Capabilities
from bot.pressed import ButtonPressed, Chosen, CommandGiven, FormSent
from bot.store.database import Database
from bot.store.writing import read_reply, write_reply
from tests.core.desk import Echo, desk
from tests.core.test_records import ADA, CLEO
from tests.fake_platform import FakePlatform

STAFF = Place("fake", "w1", "staff")
NEEDS = "Needs a person"


def tagging() -> Channels:
    return Channels({"fake:w1:c1": ChannelSection(answered_tag="Answered", person_tag=NEEDS)})


async def test_a_post_that_was_answered_is_tagged_so(database: Database) -> None:
    async with desk(database, channels=tagging()) as here:
        await here.platform.say("How long does delivery take?")
        await here.platform.marked("t1", "Answered")


async def test_what_we_do_not_know_is_not_called_answered(database: Database) -> None:
    async with desk(database, echo=Echo(offers=True), channels=tagging()) as here:
        await here.platform.say("Who repairs clocks?")
        await here.platform.sees(1)
    assert here.platform.marks == {}


async def test_a_post_that_was_handed_over_needs_a_person_whatever_the_bot_says_next(database: Database) -> None:
    async with desk(database, channels=tagging(), staff=STAFF) as here:
        await here.platform.say("How long does delivery take?")
        await here.platform.marked("t1", "Answered")
        await here.platform.say("I want to talk to a human")
        await here.platform.marked("t1", NEEDS)
        await here.platform.say("And to Austria?")
        await here.platform.sees(4)
        await here.close()
    assert here.platform.marks[here.platform.place().key] == NEEDS


async def test_who_presses_for_a_person_has_his_post_tagged(database: Database) -> None:
    async with desk(database, channels=tagging(), staff=STAFF) as here:
        await here.platform.say("How long does delivery take?")
        await here.platform.marked("t1", "Answered")
        await here.platform.does(ButtonPressed("i1", here.platform.place(), ADA, "b0", "person"))
        await here.platform.marked("t1", NEEDS)


async def test_a_reply_that_staff_sent_answers_the_post(database: Database) -> None:
    async with desk(database, channels=tagging(), staff=STAFF, member=CLEO.key) as here:
        post = here.platform.place()
        await here.platform.say("I want to talk to a human")
        await here.platform.marked("t1", NEEDS)
        chosen = Chosen(post, "m1", ADA, "How long does delivery take?")
        shown = await here.platform.does(CommandGiven("i1", post, CLEO, "draft", chosen=chosen))
        draft = shown.reply.buttons[0].value  # type: ignore[union-attr]
        await here.platform.does(FormSent("i2", post, CLEO, "draft", draft, (("text", "Two days."),)))
        await here.platform.marked("t1", "Answered")


async def test_what_only_its_author_sees_tags_nothing(database: Database) -> None:
    async with desk(database, channels=tagging()) as here:
        await here.platform.does(CommandGiven("i1", here.platform.place(), ADA, "ask", "How long does delivery take?", handle="h"))
        await here.platform.sees(1)
        await here.close()
    assert here.platform.marks == {}


@pytest.mark.parametrize("without", ["platform", "settings"])
async def test_where_nothing_can_be_tagged_or_should_be_nobody_tries(without: str, database: Database) -> None:
    platform = FakePlatform(capabilities=Capabilities(status=True, buttons=True, marks=without != "platform"))
    platform.mark_failures = [NotAllowed("must not be asked")]
    async with desk(database, platform, channels=tagging() if without == "platform" else Channels()) as here:
        await platform.say("How long does delivery take?")
        await platform.sees(1)
        await here.close()
    assert platform.mark_failures


@pytest.mark.parametrize("failure", [RateLimited("slow down", 0.1), Unreachable("away")])
async def test_a_platform_that_is_busy_or_away_tags_a_little_later(
    failure: RateLimited | Unreachable, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.marking.WAIT", 0.01)
    platform = FakePlatform(mark_failures=[failure])
    async with desk(database, platform, channels=tagging()):
        await platform.say("How long does delivery take?")
        await platform.marked("t1", "Answered")


async def test_who_may_not_tag_answers_all_the_same_and_says_so_once(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    platform = FakePlatform(mark_failures=[NotAllowed("give its role Manage Threads"), PlaceGone("gone")])
    with caplog.at_level(logging.WARNING, "bot.marking"):
        async with desk(database, platform, channels=tagging()) as here:
            for thread in ("t1", "t2"):
                await platform.say("How long does delivery take?", thread=thread)
            await platform.sees(2)
            await here.close()
    assert platform.mark_failures == []
    assert [record.getMessage() for record in caplog.records] == ["conversations cannot be marked there: give its role Manage Threads"]


async def test_an_answer_that_never_stood_tags_nothing(database: Database) -> None:
    platform = FakePlatform(failures=[PlaceGone("gone")])
    async with desk(database, platform, channels=tagging(), live=False) as here:
        await platform.say("How long does delivery take?")
        await here.settled()
        await here.close()
    assert (platform.posts, platform.marks) == ([], {})


@pytest.mark.parametrize("mark", [None, Mark(Place("discord", "1", "2"), "person")])
def test_a_reply_keeps_its_mark_in_the_outbox(mark: Mark | None) -> None:
    reply = Reply("Hi", "en", only_for="U1", mark=mark)
    assert read_reply(write_reply(reply)) == reply


def test_a_tag_of_a_server_holds_for_its_forums_and_a_forums_own_goes_before() -> None:
    said = {"discord:1": ChannelSection(answered_tag="Done"), "discord:1:7": ChannelSection(answered_tag="Solved", person_tag="Help")}
    tags = Channels(said).tags(Place("discord", "1", "99"))
    assert tags is not None
    assert (tags("7"), tags("8")) == ({"answered": "Solved", "person": "Help"}, {"answered": "Done", "person": ""})
    assert Channels(said).tags(Place("discord", "2", "99")) is None
    assert Channels(said).tags(Place("discord", "1", "99", direct=True)) is None
