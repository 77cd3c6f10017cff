"""Two Slack workspaces and two Discord servers share one desk: 1,000 events, interleaved; does anything cross, is any token in clear?

python -m benchmarks.tenants [--events 1000]
"""

import argparse
import asyncio
import logging
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.workspaces import workspaces

AT_ONCE = 20


class Log(logging.Handler):
    """Everything that is logged, as one text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, with whatever it carries besides."""
        self.lines.append(f"{record.getMessage()} {record.__dict__}")


async def main(events: int) -> None:
    """Ask, wait, look; print a table."""
    log = Log()
    logging.getLogger().addHandler(log)
    logging.getLogger().setLevel(logging.DEBUG)
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.chdir(folder)
        async with workspaces(patch, folder) as world:
            began = time.perf_counter()
            for start in range(0, events, AT_ONCE):
                await asyncio.gather(*(world.ask(number) for number in range(start, min(start + AT_ONCE, events))))
            await world.answered(600)
            seconds = time.perf_counter() - began
            crossed, clear, said = world.crossed(), world.in_clear(folder, "\n".join(log.lines)), world.said()
            print("| workspace | events | posts |")
            print("|---|---|---|")
            for workspace, asked in sorted(world.asked.items()):
                print(f"| {workspace} | {asked} | {said[workspace]} |")
            print(f"\n{sum(world.asked.values())} events in {seconds:.0f} s, {len(world.model.requests)} questions to the model, ", end="")
            print(f"{len(log.lines)} lines of log at DEBUG")
            print(f"crossed: {len(crossed)}; tokens and keys in clear in the database's files or the log: {len(clear)}")
            for what, times in Counter(crossed + clear).most_common(10):
                print(f"  {times} x {what}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1000)
    asyncio.run(main(parser.parse_args().events))
