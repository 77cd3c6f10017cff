"""The owner's first hour: `init`, `index` and `check`, at a terminal."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import config, doctor
from bot.__main__ import app as commands
from bot.app import parts


def run(*words: str, answers: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(commands, list(words), input=answers)
    return result.exit_code, result.output


def test_who_presses_enter_at_every_question_gets_settings_that_load_and_all_sixteen_languages() -> None:
    assert run("init", answers="\n" * 9)[0] == 0
    settings = config.load()
    assert settings.shop.shop.languages == config.LANGUAGES
    assert not settings.sample


def test_what_is_said_at_the_questions_is_what_the_desk_runs_with() -> None:
    said = [
        'Möbel "Nord"',
        "de, en",
        "de",
        "pages",
        "nord.example",
        "+49 1",
        "xoxb-1",
        "xapp-1",
        "MTA.b.c",
        "http://127.0.0.1:9/v1",
        "m",
        "k",
    ]
    assert run("init", answers="\n".join(said) + "\n")[0] == 0
    settings = config.load()
    assert (settings.shop.shop.name, settings.shop.shop.languages, settings.hosts) == (said[0], ("de", "en"), ("nord.example",))
    environment = settings.environment
    assert (environment.slack_bot_token, environment.slack_app_token, environment.discord_token) == ("xoxb-1", "xapp-1", "MTA.b.c")
    assert [(model.url, model.name, model.key) for model in settings.models] == [("http://127.0.0.1:9/v1", "m", "k")]
    assert Path(".env").stat().st_mode & 0o077 == 0


def test_an_index_run_that_finds_no_help_page_says_so_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "embedded", tuple)
    code, said = run("index", "nowhere")
    assert code == 1
    assert "nowhere" in said
    assert "No help page was found" in said


async def test_an_embedding_server_that_is_away_is_a_fault_for_the_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDINGS_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("EMBEDDINGS_MODEL", "e")
    faults = [fault for fault in await doctor.examine(config.load()) if fault.subject == "embeddings"]
    assert "EMBEDDINGS_URL" in str(faults)
