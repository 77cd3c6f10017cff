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

MOST_WORDS = 4  # in one name: "tiếng Tây Ban Nha"

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
    named, rest = _split(folded(" ".join(_SIGN.sub(" ", clause.lower().replace("’", "'")).split())))
    if len(named) != 1:
        return ""
    asking, particles = _small_words()
    if any(word not in asking and not particles.fullmatch(word) for word in rest):
        return ""
    return named.pop() if rest or alone else ""


def _split(plain: str) -> tuple[set[str], list[str]]:
    """The languages that a folded clause names, and what else it says."""
    codes, unspaced = _codes()
    named = {codes[name] for name in unspaced.findall(plain)} if _UNSPACED.search(plain) else set()
    words = (unspaced.sub(" ", plain) if named else plain).split()
    rest, at = [], 0
    while at < len(words):
        for many in range(min(MOST_WORDS, len(words) - at), 0, -1):
            if code := codes.get(" ".join(words[at : at + many])):
                named.add(code)
                at += many
                break
        else:
            rest.append(words[at])
            at += 1
    return named, rest


@lru_cache(maxsize=1)
def _codes() -> "tuple[dict[str, str], regex.Pattern[str]]":
    """The code of each folded name, and the names that stand between other signs without a space."""
    forms = ((form, code) for code, names in NAMES.items() for name in names.split() for form in _forms(name))
    codes = {folded(form.replace("_", " ").lower()): code for form, code in forms}
    unspaced = sorted(filter(_UNSPACED.search, codes), key=len, reverse=True)
    return codes, regex.compile("|".join(map(regex.escape, unspaced)))


def _forms(name: str) -> tuple[str, ...]:
    """The name by itself and as it is written where "in" is part of the word."""
    if name.startswith("ال"):
        return name, f"ب{name}"
    if name.endswith("어"):
        return name, f"{name}로"
    return (name, f"ב{name}") if _HEBREW.match(name) else (name,)


@lru_cache(maxsize=1)
def _small_words() -> "tuple[frozenset[str], regex.Pattern[str]]":
    """The small words of asking, and those that stand around a name where no spaces are written."""
    asking = frozenset(folded(word.lower()) for word in ASKING.split())
    particles = sorted((folded(word) for word in ASKING_WITHOUT_SPACES.split()), key=len, reverse=True)
    return asking, regex.compile(f"(?:{'|'.join(map(regex.escape, particles))})++")
