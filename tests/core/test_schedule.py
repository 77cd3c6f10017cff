"""Documents are looked at again while the desk serves."""

import asyncio
import logging

import pytest

from bot.errors import StoreError
from bot.knowledge import IndexReport
from bot.knowledge.schedule import index_every


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
