"""Search: a question in any language -> the passages that answer it, and how sure that is.

Words are searched in the database, vectors in memory or, in a large shop with pgvector, in the database too: one transaction
for one search, and on PostgreSQL two, the first while the question is read.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.knowledge.answerable import Measured, probability
from bot.knowledge.embedding import Embedder, models, single_threaded
from bot.knowledge.memory import Compared, Memory
from bot.knowledge.nearest import Nearest
from bot.knowledge.scoring import Asked, Best
from bot.knowledge.terms import identifiers, question_terms
from bot.store.passages import PassageReader, PassageRow, PassageStore
from bot.store.snapshots import Stamp

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

Hits = list[tuple[int, float]]
"""Passages by their ids, with scores."""

HITS = 200
SHORT_QUESTION = 40
"""Up to so many characters a question may lean on the one before it ("and to Austria?")."""
SURE_ALONE = 0.6
"""A question that finds an answer so surely by itself is no follow-up."""
CONTEXT = 1.0
"""How much the question before counts for a follow-up: `benchmarks.follow_ups` shows others."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a shop document. `document` is its address (path); `heading` what stands above it ("Returns > How long")."""

    document: str
    title: str
    url: str
    language: str
    heading: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, the best first. `answerable`: how likely it is (0 to 1) that they answer the question.
    `vectors` are the question's own, by embedder, for whoever goes on with it; `measured` is what `answerable` comes from."""

    passages: tuple[Passage, ...]
    answerable: float
    vectors: "Mapping[str, np.ndarray]" = field(default_factory=dict, compare=False, repr=False)
    measured: Measured | None = field(default=None, compare=False, repr=False)


class Knowledge:
    """What the shop's documents say. Raises StoreError, and what a remote embedder raises."""

    def __init__(self, store: PassageStore, embedders: Sequence[Embedder] = ()) -> None:
        self._store = store
        self._embedders = tuple(embedders)
        self._memory, self._nearest = Memory(self._embedders), Nearest(self._embedders)

    async def load(self) -> None:
        """Make the embedders ready and read the vectors into memory, unless the database searches them; again after an indexing."""
        await asyncio.gather(*(_ready(embedder) for embedder in self._embedders))
        async with self._store.reading() as reader:
            if await self._nearest.read(reader, await reader.stamp()):
                self._memory.forget()
            else:
                self._memory.take(await reader.snapshot(models(self._embedders)))
        single_threaded()

    @property
    def size(self) -> int:
        """How many passages are known; 0 before `load`."""
        return self._nearest.size or self._memory.size

    async def search(self, question: str, language: str, limit: int = 5, context: str = "", lead: bool = False) -> Found:
        """The best passages for a question in this language. `context`: what was asked before, "" at first. `lead`: the best
        document's beginning comes along, as an answer needs it.

        A short question that finds its answer alone is no follow-up; only an unsure one leans on what came before.
        """
        found = await self._search(question, language, limit, "", lead)
        if not context.strip() or len(question) > SHORT_QUESTION or found.answerable >= SURE_ALONE:
            return found
        return await self._search(question, language, limit, context, lead)

    async def _search(self, question: str, language: str, limit: int, context: str, lead: bool) -> Found:
        asked_terms = question_terms(question) or question_terms(context)
        reading = asyncio.create_task(self._vectors(question, language, context), name="read the question")
        try:
            # A database of its own server looks for the words meanwhile; and no connection waits for an embedding server.
            spoken = None if self._store.embedded else await self._spoken_apart(asked_terms)
            vectors, early = await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        async with self._store.reading() as reader:
            stamp, words, exact = spoken or await self._spoken(reader, asked_terms)
            asked = Asked(language, vectors, words, exact)
            if await self._nearest.serves(reader, stamp):
                self._memory.forget()
                best = await self._nearest.best(reader, asked, limit, lead)
            else:
                best = await self._memory.best(reader, stamp, asked, limit, lead, early)
        if not best.rows:
            return Found((), 0.0, vectors)
        measured = _measured(language, asked_terms, best)
        shown = tuple(_shown(row, float(best.points.total[place])) for row, place in best.rows)
        return Found(shown, probability(measured), vectors, measured)

    async def _spoken_apart(self, asked_terms: list[str]) -> tuple[Stamp, Hits, Hits]:
        async with self._store.reading() as reader:
            return await self._spoken(reader, asked_terms)

    async def _spoken(self, reader: PassageReader, asked_terms: list[str]) -> tuple[Stamp, Hits, Hits]:
        """Which index this is, the passages that hold words of the question, and those that hold its identifiers."""
        stamp, words = await reader.full_text(asked_terms, HITS, self.size)
        coded = identifiers(asked_terms) if words else []
        exact = (await reader.full_text(coded, HITS, self.size))[1] if coded else []
        return stamp, words, exact

    async def _vectors(self, question: str, language: str, context: str) -> "tuple[dict[str, np.ndarray], dict[str, Compared]]":
        """The question's vectors, and the cosines that were ready before the slowest of them."""
        able = [embedder for embedder in self._embedders if embedder.languages is None or language in embedder.languages]
        vectors: dict[str, np.ndarray] = {}
        early: dict[str, Compared] = {}

        async def one(embedder: Embedder) -> None:
            vector = await _vector(embedder, question, context)
            if vector is not None:
                vectors[embedder.name] = vector
                if compared := await self._memory.compared(embedder.name, vector):
                    early[embedder.name] = compared

        await asyncio.gather(*map(one, able))
        return vectors, early


async def _ready(embedder: Embedder) -> None:
    """A server that is away at start is asked again with the first question; until then words alone find."""
    try:
        await embedder.load()
    except ModelError as exc:
        log.warning("embeddings are away, words alone find: %s", exc)


async def _vector(embedder: Embedder, question: str, context: str) -> "np.ndarray | None":
    try:
        return await _leaning(embedder, question, context)
    except ModelError as exc:
        log.warning("embeddings are away, words alone find: %s", exc)
        return None


async def _leaning(embedder: Embedder, question: str, context: str) -> "np.ndarray":
    vector = await embedder.question(question)
    if not context.strip():
        return vector
    leaning = vector + CONTEXT * await embedder.question(context)
    norm = float(leaning @ leaning) ** 0.5
    return leaning / norm if norm else vector


def _measured(language: str, asked_terms: Sequence[str], best: Best) -> Measured:
    """What tells whether the best passages answer."""
    row, place = best.rows[0]
    points, group = best.points, best.ground.groups[place]
    near = [place for _, place in best.rows[:3]]
    held = [set(row.terms.split()) for row, _ in best.rows[:3]]
    whole = sum(map(len, asked_terms)) or 1
    numbers = [any(term in words for words in held) for term in asked_terms if any(sign.isdecimal() for sign in term)]
    usual = {name: float(means[group]) for name, (means, _) in points.levels.items()}
    cosines = {name: float(values[place]) for name, values in points.cosines.items()}
    return Measured(
        shared=row.language == language,
        cosines=cosines,
        highest={name: float(values[near].max()) for name, values in points.cosines.items()},
        usual=usual,
        stands_out=max(((cosines[name] - usual[name]) / spread for name, (_, spread) in points.levels.items()), default=0.0),
        covered=max(sum(len(term) for term in asked_terms if term in words) / whole for words in held),
        numbers=2 * sum(numbers) - len(numbers),
    )


def _shown(row: PassageRow, score: float) -> Passage:
    return Passage(row.address, row.title, row.url, row.language, row.heading, row.text, round(score, 4))
