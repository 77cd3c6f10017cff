"""A document's text -> passages of about 350 characters under their headings.

Pure. Every passage is cut from the text as it stands: paragraphs at sentences, lists at their items, tables at their
rows (each part under the table's head again), code at its lines. Where a paragraph runs on into the next passage, its
last short sentence is said again there. Chinese, Japanese and Korean signs count twice: they say more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

import regex

from bot.knowledge.sentences import Span, sentences

if TYPE_CHECKING:
    from markdown_it.token import Token

CUTTER = "1"
"""Changes whenever the same document would be cut otherwise: everything is then indexed again."""
CAP = 350
OVERLAP = 120

_WIDE = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_LINE = regex.compile(r"[^\n]*\S[^\n]*")
_PARAGRAPH = regex.compile(r"\S(?:.|\n(?!\s*\n))*", regex.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One passage of a document: the headings above it ("Returns > How long") and its text, verbatim."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class _Unit:
    """What is not cut again. `runs_on`: the sentence before it is of the same paragraph. `lead`: said again before it."""

    start: int
    end: int
    runs_on: bool = False
    lead: str = ""


@dataclass(slots=True)
class _Section:
    headings: tuple[str, ...]
    units: list[_Unit] = field(default_factory=list)


def cut(text: str, markdown: bool = True, title: str = "") -> list[Piece]:
    """The passages of a text, in order; a first heading that only says the title again is left out of their headings."""
    sections = _markdown_sections(text) if markdown else [_Section((), list(_prose(text, 0, len(text))))]
    pieces = []
    for section in sections:
        path = section.headings[1:] if section.headings and section.headings[0] == title else section.headings
        pieces += [Piece(" > ".join(path), piece) for piece in _filled(text, section.units)]
    return pieces


def size(text: str) -> int:
    """How much a text says, in Latin characters."""
    return len(text) + len(_WIDE.findall(text))


def _filled(text: str, units: Sequence[_Unit]) -> Iterator[str]:
    """Units -> texts of nearly the same size, none above the cap as long as its units are not."""
    if not units:
        return
    whole = size(text[units[0].start : units[-1].end])
    goal = whole / ceil(whole / CAP)
    first = 0
    for index, unit in enumerate(units):
        following = units[index + 1] if index + 1 < len(units) else None
        filled = size(text[units[first].start : unit.end])
        if following and filled < goal and size(_joined(text, units[first], following)) <= CAP and following.lead == units[first].lead:
            continue
        yield _joined(text, units[first], unit)
        first = index + 1
        if following and following.runs_on and _says_again(text, unit, following):
            first = index


def _says_again(text: str, unit: _Unit, following: _Unit) -> bool:
    return size(text[unit.start : unit.end]) <= OVERLAP and size(text[unit.start : following.end]) <= CAP


def _joined(text: str, first: _Unit, last: _Unit) -> str:
    return first.lead + text[first.start : last.end].rstrip()


def _markdown_sections(text: str) -> list[_Section]:
    from markdown_it import MarkdownIt

    lines = [0, *(found.end() for found in regex.finditer(r"\r\n|\n|\r", text)), len(text)]
    stack: list[tuple[int, str]] = []
    sections = [_Section(())]
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for index, token in enumerate(tokens):
        if token.level or token.map is None:
            continue
        start, end = lines[token.map[0]], lines[min(token.map[1], len(lines) - 1)]
        if token.type == "heading_open":
            level = int(token.tag[1])
            stack = [*((above, name) for above, name in stack if above < level), (level, tokens[index + 1].content.strip())]
            sections.append(_Section(tuple(name for _, name in stack if name)))
        else:
            sections[-1].units += _block(text, token, start, end)
    return _with_bare_headings(text, sections)


def _with_bare_headings(text: str, sections: list[_Section]) -> list[_Section]:
    """A heading with nothing under it is a passage by itself, so that nothing is lost."""
    for section, following in zip(sections, [*sections[1:], _Section(())], strict=True):
        if section.headings and not section.units and following.headings[: len(section.headings)] != section.headings:
            at = text.find(section.headings[-1])
            if at >= 0:
                section.units = list(_prose(text, at, at + len(section.headings[-1])))
    return sections


def _block(text: str, token: "Token", start: int, end: int) -> Iterator[_Unit]:
    if token.type == "table_open":
        return _table(text, start, end)
    if token.type == "paragraph_open":
        return _prose(text, start, end)
    return _lines(text, start, end)


def _prose(text: str, start: int, end: int) -> Iterator[_Unit]:
    """Paragraphs, sentence by sentence."""
    for paragraph in _PARAGRAPH.finditer(text, start, end):
        for index, (first, last) in enumerate(sentences(paragraph.group())):
            parts = _small(text, paragraph.start() + first, paragraph.start() + last)
            yield from (_Unit(*part, runs_on=index > 0) for part in parts)


def _lines(text: str, start: int, end: int) -> Iterator[_Unit]:
    """Lists, code, quotes: whole if they fit, else line by line."""
    if size(text[start:end].strip()) <= CAP:
        yield from (_Unit(*part) for part in _small(text, start, end))
        return
    for line in _LINE.finditer(text, start, end):
        yield from (_Unit(*part) for part in _small(text, line.start(), line.end()))


def _table(text: str, start: int, end: int) -> Iterator[_Unit]:
    """A table whole if it fits, else its rows, each under the head again."""
    rows = list(_LINE.finditer(text, start, end))
    if size(text[start:end].strip()) <= CAP or len(rows) < 3:
        yield from _lines(text, start, end)
        return
    head = text[rows[0].start() : rows[1].end()] + "\n"
    if size(head) > CAP // 2:
        yield from _lines(text, start, end)
        return
    for row in rows[2:]:
        yield from (_Unit(*part, lead=head) for part in _small(text, row.start(), row.end(), CAP - size(head)))


def _small(text: str, start: int, end: int, cap: int = CAP) -> Iterator[Span]:
    """A stretch as it is, or, where it is above the cap, cut at white space, or between two graphemes where there is none."""
    piece = text[start:end]
    start, end = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    while end - start > cap or size(text[start:end]) > cap:
        at = _cutting_place(text, start, end, cap)
        yield start, at
        while at < end and text[at].isspace():
            at += 1
        start = at
    if start < end:
        yield start, end


def _cutting_place(text: str, start: int, end: int, cap: int) -> int:
    """The last place at which the stretch from `start` is still within the cap, and has words or graphemes whole."""
    piece = text[start : min(end, start + cap + 1)]
    space = grapheme = used = 0
    for cluster in regex.finditer(r"\X", piece):
        used += size(cluster.group())
        if used > cap and grapheme:
            break
        grapheme = cluster.end()
        if cluster.group().isspace():
            space = cluster.start()
    return start + (space if space > grapheme // 2 else grapheme)
