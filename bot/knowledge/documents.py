"""Files -> documents: what is in a folder, what each file says about itself, and what it hides taken out.

A document's address is its path below a base folder, written with `/`: the same on every run. Nothing here raises
anything but Unreadable, which names the document.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex
import yaml

from bot.errors import Unreadable

MARKDOWN = frozenset({".md", ".markdown"})
PLAIN = frozenset({".txt"})
LARGEST = 5_000_000
"""In bytes."""
LANGUAGES = frozenset("en de es fr it pt nl pl tr ru ar zh ja ko hi vi da sv fi cs ro hu el uk he th id nb no fa bg hr sk sl ca".split())  # noqa: SIM905
"""Codes that a file or folder may be named for."""

_FRONT = regex.compile(r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", regex.DOTALL | regex.MULTILINE)
_COMMENT = regex.compile(r"<!--.*?(?:-->|\Z)", regex.DOTALL)
_UNSEEN = regex.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
    # Joiners are spelling in Persian or Hindi and hold emoji together; anywhere else they only hide something.
    r"|(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])|(?<=[\u200c\u200d])[\u200c\u200d]+"
)
_HEADING = regex.compile(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", regex.MULTILINE)


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the shop. `language` is a code like "de"; `url` is "" when customers cannot open it.
    `named`: somebody gave it its title; else that is its file's name."""

    address: str
    title: str
    url: str
    language: str
    text: str
    fingerprint: str
    markdown: bool = True
    named: bool = True


@dataclass(frozen=True, slots=True)
class File:
    """A file that holds a document, and the address that the document has."""

    address: str
    path: Path


def address_of(path: str | Path, base: Path) -> str:
    """The path below the base, written with `/`; the whole path when it lies elsewhere."""
    whole = Path(os.path.abspath(path))
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else whole.as_posix()


def files(path: str | Path, base: Path) -> Iterator[File]:
    """The documents of a folder, sorted, hidden ones left out; or the one file that the path names. Raises Unreadable."""
    whole = Path(path)
    if whole.is_file():
        if whole.suffix.lower() not in MARKDOWN | PLAIN:
            raise Unreadable(address_of(whole, base), f"a {whole.suffix or 'nameless'} file is not a kind of document that can be read")
        yield File(address_of(whole, base), whole)
    elif whole.is_dir():
        for found in sorted(_below(whole)):
            yield File(address_of(found, base), found)
    else:
        raise Unreadable(address_of(whole, base), "there is no such file or folder")


def _below(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in MARKDOWN | PLAIN:
                yield Path(here, name)


def contents(file: File) -> bytes:
    """The bytes of a file. Raises Unreadable."""
    try:
        if file.path.stat().st_size > LARGEST:
            raise Unreadable(file.address, f"it is larger than {LARGEST // 1_000_000} MB")
        return file.path.read_bytes()
    except OSError as exc:
        raise Unreadable(file.address, f"it cannot be opened: {exc.strerror}") from exc


def fingerprint(data: bytes) -> str:
    """What changes when a document changes."""
    return hashlib.sha256(data).hexdigest()[:32]


def read(file: File, data: bytes, detect: Callable[[str], str]) -> Document:
    """The document that these bytes are. `detect` names the language of a text whose document does not. Raises Unreadable."""
    text = _decoded(file.address, data)
    markdown = file.path.suffix.lower() in MARKDOWN
    front: dict[str, Any] = {}
    if markdown:
        front, text = _front_matter(file.address, text)
        text = _COMMENT.sub("", text)
    text = _UNSEEN.sub("", text).strip("\n")
    if not text.strip():
        raise Unreadable(file.address, "it holds no text")
    heading = _HEADING.search(text) if markdown else None
    title = _said(front, "title") or (heading.group(1) if heading else "")
    return Document(
        address=file.address,
        title=title or _name(file.path),
        url=_said(front, "url"),
        language=_code(_said(front, "language")) or language_of_name(file.address) or detect(text),
        text=text,
        fingerprint=fingerprint(data),
        markdown=markdown,
        named=bool(title),
    )


def language_of_name(address: str) -> str:
    """`returns.de.md`, `de/returns.md` and `pt-BR/returns.md` say their language; "" when a name does not."""
    *folders, name = address.split("/")
    marks = name.split(".")[1:-1][-1:] + folders[::-1]
    return next((code for mark in marks if (code := _code(mark)) in LANGUAGES), "")


def _decoded(address: str, data: bytes) -> str:
    if b"\0" in data:
        raise Unreadable(address, "it is not text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Unreadable(address, f"it is not UTF-8 (byte {exc.start})") from exc
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _front_matter(address: str, text: str) -> tuple[dict[str, Any], str]:
    found = _FRONT.match(text)
    if not found:
        return {}, text
    try:
        front = yaml.safe_load(found.group(1))
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        raise Unreadable(address, f"its front matter is not YAML: {str(exc).splitlines()[0]}") from exc
    if front is not None and not isinstance(front, dict):
        raise Unreadable(address, "its front matter is not a list of `name: value`")
    return front or {}, text[found.end() :]


def _said(front: dict[str, Any], key: str) -> str:
    value = front.get(key)
    # YAML reads a bare `no` as False; Norwegian is what was meant.
    if value is False and key == "language":
        return "no"
    return _UNSEEN.sub("", str(value)).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _code(mark: str) -> str:
    """`pt-BR` -> `pt`."""
    return mark.replace("_", "-").split("-")[0].lower()


def _name(path: Path) -> str:
    stem = path.name.split(".")[0]
    return stem.replace("-", " ").replace("_", " ").strip().capitalize() or path.name
