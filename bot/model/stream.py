"""Puts an answer together from the lines that a server streams, whatever dialect it speaks.

The SDK's own helpers are not used: they cost four times the CPU, lose Mistral's answer when it thinks,
and take a stream that simply ends for a whole one.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.errors import ModelRefused, ModelTruncated, ModelUnreachable

LONGEST = 1_000_000
DONE = "[DONE]"


@dataclass(slots=True)
class Accumulator:
    """Fed line by line; `text` is the answer so far."""

    on_text: Callable[[str], None] | None = None
    parts: list[str] = field(default_factory=list)
    finish: str = ""
    usage: dict[str, Any] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)
    length: int = 0

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self.parts)

    def feed(self, line: str) -> None:
        """One line of the body. Raises ModelError when the server says that something is wrong."""
        if line.startswith("data:"):
            data = line[5:].strip()
            if data and data != DONE:
                self._chunk(_read(data))
        elif line and not line.startswith((":", "event:", "id:", "retry:")):
            self._bound(len(line))
            self.whole.append(line)

    def end(self) -> None:
        """The body is over: was it an answer? Raises ModelError when it was not."""
        if self.whole and not self.parts:
            self._chunk(_read("\n".join(self.whole)))
        if self.finish == "content_filter":
            raise ModelRefused("the model's filter refused this question")
        if self.finish == "length":
            raise ModelTruncated("the answer is longer than allowed: raise limits.answer_tokens in shop.toml")
        if not self.finish:
            raise ModelTruncated("the stream ended in the middle of an answer")
        if not self.text.strip():
            raise ModelRefused("the model said nothing")

    def _chunk(self, chunk: Any) -> None:
        if not isinstance(chunk, dict):
            raise ModelUnreachable("the model server sent something that is not an answer: check MODEL_URL")
        if chunk.get("error"):
            raise ModelUnreachable("the model server reported an error in the middle of its answer")
        if chunk.get("usage"):
            self.usage = chunk["usage"]
        for choice in chunk.get("choices") or ():
            self._say(_spoken((choice.get("delta") or choice.get("message") or {}).get("content")))
            self.finish = choice.get("finish_reason") or self.finish

    def _say(self, text: str) -> None:
        if text:
            self._bound(len(text))
            self.parts.append(text)
            if self.on_text is not None:
                self.on_text(text)

    def _bound(self, more: int) -> None:
        self.length += more
        if self.length > LONGEST:
            raise ModelTruncated("the answer has no end")


def _read(data: str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise ModelUnreachable("the model server sent something that is not an answer: check MODEL_URL") from exc


def _spoken(content: Any) -> str:
    """The answer itself: a text, or those parts of a list that are text (the others are the model's thoughts)."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict) and part.get("type") == "text")
    return ""
