"""How far a draft says what its passages say: 0 to 1, from words, names, figures and negations, and from likeness in meaning.

Within one language shared words tell best; across languages a model's likeness of each sentence to its nearest passage
sentence does (whoever has vectors hands it in). A figure or a name that stands nowhere weighs more than any likeness.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import regex

from bot.checks import figures
from bot.checks.figures import Figures
from bot.knowledge.sentences import sentences
from bot.knowledge.terms import terms

STEM = 5
"""Words of one root share so many first letters, in most languages."""
STRANGE_FIGURE, ELSEWHERE, STRANGE_NAME, TURNED = 0.5, 0.4, 0.3, 0.4
"""What is taken off for a figure that stands nowhere, one that the nearest sentence does not have, a name, a turned negation."""
LIKE = 0.2
"""Across languages likeness decides so much, and the rest is what speaks against a draft."""

_NEGATION = {
    "en": r"\b(?:not|no|never|none|neither|nor|without|cannot|nothing|nobody)\b|n['’]t\b",
    "de": r"\b(?:nicht|nichts|kein\w*|nie|niemals|niemand|ohne|weder)\b",
    "es": r"\b(?:no|nunca|jamás|sin|ni|ningún|ninguna|ninguno|nada|nadie|tampoco)\b",
    "fr": r"\b(?:ne|n|pas|jamais|aucun\w*|sans|ni|rien|personne ne)\b",
    "it": r"\b(?:non|né|mai|nessun\w*|senza|niente|nulla)\b",
    "pt": r"\b(?:não|nunca|sem|nem|nenhum\w*|nada|ninguém)\b",
    "nl": r"\b(?:niet|geen|nooit|zonder|niets|niemand|noch)\b",
    "pl": r"\b(?:nie|nigdy|bez|ani|żaden|żadn\w*|nic|nikt)\b",
    "tr": r"\b(?:değil|yok|hiçbir|asla)\b|\w+(?:maz|mez|ma[ym]\w*|me[ym]\w*|mıyor\w*|miyor\w*|muyor\w*|müyor\w*|madı\w*|medi\w*)\b",
    "ru": r"\b(?:не|ни|нет|без|никогда|ничего|никто|нельзя)\b",
    "uk": r"\b(?:не|ні|немає|без|ніколи|нічого|ніхто)\b",
    "ar": r"\b(?:لا|لم|لن|ليس\w*|غير|دون|بدون|ما)\b",
    "zh": r"不|没|沒|無|无|未|非|别",
    "ja": r"ない|ません|なかっ|ず[、。に]|ぬ[。]|無い",
    "ko": r"않|없|안 |못|아니",
    "hi": r"\b(?:नहीं|न|ना|मत|बिना)\b",
    "vi": r"\b(?:không|chưa|chẳng|đừng)\b",
}
_PATTERNS = {language: regex.compile(pattern, regex.IGNORECASE) for language, pattern in _NEGATION.items()}
_NAME = regex.compile(r"(?<![.!?:]\s)(?<=[\p{L}\p{N},;]\s)\p{Lu}\p{Ll}{2,}(?:\s\p{Lu}\p{Ll}{2,})*|\b\p{Lu}{2,}\b")
_LATIN = regex.compile(r"\p{Latin}")
_NOUNS_ARE_CAPITAL = frozenset({"de", "lb"})


@dataclass(frozen=True, slots=True)
class Ground:
    """Something that was said before: a passage with its title, or the customer's words."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Near:
    """What vectors add: the passage sentence that is nearest to the draft, and how like it is, 0 to 1."""

    sentence: Ground
    likeness: float


def score(draft: str, language: str, grounds: Sequence[Ground], near: Near | None = None) -> float:
    """0 (nothing of it is said) to 1. Without `near`, a draft in another language than its grounds is judged by figures and names."""
    same = [ground for ground in grounds if ground.language == language]
    base = _words(draft, same) if same else 1 - LIKE + LIKE * (near.likeness if near else 0.5)
    off = STRANGE_NAME * bool(strange_names(draft, language, grounds))
    if strange_figures(draft, language, grounds):
        off += STRANGE_FIGURE
    elif near and strange_figures(draft, language, [near.sentence]):
        off += ELSEWHERE
    if near and turned(draft, language, near.sentence):
        off += TURNED
    return max(0.0, base - off)


def figures_of(ground: Ground) -> Figures:
    """The figures that a ground gives."""
    return figures.of_ground(ground.text, ground.language)


def strange_figures(
    draft: str, language: str, grounds: Sequence[Ground], figures_of: Callable[[Ground], Figures] = figures_of
) -> list[str]:
    """The figures, dates, addresses and ids that stand in no ground, as the draft writes them."""
    own = figures.of_draft(draft, language)
    return figures.strange(own, figures.together(map(figures_of, grounds))) if own else []


def strange_names(draft: str, language: str, grounds: Sequence[Ground]) -> list[str]:
    """Names in Latin letters that stand in no ground; where every noun has a capital, only words that nothing resembles."""
    given = {term[:STEM] for ground in grounds for term in terms(ground.text)}
    found = []
    for name in _NAME.findall(draft):
        words = terms(name)
        if not _LATIN.search(name) or all(word[:STEM] in given for word in words):
            continue
        if language not in _NOUNS_ARE_CAPITAL or (" " in name and not any(word[:STEM] in given for word in words)):
            found.append(name)
    return found


def negated(text: str, language: str) -> bool | None:
    """Whether something is denied; None in a language whose words for it we do not know."""
    pattern = _PATTERNS.get(language.partition("-")[0])
    return bool(pattern.search(text)) if pattern else None


def turned(sentence: str, language: str, source: Ground) -> bool:
    """Whether a sentence denies what its source affirms, or the other way round."""
    mine, theirs = negated(sentence, language), negated(source.text, source.language)
    return mine is not None and theirs is not None and mine != theirs


def _words(draft: str, grounds: Sequence[Ground]) -> float:
    """Shared words by length, the worst sentence, and shared pairs of neighbours: each alone is beaten by the three together."""
    words = [terms(ground.text) for ground in grounds]
    held = {word[:STEM] for said in words for word in said}
    pairs = {pair for said in words for pair in pairwise(said)}
    parts = [terms(draft[start:end]) for start, end in sentences(draft)]
    shares = [_share(part, held) for part in parts if part]
    if not shares:
        return 0.5
    whole = [word for part in parts for word in part]
    own = list(pairwise(whole))
    near = sum(pair in pairs for pair in own) / len(own) if own else 0.5
    return 0.5 * _share(whole, held) + 0.25 * min(shares) + 0.25 * near


def _share(words: Sequence[str], held: "set[str] | Mapping[str, object]") -> float:
    return sum(len(word) for word in words if word[:STEM] in held) / max(1, sum(map(len, words)))
