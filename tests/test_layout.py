"""The house keeps its shape: lengths, the map, one copy of our packages, words that nobody uses, tables and migrations in step."""

import ast
import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import adapters
import bot

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
NO_NAMES = {"utils", "helpers", "common", "base", "manager", "service", "handler", "processor"}


def sources() -> list[Path]:
    return [path for folder in ("bot", "adapters", "migrations") for path in (ROOT / folder).rglob("*.py")]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_every_file_fits_on_a_few_screens_and_every_function_on_one() -> None:
    long_files = [str(path) for path in sources() if len(path.read_text().splitlines()) > LONGEST_FILE]
    long_functions = [
        f"{path.name}:{node.lineno} {node.name}"
        for path in sources()
        for node in functions(path)
        if (node.end_lineno or node.lineno) - node.lineno + 1 > LONGEST_FUNCTION
    ]
    assert long_files == []
    assert long_functions == []


def test_every_module_says_what_it_is_for() -> None:
    assert [str(path) for path in sources() if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in sources() if path.stem in NO_NAMES or path.parent.name in NO_NAMES] == []


def test_no_file_shadows_a_module_of_the_standard_library() -> None:
    assert [str(path) for path in sources() if path.stem in sys.stdlib_module_names and not path.stem.startswith("__")] == []


def test_the_map_names_every_file_of_the_core() -> None:
    named = set(re.findall(r"^([\w.]+/?)  ", bot.__doc__ or "", re.MULTILINE))
    here = {path.name + ("/" if path.is_dir() else "") for path in (ROOT / "bot").iterdir()} - {"__pycache__/", "__init__.py", "py.typed"}
    assert named == here


def test_our_packages_are_those_of_this_checkout() -> None:
    assert Path(bot.__file__).parent.parent == Path(adapters.__file__).parent.parent == ROOT


def test_no_test_uses_mocks() -> None:
    forbidden = "unittest" + ".mock"
    assert [str(path) for path in (ROOT / "tests").rglob("*.py") if forbidden in path.read_text()] == []


def test_lock_files_name_no_address() -> None:
    assert [path.name for path in (ROOT / "requirements").iterdir() if "://" in path.read_text()] == []


def test_the_changelog_begins_with_this_version() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert version
    assert newest
    assert newest[1] == version[1]


def test_the_environment_is_read_in_one_place() -> None:
    readers = [str(path.relative_to(ROOT)) for path in sources() if re.search(r"\bos\.(environ|getenv)\b", path.read_text())]
    assert readers == ["bot/config/__init__.py"]


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, bot.__main__; print(*sorted({n.split('.')[0] for n in sys.modules}))"
    loaded = set(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())
    assert not loaded & {"openai", "slack_bolt", "discord", "sqlalchemy", "numpy", "pydantic", "aiohttp", "langdetect", "babel"}


BREACHES = {
    "bot is built in layers, and every file has its layer": ("bot/errors.py", "import bot.messages"),
    "the core never imports an adapter (bot.app.platforms makes them)": ("bot/inbox.py", "import adapters.slack"),
    "adapters see only the port": ("adapters/web/pages.py", "import bot.config"),
    "adapters do not know each other": ("adapters/web/pages.py", "import adapters.slack.incoming"),
    "one owner: openai": ("bot/server.py", "import openai"),
    "one owner: sqlalchemy": ("bot/server.py", "import sqlalchemy"),
    "one owner: procrastinate": ("bot/server.py", "import procrastinate"),
    "one owner: cryptography": ("bot/server.py", "import cryptography"),
    "one owner: phonenumbers": ("bot/server.py", "import phonenumbers"),
    "one owner: langdetect": ("bot/server.py", "import langdetect"),
    "one owner: slack": ("bot/server.py", "import slack_sdk"),
    "one owner: discord": ("bot/server.py", "import discord"),
}


def test_every_rule_about_imports_catches_its_breach(tmp_path: Path) -> None:
    for name in ("bot", "adapters"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static", "sample_shop", "locale"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, line in BREACHES.values():
        with (tmp_path / file).open("a") as source:
            source.write(f"\n{line}\n")
    code = "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False).stdout
    rules = re.findall(r'^name = "(.+)"\ntype = ', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert set(rules) == set(BREACHES)
    assert [rule for rule in rules if f"{rule} BROKEN" not in said] == []


def test_tables_and_migrations_are_in_step(database_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_address)
    for command in (["upgrade", "head"], ["check"]):
        done = subprocess.run([sys.executable, "-m", "alembic", *command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["bot.app", "adapters.slack", "adapters.discord", "adapters.web"])
def test_each_part_can_be_imported_alone(module: str) -> None:
    importlib.import_module(module)
