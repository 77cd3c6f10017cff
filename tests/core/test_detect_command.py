"""`python -m bot detect`: a shop owner tries what the desk makes of a message."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.language.detection import Detector
from bot.language.explaining import explain
from bot.language.policy import choose
from tests.core.test_language import QUESTIONS

LINES = ["Wann wird mein Paket geliefert?", "", "Hvornår kommer min pakke? Jeg har ventet i to uger.", "ok", "#12345", "in Polish please"]


def detect(folder: Path, text: bytes, *options: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "detect", *options],
        input=text,
        capture_output=True,
        check=True,
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""},
    )
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def test_each_line_gets_one_object_and_an_empty_one_has_no_language(tmp_path: Path) -> None:
    said = detect(tmp_path, "\n".join(LINES).encode(), "--languages", "en, de")
    assert [line["language"] for line in said][:3] == ["de", None, "da"]
    assert said[1] == said[4] == {"language": None, "confidence": 0.0, "candidates": []}
    assert all(set(line) == {"language", "confidence", "candidates"} for line in said)
    assert said[0]["candidates"][0] == ["de", said[0]["confidence"]]  # type: ignore[index]


def test_without_a_shop_all_our_languages_are_told_apart(tmp_path: Path) -> None:
    said = detect(tmp_path, "Missä pakettini on?\n\xe4\n".encode("latin-1") + "Де моя посилка?\n".encode())
    assert [said[0]["language"], said[2]["language"]] == ["fi", "uk"]


def test_with_a_shop_its_languages_are(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('[shop]\nlanguages = ["en", "pt-BR"]\n')
    assert detect(tmp_path, b"Quando chega a minha encomenda?\n")[0]["language"] == "pt-BR"


def test_with_a_conversation_it_says_what_is_answered_and_why(tmp_path: Path) -> None:
    said = detect(tmp_path, "\n".join(LINES).encode(), "--languages", "en de pt", "--thread", "de", "--locale", "pt-BR", "--explain")
    assert [(line["language"], line.get("why")) for line in said] == [
        ("de", "detected"), (None, None), ("de", "not served"), ("de", "thread"), ("de", "thread"), ("de", "not served"),
    ]  # fmt: skip
    assert [line.get("seen") for line in said] == [None, None, "da", None, None, "pl"]
    assert all(line["explain"]["decision"].startswith("de (German): ") for line in said)  # type: ignore[index]


def test_a_wrong_code_is_named_with_its_cure(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""}
    command = [sys.executable, "-m", "bot", "detect", "--languages", "en xq1"]
    done = subprocess.run(command, input=b"", capture_output=True, check=False, cwd=tmp_path, env=environment)
    assert done.returncode == 1
    assert done.stderr.decode() == "- --languages: 'xq1' is no language code; write codes like de, fr, zh.\n"


def test_a_line_is_answered_before_the_next_one_is_written(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""}
    command = [sys.executable, "-m", "bot", "detect", "--languages", "en de"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, env=environment) as asked:
        assert asked.stdin
        assert asked.stdout
        for language in ("de", "en"):
            asked.stdin.write(QUESTIONS[language].encode() + b"\n")
            asked.stdin.flush()
            assert json.loads(asked.stdout.readline())["language"] == language
        asked.stdin.close()
        assert asked.stdout.read() == b""


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(("en", "de", "ja"))


@pytest.mark.parametrize(
    ("said", "thread", "reason"),
    [
        ("Wann wird mein Paket geliefert?", "", "sure enough"),
        ("in English, please", "de", "the customer asks for it"),
        ("#12345", "de", "nothing in it has a language, so the conversation stays"),
        ("danke", "en", "a mere greeting turns no conversation"),
        ("Nora Tischlampe Eiche natur", "en", "a name or a few words turn no conversation"),
        ("hi", "ja", "it has fewer than 4 letters"),
        ("荷物はいつ届きますか？", "", "of this script"),
        ("Мой заказ уже отправлен?", "", "the customer writes ru (Russian), which the shop does not serve"),
        ("in Polish please", "", "the customer asks for pl (Polish), which the shop does not serve"),
        ("", "", "the shop's default"),
    ],
)
def test_every_decision_has_its_reason(said: str, thread: str, reason: str, detector: Detector) -> None:
    reasons = explain(said, detector, choose(said, detector, thread, "", "en"), thread, "")
    assert reason in reasons["decision"]


def test_the_evidence_is_shown(detector: Detector) -> None:
    said = "Wo ist #A-12, bitte? https://shop.example/en"
    reasons = explain(said, detector, choose(said, detector, "ja", "de-DE", "en"), "ja", "de-DE")
    assert reasons["read as"] == "Wo ist bitte"
    assert reasons["left out"] == "#A-12, https://shop.example/en"
    assert reasons["small words"] == "wo (de), ist (de), bitte (de)"
    assert reasons["known before"].startswith("conversation ja, settings de-DE: ja 0.75, de 0.25")
    assert reasons["served languages"].startswith("de ")
