"""The model: it thinks for a while, then says 150 tokens at a steady pace, the codes of the question first."""

import asyncio
import time

from aiohttp import web

from benchmarks.load.record import CODE, MODEL_FIRST, MODEL_RATE, MODEL_WORDS, Record
from tests.model_server import ModelServer, chunk_of, chunks_of

SENTENCE = 12
"""Words of a sentence: an answer grows by sentences."""
WORDS = [
    chunk_of(delta={"content": f" Word{number}" if number % SENTENCE == 0 else f" word{number}{'.' * (number % SENTENCE == SENTENCE - 1)}"})
    for number in range(MODEL_WORDS)
]
END = chunks_of("")[1:]


class SteadyModel(ModelServer):
    """As the record says."""

    def __init__(self, record: Record) -> None:
        super().__init__()
        self._record = record

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        began, body = time.monotonic(), await request.json()
        codes = " ".join(dict.fromkeys(CODE.findall(str(body["messages"][-1]["content"])))) or "Nothing was asked."
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        for number, word in enumerate([chunk_of(delta={"content": codes}, finish_reason=None), *WORDS[1:]]):
            await asyncio.sleep(began + MODEL_FIRST + number / MODEL_RATE - time.monotonic())
            if not number:
                await response.prepare(request)
            await response.write(word)
        await asyncio.sleep(began + MODEL_FIRST + MODEL_WORDS / MODEL_RATE - time.monotonic())
        await response.write(b"".join(END))
        self._record.modelled.append(time.monotonic() - began)
        return response
