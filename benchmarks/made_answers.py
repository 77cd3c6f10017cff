"""300 answers in six languages over English passages, a third of them spoiled.

Made from XQuAD, whose passages are translated sentence by sentence; nobody judged them by hand. An answer is one sentence of the
passage in its own language, and what it cites is the English passage. For Russian there are no passages, so an answer there is
a question with its short answer behind it. Everything is drawn with one seed: the same data gives the same answers.

- `figure`: another number, which the passage does not hold. `figure moved`: another number of the same passage.
- `negation`: taken out where there is one, else put before or after the first verb of a short list.
- `name`: a name that some question asks for, exchanged for such a name of another article.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.knowledge.sentences import sentences

LANGUAGES = ("en", "de", "es", "ru", "zh", "ar")
COUNTS = {"figure": 17, "negation": 17, "name": 16}
SEED = 20261125
_FIGURE = re.compile(r"(?<![\d.,\w])\d+(?:[.,]\d+)*(?![\d\w])")
_TAKEN_OUT = {"en": " not ", "de": " nicht ", "es": " no ", "ru": " не ", "zh": "不", "ar": " لا "}
_PUT_IN = {
    "en": (r"\b(is|are|was|were|can|could|has|have|had|will|would|did|does|may)\b", r"\1 not"),
    "de": (r"\b(ist|sind|war|waren|wurde|wurden|hat|hatte|hatten|haben|kann|können|konnte|wird|werden)\b", r"\1 nicht"),
    "es": (r"\b(es|son|fue|fueron|era|eran|está|ha|han|había|puede|pueden|tiene|tienen|se)\b", r"no \1"),
    "ru": (r"\b(был|была|было|были|является|являются|может|могут|\w{3,}(?:ала|али|ило|или|ился|илась|ует|уют|яет|яют))\b", r"не \1"),
    "zh": (r"(是|会|可以|能|在|被|为)", r"不\1"),
    "ar": (r"\b(كان|كانت|يمكن|هو|هي|تم|يكون)\b", r"لا \1"),
}


@dataclass(frozen=True, slots=True)
class Made:
    """One answer, the English passage that it cites, and what was done to it: "" for a good one."""

    language: str
    text: str
    passage: str
    spoiled: str


def made(folder: Path) -> list[Made]:
    """The 300, from a folder with `passages.<language>.jsonl` and `questions.jsonl`."""
    draw = random.Random(SEED)
    english = {row["id"]: row["text"] for row in _rows(folder / "passages.en.jsonl")}
    names = _names(folder)
    found: list[Made] = []
    for language in LANGUAGES:
        statements = list(_statements(folder, language))
        draw.shuffle(statements)
        used: set[str] = set()
        for kind, count in COUNTS.items():
            found += _of_one_kind(language, kind, count, statements, used, english, names[language], draw)
    return found


def _of_one_kind(
    language: str,
    kind: str,
    count: int,
    statements: Sequence[tuple[str, str]],
    used: set[str],
    english: Mapping[str, str],
    names: Mapping[str, set[str]],
    draw: random.Random,
) -> Iterator[Made]:
    """Only sentences that could be spoiled in this way; every third one is."""
    taken = 0
    for place, text in statements:
        moved = kind == "figure" and taken % 2 == 0
        spoiled = _spoiled(language, kind, moved, text, english[place], place.partition("#")[0], names, draw)
        if taken == count or text in used or not spoiled or spoiled == text:
            continue
        used.add(text)
        what = "figure moved" if moved else kind
        yield Made(language, spoiled, english[place], what) if taken % 3 == 1 else Made(language, text, english[place], "")
        taken += 1


def _spoiled(
    language: str, kind: str, moved: bool, text: str, passage: str, article: str, names: Mapping[str, set[str]], draw: random.Random
) -> str:
    if kind == "figure":
        return _other_figure(text, passage, moved, draw)
    if kind == "name":
        return _other_name(text, article, names, draw)
    if _TAKEN_OUT[language] in text:
        return text.replace(_TAKEN_OUT[language], " " if " " in _TAKEN_OUT[language] else "", 1)
    pattern, negated = _PUT_IN[language]
    return re.sub(pattern, negated, text, count=1)


def _other_figure(text: str, passage: str, moved: bool, draw: random.Random) -> str:
    figures = _FIGURE.findall(text)
    if not figures:
        return ""
    figure = draw.choice(figures)
    if moved:
        others = [other for other in _FIGURE.findall(passage) if other not in text]
        return text.replace(figure, draw.choice(others), 1) if others else ""
    whole = re.sub(r"\D", "", figure)
    while (other := str(int(whole) + draw.randint(1, max(9, int(whole) // 3)))) in re.sub(r"[.,]", "", passage):
        pass
    return text.replace(figure, other, 1)


def _other_name(text: str, article: str, names: Mapping[str, set[str]], draw: random.Random) -> str:
    own = sorted(name for name in names.get(article, ()) if name in text)
    if not own:
        return ""
    others = sorted(name for other, held in names.items() if other != article for name in held if name not in text)
    return text.replace(draw.choice(own), draw.choice(others), 1)


def _names(folder: Path) -> dict[str, dict[str, set[str]]]:
    """By language and article: the short answers that are names, to judge by the English ones."""
    found: dict[str, dict[str, set[str]]] = {language: {} for language in LANGUAGES}
    for row in _rows(folder / "questions.jsonl"):
        words = row["answer_en"].split()
        named = all(word[:1].isupper() for word in words) and row["answer_en"].replace(" ", "").isalpha() and len(words) <= 3
        if row["lang"] in found and named:
            found[row["lang"]].setdefault(row["passage"].partition("#")[0], set()).add(row["answer"].strip(" .,"))
    return found


def _statements(folder: Path, language: str) -> Iterator[tuple[str, str]]:
    """(passage, one sentence that it says)"""
    if language == "ru":
        for row in _rows(folder / "questions.jsonl"):
            if row["lang"] == "ru":
                yield row["passage"], f"{row['question']} {row['answer']}."
        return
    shortest, longest = (15, 100) if language == "zh" else (40, 260)
    for row in _rows(folder / f"passages.{language}.jsonl"):
        for start, end in sentences(row["text"]):
            if shortest <= end - start <= longest:
                yield row["id"], row["text"][start:end].replace("\ufeff", "")


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
