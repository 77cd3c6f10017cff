"""What indexing costs: passages a second and core, a second look at an unchanged corpus, and memory as the corpus grows.

Each size runs in a process of its own, on made-up help pages. `--embedder none` measures all but the embedding.
Run: python -m benchmarks.indexing [--sizes 100,300,1000] [--embedder none]
"""

import argparse
import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.knowledge import Indexer, embedded
from bot.store.database import Database
from bot.store.passages import PassageStore

WORDS = ("parcel", "return", "refund", "lamp", "carrier", "customs", "invoice", "voucher", "warranty", "order", "address", "label")


def page(number: int) -> str:
    """A made-up help page of about four passages."""
    dice = random.Random(number)
    parts = [f"# Page {number} about {dice.choice(WORDS)}"]
    for _ in range(3):
        said = [f"The {dice.choice(WORDS)} of a {dice.choice(WORDS)} takes {dice.randint(1, 40)} days." for _ in range(7)]
        parts += [f"## {dice.choice(WORDS).capitalize()} {dice.randint(1, 99)}", " ".join(said)]
    return "\n\n".join(parts)


async def measure(size: int, embedder: str) -> dict[str, float]:
    """Index, and index again, in this process."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        for number in range(size):
            (folder / "docs" / f"{number}.md").write_text(page(number), encoding="utf-8")
        database = Database(f"sqlite:///{folder / 'index.db'}")
        await database.migrate()
        store, embedders = PassageStore(database), embedded() if embedder == "local" else ()
        indexer = Indexer(store, embedders, lambda _text: "en", folder)
        wall, cpu = time.perf_counter(), time.process_time()
        assert len((await indexer.index([str(folder / "docs")])).changed) == size
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        again = time.perf_counter()
        assert len((await indexer.index([str(folder / "docs")])).unchanged) == size
        again = time.perf_counter() - again
        passages = len((await store.snapshot([])).ids)
        await database.close()
        return {"passages": passages, "per_core": passages / cpu, "seconds": wall, "again": again, "peak": peak}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="100,300,1000")
    parser.add_argument("--embedder", choices=("local", "none"), default="local")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(asyncio.run(measure(given.one, given.embedder))))
        return
    table = Table("documents", "passages", "passages/s/core", "seconds", "again, s", "peak MB")
    for size in map(int, given.sizes.split(",")):
        command = [sys.executable, "-m", "benchmarks.indexing", "--one", str(size), "--embedder", given.embedder]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        table.add_row(
            str(size),
            f"{found['passages']:.0f}",
            f"{found['per_core']:.1f}",
            f"{found['seconds']:.1f}",
            f"{found['again']:.2f}",
            f"{found['peak']:.0f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
