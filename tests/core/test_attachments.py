"""A customer who attaches a file gets an answer that knows it, or an honest sentence; and nothing is made up."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import attachments
from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable
from bot.knowledge.documents.attached import Beginning
from bot.messages import Attachment, Person
from bot.platforms import Capabilities
from bot.prompts import AttachedText
from bot.rates import Rates
from bot.store.database import Database
from bot.store.records import RecordStore
from tests.core.desk import Echo, desk
from tests.fake_platform import FakePlatform
from tests.pdf_files import locked_pdf, pdf

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
PDF = "application/pdf"
INVOICE = "Invoice 4711, total 9 EUR"


async def turns(database: Database) -> list[str]:
    """What the conversations keep of the customers."""
    async with database.reading() as connection:
        return list((await connection.execute(text("SELECT text FROM turns WHERE role = 'customer' ORDER BY id"))).scalars())


async def test_a_text_and_a_pdf_reach_who_answers_as_the_customers_own_and_stay_in_the_conversation(database: Database) -> None:
    async with desk(database) as here:
        platform = here.platform
        files = [platform.attachment("note.txt", "text/plain", b"Size XL"), platform.attachment("invoice.pdf", PDF, pdf(INVOICE))]
        await platform.say("Is this right?", files=files)
        assert await platform.sees(1) == ["You asked: Is this right?"]
        assert here.echo.asked[0].attached.texts == (AttachedText("note.txt", "Size XL"), AttachedText("invoice.pdf", INVOICE))
        assert await turns(database) == [f"Is this right?\n\n📎 note.txt\nSize XL\n\n📎 invoice.pdf\n{INVOICE}"]
        await platform.say("And now?", addressed="maybe")
        await platform.sees(2)
        assert INVOICE in here.echo.asked[1].history[0].text


async def test_a_file_without_a_word_is_answered_in_its_language(database: Database) -> None:
    words = "Wie lange habe ich Zeit, um den Artikel an Sie zurückzugeben?"
    async with desk(database) as here:
        await here.platform.say("", files=[here.platform.attachment("frage.txt", "text/plain", words.encode())])
        await here.platform.sees(1)
        asked = here.echo.asked[0]
        assert (asked.language, asked.sought) == ("de", words)


async def test_of_a_long_text_the_beginning_is_read_and_its_sender_is_told(database: Database) -> None:
    async with desk(database, attachment_tokens=100) as here:
        await here.platform.say("Why?", files=[here.platform.attachment("server.log", "text/plain", b"error at line 7\n" * 1000)])
        assert await here.platform.sees(1) == ["Of this I read only the beginning: `server.log`\n\nYou asked: Why?"]
        [read] = here.echo.asked[0].attached.texts
        assert (len(read.text) < 400, read.whole) == (True, False)


async def test_a_text_beyond_the_limit_of_bytes_is_fetched_only_as_far(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "LARGEST_TEXT", 10)
    async with desk(database) as here:
        await here.platform.say("Why?", files=[here.platform.attachment("a.txt", "text/plain", b"0123456789abc")])
        assert (await here.platform.sees(1))[0].startswith("Of this I read only the beginning: `a.txt`")
        assert here.echo.asked[0].attached.texts == (AttachedText("a.txt", "0123456789", whole=False),)


@pytest.mark.parametrize(
    ("name", "kind", "data", "told"),
    [
        ("voice.ogg", "audio/ogg", b"OggS", "I cannot read this kind of file: `voice.ogg`"),
        ("a.zip", "application/zip", b"PK", "I cannot read this kind of file: `a.zip`"),
        ("photo.heic", "image/heic", b"ftyp", "I cannot read this kind of file: `photo.heic`"),
        ("locked.pdf", PDF, locked_pdf("secret", "swordfish"), "I could not open this: `locked.pdf`"),
        ("a.pdf", PDF, b"no PDF", "I could not open this: `a.pdf`"),
        ("a.txt", "text/plain", b"\x00\x01", "I could not open this: `a.txt`"),
        ("shoe.png", "image/png", PNG, "I cannot look at pictures, so I do not know what this shows: `shoe.png`"),
    ],
)
async def test_what_cannot_be_read_is_told_alone_or_before_the_answer(
    database: Database, name: str, kind: str, data: bytes, told: str
) -> None:
    async with desk(database) as here:
        file = here.platform.attachment(name, kind, data)
        await here.platform.say("", files=[file])
        [alone] = await here.platform.sees(1)
        await here.platform.say("What now?", files=[file])
        before = (await here.platform.sees(2))[1]
        assert (alone, before) == (told, f"{told}\n\nYou asked: What now?")
        assert [question.text for question in here.echo.asked] == ["What now?"]
        assert (await turns(database))[0].startswith("📎 ")


async def test_a_files_name_pings_nobody_and_is_no_link(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("", files=[Attachment("`@everyone [x](https://evil.example/a) ![y](https://evil.example/b).zip")])
        [shown] = await here.platform.sees(1)
        assert "evil" not in shown
        assert "@everyone" not in shown


@pytest.mark.parametrize("size", [None, 10, 0], ids=["as told", "told smaller", "not told"])
async def test_a_file_that_is_too_large_is_told_whatever_its_size_was_said_to_be(
    database: Database, monkeypatch: pytest.MonkeyPatch, size: int | None
) -> None:
    monkeypatch.setattr(attachments, "LARGEST_PDF", 100)
    monkeypatch.setattr(attachments, "LARGEST_PICTURE", 20)
    async with desk(database, echo=Echo(sees=True)) as here:
        files = [here.platform.attachment("a.pdf", PDF, pdf(INVOICE), size), here.platform.attachment("b.png", "image/png", PNG, size)]
        await here.platform.say("Why?", files=files)
        assert await here.platform.sees(1) == ["This is too large for me: `a.pdf`, `b.png`\n\nYou asked: Why?"]
        assert here.platform.fetched == (0 if size is None else 2)


@pytest.mark.parametrize("gone", [PlaceGone("gone"), NotAllowed("no scope"), RateLimited("later", 3600)])
async def test_a_file_that_cannot_be_fetched_is_told(database: Database, gone: PlatformError) -> None:
    platform = FakePlatform(file_failures=[gone])
    async with desk(database, platform) as here:
        await platform.say("Why?", files=[platform.attachment("a.txt", "text/plain", b"hello")])
        assert await here.platform.sees(1) == ["I could not open this: `a.txt`\n\nYou asked: Why?"]
        assert platform.fetched == 1


async def test_a_platform_that_is_away_for_a_moment_is_asked_again_and_not_for_ever(database: Database) -> None:
    platform = FakePlatform(file_failures=[Unreachable("away"), RateLimited("wait", 0.1)])
    async with desk(database, platform) as here:
        file = platform.attachment("a.txt", "text/plain", b"hello")
        await platform.say("Why?", files=[file])
        assert await platform.sees(1) == ["You asked: Why?"]
        platform.file_failures = [Unreachable("away")] * 3
        await platform.say("Why?", files=[file])
        assert (await platform.sees(2))[1] == "I could not open this: `a.txt`\n\nYou asked: Why?"
        assert (platform.fetched, len(here.echo.asked)) == (6, 2)


async def test_where_a_platform_keeps_no_files_nobody_looks_for_them(database: Database) -> None:
    platform = FakePlatform(capabilities=Capabilities(status=True, files=False))
    async with desk(database, platform):
        await platform.say("Why?", files=[platform.attachment("a.txt", "text/plain", b"hello")])
        assert await platform.sees(1) == ["I could not open this: `a.txt`\n\nYou asked: Why?"]
        assert platform.fetched == 0


async def test_pictures_reach_a_model_that_sees_as_what_they_are_and_not_as_what_they_are_called(database: Database) -> None:
    async with desk(database, echo=Echo(sees=True)) as here:
        platform = here.platform
        files = [platform.attachment("a.jpg", "image/jpeg", PNG), platform.attachment("b.png", "image/png", b"<html>")]
        await platform.say("What is this?", files=files)
        assert await platform.sees(1) == ["I could not open this: `b.png`\n\nYou asked: What is this?"]
        assert [(one.kind, one.data) for one in here.echo.asked[0].attached.pictures] == [("image/png", PNG)]
        assert await turns(database) == ["What is this?\n\n📎 a.jpg\n\n📎 b.png"]


async def test_what_a_picture_was_seen_to_show_stays_in_the_conversation(database: Database) -> None:
    async with desk(database, echo=Echo(sees=True, looked="Error 17: no paper")) as here:
        await here.platform.say("", files=[here.platform.attachment("a.png", "image/png", PNG)])
        await here.platform.sees(1)
        assert await turns(database) == ["📎 a.png\nError 17: no paper"]


async def test_who_asks_more_than_his_workspace_may_is_told_that_nobody_looks_at_pictures(database: Database) -> None:
    async with desk(database, echo=Echo(sees=True), rates=Rates(0, 1)) as here:
        file = here.platform.attachment("a.png", "image/png", PNG)
        await here.platform.say("Why?", files=[file])
        assert await here.platform.sees(1) == ["You asked: Why?"]
        await here.platform.say("Why?", files=[file])
        assert "I cannot look at pictures" in (await here.platform.sees(2))[1]


async def test_no_more_files_are_opened_than_is_sensible(database: Database) -> None:
    async with desk(database) as here:
        files = [here.platform.attachment(f"{number}.txt", "text/plain", b"hello") for number in range(7)]
        await here.platform.say("Why?", files=files)
        [shown] = await here.platform.sees(1)
        assert shown.startswith("That was too much at once, so I did not look at this: `5.txt`, `6.txt`")
        assert here.platform.fetched == 5


async def test_a_shop_that_wants_no_files_read_says_so(database: Database) -> None:
    async with desk(database, attachment_tokens=0, echo=Echo(sees=True)) as here:
        files = [here.platform.attachment("a.txt", "text/plain", b"hello"), here.platform.attachment("b.png", "image/png", PNG)]
        await here.platform.say("Why?", files=files)
        [shown] = await here.platform.sees(1)
        assert "I cannot read this kind of file: `a.txt`" in shown
        assert "I cannot look at pictures" in shown
        assert here.platform.fetched == 0


async def test_a_question_edited_before_its_answer_keeps_its_file(database: Database) -> None:
    async with desk(database, held=True) as here:
        message = await here.platform.say("Is this rihgt?", files=[here.platform.attachment("a.txt", "text/plain", b"XL")])
        await here.echo.begun.wait()
        await here.platform.edit(message, "Is this right?")
        here.echo.gate.set()
        assert await here.platform.sees(1) == ["You asked: Is this right?"]
        assert here.echo.asked[-1].attached.texts == (AttachedText("a.txt", "XL"),)
        assert await turns(database) == ["Is this right?\n\n📎 a.txt\nXL"]


async def test_a_question_edited_after_its_answer_keeps_what_stood_in_its_files(database: Database) -> None:
    async with desk(database) as here:
        files = [here.platform.attachment("a.txt", "text/plain", b"XL"), here.platform.attachment("b.txt", "text/plain", b"Blue")]
        message = await here.platform.say("Is this rihgt?", files=files)
        await here.platform.sees(1)
        await here.platform.edit(message, "Is this right?")
        assert await turns(database) == ["Is this right?\n\n📎 a.txt\nXL\n\n📎 b.txt\nBlue"]
        await here.platform.edit(message, "")
        assert await turns(database) == ["📎 a.txt\nXL\n\n📎 b.txt\nBlue"]


async def test_who_was_forgotten_leaves_nothing_of_his_files(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Is this right?", files=[here.platform.attachment("my secret.txt", "text/plain", b"my secret")])
        await here.platform.sees(1)
        await here.settled()
        records = RecordStore(database)
        ada = Person("fake", "w1", "ada")
        assert "my secret" in str(await records.export(ada))
        await records.erase(ada)
    async with database.reading() as connection:
        for table in ("turns", "events", "outbox", "cases"):
            assert "secret" not in str((await connection.execute(text(f"SELECT * FROM {table}"))).all())  # noqa: S608


async def test_a_file_deleted_with_its_question_leaves_nothing(database: Database) -> None:
    async with desk(database, held=True) as here:
        message = await here.platform.say("Why?", files=[here.platform.attachment("a.txt", "text/plain", b"my secret")])
        await here.echo.begun.wait()
        await here.platform.delete(message)
        here.echo.gate.set()
        await here.settled()
    async with database.reading() as connection:
        for table in ("turns", "events", "outbox"):
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608
            assert "secret" not in str(rows)


async def test_a_message_written_down_by_an_older_desk_is_still_answered(database: Database) -> None:
    async with desk(database, held=True) as here:
        await here.platform.say("Hello?", addressed="mention", thread="t7")
        await here.echo.begun.wait()
        await here.close()
        async with database.writing() as connection:
            body = (await connection.execute(text("SELECT body FROM events"))).scalar_one()
            old = body.replace(', "", []]', "]")
            assert old != body
            await connection.execute(text("UPDATE events SET body = :old, state = 'new', owner = 0"), {"old": old})
    platform = FakePlatform()
    async with desk(database, platform):
        assert await platform.sees(1) == ["You asked: Hello?"]


async def test_staff_who_are_told_of_a_question_see_that_a_file_came_with_it(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, staff=platform.place("staff")):
        await platform.say("I want to talk to a human", files=[Attachment("broken.png", "image/png")])
        shown = await platform.sees(2)
        assert any("📎 broken.png" in post for post in shown)
        assert platform.fetched == 0


async def test_who_sent_pictures_that_nobody_saw_after_all_is_told_of_each(database: Database) -> None:
    async with desk(database, echo=Echo(sees=True, unseen=True)) as here:
        files = [here.platform.attachment(f"{number}.png", "image/png", PNG) for number in range(4)]
        await here.platform.say("Why?", files=files)
        [shown] = await here.platform.sees(1)
        assert "I do not know what this shows: `0.png`, `1.png`, `2.png`\n\nYou asked: Why?" in shown
        assert shown.startswith("That was too much at once, so I did not look at this: `3.png`")


async def test_who_sends_a_picture_while_others_take_up_the_room_is_told_that_nobody_opened_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "ROOM", 2)
    monkeypatch.setattr(attachments, "ROOM_SECONDS", 0.05)
    async with desk(database, echo=Echo(sees=True), held=True) as here:
        picture = here.platform.attachment("a.png", "image/png", PNG)
        await here.platform.say("Why?", thread="t1", files=[picture])
        await here.echo.begun.wait()
        here.echo.begun.clear()
        note = here.platform.attachment("a.txt", "text/plain", b"XL")
        await here.platform.say("And why?", thread="t2", files=[picture, note, picture])
        await here.echo.begun.wait()
        assert [(len(asked.attached.pictures), len(asked.attached.texts)) for asked in here.echo.asked] == [(1, 0), (0, 1)]
        here.echo.gate.set()
        assert set(await here.platform.sees(2)) == {"You asked: Why?", "I could not open this: `a.png`\n\nYou asked: And why?"}
        await here.settled()
        await here.platform.say("Now?", thread="t3", files=[picture, picture])
        assert (await here.platform.sees(3))[2] == "You asked: Now?"
        assert len(here.echo.asked[2].attached.pictures) == 2


async def test_who_waits_for_a_picture_before_his_gets_his_looked_at_once_that_is_answered(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "ROOM", 1)
    async with desk(database, echo=Echo(sees=True), held=True) as here:
        picture = here.platform.attachment("a.png", "image/png", PNG)
        await here.platform.say("Why?", thread="t1", files=[picture])
        await here.echo.begun.wait()
        await here.platform.say("And why?", thread="t2", files=[picture])
        here.echo.gate.set()
        assert set(await here.platform.sees(2)) == {"You asked: Why?", "You asked: And why?"}
        assert [len(asked.attached.pictures) for asked in here.echo.asked] == [1, 1]


async def test_room_for_a_picture_comes_back_when_its_question_is_withdrawn(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "ROOM", 1)
    async with desk(database, echo=Echo(sees=True), held=True) as here:
        picture = here.platform.attachment("a.png", "image/png", PNG)
        message = await here.platform.say("Why?", thread="t1", files=[picture])
        await here.echo.begun.wait()
        await here.platform.delete(message)
        here.echo.gate.set()
        await here.settled()
        await here.platform.say("And why?", thread="t2", files=[picture])
        assert await here.platform.sees(1) == ["You asked: And why?"]


async def test_who_gets_no_turn_for_his_files_in_time_is_answered_without_them(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "AT_ONCE", 0)
    monkeypatch.setattr(attachments, "OPEN_SECONDS", 0.05)
    async with desk(database) as here:
        await here.platform.say("Why?", files=[here.platform.attachment("a.txt", "text/plain", b"hello")])
        assert await here.platform.sees(1) == ["I could not open this: `a.txt`\n\nYou asked: Why?"]
        assert here.platform.fetched == 0


async def test_files_that_keep_all_readers_busy_hold_up_no_answer_for_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    held = threading.Event()
    monkeypatch.setattr(attachments, "READERS", 1)
    monkeypatch.setattr(attachments, "OPEN_SECONDS", 0.05)
    monkeypatch.setattr(attachments, "read_attached", lambda *_: held.wait(30) and Beginning("hello", whole=True))
    async with desk(database) as here:
        file = here.platform.attachment("a.txt", "text/plain", b"hello")
        for number in (1, 2):
            await here.platform.say("Why?", thread=f"t{number}", files=[file])
            assert (await here.platform.sees(number))[-1] == "I could not open this: `a.txt`\n\nYou asked: Why?"
        monkeypatch.setattr(attachments, "OPEN_SECONDS", 20)
        held.set()
        await here.platform.say("And now?", thread="t3", files=[file])
        assert (await here.platform.sees(3))[-1] == "You asked: And now?"


ROOT = Path(__file__).parents[2]
HANGS = """
import asyncio, threading
from bot import attachments
from bot.messages import MessageReceived, Person, Place
from tests.fake_platform import FakePlatform

async def main():
    platform = FakePlatform()
    await platform.open()
    file = platform.attachment("a.txt", "text/plain", b"hello")
    message = MessageReceived("e1", platform.place("t1"), "m1", Person("fake", "w1", "ada", "Ada"), "", 1, "mention", attachments=(file,))
    async with attachments.Attachments({"fake": platform}).open([message], False) as opened:
        print(opened.missed)

attachments.OPEN_SECONDS = 0.05
attachments.read_attached = lambda *_: threading.Event().wait()
asyncio.run(main())
"""


def test_a_file_whose_reader_hangs_keeps_no_desk_from_ending() -> None:
    ended = subprocess.run([sys.executable, "-c", HANGS], check=True, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert ended.stdout == "{'I could not open this: {names}': ['a.txt']}\n"
