"""Documents in CommonMark, with tables, as a model or a shop writes them: every construct, within every other that may hold it."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from bot.reading import Run, append, seen, without

_WORDS = (
    *("return", "a", "30 days", "the", "Größe", "返品", "أيام", "वापसी", "🙂", "👩‍👩‍👧", "e.g.", "3.5", "order.", "Really?"),
    *("x_y", "2*3", "#7", "1)", r"\*", "&amp;", "<b>", "送料は無料です。"),
)
_MARKS = ("**", "*", "_", "__", "~~")
_ADDRESSES = ("https://shop.example/a", "https://shop.example/returns?x=1", "https://shop.example/p-9")


class Writer:
    """Writes a document; the same number gives the same one."""

    def __init__(self, number: int) -> None:
        self._dice = Random(number)  # noqa: S311 (no secret)
        self._tables = 0

    def document(self) -> str:
        """Some blocks, one after the other."""
        return "\n\n".join(self._block(2) for _ in range(self._dice.randint(1, 7)))

    def _block(self, depth: int) -> str:
        simple = (self._paragraph, self._paragraph, self._heading, self._code, self._table, self._rule)
        nested = (self._quote, self._list, self._list) if depth else ()
        write = self._dice.choice((*simple, *nested))
        return write(depth - 1) if write in nested else write()  # type: ignore[operator]

    def _paragraph(self) -> str:
        return "\n".join(self._spans(6) for _ in range(self._dice.randint(1, 3)))

    def _heading(self) -> str:
        return f"{'#' * self._dice.randint(1, 4)} {self._words(5)}"

    def _code(self) -> str:
        lines = ["".join(self._dice.choices("ab  =()#|", k=self._dice.randint(0, 30))) for _ in range(self._dice.randint(0, 8))]
        return "\n".join([f"```{self._dice.choice(('', 'python'))}", *lines, "```"])

    def _table(self) -> str:
        rows = [f"| {self._words(3)} | {self._spans(2)} |" for _ in range(self._dice.randint(0, 8))]
        self._tables += 1
        return "\n".join([f"| {self._words(1)} | Table {self._tables} |", "|---|---|", *rows])

    def _rule(self) -> str:
        return "---"

    def _quote(self, depth: int) -> str:
        return "\n".join(f"> {line}" for line in self._blocks(depth).split("\n"))

    def _list(self, depth: int) -> str:
        numbered = self._dice.random() < 0.4
        items = [self._blocks(depth) if self._dice.random() < 0.3 else self._spans(6) for _ in range(self._dice.randint(1, 6))]
        return "\n".join(_item(f"{number}. " if numbered else "- ", item) for number, item in enumerate(items, 1))

    def _blocks(self, depth: int) -> str:
        return "\n\n".join(self._block(depth) for _ in range(self._dice.randint(1, 3)))

    def _spans(self, most: int) -> str:
        return " ".join(self._span() for _ in range(self._dice.randint(1, most)))

    def _span(self) -> str:
        match self._dice.randint(0, 7):
            case 0:
                return f"`{''.join(self._dice.choices('abc x=()*_[', k=8)).strip() or 'x'}`"
            case 1 | 2:
                mark = self._dice.choice(_MARKS)
                return f"{mark}{self._words(12)}{mark}"
            case 3:
                return f"[{self._words(4)}]({self._dice.choice(_ADDRESSES)})"
            case 4:
                return f"**{self._words(5)} *{self._words(4)}* {self._words(3)}**"
        return self._words(10)

    def _words(self, most: int) -> str:
        return " ".join(self._dice.choices(_WORDS, k=self._dice.randint(1, most)))


def seen_together(pieces: Sequence[str]) -> list[Run]:
    """What a reader of all pieces has seen; the head of a table that goes on in the next one he has seen once."""
    together = seen(pieces[0])
    for before, piece in pairwise(pieces):
        for run in without(seen(piece), seen(_head_again(before, piece))):
            append(together, run)
    return together


def _head_again(before: str, piece: str) -> str:
    lines = piece.split("\n")
    goes_on = len(lines) > 2 and "|--" in lines[1] and all(line.strip(" >") in before for line in lines[:2])
    return "\n".join([*lines[:2], ""]) if goes_on else ""


def _item(bullet: str, text: str) -> str:
    first, *rest = text.split("\n")
    return "\n".join([bullet + first, *(" " * len(bullet) + line if line else "" for line in rest)])
