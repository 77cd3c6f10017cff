"""Indexing: the shop's documents -> passages, terms and vectors in the database. Only what changed is touched.

Each document is replaced in a transaction of its own, so answers go on meanwhile, and memory holds one document at a time.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import regex

from bot.errors import KnowledgeError, Unreadable
from bot.knowledge import documents
from bot.knowledge.crawling import Page
from bot.knowledge.documents import Document, File
from bot.knowledge.embedding import Embedder
from bot.knowledge.passages import CUTTER, Piece, cut
from bot.knowledge.sites import Sites, is_address, page_file, without_password
from bot.knowledge.terms import terms
from bot.store.passages import DocumentRow, NewPassage, PassageStore

if TYPE_CHECKING:
    import numpy as np

BATCH = 16
TITLE = {"use-multilingual-3": 1.0}
"""How much of its document's title is added to a passage's vector; 0.5 for other models. A title says what all passages
are about: without it "how long" finds whatever takes long."""

# Bounded, so that no page of brackets keeps an indexing busy for hours.
_LINK = regex.compile(r"!?\[([^\]]{0,500})\]\([^)\s]{0,500}(?:\s{1,20}\"[^\"]{0,300}\")?\)")
_MARKS = regex.compile(r"</?[a-zA-Z][^>]{0,500}>|[*`~]{1,3}|^\s*(?:[-+>]|\|)\s+|^[\s|:-]+$|\s*\|\s*", regex.MULTILINE)


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an indexing did, by the documents' addresses. `read` counts what was found; `traps`: how many hidden stretches
    and orders to a model were taken out of what changed. `other_models`: vectors of other models than today's were there, so
    that everything was embedded again."""

    read: int = 0
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    traps: int = 0
    other_models: tuple[str, ...] = ()

    def __add__(self, other: "IndexReport") -> "IndexReport":
        """What both did."""
        return IndexReport(
            self.read + other.read,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
            self.unreadable + other.unreadable,
            self.traps + other.traps,
            tuple(sorted({*self.other_models, *other.other_models})),
        )


@dataclass(slots=True)
class _Progress:
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    traps: int = 0

    @property
    def read(self) -> int:
        """How many documents were found, readable or not."""
        return len(self.changed) + len(self.unchanged) + len(self.unreadable)


class Indexer:
    """Brings the index to what the files say. Addresses are paths below `base` (today's folder unless given).

    `detect` names the language of a text whose document does not; `sites` reads web pages.
    Raises StoreError, and what a remote embedder raises.
    """

    def __init__(
        self,
        store: PassageStore,
        embedders: Sequence[Embedder],
        detect: Callable[[str], str],
        base: Path | None = None,
        sites: Sites | None = None,
    ) -> None:
        self._store = store
        self._embedders = tuple(embedders)
        self._detect = detect
        self._base = Path(base or Path.cwd()).absolute()
        self._sites = sites

    async def index(
        self, paths: Sequence[str], on_progress: Callable[[int, int, str], None] | None = None, only: bool = False
    ) -> IndexReport:
        """Index these files and folders, and forget what is gone from them. `only`: they are all that the shop has, so
        that every other document is forgotten too. `on_progress(done, of, address)`."""
        progress = _Progress()
        stored = await self._store.fingerprints()
        found = await asyncio.to_thread(self._found, [path for path in paths if not is_address(path)], stored, progress.unreadable)
        other = await self._store.models() - {embedder.name for embedder in self._embedders}
        for done, file in enumerate(found):
            if on_progress:
                on_progress(done, len(found), file.address)
            await self._one(file, stored, progress)
        lost = await self._web_pages([path for path in paths if is_address(path)], stored, progress, on_progress)
        if on_progress:
            on_progress(progress.read, progress.read, "")
        there = {*progress.changed, *progress.unchanged, *(address for address, _ in progress.unreadable)}
        gone = self._gone(paths, stored, there, lost, only)
        if gone:
            await self._store.remove(gone)
            if self._sites:
                await self._sites.forget(gone)
        await self._store.arrange()
        return IndexReport(
            read=progress.read,
            changed=tuple(progress.changed),
            unchanged=tuple(progress.unchanged),
            removed=tuple(gone),
            unreadable=tuple(progress.unreadable),
            traps=progress.traps,
            other_models=tuple(sorted(other)),
        )

    async def lacks(self, paths: Sequence[str]) -> bool:
        """Whether some file of these paths, or every page of a site, was never indexed."""
        stored = await self._store.fingerprints()
        found = await asyncio.to_thread(self._found, [path for path in paths if not is_address(path)], stored, [])
        sites = [path.partition("#")[0] for path in paths if is_address(path)]
        return any(file.address not in stored for file in found) or any(not any(_below(one, site) for one in stored) for site in sites)

    async def _web_pages(
        self, roots: Sequence[str], stored: dict[str, str], progress: _Progress, on_progress: Callable[[int, int, str], None] | None
    ) -> list[str]:
        """Index these sites; which of them were not seen to their end."""
        if not roots:
            return []
        if self._sites is None:
            raise KnowledgeError("web addresses are not read here")
        self._sites.lost.clear()
        for root in roots:
            async for page in self._sites.pages(root, self._fingerprint(b""), set(stored)):
                if on_progress:
                    on_progress(progress.read, progress.read + 1, without_password(page.address))
                await self._page(self._sites, page, stored, progress)
        return list(self._sites.lost)

    async def _page(self, sites: Sites, page: Page, stored: dict[str, str], progress: _Progress) -> None:
        if page.fault:
            progress.unreadable.append((without_password(page.address), page.fault))
        elif page.data is None:
            progress.unchanged.append(page.address)
        else:
            faults = len(progress.unreadable)
            await self._one(page_file(page), stored, progress, page.data)
            if len(progress.unreadable) == faults:
                await sites.keep(page, self._fingerprint(b""))

    async def _one(self, file: File, stored: dict[str, str], progress: _Progress, data: bytes | None = None) -> None:
        try:
            if data is None:
                data = await asyncio.to_thread(documents.contents, file)
            fingerprint = self._fingerprint(data)
            if stored.get(file.address) == fingerprint:
                progress.unchanged.append(file.address)
                return
            document = await asyncio.to_thread(documents.read, file, data, self._detect)
        except Unreadable as exc:
            progress.unreadable.append((exc.document, exc.why))
            return
        pieces = await asyncio.to_thread(_pieces, document)
        row = DocumentRow(document.address, document.title, document.url, document.language, fingerprint)
        await self._store.replace(row, await self._embedded(document, pieces))
        progress.changed.append(file.address)
        progress.traps += document.traps

    async def _embedded(self, document: Document, pieces: Sequence[Piece]) -> list[NewPassage]:
        title = document.title if document.named else ""
        leads = await asyncio.gather(*(_lead(embedder, title) for embedder in self._embedders))
        made: list[NewPassage] = []
        for start in range(0, len(pieces), BATCH):
            batch = pieces[start : start + BATCH]
            texts = [embedded_text(title, piece) for piece in batch]
            matrices = await asyncio.gather(*(embedder.passages(texts) for embedder in self._embedders))
            led = [_unit(matrix + lead) for matrix, lead in zip(matrices, leads, strict=True)]
            for index, (piece, text) in enumerate(zip(batch, texts, strict=True)):
                vectors = {embedder.name: matrix[index] for embedder, matrix in zip(self._embedders, led, strict=True)}
                made.append(NewPassage(piece.heading, piece.text, " ".join(terms(text)), vectors))
        return made

    def _fingerprint(self, data: bytes) -> str:
        """Of the document, of how it is cut, and of the models that embed it."""
        names = [CUTTER, documents.READER, *(embedder.name for embedder in self._embedders)]
        return hashlib.sha256("\n".join([documents.fingerprint(data), *names]).encode()).hexdigest()[:32]

    def _found(self, paths: Sequence[str], stored: dict[str, str], unreadable: list[tuple[str, str]]) -> list[File]:
        found: dict[str, File] = {}
        for path in paths:
            try:
                found.update((file.address, file) for file in documents.files(path, self._base))
            except Unreadable as exc:
                # A single document that was taken away is no fault: it is removed.
                if exc.document not in stored or Path(path).exists():
                    unreadable.append((exc.document, exc.why))
        return list(found.values())

    def _gone(self, paths: Sequence[str], stored: dict[str, str], there: set[str], lost: Sequence[str], only: bool) -> list[str]:
        """What was indexed, and is no longer where it was; what lies under a root that is out of reach today stays."""
        missing = [address for address in stored if address not in there]
        roots = [path.partition("#")[0] if is_address(path) else documents.address_of(path, self._base) for path in paths]
        away = [
            root for path, root in zip(paths, roots, strict=True) if not is_address(path) and not Path(path).exists() and root not in stored
        ]
        kept = [address for address in missing if any(_below(address, root) for root in (*away, *lost))]
        return [address for address in missing if address not in kept and (only or any(_below(address, root) for root in roots))]


def _pieces(document: Document) -> list[Piece]:
    """Its text cut, and its rows as they are."""
    return [*cut(document.text, document.markdown, document.title), *(Piece(heading, text) for heading, text in document.rows)]


async def _lead(embedder: Embedder, title: str) -> "np.ndarray | float":
    """What the title adds to each passage of its document."""
    return TITLE.get(embedder.name, 0.5) * (await embedder.passages([title]))[0] if title else 0.0


def _unit(matrix: "np.ndarray") -> "np.ndarray":
    """Rows of length 1; a row of nothing stays."""
    norms = (matrix * matrix).sum(axis=1, keepdims=True) ** 0.5
    unit: np.ndarray = matrix / norms.clip(1e-9)
    return unit


def embedded_text(title: str, piece: Piece) -> str:
    """What a passage's vectors and terms are of: its title, its headings, and its text without the marks of Markdown."""
    return "\n".join(part for part in (title, piece.heading, plain(piece.text)) if part)


def plain(text: str) -> str:
    """Markdown without its marks: link texts, cells and words stay."""
    lines = _MARKS.sub(" ", _LINK.sub(r"\1", text)).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def _below(address: str, root: str) -> bool:
    return (root == "." and not is_address(address)) or address == root or address.startswith(root.rstrip("/") + "/")
