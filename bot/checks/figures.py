"""Every number, date, time, address and id of a draft must stand in its grounds, however each side writes it.

A number has readings, since 1.000 may be a thousand or one: it stands in the grounds if they share a reading and do not
name different units. Digits of any script count, number words too (language/figure_words.py), dates and times apart (moments.py).
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.checks import addresses, moments
from bot.checks.moments import Moment
from bot.language.figure_words import many_after, numbers, unit_after, unit_before

_NUMBER = re.compile(r"(?<![\w.,])(?:\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)|(?<=[^\W\d_])\d+(?:[.,]\d+)*")
CLOCK = "clock"
"""The unit of an hour that is part of a time: a draft may name it alone ("from 9"), but not as so many days."""
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75"}
_MARKS = str.maketrans({"٫": ".", "٬": ",", "．": ".", "，": ",", "：": ":", "％": "%", "／": "/", "＋": "+", "＠": "@"})
_WORD = re.compile(r"[^\W\d_]+")
_LIST_ITEM = re.compile(r"^[ \t>*-]*\d{1,2}[.)][ \t]+", re.MULTILINE)
_HAN = re.compile(
    r"(?<!第)([二两兩三四五六七八九十百]{1,5})(?=个?(?:小时|工作日|星期|月|年|天|日|周)|個?(?:小時|月)|[かヶ]月|日間|週|年|次|回|倍|名|位|人|台|件|枚)"
)
_HAN_DIGITS = {sign: value for value, sign in enumerate("一二三四五六七八九", 1)} | {"两": 2, "兩": 2}
_ROMAN = re.compile(r"(?<!\w)[IVXLC]{1,7}(?!\w)")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_DECADE = re.compile(r"(?<!\d)\d\d(\d0)(?=[’']?(?:s|er|年代|-х)\b)")
_ONE = re.compile(
    r"(?<!\w)(?:an?|one|per|each|eine?[nr]?|un[aeo]?|uma?|un['’]|één|een|jeden|jedna|bir|один|одна|одного|एक|một|한)[ \u00a0]", re.I
)
_ONE_SIGN = re.compile(r"(?:[一1每]|واحد)")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written, what it can mean, and of what: "" where we do not know the unit."""

    written: str
    readings: frozenset[str]
    unit: str


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a text states exactly."""

    numbers: list[Number] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)
    exact: list[str] = field(default_factory=list)
    """Addresses, phone numbers and ids, in one form."""

    def __bool__(self) -> bool:
        return bool(self.numbers or self.moments or self.exact)


def of_draft(text: str, language: str) -> Figures:
    """The figures that a draft must answer for. The numbers of a list's items are none."""
    return _read(_LIST_ITEM.sub("", text), language, draft=True)


def of_ground(text: str, language: str) -> Figures:
    """The figures that a ground gives, read generously: every number word, Roman numerals, "a year" as 1."""
    return _read(text, language, draft=False)


def together(grounds: Iterable[Figures]) -> Figures:
    """The figures of several grounds."""
    whole = Figures()
    for one in grounds:
        whole.numbers.extend(one.numbers)
        whole.moments.extend(one.moments)
        whole.exact.extend(one.exact)
    return whole


def strange(draft: Figures, grounds: Figures) -> list[str]:
    """What of a draft's figures does not stand in the grounds, as it is written there."""
    given: dict[str, set[str]] = {}
    for number in grounds.numbers:
        for reading in number.readings:
            given.setdefault(reading, set()).add(number.unit)
    found = [number.written for number in draft.numbers if not _stands(number, given)]
    found += [
        one.written for one in draft.moments if not any(moments.agree(one, other) for other in grounds.moments) and not _split(one, given)
    ]
    return found + [one for one in draft.exact if not addresses.stands(one, grounds.exact)]


def _stands(number: Number, given: dict[str, set[str]]) -> bool:
    units = set().union(*(given.get(reading, set()) for reading in number.readings))
    if number.unit not in ("", "hour"):
        units.discard(CLOCK)
    return bool(units) and (not number.unit or bool(units & {"", CLOCK, number.unit}))


def _split(moment: Moment, given: dict[str, set[str]]) -> bool:
    """A full hour may stand in the grounds as a plain number: "17h", "from 9 to 17"."""
    hours = [reading for reading in moment.readings if isinstance(reading, int) and reading % 60 == 0]
    return any(given.get(str(hour // 60), set()) & {"", "hour"} for hour in hours)


def _read(text: str, language: str, draft: bool) -> Figures:
    main = language.partition("-")[0]
    text, exact = addresses.taken_out(_plain(text))
    words = _number_words(text, main, draft)
    text, found = moments.taken_out(text, main)
    held = [_number(match, text) for match in _NUMBER.finditer(text)] + words
    if not draft:
        held += _generous(text) + [number for moment in found for number in _parts(moment)]
    return Figures([number for number in held if number.readings], found, exact)


def _plain(text: str) -> str:
    """Digits of every script as 0 to 9, and the marks between them; `6½` as 6.5."""
    text = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() and not sign.isascii() else sign for sign in text)
    text = re.sub(r"[½¼¾]", lambda sign: _FRACTIONS[sign[0]], text.translate(_MARKS))
    return re.sub(r"(?<!\d)\.(?=\d)", "0.", text)


def _number(match: "re.Match[str]", text: str) -> Number:
    times, end = many_after(text, match.end())
    unit = unit_after(text, end) or unit_before(text, match.start())
    readings = {_times(reading, times) for reading in _readings(match[0])}
    if times > 1:
        # "5 thousand" is 5000, and a word that only looks like one leaves a 5.
        readings |= _readings(match[0]) if end == match.end() else set()
    return Number(match[0], frozenset(readings), unit)


def _readings(written: str) -> set[str]:
    """1.234,5 is one thing; 1.234 may be two."""
    figure = re.sub(r"[ \u00a0\u202f\u2009'’]", "", written)
    separators = re.findall(r"[.,]", figure)
    if not separators:
        return {_canonical(figure)}
    last = separators[-1]
    if len(set(separators)) == 2:
        whole, _, rest = figure.rpartition(last)
        return {_canonical(re.sub(r"[.,]", "", whole) + "." + rest)}
    if len(separators) > 1:
        return {_canonical(re.sub(r"[.,]", "", figure)), *map(_canonical, re.split(r"[.,]", figure))} if _grouped(figure) else {figure}
    whole, _, rest = figure.partition(last)
    found = {_canonical(f"{whole}.{rest}")}
    return found | {_canonical(whole + rest)} if len(rest) == 3 and len(whole) <= 3 and whole != "0" else found


def _grouped(figure: str) -> bool:
    return bool(re.fullmatch(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}", figure))


def _canonical(figure: str) -> str:
    whole, _, rest = figure.partition(".")
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def _times(reading: str, times: int) -> str:
    return reading if times == 1 else _canonical(f"{float(reading) * times:.4f}")


def _number_words(text: str, language: str, draft: bool) -> list[Number]:
    known = numbers(language, draft) | ({} if draft else numbers("en", draft))
    found = []
    for match in _WORD.finditer(text):
        value = known.get(match[0].casefold())
        if value is not None:
            times, end = many_after(text, match.end())
            found.append(Number(match[0], frozenset({_times(str(value), times)}), unit_after(text, end)))
    han = [Number(match[0], frozenset({str(_han(match[1]))}), unit_after(text, match.end())) for match in _HAN.finditer(text)]
    return found + (han if language in ("zh", "ja", "yue") else [])


def _han(signs: str) -> int:
    """二十四 is 24."""
    total = ones = 0
    for sign in signs:
        if sign in "十百":
            total += (ones or 1) * (10 if sign == "十" else 100)
            ones = 0
        else:
            ones = _HAN_DIGITS[sign]
    return total + ones


def _generous(text: str) -> list[Number]:
    found = [Number(match[0], frozenset({str(_roman(match[0]))}), "") for match in _ROMAN.finditer(text)]
    found += [Number(match[0], frozenset({match[1]}), "") for match in _DECADE.finditer(text)]
    ones = [*_ONE.finditer(text), *_ONE_SIGN.finditer(text)]
    return found + [Number(match[0], frozenset({"1"}), unit) for match in ones if (unit := unit_after(text, match.end()))]


def _roman(signs: str) -> int:
    values = [_ROMAN_VALUES[sign] for sign in signs]
    return sum(-value if value < max(values[at:], default=0) else value for at, value in enumerate(values))


def _parts(moment: Moment) -> list[Number]:
    """A date gives its year and day, a time its hour, to a draft that names only these."""
    found: set[int] = set()
    for reading in moment.readings:
        found |= {reading // 60, (reading // 60 - 1) % 12 + 1} if isinstance(reading, int) else {reading[0], reading[2]}
    unit = "" if moment.dated else CLOCK
    return [Number(moment.written, frozenset({str(value)}), unit) for value in found if value]
