"""Search: a question in any language -> the passages that answer it, and how sure that is.

Vectors are searched in memory, words in the database: one transaction for one search. An index that another process
changed is noticed by its stamp.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.knowledge import scoring
from bot.knowledge.answerable import Measured, probability
from bot.knowledge.embedding import Embedder, single_threaded
from bot.knowledge.scoring import Asked, Ground, Points
from bot.knowledge.terms import identifiers, question_terms
from bot.store.passages import PassageReader, PassageRow, PassageStore, Snapshot, Stamp

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

HITS = 200
REPEATED = 0.6
"""What a second passage of one document counts less."""
SHORT_QUESTION = 40
"""Up to so many characters a question may lean on the one before it ("and to Austria?")."""
SURE_ALONE = 0.6
"""A question that finds an answer so surely by itself is no follow-up."""
CONTEXT = 1.0
"""How much the question before counts for a follow-up: `benchmarks.follow_ups` shows others."""
RELOAD_SECONDS = 2.0
"""While somebody indexes, the vectors are not read again more often than this, unless a found passage has changed."""
MANY = 4_000
"""Passages from which on common words are left out of full text: they would cost more than all the rest."""
LARGE = 20_000
"""Passages from which on the arithmetic would hold up the event loop."""


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


@dataclass(frozen=True, slots=True)
class Scored:
    """Where the best passages are in the ground, with the points of all."""

    places: list[int]
    points: Points


class Knowledge:
    """What the shop's documents say. Raises StoreError, and what a remote embedder raises."""

    def __init__(self, store: PassageStore, embedders: Sequence[Embedder] = ()) -> None:
        self._store = store
        self._embedders = tuple(embedders)
        self._languages = {embedder.name: embedder.languages for embedder in self._embedders}
        self._ground: Ground | None = None
        self._read: frozenset[str] = frozenset()
        self._stamp: Stamp = (-1, 0.0)
        self._loaded_at = 0.0

    async def load(self) -> None:
        """Make the embedders ready and read the vectors into memory; again after an indexing."""
        await asyncio.gather(*(_ready(embedder) for embedder in self._embedders))
        self._take(await self._store.snapshot(self._models()))
        single_threaded()

    @property
    def size(self) -> int:
        """How many passages are known; 0 before `load`."""
        return len(self._ground) if self._ground else 0

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
        vectors = await self._vectors(question, language, context)
        async with self._store.reading() as reader:
            stamp, words = await reader.full_text(asked_terms, HITS, self.size > MANY)
            coded = identifiers(asked_terms) if words else []
            exact = (await reader.full_text(coded, HITS, self.size > MANY))[1] if coded else []
            ground = await self._fresh(reader, stamp)
            asked = Asked(language, vectors, words, exact)
            scored, rows = await self._best(reader, ground, asked, limit, lead)
            if len(rows) < len(scored.places):
                ground = self._take(await reader.snapshot(self._models()))
                scored, rows = await self._best(reader, ground, asked, limit, lead)
        passages = [(rows[passage], place) for place in scored.places if (passage := int(ground.ids[place])) in rows]
        if not passages:
            return Found((), 0.0, vectors)
        measured = _measured(language, asked_terms, ground, scored.points, passages)
        shown = tuple(_shown(row, float(scored.points.total[place])) for row, place in passages)
        return Found(shown, probability(measured), vectors, measured)

    async def _best(
        self, reader: PassageReader, ground: Ground, asked: Asked, limit: int, lead: bool
    ) -> tuple[Scored, dict[int, PassageRow]]:
        if len(ground) > LARGE:
            scored = await asyncio.to_thread(_ranked, ground, asked, self._languages, limit, lead)
        else:
            scored = _ranked(ground, asked, self._languages, limit, lead)
        rows = await reader.rows([int(ground.ids[place]) for place in scored.places])
        # A row that is younger than the vectors is another passage under an id that was given again.
        return scored, {passage: row for passage, row in rows.items() if row.indexed_at <= self._stamp[1]}

    async def _fresh(self, reader: PassageReader, stamp: Stamp) -> Ground:
        # Whoever was away at the last reading and has answered since: its stored vectors are read now.
        back = any(name not in self._read for name, _ in self._models())
        if self._ground is None or back or (stamp != self._stamp and time.monotonic() - self._loaded_at > RELOAD_SECONDS):
            return self._take(await reader.snapshot(self._models()))
        return self._ground

    def _take(self, snapshot: Snapshot) -> Ground:
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

    async def _vectors(self, question: str, language: str, context: str) -> "dict[str, np.ndarray]":
        able = [embedder for embedder in self._embedders if embedder.languages is None or language in embedder.languages]
        found = await asyncio.gather(*(_vector(embedder, question, context) for embedder in able))
        return {embedder.name: vector for embedder, vector in zip(able, found, strict=True) if vector is not None}

    def _models(self) -> list[tuple[str, int]]:
        """A server that never answered has no dimension yet, so its stored vectors cannot be read."""
        return [(embedder.name, embedder.dimension) for embedder in self._embedders if embedder.dimension]


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


def _ranked(ground: Ground, asked: Asked, languages: Mapping[str, frozenset[str] | None], limit: int, lead: bool) -> Scored:
    if not len(ground):
        return Scored([], Points(ground.ids))
    points = scoring.scored(ground, asked, languages)
    places = scoring.chosen(ground, points.total, limit, REPEATED, lead)
    if not points.cosines:
        places = [place for place in places if points.total[place] > 0]
    return Scored(places, points)


def _measured(
    language: str, asked_terms: Sequence[str], ground: Ground, points: Points, best: Sequence[tuple[PassageRow, int]]
) -> Measured:
    """What tells whether the best passages answer."""
    row, place = best[0]
    near, group = [place for _, place in best[:3]], ground.groups[place]
    held = [set(row.terms.split()) for row, _ in best[:3]]
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
