"""How well the right document is found, across languages: R@1, R@3, R@5 in %.

    python -m benchmarks.retrieval --data DIR [--cache DIR] [--sample 60]

DIR is one data set, or holds several: `passages.<language>.jsonl` (`id`, `text`) with `questions.jsonl` (`lang`, `question`,
`passage`), as in XQuAD, or `kb.jsonl` (`id`, `title`, `text`) with `questions.jsonl` (`lang`, `question`, `article`). The documents
are written as files, indexed into a temporary SQLite with the embedders that are installed, and asked through Knowledge.search.
"""

import argparse
import asyncio
import random
from collections.abc import Sequence
from pathlib import Path

from benchmarks.asked import Asked, Row, ask, folders, name, rows, written


def sampled(questions: Sequence[Row], count: int) -> list[Row]:
    """The same questions in every language, `count` of them; 0 = all."""
    ids = sorted({row["qid"] for row in questions})
    kept = set(random.Random(1).sample(ids, min(count, len(ids)))) if count else set(ids)
    return [row for row in questions if row["qid"] in kept]


def table(title: str, asked: Sequence[Asked]) -> None:
    """For each language, over the questions that have an answer."""
    print(f"{title:<24}{'n':>6}{'R@1':>8}{'R@3':>8}{'R@5':>8}")
    others = []
    for language in sorted({one.language for one in asked}):
        hits = [rank(one) for one in asked if one.language == language and one.right]
        if not hits:
            continue
        row = [100 * sum(hit < at for hit in hits) / len(hits) for at in (1, 3, 5)]
        print(f"  {language:<22}{len(hits):>6}" + "".join(f"{value:>8.1f}" for value in row))
        if language != "en":
            others.append(row)
    if others:
        print(f"  {'mean, not en':<28}" + "".join(f"{sum(column) / len(column):>8.1f}" for column in zip(*others, strict=True)))


def rank(one: Asked) -> int:
    """At which place of the documents found the right one stands, from 0."""
    order = list(dict.fromkeys(passage.document for passage in one.found.passages))
    return next((at for at, document in enumerate(order) if document in one.right), 99)


def translations(folder: Path) -> list[Path]:
    """The files of passages in other languages than English."""
    return [path for path in sorted(folder.glob("passages.*.jsonl")) if path.name != "passages.en.jsonl"]


async def parallel(folder: Path, sample: int, cache: Path | None) -> None:
    """Questions in every language over English passages; then with every second passage in the asker's language besides."""
    questions = sampled(rows(folder / "questions.jsonl"), sample)
    english = written(rows(folder / "passages.en.jsonl"), "en")
    wanted = [(row, frozenset({name("en", row["passage"])})) for row in questions]
    table(folder.name, await ask(english, wanted, cache))
    mixed = []
    for path in translations(folder):
        language = path.name.split(".")[1]
        half = rows(path)[1::2]
        theirs = {row["id"] for row in half}
        only = [(row, right) for row, right in wanted if row["lang"] == language and row["passage"] not in theirs]
        mixed += await ask(english | written(half, language), only, cache)
    table(f"{folder.name}, mixed", mixed)


async def articles(folder: Path, cache: Path | None) -> None:
    """A shop's articles with their titles."""
    documents = {f"{row['id']}.md": f"# {row['title']}\n\n{row['text']}\n" for row in rows(folder / "kb.jsonl")}
    questions = [row for row in rows(folder / "questions.jsonl") if row["article"]]
    table(folder.name, await ask(documents, [(row, frozenset({f"{row['article']}.md"})) for row in questions], cache))


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="a folder for embeddings, so that a second run is quick")
    parser.add_argument("--sample", type=int, default=0, help="questions a language; 0: all")
    given = parser.parse_args()
    for folder in folders(given.data, "kb.jsonl"):
        await articles(folder, given.cache)
    for folder in folders(given.data, "passages.en.jsonl"):
        await parallel(folder, given.sample, given.cache)


if __name__ == "__main__":
    asyncio.run(main())
