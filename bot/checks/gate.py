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
LONGEST = 2_000
"""A sentence has an end: a longer one, like a table or a list, is passed in parts."""
AHEAD = 100
"""Characters behind an end that are looked at to be sure of it."""

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
        while not self.fault and (end := _first_end(self._held, over=False)):
            self._pass(end)

    def end(self) -> str:
        """The draft is whole: what is left of it passes or not. The fault that was found, "" when there is none."""
        while not self.fault and self._held:
            self._pass(_first_end(self._held, over=True))
        return self.fault

    def _pass(self, end: int) -> None:
        sentence, self._held = self._held[:end], self._held[end:]
        self.fault = self._fault_of(sentence)
        if not self.fault:
            self._show(sentence)


def _first_end(text: str, over: bool) -> int:
    """Where the first part that may be shown ends: a sentence, or as much of one as is not too long. 0 while that is not sure;
    when the draft is `over`, it is."""
    long = len(text) >= LONGEST + AHEAD
    end = _sentence_end(text[: LONGEST + AHEAD], over and not long)
    if long and not 0 < end <= LONGEST:
        return _pause(text[:LONGEST])
    return end or (len(text) if over else 0)


def _pause(text: str) -> int:
    """Behind the last line, or else the last word, so that no figure is cut; behind everything where there is neither."""
    return (text.rfind("\n") + 1) or (text.rfind(" ") + 1) or len(text)


def _sentence_end(text: str, over: bool) -> int:
    """Where the first sentence ends for sure, marks and white space behind it included; 0 while the next has not begun."""
    if not _MAY_END.search(text):
        return 0
    spans = sentences(text)
    if len(spans) < 2:
        return 0
    marks = _MARKS.match(text, spans[1][0])
    end = int(marks.end()) if marks else spans[1][0]
    return end if over or (_BEGUN.match(text, end) and not _HALF_A_MARK.match(text, end)) else 0
