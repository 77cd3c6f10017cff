"""The page's routes over real HTTP: who may come in, what arrives, what is refused, and how it ends."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.errors import PlaceGone
from bot.messages import MessageDeleted, MessageEdited, Place, Reply
from tests.contract.platform_contract import Heard
from tests.contract.web_page import Browser, Server, make_platform


class Desk:
    """The page, what was heard, and as many browsers as a test wants."""

    def __init__(self) -> None:
        self.server = Server(make_platform(hosts=["help.shop.example"]))
        self.heard = Heard()
        self.browsers: list[Browser] = []

    async def browser(self, **more: object) -> Browser:
        """Somebody opens the page."""
        self.browsers.append(Browser(self.server))
        return await self.browsers[-1].open(**more)  # type: ignore[arg-type]

    async def answer(self, browser: Browser, text: str, key: str = "k1") -> str:
        """The desk answers."""
        return await self.server.platform.send(browser.place, Reply(text, "en"), key)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """An open page."""
    made = Desk()
    await made.server.open(made.heard)
    yield made
    for browser in made.browsers:
        await browser.close()
    await made.server.close()


async def test_a_customer_who_asks_sees_the_question_the_dots_and_the_answer(desk: Desk) -> None:
    browser = await desk.browser()
    status, asked = await browser.say("Where is it?")
    assert status == 202
    assert desk.heard.only().message_id == asked
    await desk.server.platform.show_status(browser.place, asked, on=True)
    await browser.until(lambda: {"working": ["1"]} in browser.of("status"))
    answer = await desk.answer(browser, "On its way.")
    await browser.until(lambda: browser.of("answer"))
    assert [told["text"] for told in browser.of("question")] == ["Where is it?"]
    assert (browser.of("answer")[0]["id"], browser.of("answer")[0]["html"]) == (answer, '<p dir="auto">On its way.</p>\n')
    await browser.until(lambda: browser.of("status")[-1] == {"working": []})


async def test_one_customer_never_sees_anothers_conversation(desk: Desk) -> None:
    one, two = await desk.browser(), await desk.browser()
    await one.say("A secret")
    await desk.answer(one, "Kept")
    await one.until(lambda: one.of("answer"))
    await desk.answer(two, "Hello")
    await two.until(lambda: two.of("answer"))
    assert not two.of("question")
    assert len(two.of("answer")) == 1
    assert one.place != two.place


async def test_a_customer_whose_connection_broke_gets_what_came_meanwhile(desk: Desk) -> None:
    browser = await desk.browser()
    await browser.say("One")
    await browser.until(lambda: browser.of("question"))
    seen = next(told.number for told in browser.told if told.kind == "question")
    assert browser.reader
    browser.reader.cancel()
    await desk.answer(browser, "While you were away")
    browser.told.clear()
    browser.reader = asyncio.create_task(browser._read(seen))
    await browser.until(lambda: browser.of("answer"))
    assert not browser.of("question")


async def test_an_answer_after_a_restart_reaches_the_browser_that_comes_back(desk: Desk) -> None:
    browser = await desk.browser(listen=False)
    await desk.server.close()
    restarted = Server(make_platform())
    await restarted.open(desk.heard)
    await restarted.platform.send(browser.place, Reply("Late, but here", "en"), "k1")
    browser.server = restarted
    browser.reader = asyncio.create_task(browser._read("999"))
    await browser.until(lambda: browser.of("answer"))
    await browser.close()
    await restarted.close()


async def test_an_answer_is_found_by_its_key(desk: Desk) -> None:
    browser = await desk.browser(listen=False)
    platform, reply = desk.server.platform, Reply("x", "en")
    assert await platform.find_sent(browser.place, reply, "k1") is None
    answer = await desk.answer(browser, "x")
    assert await platform.find_sent(browser.place, reply, "k1") == answer


@pytest.mark.parametrize("place", [Place("web", "local", "nobody", "1"), Place("web", "other", "a" * 32, "1")])
async def test_a_place_that_no_session_can_have_is_gone(desk: Desk, place: Place) -> None:
    with pytest.raises(PlaceGone):
        await desk.server.platform.send(place, Reply("x", "en"), "k")
    await desk.server.platform.show_status(place, "1", on=True)


async def test_a_customer_can_edit_and_take_back_what_was_written(desk: Desk) -> None:
    browser = await desk.browser()
    _, asked = await browser.say("Where is my percel?", conversation=7)
    assert (await browser.call("PUT", f"/chat/messages/{asked}", json={"text": "Where is my parcel?"}))[0] == 202
    assert (await browser.call("DELETE", f"/chat/messages/{asked}"))[0] == 202
    message, edit, deletion = desk.heard.events
    assert isinstance(edit, MessageEdited)
    assert isinstance(deletion, MessageDeleted)
    assert edit.text == "Where is my parcel?"
    assert message.place == edit.place == deletion.place
    await browser.until(lambda: browser.of("deletion"))
    assert browser.of("edit")[0]["text"] == "Where is my parcel?"
    late = await desk.browser(listen=False)
    late.http.cookie_jar.update_cookies(browser.http.cookie_jar.filter_cookies(aiohttp.client.URL(desk.server.url)))
    late.reader = asyncio.create_task(late._read(""))
    await late.until(lambda: late.of("status"))
    assert not late.of("question")


async def test_a_message_that_could_not_be_written_down_is_asked_for_again_and_tells_nothing(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    browser = await desk.browser(listen=False)
    desk.heard.failures = 1
    message = {"id": str(uuid.uuid4()), "text": "my secret words"}
    with caplog.at_level(logging.DEBUG, "adapters"):
        assert await browser.call("POST", "/chat/messages", json=message) == (503, {"error": "again"})
    assert "secret words" not in caplog.text
    assert "database" not in caplog.text
    assert (await browser.call("POST", "/chat/messages", json=message))[0] == 202
    assert desk.heard.only().text == "my secret words"


async def test_a_request_without_a_session_stays_outside(desk: Desk) -> None:
    browser = await desk.browser(listen=False)
    browser.http.cookie_jar.clear()
    assert (await browser.say("hello"))[0] == 401
    assert (await browser.call("GET", "/chat/events"))[0] == 401
    browser.http.cookie_jar.update_cookies({"polydesk_session": "guessed"}, aiohttp.client.URL(desk.server.url))
    assert (await browser.say("hello"))[0] == 401
    assert not desk.heard.events


async def test_the_cookie_is_for_the_browser_alone_and_is_kept(desk: Desk) -> None:
    browser = await desk.browser(listen=False)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http, http.get(desk.server.url) as page:
        cookie = page.headers["Set-Cookie"]
        assert "default-src 'self'" in page.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    async with browser.http.get(desk.server.url) as page:
        assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_another_site_cannot_write_in_a_customers_name(desk: Desk, headers: dict[str, str]) -> None:
    browser = await desk.browser(listen=False)
    message = {"id": str(uuid.uuid4()), "text": "forged"}
    assert await browser.call("POST", "/chat/messages", json=message, headers=headers) == (403, {"error": "origin"})
    assert not desk.heard.events


@pytest.mark.parametrize(
    ("host", "status"), [("evil.example", 421), ("[", 421), ("help.shop.example", 200), ("localhost:9", 200), ("[::1]:9", 200)]
)
async def test_a_strange_name_that_leads_here_is_turned_away(desk: Desk, host: str, status: int) -> None:
    browser = await desk.browser(listen=False)
    async with browser.http.get(desk.server.url, headers={"Host": host}) as page:
        assert page.status == status


async def test_bodies_that_are_too_large_or_no_json_are_refused(desk: Desk) -> None:
    browser = await desk.browser(listen=False)
    post = {"method": "POST", "path": "/chat/messages"}
    assert await browser.call(**post, json={"id": str(uuid.uuid4()), "text": "x" * 4_001}) == (413, {"error": "too-long"})
    json_type = {"Content-Type": "application/json"}
    assert (await browser.call(**post, data=b"x" * 70_000, headers=json_type))[0] == 413
    assert (await browser.call(**post, data=chunks(), headers=json_type))[0] == 413
    assert (await browser.call(**post, data=b"{", headers=json_type)) == (400, {"error": "json"})
    assert (await browser.call(**post, data=b"{}", headers={"Content-Type": "text/plain"}))[0] == 415
    assert (await browser.call("PUT", "/chat/messages/1", json={"text": "x"}))[0] == 400
    assert (await browser.say("still alive"))[0] == 202


async def chunks() -> AsyncIterator[bytes]:
    """A body that does not say how large it is."""
    for _ in range(70):
        yield b"x" * 1_000


async def test_only_the_pages_own_files_are_served(desk: Desk) -> None:
    browser = await desk.browser(listen=False)
    async with browser.http.get(desk.server.url + "/static/page.js") as script:
        assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
        mark = script.headers["ETag"]
    async with browser.http.get(desk.server.url + "/static/page.js", headers={"If-None-Match": mark}) as script:
        assert script.status == 304
    for name in ("pages.py", "..%2Fpages.py", "%2Fetc%2Fpasswd"):
        async with browser.http.get(aiohttp.client.URL(desk.server.url + "/static/" + name, encoded=True)) as nothing:
            assert nothing.status == 404


async def test_the_page_has_no_script_or_style_of_its_own(desk: Desk) -> None:
    browser = await desk.browser(listen=False)
    async with browser.http.get(desk.server.url) as page:
        html = await page.text()
    assert "Lindenhof &lt;Outdoor&gt;" in html
    assert "<style" not in html
    assert " style=" not in html
    assert " on" + "click" not in html
    assert html.count("<script") == 1
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html


async def test_so_many_open_pages_are_enough(desk: Desk) -> None:
    browser = await desk.browser(listen=False)
    tabs = [await browser.http.get(desk.server.url + "/chat/events") for _ in range(12)]
    assert await browser.call("GET", "/chat/events") == (429, {"error": "streams"})
    for tab in tabs:
        tab.close()


async def test_stopping_ends_the_open_pages_at_once_and_takes_no_more(desk: Desk) -> None:
    browser = await desk.browser()
    started = asyncio.get_running_loop().time()
    await desk.server.platform.stop()
    assert browser.reader
    await asyncio.wait_for(browser.reader, 1)
    assert asyncio.get_running_loop().time() - started < 1
    assert (await browser.say("too late"))[0] == 503
    assert (await browser.call("GET", "/chat/events"))[0] == 503
    assert not desk.server.platform.state().up
    assert not desk.heard.events


async def test_a_browser_that_reads_no_more_does_not_hold_the_stop(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.web.connection.STOP_SECONDS", 0.05)
    browser = await desk.browser(listen=False)
    events = await browser.http.get(desk.server.url + "/chat/events")
    for number in range(40):
        await desk.answer(browser, "word " * 30_000, f"k{number}")
        await asyncio.sleep(0.001)
    async with asyncio.timeout(2):
        await desk.server.close()
    events.close()


async def test_an_answer_grows_on_every_open_page_and_on_one_that_is_loaded_meanwhile(desk: Desk) -> None:
    browser = await desk.browser()
    _, asked = await browser.say("Where is it?")
    question, platform = desk.heard.only(), desk.server.platform
    growing = await platform.open_live(question, "It is **on")
    await growing.show("It is **on its way**.")
    await browser.until(lambda: any("<strong>on its way</strong>" in str(told["html"]) for told in browser.of("live")))
    later = Browser(desk.server)
    desk.browsers.append(later)
    await later.open(session=browser.session)
    await later.until(lambda: later.of("live"))
    assert later.of("live")[-1]["answers"] == asked
    await platform.finish(question.place, growing.message_id, Reply("It is **on its way**. Bye.", "en", answers=asked), "k1")
    for each in (browser, later):
        await each.until(lambda each=each: each.of("answer") and not each.of("live")[-1]["html"])
        assert [answer["answers"] for answer in each.of("answer")] == [asked]
