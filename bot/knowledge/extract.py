"""Which sentences of the found passages answer the question: 1 to 3 that stand together, word for word."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.knowledge.embedding import Embedder
from bot.knowledge.indexing import plain
from bot.knowledge.search import Found, Passage
from bot.knowledge.sentences import sentences
from bot.knowledge.terms import question_terms, terms

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

PASSAGES = 5
MOST_EMBEDDED = 10
MOST_SENTENCES = 3
LONGEST = 360
"""Characters of a quote, unless a single sentence is longer."""
FURTHER = 1.0
"""What a sentence counts less for each point that its passage has less than the best one, one point at most."""
OTHER_DOCUMENT = 0.7
"""What a sentence counts less when it is not of the best document."""
LEAD, FIRST = 1.8, 1.4
"""What it counts more when it stands above the first heading, and when it begins its passage: there people write what matters."""
SHARES = {"use-multilingual-3": 0.7}
"""An embedder's share beside the others' 1.0: over single sentences the bigger model sees more."""
NEIGHBOUR = 0.35
"""A neighbour belongs to the quote if it counts at most so much less (of a spread of about 1)."""
FRAGMENT = 45
"""A sentence shorter than this seldom says enough by itself."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The passage's own words, and the passage."""

    text: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class _Sentence:
    passage: int
    start: int
    end: int
    text: str


class Extract:
    """Picks the words that answer. The same question over the same passages gives the same quote."""

    def __init__(self, embedders: Sequence[Embedder] = ()) -> None:
        self._embedders = tuple(embedders)

    async def quote(self, question: str, found: Found) -> Quote:
        """The best sentences of the best passages. ValueError when nothing was found."""
        if not found.passages:
            raise ValueError("nothing was found that could be quoted")
        candidates = _candidates(found.passages[:PASSAGES])
        points = await self._points(question, found, candidates)
        best = max(range(len(candidates)), key=lambda at: (points[at], -at))
        first, last = _widened(candidates, points, best)
        passage = found.passages[candidates[best].passage]
        return Quote(passage.text[candidates[first].start : candidates[last].end], passage)

    async def _points(self, question: str, found: Found, candidates: Sequence[_Sentence]) -> list[float]:
        """How well each sentence answers; those that were not looked at have far fewer points."""
        words = _shared_words(question, candidates)
        order = [_place(found.passages, candidate) for candidate in candidates]
        by_words = [3 * word + place for word, place in zip(words, order, strict=True)]
        known = [embedder for embedder in self._embedders if embedder.name in found.vectors]
        embedders = sorted(known, key=lambda embedder: SHARES.get(embedder.name, 1.0))
        if not embedders:
            return by_words
        # The quick model looks at all sentences, the slow one at the few that it leaves.
        points = [word + place for word, place in zip(words, order, strict=True)]
        looked_at = list(range(len(candidates)))
        for embedder in embedders:
            if embedder is embedders[-1]:
                looked_at = sorted(sorted(looked_at, key=lambda at: -points[at])[:MOST_EMBEDDED])
            texts = [f"{found.passages[candidates[at].passage].title}\n{candidates[at].text}" for at in looked_at]
            try:
                values = await _alike(embedder, found, texts)
            except ModelError as exc:
                log.warning("embeddings are away, words alone choose the quote: %s", exc)
                return by_words
            for at, value in zip(looked_at, values, strict=True):
                points[at] += SHARES.get(embedder.name, 1.0) * value
        unseen = set(range(len(candidates))) - set(looked_at)
        return [value - 10 * (at in unseen) for at, value in enumerate(points)]


def _place(passages: Sequence[Passage], candidate: _Sentence) -> float:
    """What a sentence counts for where it stands."""
    best, own = passages[0], passages[candidate.passage]
    points = -FURTHER * min(1.0, max(0.0, best.score - own.score)) - OTHER_DOCUMENT * (own.document != best.document)
    return points + LEAD * (not own.heading) + FIRST * (candidate.start == 0)


async def _alike(embedder: Embedder, found: Found, texts: Sequence[str]) -> "list[float]":
    """z-scores of the sentences' likeness to the question."""
    matrix, vector = await embedder.passages(texts), found.vectors[embedder.name]
    return await asyncio.to_thread(_standard, matrix @ vector)


def _standard(values: "np.ndarray") -> list[float]:
    spread = float(values.std())
    return [float(value) for value in (values - values.mean()) / spread] if spread > 1e-6 else [0.0] * len(values)


def _candidates(passages: Sequence[Passage]) -> list[_Sentence]:
    """Every sentence once: passages of one document overlap."""
    found, seen = [], set()
    for index, passage in enumerate(passages):
        for start, end in sentences(passage.text):
            text = plain(passage.text[start:end])
            if text and (passage.document, text) not in seen:
                seen.add((passage.document, text))
                found.append(_Sentence(index, start, end, text))
    return found or [_Sentence(0, 0, len(passages[0].text), passages[0].text)]


def _shared_words(question: str, candidates: Sequence[_Sentence]) -> list[float]:
    """The share of the question's words that each sentence holds, long words counting more."""
    asked = question_terms(question)
    whole = sum(map(len, asked)) or 1
    held = [set(terms(candidate.text)) for candidate in candidates]
    return [sum(len(term) for term in asked if term in words) / whole for words in held]


def _widened(candidates: Sequence[_Sentence], points: Sequence[float], best: int) -> tuple[int, int]:
    """The sentences around the best one that belong to it: nearly as good, or needed to understand a fragment."""
    first = last = best
    while last - first + 1 < MOST_SENTENCES:
        short = candidates[last].end - candidates[first].start < FRAGMENT
        around = [at for at in (last + 1, first - 1) if _fits(candidates, min(first, at), max(last, at))]
        around = [at for at in around if short or points[at] >= points[best] - NEIGHBOUR]
        if not around:
            break
        chosen = max(around, key=lambda at: points[at])
        first, last = min(first, chosen), max(last, chosen)
    return first, last


def _fits(candidates: Sequence[_Sentence], first: int, last: int) -> bool:
    if first < 0 or last >= len(candidates):
        return False
    together = candidates[first : last + 1]
    if any(left.passage != right.passage or left.end > right.start for left, right in pairwise(together)):
        return False
    return together[-1].end - together[0].start <= LONGEST
