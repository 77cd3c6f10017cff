"""Text -> the terms that full text searches: the same for documents and questions, on SQLite and PostgreSQL.

Folded: compatibility forms, case, and the accents of Latin and Greek. Scripts that put no space between words become
overlapping pairs of signs. An order or part number is one term whole (`AB-12/3` is `ab123`), besides its parts.
A term holds letters, marks and digits only, so that it can never be an operator of a query language.
"""

import unicodedata

import regex

from bot.messages import storable

MOST_TERMS = 48

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-_./#][\p{L}\p{M}\p{N}]+)*")
_PART = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_ACCENT = regex.compile(r"(?<=[\p{Latin}\p{Greek}])\p{Mn}+")
# Sorting the marks on one letter takes the square of their number; no writing has more than a handful.
_STACKED = regex.compile(r"(?<=\p{M}{30})\p{M}+")
_UNSPACED = regex.compile(r"([\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー]+)")
_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ς": "σ"})


def terms(text: str) -> list[str]:
    """All terms of a text, in order, repeated as they are."""
    found: list[str] = []
    for word in _WORD.findall(_folded(text)):
        parts = _PART.findall(word)
        if len(parts) > 1 and _has_digit(word):
            found.append("".join(parts))
        for part in parts:
            found += _pairs(part)
    return found


def question_terms(text: str) -> list[str]:
    """The terms of a question, each once, at most MOST_TERMS."""
    return list(dict.fromkeys(terms(text)))[:MOST_TERMS]


def identifiers(found: list[str]) -> list[str]:
    """Those terms that name one thing in any language: a digit among letters, or four digits and more."""
    return [term for term in found if _has_digit(term) and (len(term) >= 4 or not term.isdecimal()) and len(term) > 1]


def _folded(text: str) -> str:
    if text.isascii():
        return text.casefold()
    text = unicodedata.normalize("NFKC", _STACKED.sub("", storable(text))).casefold()
    text = _ACCENT.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFC", text).translate(_PLAIN)


def _pairs(word: str) -> list[str]:
    if word.isascii():
        return [word]
    found: list[str] = []
    for index, run in enumerate(_UNSPACED.split(word)):
        if index % 2 == 0:
            found += [run] if run else []
            continue
        signs = "".join(sign for sign in run if not unicodedata.category(sign).startswith("M"))
        found += [signs[at : at + 2] for at in range(max(1, len(signs) - 1))] if signs else []
    return found


def _has_digit(term: str) -> bool:
    return any(sign.isdecimal() for sign in term)
