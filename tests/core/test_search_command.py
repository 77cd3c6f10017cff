"""`python -m bot search`, as a person at a terminal and as a program sees it."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot import app, config, doctor
from bot.__main__ import app as program
from bot.app import parts
from tests.core.knowledge_shop import SHOP, WordEmbedder, write

KEYS = {"document", "title", "url", "language", "score", "text"}


@pytest.fixture(autouse=True)
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    write(tmp_path / "help", SHOP)
    (tmp_path / "shop.toml").write_text('[shop]\nname = "Lamps"\ndocuments = ["help"]\nlanguages = ["en", "de", "es"]\n', encoding="utf-8")
    use("words", monkeypatch)
    assert run("index").exit_code == 0


def use(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for user in (parts, doctor):
        monkeypatch.setattr(user, "make_embedders", lambda config: (WordEmbedder(model),))


def run(*words: str, lines: str = "") -> Result:
    return CliRunner().invoke(program, list(words), input=lines)


def found(line: str) -> list[dict[str, Any]]:
    said = json.loads(line)
    assert set(said) == {"passages", "answerable", "milliseconds"}
    assert 0 <= said["answerable"] <= 1
    assert all(set(passage) == KEYS for passage in said["passages"])
    return list(said["passages"])


def test_a_program_gets_one_object_with_the_passages_the_best_first() -> None:
    done = run("search", "How long can I return an item?", "--json", "--limit", "2")
    passages = found(done.stdout.splitlines()[-1])
    assert len(passages) == 2
    assert (passages[0]["document"], passages[0]["url"]) == ("help/returns.md", "https://shop.example/returns")
    assert passages[0]["score"] > passages[1]["score"]


def test_many_questions_get_one_line_each_in_their_order() -> None:
    done = run("search", "-", "--limit", "1", lines="¿Cuánto tarda el envío?\n\nFehler 4711\nreturn an item")
    lines = [found(line) for line in done.stdout.splitlines()]
    assert [[passage["document"] for passage in line] for line in lines] == [
        ["help/shipping.md"],
        [],
        ["help/payment.md"],
        ["help/returns.md"],
    ]


def test_a_person_sees_a_table() -> None:
    done = run("search", "return an item")
    assert "Returns" in done.stdout
    assert "answerable" in done.stdout


def test_a_limit_of_nothing_is_refused_in_a_sentence() -> None:
    assert run("search", "return", "--limit", "0").exit_code == 2


def test_another_model_is_said_by_the_doctor_and_beside_each_search_until_the_documents_are_indexed_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use("newer", monkeypatch)
    assert "not indexed with the model newer" in run("check").stderr
    done = run("search", "return an item", "--json")
    assert "not indexed with the model newer" in done.stderr
    assert found(done.stdout)[0]["document"] == "help/returns.md"
    assert run("index").exit_code == 0
    assert "newer" not in run("check").stderr + run("search", "return an item").stderr


async def test_the_sample_shop_is_indexed_again_for_another_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("shop.toml", "polydesk.db"):
        (tmp_path / name).unlink()
    settings = config.load()
    for model in ("words", "newer"):
        use(model, monkeypatch)
        async with app.opened(settings) as ground:
            assert await ground.passages.models() == {model}
            assert await ground.passages.lacking([model, "other"]) == ["other"]
