"""Where one sentence ends and the next begins, in any script, as spans of the text: nothing is changed or lost.

A full stop ends a sentence only before white space, and not after an abbreviation ("z. B.", "e.g."), an initial,
the number of a list or a German date ("3. Mai"). Chinese, Japanese and Indic marks end one wherever they stand.
"""

import regex

Span = tuple[int, int]

_END = regex.compile(
    r"""(?: [。！？｡]+ [」』”’）)\]»]*                                # no space needed after these
          | [.!?…؟۔।॥։]+ ["'”’»)\]}*_]* (?= \s | \Z )
          | \n\s*\n
        ) \s*""",
    regex.VERBOSE,
)
_ABBREVIATIONS = frozenset(
    """e.g i.e etc approx incl excl vs no nos art fig mr mrs ms dr prof st inc ltd co dept min max tel ext est
    z.b d.h u.a bzw ca nr evtl ggf inkl exkl zzgl usw str abs mind max vgl sog bspw tägl
    p.ej sr sra ud uds n.º núm pág aprox av c/ p.ex ex env m mme mlle réf n° p pp
    т.е т.д т.п г руб стр напр ул д тел tj np ul tzn m.in bijv d.w.z o.a m.a bl.a f.eks örn vb""".split()  # noqa: SIM905
)
_MONTHS = frozenset("januar jänner februar märz april mai juni juli august september oktober november dezember".split())  # noqa: SIM905
_LAST_WORD = regex.compile(r"[^\s(\[\"'„“«]+\Z")
_NEXT_WORD = regex.compile(r"\w+")


def sentences(text: str) -> list[Span]:
    """The sentences of a text as (start, end), white space at the ends left out. Together they hold all that is not white space."""
    found: list[Span] = []
    start = 0
    for end in _END.finditer(text):
        if _goes_on(text, start, end):
            continue
        found += _trimmed(text, start, end.end())
        start = end.end()
    return found + _trimmed(text, start, len(text))


def _goes_on(text: str, start: int, end: "regex.Match[str]") -> bool:
    mark = end.group().strip()
    if not mark.startswith(".") or mark.startswith("..") or end.end() == len(text):
        return False
    following = text[end.end()]
    if following.islower():
        return True
    last = _LAST_WORD.search(text, start, end.start())
    if last is None:
        return False
    word = last.group().casefold()
    if word.isdecimal() and len(word) <= 2:
        # The number of a list item, or a German date; "within 30. Then" does end.
        ahead = _NEXT_WORD.match(text, end.end())
        return not text[start : last.start()].strip() or bool(ahead and ahead.group().casefold() in _MONTHS)
    return word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())


def _trimmed(text: str, start: int, end: int) -> list[Span]:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return [(start + left, start + right)] if right > left else []
