"""What is read of a shop's web site, on a server of this machine; and what must never be asked."""

import gzip
import ipaddress
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import Unreadable
from bot.knowledge import Indexer, IndexReport
from bot.knowledge.crawling import AddressPolicy, Crawler, Page, is_public
from bot.knowledge.crawling.policy import PinnedResolver
from bot.knowledge.sites import Sites
from bot.store.database import Database
from bot.store.pages import PageStore
from bot.store.passages import PassageStore

HERE = AddressPolicy(scheme="http", port=None, allows=lambda address: address.is_loopback)
HTML = "text/html"


class Site:
    """Pages by path: (content type, body), or a whole answer. Counts what was asked and what was sent again."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, str | bytes] | Callable[[], web.Response]] = {}
        self.asked: list[str] = []
        self.sent: list[str] = []
        self.url = ""

    def page(self, path: str, text: str, *links: str, head: str = "") -> None:
        anchors = "".join(f'<a href="{link}">more</a> ' for link in links)
        self.pages[path] = (
            HTML,
            f"<html><head>{head}</head><body><main><h1>{text}</h1><p>About {text}. {anchors}</p></main></body></html>",
        )

    async def answer(self, request: web.Request) -> web.Response:
        assert "Cookie" not in request.headers
        self.asked.append(request.path)
        found = self.pages.get(request.path)
        if found is None:
            return web.Response(status=404)
        if callable(found):
            return found()
        body = found[1].encode() if isinstance(found[1], str) else found[1]
        etag = f'"{hash(body)}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        self.sent.append(request.path)
        return web.Response(body=body, content_type=found[0], headers={"ETag": etag, "Set-Cookie": "track=1"})


@asynccontextmanager
async def served() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://localhost:{runner.addresses[0][1]}"
    try:
        yield site
    finally:
        await runner.cleanup()


async def crawled(root: str, pages: int = 100) -> list[Page]:
    return [page async for page in Crawler(pages=pages, policy=HERE, pause=0).pages(root, {})]


def names(pages: list[Page], site: Site) -> set[str]:
    return {page.address.removeprefix(site.url) for page in pages if not page.fault}


@asynccontextmanager
async def indexer(folder: Path) -> AsyncIterator[tuple[Callable[[str], object], PassageStore]]:
    database = Database(f"sqlite:///{folder / 'index.db'}")
    await database.migrate()
    store = PassageStore(database)
    made = Indexer(store, [], lambda text: "en", folder, Sites(PageStore(database), Crawler(policy=HERE, pause=0)))
    try:
        yield (lambda root: made.index([root])), store
    finally:
        await database.close()


async def test_a_site_is_read_by_its_links_under_the_same_path() -> None:
    async with served() as site:
        site.page("/help", "Help", "/help/returns", "help/shipping.html", "/other", "https://elsewhere.example/help/x", "/help/a?page=2")
        site.page("/help/returns", "Returns", "/help", "/help/deep/costs", "/help/picture.png")
        site.page("/help/shipping.html", "Shipping")
        site.page("/help/deep/costs", "Costs")
        site.page("/helpless", "Not help")
        assert names(await crawled(f"{site.url}/help"), site) == {"/help", "/help/returns", "/help/shipping.html", "/help/deep/costs"}
        assert set(site.asked) >= {"/robots.txt", "/sitemap.xml"}
        assert not {"/other", "/help/picture.png", "/help/a"} & set(site.asked)


async def test_a_sitemap_names_the_pages_through_an_index_packed_and_from_robots() -> None:
    async with served() as site:
        name = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        site.pages["/robots.txt"] = ("text/plain", f"Sitemap: {site.url}/maps.xml\n")
        site.pages["/maps.xml"] = (
            "application/xml",
            f"<sitemapindex {name}><sitemap><loc>{site.url}/m.xml.gz</loc></sitemap></sitemapindex>",
        )
        urls = "".join(f"<url><loc>{site.url}{path}</loc></url>" for path in ("/help/a", "/help/b?lang=de", "/shop/x"))
        site.pages["/m.xml.gz"] = ("application/gzip", gzip.compress(f"<urlset {name}>{urls}</urlset>".encode()))
        site.page("/help", "Help", "/help/unlisted")
        site.page("/help/a", "A")
        site.page("/help/b", "B")
        site.page("/help/unlisted", "Unlisted")
        assert names(await crawled(f"{site.url}/help"), site) == {"/help", "/help/a", "/help/b?lang=de"}


async def test_an_address_of_a_file_is_one_page() -> None:
    async with served() as site:
        site.page("/help/returns.html", "Returns", "/help/returns.html/more", "/help")
        assert names(await crawled(f"{site.url}/help/returns.html"), site) == {"/help/returns.html"}


async def test_robots_noindex_nofollow_and_canonical_count() -> None:
    async with served() as site:
        site.pages["/robots.txt"] = ("text/plain", "User-agent: *\nDisallow: /help/private*\n")
        site.page("/help", "Help", "/help/private/x", "/help/draft", "/help/copy", "/help/end")
        site.page("/help/private/x", "Private")
        site.page("/help/draft", "Draft", "/help/from-draft", head='<meta name="robots" content="noindex">')
        site.page("/help/from-draft", "From draft")
        site.page("/help/copy", "Copy", head='<link rel="canonical" href="/help/original">')
        site.page("/help/original", "Original")
        site.page("/help/end", "End", "/help/never", head='<meta name="ROBOTS" content="nofollow">')
        site.page("/help/never", "Never")
        pages = await crawled(f"{site.url}/help")
        assert names(pages, site) == {"/help", "/help/from-draft", "/help/original", "/help/end"}
        assert [page.fault for page in pages if page.fault] == ["the site's robots.txt forbids reading it"]
        assert "/help/private/x" not in site.asked


async def test_an_address_that_never_was_a_page_is_named() -> None:
    async with served() as site:
        assert [page.fault for page in await crawled(f"{site.url}/hlep")] == ["there is no such page"]


async def test_no_more_pages_are_read_than_the_shop_allows() -> None:
    async with served() as site:
        site.page("/help", "Help", *(f"/help/{number}" for number in range(9)))
        for number in range(9):
            site.page(f"/help/{number}", str(number))
        pages = await crawled(f"{site.url}/help", pages=4)
        assert len(names(pages, site)) == 4
        assert "more than 4 pages" in pages[-1].fault


async def test_only_what_changed_is_sent_again_what_is_gone_is_forgotten_and_what_is_out_of_reach_stays(tmp_path: Path) -> None:
    async with served() as site, indexer(tmp_path) as (index, store):
        site.page("/help", "Help", "/help/a", "/help/b", "/help/c")
        for name in "abc":
            site.page(f"/help/{name}", name)
        first = await index(f"{site.url}/help")  # type: ignore[misc]
        assert isinstance(first, IndexReport)
        assert (first.read, len(first.changed)) == (4, 4)
        site.sent.clear()
        site.page("/help/a", "a anew")
        del site.pages["/help/b"]
        site.pages["/help/c"] = lambda: web.Response(status=500)
        second = await index(f"{site.url}/help")  # type: ignore[misc]
        assert (second.changed, second.removed) == ((f"{site.url}/help/a",), (f"{site.url}/help/b",))
        assert second.unreadable == ((f"{site.url}/help/c", "the server answers 500"),)
        assert site.sent == ["/help/a"]
        assert set(await store.fingerprints()) == {f"{site.url}/help{rest}" for rest in ("", "/a", "/c")}
    async with indexer(tmp_path) as (index, store):
        away = await index(f"{site.url}/help")  # type: ignore[misc]
        assert (away.removed, len(await store.fingerprints())) == ((), 3)
        assert "cannot be reached" in away.unreadable[0][1]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda: web.Response(status=302, headers={"Location": "http://internal.example/help"}), "not a host that may be crawled"),
        (lambda: web.Response(status=302, headers={"Location": "file:///etc/passwd"}), "only http addresses"),
        (lambda: web.Response(status=302, headers={"Location": "/help.html"}), "redirects more than 3 times"),
        (lambda: web.Response(body=b"x", content_type="image/png"), "image/png is not a kind"),
        (lambda: web.Response(body=b"x" * 6_000_000, content_type=HTML), "larger than 5 MB"),
        (
            lambda: web.Response(body=gzip.compress(b"x" * 60_000_000), content_type=HTML, headers={"Content-Encoding": "gzip"}),
            "larger than 5 MB",
        ),
    ],
)
async def test_a_page_that_leads_astray_or_bursts_is_refused(answer: Callable[[], web.Response], why: str) -> None:
    async with served() as site:
        site.pages["/help.html"] = answer
        (page,) = await crawled(f"{site.url}/help.html")
        assert why in page.fault


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 192.0.0.1 192.88.99.1
    198.18.0.1 240.0.0.1 ::1 :: ff02::1 fe80::1 fc00::1 fec0::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:169.254.169.254
    64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 2002:7f00:1:: 2002:a9fe:a9fe::1 2001:0:7f00:1::1 2001:db8::1""".split(),  # noqa: SIM905
)
def test_an_inner_address_in_any_wrapping_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_open_internet_is_allowed(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://shop.example/", "only https"),
        ("https://shop.example:8443/", "only port 443"),
        ("https://user@shop.example/", "user's name"),
        ("https://shop.example@evil.example/", "user's name"),
        ("https://evil.example/", "not a host that may be crawled"),
        ("https://shop.example.evil.example/", "not a host that may be crawled"),
        ("https://127.0.0.1/", "not on the open internet"),
        ("https://[::ffff:127.0.0.1]/", "not on the open internet"),
        ("https://127.1/", "not on the open internet"),
        ("https://2130706433/", "not on the open internet"),
        ("https://0x7f000001/", "not on the open internet"),
        ("https://localhost/", "not on the open internet"),
        ("https://[::1/", "not an address"),
        ("https://shop.example:99999/", "not an address"),
    ],
)
async def test_an_address_that_must_not_be_asked_is_refused_however_it_is_written(url: str, why: str) -> None:
    hosts = frozenset({"shop.example", "127.0.0.1", "::ffff:127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost"})
    with pytest.raises(Unreadable, match=why):
        await PinnedResolver(hosts, AddressPolicy()).check(url)


async def test_a_name_is_resolved_once_and_the_connection_goes_where_it_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    answers = [
        [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 443))],
        [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))],
    ]

    async def rebinding(*_: object, **__: object) -> object:
        return answers.pop(0)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", rebinding, raising=False)
    resolver = PinnedResolver(frozenset({"shop.example"}), AddressPolicy())
    await resolver.check("https://shop.example/a")
    await resolver.check("https://shop.example/b")
    assert [found["host"] for found in await resolver.resolve("shop.example", 443)] == ["1.1.1.1"]
    assert len(answers) == 1
    with pytest.raises(OSError, match="not checked"):
        await resolver.resolve("evil.example", 443)


async def test_a_password_in_an_address_is_never_shown_and_only_the_web_is_read(tmp_path: Path) -> None:
    async with indexer(tmp_path) as (index, _):
        report = await index("http://user:secret@127.0.0.1/help")  # type: ignore[misc]
        assert report.unreadable == (("http://127.0.0.1/help", "an address with a user's name in it is not asked"),)
        assert (await index("ftp://127.0.0.1/help")).unreadable == (("ftp://127.0.0.1/help", "only http addresses are read"),)  # type: ignore[misc]
