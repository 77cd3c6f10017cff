"""What a stranger sends us: the beginning of its text, within tight bounds of bytes, pages, characters and time.

No document of the shop: nothing of it is indexed, and nobody here can look at it first. So few kinds are read, and none of those whose
readers cannot be bounded.
"""

import codecs
from dataclasses import dataclass
from pathlib import PurePath

import regex

from bot.errors import Unreadable
from bot.knowledge.documents.pdf import Bounds, begin_pdf
from bot.knowledge.documents.traps import without_traps
from bot.knowledge.documents.unseen import without_unseen

TEXTS = frozenset(
    ".txt .text .md .markdown .csv .tsv .log .json .yaml .yml .toml .ini .conf .cfg .srt .vcf .ics".split()  # noqa: SIM905
)
TEXT_KINDS = frozenset(
    {
        *("text/plain", "text/markdown", "text/csv", "text/tab-separated-values", "text/calendar", "text/vcard", "text/x-log"),
        *("application/json", "application/yaml", "application/toml"),
    }
)
BOUNDS = Bounds(pages=30, characters=50_000, seconds=5.0)
MOST_ODD = 0.2
"""Of the bytes of a text of the time before Unicode, so many may be no ASCII: beyond that it is written in letters that we would guess."""
_CONTROL = regex.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Beginning:
    """`whole`: it is all of the file's text."""

    text: str
    whole: bool


def is_text(name: str, kind: str) -> bool:
    """Whether a file of this name and media type is a plain text."""
    return kind in TEXT_KINDS or (PurePath(name).suffix.lower() in TEXTS and kind.partition("/")[0] not in ("image", "audio", "video"))


def is_pdf(name: str, kind: str) -> bool:
    """Whether it is a PDF."""
    return kind == "application/pdf" or (PurePath(name).suffix.lower() == ".pdf" and kind in ("", "application/octet-stream"))


def read_attached(name: str, kind: str, data: bytes, whole: bool = True, bounds: Bounds = BOUNDS) -> Beginning:
    """The beginning of a text or a PDF. `whole`: `data` is all of the file. Raises Unreadable."""
    if is_pdf(name, kind):
        text, all_ = begin_pdf(name, data, bounds)
    else:
        text, all_ = decoded(name, data, whole), whole
    kept = without_unseen(text[: bounds.characters])
    # What it says to a model is not what its sender wants to tell us.
    shown, _ = without_traps(kept)
    if not shown.strip():
        raise Unreadable(name, "it holds no text")
    return Beginning(shown.strip(), all_ and len(text) <= bounds.characters)


def decoded(name: str, data: bytes, whole: bool = True) -> str:
    """UTF-8, UTF-16 with its mark, or else what Windows wrote in the West; where it is not `whole`, a character that is cut off at
    the end is left out. Raises Unreadable."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")().decode(data, final=whole)
    except UnicodeDecodeError as exc:
        if wide or sum(byte > 127 for byte in data) > MOST_ODD * len(data):
            raise Unreadable(name, "its letters are written in a way that we do not know") from exc
        text = data.decode("cp1252", "replace")
    if _CONTROL.search(text):
        raise Unreadable(name, "it is not text")
    return text.replace("\r\n", "\n").replace("\r", "\n")
