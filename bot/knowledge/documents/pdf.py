"""PDF -> its text, page by page. What has no text (a scan) or a lock is reported, never guessed."""

import io
import logging

from bot.errors import Unreadable
from bot.knowledge.documents.content import Content

MOST_PAGES = 2000
MOST_CHARACTERS = 20_000_000


def read_pdf(address: str, data: bytes) -> Content:
    """A PDF file. Raises Unreadable."""
    from pypdf.errors import DependencyError, FileNotDecryptedError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        return _content(address, data)
    except (FileNotDecryptedError, DependencyError) as exc:
        raise Unreadable(address, "it is encrypted; save it without a password") from exc
    except Unreadable:
        raise
    except Exception as exc:
        # A broken PDF makes the parser raise nearly anything.
        raise Unreadable(address, f"it is a broken PDF file ({type(exc).__name__})") from exc


def _content(address: str, data: bytes) -> Content:
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable(address, "it is encrypted; save it without a password")
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
