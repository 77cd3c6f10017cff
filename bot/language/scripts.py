"""Scripts: which letters a text is written in, and which languages use them."""

from collections.abc import Mapping
from functools import lru_cache

import regex

LATIN = "Latin"
EAST_ASIAN = "East Asian"

_SCRIPTS = {
    "Cyrillic": "ru uk bg sr mk be kk ky mn tg",
    "Arabic": "ar fa ur ps ckb sd ug",
    "Devanagari": "hi mr ne",
    "Greek": "el",
    "Hebrew": "he yi",
    "Thai": "th",
    "Bengali": "bn as",
    "Tamil": "ta",
    "Telugu": "te",
    "Gujarati": "gu",
    "Kannada": "kn",
    "Malayalam": "ml",
    "Gurmukhi": "pa",
    "Georgian": "ka",
    "Armenian": "hy",
}
_SCRIPT_OF = {language: script for script, languages in _SCRIPTS.items() for language in languages.split()}
_EAST_ASIAN = frozenset({"zh", "yue", "ja", "ko"})

_RUNS = {name: regex.compile(rf"\p{{{name}}}++") for name in (LATIN, *_SCRIPTS)}
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}ー]++")
_HAN = regex.compile(r"\p{Han}++")
_HANGUL = regex.compile(r"\p{Hangul}++")
_CHINESE = regex.compile("[你您們们吗嗎什么麼怎这這个吧呢哪请沒还]")
_LETTERS_IN_A_SIGN = 3  # A Chinese sign or a Korean syllable says as much as about three letters.


def main_code(language: str) -> str:
    """`pt-BR`, `pt_br` and `PT` are `pt`."""
    return language.replace("_", "-").partition("-")[0].lower()


def script_of(language: str) -> str:
    """The script in which a language ("de", "zh-TW") is written: the Latin one unless we know better."""
    main = main_code(language)
    return EAST_ASIAN if main in _EAST_ASIAN else _SCRIPT_OF.get(main, LATIN)


def languages_in(script: str) -> tuple[str, ...]:
    """The languages that we know to be written in a script other than the Latin one, the most spoken first."""
    return tuple(_SCRIPTS.get(script, "").split())


def main_script(words: str) -> str:
    """The script in which most of a cleaned text is written; "" when there is no letter."""
    found = weights(words)
    best = max(found, key=lambda name: found[name])
    return best if found[best] else ""


@lru_cache(maxsize=1)  # one message is asked about several times
def weights(text: str) -> Mapping[str, int]:
    """How many letters each script has in the text; East Asian signs count threefold."""
    if text.isascii():
        return {LATIN: len(text) - text.count(" ") - text.count("'")}
    found = {name: _count(run, text) for name, run in _RUNS.items()}
    found[EAST_ASIAN] = _LETTERS_IN_A_SIGN * (_count(_KANA, text) + _count(_HAN, text) + _count(_HANGUL, text))
    return found


def east_asian(text: str) -> dict[str, float]:
    """Chances of ja, ko and zh by their signs alone: kana are Japanese, hangul Korean, bare Han signs mostly Chinese."""
    kana, han, hangul = _count(_KANA, text), _count(_HAN, text), _count(_HANGUL, text)
    if hangul > kana and 2 * hangul >= han:
        return {"ko": 1.0}
    if kana * 10 >= kana + han:
        return {"ja": 1.0}
    # A heading such as 返品方法 is good Japanese too; a long sentence without kana is not.
    japanese = 0.0005 if _CHINESE.search(text) else 0.15 * 0.5 ** max(0, han - 8)
    return {"zh": 1 - japanese, "ja": japanese}


def _count(run: "regex.Pattern[str]", text: str) -> int:
    return sum(map(len, run.findall(text)))
