"""An embedding server behind an OpenAI-compatible address, in the shape that bot.knowledge takes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.errors import ModelUnreachable
from bot.model.client import NO_KEY, keep_to_itself
from bot.model.profiles import Profile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from openai import AsyncOpenAI

LONGEST_TEXT = 8000


class RemoteEmbedder:
    """One embedding model of one server. `dimension` is 0 until the first text was embedded."""

    def __init__(self, url: str, key: str, model: str, profile: Profile) -> None:
        self.name = f"{model}@{urlsplit(url).hostname}"
        self.dimension = 0
        self._url, self._key, self._model, self._batch = url, key, model, profile.embeddings_batch
        self._client: AsyncOpenAI | None = None

    @property
    def languages(self) -> frozenset[str] | None:
        """None: we do not know its languages, so it is trusted with all."""
        return None

    async def load(self) -> None:
        """Nothing to load: the model is the server's."""

    async def passages(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Vectors of length one, (texts, dimension)."""
        import numpy as np

        rows: list[Any] = []
        for start in range(0, len(texts), self._batch):
            rows += await self._embed([text[:LONGEST_TEXT] for text in texts[start : start + self._batch]])
        vectors = np.asarray(rows, dtype=np.float32).reshape(len(texts), -1)
        self.dimension = vectors.shape[1]
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(length == 0, 1, length), dtype=np.float32)

    async def question(self, text: str) -> "NDArray[np.float32]":
        """One vector of length one, (dimension,)."""
        vectors: NDArray[np.float32] = (await self.passages([text]))[0]
        return vectors

    async def close(self) -> None:
        """Close the connections. Twice is fine."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _embed(self, texts: list[str]) -> list[list[float]]:
        from bot.model.faults import fault_of

        try:
            answer = await self._open().embeddings.create(model=self._model, input=texts, encoding_format="float")
        except Exception as exc:
            raise fault_of(exc, self._model) from exc
        if len(answer.data) != len(texts):
            raise ModelUnreachable("the embedding server sent another number of vectors than it was asked for: check EMBEDDINGS_URL")
        return [row.embedding for row in sorted(answer.data, key=lambda row: row.index)]

    def _open(self) -> "AsyncOpenAI":
        if self._client is None:
            from openai import AsyncOpenAI, DefaultAioHttpClient

            self._client = AsyncOpenAI(
                base_url=self._url,
                api_key=self._key or NO_KEY,
                max_retries=2,
                timeout=30.0,
                http_client=DefaultAioHttpClient(),
            )
            keep_to_itself(self._client)
        return self._client
