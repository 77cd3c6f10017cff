"""What lanes cost: jobs a second, the time from wake-up to drain, whole messages with one and two workers, and a worker that is killed.

    python -m benchmarks.lanes [--database postgresql://postgres@127.0.0.1:5432/postgres]

Workers are processes of their own. Messages are real ones (inbox, conversation, outbox) around a platform and an answer in memory, so that
what is measured is ours and PostgreSQL's. Each row has a database of its own.
"""

import argparse
import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg
from rich.console import Console
from rich.table import Table

from bot.lanes import InProcessLanes, Lanes
from bot.lanes.engine import EngineLanes
from bot.messages import MessageReceived, Person, Place
from bot.store.database import Database
from bot.store.inbox import InboxStore
from bot.store.workers import Holder
from tests.conftest import POSTGRESQL, new_database

THREADS, EACH = 200, 10


@dataclass
class Workers:
    """Processes that work; `lines` is what they said, with the time at which they said it."""

    address: str
    what: str
    running: list[asyncio.subprocess.Process] = field(default_factory=list)
    lines: list[tuple[float, str]] = field(default_factory=list)
    reading: list[asyncio.Task[None]] = field(default_factory=list)

    async def start(self, count: int = 1) -> asyncio.subprocess.Process:
        """More of them, which begin together when all are ready; the last one."""
        processes = [await self._started() for _ in range(count)]
        for process in processes:
            process.send_signal(signal.SIGUSR1)
        return processes[-1]

    async def _started(self) -> asyncio.subprocess.Process:
        command = (sys.executable, "-m", "benchmarks.lanes", "--child", self.what, "--database", self.address)
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
        assert process.stdout is not None
        await process.stdout.readline()
        self.running.append(process)
        self.reading.append(asyncio.create_task(self._read(process.stdout)))
        return process

    async def _read(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            self.lines.append((time.monotonic(), line.decode().strip()))

    async def end(self) -> float:
        """All of them; the CPU seconds that they took."""
        for process in self.running:
            if process.returncode is None:
                process.terminate()
                await process.wait()
        await asyncio.gather(*self.reading)
        return sum(float(line.split()[1]) for _, line in self.lines if line.startswith("cpu"))


@asynccontextmanager
async def workers(what: str, server: str) -> AsyncIterator[Workers]:
    """None yet, over a new database."""
    with new_database(server) as address:
        database = Database(address)
        await database.migrate()
        await database.close()
        crew = Workers(address, what)
        try:
            yield crew
        finally:
            await crew.end()


async def jobs(server: str, count: int, workers_: int) -> tuple[float, float]:
    """Drains a second of lanes that have nothing to do, all woken beforehand; CPU microseconds of the workers for each."""
    async with workers("nothing", server) as crew:
        await woken(crew.address, [f"fake:w:c:{number}" for number in range(count)])
        began = await begun(crew, workers_)
        await empty(crew.address, "SELECT 1 FROM procrastinate_jobs LIMIT 1")
        seconds = time.monotonic() - began
        return count / seconds, 1e6 * await crew.end() / count


async def begun(crew: Workers, count: int) -> float:
    """Start so many; when they began to work."""
    await crew.start(count)
    return time.monotonic()


async def latency(server: str, seconds: float = 10, rate: float = 50) -> tuple[float, float]:
    """Milliseconds from wake-up to drain: median and 99th percentile."""
    async with workers("say", server) as crew:
        await crew.start()
        lanes = EngineLanes(crew.address)
        await lanes.start()
        woken_at = {}
        for number in range(int(seconds * rate)):
            place = f"fake:w:c:{number}"
            woken_at[place] = time.monotonic()
            lanes.wake(place)
            await asyncio.sleep(1 / rate)
        await empty(crew.address, "SELECT 1 FROM procrastinate_jobs LIMIT 1")
        await lanes.close(1)
        await crew.end()
        said = (line.split() for _, line in crew.lines if line.startswith("drain"))
        waits = [1000 * (float(at) - woken_at[place]) for _, place, at in said]
        return statistics.median(waits), statistics.quantiles(waits, n=100)[98]


async def messages(server: str, what: str, workers_: int) -> tuple[float, float]:
    """Whole messages a second, and CPU milliseconds of the workers for each."""
    async with workers(what, server) as crew:
        places = await asked(crew.address)
        if what == "engine":
            await woken(crew.address, places)
        began = await begun(crew, workers_)
        await empty(crew.address, "SELECT 1 FROM events WHERE state <> 'done' LIMIT 1")
        seconds = time.monotonic() - began
        return THREADS * EACH / seconds, 1000 * await crew.end() / (THREADS * EACH)


async def takeover(server: str) -> float:
    """Seconds from kill -9 of a worker in the middle of a drain until another one drains the same lane."""
    async with workers("hold", server) as crew:
        first = await crew.start()
        lanes = EngineLanes(crew.address)
        await lanes.start()
        lanes.wake("fake:w:c:1")
        while not crew.lines:
            await asyncio.sleep(0.01)
        await crew.start()
        first.send_signal(signal.SIGKILL)
        await first.wait()
        killed = time.monotonic()
        while len([line for _, line in crew.lines if line.startswith("drain")]) < 2:
            await asyncio.sleep(0.01)
        seconds = time.monotonic() - killed
        await lanes.close(1)
        crew.running[1].kill()
        return seconds


async def woken(address: str, places: list[str]) -> None:
    """Ask for a drain of each."""
    lanes = EngineLanes(address)
    await lanes.start()
    for place in places:
        await lanes._ask_for(place)
    await lanes.close(1)


async def asked(address: str) -> list[str]:
    """People's messages in the inbox; the places."""
    database = Database(address)
    store = InboxStore(database, Holder())
    for number in range(THREADS * EACH):
        place = Place("fake", "w1", "c1", f"t{number % THREADS}")
        author = Person("fake", "w1", f"u{number % 7}", "Ada")
        text = "How long do I have to return a lamp that I bought on sale?"
        await store.accept(MessageReceived(f"e{number}", place, f"m{number}", author, text, float(number), "mention"))
    await database.close()
    return [f"fake:w1:c1:t{number}" for number in range(THREADS)]


async def empty(address: str, query: str) -> None:
    """Returns when the query finds nothing."""
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        while await (await connection.execute(query)).fetchone():  # type: ignore[arg-type]
            await asyncio.sleep(0.02)


# A worker: this file run with --child -----------------------------------------------------------------------------


async def child(what: str, address: str) -> None:
    """Work from SIGUSR1 until SIGTERM, then say the CPU seconds that it took."""
    begin, stop = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, begin.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    lanes = EngineLanes(address, DRAINS[what], lambda _: None, ["fake"]) if what in DRAINS else await answering(what, address)
    print("ready", flush=True)
    await begin.wait()
    used = time.process_time()
    await lanes.start()
    if what == "in process":
        for number in range(THREADS):
            lanes.wake(f"fake:w1:c1:t{number}")
    await stop.wait()
    await lanes.close(1)
    print("cpu", time.process_time() - used, flush=True)


async def answering(what: str, address: str) -> Lanes:
    """The desk's own parts around a platform and an answer in memory, warmed up at a place of their own."""
    from tests.core.desk import parts

    database = Database(address)
    conversation, _ = await parts(database)
    place = Place("fake", "w1", "c1", f"warm {os.getpid()}")
    author = Person("fake", "w1", "u", "Ada")
    await InboxStore(database, Holder()).accept(
        MessageReceived(f"w{os.getpid()}", place, f"w{os.getpid()}", author, "Where is my parcel?", 1.0, "mention")
    )
    await conversation.answer_place(place.key)
    if what == "engine":
        return EngineLanes(address, conversation.answer_place, conversation.interrupt, ["fake"])
    return InProcessLanes(conversation.answer_place, conversation.interrupt)


async def nothing(_place: str) -> None:
    """There is nothing to do here."""


async def say(place: str) -> None:
    """When it was drained; all processes of a machine have the same clock."""
    print("drain", place, time.monotonic(), flush=True)


async def hold(place: str) -> None:
    """A drain that does not end."""
    await say(place)
    await asyncio.sleep(3600)


DRAINS = {"nothing": nothing, "say": say, "hold": hold}


async def main(server: str) -> None:
    """Print the tables."""
    console = Console()
    table = Table("lanes with nothing to do", "drains a second", "CPU us each (workers)")
    for count, number in ((2_000, 1), (2_000, 2)):
        rate, cpu = await jobs(server, count, number)
        table.add_row(f"{count:,} woken, {number} worker(s)", f"{rate:,.0f}", f"{cpu:,.0f}")
    console.print(table)
    median, worst = await latency(server)
    console.print(f"from wake-up to drain at 50 a second: p50 {median:.1f} ms, p99 {worst:.1f} ms")
    table = Table(f"{THREADS * EACH:,} messages in {THREADS} threads", "messages a second", "CPU ms each (workers)")
    for what, number in (("in process", 1), ("engine", 1), ("engine", 2)):
        rate, cpu = await messages(server, what, number)
        table.add_row(f"{what}, {number} worker(s)", f"{rate:,.0f}", f"{cpu:,.1f}")
    console.print(table)
    times = [await takeover(server) for _ in range(3)]
    console.print(f"killed in the middle of a drain: taken over after {min(times):.1f} to {max(times):.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database", default=POSTGRESQL)
    parser.add_argument("--child", default="")
    options = parser.parse_args()
    asyncio.run(child(options.child, options.database) if options.child else main(options.database))
