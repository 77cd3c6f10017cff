"""Whether long answers read the same in pieces: documents with every construct in every other, cut for limits of all kinds.

python -m benchmarks.splitting [--documents 10000]
"""

import time
from random import Random
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.reading import seen
from bot.shaping import split_text
from tests.commonmark import Writer, seen_together

LIMITS = ((120, 299), (300, 999), (1_000, 2_000))


def main(documents: Annotated[int, typer.Option(help="How many; a third for each range of limits.")] = 10_000) -> None:
    """Print how many documents read otherwise once they are cut."""
    table = Table("limit", "documents", "cut", "cuts", "too long", "read otherwise", "CPU ms a cut")
    for low, high in LIMITS:
        cut = cuts = long = otherwise = 0
        spent = 0.0
        for number in track(range(documents // len(LIMITS)), f"{low} to {high}", console=Console(stderr=True)):
            text, longest = Writer(number).document(), Random(number).randint(low, high)
            began = time.process_time()
            pieces = split_text(text, longest)
            spent += time.process_time() - began
            cut += len(pieces) > 1
            cuts += len(pieces) - 1
            long += any(len(piece) > longest for piece in pieces)
            otherwise += seen_together(pieces) != seen(text)
        figures = (documents // len(LIMITS), cut, cuts, long, otherwise)
        table.add_row(f"{low} to {high}", *map(str, figures), f"{1000 * spent / max(1, cuts):.1f}")
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
