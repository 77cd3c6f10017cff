"""Bytes -> a document: the reader of its kind, then what is the same for all kinds."""

from collections.abc import Callable

from bot.errors import Unreadable
from bot.knowledge.documents import markdown, pdf, questions, webpage, word
from bot.knowledge.documents.content import Content, Document
from bot.knowledge.documents.files import File, fingerprint, language_of_name, name_of, plain_code
from bot.knowledge.documents.traps import without_traps
from bot.knowledge.documents.unseen import without_unseen

READER = "3"
"""Changes whenever the same file would be read otherwise: everything is then indexed again."""
READERS: dict[str, Callable[[str, bytes], Content]] = {
    ".md": markdown.read_markdown,
    ".markdown": markdown.read_markdown,
    ".txt": markdown.read_plain,
    ".html": webpage.read_webpage,
    ".htm": webpage.read_webpage,
    ".pdf": pdf.read_pdf,
    ".docx": word.read_word,
    ".csv": questions.read_questions,
}


def read(file: File, data: bytes, detect: Callable[[str], str]) -> Document:
    """The document that these bytes are. `detect` names the language of a text whose document does not. Raises Unreadable."""
    content = READERS[file.kind](file.address, data)
    text, traps = without_traps(without_unseen(content.text).strip("\n"))
    rows = []
    for heading, answer in content.rows:
        heading, in_heading = without_traps(without_unseen(heading))
        answer, in_answer = without_traps(without_unseen(answer))
        traps += in_heading + in_answer
        rows += [(heading.strip(), answer.strip())] if answer.strip() else []
    said = text if text.strip() else "\n".join(f"{heading}\n{answer}" for heading, answer in rows)
    if not said.strip():
        raise Unreadable(file.address, "it holds no text")
    title, _ = without_traps(without_unseen(content.title))
    title = " ".join(title.split())
    return Document(
        address=file.address,
        title=title or name_of(file.path),
        url=content.url or file.url,
        language=plain_code(content.language) or language_of_name(file.address) or detect(said),
        text=text,
        fingerprint=fingerprint(data),
        markdown=content.markdown,
        named=bool(title),
        rows=tuple(rows),
        traps=traps + content.hidden,
    )
