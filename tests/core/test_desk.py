"""A customer who wants a person: staff are told once, and the customer hears honestly what happens next."""

import asyncio

import pytest
from sqlalchemy import text

from bot.errors import PlaceGone, Unreachable
from bot.messages import Place
from bot.store.database import Database
from tests.core.desk import Echo, desk
from tests.fake_platform import FakePlatform, Posted

STAFF = Place("fake", "w1", "staff")
UNDECIDED = text('UPDATE outbox SET state = \'sending\', body = \'["x", "en", [], "", ""]\' WHERE event = 0')


def told(platform: FakePlatform) -> list[Posted]:
    return [post for post in platform.posts if post.place == STAFF]


def said(platform: FakePlatform) -> list[str]:
    return [post.reply.text for post in platform.posts if post.place != STAFF]


async def cases(database: Database) -> list[tuple[str, str, str, str]]:
    async with database.reading() as connection:
        rows = await connection.execute(text("SELECT question, language, reason, reference FROM cases ORDER BY id"))
        return [tuple(row) for row in rows]


async def test_who_asks_for_a_person_is_passed_on_with_question_language_and_link(database: Database) -> None:
    async with desk(database, staff=STAFF) as here:
        await here.platform.say("Wo ist mein Paket aus der letzten Woche?")
        await here.platform.sees(1)
        await here.platform.say("Ich möchte mit einem Menschen sprechen")
        await here.platform.sees(3)
        [(question, language, reason, reference)] = await cases(database)
        assert question == "Wo ist mein Paket aus der letzten Woche?\n\nIch möchte mit einem Menschen sprechen"
        assert (language, reason) == ("de", "asked")
        [notice] = told(here.platform)
        for part in ("> Wo ist mein Paket", "German", "https://fake.example/c1/m2", reference, "Ada"):
            assert part in notice.reply.text
        assert reference in said(here.platform)[1]


async def test_a_yes_to_the_offer_passes_the_question_on_and_any_other_yes_does_not(database: Database) -> None:
    async with desk(database, echo=Echo(offers=True), staff=STAFF) as here:
        await here.platform.say("Do you repair old clocks?")
        await here.platform.sees(1)
        here.echo.offers = False
        await here.platform.say("Yes, please!")
        await here.platform.sees(3)
        assert [case[0] for case in await cases(database)] == ["Do you repair old clocks?"]
        await here.platform.say("yes")
        assert (await here.platform.sees(4))[-1] == "You asked: yes"


async def test_an_offer_stands_also_after_a_restart(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, Echo(offers=True), staff=STAFF) as here:
        await here.platform.say("Do you repair old clocks?")
        await here.platform.sees(1)
    async with desk(database, platform, staff=STAFF):
        await platform.say("ok")
        await platform.sees(3)
    assert len(told(platform)) == 1


async def test_who_asks_twice_keeps_the_case_and_staff_are_not_told_again(database: Database) -> None:
    async with desk(database, staff=STAFF) as here:
        await here.platform.say("I want to talk to a human")
        await here.platform.sees(2)
        await here.platform.say("Agent please")
        await here.platform.sees(3)
        first, second = said(here.platform)
        [case] = await cases(database)
        assert case[3] in first
        assert case[3] in second
        assert first != second
        assert len(told(here.platform)) == 1


async def test_a_customers_words_ping_nobody_in_the_staffs_channel_and_link_nowhere(database: Database) -> None:
    async with desk(database, staff=STAFF) as here:
        await here.platform.say("@everyone look at https://trap.example/x?y=1 <!channel> I want to talk to a human")
        await here.platform.sees(2)
        words = told(here.platform)[0].reply.text
        assert "@everyone" not in words
        assert "trap.example" not in words
        assert "<!channel>" not in words


async def test_staff_hear_of_a_question_that_could_not_be_answered(database: Database) -> None:
    async with desk(database, echo=Echo(failures=[RuntimeError("broken")] * 3), staff=STAFF) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.sees(2)
        [(question, _, reason, reference)] = await cases(database)
        assert (question, reason) == ("Where is my parcel?", "failed")
        assert reference in said(here.platform)[0]
        assert reference in told(here.platform)[0].reply.text


@pytest.mark.parametrize(("contact", "words"), [("help@shop.example", "help@shop.example"), ("", "contact the shop directly")])
async def test_where_nobody_is_told_nothing_is_claimed(contact: str, words: str, database: Database) -> None:
    async with desk(database, contact=contact) as here:
        await here.platform.say("I want to talk to a human")
        [answer] = await here.platform.sees(1)
        assert words in answer
        assert await cases(database) == []


async def test_a_notice_that_was_on_its_way_at_a_crash_is_sent_once(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, staff=STAFF):
        await platform.say("I want to talk to a human")
        await platform.sees(2)
    async with database.writing() as connection:
        await connection.execute(
            text("UPDATE outbox SET state = 'sending', body = :body WHERE event = 0"), {"body": '["x", "en", [], "", ""]'}
        )
    async with desk(database, platform, staff=STAFF):
        await asyncio.sleep(0.05)
    assert len(told(platform)) == 1
    platform.posts.clear()
    async with database.writing() as connection:
        await connection.execute(
            text("UPDATE outbox SET state = 'sending', body = :body WHERE event = 0"), {"body": '["x", "en", [], "", ""]'}
        )
    async with desk(database, platform, staff=STAFF):
        await platform.sees(1)
    assert [post.reply.text for post in told(platform)] == ["x"]


async def test_the_customer_is_answered_though_the_staffs_channel_is_gone(database: Database) -> None:
    class Gone(FakePlatform):
        async def send(self, place: Place, reply: object, key: str) -> str:
            if place == STAFF:
                raise PlaceGone("gone")
            return await super().send(place, reply, key)  # type: ignore[arg-type]

    async with desk(database, Gone(), staff=STAFF) as here:
        await here.platform.say("I want to talk to a human")
        await here.platform.sees(1)
        assert len(await cases(database)) == 1


async def test_the_customer_does_not_wait_for_a_staffs_channel_that_is_out_of_reach(database: Database) -> None:
    class Away(FakePlatform):
        async def send(self, place: Place, reply: object, key: str) -> str:
            if place == STAFF:
                raise Unreachable("away")
            return await super().send(place, reply, key)  # type: ignore[arg-type]

    async with desk(database, Away(), staff=STAFF) as here:
        await here.platform.say("I want to talk to a human")
        await here.platform.sees(1)
