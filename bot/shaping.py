"""Cutting a long CommonMark text into messages that each read well by themselves.

A piece ends where a reader would pause: after a paragraph, else a line, a sentence, a word. A cut never runs through a link
or a character as people see it; a code block is closed and opened again, a table gets its head again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import regex

Size = Callable[[str], int]
"""How long a text is for the platform: characters, UTF-16 units, or whatever it counts once rendered."""

_FENCE = regex.compile(r" {0,3}(?P<mark>`{3,}(?=[^`]*$)|~{3,}).*")
_RULE = regex.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_WHOLE = regex.compile(r"!?\[[^\[\]\n]*\]\([^()\s]*\)|`[^`\n]+`|https?://\S+")
_SENTENCE_END = regex.compile(r"""[.!?…]["'”»)\]]*\s+|[。！？][」』）]*""")
_SPACE = regex.compile(r"\s+")
_CHARACTER = regex.compile(r"\X")

_PARAGRAPH, _LINE, _ROW = 3, 2, 1
_FILLED = ((_PARAGRAPH, 1 / 3), (_LINE, 1 / 2), (_ROW, 1 / 4))
"""How full a piece must be before we are content with such an end."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """An end of a piece: `close` is put after it, `open` before what follows. Without worth it is only a state to go on from."""

    at: int
    worth: int = 0
    close: str = ""
    open: str = ""


@dataclass(frozen=True, slots=True)
class _Fence:
    """The opening line of a code block, with its newline, and the mark it begins with."""

    mark: str
    open: str

    @property
    def close(self) -> str:
        return "\n" + self.mark

    def ends_with(self, line: str) -> bool:
        bare = line.strip()
        return len(bare) >= len(self.mark) and set(bare) == {self.mark[0]}


def split_text(text: str, longest: int, size: Size = len) -> list[str]:
    """The text in order, in pieces of at most `longest` (40 or more) by `size`; at least one piece. White space at a cut goes."""
    pieces = []
    rest, kept = text, 0
    while (end := _fit(rest, longest, size, "")) < len(rest):
        # Nothing behind that matters for this cut, however long the text is.
        cut = _best_cut(rest[: 2 * end + longest], kept, end, longest, size)
        pieces.append(rest[: cut.at].rstrip() + cut.close)
        rest, kept = cut.open + (rest[cut.at :] if cut.close else _unled(rest[cut.at :])), len(cut.open)
    return [piece for piece in (*pieces, rest) if piece.strip()] or [""]


def shortened(text: str, longest: int) -> str:
    """The text if it has at most `longest` code points, else its beginning and "…"; no character as people see it is cut."""
    if len(text) <= longest:
        return text
    ends = [found.end() for found in _CHARACTER.finditer(text[: longest + 1]) if found.end() < longest]
    return text[: ends[-1] if ends else longest - 1].rstrip() + "…"


def _unled(text: str) -> str:
    """Without the blank lines at its beginning; the first line keeps its indent, which may mean something."""
    stripped = text.lstrip()
    return text[text.rfind("\n", 0, len(text) - len(stripped)) + 1 :]


def _best_cut(rest: str, kept: int, end: int, longest: int, size: Size) -> _Cut:
    """The best end of a piece of at most `end` characters; what comes before `kept` is what we put there ourselves."""
    here, cuts = _Cut(0), []
    for cut in _line_cuts(rest, longest, size):
        if cut.at > end:
            break
        here = cut
        if cut.worth and cut.at > kept and rest[kept : cut.at].strip():
            cuts.append(cut)
    cuts.reverse()
    for worth, filled in _FILLED:
        for cut in cuts:
            if cut.worth >= worth and cut.at >= end * filled and size(rest[: cut.at].rstrip() + cut.close) <= longest:
                return cut
    start, end = max(kept, here.at), _fit(rest, longest, size, here.close)
    if end <= start and cuts:
        return next((cut for cut in cuts if size(rest[: cut.at].rstrip() + cut.close) <= longest), cuts[-1])
    return _cut_inside(rest, start, max(end, start + 1), here)


def _fit(text: str, longest: int, size: Size, close: str) -> int:
    """How many of the text's characters fit, with `close` after them; more than `longest` where a platform writes it shorter."""
    low, high = 0, longest
    while high < len(text) and size(text[:high] + close) <= longest:
        low, high = high, 2 * high
    high = min(high, len(text))
    while low < high:
        middle = (low + high + 1) // 2
        if size(text[:middle] + close) <= longest:
            low = middle
        else:
            high = middle - 1
    return low


def _line_cuts(text: str, longest: int, size: Size) -> Iterator[_Cut]:
    """A cut behind each line of the text, in order."""
    at, fence, head = 0, None, ""
    for line, following in pairwise([*(line + "\n" for line in text.split("\n")), ""]):
        at += len(line)
        if fence is not None and fence.ends_with(line):
            fence = None
            yield _Cut(at, _LINE)
        elif fence is not None:
            yield _Cut(at, _ROW, fence.close, fence.open)
        elif (fence := _fence(line)) and size(line) * 3 <= longest:
            yield _Cut(at, 0, fence.close, fence.open)
        elif head and "|" in line:
            yield _Cut(at, 0 if _is_rule(line) else _ROW, open=head)
        elif "|" in line and _is_rule(following) and size(line + following) * 2 <= longest:
            head = line + following
            yield _Cut(at)
        else:
            fence, head = None, ""
            yield _Cut(at, _LINE if line.strip() else _PARAGRAPH)


def _fence(line: str) -> _Fence | None:
    found = _FENCE.fullmatch(line.rstrip())
    return _Fence(found["mark"], line) if found else None


def _is_rule(line: str) -> bool:
    return "|" in line and bool(_RULE.fullmatch(line.rstrip()))


def _cut_inside(rest: str, start: int, end: int, here: _Cut) -> _Cut:
    """A cut within one line that is too long: after a sentence, a word, or a character."""
    wholes = [] if here.close else [found.span() for found in _WHOLE.finditer(rest, start, 2 * end)]

    def free(at: int) -> bool:
        return start < at and bool(rest[start:at].strip()) and not any(first < at < last for first, last in wholes)

    for pattern in (_SENTENCE_END, _SPACE):
        ends = [found.end() for found in pattern.finditer(rest, start, end + 1) if len(rest[: found.end()].rstrip()) <= end]
        for at in reversed(ends):
            if free(at) and (pattern is _SPACE or at - start >= (end - start) / 4):
                return _Cut(at, 0, here.close, here.open if here.close else "")
    characters = [found.end() for found in _CHARACTER.finditer(rest, start, end + 64) if found.end() <= end]
    at = next((at for at in reversed(characters) if free(at)), characters[-1] if characters else end)
    return _Cut(at, 0, here.close, here.open if here.close else "")
