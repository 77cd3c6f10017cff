"""What `retrieval` and `answerability` measure with: data sets found by their shape, embeddings kept in a folder, and the
questions asked through the whole knowledge room.

A data set is a folder with `questions.jsonl` and `passages.<language>.jsonl` (plain texts, the same ids in each language; a
passage of `half` B is left out where the answer shall be missing) or `kb.jsonl` (titled articles; `article: null` = no answer).
"""

import asyncio
import hashlib
import json
import random
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.knowledge import Embedder, Found, Indexer, Knowledge, embedded
from bot.store.database import Database
from bot.store.passages import PassageStore

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, what was found, which documents would have been right (none: it has no answer), and what it is about:
    questions about the same thing stay together when a fit is checked."""

    language: str
    right: frozenset[str]
    found: Found
    about: str

    @property
    def rank(self) -> int:
        """The place of the right document among those found, from 0; 99 where it is not there."""
        order = list(dict.fromkeys(Path(passage.document).stem for passage in self.found.passages))
        return next((at for at, document in enumerate(order) if document in self.right), 99)


@dataclass(frozen=True, slots=True)
class DataSet:
    """A folder's texts by language ("" for titled articles) and its questions."""

    name: str
    texts: Mapping[str, Sequence[Row]]
    questions: Sequence[Row]

    @property
    def titled(self) -> bool:
        """Articles with titles, or bare passages?"""
        return "" in self.texts


def data_sets(folder: Path) -> list[DataSet]:
    """The data sets in this folder, or the one that it is. SystemExit where there is none."""
    found = []
    for questions in sorted([*folder.glob("questions.jsonl"), *folder.glob("*/questions.jsonl")]):
        here = questions.parent
        texts = {path.name.split(".")[1]: rows(path) for path in sorted(here.glob("passages.*.jsonl"))}
        if (here / "kb.jsonl").exists():
            texts[""] = rows(here / "kb.jsonl")
        if texts:
            found.append(DataSet(here.name, texts, rows(questions)))
    if not found:
        raise SystemExit(f"{folder} holds no data set: questions.jsonl beside passages.<language>.jsonl or kb.jsonl")
    return found


def rows(path: Path) -> list[Row]:
    """A file of one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def sampled(questions: Sequence[Row], count: int) -> list[Row]:
    """The same questions in every language, `count` of them; all where it is 0."""
    ids = sorted({row["qid"] for row in questions})
    kept = set(random.Random(1).sample(ids, min(count, len(ids)))) if count else set(ids)
    return [row for row in questions if row["qid"] in kept]


def files(texts: Sequence[Row], language: str, kept: Collection[str] | None = None) -> dict[str, str]:
    """Passages as plain text files named for their language, or articles as Markdown: text by address."""
    if not language:
        return {f"{row['id']}.md": f"# {row['title']}\n\n{row['text']}\n" for row in texts}
    return {f"{language}/{language}~{row['id']}.txt": row["text"] for row in texts if kept is None or row["id"] in kept}


class KeptEmbedder:
    """An embedder whose vectors are kept in a file of a folder, so that the next run need not make them again."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self.name, self.dimension, self.languages = embedder.name, embedder.dimension, embedder.languages
        self._embedder, self._path = embedder, folder / f"{embedder.name}.npz"
        self._kept: dict[str, np.ndarray] = {}
        self._new = 0

    async def load(self) -> None:
        """Read what was kept."""
        await self._embedder.load()
        if not self._kept and self._path.exists():
            with np.load(self._path) as stored:
                self._kept = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    async def passages(self, texts: Sequence[str]) -> np.ndarray:
        """See Embedder."""
        return np.stack([await self._one(f"p{text}", text, False) for text in texts])

    async def question(self, text: str) -> np.ndarray:
        """See Embedder."""
        return await self._one(f"q{text}", text, True)

    async def close(self) -> None:
        """Write what is new."""
        if self._new:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(self._path, keys=np.array(list(self._kept)), vectors=np.stack(list(self._kept.values())))
            self._new = 0

    async def _one(self, key: str, text: str, question: bool) -> np.ndarray:
        key = hashlib.sha256(key.encode("utf-8", "ignore")).hexdigest()[:24]
        if key not in self._kept:
            self._kept[key] = await self._embedder.question(text) if question else (await self._embedder.passages([text]))[0]
            self._new += 1
        return self._kept[key]


def embedders(cache: Path | None) -> list[Embedder]:
    """The embedders that are installed, remembering if there is a place for it."""
    return [KeptEmbedder(embedder, cache) if cache else embedder for embedder in embedded()]


async def ask(
    texts: Mapping[str, str],
    questions: Sequence[tuple[Row, frozenset[str]]],
    models: Sequence[Embedder],
    limit: int = 5,
    lead: bool = False,
    kept_in: str = "",
) -> list[Asked]:
    """Index the texts (by address) into a temporary SQLite and ask every question; `lead` as an answer needs it. `kept_in`: the
    address of a database to use instead, whose documents are forgotten."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for address, text in texts.items():
            path = folder / "docs" / address
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        database = Database(kept_in or f"sqlite:///{folder / 'index.db'}")
        await database.migrate()
        store = PassageStore(database)
        await asyncio.gather(*(model.load() for model in models))
        began = time.process_time()
        await Indexer(store, models, lambda _text: "en", folder / "docs").index([str(folder / "docs")], only=True)
        knowledge = Knowledge(store, models)
        await knowledge.load()
        indexed = time.process_time()
        asked = [
            Asked(
                row["lang"],
                right,
                await knowledge.search(row["question"], row["lang"], limit, lead=lead),
                str(row.get("passage") or row["qid"]),
            )
            for row, right in questions
        ]
        ended = time.process_time()
        speed, each = knowledge.size / max(indexed - began, 1e-6), 1000 * (ended - indexed) / max(len(asked), 1)
        print(f"  {knowledge.size} passages, {speed:.1f} indexed and {1000 / max(each, 1e-6):.0f} questions searched a CPU second")
        await database.close()
        return asked
