"""Which words of a page a customer gets to read where no model answers."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quotes import quoted as answered
from benchmarks.quotes import sample_shop
from bot.config import SAMPLE_SHOP
from bot.errors import ModelUnreachable
from bot.knowledge import Extract, Found, Passage, embedded
from bot.knowledge.extract import FEW
from bot.knowledge.kinds import MONEY, TIME, Kinds, held
from bot.knowledge.remembering import MOST, Remembering
from bot.knowledge.units import units
from tests.core.knowledge_shop import WordEmbedder

TABLE = "| You pay by | Money arrives |\n| --- | --- |\n| Card | after 3 days |\n| Gift card | at once |"


def shown(text: str, heading: str = "How", document: str = "a.md", score: float = 3.0) -> Passage:
    return Passage(document, "Title", "", "en", heading, text, score)


async def quoted(question: str, *passages: Passage, embedders: Sequence[WordEmbedder] | None = None) -> str:
    models = [WordEmbedder()] if embedders is None else embedders
    found = Found(passages, 0.9, {model.name: await model.question(question) for model in models})
    quote = await Extract(models).quote(question, found)
    assert quote.text in quote.passage.text
    assert quote == await Extract(models).quote(question, found)
    return quote.text


async def test_a_quote_is_word_for_word_and_ends_where_its_sentences_end() -> None:
    page = shown("Bring it. You can return it for 30 days, e.g. by post. Ask us.")
    other = shown("Shipping takes 3 days.", document="b.md", score=1.0)
    assert "You can return it for 30 days, e.g. by post." in await quoted("How long can I return it?", page, other)


async def test_a_quote_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing was found"):
        await Extract().quote("?", Found((), 0.0))


async def test_a_table_is_quoted_whole_since_a_row_alone_says_little() -> None:
    assert (
        await quoted("How do I pay by card?", shown(f"The time depends on it.\n\n{TABLE}\n\nAsk us about anything else that you wonder."))
        == TABLE
    )


async def test_a_list_comes_with_the_sentence_that_opens_it() -> None:
    text = "Anything else is easy and needs no more words from us than these.\n\nYou need:\n\n- the lamp,\n- the days of the return.\n\n"
    said = await quoted("Which lamp?", shown(text + "Nothing more is needed, and everything else is entirely up to you."))
    assert said == "You need:\n\n- the lamp,\n- the days of the return."


async def test_what_stands_under_a_fitting_heading_answers() -> None:
    fitting, other = shown("It is easy to do.", "How to return"), shown("It is quick to do.", "Something else")
    assert await quoted("return?", other, fitting) == "It is easy to do."


async def test_without_an_embedder_shared_words_choose() -> None:
    wanted = "You can return an item at any time, and you need not give us a reason for that."
    text = f"Shipping takes three days and is free of any charge for you. {wanted}"
    assert await quoted("return an item", shown(text), embedders=[]) == wanted


class Away(WordEmbedder):
    """Its server went away after the search."""

    async def passages(self, texts: Sequence[str]) -> np.ndarray:
        raise ModelUnreachable("away")


async def test_a_quote_is_chosen_by_its_words_when_the_embeddings_go_away_after_the_search() -> None:
    assert "30 days" in await quoted("How long can I return it?", shown("Bring it. You can return it for 30 days."), embedders=[Away()])


async def test_a_page_that_was_quoted_before_costs_no_embedding() -> None:
    model = WordEmbedder()
    extract, found = Extract([model]), Found((shown("One. Two. Three."),), 0.9, {"words": await model.question("two?")})
    await extract.quote("two?", found)
    before = len(model.embedded)
    await extract.quote("two?", found)
    assert 0 < before == len(model.embedded)


async def test_a_slow_model_looks_at_few_sentences_only() -> None:
    model = WordEmbedder()
    text = " ".join(f"Sentence number {number} is here." for number in range(20))
    await Extract([model]).quote("lamp?", Found((shown(text),), 0.9, {"words": await model.question("lamp?")}))
    assert len(model.embedded) == FEW + 1


async def test_of_the_sentences_embedded_only_the_last_ones_are_remembered() -> None:
    model = WordEmbedder()
    remembering = Remembering(model)
    rows = await remembering.passages(["first", *map(str, range(MOST))])
    assert len(rows) == MOST + 1
    before = len(model.embedded)
    await remembering.passages([str(MOST - 1)])
    assert len(model.embedded) == before
    assert (await remembering.passages(["first"]) == rows[:1]).all()
    assert len(model.embedded) == before + 1


@pytest.mark.parametrize(
    ("kind", "question"),
    [
        (TIME, "How many days does the delivery take?"),
        (TIME, "Wie lange dauert der Versand?"),
        (TIME, "返品はいつまでですか？"),
        (TIME, "Сколько дней идёт посылка?"),
        (MONEY, "Was kostet eine Rücksendung?"),
        (MONEY, "¿Cuánto cuesta el envío?"),
        (MONEY, "送料はいくらですか？"),
        (MONEY, "डिलीवरी का शुल्क कितना है?"),
    ],
)
async def test_a_question_for_a_time_or_for_money_is_told_in_any_language(kind: str, question: str) -> None:
    models = embedded()
    told = await Kinds().of({model.name: await model.question(question) for model in models}, models)
    assert told[kind] > 0.3
    assert max(told, key=lambda name: told[name]) == kind


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("within 30 days", {TIME}),
        ("von 8:00 bis 18:00", {TIME}),
        ("it costs € 4.90", {MONEY}),
        ("cuesta 24,90 € y tarda 8 días", {TIME, MONEY}),
        ("3日以内", {TIME}),
        ("a cover of 50 × 50 cm", set()),
        ("no figure at all", set()),
    ],
)
def test_a_sentence_that_holds_a_time_or_money_is_seen(text: str, kinds: set[str]) -> None:
    assert held(text) == kinds


@given(
    st.lists(
        st.sampled_from(["A word.", "- an item", "| a | row |", "| --- | --- |", "2. Second.", "Opens:", "", "   - deep one", "終わり。次"])
    )
)
def test_units_hold_every_word_once_and_in_order(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = units(text)
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))
    outside = [
        text[left:right]
        for left, right in zip([0, *(unit.end for unit in found)], [*(unit.start for unit in found), len(text)], strict=True)
    ]
    assert not any(sign.isalnum() for gap in outside for sign in gap)
    assert all(text[unit.start : unit.end].strip() == text[unit.start : unit.end] for unit in found)


async def test_customers_in_many_languages_read_the_words_that_answer() -> None:
    pages = ("gift-cards", "loyalty-points", "account")
    texts = {f"{page}.md": (SAMPLE_SHOP / f"{page}.md").read_text(encoding="utf-8") for page in pages}
    needs = [
        (row, wanted) for row, wanted in sample_shop("develop")[1] if set(wanted) & set(pages) and row["lang"] in ("en", "de", "ru", "ja")
    ]
    answers = await answered(texts, needs, embedded())
    assert len(answers) >= 24
    assert sum(one.sentence for one in answers) >= 0.75 * len(answers), [one.question for one in answers if not one.sentence]
