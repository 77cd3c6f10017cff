"""The bot as the bench runs it: `serve` as it is shipped, without the embedded vectors, and with a way to die at a named point.

The points are put around the parts from here; nothing in bot/ knows of them.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import adapters.discord
import adapters.discord.connection.live
import adapters.slack
import adapters.slack.connection.live
from benchmarks.faults import torn
from benchmarks.faults.world import LIVE
from bot import app, config, growing
from bot.app import parts
from bot.commands import serving
from bot.delivery import Delivery
from bot.errors import BotError
from bot.model.client import OpenAIModel
from bot.store.database import Database
from bot.store.inbox import InboxStore
from bot.store.outbox import OutboxStore

PLATFORMS = (adapters.slack.SlackPlatform, adapters.discord.DiscordPlatform)
GROWING = (adapters.slack.connection.live.Stream, adapters.discord.connection.live.Growing)
SEAMS: Mapping[str, tuple[tuple[type[Any], ...], str, float | None]] = {
    "committed": ((InboxStore,), "accept", None),
    "taken": ((InboxStore,), "begin", None),
    "asking": ((OpenAIModel,), "answer", 0.08),
    "answered": ((OpenAIModel,), "answer", None),
    "written": ((OutboxStore,), "begin_delivery", None),
    "posting": (PLATFORMS, "send", 0.002),
    "posted": (PLATFORMS, "send", None),
    "recorded": ((OutboxStore,), "posted", None),
    "adopted": ((OutboxStore,), "adopt", None),
    "looked": (PLATFORMS, "find_sent", None),
    "settled": ((Delivery,), "settle", None),
    "opened": (PLATFORMS, "open_live", None),
    "growing": (GROWING, "show", None),
    "finishing": (PLATFORMS, "finish", 0.002),
    "finished": (PLATFORMS, "finish", None),
    "found": (PLATFORMS, "find_live", None),
}
"""Where it can die: right after this call returned something, or so many seconds after it began."""
ONLY_LIVE = frozenset({"opened", "growing", "finishing", "finished", "found"})
"""What is only passed where answers grow (`--live`)."""
ANYTHING = frozenset({"recorded", "looked", "growing", "finished"})
"""Points that count also when the call returned nothing."""
AFTER_A_DEATH = frozenset({"adopted", "looked", "settled", "found"})
"""What is only passed when a death before left something in doubt: at one of these points."""
IN_DOUBT = ("written", "posting", "posted")


def serve(folder: str, settings: Mapping[str, str], point: str, passes: int) -> None:
    """In a process of its own, until it is killed."""
    _settle_in(folder, settings)
    if point:
        set_trap(point, passes)
    if Path(torn.NOTE).exists():
        torn.note_what_lasts()
    try:
        asyncio.run(serving.serve())
    except BotError as exc:
        os.write(2, f"{exc}\n".encode())
        os._exit(1)


def prepare(folder: str, settings: Mapping[str, str]) -> None:
    """Tables and index, in a process of its own."""
    _settle_in(folder, settings)
    asyncio.run(_prepare())


async def _prepare() -> None:
    loaded = config.load()
    database = Database(loaded.database_url)
    await database.migrate()
    await database.close()
    async with app.opened(loaded) as opened:
        await app.index(opened, [], lambda *_: None)


def _settle_in(folder: str, settings: Mapping[str, str]) -> None:
    os.environ.update(settings)
    os.chdir(folder)
    log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    os.dup2(log, 1)
    setattr(parts, "embedded", tuple)  # noqa: B010  # the vectors cost a second at each start, and have tests of their own
    if LIVE in settings:
        _let_all_answers_grow()


def _let_all_answers_grow() -> None:
    """Also short ones, and as many as there are: what the platforms' limits do to them has tests of its own."""
    growing.OPEN_AFTER, growing.SETTLE, growing.EVERY = 0.05, 0.02, 0.05
    for platform in PLATFORMS:
        platform.capabilities = replace(platform.capabilities, limits=())


def set_trap(point: str, passes: int) -> None:
    """Die at the point, when it is passed for the so-manieth time."""
    places, name, early = SEAMS[point]
    left = passes

    def due(result: Any) -> bool:
        nonlocal left
        left -= bool(result)
        return bool(result) and left == 0

    def trap(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def trapped(self: Any, *arguments: Any, **more: Any) -> Any:
            if early is not None and due(True):
                asyncio.get_running_loop().call_later(early, _die)
            result = await real(self, *arguments, **more)
            if early is None and due(point in ANYTHING or result):
                _die()
            return result

        return trapped

    for where in places:
        setattr(where, name, trap(getattr(where, name)))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def lay_out(folder: Path, threads: int, each: int, more: str = "") -> None:
    """The shop: a page for every code, so that a quoted page names its question."""
    pages = folder / "pages"
    pages.mkdir()
    for number in range(threads):
        for count in range(1, each + 1):
            code = f"T{number}K{count:03}"
            (pages / f"{code}.md").write_text(f"# {code}\n\nThe article {code} lies in our store and is sent within two days.\n")
    (folder / "shop.toml").write_text(SHOP + more)


SHOP = """
[shop]
name = "Lumen & Loom"
languages = ["en"]
hosts = ["shop.example"]
documents = ["pages"]
[answers]
threshold = 0
checks = false
[limits]
history_tokens = 200
model_seconds = 20
"""
