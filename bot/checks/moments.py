"""Dates and times of day in a text, however they are written: 3 May 2026, 2026-05-03, 3.5.2026; 5 pm, 17:00, 17 Uhr.

Each is a set of readings, since 3/5 is March to one and May to another, and "5:00" may be the afternoon. They are taken
out of the text, so that what is left holds only plain numbers.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

Date = tuple[int, int, int]
"""Year, month, day; 0 where the text does not say."""

_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-/.年년]\s?(\d{1,2})\s?[-/.月월]\s?(\d{1,2})(?!\d)\s?[日일]?")
_YEAR_LAST = re.compile(r"(?<![\d.,])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?![\d,]|\.\d)")
_DAY_AND_MONTH = re.compile(r"(?<![\d.,])(\d{1,2})\.\s?(\d{1,2})\.(?!\d)")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日號号일]")
_VIETNAMESE = re.compile(r"(?<!\d)(\d{1,2})\s+tháng\s+(\d{1,2})(?:\s+năm\s+(\d{4}))?", re.IGNORECASE)
_LINK = r"(?:\s*(?:de|del|of|d['’]|/)\s*|[\s.,]*)"

_BEFORE_NOON, _AFTER_NOON = r"上午|早上|凌晨|午前|오전|صباح", r"下午|晚上|傍晚|午後|오후|مساء"
_TIME = re.compile(
    rf"""(?<![\d.,:])(?P<early>{_BEFORE_NOON})?(?P<late>{_AFTER_NOON})?\s?(?P<hour>\d{{1,2}})
        (?:\s?(?:[:h]|[點点時时시]\s?(?=\d))\s?(?P<minute>\d{{2}})(?![\d])\s?[分분]?|\.(?P<dotted>\d{{2}})(?=\s?(?:Uhr|[ap]\.?m\b|o['’]?clock)))?
        (?:\s?(?P<half>[ap])\.?\s?m\b\.?|\s?(?P<mark>Uhr|o['’]?clock|[點点時时시](?!间|間|간)|:?\s?ч(?:\.|\b)))?
        (?:\s?(?P<early2>{_BEFORE_NOON})|\s?(?P<late2>{_AFTER_NOON}))?""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a time as it stands in the text, and what it can mean: dates, or minutes since midnight."""

    written: str
    readings: frozenset[Date] | frozenset[int]

    @property
    def dated(self) -> bool:
        """A date, not a time."""
        return any(isinstance(reading, tuple) for reading in self.readings)


def taken_out(text: str, language: str) -> tuple[str, list[Moment]]:
    """The text without its dates and times, and these. Month names are those of the language, and the English ones."""
    found: list[Moment] = []

    def note(written: str, readings: set[Date] | set[int]) -> str:
        if not readings:
            return written
        found.append(Moment(written.strip(), frozenset(readings)))  # type: ignore[arg-type]
        return " ; "

    text = _YEAR_FIRST.sub(lambda m: note(m[0], _real((int(m[1]), int(m[2]), int(m[3])))), text)
    text = _YEAR_LAST.sub(lambda m: note(m[0], _either(m[1], m[3], m[4], m[2])), text)
    text = _MONTH_DAY.sub(lambda m: note(m[0], _real((0, int(m[1]), int(m[2])))), text)
    text = _VIETNAMESE.sub(lambda m: note(m[0], _real((int(m[3] or 0), int(m[2]), int(m[1])))), text)
    for months in dict.fromkeys((language.partition("-")[0], "en")):
        text = _named(months)[0].sub(lambda m, months=months: note(m[0], _by_name(m, months)), text)  # type: ignore[misc]
        text = _named(months)[1].sub(lambda m, months=months: note(m[0], _by_name(m, months)), text)  # type: ignore[misc]
    text = _DAY_AND_MONTH.sub(lambda m: note(m[0], _real((0, int(m[2]), int(m[1])))), text)
    text = _TIME.sub(lambda m: note(m[0], _minutes(m)), text)
    return text, found


def agree(one: Moment, other: Moment) -> bool:
    """Whether two moments can mean the same. A date without its year agrees with any year."""
    if one.dated != other.dated:
        return False
    if not one.dated:
        return bool(one.readings & other.readings)
    return any(
        mine[1] == yours[1] and _same(mine[2], yours[2]) and _same(mine[0], yours[0])
        for mine in one.readings
        for yours in other.readings
        if isinstance(mine, tuple) and isinstance(yours, tuple)
    )


def _same(mine: int, yours: int) -> bool:
    return mine == yours or not (mine and yours)


def _real(date: Date) -> set[Date]:
    return {date} if 1 <= date[1] <= 12 and date[2] <= 31 else set()


def _either(first: str, second: str, year: str, separator: str) -> set[Date]:
    """Day first, or, where people do so, month first."""
    whole = int(year) + (2000 if len(year) == 2 else 0)
    found = _real((whole, int(second), int(first)))
    return found if separator == "." else found | _real((whole, int(first), int(second)))


def _by_name(match: "re.Match[str]", language: str) -> set[Date]:
    name = match["month"].casefold().rstrip(".")
    return _real((int(match["year"] or 0), _months(language)[name], int(match["day"])))


def _minutes(match: "re.Match[str]") -> set[int]:
    """A number is a time only if something says so: minutes, "pm", "Uhr"."""
    hour, minute = int(match["hour"]), int(match["minute"] or match["dotted"] or 0)
    said = match["minute"] or match["dotted"] or match["half"] or match["mark"] or match["early"] or match["late"]
    if not said or hour > 24 or minute > 59:
        return set()
    late = match["late"] or match["late2"] or (match["half"] or "").lower() == "p"
    early = match["early"] or match["early2"] or (match["half"] or "").lower() == "a"
    if late or early:
        return {(hour % 12 + (12 if late else 0)) * 60 + minute}
    return {hour * 60 + minute} | ({(hour + 12) * 60 + minute} if 1 <= hour < 12 and len(match["hour"]) == 1 else set())


@lru_cache(maxsize=64)
def _months(language: str) -> dict[str, int]:
    from babel import Locale, UnknownLocaleError

    try:
        held = Locale.parse(language).months
    except (UnknownLocaleError, ValueError):
        return {}
    names: dict[str, int] = {}
    for form in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            names |= {name.casefold().rstrip("."): month for month, name in held[form][width].items() if not any(map(str.isdigit, name))}
    return names


@lru_cache(maxsize=64)
def _named(language: str) -> tuple["re.Pattern[str]", "re.Pattern[str]"]:
    """Patterns for "3. Mai 2026" and for "May 3, 2026"; they match nothing where months have no names."""
    names = "|".join(re.escape(name) for name in sorted(_months(language), key=len, reverse=True)) or r"(?!)"
    month, year = rf"(?P<month>{names})(?!\w)\.?", rf"(?:{_LINK}(?P<year>\d{{4}})(?!\d))?"
    day = r"(?<![\d.,])(?P<day>\d{1,2})(?:st|nd|rd|th|er|[ºª.])?"
    return re.compile(rf"{day}{_LINK}{month}{year}", re.IGNORECASE), re.compile(
        rf"(?<!\w){month}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s*(?P<year>\d{{4}})(?!\d))?", re.IGNORECASE
    )
