"""A day of 10,000 workspaces and a million messages: how many processes, connections, shards, and how much database it takes.

    python -m benchmarks.scale [--messages 1000000] [--workspaces 10000] [--database postgresql://postgres@127.0.0.1:5432/postgres]

Two parts. The size of a message in PostgreSQL is measured: real ones go through inbox, conversation and outbox into a new database.
The day is simulated message by message: customers live in three parts of the world, a few workspaces have most of the talk, a thread is
answered one message at a time, each worker has so many lanes and one core, and the model takes its time.
"""

import argparse
import asyncio
import heapq
import math
import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import psycopg
from rich.console import Console
from rich.table import Table

from bot.lanes.engine import MOST_AT_ONCE
from bot.messages import MessageReceived, Person, Place
from bot.store.database import Database
from bot.store.inbox import InboxStore
from bot.store.workers import Holder
from tests.conftest import POSTGRESQL, new_database
from tests.core.desk import parts

HOURS = (1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 11, 10, 10, 10, 10, 9, 8, 7, 6, 5, 4, 3, 2)
"""How much people write in each hour of their own day, one against the other."""
WORLD = ((0, 0.6), (-6, 0.25), (7, 0.15))
"""Hours away from the first part of the world, and its share of the people."""
MODEL_MEDIAN, MODEL_SPREAD = 4.0, 0.45
"""Seconds of a whole answer; the spread of their logarithm: one in a hundred takes 11 s."""
FOLLOW_UPS = 0.35
"""Share of messages that come into a thread of the last ten minutes."""
GUILDS_A_SHARD = 2_500
DISCORD_REQUESTS = 50
"""A second, for one bot: the platform's limit."""
MEASURED = 2_000


@dataclass(frozen=True, slots=True)
class Load:
    """What a simulated day came to. Times are seconds."""

    peak_second: int
    peak_minute: float
    in_flight: list[int]
    waits: list[float]
    busiest: float


def arrivals(messages: int, chance: random.Random) -> list[float]:
    """The times of a day's messages, in order."""
    weight = [sum(share * HOURS[(hour + away) % 24] for away, share in WORLD) for hour in range(24)]
    hours = chance.choices(range(24), weight, k=messages)
    return sorted(3600 * (hour + chance.random()) for hour in hours)


def simulated(messages: int, workspaces: int, workers: int, cpu: float, chance: random.Random) -> Load:
    """Each message waits for its thread, for a lane, and for the CPU of a worker; then the model takes its time."""
    at = arrivals(messages, chance)
    sizes = [1 / (rank + 10) for rank in range(workspaces)]
    where = chance.choices(range(workspaces), sizes, k=messages)
    thread_free: dict[int, float] = {}
    recent: dict[int, tuple[int, float]] = {}
    lanes: list[float] = [0.0] * (workers * MOST_AT_ONCE)
    cores = [0.0] * workers
    waits, changes = [], []
    for number, (now, workspace) in enumerate(zip(at, where, strict=True)):
        thread, last = recent.get(workspace, (number, -math.inf))
        if now - last > 600 or chance.random() > FOLLOW_UPS:
            thread = number
        recent[workspace] = (thread, now)
        begin = max(now, thread_free.get(thread, 0.0), heapq.heappop(lanes))
        core = heapq.heappop(cores)
        heapq.heappush(cores, max(begin, core) + cpu)
        begin = max(begin, core) + cpu
        end = begin + chance.lognormvariate(math.log(MODEL_MEDIAN), MODEL_SPREAD)
        thread_free[thread] = end
        heapq.heappush(lanes, end)
        waits.append(begin - now)
        changes += ((begin, 1), (end, -1))
    seconds = Counter(int(one) for one in at)
    minutes = Counter(int(one / 60) for one in at)
    busiest = max(minutes.values()) / 60
    return Load(max(seconds.values()), busiest, in_flight(changes), sorted(waits), busiest * cpu / workers)


def in_flight(changes: list[tuple[float, int]]) -> list[int]:
    """Answers in the making, at the end of each second of the day, sorted."""
    changes.sort()
    counts, now = [], 0
    for (at, change), (following, _) in pairwise([*changes, (math.inf, 0)]):
        now += change
        if int(at) != (int(following) if following < math.inf else -1):
            counts.append(now)
    return sorted(counts)


async def bytes_a_message(server: str) -> dict[str, float]:
    """Bytes that one message and its answer leave in PostgreSQL, indexes included, by table."""
    with new_database(server) as address:
        database = Database(address)
        await database.migrate()
        before = await sizes(address)
        store = InboxStore(database, Holder())
        conversation, worker = await parts(database, "slack")
        text = "How long do I have to return a lamp that I bought on sale, and who pays for sending it back to you? " * 3
        for number in range(MEASURED):
            place = Place("slack", "T01ABCDEF23", "C01ABCDEF23", f"1763912345.{number // 3:06d}")
            author = Person("slack", "T01ABCDEF23", "U01ABCDEF23", "Ada Lovelace")
            message = MessageReceived(f"Ev0{number:09d}", place, f"17639123{number:05d}.000100", author, text, float(number), "mention")
            await store.accept(message)
            await conversation.answer_place(place.key)
        await worker.leave()
        after = await sizes(address)
        await database.close()
    return {name: (size - before.get(name, 0)) / MEASURED for name, size in after.items() if size > before.get(name, 0)}


async def sizes(address: str) -> dict[str, int]:
    """Bytes of each table with its indexes, swept up."""
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
        await connection.execute("VACUUM FULL")
        found = await connection.execute("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables")
        return {str(name): int(size) for name, size in await found.fetchall()}


def share(values: list[float] | list[int], part: float) -> float:
    """The value below which this part lies."""
    return values[min(len(values) - 1, int(part * len(values)))]


def show(load: Load, per_message: dict[str, float], options: argparse.Namespace) -> None:
    """The table of docs/scale.md."""
    table = Table(f"{options.messages:,} messages a day in {options.workspaces:,} workspaces", "")
    a_day = sum(per_message.values()) * options.messages / 2**30
    rows = {
        "messages a second: mean, busiest minute, busiest second": (
            f"{options.messages / 86400:.0f}, {load.peak_minute:.0f}, {load.peak_second}"
        ),
        "answers in the making: median, p99, most": (
            f"{share(load.in_flight, 0.5):.0f}, {share(load.in_flight, 0.99):.0f}, {load.in_flight[-1]}"
        ),
        f"wait before the model is asked, {options.workers} workers: p50, p99, p99.9": ", ".join(
            f"{share(load.waits, part):.2f} s" for part in (0.5, 0.99, 0.999)
        ),
        "CPU of a worker in the busiest minute": f"{100 * load.busiest:.0f} %",
        "requests to Discord in the busiest second, one post each (limit 50 a bot)": f"{load.peak_second}",
        "Discord shards at 2,500 servers": f"{math.ceil(options.workspaces / GUILDS_A_SHARD)}",
        "bytes of a message in PostgreSQL, indexes included": f"{sum(per_message.values()):,.0f}",
        "the same by table": ", ".join(f"{name} {size:,.0f}" for name, size in sorted(per_message.items(), key=lambda one: -one[1])),
        "database growth": f"{a_day:.2f} GB a day, {30 * a_day:.0f} GB in 30 days",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    Console(width=150).print(table)


def main() -> None:
    """Measure, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--workspaces", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--cpu", type=float, default=0.040, help="CPU seconds of a worker for a message (benchmarks.overhead)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", default=POSTGRESQL)
    options = parser.parse_args()
    per_message = asyncio.run(bytes_a_message(options.database))
    load = simulated(options.messages, options.workspaces, options.workers, options.cpu, random.Random(options.seed))
    show(load, per_message, options)


if __name__ == "__main__":
    main()
