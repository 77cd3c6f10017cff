"""Judged answers -> shares and figures."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from bot.evaluation.judging import Judged

ALL = "all"
JUDGED = ("found", "decided", "language", "grounded")
"""The shares that `--fail-under` looks at: the least of them counts."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares are 0 to 1, None where there was nothing to judge. `found`: the right article among the first three; `first`: the
    very first. Tokens are those of all questions together, `milliseconds` the median, `slowest` the 95th percentile."""

    questions: int
    first: float | None
    found: float | None
    decided: float | None
    language: float | None
    grounded: float | None
    prompt_tokens: int
    cached_tokens: int
    answer_tokens: int
    milliseconds: float
    slowest: float

    @property
    def least(self) -> float:
        """The lowest of the shares that are judged."""
        return min((share for name in JUDGED if (share := getattr(self, name)) is not None), default=0.0)

    def as_object(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


def by_language(judged: Sequence[Judged]) -> dict[str, Scores]:
    """A row for each language in the file, and one for all of them."""
    languages = sorted({one.language for one in judged})
    return {language: _scores([one for one in judged if one.language == language]) for language in languages} | {ALL: _scores(judged)}


def _scores(judged: Sequence[Judged]) -> Scores:
    times = sorted(one.milliseconds for one in judged)
    with_article = [one for one in judged if one.asked.article]
    return Scores(
        questions=len(judged),
        first=_share(with_article, lambda one: one.rank < 1),
        found=_share(with_article, lambda one: one.rank < 3),
        decided=_share(judged, lambda one: one.decided),
        language=_share(judged, lambda one: one.spoken),
        grounded=_share([one for one in judged if one.grounded is not None], lambda one: bool(one.grounded)),
        prompt_tokens=sum(one.tokens.prompt for one in judged),
        cached_tokens=sum(one.tokens.cached for one in judged),
        answer_tokens=sum(one.tokens.answer for one in judged),
        milliseconds=round(median(times), 1) if times else 0.0,
        slowest=round(times[min(len(times) - 1, int(0.95 * len(times)))], 1) if times else 0.0,
    )


def _share(judged: Sequence[Judged], right: Callable[[Judged], bool]) -> float | None:
    return round(sum(map(right, judged)) / len(judged), 4) if judged else None
