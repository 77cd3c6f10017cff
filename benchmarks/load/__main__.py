"""Begin the world and the bot, watch the bot's memory and CPU, print what came of it."""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import load
from benchmarks.load import world
from benchmarks.overhead import ROOT, bot

WARM_UP = 60.0
"""Seconds; in a short run a fifth of it."""
Sample = dict[str, float]


async def main(seconds: float, rate: float, seed: int, keep: Path) -> None:
    """One run."""
    command = (sys.executable, "-m", "benchmarks.load", "--world", "--minutes", str(seconds / 60), "--rate", str(rate), "--seed", str(seed))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=pipe, stdout=pipe, limit=2**24)
    assert process.stdin
    assert process.stdout
    try:
        settings = json.loads(await process.stdout.readline())
        async with bot(keep, "serve", False, **settings) as used:
            assert await process.stdout.readline(), "the world ended before the bot was there"
            process.stdin.write(b"go\n")
            telling = asyncio.create_task(process.stdout.readline())
            samples: list[Sample] = []
            while not telling.done():
                samples.append({"at": time.monotonic(), **await used()})
                await asyncio.wait([telling], timeout=1)
                sys.stderr.write(f"\r{len(samples)} s, {samples[-1]['memory']:.0f} MB ")
            sys.stderr.write("\n")
            show(json.loads(telling.result()), samples, seconds, rate)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def show(seen: dict[str, Any], samples: list[Sample], seconds: float, rate: float) -> None:
    """What was asked for, and what came."""
    table = Table(f"{seconds / 60:g} minutes, {rate:g} messages a second", "it was", "it should be")
    milliseconds = ", ".join(f"{1000 * value:.0f}" for value in seen["acknowledged"])
    table.add_row("Slack's events acknowledged, ms: p50, p99, most", milliseconds, "p99 <= 200, most < 3000")
    for platform, times in seen["answered"].items():
        seconds_late = ", ".join(f"{value:.2f}" for value in times)
        table.add_row(f"answered in {platform}, s beyond the model's time: p50, p99, most", seconds_late, "p99 <= 2")
    table.add_row("platform limits broken", str(sum(seen["broken"].values())) + (f" {seen['broken']}" if seen["broken"] else ""), "0")
    growth, resting, at_the_end = grown(samples, seconds)
    table.add_row("memory, MB: after the warm-up, in the end", f"{resting:.0f}, {at_the_end:.0f} ({growth:+.1f} %)", "<= 5 %")
    table.add_row(
        "messages; lost, doubled, not understood",
        f"{seen['messages']:,}; {seen['lost'] or 0}, {seen['doubled']}, {seen['odd_count']}",
        "0, 0, 0",
    )
    table.add_row("CPU ms of the bot for a message, after the warm-up", f"{1000 * spent(samples, seconds) / rate:.1f}", "")
    table.add_row("signs of life shown, answers that grew", f"{seen['signs']:,}, {seen['grew']:,}", "")
    table.add_row("injected: 429s, acknowledgements not heard, events twice", f"{seen['injected']}, {seen['again']}, {seen['twice']}", "")
    table.add_row("the model took, s: p50, p99, most (3.3 was scripted)", ", ".join(f"{value:.2f}" for value in seen["model"]), "")
    Console(width=150).print(table)
    for text in seen["odd"]:
        sys.stderr.write(f"not understood: {text}\n")


def spent(samples: list[Sample], seconds: float) -> float:
    """CPU seconds of the bot in a second, from the warm-up on while people write."""
    first, *_, last = [each for each in samples if min(WARM_UP, seconds / 5) <= each["at"] - samples[0]["at"] < seconds]
    return (last["cpu"] - first["cpu"]) / (last["at"] - first["at"])


def grown(samples: list[Sample], seconds: float) -> tuple[float, float, float]:
    """Percent, and the megabytes (medians) in the minute after the warm-up and in the last one."""
    warm, span = min(WARM_UP, seconds / 5), min(60.0, seconds / 5)
    began = samples[0]["at"]
    resting = statistics.median(each["memory"] for each in samples if warm <= each["at"] - began < warm + span)
    at_the_end = statistics.median(each["memory"] for each in samples if seconds - span <= each["at"] - began < seconds)
    return 100 * (at_the_end / resting - 1), resting, at_the_end


if __name__ == "__main__":
    reading = argparse.ArgumentParser(description=(load.__doc__ or "").partition("\n")[0])
    reading.add_argument("--minutes", type=float, default=10)
    reading.add_argument("--rate", type=float, default=25)
    reading.add_argument("--seed", type=int, default=1)
    reading.add_argument("--world", action="store_true", help=argparse.SUPPRESS)
    given = reading.parse_args()
    if given.world:
        asyncio.run(world.run(given.minutes * 60, given.rate, given.seed))
    else:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(main(given.minutes * 60, given.rate, given.seed, Path(folder)))
