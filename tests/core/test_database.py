"""Where the database is, and what the owner reads when it cannot be used."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot import outage
from bot.errors import StoreError
from bot.store import database as database_module
from bot.store.database import Database


async def test_a_database_in_a_folder_that_is_not_there_yet_is_made_with_it(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/new/folder/desk.db")
    assert await database.version() is None
    await database.migrate()
    assert await database.version()
    await database.close()


async def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    database = Database(f"sqlite:///{tmp_path}/file/desk.db")
    with pytest.raises(StoreError, match="DATABASE_URL cannot be used"):
        await database.migrate()
    await database.close()


@pytest.mark.parametrize("address", ["sqlite:///{folder}", "postgresql://nobody@127.0.0.1:1/none"])
def test_a_database_that_cannot_be_opened_is_one_sentence_at_the_terminal(address: str, tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": address.format(folder=tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])}
    asked = subprocess.run([sys.executable, "-m", "bot", "ask", "hi"], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert asked.returncode == 1
    assert asked.stderr.startswith("the database of DATABASE_URL cannot be used: ")
    assert len(asked.stderr.splitlines()) == 1


async def test_a_database_that_takes_nothing_is_one_line_in_the_log_and_one_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0)
    monkeypatch.setattr(outage, "CALM_SECONDS", 0)
    database = Database(f"sqlite:///{tmp_path}/desk.db", outage.Outage())
    await database.migrate()
    other = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        with pytest.raises(StoreError, match="locked"):
            async with database.writing():
                pass
    other.execute("ROLLBACK")
    other.close()
    for _ in range(2):
        async with database.writing() as connection:
            await connection.execute(text("DELETE FROM workers"))
    await database.close()
    said = [record.levelname for record in caplog.records if record.name == "bot.outage"]
    assert said == ["ERROR", "WARNING"]


async def test_a_read_only_database_is_said_and_nothing_counts_as_written(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    made = Database(f"sqlite:///{tmp_path}/desk.db")
    await made.migrate()
    await made.close()
    database = Database(f"sqlite:///file:{tmp_path}/desk.db?mode=ro&uri=true", outage.Outage())
    with pytest.raises(StoreError, match="readonly"):
        async with database.writing() as connection:
            await connection.execute(text("DELETE FROM workers"))
    await database.close()
    assert "nothing is acknowledged or answered" in caplog.text
