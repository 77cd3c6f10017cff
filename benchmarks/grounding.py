"""How well the checks tell drafts that their passages support from those that say something else.

    python -m benchmarks.grounding --data DIR

DIR holds `begin_grounding/*.tsv` (`knowledge`, `response`, `begin_label`) and `xquad/` (see made_answers.py). AUROC: how often a
supported answer scores higher than one that is not.
"""

import argparse
import asyncio
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.made_answers import LANGUAGES, Made, made
from bot.checks import grounding
from bot.checks.grounding import Ground, Near
from bot.knowledge.embedding import Embedder, UseEmbedder
from bot.knowledge.sentences import sentences

LEAST, MOST = 0.1, 0.45
"""The cosines between which a likeness grows from 0 to 1."""


def auroc(yes: Sequence[float], no: Sequence[float]) -> float:
    """The chance that one of the first scores higher than one of the second."""
    return sum((a > b) + 0.5 * (a == b) for a in yes for b in no) / max(1, len(yes) * len(no))


def begin(folder: Path) -> None:
    """Replies of other systems to what other people said, in English."""
    rows = []
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    scores = [grounding.score(row["response"], "en", [Ground(row["knowledge"], "en")]) for row in rows]
    supported = [row["begin_label"].startswith("Fully") for row in rows]
    generic = [row["begin_label"] == "Generic" for row in rows]
    yes = [value for value, right in zip(scores, supported, strict=True) if right]
    for name, no in (
        ("against the unsupported", [v for v, right, plain in zip(scores, supported, generic, strict=True) if not right and not plain]),
        ("against all others", [v for v, right in zip(scores, supported, strict=True) if not right]),
    ):
        print(f"BEGIN, {len(rows)} replies, {name}: AUROC {auroc(yes, no):.3f}")


async def near(embedder: Embedder, answer: Made) -> Near:
    """The passage's sentence that is nearest to the answer."""
    source = [answer.passage[start:end] for start, end in sentences(answer.passage)]
    cosines = (await embedder.passages(source)) @ (await embedder.passages([answer.text]))[0]
    like = float(np.clip((cosines.max() - LEAST) / (MOST - LEAST), 0, 1))
    return Near(Ground(source[int(cosines.argmax())], "en"), like)


async def ours(folder: Path) -> None:
    """Answers in six languages over English passages, a third of them spoiled."""
    embedder = UseEmbedder()
    await embedder.load()
    answers = made(folder)
    scores, strange, elsewhere, turned = [], [], [], []
    for answer in answers:
        grounds, nearest = [Ground(answer.passage, "en")], await near(embedder, answer)
        scores.append(grounding.score(answer.text, answer.language, grounds, nearest))
        strange.append(bool(grounding.strange_figures(answer.text, answer.language, grounds)))
        elsewhere.append(bool(grounding.strange_figures(answer.text, answer.language, [nearest.sentence])))
        turned.append(grounding.turned(answer.text, answer.language, nearest.sentence))
    await embedder.close()
    _print(answers, scores, {"a strange figure": strange, "not in its sentence": elsewhere, "a negation turned": turned})


def _print(answers: Sequence[Made], scores: Sequence[float], seen: Mapping[str, Sequence[bool]]) -> None:
    good = [value for value, answer in zip(scores, answers, strict=True) if not answer.spoiled]
    bad = [value for value, answer in zip(scores, answers, strict=True) if answer.spoiled]
    print(f"\nours, {len(answers)} answers, {len(bad)} spoiled: AUROC {auroc(good, bad):.3f}")
    for language in LANGUAGES:
        pairs = [(value, answer.spoiled) for value, answer in zip(scores, answers, strict=True) if answer.language == language]
        print(f"  {language}: {auroc([v for v, spoiled in pairs if not spoiled], [v for v, spoiled in pairs if spoiled]):.3f}")
    for kind in ("figure", "figure moved", "negation", "name", ""):
        own = [at for at, answer in enumerate(answers) if answer.spoiled == kind]
        told = "   ".join(f"{name} in {sum(values[at] for at in own):>3}" for name, values in seen.items())
        print(f"  {kind or 'good ones':14}{len(own):>4}   {told}")


def main() -> None:
    """Print both tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    folder = options.parse_args().data
    begin(folder / "begin_grounding")
    asyncio.run(ours(folder / "xquad"))


if __name__ == "__main__":
    main()
