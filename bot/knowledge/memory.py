"""All vectors in memory, compared one by one: exact, and quick up to tens of thousands of passages.

An index that another process changed is noticed by its stamp.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.knowledge import scoring
from bot.knowledge.embedding import Embedder, models
from bot.knowledge.scoring import Asked, Best, Ground
from bot.store.neighbours import LARGE
from bot.store.passages import PassageReader
from bot.store.snapshots import Snapshot, Stamp

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

RELOAD_SECONDS = 2.0
"""While somebody indexes, the vectors are not read again more often than this, unless a found passage has changed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The cosines of one embedder's vectors of this ground with a question."""

    ground: Ground
    cosines: "np.ndarray"


class Memory:
    """The index in memory, as it was last read."""

    def __init__(self, embedders: Sequence[Embedder]) -> None:
        self._embedders = tuple(embedders)
        self._languages = {embedder.name: embedder.languages for embedder in self._embedders}
        self._ground: Ground | None = None
        self._read: frozenset[str] = frozenset()
        self._stamp: Stamp = (-1, 0.0)
        self._loaded_at = 0.0

    @property
    def size(self) -> int:
        """How many passages are here."""
        return len(self._ground) if self._ground else 0

    def forget(self) -> None:
        """Give the memory back."""
        self._ground = None

    def take(self, snapshot: Snapshot) -> Ground:
        """A snapshot of the index becomes what is searched. A model that lacks vectors sits out, rather than be mixed."""
        matrices = {}
        for name, matrix in snapshot.matrices.items():
            if snapshot.covered[name] == len(snapshot.ids):
                matrices[name] = matrix
            else:
                log.warning("the documents are not indexed with the model %s: run `python -m bot index`", name)
        self._ground = Ground.of(snapshot.ids, snapshot.documents, snapshot.languages, matrices)
        self._read = frozenset(snapshot.matrices)
        self._stamp, self._loaded_at = snapshot.stamp, time.monotonic()
        return self._ground

    async def compared(self, name: str, vector: "np.ndarray") -> Compared | None:
        """In a large shop: the cosines of one embedder, in a thread, while a slower one still reads the question."""
        ground = self._ground
        if ground is None or len(ground) <= LARGE or name not in ground.matrices:
            return None
        return Compared(ground, await asyncio.to_thread(ground.matrices[name].__matmul__, vector))

    async def best(self, reader: PassageReader, stamp: Stamp, asked: Asked, limit: int, lead: bool, early: Mapping[str, Compared]) -> Best:
        """The best passages of the index with this stamp."""
        ground = await self._fresh(reader, stamp)
        compared = {name: one.cosines for name, one in early.items() if one.ground is ground}
        best, missing = await self._best(reader, ground, asked, limit, lead, compared)
        if missing:
            ground = self.take(await reader.snapshot(models(self._embedders)))
            best, _ = await self._best(reader, ground, asked, limit, lead, {})
        return best

    async def _best(
        self, reader: PassageReader, ground: Ground, asked: Asked, limit: int, lead: bool, compared: "Mapping[str, np.ndarray]"
    ) -> tuple[Best, bool]:
        """The best passages, and whether some of them are no longer what they were."""
        work = (ground, asked, self._languages, limit, lead, compared)
        # In a large shop the arithmetic would hold up the event loop.
        ranked = await asyncio.to_thread(scoring.ranked, *work) if len(ground) > LARGE else scoring.ranked(*work)
        ids = [int(ground.ids[place]) for place in ranked.places]
        # A row that is younger than the vectors is another passage under an id that was given again.
        rows = {passage: row for passage, row in (await reader.rows(ids)).items() if row.indexed_at <= self._stamp[1]}
        found = tuple((rows[passage], place) for passage, place in zip(ids, ranked.places, strict=True) if passage in rows)
        return Best(ground, ranked.points, found), len(found) < len(ids)

    async def _fresh(self, reader: PassageReader, stamp: Stamp) -> Ground:
        # Whoever was away at the last reading and has answered since: its stored vectors are read now.
        back = any(name not in self._read for name, _ in models(self._embedders))
        if self._ground is None or back or (stamp != self._stamp and time.monotonic() - self._loaded_at > RELOAD_SECONDS):
            return self.take(await reader.snapshot(models(self._embedders)))
        return self._ground
