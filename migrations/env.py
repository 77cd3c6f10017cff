"""Alembic's way into our tables: the address comes from bot.config, or from the program that migrates."""

from alembic import context
from sqlalchemy import create_engine, event, pool

from bot.store.database import database_url
from bot.tables import metadata

NOT_COMPARED = ("passages_text", "procrastinate_", "neighbours")
"""Full text is SQLite's own virtual table and its shadows, written by hand in its migration; procrastinate's tables are its own;
`neighbours` and its centres are there with pgvector alone (`bot.store.neighbours` makes them)."""


def ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic is to compare it with `bot.tables`."""
    return not (kind == "table" and name is not None and name.startswith(NOT_COMPARED))


def address() -> str:
    """Handed over by the program, else the setting DATABASE_URL."""
    given = context.config.attributes.get("database_url")
    if given:
        return str(given)
    from bot.config import load

    return load().database_url


def migrate() -> None:
    """Run the migrations in one transaction of a connection of their own."""
    url = database_url(address())
    sqlite = url.get_backend_name() == "sqlite"
    engine = create_engine(url.set(drivername="sqlite" if sqlite else "postgresql+psycopg"), poolclass=pool.NullPool)
    if sqlite:
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA journal_mode=WAL"))
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=sqlite,
            include_name=ours,
            include_object=lambda _object, name, kind, _reflected, _to: ours(name, kind, None) and name != "ix_passages_text",
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Polydesk migrates a database that it can reach: run `alembic upgrade head` without --sql.")
migrate()
