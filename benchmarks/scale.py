"""A day of 10,000 workspaces and a million messages: how many processes, connections, shards, and how much database it takes.

    python -m benchmarks.scale [--messages 1000000] [--workspaces 10000] [--database postgresql://postgres@127.0.0.1:5432/postgres]

Two parts. The size of a message in PostgreSQL is measured: real ones go through inbox, conversation and outbox into a new database.
A day, and an hour at five times its mean, are simulated message by message: people write by the hour of their day and follow up on
answers, a thread is answered one message at a time, each worker has so many lanes and one core, and the model takes its time.
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
FOLLOW_UPS, IMPATIENT = 0.35, 0.05
"""How many answers are followed up, half a minute later on average; how many people write again before they are answered."""
RUSH = 5
"""How many times the mean the hour of the sale brings."""
GUILDS_A_SHARD = 2_500
DISCORD_REQUESTS = 50
"""A second, for one bot: the platform's limit."""
MEASURED = 2_000


@dataclass(frozen=True, slots=True)
class Load:
    """What a simulation came to. Times are seconds."""

    mean: float
    busiest_second: int
    busiest_minute: float
    in_flight: list[int]
    waits: list[float]
    core: float


def day(messages: int, chance: random.Random) -> list[float]:
    """When threads begin, in a day of so many messages."""
    weight = [sum(share * HOURS[(hour + away) % 24] for away, share in WORLD) for hour in range(24)]
    hours = chance.choices(range(24), weight, k=round(messages * (1 - FOLLOW_UPS - IMPATIENT)))
    return [3600 * (hour + chance.random()) for hour in hours]


def rush(messages: int, chance: random.Random) -> list[float]:
    """When threads begin, in an hour at RUSH times the mean of such a day."""
    return [3600 * chance.random() for _ in range(round(RUSH * messages / 24 * (1 - FOLLOW_UPS - IMPATIENT)))]


def simulated(begins: list[float], workers: int, cpu: float, chance: random.Random) -> Load:
    """Each message waits for its thread, for a lane, and for the CPU of a worker; then the model takes its time."""
    coming = [(at, at, thread) for thread, at in enumerate(begins)]
    heapq.heapify(coming)
    thread_free: dict[int, float] = {}
    lanes, cores = [0.0] * (workers * MOST_AT_ONCE), [0.0] * workers
    came, waits, changes = [], [], []
    while coming:
        now, since, thread = heapq.heappop(coming)
        if (turn := max(thread_free.get(thread, 0.0), lanes[0])) > now:
            heapq.heappush(coming, (turn, since, thread))
            continue
        begin = max(now, cores[0]) + cpu
        heapq.heapreplace(cores, begin)
        end = begin + chance.lognormvariate(math.log(MODEL_MEDIAN), MODEL_SPREAD)
        heapq.heapreplace(lanes, end)
        thread_free[thread] = end
        came.append(since)
        waits.append(begin - since)
        changes += ((begin, 1), (end, -1))
        what = chance.random()
        if what < FOLLOW_UPS:
            at = end + chance.expovariate(1 / 30)
            heapq.heappush(coming, (at, at, thread))
        elif what < FOLLOW_UPS + IMPATIENT:
            at = since + chance.uniform(1, 5)
            heapq.heappush(coming, (at, at, thread))
    seconds, minutes = Counter(int(at) for at in came), Counter(int(at / 60) for at in came)
    busiest = max(minutes.values()) / 60
    mean = len(came) / (max(came) - min(came))
    return Load(mean, max(seconds.values()), busiest, in_flight(changes), sorted(waits), busiest * cpu / workers)


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


def column(load: Load) -> list[str]:
    """One column of the table of docs/scale.md."""
    waits = ", ".join(f"{share(load.waits, part):.2f}" for part in (0.5, 0.99, 0.999))
    answers = f"{share(load.in_flight, 0.5)}, {share(load.in_flight, 0.99)}, {load.in_flight[-1]}"
    speed = f"{load.mean:.0f}, {load.busiest_minute:.0f}, {load.busiest_second}"
    return [speed, answers, waits, f"{100 * load.core:.0f} %"]


ROWS = (
    "messages a second: mean, busiest minute, busiest second",
    "answers in the making: median, p99, most",
    "seconds until the model is asked: p50, p99, p99.9",
    "CPU of each worker in the busiest minute, of one core",
)


def show(loads: list[Load], per_message: dict[str, float], options: argparse.Namespace) -> None:
    """Print the tables."""
    console = Console(width=150)
    table = Table(f"{options.messages:,} messages a day, {options.workers} workers", "the day", f"an hour at {RUSH} times its mean")
    for name, *values in zip(ROWS, *map(column, loads), strict=True):
        table.add_row(name, *values)
    console.print(table)
    size = sum(per_message.values())
    tables = ", ".join(f"{name} {size:,.0f}" for name, size in sorted(per_message.items(), key=lambda one: -one[1]))
    console.print(f"A message and its answer in PostgreSQL, indexes included: {size:,.0f} bytes ({tables})")
    a_day = size * options.messages / 2**30
    console.print(f"Growth: {a_day:.1f} GB a day, {30 * a_day:.0f} GB in 30 days")
    console.print(f"Discord: {math.ceil(options.workspaces / GUILDS_A_SHARD)} shards at least; {DISCORD_REQUESTS} requests a second a bot")


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
    chance = random.Random(options.seed)
    begins = day(options.messages, chance), rush(options.messages, chance)
    show([simulated(one, options.workers, options.cpu, chance) for one in begins], per_message, options)


if __name__ == "__main__":
    main()
