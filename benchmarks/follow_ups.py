"""How much the question before should count for a follow-up ("and to Austria?"): prints, for several weights, how often the
right page of the sample shop is first and among the first three. The last rows of follow_ups.jsonl change the subject: they
show what leaning on the thread costs. A question that finds its answer alone is never joined to the one before.
Run: python -m benchmarks.follow_ups [--cache DIR]
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

import bot
from benchmarks.material import embedders, rows
from bot.knowledge import Indexer, Knowledge, search
from bot.store.database import Database
from bot.store.passages import PassageStore

WEIGHTS = (0.0, 0.3, 0.5, 0.7, 1.0, 1.5)
SHOP = Path(bot.__file__).parent / "sample_shop"


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, help="keep embeddings here for the next run")
    models = embedders(parser.parse_args().cache)
    asked = rows(Path(__file__).with_suffix(".jsonl"))
    with tempfile.TemporaryDirectory() as name:
        database = Database(f"sqlite:///{name}/index.db")
        await database.migrate()
        store = PassageStore(database)
        await asyncio.gather(*(model.load() for model in models))
        await Indexer(store, models, lambda _text: "en", SHOP).index([str(SHOP)])
        knowledge = Knowledge(store, models)
        await knowledge.load()
        print(f"{'weight':<8}{'n':>4}{'R@1':>6}{'R@3':>6}")
        for weight in WEIGHTS:
            search.CONTEXT = weight
            ranks = [await rank(knowledge, row["question"], row["lang"], row["before"], row["article"]) for row in asked]
            shipped = "  (as shipped)" if weight == SHIPPED else ""
            print(f"{weight:<8}{len(ranks):>4}{sum(at < 1 for at in ranks):>6}{sum(at < 3 for at in ranks):>6}{shipped}")
        await database.close()
    await asyncio.gather(*(model.close() for model in models))


async def rank(knowledge: Knowledge, question: str, language: str, before: str, article: str) -> int:
    """The place of the right page, from 0."""
    found = await knowledge.search(question, language, 5, before)
    pages = list(dict.fromkeys(Path(passage.document).stem for passage in found.passages))
    return pages.index(article) if article in pages else 99


SHIPPED = search.CONTEXT

if __name__ == "__main__":
    asyncio.run(main())
