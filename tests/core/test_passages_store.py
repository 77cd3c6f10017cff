"""What the database keeps of documents, on SQLite and on PostgreSQL."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest

from bot.knowledge.terms import terms
from bot.store.database import Database
from bot.store.passages import DocumentRow, NewPassage, PassageStore


@pytest.fixture
def store(database: Database) -> PassageStore:
    return PassageStore(database)


def document(address: str, language: str = "en") -> DocumentRow:
    return DocumentRow(address, address.title(), f"https://shop.example/{address}", language, "print-1")


def passage(text: str, *numbers: float) -> NewPassage:
    return NewPassage("", text, " ".join(terms(text)), {"m": np.array(numbers, dtype=np.float32)} if numbers else {})


async def found(store: PassageStore, question: str) -> list[str]:
    async with store.reading() as reader:
        _, hits = await reader.full_text(terms(question), 10, 3)
        rows = await reader.rows([number for number, _ in hits])
        return [rows[number].text for number, _ in hits]


async def test_a_rare_word_counts_for_more_than_a_common_one(store: PassageStore) -> None:
    await store.replace(document("a"), [passage("the parcel"), passage("the parcel is late"), passage("the customs form")])
    assert (await found(store, "the customs"))[0] == "the customs form"
    assert await found(store, "nothing") == []


@pytest.mark.parametrize("question", ['" OR *', "NEAR(", "a AND", "col:x", "-", "'); DROP TABLE passages; --"])
async def test_a_question_full_of_operators_is_only_words(store: PassageStore, question: str) -> None:
    await store.replace(document("a"), [passage("plain text")])
    assert await found(store, question) == []


@pytest.mark.parametrize(
    ("text", "question"), [("返品は30日以内です", "返品"), ("आप सामान लौटा सकते हैं", "लौटा"), ("สินค้าคืนได้", "คืน"), ("Rückgabe", "RUCKGABE")]
)
async def test_words_of_any_script_are_found(store: PassageStore, text: str, question: str) -> None:
    await store.replace(document("a"), [passage(text)])
    assert await found(store, question) == [text]


async def test_a_document_that_changed_is_there_once_and_its_old_words_are_gone(store: PassageStore) -> None:
    await store.replace(document("a"), [passage("old words"), passage("older words")])
    await store.replace(document("a"), [passage("new words")])
    assert await found(store, "old older new") == ["new words"]
    assert await store.fingerprints() == {"a": "print-1"}


async def test_a_new_document_that_two_processes_bring_at_once_is_there_once(database_address: str, store: PassageStore) -> None:
    second = Database(database_address)
    other = PassageStore(second)
    for name in "abcdefgh":
        await asyncio.gather(*(one.replace(document(name), [passage(f"word{name}")]) for one in (store, other)))
        assert await found(store, f"word{name}") == [f"word{name}"]
    await second.close()


async def test_a_removed_document_takes_its_passages_and_vectors_along(store: PassageStore) -> None:
    await store.replace(document("a"), [passage("apple", 1, 0)])
    await store.replace(document("b"), [passage("banana", 0, 1)])
    await store.remove(["a"])
    assert await found(store, "apple banana") == ["banana"]
    snapshot = await store.snapshot([("m", 2)])
    assert snapshot.matrices["m"].tolist() == [[0, 1]]


async def test_vectors_come_back_beside_their_passages_and_a_missing_one_is_counted(store: PassageStore) -> None:
    await store.replace(document("a", "de"), [passage("one", 0.6, 0.8), passage("two", 1, 0)])
    await store.replace(document("b"), [passage("three")])
    snapshot = await store.snapshot([("m", 2), ("other", 3)])
    assert snapshot.languages == ("de", "de", "en")
    assert snapshot.covered == {"m": 2, "other": 0}
    assert snapshot.matrices["m"].dtype == np.float32
    np.testing.assert_allclose(snapshot.matrices["m"], [[0.6, 0.8], [1, 0], [0, 0]], atol=1e-3)
    assert await store.models() == {"m"}


async def test_another_process_sees_by_the_stamp_that_the_index_changed(store: PassageStore) -> None:
    stamps = []
    for change in (None, "a", "a", "b"):
        if change:
            await store.replace(document(change), [passage("text")])
        async with store.reading() as reader:
            stamps.append(await reader.stamp())
            assert (await reader.full_text(["text"], 1, 2))[0] == stamps[-1]
    await store.remove(["b"])
    async with store.reading() as reader:
        stamps.append(await reader.stamp())
    assert all(before != after for before, after in pairwise(stamps))


async def test_in_a_large_shop_common_words_are_left_out_before_they_cost_much(
    store: PassageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.passages.WIDE", 2)
    monkeypatch.setattr("bot.store.passages._COMMON", 1)
    await store.replace(document("a"), [passage("the parcel"), passage("the box"), passage("the customs form")])
    for _ in range(2):
        async with store.reading() as reader:
            assert len((await reader.full_text(["the", "customs"], 10, 3))[1]) == 1
            assert len((await reader.full_text(["the", "nothing"], 10, 3))[1]) == 0
            assert len((await reader.full_text(["the"], 10, 3))[1]) == 3
            assert len((await reader.full_text(["the", "customs"], 10, 2))[1]) == 3
