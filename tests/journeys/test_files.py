"""Stories of files, from the raw event to the model's request: the whole bot, the real libraries, a Slack and a Discord of ours."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord_world import DIRECT, GENERAL, THREAD
from tests.journeys.test_discord import World, _world
from tests.journeys.test_slack import Acme, _acme
from tests.pdf_files import locked_pdf, pdf

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
INVOICE = ("invoice.pdf", "application/pdf", pdf("Invoice 4711", "Total: 12.50 EUR"))
LINE = '{"attached": "invoice.pdf", "text": "Invoice 4711\\n\\nTotal: 12.50 EUR", "whole": true}'
SHOWN = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"}}


@pytest.fixture(params=["socket", "http", "socket on PostgreSQL"])
async def acme(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Acme]:
    way, _, other = request.param.partition(" on ")
    database = {"DATABASE_URL": request.getfixturevalue("postgresql_database")} if other else {}
    async with _acme(way, monkeypatch, tmp_path, MODEL_SEES="true", **database) as acme:
        yield acme


@pytest.fixture
async def world(database_address: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[World]:
    async with _world(monkeypatch, tmp_path, DATABASE_URL=database_address, MODEL_SEES="true") as world:
        yield world


async def test_in_slack_a_mention_with_a_pdf_is_answered_with_regard_to_it_and_so_is_what_follows(acme: Acme) -> None:
    asked = await acme.slack.say("C1", "U2", "May I return this?", subtype="file_share", files=[acme.slack.upload(*INVOICE)])
    await acme.slack.wait_for_posts(1)
    assert acme.threads() == [("C1", asked)]
    assert acme.model.requests[0]["messages"][-1]["content"] == f"May I return this?\n\n{LINE}"
    await acme.slack.say("C1", "U2", "How long?", thread_ts=asked, mention=False)
    await acme.slack.wait_for_posts(2)
    said = [message["content"] for message in acme.model.requests[1]["messages"]][1:]
    assert said == [
        "May I return this?\n\n📎 invoice.pdf\nInvoice 4711\n\nTotal: 12.50 EUR",
        "Scripted answer.",
        "How long?",
    ]


async def test_in_slack_a_screenshot_goes_to_the_model_that_sees(acme: Acme) -> None:
    await acme.slack.say("D1", "U2", "Is this delivery to Austria?", files=[acme.slack.upload("a.png", "image/png", PNG)])
    await acme.slack.wait_for_posts(1)
    assert acme.model.requests[0]["messages"][-1]["content"] == [{"type": "text", "text": "Is this delivery to Austria?"}, SHOWN]


async def test_in_slack_a_file_that_nobody_may_read_is_told_and_costs_no_question(acme: Acme) -> None:
    acme.slack.scopes = acme.slack.scopes.replace("files:read,", "")
    await acme.slack.say("D1", "U2", "", files=[acme.slack.upload("note.txt", "text/plain", b"hello")])
    await acme.slack.wait_for_posts(1)
    assert "I could not open this: `note.txt`" in acme.slack.texts()[0]
    assert "Sign in" not in str(acme.slack.posts)
    assert acme.model.requests == []


async def test_in_discord_a_mention_with_files_is_answered_with_regard_to_them(world: World) -> None:
    files = [world.discord.files.upload(GENERAL, *INVOICE), world.discord.files.upload(GENERAL, "größe.txt", "text/plain", b"XL")]
    await world.discord.say(GENERAL, "ana", "May I return this?", mention=True, attachments=files)
    assert len(await world.sees(1)) == 1
    other = '{"attached": "größe.txt", "text": "XL", "whole": true}'
    assert world.model.requests[0]["messages"][-1]["content"] == f"May I return this?\n\n{LINE}\n{other}"


async def test_in_discord_a_screenshot_alone_is_looked_at_and_kept_in_words(world: World) -> None:
    world.model.say("An error message: code 17, no paper.")
    await world.discord.say(DIRECT["ana"], "ana", "", attachments=[world.discord.files.upload(DIRECT["ana"], "a.png", "image/png", PNG)])
    await world.sees(1)
    looked, asked = (request["messages"][-1]["content"] for request in world.model.requests)
    assert looked == [SHOWN]
    assert '"text": "An error message: code 17, no paper."' in asked[0]["text"]
    await world.discord.say(DIRECT["ana"], "ana", "What now?")
    await world.sees(2)
    assert "📎 a.png\nAn error message: code 17, no paper." in [message["content"] for message in world.model.requests[2]["messages"]]


async def test_in_discord_a_file_in_a_follow_up_that_cannot_be_read_is_told_before_the_answer(world: World) -> None:
    await world.discord.say(THREAD, "ana", "How long does delivery take?", mention=True)
    await world.sees(1)
    locked = world.discord.files.upload(THREAD, "locked.pdf", "application/pdf", locked_pdf("secret", "swordfish"))
    voice = world.discord.files.upload(THREAD, "voice-message.ogg", "audio/ogg", b"OggS")
    await world.discord.say(THREAD, "ana", "And to Austria?", attachments=[locked, voice])
    answer = str((await world.sees(2))[1]["content"])
    assert answer.startswith(
        "I could not open this: `locked.pdf`\n\nI cannot read this kind of file: `voice-message.ogg`\n\nScripted answer."
    )
    assert world.model.requests[1]["messages"][-1]["content"] == "And to Austria?"
