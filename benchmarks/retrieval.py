"""Whether the right document is found across languages: prints R@1, R@3, R@5 for each data set in --data DIR.

DIR is a folder of data sets, or one of them (see benchmarks/material.py). Bare passages are asked in every language over the
English ones; then, for each further language of theirs, over a mixed pool: English complete, every second one also in the
asker's language, and only the questions whose answer stands in English alone. Articles are asked in their questions' languages.
Run: python -m benchmarks.retrieval --data DIR [--sample 60] [--cache DIR]   (questions a language; 0 = all)
With --pgvector URL, the address of an empty PostgreSQL with pgvector: everything once more, by its indexes, small as the pools are.
"""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from benchmarks.material import Asked, DataSet, ask, data_sets, embedders, files, sampled
from bot.knowledge import Embedder
from bot.store import neighbours
from bot.store.database import Database

Table = list[tuple[str, int, list[float]]]


def recalls(asked: Sequence[Asked]) -> Table:
    """R@1, R@3, R@5 in % for each language, over the questions that have an answer."""
    table = []
    for language in sorted({one.language for one in asked if one.right}):
        ranks = [one.rank for one in asked if one.language == language and one.right]
        table.append((language, len(ranks), [100 * sum(rank < at for rank in ranks) / len(ranks) for at in (1, 3, 5)]))
    return table


def shown(title: str, table: Table) -> None:
    """The table, and the mean over the languages that are not English."""
    print(f"{title:<20}{'n':>6}{'R@1':>8}{'R@3':>8}{'R@5':>8}")
    for language, count, row in table:
        print(f"  {language:<18}{count:>6}" + "".join(f"{value:>8.1f}" for value in row))
    others = [row for language, _, row in table if language != "en"]
    if len(others) > 1:
        print(f"  {'mean, not en':<24}" + "".join(f"{sum(column) / len(column):>8.1f}" for column in zip(*others, strict=True)))


async def passages(data: DataSet, sample: int, models: Sequence[Embedder], address: str) -> None:
    """Bare passages: the English pool, then the mixed ones."""
    questions = sampled(data.questions, sample)
    english = data.texts["en"]
    wanted = [(row, frozenset({f"en~{row['passage']}"})) for row in questions]
    shown(data.name, recalls(await ask(files(english, "en"), wanted, models, kept_in=address)))
    mixed: Table = []
    for language in sorted({row["lang"] for row in questions} & set(data.texts) - {"en"}):
        half = {row["id"] for row in data.texts[language][1::2]}
        pool = files(english, "en") | files(data.texts[language], language, half)
        only = [(row, right) for row, right in wanted if row["lang"] == language and row["passage"] not in half]
        mixed += recalls(await ask(pool, only, models, kept_in=address))
    if mixed:
        shown(f"{data.name}, mixed", mixed)


async def articles(data: DataSet, models: Sequence[Embedder], address: str) -> None:
    """Titled articles."""
    questions = [(row, frozenset({row["article"]})) for row in data.questions if row["article"]]
    shown(data.name, recalls(await ask(files(data.texts[""], ""), questions, models, kept_in=address)))


async def by_index(address: str) -> str:
    """The same database, migrated; from now on every shop is large, and no table so small that it is read from end to end."""
    neighbours.LARGE = neighbours.MANY = 1
    database = Database(f"{address}?options=-c%20enable_seqscan%3Doff%20-c%20enable_sort%3Doff")
    await database.migrate()
    await database.close()
    return database.url.render_as_string(hide_password=False)


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--cache", type=Path, help="keep embeddings here for the next run")
    parser.add_argument("--pgvector", default="", help="search once more by the indexes of this empty database")
    given = parser.parse_args()
    models = embedders(given.cache)
    for address in ("", *([await by_index(given.pgvector)] if given.pgvector else [])):
        for data in data_sets(given.data):
            await (articles(data, models, address) if data.titled else passages(data, given.sample, models, address))
    await asyncio.gather(*(model.close() for model in models))


if __name__ == "__main__":
    asyncio.run(main())
