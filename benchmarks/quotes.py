"""How good the answers without a model are: whether the stand-in quotes the right page and the words that answer, how long its
quotes are, and what they cost. Prints a table by language.

The sample shop is asked what `quotes.jsonl` holds: needs, each in one or two wordings in ten languages, and the words that a quote
must hold one of; needs without a page are near the shop's subject and have no answer. The `kept` ones are for the last look: develop
with the others. With --data DIR also data sets of bare passages whose questions tell the answer (XQuAD): there a quote must hold it.
Run: python -m benchmarks.quotes [--part develop|second|kept] [--data DIR] [--sample 60] [--cache DIR] [--timed 40] [--wrong]
"""

import argparse
import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from benchmarks.material import Row, ask, data_sets, embedders, files, rows, sampled
from bot.answering import Manner
from bot.config import SAMPLE_SHOP
from bot.knowledge import Embedder, Extract, Found, Quote, embedded
from bot.knowledge.embedding import single_threaded

NEEDS = Path(__file__).with_name("quotes.jsonl")


@dataclass(frozen=True, slots=True)
class Quoted:
    """A question, what was found, what was quoted, and what a quote must hold one of, by page ({}: there is no answer)."""

    language: str
    question: str
    found: Found
    quote: Quote
    wanted: Mapping[str, Sequence[str]]

    @property
    def page(self) -> bool:
        """Whether the right page is quoted."""
        return Path(self.quote.passage.document).stem in self.wanted

    @property
    def sentence(self) -> bool:
        """Whether its words that answer are."""
        words = self.wanted.get(Path(self.quote.passage.document).stem, ())
        return any(word in self.quote.text for word in words)

    @property
    def passage(self) -> bool:
        """Whether the words that answer stand in a passage that was found."""
        return any(word in one.text for one in self.found.passages for word in self.wanted.get(Path(one.document).stem, ()))

    @property
    def answered(self) -> bool:
        """Whether the desk would quote at all."""
        return self.found.answerable >= Manner(shop="").threshold


async def quoted(
    texts: Mapping[str, str], asked: Sequence[tuple[Row, Mapping[str, Sequence[str]]]], models: Sequence[Embedder]
) -> list[Quoted]:
    """Every question, answered as without a model."""
    found = await ask(texts, [(row, frozenset(wanted)) for row, wanted in asked], models, lead=True)
    extract = Extract(models)
    return [
        Quoted(row["lang"], row["question"], one.found, await extract.quote(row["question"], one.found), wanted)
        for one, (row, wanted) in zip(found, asked, strict=True)
    ]


def sample_shop(part: str) -> tuple[dict[str, str], list[tuple[Row, Mapping[str, Sequence[str]]]]]:
    """The sample shop's pages by address, and the questions of one part ("" = all)."""
    needs = [need for need in rows(NEEDS) if part in ("", need["part"])]
    asked: list[tuple[Row, Mapping[str, Sequence[str]]]] = [
        ({"qid": need["need"], "lang": language, "question": question}, need["pages"])
        for need in needs
        for language, questions in need["questions"].items()
        for question in questions
    ]
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(SAMPLE_SHOP.glob("*.md"))}, asked


def shown(title: str, all_quoted: Sequence[Quoted]) -> None:
    """A row for each language. "held": the words that answer stand in a passage that was found; "answered": above the threshold."""
    print(
        f"{title:<22}{'n':>5}{'page %':>8}{'held %':>8}{'sentence %':>12}{'signs':>7}{'answered %':>12}{'no answer':>11}{'answered %':>12}"
    )
    languages = sorted({one.language for one in all_quoted})
    for language in [*languages, "all"]:
        own = [one for one in all_quoted if language in (one.language, "all")]
        with_answer, without = [one for one in own if one.wanted], [one for one in own if not one.wanted]
        shares = [_percent([getattr(one, name) for one in with_answer]) for name in ("page", "passage", "sentence", "answered")]
        signs = mean(len(one.quote.text) for one in with_answer)
        line = f"  {language:<20}{len(with_answer):>5}{shares[0]:>8.1f}{shares[1]:>8.1f}{shares[2]:>12.1f}{signs:>7.0f}{shares[3]:>12.1f}"
        print(line + (f"{len(without):>11}{_percent([one.answered for one in without]):>12.1f}" if without else ""))


def _percent(marks: Sequence[bool]) -> float:
    return 100 * mean(marks)


def wrong(all_quoted: Sequence[Quoted]) -> None:
    """Every question whose quote does not answer it."""
    for one in all_quoted:
        if one.wanted and not one.sentence:
            print(f"  {one.language} {one.question}  ->  {one.quote.passage.document}: {' '.join(one.quote.text.split())}")


async def timed(texts: Mapping[str, str], asked: Sequence[tuple[Row, Mapping[str, Sequence[str]]]], times: int) -> None:
    """What the choice of the sentences costs, the search apart: for `times` different questions, and for the same ones again."""
    models = embedded()
    step = max(1, len(asked) // times)
    chosen = [row for row, _ in asked[::step]][:times]
    found = [one.found for one in await ask(texts, [(row, frozenset()) for row in chosen], models, lead=True)]
    single_threaded()
    extract = Extract(models)
    await extract.quote(chosen[0]["question"], found[0])
    for name in ("the first time", "again"):
        spent = []
        for row, one in zip(chosen[1:], found[1:], strict=True):
            began = time.perf_counter(), time.process_time()
            await extract.quote(row["question"], one)
            spent.append((1000 * (time.perf_counter() - began[0]), 1000 * (time.process_time() - began[1])))
        print(f"{len(spent)} quotes, {name}: {mean(wall for wall, _ in spent):.0f} ms, {mean(cpu for _, cpu in spent):.0f} ms CPU each")
    await asyncio.gather(*(model.close() for model in models))


async def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default="", choices=["", "develop", "second", "kept"])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--sample", type=int, default=60, help="questions a language; 0 = all")
    parser.add_argument("--cache", type=Path, help="keep embeddings here for the next run")
    parser.add_argument("--timed", type=int, default=40, help="questions whose quotes are timed; 0 = none")
    parser.add_argument("--wrong", action="store_true", help="print the quotes that do not answer")
    given = parser.parse_args()
    models = embedders(given.cache)
    texts, asked = sample_shop(given.part)
    answers = await quoted(texts, asked, models)
    shown(f"sample shop {given.part}", answers)
    if given.wrong:
        wrong(answers)
    for data in data_sets(given.data) if given.data else ():
        if not data.titled:
            own = [(row, {f"en~{row['passage']}": [row["answer_en"]]}) for row in sampled(data.questions, given.sample)]
            shown(data.name, await quoted(files(data.texts["en"], "en"), own, models))
    await asyncio.gather(*(model.close() for model in models))
    if given.timed:
        await timed(texts, asked, given.timed)


if __name__ == "__main__":
    asyncio.run(main())
