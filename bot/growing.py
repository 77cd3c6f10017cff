"""An answer that is seen while it is written: one message that grows until the whole of it is there.

Nothing of it is written down before the answer is complete: then the outbox gets the message's id, and finishing it is the sending
of the answer's first part. What a process leaves half said when it dies is found on the platform by whoever takes its work over.
What is shown is always the outgoing filter's work on all that was said so far, so that nothing can slip through in pieces.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from bot.errors import BotError, PlatformError, RateLimited, StoreError, Unreachable
from bot.messages import MessageReceived
from bot.pacing import Pacer
from bot.platforms import Call, LiveMessage, Platform

log = logging.getLogger(__name__)
T = TypeVar("T")

OPEN_AFTER = 1.0
"""Seconds: a faster answer is simply posted."""
SETTLE = 0.2
"""Seconds after the first sentence: if it was the only one, the answer is complete by then."""
EVERY = 1.0
"""Seconds between two changes, at least."""
LOOKS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between looks for a message of which we do not know whether it stands."""


class During(Protocol):
    """A call that begins and ends while the question is surely ours; see Holder.during."""

    async def __call__(self, calling: Coroutine[Any, Any, T]) -> T:
        """StoreError when it may be another's."""
        ...


class Growing:
    """The live side of one answer. `safe` makes of all that was said what may be seen of it. `found`: a message that was begun before
    and is to be finished; then nothing grows. `grows`: whether anything may be shown. `spare`: whether there is time for it just now."""

    def __init__(
        self,
        platform: Platform,
        question: MessageReceived,
        pacer: Pacer,
        safe: Callable[[str], str],
        during: During,
        *,
        grows: bool,
        found: str = "",
        spare: Callable[[], bool] = lambda: True,
    ) -> None:
        self.grows = grows and not found
        self.shown = ""
        self._platform, self._question, self._pacer, self._safe, self._during = platform, question, pacer, safe, during
        self._spare = spare
        self._text = ""
        self._found = found
        self._message: LiveMessage | None = None
        self._in_doubt = self._still = self._unsaid = self._held = False
        self._began = time.monotonic()
        self._pump: asyncio.Task[None] | None = None
        self._stir, self._over = asyncio.Event(), asyncio.Event()

    @property
    def seen(self) -> bool:
        """Whether something of it can be seen."""
        return bool(self._message or self._found)

    def add(self, text: str) -> None:
        """The next sentences."""
        self._text += text
        self._change()

    def again(self) -> None:
        """What was added does not count: it is taken away."""
        self._text = ""
        self._unsaid = True
        self._change()

    async def end(self) -> str:
        """Grow no more. The id of the message that is to be finished or removed, "" when there is none.

        Raises PlatformError when one may stand there that cannot be found now.
        """
        self._stop()
        if self._pump is not None:
            await asyncio.wait([self._pump])
        if self._in_doubt:
            await self._look()
        return self._message.message_id if self._message else self._found

    def take_hold(self) -> bool:
        """Whether a call that ends it was kept; it is the caller's to make from now on."""
        held, self._held = self._held, False
        return held

    async def drop(self) -> None:
        """Take away what is seen of it; what cannot be taken away now is found again by whoever answers next."""
        try:
            if message := await self.end():
                await self._remove(message)
                self._message, self._found = None, ""
        except BotError as exc:
            log.info("half an answer stays for a moment: %s", exc, extra={"place": self._question.place.key})

    def abandon(self) -> None:
        """The work on it ends, whatever stands."""
        self._stop()
        if self._pump is not None:
            self._pump.cancel()
        if self.take_hold():
            self._pacer.release(self._question.place, "live-stop")

    def _stop(self) -> None:
        self._over.set()
        self._stir.set()

    def _change(self) -> None:
        self._stir.set()
        if self._pump is None and self.grows:
            self._pump = asyncio.create_task(self._grow(), name=f"live {self._question.place.key}")

    async def _grow(self) -> None:
        """One call at a time, the latest text; never a queue."""
        await self._pause(max(SETTLE, OPEN_AFTER - (time.monotonic() - self._began)))
        while not self._over.is_set():
            self._stir.clear()
            try:
                caught_up = await self._catch_up()
            except BotError as exc:
                caught_up = self._failed(exc)
            await self._pause(EVERY)
            if caught_up:
                await self._stir.wait()

    async def _catch_up(self) -> bool:
        """Whether all that may be seen is seen, or nothing can be changed any more."""
        if self._unsaid and self._message and not self._still:
            await self._remove(self._message.message_id)
            self._message, self.shown = None, ""
        self._unsaid = False
        if not self._spare():
            return False
        text = self._safe(self._text)
        if not text.strip() or text == self.shown or self._still:
            return True
        if self._message is not None:
            if not self._pacer.try_turn(self._question.place, "live-append"):
                return False
            await self._call("live-append", self._message.show(text))
        elif self._may_open():
            self._message = await self._open(text)
        else:
            return False
        self.shown = text
        return True

    def _may_open(self) -> bool:
        """It is opened only where the call that ends it will not have to wait."""
        place = self._question.place
        self._held = self._held or self._pacer.hold(place, "live-stop")
        return self._held and self._pacer.try_turn(place, "live-start")

    async def _open(self, text: str) -> LiveMessage:
        try:
            return await self._call("live-start", self._platform.open_live(self._question, text))
        except Unreachable:
            self._in_doubt = True
            raise

    async def _remove(self, message: str) -> None:
        place = self._question.place
        await self._pacer.turn(place, "live-stop", held=self.take_hold())
        await self._call("live-stop", self._platform.remove(place, message))

    async def _call(self, call: Call, calling: Coroutine[Any, Any, T]) -> T:
        try:
            return await self._during(calling)
        except RateLimited as exc:
            self._pacer.put_off(self._question.place, call, exc.retry_after)
            raise

    def _failed(self, exc: BotError) -> bool:
        """A refusal for now is waited for; after anything else the message stays as it is until the answer is complete."""
        if isinstance(exc, RateLimited):
            return False
        self._still = True
        log.info("an answer grows no more: %s", exc, extra={"place": self._question.place.key})
        return True

    async def _look(self) -> None:
        """Whether the message that we tried to post stands there."""
        place, question = self._question.place, self._question.message_id
        for wait in (*LOOKS, None):
            try:
                await self._pacer.turn(place, "look")
                self._found = next(iter(await self._call("look", self._platform.find_live(place, [question]))), "")
                self._in_doubt = False
                return
            except (RateLimited, Unreachable):
                if wait is None:
                    raise
                await asyncio.sleep(wait)
            except StoreError:
                raise
            except PlatformError:
                return

    async def _pause(self, seconds: float) -> None:
        """So long, or until it is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()
