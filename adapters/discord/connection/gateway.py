"""What Discord says of its gateway: into how many shards the bot's servers are divided, and how many sessions it may still begin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

IDENTIFY_PACE = 5.0
"""Seconds from one new session to the next; Discord lets `concurrency` of them begin side by side."""
LOW = 0.1
"""The part of a day's new sessions below which they are spread over the time that is left. Discord takes a token away that needs more."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """`remaining` of `total` sessions may begin until `resets`, in seconds from now."""

    shards: int = 1
    concurrency: int = 1
    total: int = 1000
    remaining: int = 1000
    resets: float = 0.0

    def wait(self) -> float:
        """Seconds before the next session of a queue may begin: none while there is plenty."""
        if self.remaining > self.total * LOW:
            return 0.0
        return min(self.resets, self.resets * self.concurrency / (self.remaining + 1))


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of the bot's servers. Direct messages are in the first."""

    number: int = 0
    count: int = 1

    def holds(self, workspace: str) -> bool:
        """Whether a server's events come here; "@dm" stands for direct messages."""
        guild = int(workspace) if workspace.isdecimal() else 0
        return (guild >> 22) % self.count == self.number

    def __str__(self) -> str:
        return "discord" if self.count == 1 else f"discord shard {self.number} of {self.count}"


async def ask(client: discord.Client) -> Gateway:
    """One call. Raises the library's errors; LoginFailure when the token counts no more."""
    try:
        said: Mapping[str, Any] = await client.http.request(discord.http.Route("GET", "/gateway/bot"))
    except discord.HTTPException as exc:
        if exc.status == 401:
            raise discord.LoginFailure("refused") from exc
        raise
    return read(said)


def read(said: Mapping[str, Any]) -> Gateway:
    """Pure: the answer, without what it does not say."""
    limit, usual = said.get("session_start_limit") or {}, Gateway()
    return Gateway(
        shards=max(1, int(said.get("shards") or 1)),
        concurrency=max(1, int(limit.get("max_concurrency") or 1)),
        total=int(limit.get("total", usual.total)),
        remaining=int(limit.get("remaining", usual.remaining)),
        resets=float(limit.get("reset_after", 0)) / 1000,
    )
