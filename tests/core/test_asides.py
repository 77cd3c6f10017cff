"""What one person alone is to see: answered by itself, never looked for, shared only when he wants it. And platforms without buttons."""

from dataclasses import replace

from sqlalchemy import text

from bot.config import Shop
from bot.errors import NotAllowed, Unreachable
from bot.interactions.personal import understood
from bot.language import phrases
from bot.messages import ASKED, Person, Place, Reply
from bot.platforms import Capabilities
from bot.pressed import ButtonPressed, CameBy, CommandGiven, Prompts
from bot.store.cursors import CursorStore
from bot.store.database import Database
from tests.core.desk import Echo, desk
from tests.fake_platform import FakePlatform

ADA = Person("fake", "w1", "ada", "Ada")
CHANNEL = Place("fake", "w1", "c1")


def ask(words: str, number: int = 1) -> CommandGiven:
    return CommandGiven(f"i{number}", CHANNEL, ADA, "ask", words, handle=f"h{number}")


async def test_each_question_that_was_asked_aside_is_answered_by_itself(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, held=True) as here:
        await platform.does(ask("A secret?", 1))
        await here.echo.begun.wait()
        await platform.does(ask("And another?", 2))
        await platform.does(ask("And a third?", 3))
        here.echo.gate.set()
        await platform.sees(3)
    seen = [(post.reply.text, post.reply.only_for, post.reply.handle) for post in platform.posts]
    assert seen == [
        ("You asked: A secret?", "ada", "h1"),
        ("You asked: And another?", "ada", "h2"),
        ("You asked: And a third?", "ada", "h3"),
    ]


async def test_what_somebody_asked_aside_is_no_ground_for_what_everybody_reads(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform) as here:
        await platform.does(ask("A secret?"))
        await platform.sees(1)
        await platform.say("In public?", thread="@ada", author="ada")
        await platform.sees(2)
        await platform.does(ask("And now?", 2))
        await platform.sees(3)
    assert [(post.reply.text, post.reply.only_for) for post in platform.posts][1] == ("You asked: In public?", "")
    assert [[turn.text for turn in question.history if turn.role == "customer"] for question in here.echo.asked] == [[], [], ["A secret?"]]


async def test_what_one_person_alone_sees_is_sent_again_when_in_doubt(database: Database) -> None:
    platform = FakePlatform(lose_answer=True, failures=[Unreachable("cut")])
    async with desk(database, platform):
        await platform.does(ask("A secret?"))
        await platform.sees(2)
    assert {post.reply.only_for for post in platform.posts} == {"ada"}


async def test_a_question_by_command_shows_no_sign_and_points_to_no_message(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, staff=Place("fake", "w1", "staff")):
        await platform.does(ask("I want to talk to a human"))
        await platform.sees(2)
    assert platform.statuses == []
    [notice] = [post.reply.text for post in platform.posts if post.place.channel == "staff"]
    assert "https://fake.example" not in notice
    assert {post.reply.answers for post in platform.posts} == {""}


async def test_nobody_looks_on_the_platform_for_a_question_by_command(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, held=True) as here:
        await platform.does(ask("A secret?"))
        await here.echo.begun.wait()
        await platform.say("Hello?", thread="t2")
        assert [message for _, message in await CursorStore(database, "fake").waiting()] == ["m1"]
        async with database.reading() as connection:
            known = (await connection.execute(text("SELECT identity FROM events ORDER BY id"))).scalars().all()
        assert known[0].endswith(f":{ASKED}i1")
        here.echo.gate.set()
        await platform.sees(2)


async def test_in_a_direct_message_a_question_by_command_is_shown_and_answered_plainly(database: Database) -> None:
    platform = FakePlatform()
    direct = Place("fake", "w1", "d1", direct=True)
    async with desk(database, platform):
        shown = await platform.does(CommandGiven("i1", direct, ADA, "ask", "Where is my parcel?", handle="h"))
        await platform.sees(1)
    assert "> Where is my parcel?" in str(shown)
    assert (platform.posts[0].place, platform.posts[0].reply.only_for) == (direct, "")


async def test_what_cannot_be_shared_is_not_called_shared_and_can_be_shared_later(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform):
        await platform.does(ask("A secret?"))
        await platform.sees(1)
        share = ButtonPressed("i2", CHANNEL, ADA, "b0", "share", "2", alone=True)
        platform.failures = [NotAllowed("not_in_channel")]
        assert phrases.NOT_SHARED in str(await platform.does(share))
        assert phrases.SHARED in str(await platform.does(replace(share, event_id="i3")))
        assert phrases.SHARED in str(await platform.does(replace(share, event_id="i4")))
    assert [post.reply.text for post in platform.posts if not post.reply.only_for] == ["> A secret?\n\nYou asked: A secret?"]


async def test_what_was_shared_in_part_is_not_posted_again_by_who_presses_again(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform):
        await platform.does(ask("A secret? " * 30))
        await platform.sees(1)
        platform.longest, send = 300, platform.send

        async def refuses_the_second(place: Place, reply: Reply, key: str) -> str:
            if key.endswith(".1"):
                raise NotAllowed("no such words here")
            return await send(place, reply, key)

        platform.send = refuses_the_second  # type: ignore[method-assign]
        share = ButtonPressed("i2", CHANNEL, ADA, "b0", "share", "2", alone=True)
        assert phrases.NOT_SHARED in str(await platform.does(share))
        await platform.sees(3)
        assert phrases.NOT_SHARED in str(await platform.does(replace(share, event_id="i3")))
        await platform.say("And now?", author="ada")
        await platform.sees(4)
    shared = [post.key.partition(".")[2] for post in platform.posts if post.key.startswith("shared-")]
    assert shared == ["0", "2"]


async def test_a_platform_without_buttons_is_sent_none_and_the_words_still_offer_a_person(database: Database) -> None:
    platform = FakePlatform(capabilities=Capabilities(status=True))
    async with desk(database, platform, Echo(offers=True), staff=Place("fake", "w1", "staff")):
        await platform.say("Do you repair clocks?")
        await platform.sees(1)
        assert (platform.posts[0].reply.buttons, platform.posts[0].reply.feedback) == ((), False)
        await platform.say("yes")
        await platform.sees(3)


async def test_a_platform_with_buttons_gets_them_with_the_number_of_the_answer(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, contact="help@shop.example"):
        await platform.say("Where is my parcel?")
        await platform.sees(1)
        [button] = platform.posts[0].reply.buttons
        assert (button.action, button.label, button.value) == ("person", "Talk to a person", "2")
        assert platform.posts[0].reply.feedback


async def test_a_language_that_was_chosen_once_holds_in_the_next_conversation(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform) as here:
        await platform.does(CommandGiven("i1", CHANNEL, ADA, "language", "Español"))
        await platform.say("Jeans 501", thread="t7", author="ada")
        await platform.say("Jeans 501", thread="t8", author="bob")
        await platform.sees(2)
    assert sorted(question.language for question in here.echo.asked) == ["en", "es"]


async def test_whoever_reacts_speaks_the_chosen_language_then_the_locale_then_the_shops(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform):
        titles = []
        for locale, choice in (("", ""), ("fr-CA", ""), ("tlh", ""), ("fr", "de")):
            if choice:
                await platform.does(CommandGiven("i1", CHANNEL, ADA, "language", choice))
            seen = await platform.does(CameBy("v1", Place("fake", "w1", "d1", direct=True), ADA, "messages", locale))
            assert isinstance(seen, Prompts)
            titles.append(seen.title.split()[0])
    assert titles == ["Hello!", "Bonjour", "Hello!", "Hallo!"]


def test_languages_are_understood_by_code_name_and_wish() -> None:
    languages = ("en", "de", "ja", "pt-BR", "zh")
    named = {
        "ja": "ja", "Japanese": "ja", "日本語": "ja", "japonais": "ja", "pt": "pt-BR", "PT_br": "pt-BR", "português": "pt-BR",
        "deutsch": "de", "in English please": "en", "中文": "zh", "klingon": "", "fr": "", "": "", "de or en": "",
    }  # fmt: skip
    assert {words: understood(words, languages, "fr") for words in named} == named


def test_staff_are_named_by_platform_workspace_and_user() -> None:
    shop = Shop.model_validate({"handoff": {"staff": ["slack:T1:U1", "discord:1:2"]}})
    assert [Person.from_key(key).key for key in shop.handoff.staff] == ["slack:T1:U1", "discord:1:2"]
