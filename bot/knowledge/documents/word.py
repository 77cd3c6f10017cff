"""DOCX -> CommonMark: headings, lists and tables as Word's styles name them."""

import io
import zipfile
from typing import Any

from bot.errors import Unreadable
from bot.knowledge.documents.content import Content
from bot.knowledge.documents.webpage import as_markdown, parsed

UNPACKED = 100_000_000
"""The most that a file may hold unpacked, in bytes: a small one can be made to burst."""
LARGEST_PART = 20_000_000
"""The most that its text may hold, with all its marks."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


def read_word(address: str, data: bytes) -> Content:
    """A DOCX file. Raises Unreadable."""
    _check_size(address, data)
    import mammoth

    try:
        shown, hidden = _without_hidden(data)
        html = mammoth.convert_to_html(io.BytesIO(shown), convert_image=mammoth.images.img_element(lambda _image: {"src": ""})).value
        return _content(html, hidden)
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


def _without_hidden(data: bytes) -> tuple[bytes, int]:
    """The file without its hidden text (an effect of Word's fonts), and how many stretches of it there were."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    if not any(b"vanish" in part for part in parts.values()):
        return data, 0
    styles = _hiding_styles(parts.get("word/styles.xml", b""))
    out, count = io.BytesIO(), 0
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            shown, hidden = _shown(part, styles) if name in _TEXTS else (part, 0)
            archive.writestr(name, shown)
            count += hidden
    return out.getvalue(), count


def _shown(part: bytes, styles: frozenset[str]) -> tuple[bytes, int]:
    """A text without the runs that are hidden, by themselves or by their style."""
    from lxml import etree

    root, count = _tree(part), 0
    for run in list(root.iter(f"{_W}r")):
        named = [run.find(f"{_W}rPr/{_W}rStyle"), next(run.iterancestors(f"{_W}p"), run).find(f"{_W}pPr/{_W}pStyle")]
        own = run.find(f"{_W}rPr/{_W}vanish")
        if _is_on(own) if own is not None else any(style is not None and style.get(f"{_W}val") in styles for style in named):
            count += any((text.text or "").strip() for text in run.iter(f"{_W}t"))
            run.getparent().remove(run)
    return etree.tostring(root), count


def _hiding_styles(part: bytes) -> frozenset[str]:
    found = _tree(part).iter(f"{_W}style") if part else ()
    return frozenset(style.get(f"{_W}styleId") for style in found if _is_on(style.find(f"{_W}rPr/{_W}vanish")))


def _is_on(mark: Any) -> bool:
    return mark is not None and mark.get(f"{_W}val", "1") not in ("0", "false", "off")


def _tree(part: bytes) -> Any:
    from lxml import etree

    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))


def _content(html: str, hidden: int) -> Content:
    soup = parsed(html.encode())
    heading = soup.find("h1")
    return Content(as_markdown(soup), title=heading.get_text(" ", strip=True) if heading else "", hidden=hidden)
