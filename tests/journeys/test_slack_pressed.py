"""Stories in Slack of people who press, command and fill in, and of what only they see: the whole bot against a Slack of ours."""

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.language import phrases
from tests.contract.test_slack_interactions import gone
from tests.journeys.whole import running
from tests.model_server import ModelServer
from tests.slack_rules import labels_of, rendered
from tests.slack_server import SlackServer

SECRET = "s3cret"
STAFF = '[handoff]\nplace = "slack:CSTAFF"\n'


class Acme:
    """A workspace, a model, and our bot, which can be started again."""

    def __init__(self, slack: SlackServer, model: ModelServer, way: str, patch: pytest.MonkeyPatch, folder: Path) -> None:
        self.slack, self.model = slack, model
        self._way, self._patch, self._folder = way, patch, folder

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """From the start of the desk to its end."""
        settings = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_API_URL": self.slack.url, "MODEL_URL": self.model.url, "MODEL_NAME": "m"}
        settings |= {"SLACK_APP_TOKEN": "xapp-test"} if self._way == "socket" else {"SLACK_SIGNING_SECRET": SECRET}
        async with running(self._patch, self._folder, more=STAFF, **settings) as desk:
            if self._way == "http":
                self.slack.request_url, self.slack.signing_secret = f"{desk.address}/slack/events", SECRET
            yield

    async def answered(self) -> dict[str, Any]:
        """Ana's question has its answer in public."""
        await self.slack.say("C1", "UANA", "How long do I have to return something?")
        return (await self.slack.wait_for_posts(len(self.slack.posts) + 1, 30))[-1]

    async def told(self, user: str, words: str) -> None:
        """Returns when this person alone has seen these words."""
        sentence = phrases.say(words, "en").partition("{")[0]
        await self.seen(user, sentence)

    async def seen(self, user: str, words: str) -> None:
        """The same for words that are no sentence of ours."""
        async with asyncio.timeout(30):
            while not any(words in shown for shown in self.slack.shown.get(user, [])):
                await asyncio.sleep(0.01)


@pytest.fixture(params=["socket", "http"])
async def acme(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Acme]:
    async with SlackServer(echo=False) as slack, ModelServer() as model:
        slack.patience = 30.0
        yield Acme(slack, model, request.param, monkeypatch, tmp_path)


async def test_who_was_not_helped_says_why_and_gets_a_person(acme: Acme) -> None:
    async with acme.open():
        answer = await acme.answered()
        await acme.slack.press("UANA", answer, "bad")
        [modal] = await acme.slack.wait_for_modals(1, 30)
        await acme.slack.submit("UANA", modal, reason="incomplete", words="Nothing about lamps")
        await acme.told("UANA", phrases.THANKS)
    async with acme.open():
        await acme.slack.press("UANA", answer, "person")
        await acme.told("UANA", phrases.PASSED_ON)
        notice = (await acme.slack.wait_for_posts(2, 30))[-1]
        assert notice["channel"] == "CSTAFF"
        assert "How long do I have to return something?" in rendered(notice)
    assert acme.slack.seen("UBEN") == []


async def test_a_question_by_command_is_seen_by_its_author_alone_until_he_shares_it(acme: Acme) -> None:
    acme.model.say("You have 30 days [1].")
    async with acme.open():
        await acme.slack.command("UANA", "C1", "ask How long do I have to return something?")
        await acme.seen("UANA", "You have 30 days.")
        assert acme.slack.posts == []
    private = acme.slack.ephemerals[-1]
    assert "https://shop.example/help/" in rendered(private)
    async with acme.open():
        stale = copy.deepcopy(private)
        await acme.slack.press("UBEN", stale, "share")
        await acme.told("UBEN", phrases.OUT_OF_DATE)
        assert acme.slack.posts == []
        await acme.slack.press("UANA", private, "share")
        await acme.told("UANA", phrases.SHARED)
        [post] = await acme.slack.wait_for_posts(1, 30)
        assert post["channel"] == "C1"
        assert "You have 30 days." in rendered(post)
        assert "How long do I have to return something?" in rendered(post)


async def test_who_shares_where_the_bot_is_not_in_the_channel_is_told_so_and_may_share_once_it_is(acme: Acme) -> None:
    acme.slack.not_ours.add("C1")
    acme.model.say("You have 30 days [1].")
    async with acme.open():
        await acme.slack.command("UANA", "C1", "ask How long do I have to return something?")
        await acme.seen("UANA", "30 days")
        private = next(shown for shown in reversed(acme.slack.ephemerals) if "share" in str(shown["blocks"]))
        await acme.slack.press("UANA", private, "share")
        await acme.told("UANA", phrases.NOT_SHARED)
        assert acme.slack.posts == []
        acme.slack.not_ours.clear()
        await acme.slack.press("UANA", private, "share")
        await acme.told("UANA", phrases.SHARED)
        [post] = await acme.slack.wait_for_posts(1, 30)
        assert post["channel"] == "C1"


async def test_the_home_shows_what_is_stored_and_forgets_it(acme: Acme) -> None:
    async with acme.open():
        await acme.answered()
        await acme.slack.visit("UANA", "home")
        home = await acme.slack.wait_for_home("UANA", "stored here: 1", 30)
        assert phrases.say(phrases.FORGET_ME, "en") in labels_of(home)
    async with acme.open():
        await acme.slack.press("UANA", home, "forget-me")
        [window] = await acme.slack.wait_for_modals(1, 30)
        await acme.slack.press("UANA", window, "forget")
        await acme.told("UANA", phrases.FORGOTTEN)
        await acme.slack.wait_for_home("UANA", "stored here: 0", 30)


async def test_an_old_button_and_one_under_a_message_that_is_gone_say_something_to_whoever_presses(acme: Acme) -> None:
    async with acme.open():
        answer = await acme.answered()
        acme.slack.messages["C1"].clear()
        await acme.slack.press("UANA", answer, "good")
        await acme.told("UANA", phrases.THANKS)
        await acme.slack.press("UBEN", gone(answer), "good")
        await acme.told("UBEN", phrases.OUT_OF_DATE)
        acme.slack.not_ours.add("C1")
        acme.slack.later = 4000.0
        await acme.slack.press("UBEN", answer, "good", response_url="https://hooks.slack.com/old")
        await acme.seen("UBEN", phrases.say(phrases.THANKS, "en"))
    assert len([post for post in acme.slack.posts if post["channel"] == "C1"]) == 1


async def test_everything_private_is_in_the_readers_language(acme: Acme) -> None:
    acme.slack.users["UANA"] = {"locale": "ja-JP"}
    async with acme.open():
        await acme.slack.press("UANA", await acme.answered(), "bad")
        [modal] = await acme.slack.wait_for_modals(1, 30)
        assert modal["view"]["title"]["text"] == phrases.say(phrases.WHY, "ja")
        await acme.slack.visit("UANA", "messages")
        await acme.seen("UANA", phrases.say(phrases.PAGE_ASK_DELIVERY, "ja"))
        assert acme.slack.unheard == []


async def test_staff_draft_change_and_send_an_answer_and_nobody_else_may(acme: Acme) -> None:
    acme.slack.users["UCLEO"] = {"is_admin": True}
    async with acme.open():
        asked = await acme.slack.say("C1", "UANA", "How long do I have to return something?")
        await acme.slack.wait_for_posts(1, 30)
        await acme.slack.choose("UBEN", "C1", asked, "draft")
        await acme.told("UBEN", phrases.STAFF_ONLY)
        await acme.slack.choose("UCLEO", "C1", asked, "draft")
        async with asyncio.timeout(30):
            while not (drafts := [shown for shown in acme.slack.ephemerals if shown["user"] == "UCLEO" and "edit" in str(shown["blocks"])]):
                await asyncio.sleep(0.01)
    async with acme.open():
        await acme.slack.press("UCLEO", drafts[-1], "edit")
        [modal] = await acme.slack.wait_for_modals(1, 30)
        await acme.slack.submit("UCLEO", modal, text="Thirty days, and gladly longer.")
        post = (await acme.slack.wait_for_posts(2, 30))[-1]
        assert (post["channel"], post["thread_ts"]) == ("C1", asked)
        assert "Thirty days, and gladly longer." in rendered(post)
    assert acme.slack.unheard == []
