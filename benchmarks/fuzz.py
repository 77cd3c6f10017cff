"""What becomes of payloads that no honest platform sends: 5,000 a platform, through `serve` as it is shipped.

    python -m benchmarks.fuzz [--payloads 5000] [--seed 1] [--database URL] [--only NAME]

For each platform the desk runs in a process of its own, with a model that answers in one sentence; the odd payloads come from
this one. Every hundredth is followed by an ordinary question, which must be answered. Memory is the desk's: its peak against
what it has after 200 ordinary questions. SQL errors are counted in the driver, crashes in the log. Exits with 1 where one of
the promises of the last column is broken.

--database: a PostgreSQL server; each platform gets a database of its own there, dropped at the end. SQLite otherwise.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy
from rich.console import Console
from rich.table import Table

from tests import odd_payloads
from tests.journeys.whole import PAGES, SHOP
from tests.model_server import ModelServer
from tests.odd_worlds import NOBODY_THERE, World, world

WIRES: dict[str, SearchStrategy[Any]] = {
    "slack sockets": odd_payloads.slack_frames,
    "slack requests": odd_payloads.slack_bodies,
    "discord": odd_payloads.discord_frames,
    "page": odd_payloads.page_requests,
}
WARM_UP = 200
OFTEN = 100
MOST_MEMORY = 1.5
BATCH = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One platform. Memory in MB."""

    name: str
    payloads: int
    refused: int
    answered: int
    asked: int
    crashes: list[str]
    sql: list[str]
    before: float
    peak: float
    seconds: float

    @property
    def broken(self) -> list[str]:
        """Which promises are."""
        found = [f"{len(self.crashes)} crashes"] * bool(self.crashes) + [f"{len(self.sql)} SQL errors"] * bool(self.sql)
        return found + ["memory"] * (self.peak > MOST_MEMORY * self.before)


def wires(strategy: SearchStrategy[Any], count: int, number: int) -> Iterator[Any]:
    """So many payloads, the same for the same number. In batches: hypothesis remembers what it has drawn."""
    for start in range(0, count, BATCH):
        yield from batch(strategy, min(BATCH, count - start), number + start)


def batch(strategy: SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """Drawn at once."""
    drawn: list[Any] = []

    @seed(number)
    @settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(strategy)
    def collect(wire: Any) -> None:
        drawn.append(wire)

    collect()
    return drawn


@dataclass
class Desk:
    """`serve` in a process of its own."""

    process: asyncio.subprocess.Process
    log: Path

    async def report(self) -> dict[str, Any]:
        """Memory and its peak in MB, and the SQL errors so far."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(b"\n")
        return dict(json.loads(await self.process.stdout.readline()))

    def crashes(self) -> list[str]:
        """What the log calls an error, but for replies to places that only an odd payload knew."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        told = [str(line.get("message")) for line in lines if line.get("level") in ("ERROR", "CRITICAL")]
        strange = [line for line in self.log.read_text().splitlines() if line.startswith("Traceback")]
        return [line for line in told if not any(expected in line for expected in NOBODY_THERE)] + strange


@asynccontextmanager
async def desk(folder: Path, **environment: str) -> AsyncIterator[Desk]:
    """A shop of two pages, indexed, and `serve`."""
    (folder / "pages").mkdir()
    for name, text in PAGES.items():
        (folder / "pages" / name).write_text(text)
    (folder / "shop.toml").write_text(SHOP.format(threshold=0, checks="true"))
    around = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **environment}
    if environment["DATABASE_URL"].startswith("postgresql"):
        await (
            await _run(folder, around, "-m", "alembic", "-c", str(Path(__file__).parents[1] / "pyproject.toml"), "upgrade", "head")
        ).wait()
    await (await _run(folder, around, "-m", "bot", "index")).wait()
    process = await _run(folder, around, "-m", "benchmarks.fuzz", "--child")
    try:
        yield Desk(process, folder / "log")
        assert process.returncode is None, "the desk is dead"
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def _run(folder: Path, environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    with (folder / "log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, *arguments, cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=log
        )


def child() -> None:
    """`serve` without vectors; a line on standard input asks how it stands."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from bot import app
    from bot.commands import serving, terminal

    failed: list[str] = []
    event.listen(Engine, "handle_error", lambda context: failed.append(type(context.original_exception).__name__))
    app.embedded = tuple  # type: ignore[assignment]  # the vectors' memory would hide ours

    async def both() -> None:
        reporting = asyncio.create_task(_report(failed))
        try:
            await serving.serve()
        finally:
            reporting.cancel()

    terminal.run(both())


async def _report(failed: list[str]) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())  # noqa: ASYNC240
        memory = {name: int(status[field].split()[0]) / 1024 for name, field in (("memory", "VmRSS"), ("peak", "VmHWM"))}
        sys.stdout.write(json.dumps({**memory, "sql": failed}) + "\n")
        sys.stdout.flush()


async def measured(name: str, payloads: int, number: int, folder: Path, database: str) -> Row:
    """One platform from its first ordinary question to its last."""
    port = 18_000 + os.getpid() % 1000
    async with ModelServer() as model, world(name) as there:
        model.always("You can return anything within 30 days [1].")
        about = {"MODEL_URL": model.url, "MODEL_NAME": "m", "PORT": str(port), "DATABASE_URL": database or f"sqlite:///{folder}/desk.db"}
        async with desk(folder, **about, **there.settings()) as served:
            await _listening(port)
            await there.open(f"http://127.0.0.1:{port}")
            for _ in range(WARM_UP):
                await there.ask()
            before, ordinary = (await served.report())["memory"], there.answered()
            began, asked = time.monotonic(), 0
            for at, wire in enumerate(wires(WIRES[name], payloads, number), 1):
                await there.send(wire, at)
                if at % OFTEN == 0:
                    await _look_after(there, model)
                    asked += 1
            await _quiet(there)
            said = await served.report()
            await there.close()
            row = Row(
                there.name, payloads, there.refused, there.answered() - ordinary - asked, asked,
                served.crashes(), said["sql"], before, said["peak"], time.monotonic() - began,
            )  # fmt: skip
            sys.stderr.write(f"{row}\n")
            return row


async def _look_after(there: World, model: ModelServer) -> None:
    there.forget()
    await there.ask()
    for kept in (model.requests, model.sizes, model.headers, model.peers):
        kept.clear()


async def _quiet(there: World) -> None:
    """Until nothing more is answered."""
    before = -1
    while before != there.answered():
        before = there.answered()
        await asyncio.sleep(1)


async def _listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


@contextmanager
def a_database(address: str) -> Iterator[str]:
    """A new database beside the one that is named; none where none is."""
    if not address:
        yield ""
        return
    name = f"fuzz_{secrets.token_hex(4)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
        yield address.rsplit("/", 1)[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[arg-type]


def show(rows: list[Row]) -> None:
    """The table, and what went wrong in words."""
    table = Table("", "payloads", "refused", "answered", "ordinary", "crashes", "SQL errors", "MB before", "peak", "x", "s", "broken")
    for row in rows:
        figures = (row.payloads, row.refused, row.answered, row.asked, len(row.crashes), len(row.sql))
        memory = (f"{row.before:.0f}", f"{row.peak:.0f}", f"{row.peak / row.before:.2f}", f"{row.seconds:.0f}")
        table.add_row(row.name, *map(str, figures), *memory, ", ".join(row.broken) or "none")
    Console(width=140).print(table)
    for row in rows:
        for line in sorted({*row.crashes, *row.sql}):
            Console(width=140).print(f"{row.name}: {line}", markup=False)


async def main(names: list[str], payloads: int, number: int, database: str) -> int:
    """All platforms, one after the other."""
    rows = []
    for name in names:
        with tempfile.TemporaryDirectory() as folder, a_database(database) as address:
            rows.append(await measured(name, payloads, number, Path(folder), address))
    show(rows)
    return int(any(row.broken for row in rows))


if __name__ == "__main__":
    reading = argparse.ArgumentParser(description="Payloads that no honest platform sends.")
    reading.add_argument("--payloads", type=int, default=5000)
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument("--database", default="")
    reading.add_argument("--only", choices=WIRES)
    reading.add_argument("--child", action="store_true")
    given_ = reading.parse_args()
    if given_.child:
        child()
    else:
        sys.exit(asyncio.run(main([given_.only] if given_.only else list(WIRES), given_.payloads, given_.seed, given_.database)))
