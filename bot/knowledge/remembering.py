"""Vectors of a shop's sentences, remembered: the same pages are asked for again and again, and a sentence is embedded once."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.knowledge.embedding import Embedder

if TYPE_CHECKING:
    import numpy as np

MOST = 2_000
"""Sentences, the last used ones: about 5 MB for both models."""


class Remembering:
    """An embedder's vectors of texts. Holds nothing that a customer wrote."""

    def __init__(self, embedder: Embedder) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()

    async def passages(self, texts: Sequence[str]) -> "np.ndarray":
        """See Embedder; only what is new is embedded."""
        import numpy as np

        held = {text: self._kept[text] for text in texts if text in self._kept}
        new = list(dict.fromkeys(text for text in texts if text not in held))
        if new:
            held |= {text: row.copy() for text, row in zip(new, await self._embedder.passages(new), strict=True)}
        for text, vector in held.items():
            self._kept[text] = vector
            self._kept.move_to_end(text)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return np.stack([held[text] for text in texts])
