"""An embedding server behind an OpenAI-compatible address, in the shape that bot.knowledge takes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from bot.errors import ModelUnreachable
from bot.model.breaker import Breaker
from bot.model.connection import Connection
from bot.model.faults import TooSlow, nonsense
from bot.model.profiles import Profile
from bot.model.retries import Retries

if TYPE_CHECKING:
    import numpy as np

LONGEST_TEXT = 6000
"""Characters: the servers of note take 8,000 tokens a text, and a character may be one."""


class RemoteEmbedder:
    """One embedding model of one server. `dimension` is 0 until the first text was embedded. All raise ModelError.

    A server that failed several times in a row is left alone for half a minute: then all raise at once.
    """

    def __init__(
        self,
        url: str,
        key: str,
        model: str,
        profile: Profile,
        *,
        total_seconds: float = 30,
        question_seconds: float = 5,
        now: Callable[[], float] = time.monotonic,
        attempts: int = 3,
        pause_seconds: float = 0.5,
    ) -> None:
        self._connection = Connection(url, key, model, "EMBEDDINGS")
        self.name = f"{model}@{self._connection.server.host}"
        self.dimension = 0
        self._model, self._batch = model, profile.embeddings_batch
        self._total, self._hurry = total_seconds, min(total_seconds, question_seconds)
        self._breaker = Breaker(now)
        self._retries = Retries(attempts, pause_seconds)

    @property
    def languages(self) -> frozenset[str] | None:
        """None: we do not know its languages, so it is trusted with all."""
        return None

    async def load(self) -> None:
        """Learn the dimension: stored vectors cannot be read without it."""
        if not self.dimension:
            await self.question("Hello")

    async def passages(self, texts: Sequence[str]) -> "np.ndarray":
        """Vectors of length one, (texts, dimension) float32. Each request has `total_seconds`."""
        return await self._vectors(texts, self._total)

    async def question(self, text: str) -> "np.ndarray":
        """One vector of length one, (dimension,) float32, within `question_seconds`: a customer waits."""
        vector: np.ndarray = (await self._vectors([text], self._hurry))[0]
        return vector

    async def close(self) -> None:
        """Close the connections. Twice is fine."""
        await self._connection.close()

    async def _vectors(self, texts: Sequence[str], seconds: float) -> "np.ndarray":
        import numpy as np

        rows: list[Any] = []
        for start in range(0, len(texts), self._batch):
            rows += await self._embedded([text[:LONGEST_TEXT] or " " for text in texts[start : start + self._batch]], seconds)
        if not rows:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._measured(rows)

    async def _embedded(self, texts: list[str], seconds: float) -> list[Any]:
        host = self._connection.server.host
        if not self._breaker.lets_through():
            raise ModelUnreachable(f"the embedding server at {host} failed several times and is left alone for half a minute")
        # Unless told otherwise some servers answer in base64, as the library would have asked.
        body = {"model": self._model, "input": texts, "encoding_format": "float"}
        until = asyncio.get_running_loop().time() + seconds
        with self._breaker.watching():
            try:
                async with asyncio.timeout_at(until):
                    document = await self._retries.until_it_works(lambda: self._connection.document("/embeddings", body), until)
            except TimeoutError as exc:
                raise TooSlow(f"the embedding server at {host} did not answer within {seconds:g} s: look whether it runs") from exc
        return self._in_order(document.get("data"), len(texts))

    def _in_order(self, data: Any, wanted: int) -> list[Any]:
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise nonsense(self._connection.server)
        by_index = {row.get("index", at): row.get("embedding") for at, row in enumerate(data)}
        if len(data) != wanted or by_index.keys() != set(range(wanted)):
            raise ModelUnreachable("the embedding server sent another number of vectors than it was asked for: check EMBEDDINGS_URL")
        return [by_index[at] for at in range(wanted)]

    def _measured(self, rows: list[Any]) -> "np.ndarray":
        import numpy as np

        try:
            vectors: np.ndarray = np.asarray(rows, dtype=np.float32)
        except (ValueError, TypeError) as exc:
            raise nonsense(self._connection.server) from exc
        lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
        if vectors.ndim != 2 or not np.isfinite(lengths).all() or self.dimension not in (0, vectors.shape[1]):
            raise nonsense(self._connection.server)
        self.dimension = vectors.shape[1]
        return np.asarray(vectors / np.where(lengths == 0, 1, lengths), dtype=np.float32)
