"""The shop's documents, whatever they come as: files and pages -> a title, a language, and a text in CommonMark.

Reading order: content, files, reading, then one file per kind (markdown, webpage, pdf, word, questions), styles, sheets, unseen, traps;
attached is for files of customers, which are no documents.
A document's address is its path below a base folder, written with `/`: the same on every run. Nothing here raises anything
but Unreadable, which names the document.
"""

from bot.knowledge.documents.content import Content, Document
from bot.knowledge.documents.files import KINDS, LARGEST, File, address_of, contents, files, fingerprint, language_of_name
from bot.knowledge.documents.reading import READER, read

__all__ = [
    "KINDS",
    "LARGEST",
    "READER",
    "Content",
    "Document",
    "File",
    "address_of",
    "contents",
    "files",
    "fingerprint",
    "language_of_name",
    "read",
]
