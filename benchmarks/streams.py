"""Whether anything that calls, opens or shows something leaves of an answer that grows, wherever its stream is cut.

python -m benchmarks.streams [--texts 10000]

Each text is cut at every position, and what would stand in Slack and in Discord then is looked at.
"""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from adapters.discord.connection.live import unfinished
from bot.delivery import _seen
from tests.core.test_live_cuts import HOSTS, check, states_in_slack, texts


def main(texts_: Annotated[int, typer.Option("--texts", help="How many.")] = 10_000) -> None:
    """Print how many positions were tried, and the texts of which something got out."""
    positions, out = 0, []
    for text in track(texts(texts_), "cutting", console=Console(stderr=True)):
        states = [_seen(text[:end], HOSTS) for end in range(1, len(text) + 1)]
        positions += len(states)
        try:
            for state in (*asyncio.run(states_in_slack(states)), *(unfinished(state) for state in states if state)):
                check(state)
        except AssertionError:
            out.append(text)
    print(f"{texts_:,} texts, cut at {positions:,} positions; something got out of {len(out)}")
    for text in out[:10]:
        print(f"  {text!r}")


if __name__ == "__main__":
    typer.run(main)
