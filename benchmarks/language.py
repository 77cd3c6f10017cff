"""How often the language is right: whole sentences, their first 30 and 15 characters, with and without accents, and in threads.

    .venv/bin/python -m benchmarks.language --data DIR [--languages "en de fr"]

DIR holds `sentences.tsv` with the columns `lang` (like `deu_Latn`) and `text`, as in SIB-200.
The cost is given beside langdetect's own way, limited to the same languages.
"""

import argparse
import csv
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from bot.language.cleaning import folded
from bot.language.detection import Detector
from bot.language.phrases import LANGUAGES
from bot.language.policy import choose

CODES = {
    "eng_Latn": "en", "deu_Latn": "de", "spa_Latn": "es", "fra_Latn": "fr", "ita_Latn": "it", "por_Latn": "pt", "nld_Latn": "nl",
    "pol_Latn": "pl", "tur_Latn": "tr", "rus_Cyrl": "ru", "arb_Arab": "ar", "zho_Hans": "zh", "zho_Hant": "zh", "jpn_Jpan": "ja",
    "kor_Hang": "ko", "hin_Deva": "hi", "vie_Latn": "vi", "dan_Latn": "da", "swe_Latn": "sv", "fin_Latn": "fi", "ces_Latn": "cs",
    "ron_Latn": "ro", "hun_Latn": "hu", "ell_Grek": "el", "ukr_Cyrl": "uk", "heb_Hebr": "he", "tha_Thai": "th", "ind_Latn": "id",
}  # fmt: skip
Sentences = list[tuple[str, str]]
CUTS: dict[str, Callable[[str], str]] = {
    "whole": lambda text: text,
    "30": lambda text: text[:30],
    "15": lambda text: text[:15],
    "30 plain": lambda text: folded(text.lower())[:30],
}


def main() -> None:
    """Read the sentences, print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--languages", default=" ".join(LANGUAGES))
    chosen = options.parse_args()
    languages = chosen.languages.split()
    sentences = read(chosen.data / "sentences.tsv", languages)
    started = time.process_time()
    detector = Detector(languages)
    detector.load()
    print(f"{len(sentences)} sentences, {len(languages)} languages, loaded in {time.process_time() - started:.2f} s CPU\n")
    accuracy(sentences, languages, detector)
    sureness(sentences, detector)
    threads(sentences, languages, detector)
    cost(sentences, languages, detector)


def read(path: Path, languages: list[str]) -> Sentences:
    """The sentences in the languages asked for, as (language, text)."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(CODES[row["lang"]], row["text"]) for row in rows if CODES.get(row["lang"]) in languages]


def accuracy(sentences: Sentences, languages: list[str], detector: Detector) -> None:
    """Per language, without any prior."""
    print("% right   " + "".join(f"{name:>10}" for name in CUTS))
    means = dict.fromkeys(CUTS, 0.0)
    for language in languages:
        own = [text for spoken, text in sentences if spoken == language]
        right = {name: share(detector.detect(cut(text)).language == language for text in own) for name, cut in CUTS.items()}
        means = {name: means[name] + right[name] / len(languages) for name in CUTS}
        print(f"{language:10}" + "".join(f"{value:10.1f}" for value in right.values()))
    print("mean      " + "".join(f"{value:10.1f}" for value in means.values()) + "\n")


def sureness(sentences: Sentences, detector: Detector) -> None:
    """How often the detector is sure (at least .7), and right when it is."""
    for name, cut in CUTS.items():
        found = [(language, detector.detect(cut(text))) for language, text in sentences]
        sure = [language == detection.language for language, detection in found if detection.confidence >= 0.7]
        print(f"sure, {name:9}{100 * len(sure) / len(found):6.1f} %, right then {share(sure):6.1f} %")
    print()


def threads(sentences: Sentences, languages: list[str], detector: Detector) -> None:
    """With what is known of the thread: does it stay, and does it follow a change of language?"""
    draw = random.Random(1)
    for name, cut in CUTS.items():
        stays = share(choose(cut(text), detector, language, "", "en").language == language for language, text in sentences)
        others = [(language, text, draw.choice([other for other in languages if other != language])) for language, text in sentences]
        turns = share(choose(cut(text), detector, other, "", "en").language == language for language, text, other in others)
        far = share(choose(cut(text), detector, other, other, "en").language == language for language, text, other in others)
        first = share(choose(cut(text), detector, "", language, "en").language == language for language, text in sentences)
        print(f"{name:9} first turn with locale {first:5.1f}, thread stays {stays:5.1f}, turns {turns:5.1f}, against the locale {far:5.1f}")
    print()


def cost(sentences: Sentences, languages: list[str], detector: Detector) -> None:
    """Microseconds of CPU per sentence, beside langdetect's own."""
    factory = DetectorFactory()
    factory.set_seed(0)
    main = [language for language in languages if language not in ("zh", "yue")] + ["zh-cn"] * ("zh" in languages)
    factory.load_json_profile([(Path(PROFILES_DIRECTORY) / language).read_text(encoding="utf-8") for language in main])
    texts = [text[:60] for _, text in sentences][::4]

    def theirs(text: str) -> None:
        asked = factory.create()
        asked.append(text)
        asked.get_probabilities()

    ours, base = microseconds(detector.detect, texts), microseconds(theirs, texts)
    whole = microseconds(lambda text: choose(text, detector, "en", "", "en"), texts)
    print(
        f"60 characters: detect {ours:.0f} us, choose {whole:.0f} us, langdetect's own way {base:.0f} us ({base / ours:.1f} times detect)"
    )


def microseconds(ask: Callable[[str], object], texts: list[str]) -> float:
    """CPU time per text."""
    started = time.process_time()
    for text in texts:
        ask(text)
    return (time.process_time() - started) / len(texts) * 1e6


def share(right: Iterable[bool]) -> float:
    """Percent of what is true."""
    each = list(right)
    return 100 * sum(each) / max(len(each), 1)


if __name__ == "__main__":
    main()
