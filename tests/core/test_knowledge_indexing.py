"""What happens to a shop's index when its documents change."""

from pathlib import Path

from bot.knowledge import Indexer, Knowledge
from tests.core.knowledge_shop import SHOP, WordEmbedder, stored, write


async def test_only_what_changed_is_embedded_again(tmp_path: Path) -> None:
    shop, embedder = write(tmp_path / "shop", SHOP), WordEmbedder()
    async with stored(tmp_path) as store:
        indexer = Indexer(store, [embedder], lambda text: "en", tmp_path)
        first = await indexer.index([str(shop)])
        assert (first.read, len(first.changed), first.unchanged) == (4, 4, ())
        embedder.embedded.clear()
        write(shop, {"shipping.md": "# Shipping\n\nShipping takes 9 days.\n"})
        second = await indexer.index([str(shop)])
        assert (second.changed, len(second.unchanged)) == (("shop/shipping.md",), 3)
        assert all("Shipping" in text for text in embedder.embedded)


async def test_a_document_taken_away_is_gone_and_those_of_other_paths_stay(tmp_path: Path) -> None:
    shop, more = write(tmp_path / "shop", SHOP), write(tmp_path / "more", {"a.md": "More."})
    async with stored(tmp_path) as store:
        indexer = Indexer(store, [], lambda text: "en", tmp_path)
        await indexer.index([str(shop), str(more)])
        (shop / "payment.md").unlink()
        assert (await indexer.index([str(shop)])).removed == ("shop/payment.md",)
        (shop / "shipping.md").unlink()
        report = await indexer.index([str(shop / "shipping.md")])
        assert (report.removed, report.unreadable) == (("shop/shipping.md",), ())
        assert set(await store.fingerprints()) == {"shop/returns.md", "shop/lampen.de.md", "more/a.md"}


async def test_a_folder_that_is_missing_today_is_named_and_its_documents_stay(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop", SHOP)
    async with stored(tmp_path) as store:
        indexer = Indexer(store, [], lambda text: "en", tmp_path)
        await indexer.index([str(shop)])
        shop.rename(tmp_path / "away")
        report = await indexer.index([str(shop)], only=True)
        assert (report.removed, report.unreadable) == ((), (("shop", "there is no such file or folder"),))


async def test_the_shops_own_documents_replace_the_sample(tmp_path: Path) -> None:
    sample, shop = write(tmp_path / "sample", {"a.md": "Sample."}), write(tmp_path / "shop", SHOP)
    async with stored(tmp_path) as store:
        indexer = Indexer(store, [], lambda text: "en", tmp_path)
        await indexer.index([str(sample)])
        assert (await indexer.index([str(shop)], only=True)).removed == ("sample/a.md",)


async def test_a_broken_document_is_reported_by_name_and_skipped(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop", SHOP)
    (shop / "broken.md").write_bytes(b"\xff\xfe\x00")
    async with stored(tmp_path) as store:
        report = await Indexer(store, [], lambda text: "en", tmp_path).index([str(shop)])
        assert report.unreadable == (("shop/broken.md", "it is not text"),)
        assert len(report.changed) == 4


async def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    shop, told = write(tmp_path / "shop", SHOP), []
    async with stored(tmp_path) as store:
        await Indexer(store, [], lambda text: "en", tmp_path).index([str(shop)], lambda *step: told.append(step))
    assert told[0] == (0, 4, "shop/lampen.de.md")
    assert told[-1] == (4, 4, "")


async def test_another_model_means_indexing_again_and_is_said(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop", SHOP)
    async with stored(tmp_path) as store:
        await Indexer(store, [WordEmbedder("old")], lambda text: "en", tmp_path).index([str(shop)])
        before = Knowledge(store, [WordEmbedder("new")])
        await before.load()
        assert (await before.search("How long can I return it?", "en")).passages[0].title == "Returns"
        report = await Indexer(store, [WordEmbedder("new")], lambda text: "en", tmp_path).index([str(shop)])
        assert (len(report.changed), report.other_models) == (4, ("old",))
        assert await store.models() == {"new"}


async def test_whether_something_was_never_indexed_is_known_without_reading_it(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop", SHOP)
    async with stored(tmp_path) as store:
        indexer = Indexer(store, [], lambda text: "en", tmp_path)
        assert await indexer.lacks([str(shop)])
        await indexer.index([str(shop)])
        assert not await indexer.lacks([str(shop), str(tmp_path / "missing")])
        assert await indexer.lacks([str(shop), "https://shop.example/help"])
        write(shop, {"shipping.md": "# Shipping\n\nChanged.\n"})
        assert not await indexer.lacks([str(shop)])
        write(shop, {"new.md": "# New\n\nNew.\n"})
        assert await indexer.lacks([str(shop)])
