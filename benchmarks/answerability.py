"""How well the desk knows that its documents do not answer, by language; with --fit, the numbers of bot/knowledge/answerable.py anew.

    python -m benchmarks.answerability --data DIR [--cache DIR] [--fit]

DIR as in benchmarks.retrieval; of parallel passages those with `half` "B" stay out of the index, so that their questions have no answer.
AUROC: how often an answerable question gets the higher figure. Refused: how many of the others lie below 90 % of them.
--fit also takes the questions over the sample shop (tests/shop), and shows each language judged by what the others taught.
"""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.asked import Asked, ask, folders, name, rows, written
from bot.config import SAMPLE_SHOP
from bot.knowledge.answerable import E5, USE, features

SHOP = Path(__file__).parent.parent / "tests" / "shop" / "questions.jsonl"
SHOPS_WEIGH = 10
"""A shop's question counts as so many of the encyclopedia's, which are fifty times as many and not about shops."""


async def parallel(folder: Path, cache: Path | None) -> list[Asked]:
    """Half of the passages are there."""
    there = [row for row in rows(folder / "passages.en.jsonl") if row["half"] == "A"]
    questions = [(row, frozenset({name("en", row["passage"])} if row["half"] == "A" else ())) for row in rows(folder / "questions.jsonl")]
    return await ask(written(there, "en"), questions, cache)


async def articles(folder: Path, cache: Path | None) -> list[Asked]:
    """A shop's articles; some questions are about none."""
    documents = {f"{row['id']}.md": f"# {row['title']}\n\n{row['text']}\n" for row in rows(folder / "kb.jsonl")}
    questions = [(row, frozenset({f"{row['article']}.md"} if row["article"] else ())) for row in rows(folder / "questions.jsonl")]
    return await ask(documents, questions, cache)


async def sample_shop(cache: Path | None) -> list[Asked]:
    """Our own questions over the sample shop."""
    documents = {path.name: path.read_text(encoding="utf-8") for path in SAMPLE_SHOP.glob("*.md")}
    questions = [(row, frozenset({f"{row['article']}.md"} if row["article"] else ())) for row in rows(SHOP)]
    return await ask(documents, questions, cache)


def table(title: str, asked: Sequence[Asked], threshold: float) -> None:
    """Per language, and all together."""
    print(f"{title:<22}{'AUROC':>7}{'refused':>9}{f'kept at {threshold}':>14}{'wrongly':>9}{'Brier':>7}")
    for language in [*sorted({one.language for one in asked}), "all"]:
        own = [one for one in asked if language in (one.language, "all")]
        figures, right = np.array([one.found.answerable for one in own]), np.array([bool(one.right) for one in own])
        if right.any() and not right.all():
            kept, wrongly = (figures[right] >= threshold).mean(), (figures[~right] >= threshold).mean()
            brier = float(((figures - right) ** 2).mean())
            refused = (figures[~right] < np.quantile(figures[right], 0.1)).mean()
            row = f"{auroc(figures, right):>7.3f}{100 * refused:>9.0f}{100 * kept:>14.0f}{100 * wrongly:>9.0f}{brier:>7.3f}"
            print(f"  {language:<20}{row}")


def auroc(figures: np.ndarray, right: np.ndarray) -> float:
    """The chance that an answerable question has the higher figure."""
    yes, no = figures[right], figures[~right]
    return float((yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean())


def fit(sets: Sequence[tuple[Sequence[Asked], int]]) -> None:
    """Logistic regression on best and average cosines, for each set of embedders."""
    for names in ((E5, USE), (E5,), (USE,)):
        rows_of = [(one, weight) for asked, weight in sets for one in asked if _measured(one, names)]
        values = np.array([features(one.found.measured, names) for one, _ in rows_of if one.found.measured])
        right = np.array([bool(one.right) for one, _ in rows_of])
        weights = np.array([weight for _, weight in rows_of], dtype=float)
        languages = np.array([one.language for one, _ in rows_of])
        print(names, "->", ", ".join(f"{number:.1f}" for number in _logistic(values, right, weights)))
        for language in sorted(set(languages)):
            own = languages == language
            if 20 < own.sum() < len(own) and right[own].any() and not right[own].all():
                *slopes, rest = _logistic(values[~own], right[~own], weights[~own])
                print(f"  {language}, judged by the others: AUROC {auroc(values[own] @ np.array(slopes) + rest, right[own]):.3f}")


def _measured(one: Asked, names: tuple[str, ...]) -> bool:
    return one.found.measured is not None and all(name in one.found.measured.likeness for name in names)


def _logistic(values: np.ndarray, right: np.ndarray, weights: np.ndarray) -> list[float]:
    """Newton's steps, a little drawn to zero; the slopes, and the rest."""
    mean, spread = values.mean(axis=0), values.std(axis=0)
    x = np.c_[(values - mean) / spread, np.ones(len(values))]
    found = np.zeros(x.shape[1])
    pull = np.diag([*np.full(values.shape[1], 1e-4 * weights.sum()), 0.0])
    for _ in range(60):
        chance = 1 / (1 + np.exp(-x @ found))
        slope = x.T @ (weights * (chance - right)) + pull @ found
        found -= np.linalg.solve((x * (weights * chance * (1 - chance))[:, None]).T @ x + pull, slope)
    slopes = found[:-1] / spread
    return [*map(float, slopes), float(found[-1] - (slopes * mean).sum())]


async def main() -> None:
    """Print the tables, and the fit if it is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="a folder for embeddings, so that a second run is quick")
    parser.add_argument("--threshold", type=float, default=0.35)
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    sets = []
    for folder in folders(given.data, "kb.jsonl"):
        sets.append((folder.name, await articles(folder, given.cache), SHOPS_WEIGH))
    sets.append(("sample shop", await sample_shop(given.cache), SHOPS_WEIGH))
    for folder in folders(given.data, "passages.en.jsonl"):
        sets.append((f"{folder.name}, half", await parallel(folder, given.cache), 1))
    for title, asked, _ in sets:
        table(title, asked, given.threshold)
    if given.fit:
        fit([(asked, weight) for _, asked, weight in sets])


if __name__ == "__main__":
    asyncio.run(main())
