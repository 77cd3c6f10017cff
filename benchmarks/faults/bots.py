"""The bots: processes that are started, killed, frozen and started again."""

import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from benchmarks.faults import child

STARTS_WITHIN = 300.0
PATIENCE = 60.0
"""Seconds that a bot gets to end, on a machine that has other things to do."""


class Bot:
    """One worker, in a folder and on a port that it keeps over all its lives."""

    def __init__(self, context: ForkServerContext, folder: Path, settings: Mapping[str, str]) -> None:
        self._context, self._folder = context, folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._settings = {**settings, "PORT": str(self.port)}
        self._process: ForkServerProcess | None = None

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.is_alive()

    def start(self, point: str = "", passes: int = 1) -> None:
        """Start it; with a point it dies by itself when it passes there for the so-manieth time."""
        self._process = self._context.Process(target=child.serve, args=(str(self._folder), self._settings, point, passes))
        self._process.start()

    def until_ready(self) -> None:
        """Returns when it hears, or when it has died."""
        until = time.monotonic() + STARTS_WITHIN
        while self.alive and not self._ready():
            if time.monotonic() > until:
                raise TimeoutError(f"a bot was not ready after {STARTS_WITHIN:.0f} s; look at {self._folder}/log")
            time.sleep(0.02)

    def until_dead(self, seconds: float) -> bool:
        """Whether it died by itself in that time."""
        assert self._process is not None
        self._process.join(seconds)
        return not self.alive

    def signal(self, number: signal.Signals) -> None:
        """SIGKILL, SIGTERM (both are waited for), SIGSTOP, SIGCONT."""
        assert self._process is not None
        assert self._process.pid is not None
        if self.alive:
            os.kill(self._process.pid, number)
        if number in (signal.SIGKILL, signal.SIGTERM):
            self._process.join(PATIENCE)
        if number == signal.SIGTERM and self.alive:
            self.signal(signal.SIGKILL)  # a second one must never live beside it

    def _ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/ready", timeout=2) as answer:  # noqa: S310  # our own bot
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False
