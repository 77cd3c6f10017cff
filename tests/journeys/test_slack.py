"""Stories in Slack, from the raw event to the API call: the whole bot, the real slack-bolt, a Slack of ours."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import growing
from bot.app import App
from bot.language import phrases
from tests.journeys.whole import RICH, running
from tests.model_server import ModelServer, chunks_of
from tests.slack_server import SlackServer

SECRET = "s3cret"


class Acme:
    """A workspace, a model, and our bot between them."""

    def __init__(self, slack: SlackServer, model: ModelServer, desk: App) -> None:
        self.slack, self.model, self.desk = slack, model, desk

    def threads(self) -> list[tuple[str, str]]:
        """Where our posts stand."""
        return [(post["channel"], post.get("thread_ts", "")) for post in self.slack.posts]


@pytest.fixture(params=["socket", "http", "socket on PostgreSQL"])
async def acme(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Acme]:
    """By Socket Mode, by HTTP, and with the other database."""
    way, _, other = request.param.partition(" on ")
    database = {"DATABASE_URL": request.getfixturevalue("postgresql_database")} if other else {}
    async with _acme(way, monkeypatch, tmp_path, **database) as acme:
        yield acme


@asynccontextmanager
async def _acme(way: str, patch: pytest.MonkeyPatch, folder: Path, more: str = "", **database: str) -> AsyncIterator[Acme]:
    async with SlackServer() as slack, ModelServer() as model:
        settings = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_API_URL": slack.url, "MODEL_URL": model.url, "MODEL_NAME": "m"}
        settings |= {"SLACK_APP_TOKEN": "xapp-test"} if way == "socket" else {"SLACK_SIGNING_SECRET": SECRET}
        async with running(patch, folder, more=more, **settings, **database) as desk:
            if way == "http":
                slack.request_url, slack.signing_secret = f"{desk.address}/slack/events", SECRET
            yield Acme(slack, model, desk)


async def test_a_mention_is_answered_once_in_its_thread(acme: Acme) -> None:
    acme.model.say("You have 30 days [1].")
    asked = await acme.slack.say("C1", "U2", "How long do I have to return something?")
    await acme.slack.wait_for_posts(1)
    assert acme.threads() == [("C1", asked)]
    assert "You have 30 days." in acme.slack.texts()[0]
    assert "https://shop.example/help/" in acme.slack.texts()[0]
    assert len(acme.slack.statuses) <= 2


async def test_a_long_answer_grows_in_its_thread_and_the_sign_goes_out(acme: Acme, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPEN_AFTER", "SETTLE", "EVERY"):
        monkeypatch.setattr(growing, name, 0.02)
    acme.model.stream(chunks_of("You have 30 days [1]. " * 12), pause=0.03)
    asked = await acme.slack.say("C1", "U2", "How long do I have to return something?")
    async with asyncio.timeout(30):
        while not any("https://shop.example/help/" in shown for shown in acme.slack.live.standing()):
            await asyncio.sleep(0.05)
        while acme.slack.live.signs():
            await asyncio.sleep(0.05)
    [shown] = acme.slack.live.standing()
    assert shown.count("You have 30 days.") == 12
    called = [method for method, _ in acme.slack.calls]
    assert "chat.appendStream" in called
    assert "chat.postMessage" not in called
    assert [(channel, stream.message["thread_ts"]) for (channel, _), stream in acme.slack.live.streams.items()] == [("C1", asked)]


async def test_a_follow_up_needs_no_mention_and_the_model_knows_what_was_said(acme: Acme) -> None:
    asked = await acme.slack.say("C1", "U2", "How long does delivery take?")
    await acme.slack.wait_for_posts(1)
    await acme.slack.say("C1", "U2", "And to Austria?", thread_ts=asked, mention=False)
    await acme.slack.wait_for_posts(2)
    assert acme.threads() == [("C1", asked)] * 2
    said = [message["content"] for message in acme.model.requests[1]["messages"]]
    assert said[1:] == ["How long does delivery take?", "Scripted answer.", "And to Austria?"]


async def test_a_follow_up_that_arrives_before_its_mention_is_answered_too(acme: Acme) -> None:
    asked = acme.slack.now()
    await acme.slack.say("C1", "U2", "And to Austria?", thread_ts=asked, mention=False)
    assert acme.slack.posts == []
    await acme.slack.say("C1", "U2", "How long does delivery take?", ts=asked)
    await acme.slack.wait_for_posts(1)
    assert acme.threads() == [("C1", asked)]
    assert acme.model.requests[0]["messages"][-1]["content"] == "How long does delivery take?\n\nAnd to Austria?"


async def test_two_people_in_one_thread_are_each_answered_there(acme: Acme) -> None:
    asked = await acme.slack.say("C1", "U2", "How long does delivery take?")
    await acme.slack.wait_for_posts(1)
    await acme.slack.say("C1", "U3", "And what does it cost?", thread_ts=asked, mention=True)
    await acme.slack.wait_for_posts(2)
    assert acme.threads() == [("C1", asked)] * 2
    assert acme.model.requests[1]["messages"][-1]["content"] == "And what does it cost?"


async def test_a_direct_message_is_answered_in_its_thread(acme: Acme) -> None:
    asked = await acme.slack.say("D1", "U2", "Where is my parcel?")
    await acme.slack.wait_for_posts(1)
    assert acme.threads() == [("D1", asked)]


async def test_talk_that_is_not_for_us_is_neither_answered_nor_asked_of_the_model(acme: Acme) -> None:
    asked = await acme.slack.say("C1", "U3", "Lunch?", mention=False)
    await acme.slack.say("C1", "U2", "Yes, at one", thread_ts=asked, mention=False)
    await acme.slack.say("D1", "U2", "Hello")
    await acme.slack.wait_for_posts(1)
    assert acme.threads()[0][0] == "D1"
    assert len(acme.model.requests) == 1


async def test_an_edit_before_the_answer_counts(acme: Acme) -> None:
    acme.model.gate.clear()
    asked = await acme.slack.say("C1", "U2", "Where is my parcle?")
    await acme.slack.edit("C1", asked, "Where is my parcel?")
    acme.model.gate.set()
    await acme.slack.wait_for_posts(1)
    assert acme.model.requests[-1]["messages"][-1]["content"] == "Where is my parcel?"
    assert len(acme.slack.posts) == 1


async def test_a_question_deleted_before_the_answer_is_not_answered(acme: Acme) -> None:
    acme.model.gate.clear()
    asked = await acme.slack.say("C1", "U2", "Never mind")
    await acme.slack.delete("C1", asked)
    acme.model.gate.set()
    other = await acme.slack.say("C1", "U2", "Another question")
    await acme.slack.wait_for_posts(1)
    assert acme.threads() == [("C1", other)]


async def test_two_threads_at_once_are_each_answered_in_place(acme: Acme) -> None:
    acme.model.gate.clear()
    asked = [await acme.slack.say("C1", "U2", "First?"), await acme.slack.say("C1", "U3", "Second?")]
    acme.model.gate.set()
    await acme.slack.wait_for_posts(2)
    assert sorted(thread for _, thread in acme.threads()) == sorted(asked)


@pytest.mark.parametrize("length", [2_001, 12_001])
async def test_a_long_answer_arrives_whole(acme: Acme, length: int) -> None:
    words = ("word " * length)[:length].strip()
    acme.model.say(words)
    await acme.slack.say("C1", "U2", "Tell me everything")
    await acme.slack.wait_for_posts(1 if length < 10_000 else 2)
    shown = " ".join(acme.slack.texts())
    assert shown.count("word") == words.count("word")


async def test_tables_code_links_emoji_and_lines_from_right_to_left_arrive_as_they_were_written(acme: Acme) -> None:
    acme.model.say(RICH)
    await acme.slack.say("C1", "U2", "كم تكلفة المقاس L؟ 👍🏽")
    (post,) = await acme.slack.wait_for_posts(1)
    assert post["text"].startswith("| Size")
    assert acme.slack.texts()[0].startswith(RICH)
    assert acme.model.requests[0]["messages"][-1]["content"] == "كم تكلفة المقاس L؟ 👍🏽"


async def test_nothing_is_answered_twice_and_our_own_posts_are_never_answered(acme: Acme) -> None:
    asked = [await acme.slack.say("C1", "U2", "First?"), await acme.slack.say("D1", "U2", "Second?")]
    await acme.slack.wait_for_posts(2)
    await acme.slack.redeliver()
    asked.append(await acme.slack.say("C1", "U3", "Third?", subtype="thread_broadcast"))
    await acme.slack.say("C1", "U9", "Beep?", bot_id="B9", subtype="bot_message")
    asked.append(await acme.slack.say("C1", "U2", "Fourth?"))
    await acme.slack.wait_for_posts(4)
    assert sorted(thread for _, thread in acme.threads()) == sorted(asked)


async def test_an_answer_pings_nobody_and_shows_no_image(acme: Acme) -> None:
    acme.model.say("Hi <!channel> <@U3> @everyone ![x](https://evil.example/x.png) see https://evil.example/?q=1")
    await acme.slack.say("C1", "U2", "Hello?")
    await acme.slack.wait_for_posts(1)
    assert acme.slack.pinged() == []
    assert "evil" not in str(acme.slack.posts)
    assert acme.slack.posts[0]["unfurl_links"] in (False, "false", "0")


async def test_when_the_model_is_away_the_help_page_speaks_with_a_reference(acme: Acme) -> None:
    acme.model.fail(400)
    await acme.slack.say("C1", "U2", "Within how many days can you return something?")
    await acme.slack.wait_for_posts(1)
    assert "You can return anything within 30 days." in acme.slack.texts()[0]
    assert "#" in acme.slack.texts()[0]
    assert "400" not in acme.slack.texts()[0]


async def test_staff_are_told_in_their_channel_with_a_link_to_the_customers_thread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with _acme("socket", monkeypatch, tmp_path, '[handoff]\nplace = "slack:CSTAFF"\n') as acme:
        asked = await acme.slack.say("C1", "U2", "I want to talk to a human")
        await acme.slack.wait_for_posts(2)
        assert sorted(acme.threads()) == sorted([("C1", asked), ("CSTAFF", "")])
        notice = next(text for post, text in zip(acme.slack.posts, acme.slack.texts(), strict=True) if post["channel"] == "CSTAFF")
        assert f"https://acme.slack.com/archives/C1/p{asked.replace('.', '')}" in notice
        assert "I want to talk to a human" in notice
        assert acme.model.requests == []


async def test_nothing_personal_is_seen_while_an_answer_grows_and_the_stream_ends_as_the_public_sentence(
    acme: Acme, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPEN_AFTER", "SETTLE", "EVERY"):
        monkeypatch.setattr(growing, name, 0.02)
    personal = "We write to ana@example.org [1]. "
    acme.model.stream(chunks_of("You have 30 days [1]. " * 8 + personal + "You have 30 days [1]. " * 8), pause=0.03)
    asked = await acme.slack.say("C1", "U2", "Where is my parcel? I am ana@example.org.")
    async with asyncio.timeout(30):
        while phrases.SENT_DIRECTLY not in acme.slack.live.standing():
            await asyncio.sleep(0.05)
        while acme.slack.live.signs():
            await asyncio.sleep(0.05)
    assert acme.threads() == [(acme.slack.direct_with("U2"), "")]
    assert "We write to ana@example.org" in acme.slack.texts()[0]
    shown = [arguments for method, arguments in acme.slack.calls if arguments.get("channel") == "C1"]
    assert any("You have 30 days" in str(arguments) for arguments in shown)
    assert "ana@example.org" not in str(shown)
    assert [stream.message["thread_ts"] for (_, _), stream in acme.slack.live.streams.items()] == [asked]
