"""A model around another one, which is that model in everything but how it is asked."""

from collections.abc import Mapping, Sequence

from bot.messages import Fault
from bot.model import Model


class Around:
    """What all of them have in common; `answer` is their own."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """The model's."""
        return self._model.name

    @property
    def sees(self) -> bool:
        """Whether the model does."""
        return self._model.sees

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
