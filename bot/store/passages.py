"""What we keep of the shop's documents: their passages, the terms for full text, and a vector per passage and model."""

import json
import sqlite3
import time
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store import neighbours, snapshots
from bot.store.database import Database
from bot.store.neighbours import Candidates, Kind, Moments
from bot.store.snapshots import Snapshot, Stamp
from bot.tables import documents, passages, vectors

if TYPE_CHECKING:
    import numpy as np

WIDE = 4000
"""In a shop with more passages, about so many are ranked by their words: words in more than a few of all tell little, and cost most."""
_COMMON = 500
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


class PassageStore:
    """Every question that we ask the database about the documents of one collection ("": the common ones). Raises StoreError."""

    def __init__(self, database: Database, collection: str = "") -> None:
        self._database = database
        self._collection = collection
        # Words that many passages hold, and how many: asked once for each state of the index.
        self._common: dict[str, int] = {}

    async def fingerprints(self) -> dict[str, str]:
        """The fingerprint of each document, by address."""
        async with self._database.reading() as connection:
            ours = documents.c.collection == self._collection
            rows = await connection.execute(select(documents.c.address, documents.c.fingerprint).where(ours))
            return {row.address: row.fingerprint for row in rows}

    async def lacking(self, models: Sequence[str]) -> list[str]:
        """Which of these models have no vector for some passage of any collection: the documents were indexed with others."""
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
                await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(self._collection + document.address))))
            await connection.execute(
                delete(documents).where(documents.c.collection == self._collection, documents.c.address == document.address)
            )
            made = await connection.execute(
                insert(documents).values(
                    collection=self._collection,
                    address=document.address,
                    title=document.title,
                    url=document.url,
                    language=document.language,
                    fingerprint=document.fingerprint,
                    indexed_at=time.time(),
                )
            )
            await _add_passages(connection, _id(made), self._collection, document.language, pieces)

    async def remove(self, addresses: Sequence[str]) -> None:
        """These documents are gone, with their passages and vectors."""
        async with self._database.writing() as connection:
            for start in range(0, len(addresses), _BATCH):
                gone = documents.c.address.in_(addresses[start : start + _BATCH])
                await connection.execute(delete(documents).where(documents.c.collection == self._collection, gone))

    async def keep_only(self, collections: Collection[str]) -> None:
        """Documents of collections that are no more are gone too."""
        async with self._database.writing() as connection:
            await connection.execute(delete(documents).where(documents.c.collection.not_in(list(collections))))

    async def arrange(self) -> None:
        """After an indexing: where pgvector is and the shop is large, the database shall find by itself what is near."""
        await neighbours.arrange(self._database)

    async def unaided(self) -> tuple[str, str] | None:
        """What keeps a large shop's database from searching vectors by itself, and the cure; None where nothing does."""
        return await neighbours.lacking(self._database)

    @property
    def embedded(self) -> bool:
        """Whether the database lives in this process: what it looks for costs us, and not a server beside us."""
        return self._database.embedded

    async def snapshot(self, models: Sequence[tuple[str, int]]) -> Snapshot:
        """All passages and their vectors of these models (name, dimension)."""
        async with self.reading() as reader:
            return await reader.snapshot(models)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["PassageReader"]:
        """One transaction for one search."""
        async with self._database.reading() as connection:
            yield PassageReader(connection, self._collection, self._common)


class PassageReader:
    """What one search asks, within one transaction."""

    def __init__(self, connection: AsyncConnection, collection: str, common: dict[str, int]) -> None:
        self._connection, self._collection, self._common = connection, collection, common
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
        return await snapshots.stamp(self._connection, self._collection)

    async def full_text(self, terms: Sequence[str], limit: int, size: int) -> tuple[Stamp, list[tuple[int, float]]]:
        """Which index this is, and the passages that hold any of the terms, with a score that counts rare terms for more.
        `size`: about how many passages there are; where they are many, the commonest terms are left out."""
        if not terms:
            return await self.stamp(), []
        if size > WIDE:
            terms = await self._rare(terms)
        if self._embedded:
            query = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
            found = await self._fetched(_FULL_TEXT_SQLITE, {"query": query, "limit": limit, "collection": self._collection})
        else:
            values = {"terms": list(terms), "limit": limit, "size": size, "collection": self._collection}
            found = await self._fetched(_FULL_TEXT_POSTGRESQL, values)
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
        asked = "(SELECT value FROM json_each(:ids))" if self._embedded else "(SELECT unnest(CAST(:ids AS bigint[])))"
        values = {"ids": json.dumps(list(ids)) if self._embedded else list(ids), "collection": self._collection}
        found = await self._fetched(_ROWS.format(asked), values)
        return {row[0]: PassageRow(*row) for row in found}

    async def snapshot(self, models: Sequence[tuple[str, int]]) -> Snapshot:
        """All passages as this transaction sees them."""
        self._common.clear()
        return await snapshots.snapshot(self._connection, self._collection, models)

    async def moments(self, models: Sequence[tuple[str, int]]) -> Moments | None:
        """The whole index in few numbers; None where it is searched in memory, as it is without pgvector."""
        self._common.clear()
        return None if self._embedded else await neighbours.moments(self._connection, Kind.of(models, self._collection))

    async def nearest(self, models: Sequence[tuple[str, int]], asked: "Mapping[str, Mapping[str, np.ndarray]]", limit: int) -> list[int]:
        """The `limit` nearest passages of each language that is asked, by the sum of the inner products with these vectors."""
        return await neighbours.nearest(self._connection, Kind.of(models, self._collection), asked, limit)

    async def candidates(
        self, models: Sequence[tuple[str, int]], vectors: "Mapping[str, np.ndarray]", ids: Sequence[int], languages: Sequence[str]
    ) -> Candidates:
        """These passages, as far as they are in these languages, compared with a question's vectors."""
        return await neighbours.candidates(self._connection, Kind.of(models, self._collection), vectors, ids, languages)

    async def beginning(self, document: int) -> int:
        """The first passage of this document."""
        asked = select(passages.c.id).where(passages.c.document_id == document).order_by(passages.c.position).limit(1)
        return int((await self._connection.execute(asked)).scalar_one())


_ROWS = """
    SELECT passages.id, passages.heading, passages.text, documents.address, documents.title, documents.url, documents.language,
           documents.indexed_at, passages.terms
    FROM passages JOIN documents ON documents.id = passages.document_id
    WHERE passages.id IN {} AND documents.collection = :collection
"""
# Where all documents are of one collection, which is nearly everywhere, no hit is looked up in their table.
_OURS = """
    (NOT EXISTS (SELECT 1 FROM documents WHERE collection < :collection)
     AND NOT EXISTS (SELECT 1 FROM documents WHERE collection > :collection)
     OR {} IN (SELECT id FROM documents WHERE collection = :collection))
"""
# The first row is the stamp: a statement less for each search.
_FULL_TEXT_SQLITE = f"""
    SELECT count(*), coalesce(max(indexed_at), 0.0) FROM documents WHERE collection = :collection
    UNION ALL
    SELECT * FROM (
        SELECT rowid, -rank FROM passages_text WHERE passages_text MATCH :query
        AND {_OURS.format("(SELECT document_id FROM passages WHERE passages.id = passages_text.rowid)")} ORDER BY rank LIMIT :limit
    )
"""  # noqa: S608  # of our own words alone
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
# Counting the passages takes as long as all the rest: whoever asks knows about how many they are.
_FULL_TEXT_POSTGRESQL = f"""
    WITH hits AS (
        SELECT passages.id, asked.term FROM unnest(CAST(:terms AS text[])) AS asked(term)
        JOIN passages ON to_tsvector('simple', passages.terms) @@ phraseto_tsquery('simple', asked.term)
        WHERE {_OURS.format("passages.document_id")}
    ), held AS (SELECT term, count(*) AS times FROM hits GROUP BY term)
    SELECT count(*), coalesce(max(indexed_at), 0.0) FROM documents WHERE collection = :collection
    UNION ALL
    (SELECT hits.id, sum(ln(1 + greatest(:size, held.times) / CAST(held.times AS float8))) AS score
     FROM hits JOIN held USING (term) GROUP BY hits.id ORDER BY score DESC, hits.id LIMIT :limit)
"""  # noqa: S608


async def _add_passages(connection: AsyncConnection, document: int, collection: str, language: str, pieces: Sequence[NewPassage]) -> None:
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
        await neighbours.add(
            connection, collection, language, [(passage, piece.vectors) for passage, piece in zip(ids, pieces, strict=True)]
        )


def _id(made: Any) -> int:
    """The id of the row that was just inserted."""
    return int(made.inserted_primary_key[0])
