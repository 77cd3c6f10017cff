"""So many questions at once, so many that wait, and no more: what comes then is answered from the page at once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from bot.errors import ModelBusy
from bot.messages import Fault
from bot.model import Completion, Model, Prompt


class Bounded:
    """A model that is asked by few at a time. A small model server gets slower for everybody when it is asked by many."""

    def __init__(self, model: Model, at_once: int, waiting: int) -> None:
        self._model = model
        self._turns = asyncio.Semaphore(at_once)
        self._most, self._asked = at_once + waiting, 0

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    async def answer(self, prompt: Prompt, on_text: Callable[[str], None] | None = None) -> Completion:
        """The model's answer, when it is our turn; ModelBusy at once when too many wait already."""
        if self._asked >= self._most:
            raise ModelBusy("too many questions wait for the model: raise [limits] answers_at_once if its server can do more")
        self._asked += 1
        try:
            async with self._turns:
                return await self._model.answer(prompt, on_text)
        finally:
            self._asked -= 1

    @property
    def resting(self) -> Mapping[str, bool]:
        """The model's."""
        return self._model.resting

    async def check(self) -> Sequence[Fault]:
        """The model's faults."""
        return await self._model.check()

    async def close(self) -> None:
        """Close the model. Twice is fine."""
        await self._model.close()
