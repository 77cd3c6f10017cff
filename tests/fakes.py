"""A model that says what a test wants, and keeps the contract of the real one."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import ModelError
from bot.messages import Fault
from bot.model import Completion, Prompt


@dataclass
class ScriptedModel:
    """Gives `replies` one after the other, the last one for ever; an exception among them is raised. `prompts` keeps what it was asked."""

    replies: list[str | ModelError] = field(default_factory=lambda: ["Scripted answer."])
    name: str = "scripted"
    prompts: list[Prompt] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def answer(self, prompt: Prompt, on_text: Callable[[str], None] | None = None) -> Completion:
        self.prompts.append(prompt)
        if self.gate is not None:
            await self.gate.wait()
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        if isinstance(reply, ModelError):
            raise reply
        if on_text is not None:
            for piece in reply.partition(" "):
                on_text(piece)
        return Completion(reply, self.name)

    @property
    def resting(self) -> Mapping[str, bool]:
        return {self.name: False}

    async def check(self) -> Sequence[Fault]:
        return [Fault("model", str(reply), "Wait.") for reply in self.replies[:1] if isinstance(reply, ModelError)]

    async def close(self) -> None:
        """Nothing is open."""
