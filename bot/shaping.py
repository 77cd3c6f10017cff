"""Cutting a long CommonMark text into messages that each read well by themselves, and together as the whole.

A piece ends where a reader would pause: after a paragraph, else a line, a sentence, a word. A cut never runs through a link
or a character as people see it; a code block is closed and opened again, bold words are, too, a table gets its head again. Where
that is not enough, as in a list within a list, the next best end is tried until both halves read as the whole did.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, pairwise

import regex

from bot.reading import Run, append, marks_at, seen, without

Size = Callable[[str], int]
"""How long a text is for the platform: characters, UTF-16 units, or whatever it counts once rendered."""

_INSIDE = regex.compile(r"(?:[ \t]*+(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))*+[ \t]*+")
"""What a line of a quote or a list begins with."""
_FENCE = regex.compile(r"(?P<mark>`{3,}(?=[^`]*$)|~{3,}).*")
_RULE = regex.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_WHOLE = regex.compile(r"!?\[[^\[\]\n]*\]\([^()\s]*\)|`[^`\n]+`|https?://\S+")
_SENTENCE_END = regex.compile(r"""[.!?…]["'”»)\]]*\s+|[。！？][」』）]*""")
_SPACE = regex.compile(r"\s+")
_CHARACTER = regex.compile(r"\X")

_PARAGRAPH, _LINE, _ROW = 3, 2, 1
_FILLED = ((_PARAGRAPH, 1 / 3), (_LINE, 1 / 2), (_ROW, 1 / 4))
"""How full a piece must be before we are content with such an end."""
_TRIES = 24
"""Ends that are tried until one is found at which both halves read as the whole does."""
_MOST_MARKS = 1500
"""Marks in a text that takes too long to be read; nobody writes so many."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """An end of a piece: `close` is put after it, `open` before what follows. Without worth it is only a state to go on from."""

    at: int
    worth: int = 0
    close: str = ""
    open: str = ""


@dataclass(frozen=True, slots=True)
class _Fence:
    """The opening line of a code block, with its newline and what its block stands in, and the mark that the code begins with."""

    inside: str
    mark: str
    open: str

    @property
    def close(self) -> str:
        return f"\n{self.inside}{self.mark}"

    def ends_with(self, line: str) -> bool:
        bare = line.strip(" \t\n>")
        return len(bare) >= len(self.mark) and set(bare) == {self.mark[0]}


@dataclass(frozen=True, slots=True)
class _Half:
    """A first piece, and what follows, of which the first `kept` characters are ours; `repeated`: those that a reader sees twice."""

    piece: str
    rest: str
    kept: int = 0
    repeated: str = ""

    def reads_as(self, whole: list[Run]) -> bool:
        """Whether a reader of both has read the whole, and as it looks there."""
        both = seen(self.piece)
        for run in without(seen(self.rest), seen(self.repeated)):
            append(both, run)
        return both == whole


def split_text(text: str, longest: int, size: Size = len) -> list[str]:
    """The text in order, in pieces of at most `longest` (40 or more) by `size`; at least one piece. White space at a cut goes."""
    pieces = []
    rest, kept = text, 0
    while (end := _fit(rest, longest, size, "")) < len(rest):
        # Nothing behind that matters for this cut, however long the text is.
        near = rest[: 2 * end + longest]
        half = _best_half(near, kept, end, longest, size)
        pieces.append(half.piece)
        rest, kept = half.rest + rest[len(near) :], half.kept
    return [piece for piece in (*pieces, rest) if piece.strip()] or [""]


def shortened(text: str, longest: int) -> str:
    """The text if it has at most `longest` code points, else its beginning and "…"; no character as people see it is cut."""
    if len(text) <= longest:
        return text
    ends = [found.end() for found in _CHARACTER.finditer(text[: longest + 1]) if found.end() < longest]
    return text[: ends[-1] if ends else longest - 1].rstrip() + "…"


def _best_half(near: str, kept: int, end: int, longest: int, size: Size) -> _Half:
    """The best first piece of at most `end` characters; what comes before `kept` is what we put there ourselves."""
    cuts = _cuts(near, kept, end, longest, size)
    first = next(cuts)
    if _between_paragraphs(near, first) or sum(map(near.count, "[|*_")) > _MOST_MARKS:
        return next(_halves(near, first))
    whole = seen(near)
    for cut in islice(chain([first], cuts), _TRIES):
        for half in _halves(near, cut):
            if half.piece.strip() and size(half.piece) <= longest and half.reads_as(whole):
                return half
    return next(_halves(near, first))


def _between_paragraphs(near: str, cut: _Cut) -> bool:
    """Whether the halves surely read as the whole: the rest begins anew, and no address is kept elsewhere in the text."""
    return cut.worth == _PARAGRAPH and not _unled(near[cut.at :])[:1].isspace() and "]:" not in near


def _halves(near: str, cut: _Cut) -> Iterator[_Half]:
    """The ways to cut a text at one place, the plainest first."""
    piece, rest = near[: cut.at].rstrip(), near[cut.at :]
    if cut.open:
        whole = cut.open + (rest if cut.close else _unled(rest))
        for open, rest in ((_outdented(cut.open), _outdented(whole)), (cut.open, whole)):
            yield _Half(piece + cut.close, rest, len(open), "" if cut.close else open)
        return
    plain = _outdented(_unled(rest), 0 if near[: cut.at].endswith("\n") else len(_inside(near[: cut.at].rpartition("\n")[2])))
    yield _Half(piece, plain)
    yield _Half(piece, _unled(rest))
    close, again = marks_at(near, len(piece))
    if close or again:
        yield _Half(piece + close, again + plain.lstrip(), len(again))


def _outdented(text: str, indent: int = 0) -> str:
    """Without the indent of the first line, or as much as is said, as far as the next lines have it too: what stood in a list
    stands alone, and the list goes on after an empty line."""
    first, *lines = text.split("\n")
    indent = indent or len(first) - len(first.lstrip(" "))
    ends = next((at for at, line in enumerate(lines) if line.strip() and line[:indent].strip(" ")), len(lines))
    apart = [""] if indent and ends < len(lines) else []
    return "\n".join([first.lstrip(" "), *(line[indent:] for line in lines[:ends]), *apart, *lines[ends:]])


def _inside(line: str) -> str:
    """What the lines of a block begin with, when this is its first: in a quote with the quote's sign, in a list with an indent."""
    found = _INSIDE.match(line)
    return regex.sub(r"[^>]", " ", found[0]) if found else ""


def _unled(text: str) -> str:
    """Without the blank lines at its beginning; the first line keeps its indent, which may mean something."""
    stripped = text.lstrip()
    return text[text.rfind("\n", 0, len(text) - len(stripped)) + 1 :]


def _cuts(rest: str, kept: int, end: int, longest: int, size: Size) -> Iterator[_Cut]:
    """The ends of a first piece, the best first; at least one."""
    here, cuts = _Cut(0), []
    for cut in _line_cuts(rest, longest, size):
        if cut.at > end:
            break
        here = cut
        if cut.worth and cut.at > kept and rest[kept : cut.at].strip() and size(rest[: cut.at].rstrip() + cut.close) <= longest:
            cuts.append(cut)
    cuts.reverse()
    for worth, filled in _FILLED:
        good = [cut for cut in cuts if cut.worth >= worth and cut.at >= end * filled]
        yield from good
        cuts = [cut for cut in cuts if cut not in good]
    start, end = max(kept, here.at), _fit(rest, longest, size, here.close)
    if end > start or not cuts:
        yield from _cuts_inside(rest, start, max(end, start + 1), here)
    yield from cuts


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
            head = _bare(line) + following
            yield _Cut(at)
        else:
            fence, head = None, ""
            yield _Cut(at, _LINE if line.strip() else _PARAGRAPH)


def _fence(line: str) -> _Fence | None:
    inside = _inside(line)
    found = _FENCE.fullmatch(line.rstrip(), len(inside))
    return _Fence(inside, found["mark"], _bare(line)) if found else None


def _bare(line: str) -> str:
    """The line without the bullet that it begins with: what is said again is no new item."""
    inside = _inside(line)
    return inside + line[len(inside) :]


def _is_rule(line: str) -> bool:
    return "|" in line and bool(_RULE.fullmatch(line.rstrip(), len(_inside(line.partition("|")[0]))))


def _cuts_inside(rest: str, start: int, end: int, here: _Cut) -> Iterator[_Cut]:
    """The cuts within one line that is too long: after a sentence, a word, or a character."""
    wholes = [] if here.close else [found.span() for found in _WHOLE.finditer(rest, start, 2 * end)]
    again = here.open if here.close else ""

    def free(at: int) -> bool:
        return start < at and bool(rest[start:at].strip()) and not any(first < at < last for first, last in wholes)

    for pattern, filled in ((_SENTENCE_END, 1 / 4), (_SPACE, 0)):
        ends = [found.end() for found in pattern.finditer(rest, start, end + 1) if len(rest[: found.end()].rstrip()) <= end]
        good = (at for at in reversed(ends) if free(at) and at - start >= (end - start) * filled)
        yield from (_Cut(at, 0, here.close, again) for at in islice(good, _TRIES // 3))
    characters = [found.end() for found in _CHARACTER.finditer(rest, start, end + 64) if found.end() <= end]
    at = next((at for at in reversed(characters) if free(at)), characters[-1] if characters else end)
    yield _Cut(at, 0, here.close, again)
