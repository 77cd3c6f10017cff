"""Puts an answer together from the bytes that a server streams, whatever dialect it speaks.

The SDK's own helpers are not used: they cost ten times the CPU, lose Mistral's answer when it thinks,
and take a stream that simply ends for a whole one.
"""

import json
from collections.abc import Callable
from typing import Any

from bot.errors import ModelRefused, ModelTruncated, ModelUnreachable
from bot.messages import storable
from bot.model.faults import Declined, Server, nonsense, reported, too_long

LONGEST = 1_000_000
"""Bytes of one line."""
LONGEST_ANSWER = 40_000
"""Characters of an answer: some 10,000 tokens. Nobody reads twenty messages in a chat."""
DONE = b"[DONE]"
FIELDS = (b":", b"event", b"id", b"retry")
THOUGHT, THOUGHT_OVER = "<think>", "</think>"
LENGTH = ("length", "model_length", "max_tokens")


class Accumulator:
    """Fed as bytes arrive. `on_text` gets each piece of the answer, and the pieces join to `text`."""

    def __init__(self, server: Server, on_text: Callable[[str], None] | None = None) -> None:
        self.events = 0
        """Signs of life: chunks so far, also those without text."""
        self.finish = ""
        """The server's finish_reason; "" as long as there is none."""
        self.usage: dict[str, Any] = {}
        self._server, self._on_text = server, on_text
        self._parts: list[str] = []
        self._length = 0
        self._rest, self._event, self._page = b"", b"", b""
        self._opening = _Opening()
        self._half = ""
        self._refused = False

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self._parts)

    @property
    def shown(self) -> bool:
        """Somebody has seen a piece: there is no way back."""
        return self._on_text is not None and bool(self._parts)

    def feed(self, data: bytes) -> None:
        """The next bytes of the body. Raises ModelError when they are none of an answer, or tell of a fault."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line)
        if len(self._rest) + len(self._page) > LONGEST:
            raise _endless()

    def end(self) -> None:
        """The body is over: was it an answer? Raises ModelError when it was not."""
        self._line(self._rest)
        if self._page and not self.events:
            self._document()
        self._say(self._opening.remainder())
        if self._refused or self.finish == "content_filter":
            raise Declined("the model refused this question: nothing to mend, unless it happens often")
        if self.finish in LENGTH:
            raise too_long()
        if not self.events:
            raise nonsense(self._server)
        if not self.finish:
            raise ModelTruncated("the stream broke off in the middle of an answer: look into the model server's log")
        if self.finish == "error":
            raise ModelUnreachable("the model server gave up in the middle of an answer: look into its log")
        if not self.text.strip():
            raise ModelRefused("the model said nothing: choose one that follows instructions")

    def count(self, *path: str) -> int:
        """A number from `usage`, 0 where the server does not say."""
        found: Any = self.usage
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, int) else 0

    def _line(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            self._data(line[5:].strip())
        elif not line.strip():
            if self._event:
                raise ModelUnreachable("the model server sent a chunk that is no JSON: look into its log")
        elif not line.startswith(FIELDS) or self._page:
            self._page += line + b"\n"

    def _data(self, data: bytes) -> None:
        """One event may come in several lines, and some servers put no empty line between two: it is whole when it is JSON."""
        if data == DONE or not data:
            return
        self._event += data
        if len(self._event) > LONGEST:
            raise _endless()
        try:
            event = json.loads(self._event)
        except (ValueError, RecursionError):
            self._event += b"\n"
            return
        self._event = b""
        self._take(event)

    def _document(self) -> None:
        """The server did not stream: one JSON object, or something that is no answer at all."""
        try:
            document = json.loads(self._page)
        except (ValueError, RecursionError) as exc:
            raise nonsense(self._server) from exc
        if not isinstance(document, dict) or not ("choices" in document or _error_in(document)):
            raise nonsense(self._server)
        self._take(document)

    def _take(self, event: Any) -> None:
        self.events += 1
        if not isinstance(event, dict):
            raise nonsense(self._server)
        if error := _error_in(event):
            raise reported(error, self._server)
        if isinstance(event.get("usage"), dict):
            self.usage = event["usage"]
        choices = event.get("choices")
        if isinstance(choices, list) and choices and isinstance(choices[0], dict):
            self._choice(choices[0])

    def _choice(self, choice: dict[str, Any]) -> None:
        message = choice.get("delta") or choice.get("message")
        if isinstance(message, dict):
            self._say(self._opening.passed(_spoken(message.get("content"))))
            self._refused = self._refused or bool(message.get("refusal"))
        finish = choice.get("finish_reason")
        if isinstance(finish, str) and finish != "null":
            self.finish = finish or self.finish

    def _say(self, text: str) -> None:
        """A server may cut between the two halves of a character: the first one waits for the second."""
        text = self._half + text
        self._half = text[-1:] if "\ud800" <= text[-1:] <= "\udbff" else ""
        text = storable(text[: len(text) - len(self._half)])
        if not text:
            return
        self._length += len(text)
        if self._length > LONGEST_ANSWER:
            raise _endless()
        self._parts.append(text)
        if self._on_text is not None:
            self._on_text(text)


class _Opening:
    """Holds back what a local model may think aloud before it speaks: `<think>...</think>` at the very beginning."""

    def __init__(self) -> None:
        self._held = ""
        self._speaking = False

    def passed(self, text: str) -> str:
        """What of this may be said now."""
        if self._speaking or not text:
            return text
        held = (self._held + text).lstrip()
        if held.startswith(THOUGHT):
            _, over, answer = held.partition(THOUGHT_OVER)
            # Of a long thought, only as much is kept as shows its end.
            held = answer.lstrip() if over else THOUGHT + held[len(THOUGHT) :][-len(THOUGHT_OVER) :]
        self._held = held
        if held.startswith(THOUGHT) or THOUGHT.startswith(held):
            return ""
        self._speaking = True
        return held

    def remainder(self) -> str:
        """At the end: what only looked as if it would become a thought."""
        return "" if self._speaking or self._held.startswith(THOUGHT) else self._held


def _error_in(event: dict[str, Any]) -> Any:
    return event.get("error") or (event if event.get("object") == "error" else None)


def _endless() -> ModelTruncated:
    return ModelTruncated("the answer has no end: choose another model")


def _spoken(content: Any) -> str:
    """The answer itself: a text, or those parts of a list that are text (the others are the model's thoughts)."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = [part.get("text") for part in content if isinstance(part, dict) and part.get("type") == "text"]
    return "".join(text for text in texts if isinstance(text, str))
