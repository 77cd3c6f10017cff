"""Which language a text is in, among those that the shop serves: its script first, then its letters and small words."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from bot.language.cleaning import for_detection
from bot.language.scripts import EAST_ASIAN, LATIN, east_asian, main_code, main_script, script_of

if TYPE_CHECKING:
    from bot.language.letters import Letters

# Always compared with, so that a shop with one Latin language can tell it from a foreign text or a brand name.
STRANGERS = ("en", "de", "es", "fr")
STRANGER_PRIOR = 0.3  # how likely a language that the shop does not serve is, beside one that it serves
LEAST_PRIOR = 1e-6  # so that no prior can rule a language out


@dataclass(frozen=True, slots=True)
class Detection:
    """What a text seems to be in: None where nothing speaks for a served language. `candidates`: best first, with chances 0..1."""

    language: str | None
    confidence: float
    candidates: tuple[tuple[str, float], ...]


NOTHING = Detection(None, 0.0, ())


class Detector:
    """Tells the given languages apart. Use from any thread; about 15 MB for the usual sixteen."""

    def __init__(self, languages: Sequence[str]) -> None:
        """`languages`: codes such as "de" or "pt-BR"; what is detected is always one of them as written here."""
        self.languages = tuple(dict.fromkeys(languages))
        self._by_main = {main_code(language): language for language in reversed(self.languages)}
        self._by_script: dict[str, list[str]] = {}
        for language in self._by_main:
            self._by_script.setdefault(script_of(language), []).append(language)
        self._letters: dict[str, Letters] | None = None
        self._lock = Lock()

    def load(self) -> None:
        """Read the statistics of the letters: blocks for a fraction of a second. A second call does nothing."""
        with self._lock:
            if self._letters is None:
                self._letters = self._read()

    def detect(self, text: str, prior: Mapping[str, float] | None = None) -> Detection:
        """The language of a message as it was written; cleaning is done here. `prior`: chances known beforehand, by served code."""
        words = for_detection(text)
        script = main_script(words)
        served = self._by_script.get(script, [])
        if not served:
            return NOTHING
        known = {main_code(language): chance for language, chance in (prior or {}).items()}
        if script == EAST_ASIAN:
            return self._ranked(_weighed(east_asian(words), known, served))
        if len(served) == 1 and script != LATIN:
            return self._ranked({served[0]: 1.0})
        return self._by_letters(words, script, served, known)

    def _by_letters(self, words: str, script: str, served: Sequence[str], prior: Mapping[str, float]) -> Detection:
        self.load()
        letters = (self._letters or {}).get(script)
        if letters is None:
            return NOTHING
        *scores, nobody = letters.scores(words)
        chances = {
            language: score + math.log(_prior(prior, language, served)) for language, score in zip(letters.languages, scores, strict=True)
        }
        # A brand or an order's name in Latin letters must not turn a Japanese thread: nobody's language leaves it where it was.
        expected = max(prior, key=lambda language: prior[language], default="")
        if script == LATIN and expected in self._by_main and script_of(expected) != LATIN:
            chances[expected] = nobody + math.log(prior[expected])
        best = max(chances.values())
        return self._ranked({language: math.exp(score - best) for language, score in chances.items()})

    def _ranked(self, chances: Mapping[str, float]) -> Detection:
        """The served ones among the candidates; the share of strangers only makes us less sure."""
        whole = sum(chances.values()) or 1.0
        ranked = sorted(
            ((self._by_main[language], chance / whole) for language, chance in chances.items() if language in self._by_main),
            key=lambda candidate: -candidate[1],
        )
        if not ranked or ranked[0][1] <= 0:
            return NOTHING
        return Detection(ranked[0][0], ranked[0][1], tuple(candidate for candidate in ranked if candidate[1] >= 0.001))

    def _read(self) -> "dict[str, Letters]":
        # langdetect and numpy are imported with the first question, so that commands without one start at once.
        from bot.language.letters import Letters, has_profile

        read: dict[str, Letters] = {}
        for script, served in self._by_script.items():
            compared = dict.fromkeys([*served, *STRANGERS] if script == LATIN else served)
            known = [language for language in compared if has_profile(language)]
            if len(known) > 1:
                read[script] = Letters(known)
        return read


def _prior(prior: Mapping[str, float], language: str, served: Sequence[str]) -> float:
    if language not in served:
        return STRANGER_PRIOR * (min(prior.values()) if prior else 1.0) + LEAST_PRIOR
    return prior.get(language, 0.0) + LEAST_PRIOR if prior else 1.0


def _weighed(chances: Mapping[str, float], prior: Mapping[str, float], served: Sequence[str]) -> dict[str, float]:
    """The chances of the served ones among Chinese, Japanese and Korean; Han signs are read as Japanese where Chinese is not served."""
    return {language: chance * _prior(prior, language, served) for language, chance in chances.items() if language in served}
