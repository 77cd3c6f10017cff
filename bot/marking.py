"""What became of a conversation is shown where people look for it, once the answer stands: nobody waits for it, and nothing fails by it."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from bot.errors import PlatformError, RateLimited, Unreachable
from bot.messages import Mark, Place
from bot.pacing import Pacer
from bot.platforms import Platform, TagsOf

log = logging.getLogger(__name__)

ATTEMPTS = 3
WAIT = 2.0
"""Seconds until a platform that is away is tried again."""


def untagged(_place: Place) -> TagsOf | None:
    """Where settings name no tags."""
    return None


class Marking:
    """`tags`: see Channels.tags; None where nothing is to be shown."""

    def __init__(self, platforms: Mapping[str, Platform], pacer: Pacer, tags: Callable[[Place], TagsOf | None]) -> None:
        self._platforms, self._pacer, self._tags = platforms, pacer, tags
        self._wanted: dict[str, Mark] = {}
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._refused: set[tuple[str, str]] = set()

    def wanted(self, mark: Mark | None) -> Mark | None:
        """The mark, where it can be shown and is wanted."""
        platform = self._platforms.get(mark.place.platform) if mark is not None else None
        shown = mark is not None and platform is not None and platform.capabilities.marks and self._tags(mark.place) is not None
        return mark if shown else None

    def show(self, mark: Mark) -> None:
        """Soon; of several for one conversation the last."""
        key = mark.place.key
        self._wanted[key] = mark
        if key not in self._at_work:
            self._at_work[key] = asyncio.create_task(self._show(key), name=f"mark {key}")

    async def close(self, patience: float) -> None:
        """Let what is under way end."""
        if not (tasks := list(self._at_work.values())):
            return
        _, late = await asyncio.wait(tasks, timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _show(self, key: str) -> None:
        try:
            while (mark := self._wanted.pop(key, None)) is not None:
                await self._try(mark)
        except Exception as exc:  # noqa: BLE001  # nobody awaits us, and a tag is no reason to fail
            log.error("a conversation could not be marked: %s", type(exc).__name__, extra={"place": key})
        finally:
            del self._at_work[key]

    async def _try(self, mark: Mark) -> None:
        """What is away or busy is tried again, a few times; what is not allowed is said once."""
        platform, place = self._platforms[mark.place.platform], mark.place
        tags = self._tags(place) or (lambda _forum: {})
        for _ in range(ATTEMPTS):
            try:
                await self._pacer.turn(place, "mark")
                await platform.mark(mark, tags)
                return
            except RateLimited as exc:
                self._pacer.put_off(place, "mark", exc.retry_after)
            except Unreachable:
                await asyncio.sleep(WAIT)
            except PlatformError as exc:
                self._say_once(place, exc)
                return
        log.info("a conversation could not be marked in time", extra={"place": place.key})

    def _say_once(self, place: Place, exc: PlatformError) -> None:
        if (server := (place.platform, place.workspace)) not in self._refused:
            self._refused.add(server)
            log.warning("conversations cannot be marked there: %s", exc, extra={"place": place.key})
