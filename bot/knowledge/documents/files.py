"""The files of a folder: which of them are documents, and what their names say."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from bot.errors import Unreadable
from bot.messages import storable

KINDS = frozenset({".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".docx", ".csv"})
LARGEST = 5_000_000
"""Of a text, in bytes."""
LARGEST_BINARY = 50_000_000
"""Of a PDF or DOCX file, which hold pictures too."""
LANGUAGES = frozenset("en de es fr it pt nl pl tr ru ar zh ja ko hi vi da sv fi cs ro hu el uk he th id nb no fa bg hr sk sl ca".split())  # noqa: SIM905
"""Codes that a file or folder may be named for."""


@dataclass(frozen=True, slots=True)
class File:
    """What holds a document: its address, where it lies, and, for a page of the web, where customers open it.
    `suffix` says the kind where the name does not."""

    address: str
    path: PurePath
    url: str = ""
    suffix: str = ""

    @property
    def kind(self) -> str:
        """`.md`, `.pdf` ..."""
        return self.suffix or self.path.suffix.lower()


def address_of(path: str | Path, base: Path) -> str:
    """The path below the base, written with `/`; the whole path when it lies elsewhere. What is no UTF-8 in it becomes `?`."""
    whole = Path(os.path.abspath(path))
    address = whole.relative_to(base).as_posix() if whole.is_relative_to(base) else whole.as_posix()
    return address.encode("utf-8", "replace").decode()


def files(path: str | Path, base: Path) -> Iterator[File]:
    """The documents of a folder, sorted, hidden ones left out; or the one file that the path names. Raises Unreadable."""
    whole = Path(path)
    if whole.is_file():
        if whole.suffix.lower() not in KINDS:
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
            # Word leaves `~$name.docx` beside a file that is open.
            if not name.startswith((".", "~$")) and Path(name).suffix.lower() in KINDS:
                yield Path(here, name)


def contents(file: File) -> bytes:
    """The bytes of a file. Raises Unreadable."""
    largest = LARGEST_BINARY if file.kind in (".pdf", ".docx") else LARGEST
    try:
        path = Path(file.path)
        if path.stat().st_size > largest:
            raise Unreadable(file.address, f"it is larger than {largest // 1_000_000} MB")
        return path.read_bytes()
    except OSError as exc:
        raise Unreadable(file.address, f"it cannot be opened: {exc.strerror}") from exc


def fingerprint(data: bytes) -> str:
    """What changes when a document changes."""
    return hashlib.sha256(data).hexdigest()[:32]


def language_of_name(address: str) -> str:
    """`returns.de.md`, `de/returns.md` and `pt-BR/returns.md` say their language; "" when a name does not."""
    *folders, name = address.split("/")
    marks = name.split(".")[1:-1][-1:] + folders[::-1]
    return next((code for mark in marks if (code := plain_code(mark)) in LANGUAGES), "")


def plain_code(mark: str) -> str:
    """`pt-BR` -> `pt`."""
    return mark.replace("_", "-").split("-")[0].lower()


def name_of(path: PurePath) -> str:
    """`shipping-times.de.md` -> "Shipping times", for a document without a title."""
    stem = storable(path.name).split(".")[0]
    return stem.replace("-", " ").replace("_", " ").strip().capitalize() or storable(path.name) or "Page"
