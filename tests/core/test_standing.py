"""Staff see how things stand, and what was set aside is answered when they ask for it."""

import asyncio
import json
import logging
import re

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot.__main__ import app as program
from bot.errors import PlaceGone, Unreachable
from bot.metrics import Metrics
from bot.store.database import Database
from bot.store.report import ReportStore
from tests.core.desk import Echo, desk
from tests.fake_platform import FakePlatform


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)


def run(address: str, *words: str) -> Result:
    return CliRunner().invoke(program, list(words), env={"DATABASE_URL": address, "PORT": "9"})


async def poisoned(database: Database) -> str:
    """A question whose answer fails until it is given up; the reference that its customer got."""
    async with desk(database, echo=Echo(failures=[RuntimeError("secret")] * 3)) as here:
        await here.platform.say("Where is my parcel?")
        [apology] = await here.platform.sees(1)
    found = re.search(r"#[0-9A-Z]{6}", apology)
    assert found
    return found[0]


async def test_a_question_that_was_given_up_is_set_aside_with_its_error_and_its_words(database: Database) -> None:
    reference = await poisoned(database)
    [one] = await ReportStore(database).aside()
    assert one.reference == reference
    assert one.error.startswith("RuntimeError")
    assert "secret" not in one.error
    assert (await ReportStore(database).standing()).aside == 1


@pytest.mark.parametrize("by", ["reference", "lower case", "number"])
async def test_what_was_set_aside_is_answered_once_more_on_request(database: Database, by: str) -> None:
    reference = await poisoned(database)
    report = ReportStore(database)
    [one] = await report.aside()
    name = {"reference": reference, "lower case": reference.lower().lstrip("#"), "number": str(one.event)}[by]
    assert await report.retry(name) == one.event
    async with desk(database) as here:
        assert (await here.platform.sees(1))[-1] == "You asked: Where is my parcel?"
    assert (await report.standing()).aside == 0


async def test_a_reply_that_its_platform_refused_can_be_tried_again(database: Database) -> None:
    async with desk(database, FakePlatform(failures=[PlaceGone("channel archived")])) as here:
        await here.platform.say("Where is my parcel?")
        report = ReportStore(database)
        while not (aside := await report.aside()):
            await asyncio.sleep(0.01)
        assert here.platform.posts == []
    assert await report.retry(aside[0].reference or str(aside[0].event))
    async with desk(database) as here:
        assert await here.platform.sees(1) == ["You asked: Where is my parcel?"]


async def test_an_answer_that_worked_at_the_second_try_is_not_set_aside(database: Database) -> None:
    async with desk(database, echo=Echo(failures=[RuntimeError("once")])) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.sees(1)
    assert (await ReportStore(database).standing()).aside == 0
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT state, body FROM events"))).all() == [("done", "")]


@pytest.mark.parametrize("which", ["#ZZZZZZ", "999", "nonsense", "99999999999999999999", ""])
async def test_nothing_is_answered_twice_for_a_name_that_means_nothing(database: Database, which: str) -> None:
    await poisoned(database)
    assert await ReportStore(database).retry(which) is None


async def test_what_waits_is_counted_by_conversation_and_by_age(database: Database) -> None:
    async with desk(database, held=True) as here:
        await here.platform.say("One", thread="t1")
        await here.platform.say("Two", thread="t2")
        await here.echo.begun.wait()
        async with database.writing() as connection:
            await connection.execute(text("UPDATE events SET received_at = received_at - 100"))
        standing = await ReportStore(database).standing()
        assert standing.waiting + standing.answering == 2
        assert 100 <= standing.oldest < 130
        assert len(standing.workers) == 1


async def test_a_letter_that_may_stand_or_not_is_in_doubt_once_its_worker_is_gone(database: Database) -> None:
    async with desk(database, FakePlatform(failures=[Unreachable("away")] * 9)) as here:
        await here.platform.say("One")
        report = ReportStore(database)
        while not (standing := await report.standing()).sending:
            await asyncio.sleep(0.01)
        assert standing.in_doubt == 0
    standing = await report.standing()
    assert (standing.sending, standing.in_doubt, standing.workers) == (1, 1, ())


async def test_a_person_at_a_terminal_sees_that_nobody_is_at_work(database: Database, database_address: str) -> None:
    done = await asyncio.to_thread(run, database_address, "status")
    assert done.exit_code == 1
    assert "nobody" in done.stdout
    assert "none answers at http://127.0.0.1:9" in " ".join(done.stdout.split())


async def test_a_program_gets_the_same_as_one_object(database: Database, database_address: str) -> None:
    reference = await poisoned(database)
    done = await asyncio.to_thread(run, database_address, "status", "--json")
    said = json.loads(done.stdout.splitlines()[-1])
    assert (said["aside"], said["desk"]) == (1, None)
    assert said["set_aside"][0]["reference"] == reference


async def test_a_wrong_name_is_one_clear_sentence(database: Database, database_address: str) -> None:
    done = await asyncio.to_thread(run, database_address, "retry", "#ABCDEF")
    assert done.exit_code == 1
    assert "Nothing that was set aside is called #ABCDEF" in done.stderr


async def test_what_people_waited_and_what_models_took_is_told_without_their_names(database: Database) -> None:
    metrics = Metrics()
    async with desk(database, echo=Echo(failures=[RuntimeError("once")]), metrics=metrics) as here:
        await here.platform.say("Where is my parcel?")
        await here.platform.sees(1)
    told = metrics.text({"messages_aside": 2}, {"slack": False}, {"mistral-small": True}).decode()
    for line in (
        'polydesk_answers_total{answered="yes",model="echo",platform="fake"} 1.0',
        'polydesk_failures_total{platform="fake"} 1.0',
        'polydesk_first_sign_seconds_count{platform="fake"}',
        "polydesk_messages_aside 2.0",
        'polydesk_platform_up{platform="slack"} 0.0',
        'polydesk_model_resting{model="mistral-small"} 1.0',
    ):
        assert line in told
    assert "ada" not in told
