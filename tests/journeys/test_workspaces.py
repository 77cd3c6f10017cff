"""Two workspaces and two servers in one process: each is answered from its own documents, in its own manner, and nothing crosses."""

import asyncio
import logging
from pathlib import Path

import pytest

from tests.workspaces import GUILDS, OTHER_GENERAL, TEAMS, workspaces

EVENTS = 80


async def test_nothing_crosses_between_workspaces_and_no_token_stands_in_clear(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with workspaces(monkeypatch, tmp_path) as world:
        for start in range(0, EVENTS, 8):
            await asyncio.gather(*(world.ask(number) for number in range(start, start + 8)))
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
        assert any("CODE-2002" in text for text in other)
        assert world.in_clear(tmp_path, caplog.text) == []
