"""The desk as several real processes over one PostgreSQL, against servers of ours."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.store.database import Database
from tests.journeys.whole import PAGES, SHOP

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_VECTORS = "from bot.app import parts; parts.embedded = tuple; from bot.__main__ import main; main()"
"""They cost seconds of loading, and have tests of their own."""
READY = ("http: listening", "slack: up", "discord: up")
"""What a process logs when it has come up."""


@dataclass
class Fleet:
    """Starts and ends processes that share a folder and their settings."""

    folder: Path
    settings: dict[str, str]
    running: list[asyncio.subprocess.Process] = field(default_factory=list)
    readers: list[asyncio.Task[None]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def start(self, command: str, **settings: str) -> asyncio.subprocess.Process:
        """`web`, `gateway`, `work`, `serve`; returns when it is ready."""
        environment = {**os.environ, **self.settings, **settings, "PYTHONPATH": str(ROOT)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WITHOUT_VECTORS, command), cwd=self.folder, env=environment, stderr=asyncio.subprocess.PIPE
        )
        self.running.append(process)
        ready = asyncio.Event()
        self.readers.append(asyncio.create_task(self._read(process, ready)))
        async with asyncio.timeout(60):
            await ready.wait()
        return process

    async def _read(self, process: asyncio.subprocess.Process, ready: asyncio.Event) -> None:
        assert process.stderr is not None
        async for line in process.stderr:
            self.said.append(line.decode().rstrip())
            if any(word in self.said[-1] for word in READY):
                ready.set()
        ready.set()

    async def once(self, *words: str) -> str:
        """A command that ends by itself: what it said."""
        environment = {**os.environ, **self.settings, "PYTHONPATH": str(ROOT)}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WITHOUT_VECTORS, *words),
            cwd=self.folder,
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return said.decode()

    async def end(self, process: asyncio.subprocess.Process, how: signal.Signals = signal.SIGTERM) -> int:
        """End one; its exit code."""
        process.send_signal(how)
        return await process.wait()

    async def close(self) -> None:
        """End all that still run, at once."""
        for process in self.running:
            if process.returncode is None:
                process.kill()
                await process.wait()
        await asyncio.gather(*self.readers)


@asynccontextmanager
async def fleet(folder: Path, **settings: str) -> AsyncIterator[Fleet]:
    """A folder with a shop, a migrated database, and its index."""
    (folder / "pages").mkdir(exist_ok=True)
    for name, text in PAGES.items():
        (folder / "pages" / name).write_text(text)
    (folder / "shop.toml").write_text(SHOP.format(threshold=0, checks="false"))
    crew = Fleet(folder, {"PORT": str(free_port()), **settings})
    database = Database(settings["DATABASE_URL"])
    await database.migrate()
    await database.close()
    await crew.once("index")
    try:
        yield crew
    finally:
        await crew.close()


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


async def ready(address: str) -> dict[str, object]:
    """What /ready says."""
    async with aiohttp.ClientSession() as session, session.get(f"{address}/ready") as answer:
        return dict(await answer.json())
