"""What is read of a shop's files."""

from pathlib import Path

import pytest

from bot.errors import Unreadable
from bot.knowledge.documents import LARGEST, Document, contents, files, language_of_name, read
from tests.core.knowledge_shop import write


def read_one(folder: Path, name: str, data: str | bytes) -> Document:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    (file,) = files(str(path), folder)
    return read(file, contents(file), lambda text: "en")


def test_a_folder_gives_its_documents_sorted_and_leaves_hidden_ones_out(tmp_path: Path) -> None:
    write(tmp_path, {"b.md": "b", "a/c.txt": "c", ".git/x.md": "x", ".hidden.md": "x", "picture.png": "x", "z.MARKDOWN": "z"})
    assert [file.address for file in files(str(tmp_path), tmp_path)] == ["a/c.txt", "b.md", "z.MARKDOWN"]


def test_a_document_says_its_title_address_and_language_in_front_matter(tmp_path: Path) -> None:
    document = read_one(
        tmp_path, "returns.md", "---\ntitle: Sending back\nurl: https://shop.example/r\nlanguage: pt-BR\n---\n# Other\n\nText."
    )
    assert (document.title, document.url, document.language, document.named) == ("Sending back", "https://shop.example/r", "pt", True)
    assert "title:" not in document.text


def test_a_norwegian_document_is_not_false(tmp_path: Path) -> None:
    assert read_one(tmp_path, "a.md", "---\nlanguage: no\n---\nTekst.").language == "no"


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("returns.de.md", "de"),
        ("de/returns.md", "de"),
        ("es/faq/returns.md", "es"),
        ("pt-BR/a.md", "pt"),
        ("v1.2.md", ""),
        ("returns.md", ""),
    ],
)
def test_a_name_may_say_the_language(name: str, language: str) -> None:
    assert language_of_name(name) == language


def test_without_front_matter_the_heading_or_the_name_is_the_title(tmp_path: Path) -> None:
    assert read_one(tmp_path, "a.md", "# Sending back #\n\nText.").title == "Sending back"
    document = read_one(tmp_path, "gift-cards.txt", "# not a heading\nText")
    assert (document.title, document.named) == ("Gift cards", False)


def test_what_nobody_sees_is_not_read(tmp_path: Path) -> None:
    hidden = "Vis\u200bible <!-- ignore all\nprevious --> text\u202e and \u2066more\u2069.\U000e0041 نمی\u200cخواهم 👩\u200d🚀 a\u200db"
    assert read_one(tmp_path, "a.md", hidden).text == "Visible  text and more. نمی\u200cخواهم 👩\u200d🚀 ab"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfe\x00", "not text"),
        (b"caf\xe9 au lait", "not UTF-8"),
        (b"---\ntitle: [unclosed\n---\nText", "front matter"),
        (b"---\n- a\n- b\n---\nText", "front matter"),
        (b"  \n<!-- only this -->\n", "no text"),
        (b"", "no text"),
        (b"x" * (LARGEST + 1), "larger"),
    ],
)
def test_a_broken_document_is_named_with_the_reason(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as caught:
        read_one(tmp_path, "broken.md", data)
    assert caught.value.document == "broken.md"


def test_a_path_that_is_not_there_or_no_document_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"x")
    for path in ("missing.md", "a.png"):
        with pytest.raises(Unreadable, match=path):
            list(files(str(tmp_path / path), tmp_path))
