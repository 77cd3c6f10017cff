"""What befalls the database while the bot lives: it is locked, its disk is full, its server is restarted, its connections are cut."""

import errno
import os
import pwd
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg

SMALL = "8m"
PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Trouble(Protocol):
    """It lasts `seconds`, and is over when `end` returns."""

    seconds: float

    def begin(self) -> None:
        """From now on."""
        ...

    def end(self) -> None:
        """Until now."""
        ...


class Locked:
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


class Full:
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


class Restart:
    """PostgreSQL is stopped without a farewell, and starts again."""

    seconds = 2.0

    def __init__(self, server: "Server") -> None:
        self._server = server

    def begin(self) -> None:
        self._server.control("stop", "-m", "immediate")

    def end(self) -> None:
        self._server.control("start", "-w")


class Resets:
    """Every connection to PostgreSQL is cut at its other end."""

    seconds = 0.0

    def __init__(self, server: "Server") -> None:
        self._server = server

    def begin(self) -> None:
        with psycopg.connect(self._server.address, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = 'desk'")

    def end(self) -> None:
        """They connect again by themselves."""


class Server:
    """A PostgreSQL of our own, in a folder; `control` is pg_ctl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "postgresql"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"postgresql://postgres@127.0.0.1:{self._port}/desk"

    def make(self) -> None:
        """Set up, start, and one empty database."""
        self._folder.mkdir()
        if os.geteuid() == 0:
            self._folder.parent.chmod(0o755)
            shutil.chown(self._folder, "postgres")
        self._as_postgres(str(PROGRAMS / "initdb"), "-D", str(self._folder), "-U", "postgres", "-A", "trust")
        with (self._folder / "postgresql.conf").open("a") as settings:
            settings.write(f"port = {self._port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n")
        self.control("start", "-w")
        with psycopg.connect(self.address.replace("/desk", "/postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE desk")

    def control(self, *what: str) -> None:
        """Returns when it is done."""
        self._as_postgres(str(PROGRAMS / "pg_ctl"), "-D", str(self._folder), "-l", str(self._folder / "server.log"), *what)

    def _as_postgres(self, *command: str) -> None:
        """PostgreSQL refuses to run as root."""
        user = pwd.getpwnam("postgres").pw_uid if os.geteuid() == 0 else None
        subprocess.run(command, check=True, user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def prepared(name: str, folder: Path) -> Iterator[tuple[Trouble, str]]:
    """The trouble of this name, and the address of the database that it will befall."""
    if name == "locked":
        yield Locked(folder / "desk.db"), f"sqlite:///{folder}/desk.db"
    elif name == "full":
        small = folder / "small"
        small.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(small)], check=True)  # noqa: S607
        try:
            yield Full(small), f"sqlite:///{small}/desk.db"
        finally:
            subprocess.run(["umount", "-l", str(small)], check=True)  # noqa: S607
    else:
        server = Server(folder)
        server.make()
        try:
            yield Restart(server) if name == "restart" else Resets(server), server.address
        finally:
            server.control("stop", "-m", "immediate")
