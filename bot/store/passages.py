"""What we keep of the shop's documents: their passages, the terms for full text, and a vector per passage and model.

Vectors are stored as float16, half as large, and handed out as float32, which is what numpy multiplies fast.
"""

import json
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store.database import Database
from bot.tables import documents, passages, vectors

if TYPE_CHECKING:
    import numpy as np

Stamp = tuple[int, float]
"""How many documents there are, and when one was last indexed: another stamp, another index."""

WIDE = 4000
"""In a large shop so many passages are ranked by their words: words in more than a few of all tell little, and cost most."""
_COMMON = 500
_CHUNK = 2000
_BATCH = 400


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """What is known of a document besides its text."""

    address: str
    title: str
    url: str
    language: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage to keep, with its vector (float32) by the model's name."""

    heading: str
    text: str
    terms: str
    vectors: Mapping[str, "np.ndarray"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A passage as it is shown: its own words, and its document."""

    id: int
    heading: str
    text: str
    address: str
    title: str
    url: str
    language: str
    indexed_at: float
    terms: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All passages, ordered by id: ids and document ids (int64), their documents' languages, and a matrix (float32,
    a row per passage) by model. `covered` says for how many passages there is a vector; the others' rows are zero."""

    stamp: Stamp
    ids: "np.ndarray"
    documents: "np.ndarray"
    languages: tuple[str, ...]
    matrices: Mapping[str, "np.ndarray"]
    covered: Mapping[str, int]


class PassageStore:
    """Every question that we ask the database about documents. Raises StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Words that many passages hold, and how many: asked once for each state of the index.
        self._common: dict[str, int] = {}

    async def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each document, by address."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(documents.c.address, documents.c.fingerprint))
            return {row.address: row.fingerprint for row in rows}

    async def lacking(self, models: Sequence[str]) -> list[str]:
        """Which of these models have no vector for some passage: the documents were indexed with others."""
        async with self._database.reading() as connection:
            every = (await connection.execute(select(func.count()).select_from(passages))).scalar_one()
            counted = await connection.execute(select(vectors.c.model, func.count()).group_by(vectors.c.model))
            covered = {row[0]: row[1] for row in counted}
            return [model for model in models if covered.get(model, 0) < every]

    async def models(self) -> set[str]:
        """The names of the models that the stored vectors are of."""
        async with self._database.reading() as connection:
            return set((await connection.execute(select(vectors.c.model).distinct())).scalars())

    async def replace(self, document: DocumentRow, pieces: Sequence[NewPassage]) -> None:
        """The document as it is now, in place of what it was: in one transaction, so that answers go on meanwhile."""
        async with self._database.writing() as connection:
            if connection.dialect.name == "postgresql":
                # Another process may be bringing the same new document.
                await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(document.address))))
            await connection.execute(delete(documents).where(documents.c.address == document.address))
            made = await connection.execute(
                insert(documents).values(
                    address=document.address,
                    title=document.title,
                    url=document.url,
                    language=document.language,
                    fingerprint=document.fingerprint,
                    indexed_at=time.time(),
                )
            )
            await _add_passages(connection, _id(made), pieces)

    async def remove(self, addresses: Sequence[str]) -> None:
        """These documents are gone, with their passages and vectors."""
        async with self._database.writing() as connection:
            for start in range(0, len(addresses), _BATCH):
                await connection.execute(delete(documents).where(documents.c.address.in_(addresses[start : start + _BATCH])))

    async def snapshot(self, models: Sequence[tuple[str, int]]) -> Snapshot:
        """All passages and their vectors of these models (name, dimension)."""
        async with self.reading() as reader:
            return await reader.snapshot(models)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["PassageReader"]:
        """One transaction for one search."""
        async with self._database.reading() as connection:
            yield PassageReader(connection, self._common)


class PassageReader:
    """What one search asks, within one transaction."""

    def __init__(self, connection: AsyncConnection, common: dict[str, int]) -> None:
        self._connection, self._common = connection, common
        self._embedded = connection.dialect.name == "sqlite"

    async def _fetched(self, statement: str, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """All rows. On SQLite straight from the driver, one step of its thread instead of four: a search is made of these."""
        if not self._embedded:
            return (await self._connection.execute(text(statement), values)).all()
        raw = await self._connection.get_raw_connection()
        assert raw.driver_connection is not None  # noqa: S101
        try:
            return list(await raw.driver_connection.execute_fetchall(statement, values))
        except sqlite3.Error as exc:
            raise StoreError(f"the database could not be searched: {exc}") from exc

    async def stamp(self) -> Stamp:
        """Which index this is."""
        return await _stamp(self._connection)

    async def full_text(self, terms: Sequence[str], limit: int, large: bool = False) -> tuple[Stamp, list[tuple[int, float]]]:
        """Which index this is, and the passages that hold any of the terms, with a score that counts rare terms for more.
        `large`: leave out the commonest terms, so that no more than about WIDE passages must be ranked."""
        if not terms:
            return await self.stamp(), []
        if large:
            terms = await self._rare(terms)
        if self._embedded:
            query = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
            found = await self._fetched(_FULL_TEXT_SQLITE, {"query": query, "limit": limit})
        else:
            found = await self._fetched(_FULL_TEXT_POSTGRESQL, {"terms": list(terms), "limit": limit})
        (count, last), *hits = found
        return (count, float(last)), [(passage, float(score)) for passage, score in hits]

    async def _rare(self, terms: Sequence[str]) -> list[str]:
        """The rarest terms: one at least, and no more than WIDE passages hold them together."""
        counts = {term: self._common[term] for term in terms if term in self._common}
        unknown = [term for term in terms if term not in counts]
        if self._embedded:
            found = await self._fetched(_COUNTS_SQLITE, {"terms": json.dumps(unknown)})
        else:
            found = await self._fetched(_COUNTS_POSTGRESQL, {"terms": unknown, "most": WIDE + 1})
        counts |= {row[0]: row[1] for row in found}
        self._common.update({term: count for term, count in counts.items() if count > _COMMON})
        kept: list[str] = []
        room = WIDE
        for term in sorted(terms, key=counts.__getitem__):
            room -= counts[term]
            if kept and room < 0:
                break
            kept.append(term)
        return kept

    async def rows(self, ids: Sequence[int]) -> dict[int, PassageRow]:
        """These passages by id; one that is gone is left out."""
        if self._embedded:
            found = await self._fetched(_ROWS.format("(SELECT value FROM json_each(:ids))"), {"ids": json.dumps(list(ids))})
        else:
            found = await self._fetched(_ROWS.format("(SELECT unnest(CAST(:ids AS bigint[])))"), {"ids": list(ids)})
        return {row[0]: PassageRow(*row) for row in found}

    async def snapshot(self, models: Sequence[tuple[str, int]]) -> Snapshot:
        """All passages as this transaction sees them."""
        self._common.clear()
        return await _snapshot(self._connection, models)


_STAMP = select(func.count(), func.max(documents.c.indexed_at)).select_from(documents)
_ROWS = """
    SELECT passages.id, passages.heading, passages.text, documents.address, documents.title, documents.url, documents.language,
           documents.indexed_at, passages.terms
    FROM passages JOIN documents ON documents.id = passages.document_id WHERE passages.id IN {}
"""
# The first row is the stamp: a statement less for each search.
_FULL_TEXT_SQLITE = """
    SELECT count(*), coalesce(max(indexed_at), 0.0) FROM documents
    UNION ALL
    SELECT * FROM (SELECT rowid, -rank FROM passages_text WHERE passages_text MATCH :query ORDER BY rank LIMIT :limit)
"""
_COUNTS_SQLITE = """
    SELECT value, coalesce((SELECT doc FROM temp.passages_words WHERE term = value), 0) FROM json_each(:terms)
"""
_COUNTS_POSTGRESQL = """
    SELECT asked.term, held.times FROM unnest(CAST(:terms AS text[])) AS asked(term), LATERAL (
        SELECT count(*) AS times FROM (
            SELECT 1 FROM passages WHERE to_tsvector('simple', passages.terms) @@ phraseto_tsquery('simple', asked.term) LIMIT :most
        ) AS few
    ) AS held
"""
# PostgreSQL's own ranks know nothing of rare and common: each term counts for ln(1 + passages / passages that hold it).
_FULL_TEXT_POSTGRESQL = """
    WITH hits AS (
        SELECT passages.id, asked.term FROM unnest(CAST(:terms AS text[])) AS asked(term)
        JOIN passages ON to_tsvector('simple', passages.terms) @@ phraseto_tsquery('simple', asked.term)
    ), held AS (SELECT term, count(*) AS times FROM hits GROUP BY term)
    SELECT count(*), coalesce(max(indexed_at), 0.0) FROM documents
    UNION ALL
    (SELECT hits.id, sum(ln(1 + (SELECT count(*) FROM passages) / CAST(held.times AS float8))) AS score
     FROM hits JOIN held USING (term) GROUP BY hits.id ORDER BY score DESC, hits.id LIMIT :limit)
"""


async def _add_passages(connection: AsyncConnection, document: int, pieces: Sequence[NewPassage]) -> None:
    import numpy as np

    if not pieces:
        return
    made = [
        {"document_id": document, "position": position, "heading": piece.heading, "text": piece.text, "terms": piece.terms}
        for position, piece in enumerate(pieces)
    ]
    await connection.execute(insert(passages), made)
    asked = select(passages.c.id).where(passages.c.document_id == document).order_by(passages.c.position)
    ids = (await connection.execute(asked)).scalars().all()
    rows = [
        {"passage_id": passage, "model": model, "dimension": len(vector), "data": vector.astype(np.float16).tobytes()}
        for passage, piece in zip(ids, pieces, strict=True)
        for model, vector in piece.vectors.items()
    ]
    if rows:
        await connection.execute(insert(vectors), rows)


async def _stamp(connection: AsyncConnection) -> Stamp:
    count, last = (await connection.execute(_STAMP)).one()
    return count, last or 0.0


async def _snapshot(connection: AsyncConnection, models: Sequence[tuple[str, int]]) -> Snapshot:
    import numpy as np

    stamp = await _stamp(connection)
    listed = await connection.execute(
        select(passages.c.id, passages.c.document_id, documents.c.language).join_from(passages, documents).order_by(passages.c.id)
    )
    rows = listed.all()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    matrices, covered = {}, {}
    for model, dimension in models:
        matrices[model], covered[model] = await _matrix(connection, ids, model, dimension)
    return Snapshot(stamp, ids, np.array([row[1] for row in rows], dtype=np.int64), tuple(row[2] for row in rows), matrices, covered)


async def _matrix(connection: AsyncConnection, ids: "np.ndarray", model: str, dimension: int) -> "tuple[np.ndarray, int]":
    """A row per id, read in chunks, so that nothing but the matrix itself grows with the index."""
    import numpy as np

    matrix = np.zeros((len(ids), dimension), dtype=np.float32)
    covered, last = 0, -1
    asked = (
        select(vectors.c.passage_id, vectors.c.data)
        .where(vectors.c.model == model, vectors.c.dimension == dimension, vectors.c.passage_id > bindparam("last"))
        .order_by(vectors.c.passage_id)
        .limit(_CHUNK)
    )
    while chunk := (await connection.execute(asked, {"last": last})).all():
        last = chunk[-1][0]
        at = np.searchsorted(ids, np.array([row[0] for row in chunk], dtype=np.int64))
        matrix[at] = np.frombuffer(b"".join(row[1] for row in chunk), dtype=np.float16).reshape(len(chunk), dimension)
        covered += len(chunk)
    return matrix, covered


def _id(made: Any) -> int:
    """The id of the row that was just inserted."""
    return int(made.inserted_primary_key[0])
