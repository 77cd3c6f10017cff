"""How likely a text is in each of several languages of one script, by its letters: naive Bayes over langdetect's profiles.

langdetect itself draws letter groups at random until it feels sure, so that it needs a seed and errs on short texts.
Its profiles, scored exactly, need neither; what is unlikely in all of our languages counts for none of them.
"""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from langdetect.detector_factory import PROFILES_DIRECTORY
from langdetect.utils.ngram import NGram

from bot.language.cleaning import folded
from bot.language.words import GREETINGS, RARE_LETTERS, WORDS

# Found on sentences cut to 15 and 30 characters, with and without accents (benchmarks/language.py shows the outcome).
UNSEEN = 2e-5  # the chance of a letter group that a profile does not have
FOLDED = 0.3  # how often people leave accents away
CAUTION = 0.25  # letter groups overlap, so each is a quarter of a witness
WORD = 2.0  # what a known small word says, in nats
GREETING = 4.0
RARE_LETTER = 1.0
LONGEST = 400  # so many characters decide; more would only cost time

Scores = npt.NDArray[np.float64]


def profiles() -> list[str]:
    """The languages whose letters are known, by code. Chinese is told by its signs (scripts.py), so its two profiles are left out."""
    return sorted(path.name for path in Path(PROFILES_DIRECTORY).iterdir() if path.name.isalpha())


class Letters:
    """The letter statistics of some languages, in their order."""

    def __init__(self, languages: Sequence[str], near: Sequence[str]) -> None:
        """Reads the profiles (some 15 ms a language); every language must have one. `near`: those that are served or close to it."""
        self.languages = tuple(languages)
        chances = _chances(self.languages)
        self._row = {gram: row for row, gram in enumerate(chances)}
        table = np.array(list(chances.values())) + UNSEEN
        # The last column is nobody's language: a name or a brand, as likely in one near language as in another.
        nobody = table[:, [self.languages.index(language) for language in near]].mean(axis=1, keepdims=True)
        self._table = (CAUTION * np.log(np.concatenate([table, nobody], axis=1))).astype(np.float32)
        self._words = _evidence(self.languages)
        self._rare = _rare(self.languages)
        self._normal = lru_cache(maxsize=4096)(NGram.normalize)
        self._witnesses = lru_cache(maxsize=1)(self._weigh)  # one message is asked about several times

    def scores(self, text: str) -> list[float]:
        """Log-likelihoods of a cleaned text: one a language, then that of a text in no language. Comparable, not absolute."""
        letters, words = self._witnesses(text)
        return [float(score) for score in letters + words]

    def scores_of_letters(self, text: str) -> list[float]:
        """The same by letters alone, without what the small words say."""
        return [float(score) for score in self._witnesses(text)[0]]

    def small_words(self, text: str) -> dict[str, list[str]]:
        """The small words that a cleaned text holds, each with the languages that it speaks for."""
        found = {word: self._words[word] for word in dict.fromkeys(word.lower() for word in _words(text)) if word in self._words}
        return {
            word: [language for language, weight in zip(self.languages, known, strict=False) if weight] for word, known in found.items()
        }

    def _weigh(self, text: str) -> tuple[Scores, Scores]:
        """What the letters say, and what the small words say."""
        words = _words(text)
        rows = [row for word in words for gram in self._grams(word) if (row := self._row.get(gram)) is not None]
        said = [known for word in words if (known := self._words.get(word.lower())) is not None]
        said += [self._rare[sign] for word in words if not word.isascii() for sign in self._rare.keys() & set(word.lower())]
        return self._table[rows].sum(axis=0, dtype=np.float64), np.sum(said, axis=0) if said else np.zeros(len(self.languages) + 1)

    def _grams(self, word: str) -> Iterable[str]:
        for part in word.split("'"):
            padded = f" {''.join(map(self._normal, part))} "
            for end in range(2, len(padded) + 1):
                yield padded[end - 1]
                yield padded[end - 2 : end]
                if end > 2:
                    yield padded[end - 3 : end]


def _words(text: str) -> list[str]:
    return [_calm(word) for word in NGram.normalize_vi(text[:LONGEST]).replace("’", "'").split()]


def _calm(word: str) -> str:
    """A shouted word in small letters; the profiles know few capitals."""
    return word.lower().replace("i̇", "i") if len(word) > 1 and word.isupper() else word


def _chances(languages: Sequence[str]) -> dict[str, list[float]]:
    """For each letter group, how often each language has it."""
    chances: dict[str, list[float]] = {}
    for column, language in enumerate(languages):
        profile = json.loads((Path(PROFILES_DIRECTORY) / language).read_text(encoding="utf-8"))
        for gram, count in profile["freq"].items():
            if not 1 <= len(gram) <= 3:
                continue
            chance = count / profile["n_words"][len(gram) - 1]
            for form, share in ((gram, 1.0), (_without_accents(gram), FOLDED)):
                if share == 1.0 or form != gram:
                    chances.setdefault(form, [0.0] * len(languages))[column] += share * chance
    return chances


def _without_accents(gram: str) -> str:
    # The profiles write every Vietnamese letter with two accents as this one, so it stands for no single letter.
    return gram if "\u1ec3" in gram or len(folded(gram)) != len(gram) else folded(gram)


def _evidence(languages: Sequence[str]) -> dict[str, Scores]:
    """For each small word, what it says for each language, and nothing for no language."""
    evidence: dict[str, Scores] = {}
    for table, weight in ((WORDS, WORD), (GREETINGS, GREETING)):
        for column, language in enumerate(languages):
            for word in table.get(language, "").split():
                for form in {word, folded(word)}:
                    known = evidence.setdefault(form, np.zeros(len(languages) + 1))
                    known[column] = max(known[column], weight)
    return evidence


def _rare(languages: Sequence[str]) -> dict[str, Scores]:
    """For each letter that only one language writes, what it says for that one, and nothing for no language."""
    return {
        sign: np.array([*(RARE_LETTER * (language == owner) for language in languages), 0.0])
        for owner, signs in RARE_LETTERS.items()
        if owner in languages
        for sign in signs
    }
