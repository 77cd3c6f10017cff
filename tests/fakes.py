"""Parts that do what a test wants, and keep the contract of the real ones: a model, and the cursors of a platform."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.errors import ModelError, StoreError
from bot.messages import Fault, Place
from bot.model import Completion, Prompt
from bot.platforms import Cursor


@dataclass
class ScriptedModel:
    """Gives `replies` one after the other, the last one for ever; an exception among them is raised. `prompts` keeps what it was asked."""

    replies: list[str | ModelError] = field(default_factory=lambda: ["Scripted answer."])
    name: str = "scripted"
    prompts: list[Prompt] = field(default_factory=list)
    gate: asyncio.Event | None = None
    sees: bool = False

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
        unseen = not self.sees and any(turn.pictures for turn in prompt.turns)
        return Completion(reply, self.name, unseen=unseen)

    @property
    def resting(self) -> Mapping[str, bool]:
        return {self.name: False}

    async def check(self) -> Sequence[Fault]:
        return [Fault("model", str(reply), "Wait.") for reply in self.replies[:1] if isinstance(reply, ModelError)]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class KeptCursors:
    """The cursors of one platform, in memory. `writes` counts transactions, `away` makes the database fail.

    `spoken` are the places, `unanswered` is what waits.
    """

    kept: dict[tuple[str, str], Cursor] = field(default_factory=dict)
    writes: int = 0
    away: bool = False
    spoken: list[Place] = field(default_factory=list)
    unanswered: list[tuple[Place, str]] = field(default_factory=list)

    async def read(self) -> Sequence[Cursor]:
        return list(self.kept.values())

    async def write(self, moved: Sequence[Cursor]) -> None:
        if self.away:
            raise StoreError("the database is away")
        self.writes += 1
        self.kept |= {(cursor.workspace, cursor.channel): cursor for cursor in moved}

    async def forget(self, workspace: str) -> None:
        if self.away:
            raise StoreError("the database is away")
        self.kept = {key: cursor for key, cursor in self.kept.items() if key[0] != workspace}

    async def places(self, since: float) -> Sequence[Place]:
        return self.spoken

    async def waiting(self) -> Sequence[tuple[Place, str]]:
        return self.unanswered
