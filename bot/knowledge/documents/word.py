"""DOCX -> CommonMark: headings, lists and tables as Word's styles name them."""

import io
import zipfile

from bot.errors import Unreadable
from bot.knowledge.documents.content import Content
from bot.knowledge.documents.webpage import as_markdown, parsed

UNPACKED = 100_000_000
"""The most that a file may hold unpacked, in bytes: a small one can be made to burst."""
LARGEST_PART = 20_000_000
"""The most that its text may hold, with all its marks."""


def read_word(address: str, data: bytes) -> Content:
    """A DOCX file. Raises Unreadable."""
    _check_size(address, data)
    import mammoth

    try:
        html = mammoth.convert_to_html(io.BytesIO(data), convert_image=mammoth.images.img_element(lambda _image: {"src": ""})).value
        return _content(html)
    except RecursionError as exc:
        raise Unreadable(address, "its parts are nested too deeply") from exc
    except Exception as exc:
        # A broken file makes the parser raise nearly anything.
        raise Unreadable(address, f"it is a broken DOCX file ({type(exc).__name__})") from exc


def _check_size(address: str, data: bytes) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(address, "it is encrypted, or of an old kind; save it as .docx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as exc:
        raise Unreadable(address, "it is no DOCX file") from exc
    texts = [part.file_size for part in parts if part.filename.endswith((".xml", ".rels"))]
    if sum(part.file_size for part in parts) > UNPACKED or max(texts, default=0) > LARGEST_PART:
        raise Unreadable(address, "it is too large when unpacked")


def _content(html: str) -> Content:
    soup = parsed(html.encode())
    heading = soup.find("h1")
    return Content(as_markdown(soup), title=heading.get_text(" ", strip=True) if heading else "")
