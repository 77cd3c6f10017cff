"""The sample shop's answers, judged in many languages with the real embedders; and what a shop owner may write into the file."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app as program
from bot.config import SAMPLE_SHOP
from bot.errors import ConfigError
from bot.evaluation import Asked, read
from bot.knowledge import Passage

QUESTIONS = Path(__file__).parents[1] / "shop" / "questions.jsonl"
PAGES = """returns refunds warranty gift-cards payment-methods tracking shipping-times washing-textiles loyalty-points account
lampen-reparatur.de"""
PAGE = Passage("help/returns.de.md", "Rückgabe", "https://shop.example/help/rueckgabe", "de", "", "", 1.0)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    for name in PAGES.split():
        shutil.copy(SAMPLE_SHOP / f"{name}.md", tmp_path / "pages")
    (tmp_path / "shop.toml").write_text('[shop]\ndocuments = ["pages"]\n')
    rows = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    kept = [row for row in rows if not row["article"] or row["article"] in PAGES.split()]
    (tmp_path / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in kept))
    return tmp_path


def test_customers_in_many_languages_get_the_right_page_or_an_honest_no(shop: Path) -> None:
    run = CliRunner().invoke
    assert run(program, ["index"]).exit_code == 0
    done = run(program, ["evaluate", "questions.jsonl", "--json", "--fail-under", "0.9"])
    said = json.loads(done.stdout.splitlines()[-1])
    assert len(said["languages"]) >= 12
    assert said["all"]["questions"] >= 40
    assert said["all"]["language"] == said["all"]["grounded"] == 1.0, said["wrong"]
    assert said["all"]["first"] >= 0.8, said["wrong"]
    assert said["all"]["found"] >= 0.9, said["wrong"]
    assert said["all"]["decided"] >= 0.9, said["wrong"]
    assert done.exit_code == 0


def test_a_share_below_the_wanted_one_fails_in_one_sentence(shop: Path) -> None:
    (shop / "pages" / "returns.md").write_text("# Opening hours\n\nWe open at nine.\n")
    (shop / "questions.jsonl").write_text('{"question": "How long can I return a lamp?", "lang": "en", "article": "nowhere"}\n')
    for page in PAGES.split()[1:]:
        (shop / "pages" / f"{page}.md").unlink()
    assert CliRunner().invoke(program, ["index"]).exit_code == 0
    done = CliRunner().invoke(program, ["evaluate", "questions.jsonl", "--fail-under", "0.5"])
    assert done.exit_code == 1
    assert "below 0.5" in done.stderr
    assert "decided" in done.stdout


@pytest.mark.parametrize(
    "name", ["help/returns.de.md", "returns.de.md", "returns.de", "returns", "Returns", "rückgabe", "rueckgabe", PAGE.url]
)
def test_an_article_may_be_named_as_its_owner_calls_it(name: str) -> None:
    assert Asked("?", "de", name).wants(PAGE)


@pytest.mark.parametrize("name", ["", "turns", "return", "help"])
def test_another_article_is_another_one(name: str) -> None:
    assert not Asked("?", "de", name).wants(PAGE)


def test_each_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "A?"}\n\nnonsense\n{"lang": "de"}\n{"question": "B?", "lang": 5}\n[1]\n')
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "q.jsonl")
    assert [fault.split(":")[0] for fault in caught.value.faults] == [f"q.jsonl, line {number}" for number in (3, 4, 5, 6)]


def test_a_file_that_is_not_there_is_explained(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "none.jsonl")
