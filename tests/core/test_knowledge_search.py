"""What a customer's question finds."""

from pathlib import Path

import numpy as np
import pytest

from bot.knowledge import Extract, Found, Knowledge, scoring
from bot.knowledge.answerable import E5, USE, Measured, probability
from bot.knowledge.scoring import Asked, Ground
from tests.core.knowledge_shop import WordEmbedder, opened, write


async def test_a_question_in_another_language_finds_the_english_page(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (knowledge, _, _):
        found = await knowledge.search("¿Cuánto tarda el envío?", "es")
        best = found.passages[0]
        assert (best.document, best.title, best.language) == ("shop/shipping.md", "Shipping", "en")


async def test_an_exact_number_is_found_in_any_language(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (knowledge, _, _):
        assert (await knowledge.search("注文 EXP-77 はいつですか", "ja")).passages[0].document == "shop/shipping.md"
        best = (await knowledge.search("Fehler 4711", "de")).passages[0]
        assert (best.document, best.heading) == ("shop/payment.md", "Error 4711")


async def test_full_text_alone_answers_where_no_model_is_installed(tmp_path: Path) -> None:
    async with opened(tmp_path) as (knowledge, _, _):
        found = await knowledge.search("return an item", "en")
        assert found.passages[0].document == "shop/returns.md"
        assert found.answerable > 0.5
        quote = await Extract().quote("return an item", found)
        assert quote.text == "You can return an item for 30 days."
        assert (await knowledge.search("xylophone", "en")) == Found((), 0.0)


async def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (knowledge, indexer, shop):
        for path in shop.iterdir():
            path.unlink()
        await indexer.index([str(shop)])
        assert await knowledge.search("return", "en") == Found((), 0.0)


async def test_a_follow_up_is_understood_with_the_question_before(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (knowledge, _, _):

        def points(found: Found) -> float:
            return next(passage.score for passage in found.passages if passage.document == "shop/shipping.md")

        alone = await knowledge.search("and to Austria?", "en")
        after = await knowledge.search("and to Austria?", "en", context="What does shipping cost?")
        assert points(after) > points(alone)


async def test_a_document_taken_away_by_another_process_is_gone_from_answers_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (knowledge, indexer, shop):
        assert (await knowledge.search("return", "en")).passages[0].document == "shop/returns.md"
        (shop / "returns.md").unlink()
        await indexer.index([str(shop)])
        found = await knowledge.search("return", "en")
        assert "shop/returns.md" not in [passage.document for passage in found.passages]


async def test_new_words_are_never_shown_for_an_old_vector(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (knowledge, indexer, shop):
        write(shop, {"returns.md": "# Returns\n\nNow you can return for 60 days.", "shipping.md": "# Shipping\n\nShipping is slow."})
        await indexer.index([str(shop)])
        best = (await knowledge.search("return days", "en")).passages[0]
        assert (best.document, best.text) == ("shop/returns.md", "Now you can return for 60 days.")


async def test_one_document_does_not_crowd_out_the_others(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (knowledge, indexer, shop):
        write(shop, {"lamp.md": "# Lamp\n\n" + "\n\n".join(f"## Lamp {number}\n\nThe lamp number {number}." for number in range(8))})
        await indexer.index([str(shop)])
        await knowledge.load()
        found = await knowledge.search("lamp", "de", limit=5)
        assert len({passage.document for passage in found.passages}) > 1


async def test_a_large_shop_is_searched_in_threads_and_finds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, [WordEmbedder("a"), WordEmbedder("b")]) as (knowledge, indexer, shop):
        questions = ["How long can I return EXP-77?", "¿Cuánto tarda el envío?", "lamp"]
        before = [await knowledge.search(question, "en") for question in questions]
        monkeypatch.setattr("bot.knowledge.memory.LARGE", 1)
        assert [await knowledge.search(question, "en") for question in questions] == before
        (shop / "returns.md").unlink()
        await indexer.index([str(shop)])
        found = await knowledge.search(questions[0], "en")
        assert "shop/returns.md" not in [passage.document for passage in found.passages]


async def test_a_search_needs_one_transaction(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (knowledge, indexer, _):
        store, opened_times = indexer._store, []
        reading = store.reading
        store.reading = lambda: (opened_times.append(1), reading())[1]  # type: ignore[method-assign]
        await knowledge.search("How long can I return EXP-77?", "en")
        assert len(opened_times) == 1


def test_pages_in_the_questions_language_do_not_win_for_their_language_alone() -> None:
    english, spanish = np.tile([0.70, 0.71, 0.69, 0.72], 20), np.tile([0.90, 0.89, 0.91, 0.88], 20)
    english[0] = 0.80
    cosines = np.concatenate([english, spanish]).astype(np.float32)
    ground = Ground.of(np.arange(160), np.arange(160), ["en"] * 80 + ["es"] * 80, {"m": cosines[:, None]})
    points = scoring.scored(ground, Asked("es", {"m": np.ones(1, dtype=np.float32)}), {"m": None})
    assert scoring.chosen(ground, points.total, 1, 0.6, lead=True) == [0]


def test_an_embedder_is_not_asked_about_languages_that_it_does_not_know() -> None:
    ground = Ground.of(np.arange(3), np.arange(3), ["en"] * 3, {"m": np.eye(3, dtype=np.float32)})
    points = scoring.scored(ground, Asked("en", {"m": np.array([0, 1, 0], dtype=np.float32)}), {"m": frozenset({"de"})})
    assert not points.total.any()


def measured(near: float, shared: bool, models: tuple[str, ...], numbers: int = 0) -> Measured:
    """From 0, as unlike as passages are, to 1, the very answer."""
    cosines = {name: {E5: 0.75 + near * 0.15, USE: 0.1 + near * 0.5}[name] for name in models}
    usual = {name: {E5: 0.73 if shared else 0.71, USE: 0.04}[name] for name in models}
    return Measured(shared, cosines, cosines, usual, 4 * near, near * (0.8 if shared else 0.1), numbers)


@pytest.mark.parametrize("models", [(E5, USE), (E5,), (USE,)])
@pytest.mark.parametrize("shared", [True, False])
def test_nearer_passages_are_more_likely_to_answer(shared: bool, models: tuple[str, ...]) -> None:
    sure = [probability(measured(near, shared, models)) for near in (0, 0.5, 1)]
    assert 0 <= sure[0] < 0.2 < 0.8 < sure[2] <= 1
    assert sure[0] < sure[1] < sure[2]


def test_a_number_that_stands_in_no_passage_makes_an_answer_less_likely() -> None:
    missing, plain, held = (probability(measured(0.5, False, (E5, USE), numbers)) for numbers in (-1, 0, 1))
    assert missing < plain < held


def test_with_another_model_what_stands_out_answers() -> None:
    far, near = (probability(Measured(False, {"other": at}, {"other": at}, {"other": 0.3}, 20 * (at - 0.3), 0.0, 0)) for at in (0.32, 0.5))
    assert far < near


async def test_knowledge_that_was_never_loaded_loads_itself(tmp_path: Path) -> None:
    async with opened(tmp_path, [WordEmbedder()]) as (_, indexer, _):
        knowledge = Knowledge(indexer._store, [WordEmbedder()])
        assert (await knowledge.search("return", "en")).passages
        assert knowledge.size > 0
