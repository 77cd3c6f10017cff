"""Whether the desk knows when the shop has no answer: prints, for each data set in --data DIR, how well `answerable` tells
questions with an answer from others (AUROC), how many of the others are refused where 90 % of the answerable ones are kept,
and what the default threshold does. DIR as for benchmarks/retrieval.py.

Bare passages: only those of half A are indexed, so questions of half B have no answer. Articles: `article: null` has none.
--fit fits the curve of bot/knowledge/answerable.py anew to these data and prints its numbers, and how they do on passages
and languages that the fit has not seen. Nothing in it is random.
Run: python -m benchmarks.answerability --data DIR [--sample 60] [--cache DIR] [--fit]   (questions a language; 0 = all)
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from zlib import crc32

import numpy as np

from benchmarks.material import Asked, DataSet, Row, ask, data_sets, embedders, files, sampled
from bot.answering import Manner
from bot.knowledge import Embedder
from bot.knowledge.answerable import E5, USE, Features, Measured, features

FOLDS = 5
RIDGE = 0.003
"""How strongly the fitted numbers are drawn towards 0."""


def auroc(yes: Sequence[float], no: Sequence[float]) -> float:
    """How often a question with an answer is surer than one without."""
    sure, unsure = np.array(yes)[:, None], np.array(no)[None, :]
    return float(((sure > unsure) + 0.5 * (sure == unsure)).mean())


def refused(yes: Sequence[float], no: Sequence[float]) -> float:
    """The share of `no` below the threshold that keeps 90 % of `yes`."""
    return float((np.array(no) < np.sort(yes)[len(yes) // 10]).mean())


def shown(title: str, asked: Sequence[Asked], sure: Sequence[float]) -> None:
    """A row for each language and one for all; "off" is how far the probabilities are from what came true, in ten bins."""
    threshold = Manner(shop="").threshold
    print(f"{title:<26}{'n':>6}{'AUROC':>8}{'refused':>9}{f'kept at {threshold}':>14}{'wrongly':>9}{'off':>7}")
    languages = sorted({one.language for one in asked})
    for language in [*(languages if len(languages) > 1 else []), "all"]:
        own = [(value, bool(one.right)) for one, value in zip(asked, sure, strict=True) if language in (one.language, "all")]
        yes, no = ([value for value, answer in own if answer == wanted] for wanted in (True, False))
        if yes and no:
            kept, wrongly = (100 * sum(value >= threshold for value in values) / len(values) for values in (yes, no))
            figures = f"{auroc(yes, no):>8.3f}{100 * refused(yes, no):>9.0f}{kept:>14.0f}{wrongly:>9.0f}{off(own):>7.2f}"
            print(f"  {language:<24}{len(own):>6}{figures}")


def off(own: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for value, answer in own:
        bins.setdefault(min(9, int(10 * value)), []).append((value, answer))
    return sum(abs(sum(value for value, _ in one) - sum(answer for _, answer in one)) for one in bins.values()) / len(own)


async def asked_of(data: DataSet, sample: int, models: Sequence[Embedder]) -> list[tuple[str, list[Asked]]]:
    """Every question of a data set over the texts that are indexed; bare passages also within each language of theirs."""
    if data.titled:
        wanted = [(row, frozenset({row["article"]} if row["article"] else ())) for row in data.questions]
        return [(data.name, await ask(files(data.texts[""], ""), wanted, models))]
    questions = sampled(data.questions, sample)
    asked = [(data.name, await half_asked(data, "en", questions, models))]
    for language in sorted({row["lang"] for row in questions} & set(data.texts) - {"en"}):
        own = [row for row in questions if row["lang"] == language]
        asked.append((f"{data.name}, {language} pages", await half_asked(data, language, own, models)))
    return asked


async def half_asked(data: DataSet, language: str, questions: Sequence[Row], models: Sequence[Embedder]) -> list[Asked]:
    """Over half A of the passages in this language."""
    there = {row["id"] for row in data.texts[language] if row["half"] == "A"}
    wanted = [(row, frozenset({f"{language}~{row['passage']}"} if row["half"] == "A" else ())) for row in questions]
    return await ask(files(data.texts[language], language, there), wanted, models)


def fitted(rows: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method: a constant, and a number for each column."""
    spread = rows.std(axis=0) + 1e-9
    columns = np.c_[np.ones(len(rows)), rows / spread]
    ridge = np.diag([0.0, *[RIDGE * weights.sum()] * rows.shape[1]])
    numbers = np.zeros(columns.shape[1])
    for _ in range(50):
        sure = 1 / (1 + np.exp(-columns @ numbers))
        slope = columns.T @ (weights * (sure - answers)) + ridge @ numbers
        curve = (columns * (weights * sure * (1 - sure))[:, None]).T @ columns + ridge + 1e-9 * np.eye(len(numbers))
        numbers -= np.linalg.solve(curve, slope)
    return np.r_[numbers[0], numbers[1:] / spread]


@dataclass(frozen=True, slots=True)
class Case:
    """A question of a table, and what went into its probability."""

    table: str
    asked: Asked
    found: Features


def fit(tables: Sequence[tuple[str, list[Asked]]]) -> None:
    """For each curve: its numbers, and the tables of questions whose passage and whose language the fit has not seen."""
    measured = [(name, one, one.found.measured) for name, asked in tables for one in asked if one.found.measured]
    for models in ((E5,), (USE,), (E5, USE)):
        own = [Case(name, one, features(only(seen, models))) for name, one, seen in measured if told_by(seen, models)]
        if not own:
            continue
        names = list(own[0].found.values)
        rows, answers, weights = columns(own)
        numbers = ", ".join(
            f'"{name}": {value:.2f}' for name, value in zip(["constant", *names], fitted(rows, answers, weights), strict=True)
        )
        print(f'\n"{own[0].found.curve}": {{{numbers}}}')
        unseen = held_out(own, rows, answers, weights)
        for table in dict.fromkeys(case.table for case in own):
            chosen = [at for at, case in enumerate(own) if case.table == table]
            shown(f"{table}, held out", [own[at].asked for at in chosen], [float(unseen[at]) for at in chosen])


def told_by(measured: Measured, models: Sequence[str]) -> bool:
    """Whether these models' curve is for such a question. E5 stands alone for languages that USE does not know; how it
    does within one language can be seen in any."""
    return set(models) <= set(measured.cosines) and (models != (E5,) or measured.shared or USE not in measured.cosines)


def only(measured: Measured, models: Sequence[str]) -> Measured:
    """As if these models alone had been asked."""
    return replace(measured, cosines={name: measured.cosines[name] for name in models})


def columns(cases: Sequence[Case]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What goes in, what came true, and weights: a language with few questions counts for more than its number."""
    groups = [(case.table, case.asked.language) for case in cases]
    weights = np.array([(len(cases) / groups.count(group) / len(set(groups))) ** 0.5 for group in groups])
    rows = np.array([list(case.found.values.values()) for case in cases])
    return rows, np.array([bool(case.asked.right) for case in cases], dtype=float), weights


def held_out(cases: Sequence[Case], rows: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Each question's probability by a fit that saw neither its passage nor its language."""
    folds = np.array([crc32(case.asked.about.encode()) % FOLDS for case in cases])
    languages = np.array([case.asked.language for case in cases])
    unseen = np.zeros(len(cases))
    for fold, language in product(range(FOLDS), sorted(set(languages))):
        test, train = (folds == fold) & (languages == language), (folds != fold) & (languages != language)
        if test.any() and 0 < answers[train].mean() < 1:
            numbers = fitted(rows[train], answers[train], weights[train])
            unseen[test] = 1 / (1 + np.exp(-(numbers[0] + rows[test] @ numbers[1:])))
    return unseen


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--cache", type=Path, help="keep embeddings here for the next run")
    parser.add_argument("--fit", action="store_true", help="fit the curve anew, and check the fit on what it has not seen")
    given = parser.parse_args()
    models = embedders(given.cache)
    tables = [table for data in data_sets(given.data) for table in await asked_of(data, given.sample, models)]
    for name, asked in tables:
        shown(name, asked, [one.found.answerable for one in asked])
    if given.fit:
        fit(tables)
    await asyncio.gather(*(model.close() for model in models))


if __name__ == "__main__":
    asyncio.run(main())
