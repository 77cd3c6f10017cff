"""PDF files made by hand, small and plain: for tests of what reads them."""

import io
import zlib

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    return _pdf([f"BT /F1 12 Tf 20 100 Td ({_escaped(text)}) Tj ET".encode() for text in pages])


def busy_pdf(operators: int) -> bytes:
    """One page that draws for ever, and then says something."""
    return _pdf([b"0 0 m 1 1 l S\n" * operators + b"BT /F1 12 Tf 20 100 Td (late) Tj ET"])


def bursting_pdf(megabytes: int) -> bytes:
    """One page that is small until it is unpacked."""
    return _pdf([b" " * (megabytes * 1_000_000) + b"BT /F1 12 Tf 20 100 Td (far) Tj ET"], packed=True)


def locked_pdf(text: str, password: str) -> bytes:
    """A PDF that asks for a password."""
    writer, out = PdfWriter(clone_from=io.BytesIO(pdf(text))), io.BytesIO()
    writer.encrypt(password, algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def scan() -> bytes:
    """A page without a word."""
    return _pdf([b""])


def _pdf(contents: list[bytes], packed: bool = False) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    font = DictionaryObject()
    for name, value in (("/Type", "/Font"), ("/Subtype", "/Type1"), ("/BaseFont", "/Helvetica")):
        font[NameObject(name)] = NameObject(value)
    for content in contents:
        page, stream = writer.add_blank_page(300, 200), DecodedStreamObject()
        stream.set_data(zlib.compress(content) if packed else content)
        if packed:
            stream[NameObject("/Filter")] = NameObject("/FlateDecode")
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): font})})
        page[NameObject("/Contents")] = writer._add_object(stream)
    writer.write(out)
    return out.getvalue()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
