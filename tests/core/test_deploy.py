"""What runs the desk elsewhere (Procfile, Dockerfile, compose file, systemd units) names commands and settings that exist."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.__main__ import app
from bot.config import Environment

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = {command.callback.__name__ for command in app.registered_commands if command.callback}


@pytest.fixture(autouse=True)
def own_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command sets up logging for itself."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)


def compose() -> Any:
    return yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())


def test_every_process_of_the_compose_file_is_a_command() -> None:
    commands = {service["command"][0] for service in compose()["services"].values() if "command" in service}
    assert commands == {"web", "gateway", "work", "index"}
    assert commands <= COMMANDS


def test_every_setting_of_the_compose_file_is_read() -> None:
    names = set(compose()["x-desk"]["environment"])
    assert {name.lower() for name in names} <= set(Environment.model_fields)


def test_every_token_reaches_the_processes_of_the_compose_file() -> None:
    names = {name.lower() for name in compose()["x-desk"]["environment"]}
    assert {name for name in Environment.model_fields if name.endswith(("_token", "_key", "_secret"))} <= names


def test_procfile_and_units_name_commands() -> None:
    procfile = re.findall(r"python -m bot (\w+)", (ROOT / "Procfile").read_text())
    units = re.findall(r"polydesk@([a-z]+)[-\d]*\.service", (ROOT / "deploy/systemd/polydesk.target").read_text())
    assert set(procfile) == {"serve", "web", "gateway", "work"}
    assert set(units) == {"web", "gateway", "work"}
    assert {*procfile, *units} <= COMMANDS


def test_the_image_holds_what_the_program_and_its_migrations_need_and_no_secret() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "deploy/Dockerfile").read_text(), re.MULTILINE))
    names = {name for line in copied for name in line.split()}
    assert names == {"requirements/run.lock", "pyproject.toml", "LICENSE", "migrations", "bot", "adapters"}
    assert all((ROOT / name).exists() for name in names)
    allowed = {line[1:] for line in (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines() if line.startswith("!")}
    assert allowed == names


@pytest.mark.parametrize("part", ["web", "gateway", "work"])
def test_who_has_only_sqlite_reads_that_the_parts_need_postgresql(part: str) -> None:
    result = CliRunner().invoke(app, [part])
    assert result.exit_code == 1
    assert "PostgreSQL" in result.output
    assert "python -m bot serve" in result.output


def test_a_gateway_without_tokens_says_which_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    result = CliRunner().invoke(app, ["gateway"])
    assert result.exit_code == 1
    assert "SLACK_APP_TOKEN" in result.output
    assert "DISCORD_TOKEN" in result.output
