"""Two workspaces and two servers in one process: each is answered from its own documents, in its own manner, and nothing crosses."""

import asyncio
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import app, config, doctor
from bot.__main__ import app as commands
from bot.app import parts as app_parts
from bot.errors import ConfigError
from bot.messages import Person, Place
from bot.platforms import Installation
from bot.pressed import Chosen, CommandGiven, Shown
from bot.privacy.sealing import new_key
from bot.store.database import Database
from bot.store.installations import InstallationStore
from tests.workspaces import GUILDS, MARK, OTHER_GENERAL, TEAMS, workspaces

EVENTS = 80


async def test_nothing_crosses_between_workspaces_and_no_token_stands_in_clear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with workspaces(monkeypatch, tmp_path) as world:
        for start in range(0, EVENTS, 8):
            await asyncio.gather(*(world.ask(number) for number in range(start, start + 8)))
            # Else a person's messages are answered as one, and a wish for a person among them hides the rest.
            await world.answered()
        assert world.crossed() == []
        said = world.said()
        assert set(said) == {*TEAMS, *GUILDS}
        staff = {str(post["team"]) for post in world.slack.posts if str(post["channel"]).endswith("STAFF")}
        assert staff == set(TEAMS)
        texts = [text for text in world.slack.texts() if "30 days" in text]
        assert any("CODE-T1" in text and "Shop-T1" in text and "tone-T1" in text for text in texts)
        assert any("CODE-T2" in text for text in texts)
        other = [str(post["content"]) for post in world.discord.posts if post["channel"] == OTHER_GENERAL]
        assert any("CODE-2002" in text for text in other), other
        assert world.in_clear(tmp_path, caplog.text) == []


async def test_a_wrong_key_is_one_sentence_at_the_start_and_in_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/desk.db")
    await database.migrate()
    await InstallationStore(database, "slack", [new_key()]).keep(Installation("T1", "", "", "", "", "", (), "", 1.0, "xoxb-1"))
    await database.close()
    settings = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_SIGNING_SECRET": "s", "PORT": "0"}
    for name, value in (settings | {"DATABASE_URL": f"sqlite:///{tmp_path}/desk.db", "POLYDESK_KEY": new_key()}).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "shop.toml").write_text('[shop]\ndocuments = ["pages"]\n')
    monkeypatch.setattr(app_parts, "embedded", tuple)
    with pytest.raises(ConfigError, match="POLYDESK_KEY does not open the token of slack:T1"):
        async with app.running(config.load()):
            pass
    assert [fault for fault in await doctor.everything() if "POLYDESK_KEY does not open the token of slack:T1" in fault]


def test_the_key_that_is_printed_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = CliRunner().invoke(commands, ["key"]).stdout.strip()
    settings = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_SIGNING_SECRET": "s", "POLYDESK_KEY": printed}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert config.load().installs_slack


async def test_what_staff_let_it_write_stands_on_the_documents_of_their_workspace(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with workspaces(monkeypatch, tmp_path) as world:
        for mark in (*TEAMS, *GUILDS):
            platform = "slack" if mark in TEAMS else "discord"
            place = Place(platform, mark, GUILDS.get(mark, f"C{mark}A"), "1.000001")
            asked = Chosen(place, "1.000001", Person(platform, mark, "U5"), "How long can I return a lamp?")
            shown = await world.desk._interactions(
                CommandGiven(f"draft-{mark}", place, Person(platform, mark, "U9"), "draft", admin=True, chosen=asked)
            )
            assert isinstance(shown, Shown)
            assert set(MARK.findall(shown.reply.text)) == {mark}
        assert world.crossed() == []
