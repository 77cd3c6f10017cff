"""Questions over documents: find them in a data folder, index the documents, ask all, keep what was found."""

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.cached import embedders
from bot.knowledge import Found, Indexer, Knowledge
from bot.store.database import Database
from bot.store.passages import PassageStore

Row = Mapping[str, Any]
LIMIT = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, what was found, and which documents would have been right (none: it has no answer)."""

    language: str
    right: frozenset[str]
    found: Found


def rows(path: Path) -> list[Row]:
    """A file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def folders(data: Path, document: str) -> Iterator[Path]:
    """The data sets in a folder, or the folder itself: those with questions and such a file of documents."""
    for folder in (data, *sorted(path for path in data.iterdir() if path.is_dir())):
        if (folder / "questions.jsonl").exists() and (folder / document).exists():
            yield folder


def written(passages: Sequence[Row], language: str) -> dict[str, str]:
    """Passages as plain text files in a folder named for their language; the same id in each language."""
    return {f"{language}/{row['id'].replace('/', '_')}.txt": row["text"] for row in passages}


def name(language: str, passage: str) -> str:
    """The address that `written` gives a passage."""
    return f"{language}/{passage.replace('/', '_')}.txt"


async def ask(documents: Mapping[str, str], questions: Sequence[tuple[Row, frozenset[str]]], cache: Path | None) -> list[Asked]:
    """Index the documents (text by address) and ask every question."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for address, text in documents.items():
            path = folder / "docs" / address
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        database, models = Database(f"sqlite:///{folder / 'index.db'}"), embedders(cache)
        await database.migrate()
        store = PassageStore(database)
        began = time.perf_counter()
        await Indexer(store, models, lambda _text: "en", folder / "docs").index([str(folder / "docs")])
        knowledge = Knowledge(store, models)
        await knowledge.load()
        indexed = time.perf_counter()
        asked = [Asked(row["lang"], right, await knowledge.search(row["question"], row["lang"], LIMIT)) for row, right in questions]
        each = 1000 * (time.perf_counter() - indexed) / max(1, len(asked))
        speed = knowledge.size / (indexed - began)
        print(f"  {len(documents)} documents, {knowledge.size} passages, {speed:.1f} a second, {each:.1f} ms a search")
        for model in models:
            await model.close()
        await database.close()
        return asked
