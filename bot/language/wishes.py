"""An explicit wish for a language: "in English please", "auf Deutsch bitte", "日本語でお願いします".

A wish is a whole message, or a clause of one, that names one language and otherwise holds only small words of asking:
"I bought a book in English" names a language and wishes for nothing.
"""

from functools import lru_cache

import regex

from bot.language.cleaning import folded
from bot.language.wish_words import ASKING, ASKING_WITHOUT_SPACES, NAMES

LONGEST = 150
"""A wish stands at the beginning or the end of what somebody writes; so many characters of each are looked at."""

_CLAUSE_END = regex.compile(r"[.,;:!?…\n()。、，；：！？؟،।–—]+")
_SIGN = regex.compile(r"[^\p{L}\p{M}'’_-]+")
_HEBREW = regex.compile(r"\p{Hebrew}")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}ー]")


def wish_for(text: str) -> str:
    """The code of the language that somebody asks for, one of 27; "" when nobody asks."""
    if len(text) > 2 * LONGEST:
        text = f"{text[:LONGEST]}\n{text[-LONGEST:]}"
    whole = _wished(text, alone=True)
    if whole:
        return whole
    clauses = [clause for clause in _CLAUSE_END.split(text) if clause.strip()]
    wishes = [_wished(clause, alone=False) for clause in (*clauses[-2:][::-1], *clauses[:2])]
    return next((wish for wish in wishes if wish), "")


def _wished(clause: str, alone: bool) -> str:
    """`alone`: a bare name is wish enough, since there is nothing else in the message."""
    names, asking, unspaced = _tables()
    plain = folded(" ".join(_SIGN.sub(" ", clause.lower().replace("’", "'")).split()))
    named = {_codes()[name] for name in names.findall(plain)}
    if len(named) != 1:
        return ""
    rest = names.sub(" ", plain).split()
    if any(word not in asking and not unspaced.fullmatch(word) for word in rest):
        return ""
    return named.pop() if rest or alone else ""


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    return {
        folded(form.replace("_", " ").lower()): code for code, names in NAMES.items() for name in names.split() for form in _forms(name)
    }


def _forms(name: str) -> tuple[str, ...]:
    """The name by itself and as it is written where "in" is part of the word."""
    if name.startswith("ال"):
        return name, f"ب{name}"
    if name.endswith("어"):
        return name, f"{name}로"
    return (name, f"ב{name}") if _HEBREW.match(name) else (name,)


@lru_cache(maxsize=1)
def _tables() -> "tuple[regex.Pattern[str], frozenset[str], regex.Pattern[str]]":
    """The names, the small words, and what stands around a name where no spaces are written."""
    ordered = sorted(_codes(), key=len, reverse=True)
    spaced = "|".join(regex.escape(name) for name in ordered if not _UNSPACED.search(name))
    unspaced = "|".join(regex.escape(name) for name in ordered if _UNSPACED.search(name))
    names = regex.compile(rf"(?<![\p{{L}}\p{{M}}'-])(?:{spaced})(?![\p{{L}}\p{{M}}'-])|{unspaced}")
    asking = frozenset(folded(word.lower()) for word in ASKING.split())
    particles = sorted((folded(word) for word in ASKING_WITHOUT_SPACES.split()), key=len, reverse=True)
    return names, asking, regex.compile(f"(?:{'|'.join(map(regex.escape, particles))})++")
