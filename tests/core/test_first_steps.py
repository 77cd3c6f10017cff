"""The owner's first hour: `init`, `index` and `check`, at a terminal."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import app, config, doctor, logs
from bot.__main__ import app as commands
from bot.commands import serving


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
        "https://nord.example/shop",
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


def test_who_breaks_off_in_the_middle_of_the_questions_finds_nothing_written() -> None:
    assert run("init", answers="\n" * 6)[0] == 1
    assert not Path("shop.toml").exists()
    assert not Path(".env").exists()


def test_without_an_app_token_slacks_signing_secret_is_asked_for_and_pages_that_are_missing_are_named() -> None:
    code, said = run("init", answers="\n" * 6 + "xoxb-1\n\ns3cret\n\n\n")
    assert code == 0
    assert config.load().environment.slack_signing_secret == "s3cret"
    assert "documents is not there yet" in said


def test_who_replaces_no_file_is_not_told_that_one_was_written() -> None:
    Path("shop.toml").write_text('[shop]\nname = "Nord"\n')
    Path(".env").write_text("PORT=1\n")
    _, said = run("init", answers="n\nn\n")
    assert "Written" not in said
    assert config.load().shop.shop.name == "Nord"


def test_the_doctor_names_settings_tokens_and_documents_in_one_run_and_no_bracket_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("shop.toml").write_text('[shop]\nnmae = "x"\ndocuments = ["nowhere"]\n[handoff]\nplace = "slack:C1"\n')
    monkeypatch.setenv("PORT", "many")
    monkeypatch.setenv("DISCORD_TOKEN", "Bot abc")
    code, said = run("check")
    assert code == 1
    for part in (
        "PORT: write a whole number",
        "shop.nmae",
        "nowhere is not there",
        "DISCORD_TOKEN starts with",
        "correct [handoff] place in",
    ):
        assert part in said


def test_a_desk_that_cannot_start_names_what_the_doctor_would_name(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("shop.toml").write_text('[shop]\nnmae = "x"\n')
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xapp-1")
    code, said = run("serve")
    assert code == 1
    assert "shop.nmae" in said
    assert "SLACK_BOT_TOKEN is no bot token" in said


async def test_ctrl_c_stops_a_desk_that_is_still_indexing(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, closed = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def opened(*_: object, **__: object) -> AsyncIterator[None]:
        begun.set()
        try:
            await asyncio.Event().wait()
            yield
        finally:
            closed.set()

    monkeypatch.setattr(app, "opened", opened)
    monkeypatch.setattr(logs, "set_up", lambda: None)
    desk = asyncio.create_task(serving.serve())
    await begun.wait()
    signal.raise_signal(signal.SIGINT)
    await asyncio.wait_for(desk, 5)
    assert closed.is_set()


async def test_the_sample_shop_leaves_with_the_first_shop_toml_also_where_it_lies_in_todays_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(app, "embedded", tuple)
    monkeypatch.chdir(config.SAMPLE_SHOP.parent.parent)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/desk.db")
    async with app.opened(config.load()) as parts:
        assert parts.knowledge.size
    (tmp_path / "shop.toml").write_text("[shop]\n")
    monkeypatch.setenv("SHOP_FILE", str(tmp_path / "shop.toml"))
    assert "nothing is indexed" in str(await doctor.examine(config.load()))
    async with app.opened(config.load()) as parts:
        assert not parts.knowledge.size


async def test_a_sample_shop_that_was_indexed_by_half_is_indexed_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "embedded", tuple)
    async with app.opened(config.load()) as parts:
        whole = parts.knowledge.size
        await parts.passages.remove(list(await parts.passages.fingerprints())[5:])
    async with app.opened(config.load()) as parts:
        assert parts.knowledge.size == whole


def test_an_index_run_that_finds_no_help_page_says_so_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "embedded", tuple)
    code, said = run("index", "nowhere")
    assert code == 1
    assert "nowhere" in said
    assert "No help page was found" in said


@pytest.mark.parametrize(("hosts", "named"), [("", True), ('hosts = ["help.shop.example"]', False)])
def test_a_page_that_nobody_could_open_is_a_fault(monkeypatch: pytest.MonkeyPatch, hosts: str, named: bool) -> None:
    Path("shop.toml").write_text(f"[page]\nopen = true\n{hosts}\n")
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104  # what an owner writes
    assert ("page: it is open at 0.0.0.0" in run("check")[1]) is named


async def test_an_embedding_server_that_is_away_is_a_fault_for_the_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMBEDDINGS_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("EMBEDDINGS_MODEL", "e")
    faults = [fault for fault in await doctor.examine(config.load()) if fault.subject == "embeddings"]
    assert "EMBEDDINGS_URL" in str(faults)
