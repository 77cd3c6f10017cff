"""A power cut, as SQLite's write-ahead log sees it: what was not yet synced to the disk may be torn off, and nothing else.

The bot notes after each commit that it tells somebody of (`lasting`) how long the log was; a checkpoint syncs what it takes from
the log. What lies behind both is cut at a random byte, or is zeros from there on, as file systems leave it.
"""

import os
import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database

NOTE = "lasting"
"""The file that holds the length; where it stands, the bot notes."""
HEADER, FRAME_HEADER, TRANSACTION = 32, 24, struct.Struct("<16xI12x8s")
"""SQLite's file format, on a little-endian machine: the log's header, a frame's, and in -shm the last commit's frame and the log's salt."""
BACKFILLED, PAGE_SIZE = (128, "<I"), (8, ">I")
"""In -shm, frames that a checkpoint may have taken; in the log, bytes of a page."""


@dataclass(frozen=True)
class Log:
    """The write-ahead log of a bot that is dead. Lengths in frames."""

    file: Path
    salt: bytes
    committed: int
    taken: int
    frame: int

    def tear(self, dice: random.Random) -> int:
        """The bytes that are gone: none where all had been synced."""
        lasting = self.file.with_name(NOTE).read_bytes()
        salt, synced = lasting[:8], int(lasting[8:] or b"0")
        # After another salt the log was begun anew, and all before that is in the database.
        safe = HEADER + self.frame * max(self.taken, synced if salt == self.salt else 0)
        end = min(HEADER + self.frame * (self.committed + 1), self.file.stat().st_size)
        if end <= safe:
            return 0
        cut = dice.randrange(safe, end)
        with self.file.open("r+b") as log:
            log.truncate(cut)
            if dice.random() < 0.5:
                log.truncate(end)
        return end - cut


def log_of(database: Path) -> Log | None:
    """None when it is empty."""
    file = database.with_name(database.name + "-wal")
    shared = database.with_name(database.name + "-shm")
    if not file.exists() or not shared.exists():
        return None
    index, header = shared.read_bytes(), file.read_bytes()[:HEADER]
    if not index or len(header) < HEADER:
        return None
    committed, _ = TRANSACTION.unpack_from(index)
    [page] = struct.unpack_from(PAGE_SIZE[1], header, PAGE_SIZE[0])
    [taken] = struct.unpack_from(BACKFILLED[1], index, BACKFILLED[0])
    return Log(file, header[16:24], committed, taken, FRAME_HEADER + page)


def note_what_lasts() -> None:
    """From now on this process notes it after each lasting commit, before anything else can be written."""
    real: Any = Database.writing

    @asynccontextmanager
    async def writing(self: Database, *, lasting: bool = False) -> AsyncIterator[AsyncConnection]:
        async with real(self, lasting=lasting) as connection:
            yield connection
        if lasting:
            _note(Path(f"{self.url.database}-shm"))

    setattr(Database, "writing", writing)  # noqa: B010


def _note(index: Path) -> None:
    committed, salt = TRANSACTION.unpack_from(index.read_bytes())
    note = index.with_name(NOTE)
    beside = note.with_suffix(".new")
    beside.write_bytes(salt + str(committed).encode())
    os.replace(beside, note)
