"""Messages that one core answers: on SQLite and PostgreSQL, with the model's stream read and without, in an empty desk and in an old one.

    python -m benchmarks.throughput [--messages 300] [--stored 10000,1000000] [--database postgresql://postgres@127.0.0.1:5432/postgres]

The bot is `serve` as it is shipped (without the question's embedding) in a process of its own, twenty customers at a time mention it in
Slack, and the model's 150 tokens come at once. What counts is CPU: a busy machine answers later, and dearer too, so compare the rows of one
run. PostgreSQL's CPU is that of its backends for this database. An old desk is made of real messages: a hundred are answered, and
their rows copied so often.
"""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from benchmarks import lanes
from benchmarks.overhead import ANSWER, WARM_UP, bot, settled
from benchmarks.search import served
from bot.store.database import Database
from bot.tables import metadata
from tests.conftest import POSTGRESQL, new_database
from tests.model_server import ModelServer
from tests.slack_server import SlackServer

AT_ONCE = 20
SEED = 100
COPIED = ("threads", "turns", "events", "outbox")
NAMES = {"place", "event_id", "identity", "key"}
"""Columns whose values are one row's alone."""
IDS = {"id", "thread_id", "turn_id", "event"}
FAR = 1_000_000
"""Between the ids of two copies; no more rows than this are copied at a time."""


@dataclass(frozen=True)
class Row:
    """CPU milliseconds of a message: the bot's, and the database server's."""

    name: str
    bot: float
    server: float = 0.0


class WholeModel(ModelServer):
    """It does not stream: one JSON object."""

    async def _play(self, request: web.Request, chunks: list[bytes], pause: float, cut: bool) -> web.StreamResponse:  # noqa: ARG002
        said = {"index": 0, "message": {"role": "assistant", "content": ANSWER}, "finish_reason": "stop"}
        return web.json_response({"choices": [said], "usage": {"prompt_tokens": 12, "completion_tokens": 150}})


@asynccontextmanager
async def desk(
    folder: Path, address: str, slack: SlackServer, model: ModelServer
) -> AsyncIterator[Callable[[], Awaitable[dict[str, float]]]]:
    """A bot that hears."""
    tokens = {"SLACK_API_URL": slack.url, "SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test"}
    async with bot(folder, "serve", False, MODEL_URL=model.url, MODEL_NAME="m", DATABASE_URL=address, **tokens) as used:
        await settled(lambda: bool(slack.sockets))
        yield used


async def talk(slack: SlackServer, messages: int) -> None:
    """So many mentions, AT_ONCE at a time, in as many channels; returns when all are answered."""

    async def customer(number: int) -> None:
        for at in range(number, messages, AT_ONCE):
            ts = await slack.say(f"C{number}", "U2", f"How long do I have to return something, number {at}?")
            await settled(lambda: any(post.get("thread_ts") == ts for post in slack.posts[-3 * AT_ONCE :]))  # noqa: B023

    await asyncio.gather(*(customer(number) for number in range(AT_ONCE)))


async def row(name: str, address: str, messages: int, model: ModelServer, stored: int = 0) -> Row:
    """One line of the table, on a new database."""
    database = Database(address)
    await database.migrate()
    with tempfile.TemporaryDirectory() as folder:
        async with SlackServer() as slack, model:
            model.always(ANSWER)
            if stored:
                async with desk(Path(folder), address, slack, model):
                    await talk(slack, SEED)
                await fill(database, stored // SEED - 1)
            async with desk(Path(folder), address, slack, model) as used:
                await talk(slack, WARM_UP)
                await asyncio.sleep(0.3)
                before, server = await used(), await served(database)
                await talk(slack, messages)
                await asyncio.sleep(0.3)
                after, server_after = await used(), await served(database)
    await database.close()
    found = Row(name, (after["cpu"] - before["cpu"]) / messages * 1000, (server_after - server) / messages)
    sys.stderr.write(f"{found}\n")
    return found


async def fill(database: Database, copies: int) -> None:
    """Copy what stands in the tables so often, with ids, places and keys of its own."""
    numbers = f"WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {copies})"  # noqa: S608
    async with database.writing() as connection:
        for name in COPIED:
            columns = [column.name for column in metadata.tables[name].columns]
            values = ", ".join(_copied(column) for column in columns)
            await connection.execute(text(f"{numbers} INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name}, n"))  # noqa: S608
            if not database.embedded:
                await connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"))  # noqa: S608
        await connection.execute(text("ANALYZE"))


def _copied(column: str) -> str:
    if column in IDS:
        return f"{column} + k * {FAR}"
    return f"{column} || 'k' || k" if column in NAMES else column


@contextmanager
def sqlite() -> Any:
    """The address of a new database in a file."""
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{folder}/desk.db"


def show(rows: Sequence[Row]) -> None:
    """The table; the first row is what the others are compared with."""
    table = Table("", "CPU ms a message", "of the database's server", "messages a second and core", "x the first")
    for each in rows:
        both = each.bot + each.server
        table.add_row(
            each.name, f"{each.bot:.1f}", f"{each.server:.1f}", f"{1000 / both:.0f}", f"{both / (rows[0].bot + rows[0].server):.2f}"
        )
    Console(width=130).print(table)


async def main(messages: int, stored: Sequence[int], server: str) -> None:
    """All rows, one after the other."""
    rows = []
    databases = {"SQLite": sqlite, "PostgreSQL": lambda: new_database(server)}
    for name, made in databases.items():
        for kind, model in (("the stream read", ModelServer), ("not streamed", WholeModel)):
            with made() as address:
                rows.append(await row(f"{name}, {kind}", address, messages, model()))
    for name, made in databases.items():
        for count in stored:
            with made() as address:
                rows.append(await row(f"{name}, {count:,} messages stored", address, messages, ModelServer(), count))
    show(rows)
    table = Table(
        f"{lanes.THREADS * lanes.EACH:,} messages around an answer in memory, PostgreSQL", "messages a second", "CPU ms each (workers)"
    )
    for workers in (1, 2):
        rate, cpu = await lanes.messages(server, "engine", workers)
        table.add_row(f"{workers} worker(s)", f"{rate:,.0f}", f"{cpu:.1f}")
    Console(width=130).print(table)


if __name__ == "__main__":
    reading = argparse.ArgumentParser(description="Messages that one core answers.")
    reading.add_argument("--messages", type=int, default=300)
    reading.add_argument("--stored", default="10000,1000000")
    reading.add_argument("--database", default=POSTGRESQL)
    given = reading.parse_args()
    asyncio.run(main(given.messages, [int(count) for count in given.stored.split(",") if count], given.database))
