"""PDF -> its text, page by page. What has no text (a scan) or a lock is reported, never guessed."""

import io
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bot.errors import Unreadable
from bot.knowledge.documents.content import Content

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_PAGES = 2000
MOST_CHARACTERS = 20_000_000
_TIGHT = {
    "zlib_maximum_output_length": 10_000_000,
    "lzw_maximum_output_length": 10_000_000,
    "run_length_maximum_output_length": 10_000_000,
    "stream_decoding_work_maximum_length": 20_000_000,
    "stream_parsing_work_maximum_count": 200_000,
    "page_tree_maximum_entries": 10_000,
    "page_tree_maximum_page_entries": 100_000,
    "xform_maximum_invocations_per_extraction": 200,
}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file of a stranger is read: pages, characters, and seconds."""

    pages: int
    characters: int
    seconds: float


class _Enough(Exception):
    """The time is over in the middle of a page."""


def read_pdf(address: str, data: bytes) -> Content:
    """A PDF file. Raises Unreadable."""
    return _read(address, lambda: _content(address, data))


def begin_pdf(address: str, data: bytes, bounds: Bounds) -> tuple[str, bool]:
    """The text of its first pages, as far as the bounds allow, and whether that is all of it. Raises Unreadable."""
    from pypdf import apply_configuration, get_configuration

    # A small file can be made to burst, and a short one to be endless work.
    with apply_configuration(get_configuration().with_overwrites(**_TIGHT)):
        return _read(address, lambda: _beginning(address, data, bounds))


def _read(address: str, read: Callable[[], T]) -> T:
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return read()
    except (FileNotDecryptedError, DependencyError) as exc:
        raise Unreadable(address, "it is encrypted; save it without a password") from exc
    except Unreadable:
        raise
    except Exception as exc:
        # A broken PDF makes the parser raise nearly anything.
        raise Unreadable(address, f"it is a broken PDF file ({type(exc).__name__})") from exc


def _opened(address: str, data: bytes) -> "PdfReader":
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(address, "it is encrypted; save it without a password")
    return reader


def _beginning(address: str, data: bytes, bounds: Bounds) -> tuple[str, bool]:
    until, reader = time.monotonic() + bounds.seconds, _opened(address, data)
    pages: list[str] = []

    def hurry(*_: object) -> None:
        if time.monotonic() > until:
            raise _Enough

    for page in reader.pages[: bounds.pages]:
        try:
            pages.append(page.extract_text(visitor_operand_before=hurry).strip())
        except _Enough:
            break
        if sum(map(len, pages)) > bounds.characters:
            break
    whole, text = len(pages) == len(reader.pages), "\n\n".join(page for page in pages if page)
    if not text:
        raise Unreadable(address, "it holds no text that could be read in time")
    return text, whole


def _content(address: str, data: bytes) -> Content:
    reader = _opened(address, data)
    if len(reader.pages) > MOST_PAGES:
        raise Unreadable(address, f"it has more than {MOST_PAGES} pages")
    pages: list[str] = []
    pictures = False
    for page in reader.pages:
        pages.append(page.extract_text().strip())
        pictures = pictures or "/XObject" in (page.get("/Resources") or {})
        if sum(map(len, pages)) > MOST_CHARACTERS:
            raise Unreadable(address, "it holds too much text")
    text = "\n\n".join(page for page in pages if page)
    if not text:
        raise Unreadable(address, "it is a scan: pictures of pages, without text" if pictures else "it holds no text")
    title = str((reader.metadata.title if reader.metadata else "") or "")
    return Content(text, title=title, language=str(reader.root_object.get("/Lang") or ""), markdown=False)
