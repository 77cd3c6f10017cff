"""Where and how we speak: what is set for a channel, and what people see of it."""

import asyncio
import time

import pytest
from sqlalchemy import func, select, update

from bot.channels import Channels, Rules, said_in
from bot.config.channels import ChannelSection
from bot.language import phrases
from bot.language.questions import may_ask
from bot.messages import Person
from bot.pressed import CommandGiven, Shown
from bot.store.channels import ChannelStore
from bot.store.database import Database
from bot.tables import events, threads, turns
from tests.core.desk import Desk, Echo, desk
from tests.fake_platform import FakePlatform

MIDNIGHT = 1_764_028_800.0
"""2025-11-25, 00:00 UTC."""


def channels(**said: object) -> Channels:
    return Channels({"fake:w1:c1": ChannelSection.model_validate(said)})


async def rows(database: Database) -> tuple[int, int]:
    """Conversations and turns that are kept."""
    async with database.reading() as connection:
        count = select(
            select(func.count()).select_from(threads).scalar_subquery(), select(func.count()).select_from(turns).scalar_subquery()
        )
        found = (await connection.execute(count)).one()
    return found[0], found[1]


async def done(database: Database, messages: int) -> None:
    """Returns when so many messages are through."""
    through = select(func.count()).where(events.c.state == "done", events.c.body == "")
    async with asyncio.timeout(20):
        while True:
            async with database.reading() as connection:
                if (await connection.execute(through)).scalar() == messages:
                    return
            await asyncio.sleep(0.01)


async def test_in_a_help_channel_a_question_that_names_nobody_is_answered(database: Database) -> None:
    async with desk(database, channels=channels(answer="questions")) as run:
        await run.platform.say("How long do I have to return something?", addressed="open")
        await run.platform.say("good morning all", addressed="open", thread="t2")
        assert await run.platform.sees(1) == ["You asked: How long do I have to return something?"]


async def test_elsewhere_nobody_hears_what_is_said_to_everybody(database: Database) -> None:
    async with desk(database) as run:
        await run.platform.say("How long do I have to return something?", addressed="open")
        await run.platform.say("And how long does delivery take?", thread="t2")
        assert await run.platform.sees(1) == ["You asked: And how long does delivery take?"]


async def test_what_we_do_not_know_is_left_to_others_and_nothing_of_it_is_kept(database: Database) -> None:
    async with desk(database, echo=Echo(offers=True), channels=channels(answer="questions")) as run:
        await run.platform.say("Who comes to lunch?", addressed="open")
        await done(database, 1)
        await run.platform.say("I do", addressed="maybe", author="bob")
        assert (await run.platform.sees(0), run.platform.statuses, await rows(database)) == ([], [], (0, 0))


async def test_somebody_who_names_us_is_told_that_we_do_not_know(database: Database) -> None:
    async with desk(database, echo=Echo(offers=True), channels=channels(answer="questions")) as run:
        await run.platform.say("Who comes to lunch?")
        assert len(await run.platform.sees(1)) == 1


async def test_an_answer_that_fails_is_no_reason_to_apologise_to_everybody(database: Database) -> None:
    failures: list[Exception] = [ValueError("x"), ValueError("y"), ValueError("z")]
    async with desk(database, echo=Echo(failures=failures), channels=channels(answer="questions")) as run:
        await run.platform.say("Who comes to lunch?", addressed="open")
        await done(database, 1)
        assert (await run.platform.sees(0), await rows(database)) == ([], (0, 0))


async def test_where_we_are_off_not_even_a_mention_is_answered(database: Database) -> None:
    async with desk(database, channels=channels(answer="off")) as run:
        await run.platform.say("Are you there?")
        await run.platform.say("Are you here?", direct=True)
        assert await run.platform.sees(1) == ["You asked: Are you here?"]


async def test_in_quiet_hours_only_who_speaks_to_us_is_answered(database: Database) -> None:
    quiet = channels(answer="questions", quiet="22:00-07:00", timezone="Europe/Berlin")
    async with desk(database, channels=quiet) as run:
        night, morning = MIDNIGHT, MIDNIGHT + 6 * 3600
        await run.platform.say("Does anyone know when you open?", addressed="open", sent_at=night, thread="t1")
        await run.platform.say("When do you open?", addressed="mention", sent_at=night, thread="t2")
        await run.platform.sees(1)
        await run.platform.say("And when do you close?", addressed="maybe", sent_at=night, thread="t2")
        await run.platform.say("Where are you?", addressed="open", sent_at=morning, thread="t3")
        assert await run.platform.sees(2) == ["You asked: When do you open?", "You asked: Where are you?"]


@pytest.mark.parametrize(("quiet", "hour", "is_quiet"), [("22:00-07:00", 23, True), ("22:00-07:00", 7, False), ("09:00-12:00", 9, True)])
def test_quiet_hours_may_go_over_midnight(quiet: str, hour: int, is_quiet: bool) -> None:
    assert Rules(quiet=quiet).is_quiet(MIDNIGHT + hour * 3600) is is_quiet


async def test_a_question_waits_for_staff_and_is_answered_when_nobody_did_also_after_a_restart(database: Database) -> None:
    waits = channels(answer="questions", wait_minutes=60)
    async with desk(database, channels=waits) as run:
        await run.platform.say("How long does delivery take?", addressed="open")
        await run.platform.say("To Spain, I mean", addressed="maybe")
        assert await run.platform.sees(0) == []
    async with database.writing() as connection:
        waiting = update(events).where(events.c.not_before > time.time() + 3000)
        assert (await connection.execute(waiting.values(not_before=time.time()))).rowcount == 2
    async with desk(database, channels=waits) as run:
        assert await run.platform.sees(1) == ["You asked: How long does delivery take?\n\nTo Spain, I mean"]


async def test_a_question_that_staff_have_answered_is_not_answered_again(database: Database) -> None:
    async with desk(database, channels=channels(answer="questions", wait_minutes=60)) as run:
        await run.platform.say("How long does delivery take?", addressed="open")
        await run.platform.say("Three days.", addressed="maybe", author="staff")
        await done(database, 1)
        await run.platform.say("And how long do returns take?", thread="t2")
        assert await run.platform.sees(1) == ["You asked: And how long do returns take?"]
        assert await rows(database) == (1, 2)


async def test_who_loses_patience_and_names_us_is_answered_at_once(database: Database) -> None:
    async with desk(database, channels=channels(answer="questions", wait_minutes=60)) as run:
        await run.platform.say("How long does delivery take?", addressed="open")
        await run.platform.say("Well?")
        assert await run.platform.sees(1) == ["You asked: How long does delivery take?\n\nWell?"]


def test_the_narrower_setting_goes_before_the_wider() -> None:
    said = {"discord:1": ChannelSection(answer="questions", tone="brief"), "discord:1:2": ChannelSection(answer="off")}
    places = Channels(said)
    assert not places.listens("discord", "1", "2")
    assert places.listens("discord", "1", "3")
    assert places.at(FakePlatform(name="x").place()).answer == "mention"


@pytest.mark.parametrize(
    "text",
    [
        "My parcel?",
        "هل يمكنني إرجاع المنتج؟",
        "怎么退货",
        "返品できますか",
        "can somebody tell me how to send this back",
        "wo ist mein Paket",
        "где мой заказ",
        "πού είναι η παραγγελία μου;",
        "làm sao để trả hàng",
        "my parcel has not arrived and it has been three weeks now",
    ],
)
def test_a_question_is_one_with_and_without_its_mark(text: str) -> None:
    assert may_ask(text)


@pytest.mark.parametrize(
    "text", ["Good morning!", "Danke, hat geklappt", "谢谢", "see https://shop.example/?page=1", "👍", "Three days.", ""]
)
def test_plain_talk_is_no_question(text: str) -> None:
    assert not may_ask(text)


async def commanded(run: Desk, text: str, *, admin: bool = True) -> str:
    person = Person("fake", "w1", "ada", "Ada")
    shown = await run.platform.does(CommandGiven("x1", run.platform.place(""), person, "here", text, "en", admin=admin))
    assert isinstance(shown, Shown)
    return shown.reply.text


async def test_an_admin_sets_by_command_what_shop_toml_says_otherwise_and_everybody_can_see_it(database: Database) -> None:
    said, store = {"fake:w1:c1": ChannelSection(answer="off", wait_minutes=5)}, ChannelStore(database)
    async with desk(database, channels=Channels(said, store)) as run:
        assert (await commanded(run, "", admin=False)).startswith(f"{phrases.HERE_OFF}\nMinutes for which others may answer first: 5")
        assert await commanded(run, "answer questions", admin=False) == phrases.HERE_ADMINS
        assert (await commanded(run, "answer everything")).startswith("Admins can change this")
        assert (await commanded(run, "answer questions")).startswith(phrases.HERE_QUESTIONS)
        await commanded(run, "wait 0")
        await run.platform.say("How long does delivery take?", addressed="open")
        assert await run.platform.sees(1) == ["You asked: How long does delivery take?"]
    again = Channels(said, store)
    await again.look()
    assert again.listens("fake", "w1", "c1")
    await again.set(run.platform.place(), {}, Person("fake", "w1", "ada"))
    assert again.at(run.platform.place()) == Rules(answer="off", wait_minutes=5)


async def test_a_forum_in_which_nobody_can_command_is_named_in_the_command(database: Database) -> None:
    async with desk(database, channels=(channels := Channels(None, ChannelStore(database)))) as run:
        assert (await commanded(run, "<#c7> answer questions")).startswith(phrases.HERE_QUESTIONS)
        assert channels.listens("fake", "w1", "c7")


@pytest.mark.parametrize("text", ["answer", "quiet late", "quiet 22:00-07:00 Mars/Base", "wait long", "wait -1", "sing"])
def test_a_setting_that_makes_no_sense_is_not_taken(text: str) -> None:
    assert said_in(text) is None


GERMAN = "Wann wird mein Paket geliefert? Ich habe es letzte Woche bestellt."
ENGLISH = "When will my parcel be delivered? I ordered it last week."


async def test_a_channel_is_answered_in_its_languages_and_who_writes_another_one_is_told_once(database: Database) -> None:
    async with desk(database, channels=channels(languages=["es", "en"])) as run:
        await run.platform.say(ENGLISH, thread="t1")
        await run.platform.say(GERMAN, thread="t2")
        await run.platform.sees(2)
        await run.platform.say(GERMAN, thread="t2")
        texts = await run.platform.sees(3)
        assert sorted(question.language for question in run.echo.asked) == ["en", "es", "es"]
        assert [text.startswith("Leider") for text in texts].count(True) == 1
        assert {question.spoken for question in run.echo.asked if question.language == "es"} == {"de"}


async def test_in_direct_messages_and_by_command_every_language_of_the_shop_is_answered(database: Database) -> None:
    async with desk(database, channels=channels(languages=["es"])) as run:
        await run.platform.say(GERMAN, direct=True)
        place = run.platform.place("")
        await run.platform.does(CommandGiven("x1", place, Person("fake", "w1", "ada"), "ask", GERMAN, handle="h"))
        await run.platform.sees(2)
    assert [question.language for question in run.echo.asked] == ["de", "de"]


async def test_what_is_short_is_answered_in_the_channels_language_and_nobody_is_told_anything(database: Database) -> None:
    async with desk(database, channels=channels(languages=["es"])) as run:
        await run.platform.say("ok")
        assert await run.platform.sees(1) == ["You asked: ok"]
    assert [question.language for question in run.echo.asked] == ["es"]


async def test_an_admin_sets_the_languages_of_a_channel_by_command(database: Database) -> None:
    async with desk(database, channels=Channels(None, ChannelStore(database))) as run:
        assert "Languages in which I answer here: English, Spanish" in await commanded(run, "languages en es")
        await run.platform.say(GERMAN)
        assert (await run.platform.sees(1))[0].startswith("Leider")
        assert (await commanded(run, "languages en ja")).startswith("Admins can change this")
        assert "Languages in which" not in await commanded(run, "languages all")
        await run.platform.say(GERMAN, thread="t2")
        assert (await run.platform.sees(2))[1].startswith("You asked")
