"""What happens to a message between the moment it is heard and the moment its answer stands."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import text

from bot.errors import PlaceGone, RateLimited, Unreachable
from bot.language import policy
from bot.messages import Place
from bot.store.database import Database
from tests.core.desk import Echo, desk
from tests.fake_platform import FakePlatform


async def test_a_question_is_answered_once_though_it_was_delivered_twice(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Where is my parcel?", id="m1")
        await here.platform.say("Where is my parcel?", id="m1")
        assert await here.platform.sees(1) == ["You asked: Where is my parcel?"]


async def test_a_follow_up_needs_no_mention_once_the_thread_is_ours(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Do you ship to Austria?")
        await here.platform.sees(1)
        await here.platform.say("And how long does it take?", addressed="maybe")
        assert (await here.platform.sees(2))[1] == "You asked: And how long does it take?"
        assert [turn.text for turn in here.echo.asked[1].history] == ["Do you ship to Austria?", "You asked: Do you ship to Austria?"]


async def test_a_follow_up_that_overtakes_its_mention_is_answered_too(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("And to Austria?", addressed="maybe", author="bob", sent_at=20)
        await here.platform.say("How long does delivery take?", sent_at=10)
        assert await here.platform.sees(2) == ["You asked: How long does delivery take?", "You asked: And to Austria?"]


async def test_talk_between_others_is_neither_answered_nor_stored(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Did you see the match last night?", addressed="maybe", thread="t9")
        assert here.platform.posts == []
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM events"))).scalar_one() == 0


async def test_two_people_in_one_thread_each_get_their_answer(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Where is my parcel?", author="ada")
        await here.platform.say("What does shipping cost?", author="bob", addressed="maybe")
        assert sorted(await here.platform.sees(2)) == ["You asked: What does shipping cost?", "You asked: Where is my parcel?"]
        assert {post.reply.answers for post in here.platform.posts} == {"m1", "m2"}


async def test_a_burst_before_the_answer_has_begun_is_answered_once(database: Database) -> None:
    async with desk(database, held=True) as here:
        await here.platform.say("Hello", author="bob")
        await here.echo.begun.wait()
        await here.platform.say("I have a question", author="ada")
        await here.platform.say("Where is my parcel?", author="ada")
        here.echo.gate.set()
        assert (await here.platform.sees(2))[1] == "You asked: I have a question\n\nWhere is my parcel?"


async def test_a_question_edited_before_its_answer_is_answered_as_edited(database: Database) -> None:
    async with desk(database, held=True) as here:
        message = await here.platform.say("Where is my parcle?")
        await here.echo.begun.wait()
        await here.platform.edit(message, "Where is my parcel?")
        here.echo.gate.set()
        assert await here.platform.sees(1) == ["You asked: Where is my parcel?"]


async def test_a_question_deleted_before_its_answer_is_not_answered_and_the_status_is_cleared(database: Database) -> None:
    async with desk(database, held=True) as here:
        message = await here.platform.say("My secret question")
        await here.echo.begun.wait()
        await here.platform.delete(message)
        here.echo.gate.set()
        await here.platform.say("Another one", thread="t2")
        assert await here.platform.sees(1) == ["You asked: Another one"]
        assert (message, False) in here.platform.statuses
    async with database.reading() as connection:
        assert "secret" not in str((await connection.execute(text("SELECT * FROM events"))).all())
        assert "secret" not in str((await connection.execute(text("SELECT * FROM turns"))).all())


async def test_what_was_answered_and_then_deleted_is_forgotten(database: Database) -> None:
    async with desk(database) as here:
        message = await here.platform.say("My secret question")
        await here.platform.sees(1)
        await here.platform.delete(message)
    async with database.reading() as connection:
        rows = (await connection.execute(text("SELECT text FROM turns WHERE role = 'customer'"))).all()
        assert rows == []


async def test_after_a_crash_an_unanswered_question_is_answered(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, held=True) as here:
        await platform.say("Where is my parcel?")
        await here.echo.begun.wait()
    async with desk(database, platform):
        assert await platform.sees(1) == ["You asked: Where is my parcel?"]


async def test_a_reply_that_was_posted_though_the_platform_seemed_away_is_not_posted_again(database: Database) -> None:
    platform = FakePlatform(failures=[Unreachable("reset after effect")], lose_answer=True)
    async with desk(database, platform):
        await platform.say("Where is my parcel?")
        await platform.sees(1)
        assert len(await platform.sees(1, 5)) == 1


async def test_a_busy_platform_gets_the_reply_a_little_later(database: Database) -> None:
    platform = FakePlatform(failures=[RateLimited("slow down", 0.01)])
    async with desk(database, platform):
        await platform.say("Where is my parcel?")
        assert await platform.sees(1) == ["You asked: Where is my parcel?"]


async def test_a_place_that_is_gone_does_not_hold_up_others(database: Database) -> None:
    platform = FakePlatform(failures=[PlaceGone("channel deleted")])
    async with desk(database, platform):
        await platform.say("Into the void")
        await platform.say("Still here?", thread="t2")
        assert len(await platform.sees(1)) == 1


async def test_a_customer_whom_we_failed_reads_an_apology_with_a_reference_and_no_exception(database: Database) -> None:
    echo = Echo(failures=[RuntimeError("secret detail")] * 3)
    async with desk(database, echo=echo) as here:
        await here.platform.say("Where is my parcel?")
        (said,) = await here.platform.sees(1)
        assert "secret detail" not in said
        assert "#" in said


async def test_a_long_silence_in_a_plain_channel_begins_a_new_conversation(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("First question", fresh_after=1800, sent_at=1e9)
        await here.platform.sees(1)
        await here.platform.say("Next day's question", fresh_after=1800, sent_at=1e11)
        await here.platform.sees(2)
        assert here.echo.asked[1].history == ()


@pytest.mark.parametrize("words", ["Wie lange kann ich etwas zurückgeben?", "¿Cuánto tarda el envío a España?"])
async def test_the_first_answer_says_that_it_comes_from_an_ai(words: str, database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say(words)
        await here.platform.sees(1)
        await here.platform.say("Noch eine Frage, bitte", addressed="maybe")
        await here.platform.sees(2)
        assert [bool(post.reply.notice) for post in here.platform.posts] == [True, False]


async def test_writers_of_an_embedded_database_lose_no_update(tmp_path) -> None:  # type: ignore[no-untyped-def]
    import asyncio

    database = Database(f"sqlite:///{tmp_path}/count.db")
    async with database.writing() as connection:
        await connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        await connection.execute(text("INSERT INTO counter VALUES (0)"))

    async def add() -> None:
        async with database.writing() as connection:
            n = (await connection.execute(text("SELECT n FROM counter"))).scalar_one()
            await connection.execute(text("UPDATE counter SET n = :n"), {"n": n + 1})

    await asyncio.gather(*(add() for _ in range(50)))
    await database.close()
    file = sqlite3.connect(tmp_path / "count.db")
    assert file.execute("SELECT n FROM counter").fetchone() == (50,)
    file.close()


async def test_no_answer_waits_for_a_sign_of_life_that_is_stuck(database: Database) -> None:
    class Stuck(FakePlatform):
        async def show_status(self, place: Place, reply_to: str, on: bool, language: str = "en") -> None:
            if on:
                await asyncio.Event().wait()

    async with desk(database, Stuck()) as here:
        await here.platform.say("Where is my parcel?")
        assert await here.platform.sees(1) == ["You asked: Where is my parcel?"]


async def test_a_message_whose_language_cannot_be_told_is_given_up_with_an_apology(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    async with desk(database) as here:
        monkeypatch.setattr(policy, "choose", broken)
        await here.platform.say("Hello?")
        [said] = await here.platform.sees(1)
        assert said.startswith("Sorry")
        assert "secret" not in said


async def test_an_answer_whose_question_was_deleted_is_no_ground_for_later_ones(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Do you ship to Austria?")
        await here.platform.sees(1)
        asked = await here.platform.say("My card number is 1234, is it charged?")
        await here.platform.sees(2)
        await here.platform.delete(asked)
        await here.platform.say("And to Spain?")
        await here.platform.sees(3)
    assert [turn.text for turn in here.echo.asked[-1].history] == ["Do you ship to Austria?", "You asked: Do you ship to Austria?"]
    assert len(here.platform.posts) == 3


async def test_an_answer_to_several_messages_is_forgotten_with_the_first_of_them(database: Database) -> None:
    async with desk(database, held=True) as here:
        await here.platform.say("Hello", author="bob")
        await here.echo.begun.wait()
        number = await here.platform.say("My card number is 1234", author="ada")
        await here.platform.say("Is it charged?", author="ada")
        here.echo.gate.set()
        assert "1234" in (await here.platform.sees(2))[1]
        await here.platform.delete(number)
        await here.platform.say("Hello?", author="ada")
        await here.platform.sees(3)
    assert [turn.text for turn in here.echo.asked[-1].history] == ["Hello", "You asked: Hello", "Is it charged?"]


async def test_a_question_that_was_deleted_leaves_the_answers_to_others_alone(database: Database) -> None:
    async with desk(database) as here:
        first = await here.platform.say("Do you ship to Austria?")
        await here.platform.sees(1)
        await here.platform.say("And to Spain?", author="bob")
        await here.platform.sees(2)
        await here.platform.delete(first)
        await here.platform.say("How fast?")
        await here.platform.sees(3)
    assert [turn.text for turn in here.echo.asked[-1].history] == ["And to Spain?", "You asked: And to Spain?"]
