"""Which language a text is in: its script first, then its letters and small words.

Two questions, two answers. `detect`: which of the languages that the shop serves? `detect_any`: which of all that we
know? Only the second can find that a customer writes a language which the shop does not serve.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from bot.language.cleaning import for_detection
from bot.language.phrases import TRANSLATED
from bot.language.scripts import EAST_ASIAN, LATIN, east_asian, languages_in, main_code, main_script, script_of

if TYPE_CHECKING:
    from bot.language.letters import Letters

# Always compared with, so that a shop with one Latin language can tell it from a foreign text or a brand name.
STRANGERS = ("en", "de", "es", "fr")
STRANGER_PRIOR = 0.3  # how likely a language that the shop does not serve is, beside one that it serves
FAR_PRIOR = 0.02  # the same where all languages that we know are compared: most of them never come,
RARE_PRIOR = 0.004  # least of all those in which we have no sentences of our own
LEAST_PRIOR = 1e-6  # so that no prior can rule a language out


@dataclass(frozen=True, slots=True)
class Detection:
    """What a text seems to be in: None where nothing speaks for a language. `candidates`: best first, with chances 0..1."""

    language: str | None
    confidence: float
    candidates: tuple[tuple[str, float], ...]


NOTHING = Detection(None, 0.0, ())


class Detector:
    """Tells languages apart. Use from any thread; about 20 MB, whatever the shop serves."""

    def __init__(self, languages: Sequence[str]) -> None:
        """`languages`: those that the shop serves, such as "de" or "pt-BR"; they are named in answers as they are written here."""
        self.languages = tuple(dict.fromkeys(languages))
        self._by_main = {main_code(language): language for language in reversed(self.languages)}
        self._by_script: dict[str, list[str]] = {}
        for language in self._by_main:
            self._by_script.setdefault(script_of(language), []).append(language)
        self._letters: dict[str, Letters] | None = None
        self._lock = Lock()

    def load(self) -> None:
        """Read the statistics of the letters: blocks for half a second. A second call does nothing."""
        with self._lock:
            if self._letters is None:
                self._letters = self._read()

    def detect(self, text: str, prior: Mapping[str, float] | None = None) -> Detection:
        """The served language of a message as it was written; cleaning is done here. `prior`: chances known beforehand, by served code."""
        words = for_detection(text)
        script = main_script(words)
        served = self._by_script.get(script, [])
        if not served:
            return NOTHING
        known = _by_main_code(prior)
        if script == EAST_ASIAN:
            signs = east_asian(words)
            return self._ranked({language: signs[language] * _prior(known, language, served) for language in served if language in signs})
        if len(served) == 1 and script != LATIN:
            return self._ranked({served[0]: 1.0})
        return self._ranked(self._by_letters(words, script, known))

    def detect_any(self, text: str, prior: Mapping[str, float] | None = None) -> Detection:
        """The language of a message among all that we know, served or not, with a leaning to those that are."""
        words = for_detection(text)
        script = main_script(words)
        known, served = _by_main_code(prior), self._by_script.get(script, [])
        if script == EAST_ASIAN:
            chances = {language: chance * _prior(known, language, served, _far(language)) for language, chance in east_asian(words).items()}
        elif letters := self.letters(script):
            chances = _normalised(
                {
                    language: score + math.log(_prior(known, language, served, _far(language)))
                    for language, score in zip(letters.languages, letters.scores(words), strict=False)
                }
            )
        else:
            chances = dict.fromkeys(languages_in(script)[:1], 1.0)
        return self._ranked(chances, {language: self._by_main.get(language, language) for language in chances})

    def by_letters_alone(self, text: str) -> tuple[tuple[str, float], ...]:
        """What the letters of a cleaned text say of all languages that we know, best first; () where they are not asked."""
        letters = self.letters(main_script(text))
        if letters is None:
            return ()
        logs = dict(zip(letters.languages, letters.scores_of_letters(text), strict=False))
        return self._ranked(_normalised(logs), dict(zip(logs, logs, strict=True))).candidates

    def letters(self, script: str) -> "Letters | None":
        """The letter statistics of a script; None where its languages are not told apart by letters."""
        self.load()
        return (self._letters or {}).get(script)

    def _by_letters(self, words: str, script: str, prior: Mapping[str, float]) -> dict[str, float]:
        letters, served = self.letters(script), self._by_script[script]
        if letters is None:
            return {}
        *scores, nobody = letters.scores(words)
        near = self._near(script)
        chances = {
            language: score + math.log(_prior(prior, language, served))
            for language, score in zip(letters.languages, scores, strict=True)
            if language in near
        }
        # A brand or an order's name in Latin letters must not turn a Japanese thread: nobody's language leaves it where it was.
        expected = max(prior, key=lambda language: prior[language], default="")
        if script == LATIN and expected in self._by_main and script_of(expected) != LATIN:
            chances[expected] = nobody + math.log(prior[expected])
        return _normalised(chances)

    def _ranked(self, chances: Mapping[str, float], names: Mapping[str, str] | None = None) -> Detection:
        """The named ones (those that are served) among the candidates; the share of the others only makes us less sure."""
        names = self._by_main if names is None else names
        whole = sum(chances.values()) or 1.0
        ranked = sorted(
            ((names[language], chance / whole) for language, chance in chances.items() if language in names),
            key=lambda candidate: -candidate[1],
        )
        if not ranked or ranked[0][1] <= 0:
            return NOTHING
        return Detection(ranked[0][0], ranked[0][1], tuple(candidate for candidate in ranked if candidate[1] >= 0.001))

    def _near(self, script: str) -> list[str]:
        """The languages of a script that a message is compared with by `detect`."""
        served = self._by_script.get(script, [])
        return list(dict.fromkeys([*served, *STRANGERS] if script == LATIN else served))

    def _read(self) -> "dict[str, Letters]":
        # langdetect and numpy are imported with the first question, so that commands without one start at once.
        from bot.language.letters import Letters, profiles

        by_script: dict[str, list[str]] = {}
        for language in profiles():
            by_script.setdefault(script_of(language), []).append(language)
        by_script.pop(EAST_ASIAN, None)
        return {
            script: Letters(known, [language for language in self._near(script) if language in known] or known)
            for script, known in by_script.items()
            if len(known) > 1
        }


def _normalised(logs: Mapping[str, float]) -> dict[str, float]:
    best = max(logs.values())
    return {language: math.exp(score - best) for language, score in logs.items()}


def _far(language: str) -> float:
    return FAR_PRIOR if language in TRANSLATED else RARE_PRIOR


def _by_main_code(prior: Mapping[str, float] | None) -> dict[str, float]:
    return {main_code(language): chance for language, chance in (prior or {}).items()}


def _prior(prior: Mapping[str, float], language: str, served: Iterable[str], stranger: float = STRANGER_PRIOR) -> float:
    if language not in served:
        return stranger * (min(prior.values()) if prior else 1.0) + LEAST_PRIOR
    return prior.get(language, 0.0) + LEAST_PRIOR if prior else 1.0
