"""A model server of our own on 127.0.0.1: streams what it was told to say, or fails as it was told to."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

Json = dict[str, Any]
MODELS = ("m", "scripted")


class ModelServer:
    """`say` scripts the next answer, `always` every one; `fail` the next request. `requests` keeps the bodies, `sizes` their bytes.

    `models` is what it lists, None when it has no list. With a `key`, every request must carry it.
    """

    def __init__(self, key: str = "") -> None:
        self.key = key
        self.models: tuple[str, ...] | None = MODELS
        self.requests: list[Json] = []
        self.sizes: list[int] = []
        self.headers: list[dict[str, str]] = []
        self.peers: list[int] = []
        """The ports that requests came from."""
        self.gate = asyncio.Event()
        self.gate.set()
        self._script: deque[Callable[[web.Request, Json], Any]] = deque()
        self._usual: list[bytes] = chunks_of("Scripted answer.")
        app = web.Application(client_max_size=16 * 2**20)
        app.add_routes(
            [
                web.post("/v1/chat/completions", self._complete),
                web.post("/v1/embeddings", self._embed),
                web.get("/v1/models", self._models),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self.url = ""

    async def __aenter__(self) -> "ModelServer":
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.gate.set()
        await self._runner.cleanup()

    def say(self, text: str | Callable[[Json], str]) -> None:
        """The next answer, a word at a time; or what this makes of the request."""
        if isinstance(text, str):
            self.stream(chunks_of(text))
            return

        async def play(request: web.Request, body: Json) -> web.StreamResponse:
            return await self._play(request, chunks_of(text(body)), 0, cut=False)

        self._script.append(play)

    def always(self, text: str) -> None:
        """Every answer that is not scripted otherwise."""
        self._usual = chunks_of(text)

    def stream(self, chunks: list[bytes], pause: float = 0, cut: bool = False) -> None:
        """The next answer, chunk by chunk, and then the line breaks if `cut`."""

        async def play(request: web.Request, _body: Json) -> web.StreamResponse:
            return await self._play(request, chunks, pause, cut)

        self._script.append(play)

    def fail(self, status: int, body: str = "", headers: dict[str, str] | None = None, content_type: str = "application/json") -> None:
        """The next request is refused, or answered with a body that is no stream."""

        async def refuse(_request: web.Request, _body: Json) -> web.StreamResponse:
            return web.Response(status=status, text=body or '{"error": {"message": "no"}}', headers=headers, content_type=content_type)

        self._script.append(refuse)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw)
        self.requests.append(body)
        self.sizes.append(len(raw))
        self.headers.append(dict(request.headers))
        self.peers.append(request.transport.get_extra_info("peername")[1] if request.transport else 0)
        if refusal := self._refusal(request):
            return refusal
        await self.gate.wait()
        if self._script:
            answered: web.StreamResponse = await self._script.popleft()(request, body)
            return answered
        return await self._play(request, self._usual, 0, cut=False)

    async def _play(self, request: web.Request, chunks: list[bytes], pause: float, cut: bool) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk)
            if pause:
                await asyncio.sleep(pause)
        if cut and request.transport is not None:
            request.transport.abort()
        return response

    def _refusal(self, request: web.Request) -> web.Response | None:
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return web.json_response({"error": {"message": "Wrong key.", "code": "invalid_api_key"}}, status=401)
        return None

    async def _embed(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.requests.append(body)
        if refusal := self._refusal(request):
            return refusal
        await self.gate.wait()
        if self._script:
            answered: web.StreamResponse = await self._script.popleft()(request, body)
            return answered
        data = [{"object": "embedding", "index": i, "embedding": [float(len(text)), 1.0, 0.0]} for i, text in enumerate(body["input"])]
        return web.json_response({"object": "list", "data": data, "model": body["model"], "usage": {"prompt_tokens": 1, "total_tokens": 1}})

    async def _models(self, request: web.Request) -> web.Response:
        if refusal := self._refusal(request):
            return refusal
        if self.models is None:
            return web.Response(status=404)
        return web.json_response({"object": "list", "data": [{"id": name, "object": "model"} for name in self.models]})


def chunk_of(**choice: Any) -> bytes:
    """One line of a stream."""
    return b"data: " + json.dumps({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, **choice}]}).encode() + b"\n\n"


def chunks_of(text: str, finish: str = "stop") -> list[bytes]:
    """A whole stream: a chunk per word, the end, and what it used."""
    words = [word + " " for word in text.split(" ")]
    words[-1] = words[-1][:-1]
    used = {"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": len(words), "prompt_tokens_details": {"cached_tokens": 4}}}
    end = [chunk_of(delta={}, finish_reason=finish), b"data: " + json.dumps(used).encode() + b"\n\n", b"data: [DONE]\n\n"]
    return [chunk_of(delta={"content": word}, finish_reason=None) for word in words] + end
