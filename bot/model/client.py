"""A model behind an OpenAI-compatible address: chat.completions, streamed, and nothing else of the API.

The request takes the cheap way through the SDK: messages in `extra_body` (it walks the type of every message otherwise)
and the raw lines of the response (bot.model.stream).
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.errors import ModelBusy, ModelError, ModelTruncated, ModelUnreachable
from bot.messages import Fault
from bot.model import Completion, Prompt
from bot.model.profiles import Profile
from bot.model.stream import Accumulator

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CHECK_SECONDS = 10.0
NO_KEY = "none"


class OpenAIModel:
    """One model of one server. Times are in seconds: to the first line, between lines, and for all attempts together."""

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
    ) -> None:
        self.name = model
        self._url = url
        self._key = key
        self._profile = profile
        self._first, self._between, self._total = first_token_seconds, between_tokens_seconds, total_seconds
        self._attempts = attempts
        self._client: AsyncOpenAI | None = None

    async def answer(self, prompt: Prompt, on_text: Callable[[str], None] | None = None) -> Completion:
        """One whole answer. What fails before its first piece was shown is tried again, within the time for all attempts."""
        until = time.monotonic() + self._total
        for attempt in range(1, self._attempts + 1):
            shown: list[str] = []
            try:
                return await self._once(prompt, _watched(on_text, shown), until)
            except (ModelBusy, ModelUnreachable, ModelTruncated) as exc:
                pause = _pause(exc, attempt)
                if attempt == self._attempts or shown or time.monotonic() + pause > until or "longer than allowed" in str(exc):
                    raise
                await asyncio.sleep(pause)
        raise AssertionError("every attempt returns or raises")

    async def check(self) -> Sequence[Fault]:
        """Ask for the list of models; a server that has none gets a question of one token."""
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                names = await self._names()
                if names is None:
                    await self._once(Prompt("", (), 1), None, time.monotonic() + CHECK_SECONDS)
                elif names and self.name not in names:
                    return [Fault("model", f"the server does not know {self.name!r}", f"Set MODEL_NAME to one of: {', '.join(names[:8])}.")]
        except ModelTruncated:
            return []
        except TimeoutError:
            return [Fault("model", "the model server did not answer in time", "Check MODEL_URL, and that the server runs.")]
        except ModelError as exc:
            return [Fault("model", str(exc), "See docs/models.md.")]
        return []

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _once(self, prompt: Prompt, on_text: Callable[[str], None] | None, until: float) -> Completion:
        from bot.model.faults import fault_of

        answer = Accumulator(on_text)
        try:
            async with asyncio.timeout(min(self._first, max(0.01, until - time.monotonic()))) as limit:
                async with self._chat().with_streaming_response.create(**self._request(prompt)) as response:
                    async for line in response.iter_lines():
                        answer.feed(line)
                        loop_now = asyncio.get_running_loop().time()
                        limit.reschedule(loop_now + max(0.01, min(self._between, until - time.monotonic())))
            answer.end()
        except Exception as exc:
            raise fault_of(exc, self.name) from exc
        usage = answer.usage
        cached = (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        return Completion(answer.text, self.name, usage.get("prompt_tokens") or 0, cached, usage.get("completion_tokens") or 0)

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        messages = [{"role": "system", "content": prompt.system}, *({"role": turn.role, "content": turn.text} for turn in prompt.turns)]
        body: dict[str, Any] = {"messages": messages, self._profile.limit_field: prompt.longest_answer, **self._profile.extra}
        if self._profile.stream_usage:
            body["stream_options"] = {"include_usage": True}
        return {"model": self.name, "messages": [], "stream": True, "extra_body": body}

    async def _names(self) -> list[str] | None:
        import openai

        from bot.model.faults import fault_of

        try:
            return [model.id async for model in self._open().models.list()]
        except (openai.NotFoundError, openai.BadRequestError, openai.APIResponseValidationError):
            return None
        except Exception as exc:
            raise fault_of(exc, self.name) from exc

    def _chat(self) -> Any:
        return self._open().chat.completions

    def _open(self) -> "AsyncOpenAI":
        if self._client is None:
            from openai import AsyncOpenAI, DefaultAioHttpClient, Timeout

            self._client = AsyncOpenAI(
                base_url=self._url,
                api_key=self._key or NO_KEY,
                max_retries=0,
                timeout=Timeout(self._total, connect=min(10.0, self._first)),
                http_client=DefaultAioHttpClient(),
            )
            keep_to_itself(self._client)
        return self._client


def keep_to_itself(client: "AsyncOpenAI") -> None:
    """What the environment says of OpenAI's organizations and headers is not for other providers' servers."""
    client.organization = client.project = None
    client._custom_headers = {}


def _watched(on_text: Callable[[str], None] | None, shown: list[str]) -> Callable[[str], None] | None:
    """Remember that something was shown: from then on there is no second attempt."""
    if on_text is None:
        return None

    def say(text: str) -> None:
        shown.append("")
        on_text(text)

    return say


def _pause(exc: ModelError, attempt: int) -> float:
    if isinstance(exc, ModelBusy) and exc.retry_after is not None:
        return exc.retry_after
    return float(0.4 * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, not a secret
