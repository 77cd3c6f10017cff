"""The model back end: what we ask of a language model, whoever serves it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bot.messages import Fault


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for a model that sees. `kind` is its media type, "image/png"."""

    kind: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of the conversation as the model sees it."""

    role: Literal["user", "assistant"]
    text: str
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request: the standing orders, then the turns in order, the last one the customer's."""

    system: str
    turns: tuple[Said, ...]
    longest_answer: int = 800
    """In tokens."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One whole answer. Tokens are the server's count, 0 where it does not say. `unseen`: the model did not see the prompt's pictures."""

    text: str
    model: str
    prompt_tokens: int = 0
    cached_tokens: int = 0
    answer_tokens: int = 0
    unseen: bool = False


class Model(Protocol):
    """A language model. Every one passes tests/contract/model_contract.py."""

    @property
    def name(self) -> str:
        """What /ready, logs and `ask --json` call it."""
        ...

    @property
    def sees(self) -> bool:
        """Whether pictures are of any use to it. One that is asked with pictures all the same is told that they are left out."""
        ...

    async def answer(self, prompt: Prompt, on_text: Callable[[str], None] | None = None) -> Completion:
        """The whole answer; `on_text` gets each piece as it comes. Raises ModelError and nothing else."""
        ...

    @property
    def resting(self) -> Mapping[str, bool]:
        """By name, the models that it stands for: whether one is left alone right now because it kept failing."""
        ...

    async def check(self) -> Sequence[Fault]:
        """For the doctor and /ready: is it there, does it know our key and the model's name? [] when all is well."""
        ...

    async def close(self) -> None:
        """Give connections back. Twice is fine."""
        ...


class Ledger(Protocol):
    """Where the tokens of a day are added up, for all processes that share a database. Raises StoreError."""

    async def spend(self, day: str, tokens: int) -> int:
        """Add (0: just look); the day's sum so far. `day`: 2026-11-25."""
        ...
