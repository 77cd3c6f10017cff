"""One question, answered as a customer would be, and what was right about the answer."""

import time
from dataclasses import dataclass

from bot.answering import Answer, Answering, Question, Tokens
from bot.checks import Ground
from bot.checks.grounding import strange_figures
from bot.evaluation.questions import Asked
from bot.knowledge import Knowledge, Passage
from bot.language import policy
from bot.language.detection import Detector

LOOKED_AT = 10
"""Passages among which the right article is looked for."""
MISSING = 99


@dataclass(frozen=True, slots=True)
class Judged:
    """`rank`: where the right article stands among those found, from 0; MISSING when it does not. `decided`: answered where the
    shop has an answer, and only there. `spoken`: in the question's language. `grounded`: without a figure, date or address that
    stands neither in a page that the answer shows nor in the question; None where nothing was answered."""

    asked: Asked
    language: str
    rank: int
    answered: bool
    decided: bool
    spoken: bool
    grounded: bool | None
    tokens: Tokens
    milliseconds: float


class Judging:
    """Asks and judges; what is judged stays the same whether a model answers or the page is quoted."""

    def __init__(self, answering: Answering, knowledge: Knowledge, detector: Detector, default_language: str) -> None:
        self._answering = answering
        self._knowledge = knowledge
        self._detector = detector
        self._default_language = default_language

    async def judge(self, asked: Asked) -> Judged:
        """Raises what the store raises."""
        choice = policy.choose(asked.question, self._detector, "", asked.language, self._default_language)
        began = time.perf_counter()
        answer = await self._answering.answer(Question(asked.question, choice.language, spoken=choice.spoken))
        milliseconds = 1000 * (time.perf_counter() - began)
        found = (await self._knowledge.search(asked.question, choice.spoken or choice.language, LOOKED_AT, lead=True)).passages
        order = list(dict.fromkeys(passage.document for passage in found))
        right = {passage.document for passage in found if asked.wants(passage)}
        return Judged(
            asked=asked,
            language=asked.language or choice.language,
            rank=next((at for at, document in enumerate(order) if document in right), MISSING),
            answered=answer.answered,
            decided=answer.answered == bool(asked.article),
            spoken=self._spoken(answer, asked.language or choice.language),
            grounded=_grounded(answer, asked, found) if answer.answered else None,
            tokens=answer.tokens,
            milliseconds=milliseconds,
        )

    def _spoken(self, answer: Answer, wanted: str) -> bool:
        """What we say ourselves must be in that language; a quoted page speaks its own."""
        own = "\n".join(line for line in answer.reply.text.splitlines() if not line.startswith(">"))
        seen = self._detector.detect(own).language
        return answer.reply.language == wanted and seen in (None, wanted)


def _grounded(answer: Answer, asked: Asked, found: tuple[Passage, ...]) -> bool:
    shown = {(source.title, source.url) for source in answer.reply.sources}
    grounds = [
        Ground(f"{passage.title} {passage.heading} {passage.text} {passage.url}", passage.language)
        for passage in found
        if (passage.title, passage.url) in shown
    ]
    return not strange_figures(answer.reply.text, answer.reply.language, [*grounds, Ground(asked.question, asked.language)])
