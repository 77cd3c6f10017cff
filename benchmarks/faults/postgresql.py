"""A PostgreSQL of the bench's own, which may be stopped and started."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


class Server:
    """In a folder; `control` is pg_ctl."""

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
def running(folder: Path) -> Iterator[Server]:
    """From its making to its end."""
    server = Server(folder)
    server.make()
    try:
        yield server
    finally:
        server.control("stop", "-m", "immediate")
