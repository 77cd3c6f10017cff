"""Documents of one workspace's own are found there and nowhere else, in words and in vectors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from bot import app, config
from bot.app import parts as app_parts
from bot.knowledge import Embedder, Indexer, IndexReport, Knowledge
from bot.knowledge.terms import terms
from bot.store.database import Database
from bot.store.passages import DocumentRow, NewPassage, PassageStore
from tests.core.knowledge_shop import WordEmbedder, write

OURS, THEIRS = "slack:T1", "discord:2001"
SHOP = """
[shop]
documents = ["common"]
[workspaces."slack:T1"]
documents = ["ours", "shared"]
[workspaces."discord:2001"]
documents = ["shared"]
[workspaces."slack:T2"]
name = "Another"
"""


def passage(text: str) -> NewPassage:
    return NewPassage("", text, " ".join(terms(text)), {"m": np.ones(2, dtype=np.float32)})


async def filled(database: Database, collections: Sequence[str] = ("", OURS, THEIRS)) -> dict[str, PassageStore]:
    """The same page in each, with the collection's name in it."""
    stores = {name: PassageStore(database, name) for name in collections}
    for name, store in stores.items():
        await store.replace(DocumentRow("returns.md", "Returns", "", "en", f"print {name}"), [passage(f"return lamps of {name}")])
    return stores


async def hits(store: PassageStore, question: str, limit: int = 10) -> list[str]:
    async with store.reading() as reader:
        _, found = await reader.full_text(terms(question), limit, 3)
        rows = await reader.rows([number for number, _ in found])
        assert len(rows) == len(found)
        return [rows[number].text for number, _ in found]


async def test_words_find_documents_of_the_own_collection_alone(database: Database) -> None:
    for name, store in (await filled(database)).items():
        assert await hits(store, "return lamps", 1) == [f"return lamps of {name}"]
    assert await hits(PassageStore(database, "slack:T9"), "return lamps") == []


async def test_vectors_and_their_stamp_are_those_of_the_own_collection(database: Database) -> None:
    for store in (await filled(database)).values():
        snapshot = await store.snapshot([("m", 2)])
        assert len(snapshot.ids) == 1
        assert snapshot.covered == {"m": 1}
        assert snapshot.stamp[0] == 1


async def test_rows_of_another_collection_are_not_shown_even_to_who_knows_their_number(database: Database) -> None:
    stores = await filled(database)
    async with stores[OURS].reading() as reader:
        _, found = await reader.full_text(terms("lamps"), 10, 3)
    async with stores[THEIRS].reading() as reader:
        assert await reader.rows([number for number, _ in found]) == {}


async def test_what_leaves_one_collection_stays_in_the_others(database: Database) -> None:
    stores = await filled(database)
    await stores[OURS].remove(["returns.md"])
    assert await stores[OURS].fingerprints() == {}
    assert await stores[""].fingerprints() == {"returns.md": "print "}
    await stores[""].keep_only(["", OURS])
    assert await stores[THEIRS].fingerprints() == {}
    assert await stores[""].fingerprints() == {"returns.md": "print "}


@pytest.mark.parametrize("embedders", [(), (WordEmbedder(),)])
async def test_a_search_finds_nothing_of_another_workspace(database: Database, tmp_path: Path, embedders: tuple[Embedder, ...]) -> None:
    found = {}
    for name, words in (("", "common"), (OURS, "ours"), (THEIRS, "theirs")):
        write(tmp_path / words, {"returns.md": f"# Returns\n\nYou can return a lamp that is {words} within 30 days.\n"})
        store = PassageStore(database, name)
        await Indexer(store, embedders, lambda text: "en", tmp_path).index([str(tmp_path / words)], only=True)
        found[words] = Knowledge(store, embedders)
    for words, knowledge in found.items():
        await knowledge.load()
        answer = await knowledge.search("How long can I return a lamp that is common, ours or theirs?", "en", 20)
        assert [words in one.text for one in answer.passages] == [True]


async def test_index_gives_each_workspace_its_own_documents(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = with_pages(monkeypatch, tmp_path)
    async with app.opened(settings, for_index=True) as parts:
        report = await index(parts)
        assert len(report.changed) == 4
        assert await addresses(parts) == {"": ["common/a.md"], OURS: ["ours/a.md", "shared/a.md"], THEIRS: ["shared/a.md"]}
        assert (await index(parts)).changed == ()
        (tmp_path / "shared" / "a.md").write_text("# Changed\n\nOther words.\n")
        (tmp_path / "else").mkdir()
        (tmp_path / "else" / "b.md").write_text("# Besides\n\nMore words.\n")
        assert len((await index(parts, "shared/a.md", "else")).changed) == 3
        assert (await addresses(parts))[""] == ["common/a.md", "else/b.md"]


async def test_documents_of_a_workspace_that_has_none_of_its_own_any_more_are_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = with_pages(monkeypatch, tmp_path)
    async with app.opened(settings, for_index=True) as parts:
        await index(parts)
    (tmp_path / "shop.toml").write_text('[shop]\ndocuments = ["common"]\n')
    async with app.opened(config.load(), for_index=True) as parts:
        await index(parts)
        assert await PassageStore(parts.database, OURS).fingerprints() == {}
        assert await addresses(parts) == {"": ["common/a.md"]}


async def test_a_workspace_with_documents_is_answered_from_these_alone_and_one_without_from_the_common_ones(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = with_pages(monkeypatch, tmp_path)
    async with app.opened(settings, for_index=True) as parts:
        await index(parts)
    async with app.opened(settings) as parts:
        known = {name: voice.answering._knowledge for name, voice in parts.own.items()}
        assert known["slack:T2"] is parts.knowledge
        said = {name: {one.text for one in (await knowledge.search("words of a", "en", 9)).passages} for name, knowledge in known.items()}
        assert said == {"slack:T1": {"Words of ours.", "Words of shared."}, THEIRS: {"Words of shared."}, "slack:T2": {"Words of common."}}


def with_pages(patch: pytest.MonkeyPatch, folder: Path) -> config.Config:
    for name in ("common", "ours", "shared"):
        write(folder / name, {"a.md": f"# Page\n\nWords of {name}.\n"})
    (folder / "shop.toml").write_text(SHOP)
    patch.setenv("DATABASE_URL", f"sqlite:///{folder}/desk.db")
    patch.setattr(app_parts, "embedded", tuple)
    return config.load()


async def index(parts: app.Parts, *paths: str) -> IndexReport:
    return await app.index(parts, paths, lambda *_: None)


async def addresses(parts: app.Parts) -> dict[str, list[str]]:
    return {name: sorted(await shelf.passages.fingerprints()) for name, shelf in parts.shelves.items()}
