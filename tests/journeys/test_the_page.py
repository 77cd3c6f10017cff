"""The page in a real browser: Debian's Chromium, by keyboard, by screen reader's roles, and on a bad line.

Without a Chromium these are skipped; with POLYDESK_REQUIRE_BROWSER=1 that is a failure.
"""

import asyncio
import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.errors import StoreError
from bot.language import phrases
from bot.messages import Button, Event, MessageDeleted, MessageEdited, MessageReceived, Reply, Source
from bot.pressed import ButtonPressed, Field, Form, FormSent, Interaction, Reaction, Shown
from tests.contract.web_page import Server, make_platform

CHROMIUM = "/usr/bin/chromium"
QUIET = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run"
SOURCES = (Source("How to return an item", "https://shop.example/returns"), Source("House rules"))


class Desk:
    """The page in front of a desk that answers when it is told to."""

    def __init__(self) -> None:
        self.server = Server(make_platform())
        self.heard: list[Event] = []
        self.failures = 0
        self.pressed: list[Interaction] = []
        self.asked = asyncio.Event()

    async def receive(self, event: Event) -> None:
        """Write down, or fail to."""
        if self.failures:
            self.failures -= 1
            raise StoreError("the database is away")
        self.heard.append(event)
        self.asked.set()

    async def interact(self, interaction: Interaction) -> Reaction:
        """As bot.interactions.feedback does it, for a reader of English."""
        self.pressed.append(interaction)
        if isinstance(interaction, ButtonPressed) and interaction.action == "bad":
            reason = Field(
                "reason", "What was wrong?", required=False, options=(("wrong", "The answer is wrong"), ("other", "Something else"))
            )
            words = Field("words", "In your own words", long=True, required=False)
            return Form("why", "What was wrong?", "Send", (reason, words), "en", "7")
        return Shown(Reply("Thank *you*.", "en"))

    async def question(self) -> MessageReceived:
        """The next message of the customer."""
        await asyncio.wait_for(self.asked.wait(), 5)
        self.asked.clear()
        return [event for event in self.heard if isinstance(event, MessageReceived)][-1]

    async def answer(self, text: str, language: str = "en", **more: str) -> None:
        """Answer the last question."""
        question = next(event for event in reversed(self.heard) if isinstance(event, MessageReceived))
        reply = Reply(text, language, SOURCES, buttons=(Button("person", "Talk to a person", "7"),), feedback=True, **more)
        await self.server.platform.send(question.place, reply, f"key-{len(self.heard)}")


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """An open page."""
    made = Desk()
    await made.server.open(made.receive, interact=made.interact)
    yield made
    await made.server.close()


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """A browser that calls nobody."""
    if not os.access(CHROMIUM, os.X_OK):
        missing = pytest.fail if os.environ.get("POLYDESK_REQUIRE_BROWSER") == "1" else pytest.skip
        missing(f"no browser at {CHROMIUM}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield browser
        await browser.close()


@pytest.fixture
async def page(desk: Desk, chromium: Browser) -> AsyncIterator[Page]:
    """A customer's tab; a script's error or a blocked file fails the test."""
    context = await chromium.new_context(locale="en-GB", reduced_motion="reduce")
    tab = await context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda line: errors.append(line.text) if "Content Security" in line.text else None)
    await tab.goto(desk.server.url)
    yield tab
    await context.close()
    assert errors == []


async def test_a_customer_asks_by_keyboard_and_reads_the_answer_with_its_sources(desk: Desk, page: Page) -> None:
    box = page.get_by_role("textbox", name=phrases.say(phrases.PAGE_HINT, "en"))
    await expect(box).to_be_focused()
    await page.keyboard.type("Where is")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("my parcel?")
    await page.keyboard.press("Enter")
    question = await desk.question()
    assert (question.text, question.locale) == ("Where is\nmy parcel?", "en-GB")

    await desk.server.platform.show_status(question.place, question.message_id, on=True)
    await expect(page.get_by_text(phrases.say(phrases.PAGE_WAITING, "en"))).to_be_visible()
    await desk.answer("It **left** today. <b onclick=x>Not bold</b>", notice="I am an AI.")

    log = page.get_by_role("log")
    await expect(log.locator("strong")).to_have_text("left")
    await expect(log).to_contain_text("<b onclick=x>Not bold</b>")
    await expect(log.get_by_role("link", name="How to return an item")).to_have_attribute("href", "https://shop.example/returns")
    await expect(log).to_contain_text("House rules")
    await expect(log).to_contain_text("I am an AI.")
    await expect(page.locator("#waiting")).to_be_empty()
    await expect(box).to_be_focused()
    await expect(box).to_have_value("")


async def test_a_customer_says_by_keyboard_that_an_answer_did_not_help_and_why(desk: Desk, page: Page) -> None:
    await page.keyboard.type("Where is my parcel?")
    await page.keyboard.press("Enter")
    await desk.question()
    await desk.answer("It left today.")
    helpful, not_helpful = (page.get_by_role("button", name=name, exact=True) for name in ("Helpful", "Not helpful"))
    await helpful.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log")).to_contain_text("Thank you.")
    await expect(helpful).to_have_attribute("aria-pressed", "true")
    await not_helpful.press("Enter")
    await expect(helpful).to_have_attribute("aria-pressed", "false")
    await expect(page.get_by_label("What was wrong?")).to_be_focused()
    await page.get_by_label("What was wrong?").select_option("The answer is wrong")
    await page.get_by_label("In your own words").fill("It did not leave.")
    await page.locator(".reaction").get_by_role("button", name="Send").click()
    await expect(page.locator(".reaction form")).to_have_count(0)
    sent = desk.pressed[-1]
    assert isinstance(sent, FormSent)
    assert (sent.form, sent.value, dict(sent.entries)) == ("why", "7", {"reason": "wrong", "words": "It did not leave."})
    await page.get_by_role("button", name="Talk to a person").click()
    await expect(not_helpful).to_have_attribute("aria-pressed", "true")
    assert [one.action for one in desk.pressed if isinstance(one, ButtonPressed)] == ["good", "bad", "person"]


async def test_a_first_question_needs_one_key_and_an_arabic_answer_runs_from_right_to_left(desk: Desk, page: Page) -> None:
    question = phrases.say(phrases.PAGE_ASK_DELIVERY, "ar")
    button = page.get_by_role("button", name=question)
    await button.focus()
    await page.keyboard.press("Enter")
    assert (await desk.question()).text == question
    await desk.answer("لديك 30 يومًا:\n\n> You have 30 days.", "ar")
    said = page.locator(".answer .said")
    await expect(said).to_have_attribute("dir", "rtl")
    await expect(said).to_have_attribute("lang", "ar")
    await expect(said.locator("> p")).to_have_css("direction", "rtl")
    await expect(said.locator("blockquote")).to_have_css("direction", "ltr")
    await expect(page.locator(".question .said")).to_have_css("direction", "rtl")


async def test_a_reload_shows_the_conversation_and_a_new_one_begins_empty(desk: Desk, page: Page) -> None:
    await page.keyboard.type("First")
    await page.keyboard.press("Enter")
    first = await desk.question()
    await desk.answer("One")
    await expect(page.locator(".answer")).to_have_count(1)
    await page.reload()
    await expect(page.locator("article")).to_have_count(2)

    await page.get_by_role("button", name=phrases.say(phrases.PAGE_NEW, "en")).click()
    await expect(page.locator("article")).to_have_count(0)
    await expect(page.locator("#welcome")).to_be_visible()
    await page.keyboard.type("Second")
    await page.keyboard.press("Enter")
    second = await desk.question()
    assert (second.place.channel, second.place.thread != first.place.thread) == (first.place.channel, True)


async def test_the_last_message_can_be_edited_and_taken_back(desk: Desk, page: Page) -> None:
    await page.keyboard.type("Where is my percel?")
    await page.keyboard.press("Enter")
    await desk.question()
    await page.get_by_role("button", name="Edit").click()
    await page.keyboard.press("Escape")
    await expect(page.locator("#text")).to_have_value("")
    await page.get_by_role("button", name="Edit").click()
    await page.locator("#text").fill("Where is my parcel?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".question .said")).to_have_text("Where is my parcel?")
    await expect(page.locator(".sending")).to_have_count(0)
    await page.get_by_role("button", name="Delete").click()
    await expect(page.locator("article")).to_have_count(0)
    assert [type(event) for event in desk.heard] == [MessageReceived, MessageEdited, MessageDeleted]


async def test_a_message_on_a_bad_line_arrives_once_and_the_page_says_so(desk: Desk, page: Page) -> None:
    desk.failures = 2
    await page.keyboard.type("Do not lose me")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(phrases.say(phrases.PAGE_OFFLINE, "en"))).to_be_visible(timeout=5_000)
    await desk.question()
    await expect(page.locator(".sending")).to_have_count(0)
    await expect(page.locator("#offline")).to_be_empty()
    assert [event.text for event in desk.heard if isinstance(event, MessageReceived)] == ["Do not lose me"]
    await expect(page.locator(".question")).to_have_count(1)


async def test_the_page_comes_back_by_itself_after_a_restart(desk: Desk, page: Page) -> None:
    await page.keyboard.type("Are you there?")
    await page.keyboard.press("Enter")
    await desk.question()
    port = int(desk.server.url.rpartition(":")[2])
    await desk.server.close()
    await expect(page.locator("#offline")).not_to_be_empty(timeout=8_000)
    desk.server = Server(make_platform())
    await desk.server.open(desk.receive, port)
    await desk.answer("Yes, again")
    await expect(page.locator(".answer .said")).to_contain_text("Yes, again", timeout=10_000)
    await expect(page.locator("#offline")).to_be_empty()


async def test_a_telephone_shows_everything_within_its_width(desk: Desk, chromium: Browser) -> None:
    context = await chromium.new_context(viewport={"width": 320, "height": 600}, locale="de", color_scheme="dark")
    page = await context.new_page()
    await page.goto(desk.server.url)
    await page.locator("#text").fill("x" * 300)
    await page.keyboard.press("Enter")
    await desk.question()
    await desk.answer("| a | b |\n|---|---|\n| " + "wide " * 30 + "| c |\n\n" + "y" * 500 + "\n\n```\n" + "z" * 300 + "\n```")
    await expect(page.locator(".answer")).to_have_count(1)
    for part in ("html", "main", ".answer .bubble", ".question .bubble"):
        assert await page.locator(part).first.evaluate("part => part.scrollWidth <= part.clientWidth + 1"), part
    await context.close()
