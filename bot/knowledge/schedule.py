"""Indexing again and again while the desk serves: never twice at once, and a failure is a line in the log, not the end."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.errors import BotError
from bot.knowledge.indexing import IndexReport

log = logging.getLogger(__name__)


async def index_every(seconds: float, index: Callable[[], Awaitable[IndexReport]]) -> None:
    """Wait, index, and begin again; until cancelled."""
    while True:
        await asyncio.sleep(seconds)
        try:
            report = await index()
        except BotError as exc:
            log.warning("indexing on schedule failed: %s", exc)
        except Exception:
            log.exception("indexing on schedule failed")
        else:
            counts = (report.read, len(report.changed), len(report.removed), len(report.unreadable))
            log.info("indexed on schedule: %d read, %d changed, %d removed, %d unreadable", *counts)
