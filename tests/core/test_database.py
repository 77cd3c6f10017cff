"""Where the database is, and what the owner reads when it cannot be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import StoreError
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
