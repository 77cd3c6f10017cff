"""A model behind an OpenAI-compatible address: chat.completions, streamed, and nothing else of the API."""

import asyncio
import base64
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bot.errors import ModelError, ModelRefused
from bot.messages import Fault
from bot.model import Completion, Prompt, Said
from bot.model.connection import Connection
from bot.model.faults import TooLong, TooSlow, UnknownModel, as_fault, unknown_model
from bot.model.profiles import Profile
from bot.model.retries import Retries
from bot.model.stream import Accumulator

log = logging.getLogger(__name__)

CHECK_SECONDS = 10.0
GULP_SECONDS = 0.1
GULP_BYTES = 4096
"""What comes as people speak is read no more often and no finer: fifty tokens a second cost a wake-up each else, two thirds of what an
answer costs, and nobody reads that fast. What comes faster is read as it comes."""
GRACE_SECONDS = 2.0
"""After the last word: for the count of tokens, and so that the connection can be used again."""
TRIAL = Prompt("", (Said("user", "Hello"),), longest_answer=1)
SHOWN_NAMES = 8
LEFT_OUT = "(A picture came with this, which you cannot see. Do not guess what it shows.)"
KNOWN_SECONDS = 600.0
"""How long an answer proves that the model is there: whoever asks /ready every few seconds is not to pay for it."""


class OpenAIModel:
    """One model of one server. Times are in seconds: to the first sign of life, from sign to sign, and for all attempts together."""

    def __init__(
        self,
        url: str,
        key: str,
        model: str,
        profile: Profile,
        *,
        first_token_seconds: float = 30,
        between_tokens_seconds: float = 20,
        total_seconds: float = 90,
        attempts: int = 3,
        pause_seconds: float = 0.5,
    ) -> None:
        self.name = model
        self._profile = profile
        self._first, self._between, self._total = first_token_seconds, between_tokens_seconds, total_seconds
        self._retries = Retries(attempts, pause_seconds)
        self._connection = Connection(url, key, model, "MODEL")
        self._worked_at = float("-inf")

    async def answer(self, prompt: Prompt, on_text: Callable[[str], None] | None = None) -> Completion:
        """One whole answer. What fails before its first piece was shown is tried again, within the time for all attempts. A server that
        refuses pictures, or these, is asked without them."""
        until = asyncio.get_running_loop().time() + self._total
        pictured, shown = any(turn.pictures for turn in prompt.turns), False

        def show(text: str) -> None:
            nonlocal shown
            shown = True
            if on_text is not None:
                on_text(text)

        if pictured and self.sees:
            try:
                return await self._answered(prompt, show if on_text is not None else None, until)
            except ModelRefused as exc:
                if shown:
                    raise
                log.warning("asking again without the pictures: %s", exc, extra={"model": self.name})
        if not pictured:
            return await self._answered(prompt, on_text, until)
        return replace(await self._answered(_blind(prompt), on_text, until), unseen=True)

    async def _answered(self, prompt: Prompt, on_text: Callable[[str], None] | None, until: float) -> Completion:
        body = self._body(prompt)
        tries: list[Accumulator] = []

        async def once() -> Completion:
            tries.append(Accumulator(self._connection.server, on_text))
            return await self._heard(body, tries[-1], until)

        try:
            return await self._retries.until_it_works(once, until, too_late=lambda: tries[-1].shown)
        except ModelError:
            self._worked_at = float("-inf")
            raise

    @property
    def sees(self) -> bool:
        """As its profile says."""
        return self._profile.sees

    @property
    def resting(self) -> Mapping[str, bool]:
        """It never rests by itself."""
        return {self.name: False}

    async def check(self) -> Sequence[Fault]:
        """Does the server list our model? If not, it gets a question of one token, since many know more than they list; unless it
        answered one lately."""
        names: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                names = await self._names()
                if self.name not in names and asyncio.get_running_loop().time() - self._worked_at > KNOWN_SECONDS:
                    await self._heard(self._body(TRIAL), Accumulator(self._connection.server), float("inf"))
        except TooLong:
            self._worked_at = asyncio.get_running_loop().time()
        except UnknownModel:
            return [as_fault(unknown_model(self._connection.server, names[:SHOWN_NAMES]))]
        except ModelError as exc:
            return [as_fault(exc)]
        except TimeoutError:
            return [as_fault(self._too_slow(f"did not answer within {CHECK_SECONDS:g} s"))]
        return []

    async def close(self) -> None:
        """Close the connections. Twice is fine."""
        await self._connection.close()

    async def _heard(self, body: dict[str, Any], answer: Accumulator, until: float) -> Completion:
        """One attempt, read to its end within the time limits."""
        loop = asyncio.get_running_loop()
        seen = 0
        try:
            async with asyncio.timeout_at(min(loop.time() + self._first, until)) as limit:
                async with self._connection.ask("/chat/completions", body) as chunks:
                    async for chunk in chunks:
                        answer.feed(chunk)
                        if answer.events > seen:
                            seen = answer.events
                            limit.reschedule(min(loop.time() + (GRACE_SECONDS if answer.finish else self._between), until))
                            if len(chunk) < GULP_BYTES and not answer.finish:
                                await asyncio.sleep(min(GULP_SECONDS, self._between / 4))
        except TimeoutError as exc:
            if not answer.finish:
                raise self._overdue(seen, loop.time() >= until) from exc
        answer.end()
        self._worked_at = loop.time()
        cached = answer.count("prompt_tokens_details", "cached_tokens")
        return Completion(answer.text, self.name, answer.count("prompt_tokens"), cached, answer.count("completion_tokens"))

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self.name, "messages": _messages(prompt, self._profile.system_role), "stream": True}
        body[self._profile.limit_field] = prompt.longest_answer
        if self._profile.temperature is not None:
            body["temperature"] = self._profile.temperature
        if self._profile.stream_usage:
            body["stream_options"] = {"include_usage": True}
        return body | dict(self._profile.extra)

    async def _names(self) -> tuple[str, ...]:
        """The models that the server lists; none where it has no list. Why it has none shows when it is asked a question."""
        with suppress(ModelError):
            data = (await self._connection.document("/models")).get("data")
            if isinstance(data, list):
                return tuple(str(model.get("id")) for model in data if isinstance(model, dict))
        return ()

    def _overdue(self, events: int, total: bool) -> TooSlow:
        if total:
            return self._too_slow(f"was not done within {self._total:g} s")
        if events:
            return self._too_slow(f"stopped for {self._between:g} s in the middle of an answer")
        return self._too_slow(f"did not begin to answer within {self._first:g} s")

    def _too_slow(self, what: str) -> TooSlow:
        host = self._connection.server.host
        return TooSlow(f"the model server at {host} {what}: look whether it is overloaded, or choose a smaller model")


def _messages(prompt: Prompt, system_role: bool) -> list[dict[str, Any]]:
    turns = list(prompt.turns)
    if not system_role and prompt.system:
        turns[0] = replace(turns[0], text=f"{prompt.system}\n\n{turns[0].text}")
    said = [{"role": turn.role, "content": _content(turn)} for turn in turns]
    return [{"role": "system", "content": prompt.system}, *said] if system_role and prompt.system else said


def _content(turn: Said) -> str | list[dict[str, Any]]:
    """Plain text where there is no picture: not every server takes parts, and none that is empty."""
    if not turn.pictures:
        return turn.text
    addresses = [f"data:{one.kind};base64,{base64.b64encode(one.data).decode()}" for one in turn.pictures]
    words = [{"type": "text", "text": turn.text}] if turn.text else []
    return [*words, *({"type": "image_url", "image_url": {"url": address}} for address in addresses)]


def _blind(prompt: Prompt) -> Prompt:
    """The same for a model that does not see."""
    turns = (replace(turn, text=f"{turn.text}\n{LEFT_OUT}".strip(), pictures=()) if turn.pictures else turn for turn in prompt.turns)
    return replace(prompt, turns=tuple(turns))
