"""How often the language is right: whole sentences, their first 30 and 15 characters, with and without accents; in threads; by chat lines;
where the shop does not serve it; and what all this costs.

    .venv/bin/python -m benchmarks.language --data DIR [--languages "en de fr"]

DIR is a folder with `sentences.tsv` (columns `lang`, like `deu_Latn`, and `text`, as in SIB-200), or the folder around
it (`sib200_langid`). The chat lines are our own (chat_lines.py). Without --languages: all in which we have sentences.
The cost is given beside langdetect's own way, limited to the same languages.
"""

import argparse
import csv
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

from benchmarks.chat_lines import FIRST_FULL_SENTENCES, ONE_LINERS, TURNS_NOTHING
from bot.language.cleaning import folded
from bot.language.detection import Detector
from bot.language.phrases import LANGUAGES, TRANSLATED
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
    options.add_argument("--languages", default=" ".join(TRANSLATED))
    chosen = options.parse_args()
    languages = chosen.languages.split()
    everything = read(chosen.data, list(TRANSLATED))
    sentences = [(language, text) for language, text in everything if language in languages]
    detector = load(languages)
    print(f"{len(sentences)} sentences, {len(languages)} languages\n")
    accuracy(sentences, languages, detector)
    sureness(sentences, detector)
    threads(sentences, languages, detector)
    chat_lines(languages, detector)
    not_served(everything, languages)
    cost(sentences, languages, detector)


def load(languages: list[str]) -> Detector:
    """A detector that is ready; what loading costs is printed, imports included when it is the first."""
    before, started = memory(), time.process_time()
    detector = Detector(languages)
    detector.load()
    print(f"loading: {time.process_time() - started:.2f} s CPU, {memory() - before:.0f} MB with numpy and langdetect")
    return detector


def memory() -> float:
    """What this process holds, in MB; 0 where the system does not say."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def read(folder: Path, languages: list[str]) -> Sentences:
    """The sentences in the languages asked for, as (language, text)."""
    path = folder / "sentences.tsv"
    if not path.exists():
        path = folder / "sib200_langid" / "sentences.tsv"
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


def chat_lines(languages: list[str], detector: Detector) -> None:
    """One-liners with what is known of the thread, what must turn no thread, and a change of language."""
    lines = [(language, line) for language in languages for line in ONE_LINERS.get(language, "").split("|") if line]
    known = share(
        choose(line, detector, thread, locale, "en").language == language
        for language, line in lines
        for thread, locale in ((language, ""), ("", language))
    )
    alone = share(choose(line, detector, "", "", "en").language == language for language, line in lines)
    print(f"one-liners: {len(lines)}; right with thread or locale {known:.1f} %, with nothing known {alone:.1f} %")
    for kind, texts in TURNS_NOTHING.items():
        asked = [(line, thread, locale) for line in texts.split("|") for thread in languages for locale in ("", thread, "pt-BR")]
        turned = sum(choose(line, detector, thread, locale, "en").language != thread for line, thread, locale in asked)
        print(f"threads turned by {kind:10}{turned:5} of {len(asked)}")
    spoken = [language for language in languages if language in FIRST_FULL_SENTENCES]
    pairs = [(before, after) for before in spoken for after in spoken if before != after]
    followed = share(choose(FIRST_FULL_SENTENCES[after], detector, before, before, "en").language == after for before, after in pairs)
    print(f"a change of language followed at its first full sentence: {followed:.1f} % of {len(pairs)} changes\n")


def not_served(sentences: Sentences, languages: list[str]) -> None:
    """For shops that serve fewer languages: how often another one is known for what it is, and a served one taken for another."""
    cuts: dict[str, Callable[[str], str]] = {"whole": CUTS["whole"], "60": lambda text: text[:60], "30": CUTS["30"], "15": CUTS["15"]}
    print("not served: % told in their own language | served sentences taken for another language")
    for served in (["en", "de", "es"], ["ja", "ko", "zh"], list(LANGUAGES), list(dict.fromkeys(languages))):
        detector = Detector(served)
        for name, cut in cuts.items():
            seen = [(language, choose(cut(text), detector, "", "", served[0]).seen) for language, text in sentences]
            others = [language == found for language, found in seen if language not in served]
            told = f"{share(others):5.1f}" if others else "   - "
            mistaken = sum(bool(found) for language, found in seen if language in served)
            print(f"serves {len(served):2}, {name:6} {told} | {mistaken} of {len(seen) - len(others)}")
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
    longest = microseconds(lambda text: choose(text, detector, "en", "", "en"), [text for _, text in sentences][::4])
    whole = microseconds(lambda text: choose(text, detector, "en", "", "en"), texts)
    print(
        f"60 characters: detect {ours:.0f} us, choose {whole:.0f} us (whole sentences {longest:.0f}); "
        f"langdetect's own way {base:.0f} us ({base / ours:.1f} times detect)"
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
