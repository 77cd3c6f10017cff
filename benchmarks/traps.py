"""How many orders to a model lose their force at indexing, and how many sentences of honest documents are touched.

DIR holds `injection/*.jsonl` (`text`, `prompt` or `payload`; `label` "benign" where a row is none), and honest texts in
`retail_xling/kb.jsonl`, `abcd/kb_articles.jsonl` and `tau_banking_kb/docs.jsonl`. The sample shop is counted too.
An order has lost its force when it is taken out. Run: python -m benchmarks.traps --data DIR
"""

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.config import SAMPLE_SHOP
from bot.knowledge.documents.traps import without_traps
from bot.knowledge.documents.unseen import without_unseen
from bot.knowledge.sentences import sentences

HONEST = ("retail_xling/kb.jsonl", "abcd/kb_articles.jsonl", "tau_banking_kb/docs.jsonl")


def orders(path: Path) -> Iterator[tuple[str, bool]]:
    """Each text of a file of orders, and whether it is honest."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield row.get("text") or row.get("prompt") or row.get("payload") or "", row.get("label") == "benign"


def texts(path: Path) -> Iterator[str]:
    """Each text of a file of honest documents."""
    if path.suffix == ".md":
        yield path.read_text(encoding="utf-8")
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        yield from (value for value in json.loads(line).values() if isinstance(value, str))


def is_touched(text: str) -> bool:
    """Whether anything would be taken out."""
    return without_traps(without_unseen(text))[1] > 0 or not without_unseen(text).strip()


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--show", action="store_true", help="print what stays and what is touched by mistake")
    given = parser.parse_args()
    console = Console()
    caught, touched = Table("orders", "count", "lost their force", "%"), Table("honest", "sentences", "touched")
    for path in sorted((given.data / "injection").glob("*.jsonl")):
        rows = list(orders(path))
        found = [text for text, honest in rows if not honest and is_touched(text)]
        count = sum(not honest for _, honest in rows)
        caught.add_row(path.name, str(count), str(len(found)), f"{100 * len(found) / max(1, count):.0f}")
        if count < len(rows):
            wrong = [text for text, honest in rows if honest and is_touched(text)]
            touched.add_row(f"{path.name}, benign", str(len(rows) - count), str(len(wrong)))
        if given.show:
            console.print(*(f"stays: {text[:160]!r}" for text, honest in rows if not honest and text not in found), sep="\n", markup=False)
    characters = began = 0.0
    began = time.process_time()
    for files, name in (*(((given.data / name,), name) for name in HONEST), (tuple(SAMPLE_SHOP.glob("*.md")), "the sample shop")):
        said = [text[start:end] for path in files for text in texts(path) for start, end in sentences(text)]
        wrong = [sentence for sentence in said if is_touched(sentence)]
        characters += sum(map(len, said))
        touched.add_row(name, str(len(said)), str(len(wrong)))
        if given.show:
            console.print(*(f"touched: {text[:160]!r}" for text in wrong), sep="\n", markup=False)
    console.print(caught, touched)
    console.print(
        f"{(time.process_time() - began) / characters * 1e9:.0f} CPU ms for a million characters of honest text, splitting included"
    )


if __name__ == "__main__":
    main()
