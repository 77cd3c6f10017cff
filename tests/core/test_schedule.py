"""Documents are looked at again while the desk serves."""

import asyncio
import logging

import pytest

from bot.errors import ModelUnreachable, StoreError
from bot.knowledge import IndexReport, schedule
from bot.knowledge.schedule import index_every, index_until_done


async def test_a_failed_run_is_one_line_and_the_next_run_comes_and_none_overlap(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    running, runs, done = 0, 0, asyncio.Event()

    async def index() -> IndexReport:
        nonlocal running, runs
        running, runs = running + 1, runs + 1
        assert running == 1
        await asyncio.sleep(0.01)
        running -= 1
        if runs == 1:
            raise StoreError("the database is out of reach")
        done.set()
        return IndexReport(read=3, changed=("a",))

    task = asyncio.create_task(index_every(0.001, index))
    await done.wait()
    await asyncio.sleep(0.005)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    messages = [record.getMessage() for record in caplog.records if record.name == "bot.knowledge.schedule"]
    assert messages[0] == "indexing on schedule failed: the database is out of reach"
    assert messages[1] == "indexed on schedule: 3 read, 1 changed, 0 removed, 0 unreadable"


async def test_what_cannot_be_indexed_at_the_start_is_tried_until_it_can_and_pages_that_cannot_be_read_are_named(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(schedule, "AGAIN_SECONDS", 0.0)
    outcomes = iter(
        [ModelUnreachable("the server is away"), OSError("unforeseen"), IndexReport(read=1, unreadable=(("a.md", "it is broken"),))]
    )

    async def index() -> IndexReport:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    await index_until_done(index)
    assert [record.getMessage() for record in caplog.records if record.name == "bot.knowledge.schedule"] == [
        "indexing what was new failed: the server is away",
        "indexing what was new failed",
        "indexed what was new: 1 read, 0 changed, 0 removed, 1 unreadable",
        "unreadable a.md: it is broken",
    ]


async def test_where_nothing_is_new_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    async def index() -> None:
        return None

    await index_until_done(index)
    assert not [record for record in caplog.records if record.name == "bot.knowledge.schedule"]
