"""What of a passage can be quoted by itself: its sentences, the items of its lists, the rows of its tables."""

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from bot.knowledge.sentences import sentences

_LINE = regex.compile(r"(?<=^[ \t]*)(?:\||(?:[-*+•]|\d{1,2}[.)])[ \t])", regex.MULTILINE)
_WORD = regex.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of a text. `listed`: an item of a list or a row of a table."""

    start: int
    end: int
    listed: bool = False


def units(text: str) -> list[Unit]:
    """The units of a text, in order; what holds no word (the rule of a table) is left out."""
    return [unit for start, end in sentences(text) for unit in _parts(text, start, end) if _WORD.search(text, unit.start, unit.end)]


def _parts(text: str, start: int, end: int) -> Iterator[Unit]:
    """A sentence, cut where an item or a row begins."""
    begins = [found.start() for found in _LINE.finditer(text, start, end)]
    for first, following in zip([start, *begins], [*begins, end], strict=True):
        last = first + len(text[first:following].rstrip())
        if last > first:
            yield Unit(first, last, first in begins)
