"""Lets a draft out sentence by sentence while it is written, each when it is whole and nothing speaks against it.

How the text is cut into pieces on its way makes no difference to what is shown.
"""

from collections.abc import Callable

import regex

from bot.knowledge.sentences import sentences

_MAY_END = regex.compile(r"[.!?…。！？｡؟۔।॥։]|\n\s*\n")
_MARKS = regex.compile(r"(?:\s?\[\d{1,2}(?:\s?,\s?\d{1,2})*\][.,;]?)+\s*")
"""Marks that follow a full stop belong to the sentence before it."""
_HALF_A_MARK = regex.compile(r"\s*\[[\d\s,]{0,12}\Z")
_BEGUN = regex.compile(r"\S+\s|[\p{P}\d]*[^\p{Latin}\p{Cyrillic}\p{Greek}\d\s\p{P}]")
"""The next sentence's first word is there: until then a full stop may still be the one of "3. Mai"."""


class Gate:
    """Feed it pieces; it shows whole sentences until one has a fault, and then nothing more."""

    def __init__(self, fault_of: Callable[[str], str], show: Callable[[str], None]) -> None:
        """`fault_of` says why a sentence may not go out, "" when it may; `show` gets it with the white space behind it."""
        self.fault = ""
        self._fault_of, self._show = fault_of, show
        self._held = ""

    def feed(self, piece: str) -> None:
        """The next piece of the draft."""
        self._held += piece
        while not self.fault and _MAY_END.search(self._held) and (end := _first_end(self._held, over=False)):
            self._pass(end)

    def end(self) -> str:
        """The draft is whole: what is left of it passes or not. The fault that was found, "" when there is none."""
        while not self.fault and self._held:
            self._pass(_first_end(self._held, over=True) or len(self._held))
        return self.fault

    def _pass(self, end: int) -> None:
        sentence, self._held = self._held[:end], self._held[end:]
        self.fault = self._fault_of(sentence)
        if not self.fault:
            self._show(sentence)


def _first_end(text: str, over: bool) -> int:
    """Where the first sentence ends for sure, marks and white space behind it included; 0 while the next has not begun."""
    spans = sentences(text)
    if len(spans) < 2:
        return 0
    marks = _MARKS.match(text, spans[1][0])
    end = int(marks.end()) if marks else spans[1][0]
    return end if over or (_BEGUN.match(text, end) and not _HALF_A_MARK.match(text, end)) else 0
