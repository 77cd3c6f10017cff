"""What customers hear when the shop's documents change while the desk serves: the whole bot, its page, and real files."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bot import app
from bot.app import parts
from bot.commands import indexing
from bot.knowledge import memory, schedule
from bot.model import breaker
from tests.contract.web_page import Browser
from tests.core.knowledge_shop import WordEmbedder, write
from tests.journeys.whole import running
from tests.model_server import ModelServer

RETURN = "Within how many days can I return anything?"
DELIVERY = "How many days does delivery to Austria take?"


@dataclass
class Customer:
    """Asks on the page."""

    desk: app.App
    browser: Browser

    async def hears(self, question: str) -> str:
        """The HTML of the answer."""
        before = len(self.browser.of("answer"))
        await self.browser.say(question)
        await self.browser.until(lambda: len(self.browser.of("answer")) > before)
        return str(self.browser.of("answer")[-1]["html"])

    async def documents(self) -> dict[str, str]:
        """What is indexed."""
        return await self.desk._ground.passages.fingerprints()


@dataclass
class Address:
    """Where the page is."""

    url: str


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer asks faster than the desk looks for another index; and the test's own log stays."""
    monkeypatch.setattr(memory, "RELOAD_SECONDS", 0.0)
    monkeypatch.setattr(logging.getLogger(), "handlers", logging.getLogger().handlers)


@asynccontextmanager
async def customer(patch: pytest.MonkeyPatch, folder: Path, **more: object) -> AsyncIterator[Customer]:
    async with running(patch, folder, **more) as desk:  # type: ignore[arg-type]
        browser = await Browser(Address(desk.address)).open()  # type: ignore[arg-type]
        try:
            yield Customer(desk, browser)
        finally:
            await browser.close()


async def until(true: Callable[[], object]) -> None:
    """Wait for a process that tells nobody when it is done."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


async def changes_are_heard(customer: Customer, pages: Path, said: Callable[[], str]) -> None:
    """A page changes, one is taken away, one breaks; `said` is what the indexing has told so far."""
    assert "30 days" in await customer.hears(RETURN)
    assert "4 days" in await customer.hears(DELIVERY)

    before = await customer.documents()
    (pages / "returns.md").write_text("---\ntitle: Returns\n---\n\nYou can return anything within 60 days.\n")
    await settled(customer, lambda now: now["pages/returns.md"] != before["pages/returns.md"])
    assert "60 days" in await customer.hears(RETURN)

    (pages / "shipping.md").unlink()
    await settled(customer, lambda now: "pages/shipping.md" not in now)
    assert "4 days" not in await customer.hears(DELIVERY)

    (pages / "returns.md").write_bytes(b"You can return anything within \xff days.")
    await until(lambda: "pages/returns.md: it is not UTF-8 (byte 31)" in said())
    assert "60 days" in await customer.hears(RETURN)


async def settled(customer: Customer, true: Callable[[dict[str, str]], object]) -> None:
    """Wait until the index is so."""
    async with asyncio.timeout(20):
        while not true(await customer.documents()):
            await asyncio.sleep(0.02)


async def test_with_watch_a_changed_page_changes_the_answer_and_a_broken_one_leaves_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []

    def said() -> str:
        told.append(capsys.readouterr().err)
        return " ".join("".join(told).split())

    async with customer(monkeypatch, tmp_path, DATABASE_URL=database_address) as one:
        watching = asyncio.create_task(indexing.index([], watch=True))
        await until(lambda: "Watching" in said())
        await changes_are_heard(one, tmp_path / "pages", said)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_a_single_page_that_is_watched_may_be_replaced_as_editors_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with customer(monkeypatch, tmp_path) as one:
        page = tmp_path / "pages" / "returns.md"
        watching = asyncio.create_task(indexing.index([str(page)], watch=True))
        await until(lambda: "Watching" in capsys.readouterr().err)
        for days in (60, 90):
            before = await one.documents()
            page.with_suffix(".tmp").write_text(f"# Returns\n\nYou can return anything within {days} days.\n")
            page.with_suffix(".tmp").replace(page)
            await settled(one, lambda now, before=before: now != before)
            assert f"{days} days" in await one.hears(RETURN)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_a_whole_folder_that_is_moved_in_or_out_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with customer(monkeypatch, tmp_path) as one:
        watching = asyncio.create_task(indexing.index([], watch=True))
        await until(lambda: "Watching" in capsys.readouterr().err)
        write(tmp_path / "away", {"lamps.md": "# Lamps\n\nA lamp lasts for nine years.\n"})
        (tmp_path / "away").rename(tmp_path / "pages" / "more")
        await settled(one, lambda now: "pages/more/lamps.md" in now)
        assert "nine years" in await one.hears("How long does a lamp last?")
        (tmp_path / "pages" / "more").rename(tmp_path / "away")
        await settled(one, lambda now: "pages/more/lamps.md" not in now)
        assert "nine years" not in await one.hears("How long does a lamp last?")
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("/shop/pages/a.md", True),
        ("/shop/pages/more", True),
        ("/shop/pages/a.md.swp", False),
        ("/shop/pages/.git/index", False),
        ("/shop/pages/.a.md", False),
        ("/shop/desk.db", False),
        ("/shop/one.md", True),
        ("/shop/two.md", False),
    ],
)
def test_only_documents_and_their_folders_are_worth_a_look(path: str, matters: bool) -> None:
    assert indexing._matters(Path(path), [Path("/shop/pages"), Path("/shop/one.md")]) == matters


async def test_with_a_schedule_a_changed_page_changes_the_answer_and_a_broken_one_leaves_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    schedule_of_a_moment = "[index]\nminutes = 0.001\n"
    async with customer(monkeypatch, tmp_path, more=schedule_of_a_moment, DATABASE_URL=database_address) as one:
        await changes_are_heard(one, tmp_path / "pages", lambda: caplog.text)


class Patient(WordEmbedder):
    """Embeds what is new only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may, self.busy = asyncio.Event(), asyncio.Event()

    async def passages(self, texts: Sequence[str]) -> np.ndarray:
        """See Embedder."""
        if any("60 days" in text for text in texts):
            self.busy.set()
            await self.may.wait()
        return await super().passages(texts)


async def test_while_pages_are_indexed_customers_are_answered_from_what_was_known(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_address: str
) -> None:
    embedder = Patient()
    monkeypatch.setattr(parts, "make_embedders", lambda config: (embedder,))
    async with customer(monkeypatch, tmp_path, DATABASE_URL=database_address) as one:
        for name in ("returns.md", "again.md"):
            (tmp_path / "pages" / name).write_text("# Returns\n\nYou can return anything within 60 days.\n")
        run = asyncio.create_task(app.index(one.desk._ground, [], lambda *_: None))
        await embedder.busy.wait()
        assert "30 days" in await one.hears(RETURN)
        assert "4 days" in await one.hears("How many days does shipping to Austria take?")
        assert not run.done()
        embedder.may.set()
        assert len((await run).changed) == 2
        assert "60 days" in await one.hears(RETURN)


async def test_a_desk_without_an_index_starts_while_the_embedding_server_is_away_and_indexes_once_it_is_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(schedule, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(breaker, "REST_SECONDS", 0.05)
    async with ModelServer("another key") as server:
        settings = {"EMBEDDINGS_URL": server.url, "EMBEDDINGS_MODEL": "m", "EMBEDDINGS_KEY": "key", "DATABASE_URL": database_address}
        async with customer(monkeypatch, tmp_path, indexed=False, **settings) as one:
            assert any(line.startswith("documents: none is indexed yet") for line in one.desk.summary())
            await until(lambda: "indexing what was new failed: the model server refused the key: check EMBEDDINGS_KEY" in caplog.text)
            assert "https://shop.example/help/" not in await one.hears(RETURN)
            server.key = ""
            await settled(one, lambda now: len(now) == 2)
            assert "https://shop.example/help/" in await one.hears(RETURN)
