"""An embedder that asks another one for each text only once, also in later runs."""

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.knowledge.embedding import Embedder, embedded


class CachedEmbedder:
    """Keeps vectors (float32) in a file of the folder, by model, purpose and text."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._kept = sqlite3.connect(folder / "embeddings.db")
        self._kept.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, data BLOB)")
        self.name, self.dimension, self.languages = embedder.name, embedder.dimension, embedder.languages

    async def load(self) -> None:
        """Only when a text is new."""

    async def passages(self, texts: Sequence[str]) -> np.ndarray:
        """See Embedder."""
        return np.stack([await self._vector(text, question=False) for text in texts])

    async def question(self, text: str) -> np.ndarray:
        """See Embedder."""
        return await self._vector(text, question=True)

    async def close(self) -> None:
        """Keep what was made."""
        self._kept.commit()
        await self._embedder.close()

    async def _vector(self, text: str, question: bool) -> np.ndarray:
        key = hashlib.sha256(f"{self.name}\n{question}\n{text}".encode("utf-8", "ignore")).hexdigest()
        row = self._kept.execute("SELECT data FROM vectors WHERE key = ?", (key,)).fetchone()
        if row is not None:
            return np.frombuffer(row[0], dtype=np.float32)
        vector = await self._embedder.question(text) if question else (await self._embedder.passages([text]))[0]
        self._kept.execute("INSERT INTO vectors VALUES (?, ?)", (key, vector.astype(np.float32).tobytes()))
        self._kept.commit()
        return vector


def embedders(folder: Path | None) -> list[Embedder]:
    """Those that are installed; with a folder each text is embedded once."""
    return [CachedEmbedder(embedder, folder) if folder else embedder for embedder in embedded()]
