"""What befalls the database: it is locked or may not be written, its disk is full, its log is torn by a power cut, its server is restarted,
its connections are cut."""

import errno
import random
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Protocol

import psycopg

from benchmarks.faults import postgresql, torn

SMALL = "8m"


class Trouble(Protocol):
    """It lasts `seconds`, and is over when `end` returns. `while_dead`: it befalls a bot that was just killed."""

    seconds: float = 0.0
    while_dead: ClassVar[bool] = False

    def begin(self) -> None:
        """From now on."""
        ...

    def end(self) -> None:
        """Until now."""
        ...


class Locked(Trouble):
    """Another program holds SQLite's only writing lock."""

    seconds = 10.0

    def __init__(self, file: Path) -> None:
        self._file = file

    def begin(self) -> None:
        self._other = sqlite3.connect(self._file, isolation_level=None, timeout=30)
        self._other.execute("BEGIN IMMEDIATE")

    def end(self) -> None:
        self._other.execute("ROLLBACK")
        self._other.close()


class Full(Trouble):
    """The disk has no byte left."""

    seconds = 6.0

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def begin(self) -> None:
        with self._filler.open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(b"x" * 4096)
            except OSError as exc:
                if exc.errno != errno.ENOSPC:
                    raise

    def end(self) -> None:
        self._filler.unlink()


class ReadOnly(Trouble):
    """The system refuses every write, also in files that are open already: ext4's immutable flag, which binds root too."""

    seconds = 6.0

    def __init__(self, file: Path) -> None:
        self._files = [str(file), f"{file}-wal"]

    def begin(self) -> None:
        subprocess.run(["chattr", "+i", *self._files], check=True)  # noqa: S607

    def end(self) -> None:
        subprocess.run(["chattr", "-i", *self._files], check=True)  # noqa: S607


class Torn(Trouble):
    """The power is cut: the end of the log that was not synced is torn off."""

    while_dead = True

    def __init__(self, file: Path, dice: random.Random) -> None:
        self._file, self._dice = file, dice
        file.with_name(torn.NOTE).touch()
        self.gone: list[int] = []

    def begin(self) -> None:
        if log := torn.log_of(self._file):
            self.gone.append(log.tear(self._dice))

    def end(self) -> None:
        """It is over at once."""


class Restart(Trouble):
    """PostgreSQL is stopped without a farewell, and starts again."""

    seconds = 2.0

    def __init__(self, server: postgresql.Server) -> None:
        self._server = server

    def begin(self) -> None:
        self._server.control("stop", "-m", "immediate")

    def end(self) -> None:
        self._server.control("start", "-w")


class Resets(Trouble):
    """Every connection to PostgreSQL is cut at its other end."""

    def __init__(self, server: postgresql.Server) -> None:
        self._server = server

    def begin(self) -> None:
        with psycopg.connect(self._server.address, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'desk'")

    def end(self) -> None:
        """They connect again by themselves."""


@contextmanager
def prepared(name: str, folder: Path, dice: random.Random) -> Iterator[tuple[Trouble, str]]:
    """The trouble of this name, and the address of the database that it will befall."""
    file = folder / "desk.db"
    if name in ("restart", "resets"):
        with postgresql.running(folder) as server:
            yield Restart(server) if name == "restart" else Resets(server), server.address
    elif name == "full":
        with _small_disk(folder / "small") as small:
            yield Full(small), f"sqlite:///{small}/desk.db"
    else:
        trouble = Torn(file, dice) if name == "torn" else {"locked": Locked, "readonly": ReadOnly}[name](file)
        yield trouble, f"sqlite:///{file}"


@contextmanager
def _small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder)], check=True)  # noqa: S607
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)  # noqa: S607
