"""A small shop on disk, its index in a fresh SQLite, and an embedder that knows a few words of three languages."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np

from bot.knowledge import Embedder, Indexer, Knowledge
from bot.knowledge.terms import terms
from bot.store.database import Database
from bot.store.passages import PassageStore

MEANINGS = (
    ("return", "devolver", "zuruckgeben", "ruckgabe"),
    ("days", "dias", "tage", "long", "lange"),
    ("ship", "shipping", "envio", "versand", "tarda"),
    ("pay", "payment", "pagar", "bezahlen"),
    ("lamp", "lampara", "lampe"),
)


class WordEmbedder:
    """A dimension per meaning, and a few more for all other words; deterministic, no weights."""

    dimension = 16
    languages: frozenset[str] | None = None

    def __init__(self, name: str = "words") -> None:
        self.name = name
        self.embedded: list[str] = []

    async def load(self) -> None:
        """Nothing to load."""

    async def passages(self, texts: Sequence[str]) -> np.ndarray:
        """See Embedder."""
        self.embedded += texts
        return np.stack([self._vector(text) for text in texts])

    async def question(self, text: str) -> np.ndarray:
        """See Embedder."""
        return self._vector(text)

    async def close(self) -> None:
        """Nothing to give back."""

    def _vector(self, text: str) -> np.ndarray:
        vector = np.full(self.dimension, 0.05, dtype=np.float32)
        for term in terms(text):
            meaning = next((index for index, words in enumerate(MEANINGS) if term in words), None)
            vector[5 + sum(map(ord, term)) % 11 if meaning is None else meaning] += 0.1 if meaning is None else 1.0
        return vector / np.linalg.norm(vector)


def write(folder: Path, documents: dict[str, str]) -> Path:
    """The documents as files of a folder."""
    for name, text in documents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


SHOP = {
    "returns.md": "---\ntitle: Returns\nurl: https://shop.example/returns\n---\n# Returns\n\nYou can return an item for 30 days.\n",
    "shipping.md": "# Shipping\n\nShipping takes 3 days. Express SKU EXP-77 is faster.\n",
    "payment.md": "# Payment\n\nYou can pay by card.\n\n## Error 4711\n\nTry another card.\n",
    "lampen.de.md": "# Lampen\n\nEine Lampe hält lange.\n",
}


@asynccontextmanager
async def stored(folder: Path) -> AsyncIterator[PassageStore]:
    """An empty index."""
    database = Database(f"sqlite:///{folder / 'index.db'}")
    await database.migrate()
    try:
        yield PassageStore(database)
    finally:
        await database.close()


@asynccontextmanager
async def opened(folder: Path, embedders: Sequence[Embedder] = ()) -> AsyncIterator[tuple[Knowledge, Indexer, Path]]:
    """The shop, indexed and loaded."""
    shop = write(folder / "shop", SHOP)
    async with stored(folder) as store:
        indexer = Indexer(store, embedders, lambda text: "en", folder)
        await indexer.index([str(shop)])
        knowledge = Knowledge(store, embedders)
        await knowledge.load()
        yield knowledge, indexer, shop
