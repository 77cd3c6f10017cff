"""`python -m bot search`: a shop owner sees what a question finds, and a program reads it."""

import json
import subprocess
import sys
from pathlib import Path

from tests.core.knowledge_shop import SHOP, write


def bot(folder: Path, *command: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "", "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "bot", *command], input=text, capture_output=True, text=True, check=True, cwd=folder, env=environment
    )


def test_each_question_gets_its_passages_and_how_likely_they_answer(tmp_path: Path) -> None:
    write(tmp_path / "pages", SHOP)
    (tmp_path / "shop.toml").write_text('[shop]\ndocuments = ["pages"]\n')
    bot(tmp_path, "index")
    lines = bot(
        tmp_path, "search", "-", "--limit", "2", text="What is SKU EXP-77?\n\nWie lange kann ich etwas zurückgeben?\n"
    ).stdout.splitlines()
    coded, empty, german = map(json.loads, lines)
    assert coded["passages"][0]["document"] == "pages/shipping.md"
    assert set(coded["passages"][0]) == {"document", "title", "url", "language", "score", "text"}
    assert (empty["passages"], empty["answerable"]) == ([], 0)
    assert german["passages"][0]["url"] == "https://shop.example/returns"
    assert len(german["passages"]) == 2
    assert 0 <= german["answerable"] <= 1
    assert german["milliseconds"] > 0
    said = json.loads(bot(tmp_path, "search", "How can I pay?", "--json").stdout.splitlines()[-1])
    assert said["passages"][0]["document"] == "pages/payment.md"
    assert "You can pay by card." in bot(tmp_path, "search", "How can I pay?").stdout
