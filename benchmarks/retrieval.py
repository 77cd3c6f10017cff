"""How well the knowledge room finds, across languages: prints R@1 / R@3 / R@5 and answerability for the data in --data DIR.

DIR holds `xquad/` and `retail_xling/` (`passages.<language>.jsonl` or `kb.jsonl`, and `questions.jsonl`). The documents are
written as files, indexed into a temporary SQLite with the embedders that are installed, and asked through Knowledge.search.
Run: python -m benchmarks.retrieval --data DIR [--sample 60]   (questions a language; 0 = all)
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.knowledge import Found, Indexer, Knowledge, embedded
from bot.store.database import Database
from bot.store.passages import PassageStore

Row = Mapping[str, Any]
LIMIT = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, what was found, and which documents would have been right (none: it has no answer)."""

    language: str
    right: frozenset[str]
    found: Found


def rows(path: Path) -> list[Row]:
    """A file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def sampled(questions: Sequence[Row], count: int) -> list[Row]:
    """The same questions in every language, `count` of them."""
    ids = sorted({row["qid"] for row in questions})
    kept = set(random.Random(1).sample(ids, min(count, len(ids)))) if count else set(ids)
    return [row for row in questions if row["qid"] in kept]


async def ask(documents: Mapping[str, str], questions: Sequence[tuple[Row, frozenset[str]]]) -> list[Asked]:
    """Index the documents (text by address) and ask every question."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for address, text in documents.items():
            path = folder / "docs" / address
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        database, embedders = Database(f"sqlite:///{folder / 'index.db'}"), embedded()
        await database.migrate()
        store = PassageStore(database)
        began = time.perf_counter()
        await Indexer(store, embedders, lambda _text: "en", folder / "docs").index([str(folder / "docs")])
        knowledge = Knowledge(store, embedders)
        await knowledge.load()
        indexed = time.perf_counter()
        asked = [Asked(row["lang"], right, await knowledge.search(row["question"], row["lang"], LIMIT)) for row, right in questions]
        ended = time.perf_counter()
        speed, each = knowledge.size / (indexed - began), 1000 * (ended - indexed) / len(asked)
        print(f"  {knowledge.size} passages, {speed:.1f} a second indexed, {each:.1f} ms a search")
        await database.close()
        return asked


def recall(title: str, asked: Sequence[Asked]) -> None:
    """R@1, R@3, R@5 in % for each language, over the questions that have an answer."""
    print(f"{title:<16}{'n':>6}{'R@1':>8}{'R@3':>8}{'R@5':>8}")
    means = []
    for language in sorted({one.language for one in asked}):
        hits = [_ranks(one) for one in asked if one.language == language and one.right]
        row = [100 * sum(rank < at for rank in hits) / len(hits) for at in (1, 3, 5)]
        print(f"  {language:<14}{len(hits):>6}" + "".join(f"{value:>8.1f}" for value in row))
        if language != "en":
            means.append(row)
    print(f"  {'mean, not en':<20}" + "".join(f"{sum(column) / len(column):>8.1f}" for column in zip(*means, strict=True)))


def answerability(title: str, asked: Sequence[Asked]) -> None:
    """AUROC, and how many unanswerable questions are refused where 90 % of the others are kept."""
    print(f"{title:<16}{'AUROC':>14}{'refused':>8}{'kept at .35':>14}{'wrongly':>9}")
    for language in [*sorted({one.language for one in asked}), "all"]:
        own = [one for one in asked if language in (one.language, "all")]
        yes, no = ([one.found.answerable for one in own if bool(one.right) == answer] for answer in (True, False))
        if yes and no:
            over = sum((a > b) + 0.5 * (a == b) for a in yes for b in no) / len(yes) / len(no)
            least = sorted(yes)[len(yes) // 10]
            figures = (sum(b < least for b in no) / len(no), sum(a >= 0.35 for a in yes) / len(yes), sum(b >= 0.35 for b in no) / len(no))
            print(f"  {language:<14}{over:>14.3f}{100 * figures[0]:>8.0f}{100 * figures[1]:>14.0f}{100 * figures[2]:>9.0f}")


def _ranks(one: Asked) -> int:
    order = list(dict.fromkeys(Path(passage.document).stem for passage in one.found.passages))
    return next((at for at, document in enumerate(order) if document in one.right), 99)


def written(passages: Sequence[Row], language: str, kept: Collection[str]) -> dict[str, str]:
    """XQuAD's passages as plain text files, named for their language."""
    return {f"{language}/{language}~{row['id']}.txt": row["text"] for row in passages if row["id"] in kept}


async def xquad(folder: Path, sample: int) -> None:
    """Questions in every language over English passages; half of them also in the asker's language; half of them missing."""
    questions = sampled(rows(folder / "questions.jsonl"), sample)
    english = rows(folder / "passages.en.jsonl")
    everything = {row["id"] for row in english}
    wanted = [(row, frozenset({f"en~{row['passage']}"})) for row in questions]
    recall("xquad", await ask(written(english, "en", everything), wanted))
    for language in ("es", "de", "zh", "ar"):
        other = rows(folder / f"passages.{language}.jsonl")
        half = {row["id"] for row in other[1::2]}
        only = [(row, right) for row, right in wanted if row["lang"] == language and row["passage"] not in half]
        pool = written(english, "en", everything) | written(other, language, half)
        recall(f"mixed {language}", await ask(pool, only))
    there = {row["id"] for row in english if row["half"] == "A"}
    halves = [(row, right if row["half"] == "A" else frozenset[str]()) for row, right in wanted]
    answerability("xquad, half", await ask(written(english, "en", there), halves))


async def retail(folder: Path) -> None:
    """An invented shop's articles, asked in French, Russian and Chinese."""
    documents = {f"{row['id']}.md": f"# {row['title']}\n\n{row['text']}\n" for row in rows(folder / "kb.jsonl")}
    questions = rows(folder / "questions.jsonl")
    asked = await ask(documents, [(row, frozenset({row["article"]} if row["article"] else ())) for row in questions])
    recall("retail_xling", [one for one in asked if one.right])
    answerability("retail_xling", asked)


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=60)
    given = parser.parse_args()
    await retail(given.data / "retail_xling")
    await xquad(given.data / "xquad", given.sample)


if __name__ == "__main__":
    asyncio.run(main())
