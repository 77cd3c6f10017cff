"""So many questions at once, so many that wait, and no more: what comes then is answered from the page at once."""

import asyncio
from collections.abc import Callable

from bot.errors import ModelBusy
from bot.model import Completion, Model, Prompt
from bot.model.around import Around


class Bounded(Around):
    """A model that is asked by few at a time. A small model server gets slower for everybody when it is asked by many."""

    def __init__(self, model: Model, at_once: int, waiting: int) -> None:
        super().__init__(model)
        self._turns = asyncio.Semaphore(at_once)
        self._most, self._asked = at_once + waiting, 0

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
