"""Indexing while the desk serves: never twice at once, and a failure is a line in the log, not the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import BotError
from bot.knowledge.indexing import IndexReport

log = logging.getLogger(__name__)


AGAIN_SECONDS = 30.0
"""After an indexing that failed at the start."""


async def index_until_done(index: Callable[[], Awaitable[IndexReport | None]]) -> None:
    """Index, and if something that it needs is away, try again until it is back. None: there was nothing to do."""
    done = await _logged(index, "what was new")
    while not done:
        await asyncio.sleep(AGAIN_SECONDS)
        done = await _logged(index, "what was new")


async def index_every(seconds: float, index: Callable[[], Awaitable[IndexReport]]) -> None:
    """Wait, index, and begin again; until cancelled."""
    while True:
        await asyncio.sleep(seconds)
        await _logged(index, "on schedule")


async def _logged(index: Callable[[], Awaitable[IndexReport | None]], when: str) -> bool:
    """Index, and say in the log what came of it; whether it was done."""
    try:
        report = await index()
    except BotError as exc:
        log.warning("indexing %s failed: %s", when, exc)
    except Exception:
        log.exception("indexing %s failed", when)
    else:
        if report is not None:
            _log(report, when)
        return True
    return False


def _log(report: IndexReport, when: str) -> None:
    counts = (report.read, len(report.changed), len(report.removed), len(report.unreadable))
    log.info("indexed %s: %d read, %d changed, %d removed, %d unreadable", when, *counts)
    for document, why in report.unreadable:
        log.warning("unreadable %s: %s", document, why)
