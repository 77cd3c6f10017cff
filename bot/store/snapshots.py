"""The passages and their vectors as arrays: all of them, or a few.

Vectors are stored as float16, half as large, and handed out as float32, which is what numpy multiplies fast.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.tables import documents, passages, vectors

if TYPE_CHECKING:
    import numpy as np

Stamp = tuple[int, float]
"""How many documents a collection has, and when one of them was last indexed: another stamp, another index."""

_CHUNK = 2000


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


async def stamp(connection: AsyncConnection, collection: str) -> Stamp:
    """Which index this is."""
    asked = select(func.count(), func.max(documents.c.indexed_at)).where(documents.c.collection == collection)
    count, last = (await connection.execute(asked)).one()
    return count, last or 0.0


async def snapshot(connection: AsyncConnection, collection: str, models: Sequence[tuple[str, int]]) -> Snapshot:
    """All passages of a collection and their vectors of these models (name, dimension)."""
    import numpy as np

    now = await stamp(connection, collection)
    every = select(passages.c.id, passages.c.document_id, documents.c.language).join_from(passages, documents)
    listed = await connection.execute(every.where(documents.c.collection == collection).order_by(passages.c.id))
    rows = listed.all()
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    matrices, covered = {}, {}
    for model, dimension in models:
        matrices[model], covered[model] = await _matrix(connection, collection, ids, model, dimension)
    return Snapshot(now, ids, np.array([row[1] for row in rows], dtype=np.int64), tuple(row[2] for row in rows), matrices, covered)


async def _matrix(connection: AsyncConnection, collection: str, ids: "np.ndarray", model: str, dimension: int) -> "tuple[np.ndarray, int]":
    """A row per id, read in chunks, so that nothing but the matrix itself grows with the index."""
    import numpy as np

    matrix = np.zeros((len(ids), dimension), dtype=np.float32)
    covered, last = 0, -1
    asked = (
        select(vectors.c.passage_id, vectors.c.data)
        .join_from(vectors, passages)
        .join(documents)
        .where(documents.c.collection == collection)
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
