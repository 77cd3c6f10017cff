"""SQLite on a disk that fills up, and after a power cut."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import inbox, outage
from bot.errors import StoreError
from bot.inbox import Inbox
from bot.lanes import InProcessLanes
from bot.messages import MessageReceived, Person, Place
from bot.store.database import Database
from bot.store.inbox import InboxStore
from bot.store.workers import Holder, WorkerStore

HERE = Place("fake", "T", "C", "1")


def asked(number: int) -> MessageReceived:
    return MessageReceived(f"e{number}", HERE, f"m{number}", Person("fake", "T", "ana"), "How long does delivery take?", number, "mention")


async def states(database: Database) -> list[str]:
    async with database.reading() as connection:
        return list((await connection.execute(text("SELECT state FROM events ORDER BY id"))).scalars())


@contextmanager
def no_file_grows_beyond(size: int) -> Iterator[None]:
    """The system refuses to write behind `size` bytes of any file of this process, root's too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def nothing(_place: str) -> None:
    """A lane that is not looked at here."""


async def test_what_a_full_disk_does_not_take_is_not_acknowledged_and_taken_when_there_is_room_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outage, "CALM_SECONDS", 0)
    monkeypatch.setattr(inbox, "RETRIES", (0.01, 0.01))
    database = Database(f"sqlite:///{tmp_path}/desk.db", outage.Outage())
    await database.migrate()
    accepting = Inbox(InboxStore(database, Holder()), InProcessLanes(nothing, lambda _: None), lambda _: None)
    await accepting.accept(asked(1))
    with no_file_grows_beyond((tmp_path / "desk.db-wal").stat().st_size):
        for number in (2, 3):
            with pytest.raises(StoreError):
                await accepting.accept(asked(number))
        assert await states(database) == ["new"]
    for number in (2, 3):
        await accepting.accept(asked(number))
    assert await states(database) == ["new"] * 3
    await database.close()
    assert [record.levelname for record in caplog.records if record.name == "bot.outage"] == ["ERROR", "WARNING"]


async def test_what_was_acknowledged_stands_wherever_a_power_cut_tears_the_log(tmp_path: Path) -> None:
    holder = Holder()
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await database.migrate()
    await WorkerStore(database, holder).join("test")
    store, log = InboxStore(database, holder), tmp_path / "desk.db-wal"
    await store.accept(asked(1))
    lasting = log.stat().st_size
    assert await store.begin(HERE.key)
    end = log.stat().st_size
    assert end > lasting
    for cut in (lasting, lasting + 1, (lasting + end) // 2, end - 1, end):
        folder = tmp_path / str(cut)
        folder.mkdir()
        shutil.copy(tmp_path / "desk.db", folder)
        (folder / "desk.db-wal").write_bytes(log.read_bytes()[:cut])
        after = Database(f"sqlite:///{folder}/desk.db")
        assert await states(after) == ["working" if cut == end else "new"]
        fresh = Holder()
        await WorkerStore(after, fresh).join("test")
        assert await InboxStore(after, fresh).begin(HERE.key)
        await after.close()
    await database.close()
