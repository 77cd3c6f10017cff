"""Several models in order: where one fails, the next one answers. One that keeps failing is left alone for a while."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence

from bot.errors import ModelError, ModelUnreachable
from bot.messages import Fault
from bot.model import Completion, Model, Prompt
from bot.model.breaker import Breaker
from bot.model.faults import Spared

log = logging.getLogger(__name__)


class Chain:
    """Models, the best first; a model like any other. What one has shown of an answer, no other goes on with."""

    def __init__(self, models: Sequence[Model], now: Callable[[], float] = time.monotonic) -> None:
        """At least one model."""
        self._links = [(model, Breaker(now)) for model in models]

    @property
    def name(self) -> str:
        """The first model's; a Completion says which one answered."""
        return self._links[0][0].name

    @property
    def sees(self) -> bool:
        """Whether one of them does; the others are asked without pictures."""
        return any(model.sees for model, _ in self._links)

    async def answer(self, prompt: Prompt, on_text: Callable[[str], None] | None = None) -> Completion:
        """The answer of the first model that gives one; the last one's fault when none does."""
        shown = False

        def show(text: str) -> None:
            nonlocal shown
            shown = True
            if on_text is not None:
                on_text(text)

        fault: ModelError = ModelUnreachable("the model failed several times and is left alone for half a minute: see the lines before")
        for model, breaker in self._links:
            if not breaker.lets_through():
                continue
            try:
                return await _asked(model, breaker, prompt, show if on_text is not None else None)
            except ModelError as exc:
                fault = exc
                if shown:
                    break
                log.log(
                    logging.INFO if isinstance(exc, Spared) else logging.WARNING, "a model failed: %s", exc, extra={"model": model.name}
                )
        raise fault

    @property
    def resting(self) -> Mapping[str, bool]:
        """Which of them are left alone."""
        return {model.name: breaker.open for model, breaker in self._links}

    async def check(self) -> Sequence[Fault]:
        """The faults of all models."""
        return [fault for model, _ in self._links for fault in await model.check()]

    async def close(self) -> None:
        """Close them all. Twice is fine."""
        for model, _ in self._links:
            await model.close()


async def _asked(model: Model, breaker: Breaker, prompt: Prompt, on_text: Callable[[str], None] | None) -> Completion:
    """One model's answer, and what it says of the model."""
    with breaker.watching():
        return await model.answer(prompt, on_text)
