"""A model that answers with the codes of the question, now and then at length; and that fails as often as it is told to."""

import asyncio
import random
from typing import Any

from aiohttp import web

from benchmarks.faults.judge import CODE
from tests.model_server import Json, ModelServer, chunk_of, chunks_of

FIRST, BETWEEN, BETWEEN_LIVE = 0.05, 0.02, 0.1
"""Seconds until the first chunk, and between chunks; the last where answers grow."""


class FailingModel(ModelServer):
    """`percent`: how many of a hundred requests get a 429, and as many a 500, and as many a cut stream. `long_text`: of a long answer."""

    def __init__(self, dice: random.Random, percent: float, long_text: str, between: float = BETWEEN) -> None:
        super().__init__()
        self._between = between
        self._dice, self._share, self._long = dice, percent / 100, long_text
        self.asked = 0
        self.failed = 0

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body: Json = await request.json()
        self.asked += 1
        roll = self._dice.random()
        self.failed += roll < 3 * self._share
        await asyncio.sleep(FIRST * self._dice.uniform(0.5, 2))
        if roll < self._share:
            return web.json_response({"error": {"message": "busy"}}, status=429, headers={"Retry-After": "1"})
        if roll < 2 * self._share:
            return web.json_response({"error": {"message": "broken"}}, status=500)
        return await self._stream(request, self._words(body), cut=roll < 3 * self._share)

    def _words(self, body: Json) -> str:
        asked: Any = body["messages"][-1]["content"]
        codes = " ".join(dict.fromkeys(CODE.findall(str(asked))))
        if not codes:
            return "BEGIN nothing was asked."
        filling = self._long if hash_of(codes) % 25 == 0 else "A short answer."
        return f"BEGIN {codes}:\n\n{filling}\n\nEND {codes}."

    async def _stream(self, request: web.Request, text: str, cut: bool) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        step = max(1, len(text) // 4)
        pieces = [text[start : start + step] for start in range(0, len(text), step)]
        for number, piece in enumerate(pieces):
            await response.write(chunk_of(delta={"content": piece}, finish_reason=None))
            await asyncio.sleep(self._between * self._dice.uniform(0.5, 2))
            if cut and number == 1 and request.transport is not None:
                request.transport.abort()
                return response
        for end in chunks_of("")[1:]:
            await response.write(end)
        return response


def hash_of(text: str) -> int:
    """The same number for the same text in every process."""
    return sum(ord(sign) * (index + 1) for index, sign in enumerate(text))
