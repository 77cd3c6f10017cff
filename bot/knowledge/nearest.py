"""A large shop with pgvector: the database names the nearest passages of each language, and only these are compared.

What ranking must know of all the others, the mean and the spread of the cosines in each language, follows exactly from a
few numbers about the whole index (`Moments`). They hardly change, so they are read seldom; passages are always today's.
"""

import time
from collections.abc import Mapping, Sequence, Set
from typing import TYPE_CHECKING

from bot.knowledge import scoring
from bot.knowledge.embedding import Embedder, models
from bot.knowledge.scoring import Asked, Best, Ground
from bot.store.neighbours import Moments
from bot.store.passages import PassageReader
from bot.store.snapshots import Stamp

if TYPE_CHECKING:
    import numpy as np

READ_SECONDS = 60.0
"""While somebody indexes, the moments are not read again more often than this."""


class Nearest:
    """The index in the database, known by its moments."""

    def __init__(self, embedders: Sequence[Embedder]) -> None:
        self._embedders = tuple(embedders)
        self._languages = {embedder.name: embedder.languages for embedder in self._embedders}
        self._whole: Moments | None = None
        self._stamp: Stamp = (-1, 0.0)
        self._read_at = 0.0

    @property
    def size(self) -> int:
        """How many passages the database searches; 0 where it does not."""
        return int(self._whole.sizes.sum()) if self._whole else 0

    async def serves(self, reader: PassageReader, stamp: Stamp) -> bool:
        """Whether the database searches the index with this stamp."""
        if stamp == self._stamp or time.monotonic() - self._read_at < READ_SECONDS:
            return self._whole is not None
        return await self.read(reader, stamp)

    async def read(self, reader: PassageReader, stamp: Stamp) -> bool:
        """Look again at the whole index."""
        self._whole = await reader.moments(models(self._embedders))
        self._stamp, self._read_at = stamp, time.monotonic()
        return self._whole is not None

    async def best(self, reader: PassageReader, asked: Asked, limit: int, lead: bool) -> Best:
        """The best passages: of those nearest in each language, and of those that hold the words."""
        assert self._whole is not None  # noqa: S101  # `serves` said so
        towards = scoring.directions(self._whole, asked, self._languages)
        near = await reader.nearest(models(self._embedders), towards, scoring.looked_at(limit))
        wanted = {*near, *(passage for passage, _ in (*asked.words, *asked.exact))}
        ground, cosines = await self._ground(reader, asked, wanted)
        ranked = scoring.ranked(ground, asked, self._languages, limit, False, cosines)
        if lead and ranked.places:
            first = await reader.beginning(int(ground.documents[ranked.places[0]]))
            if first not in wanted:
                ground, cosines = await self._ground(reader, asked, wanted | {first})
            ranked = scoring.ranked(ground, asked, self._languages, limit, True, cosines)
        ids = [int(ground.ids[place]) for place in ranked.places]
        rows = await reader.rows(ids)
        return Best(
            ground,
            ranked.points,
            tuple((rows[passage], place) for passage, place in zip(ids, ranked.places, strict=True) if passage in rows),
        )

    async def _ground(self, reader: PassageReader, asked: Asked, wanted: Set[int]) -> "tuple[Ground, Mapping[str, np.ndarray]]":
        """The passages that may fit, and their cosines."""
        assert self._whole is not None  # noqa: S101
        vectors = {name: vector for name, vector in asked.vectors.items() if name in self._whole.centres}
        found = await reader.candidates(models(self._embedders), vectors, sorted(wanted), self._whole.languages)
        return Ground.near(found.ids, found.documents, found.languages, self._whole), found.cosines
