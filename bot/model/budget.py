"""What a day's answers may cost: near the end of the budget the cheaper models answer, and beyond it none."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from bot.errors import StoreError
from bot.model import Completion, Ledger, Model, Prompt
from bot.model.around import Around
from bot.model.faults import Spared
from bot.model.tokens import estimate

log = logging.getLogger(__name__)

NEARLY = 0.8
"""The share of the day's tokens from which on only the last model in `[[models]]` is asked."""
PICTURE_TOKENS = 1000
"""Roughly, of a screenshot; each provider counts otherwise."""


class Budget:
    """The tokens of one day (UTC), in and out together."""

    def __init__(self, tokens_a_day: int, ledger: Ledger, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        self._limit, self._ledger, self._today = tokens_a_day, ledger, today
        self._day = ""
        self._spent = 0

    async def share(self) -> float:
        """How much of today's is spent: 1 and more is all of it."""
        if self._day != self._today().isoformat():
            await self.spend(0)
        return self._spent / self._limit

    async def spend(self, tokens: int) -> None:
        """Write them down. Where that fails the day's sum goes on in memory: no answer waits for it."""
        day = self._today().isoformat()
        self._spent = tokens + (self._spent if day == self._day else 0)
        self._day = day
        try:
            self._spent = await self._ledger.spend(day, tokens)
        except StoreError as exc:
            log.warning("tokens could not be written down: %s", exc)


class Thrifty(Around):
    """A model that is asked only while less than a share of the budget is spent."""

    def __init__(self, model: Model, budget: Budget, until: float) -> None:
        super().__init__(model)
        self._budget, self._until = budget, until

    async def answer(self, prompt: Prompt, on_text: Callable[[str], None] | None = None) -> Completion:
        """The model's answer; Spared when it is to be left alone today."""
        if await self._budget.share() >= self._until:
            raise Spared("today's tokens are spent: raise [limits] tokens_a_day, or wait for tomorrow (UTC)")
        completion = await self._model.answer(prompt, on_text)
        counted = completion.prompt_tokens + completion.answer_tokens
        await self._budget.spend(counted or _estimated(prompt, completion))
        return completion


def thrifty(models: Sequence[Model], budget: Budget) -> list[Model]:
    """The models under one budget: all but the last are spared when it runs short."""
    return [Thrifty(model, budget, 1.0 if model is models[-1] else NEARLY) for model in models]


def _estimated(prompt: Prompt, completion: Completion) -> int:
    """For servers that do not count."""
    said = sum(estimate(turn.text) + PICTURE_TOKENS * len(turn.pictures) for turn in prompt.turns)
    return estimate(prompt.system) + said + estimate(completion.text)
