"""What a message costs us: CPU milliseconds, database transactions, platform calls, bytes to the model, memory; and how soon we are there.

    python -m benchmarks.overhead [--messages 100]

Each run is a bot in a process of its own (`serve`, as it is shipped, on SQLite), beside loopback servers in this one; the model
streams an answer of 150 tokens. The floor does the same work in the fewest lines that could: it reads the event, one INSERT,
reads the model's stream, posts. Times are CPU of the bot's process per message, so a busy machine changes them little;
compare them with the floor of the same run, not with another machine's. Starting is the best of five: `--help`, and
`serve` from its call until /ready says yes with Slack and Discord connected; on a busy machine only its CPU seconds tell anything.
"""

import argparse
import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
from rich.console import Console
from rich.table import Table

from tests.discord_server import DiscordServer
from tests.discord_world import GENERAL, TOKEN
from tests.model_server import ModelServer
from tests.slack_server import SlackServer

ROOT = Path(__file__).resolve().parent.parent
ANSWER = " ".join(f"word{number}" for number in range(150))
SHOP = '[shop]\ndocuments = ["pages"]\nhosts = ["shop.example"]\n[answers]\nthreshold = 0\nchecks = false\n'
PAGE = "# Returns\n\nYou can return anything within 30 days.\n"
WARM_UP = 20
CHANNELS = 20
"""So that nobody waits for Slack's one post a second in a channel. In Discord five go out at once, and then one a second."""
STARTS = 5


@dataclass
class Row:
    """What one message cost on average; `memory` is the resident megabytes before the first message."""

    name: str
    cpu: float
    transactions: float
    posts: float
    statuses: float
    to_model: float
    memory: float


# The bot's side: this file run with --child -----------------------------------------------------------------------


def child(what: str, vectors: bool) -> None:
    """`serve` (or the floor), counting transactions; a line on standard input asks for the counts so far."""
    counts = {"transactions": 0}
    if what == "floor":
        asyncio.run(floor(counts))
        return
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from bot.app import parts
    from bot.commands import serving, terminal

    def count(_connection: object) -> None:
        counts["transactions"] += 1

    event.listen(Engine, "begin", count)
    if not vectors:
        parts.embedded = tuple  # type: ignore[assignment]  # the query's embedding is shown in a row of its own
    terminal.run(_both(serving.serve(), counts))


async def _both(serving: Awaitable[None], counts: dict[str, int]) -> None:
    reporting = asyncio.create_task(report(counts))
    try:
        await serving
    finally:
        reporting.cancel()


async def report(counts: dict[str, int]) -> None:
    """Answer each line of standard input with CPU seconds, memory and counts."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        used = resource.getrusage(resource.RUSAGE_SELF)
        pages = int(Path("/proc/self/statm").read_text().split()[1])  # noqa: ASYNC240
        said = {"cpu": used.ru_utime + used.ru_stime, "memory": pages * resource.getpagesize() / 2**20, **counts}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


async def floor(counts: dict[str, int]) -> None:
    """Socket Mode, one INSERT, the model's stream, one post: nothing else."""
    database = sqlite3.connect("floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE event (body TEXT)")
    slack, model = os.environ["SLACK_API_URL"], os.environ["MODEL_URL"]
    async with aiohttp.ClientSession() as session:
        async with session.post(slack + "apps.connections.open", data={"token": os.environ["SLACK_APP_TOKEN"]}) as opened:
            socket = await session.ws_connect((await opened.json())["url"])
        reporting = asyncio.create_task(report(counts))
        async for frame in socket:
            envelope = json.loads(frame.data)
            if "payload" not in envelope:
                continue
            event = envelope["payload"]["event"]
            await socket.send_json({"envelope_id": envelope["envelope_id"]})
            if event["type"] != "app_mention":
                continue
            database.execute("INSERT INTO event VALUES (?)", (json.dumps(event),))
            counts["transactions"] += 1
            text = await _stream(session, model, event["text"])
            arguments = {"token": os.environ["SLACK_BOT_TOKEN"], "channel": event["channel"], "thread_ts": event["ts"], "text": text}
            async with session.post(slack + "chat.postMessage", data=arguments) as posted:
                await posted.read()
        reporting.cancel()


async def _stream(session: aiohttp.ClientSession, model: str, question: str) -> str:
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": question}]}
    parts = []
    async with session.post(model + "/chat/completions", json=body) as answer:
        async for line in answer.content:
            if line.startswith(b"data: {"):
                for choice in json.loads(line[6:])["choices"]:
                    parts.append(choice["delta"].get("content") or "")
    return "".join(parts)


# The world's side ---------------------------------------------------------------------------------------------------


@asynccontextmanager
async def bot(folder: Path, what: str, vectors: bool, **settings: str) -> AsyncIterator[Callable[[], Awaitable[dict[str, float]]]]:
    """The bot in a process of its own; yields a way to ask what it has used so far."""
    (folder / "pages").mkdir(exist_ok=True)
    (folder / "pages" / "returns.md").write_text(PAGE)
    (folder / "shop.toml").write_text(SHOP)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DATABASE_URL": "sqlite:///desk.db", "PORT": "0", **settings}
    subprocess.run([sys.executable, "-m", "bot", "index"], cwd=folder, env=environment, check=True, capture_output=True)
    arguments = ["-m", "benchmarks.overhead", "--child", what, *(["--vectors"] if vectors else [])]
    pipe = asyncio.subprocess.PIPE
    log = (folder / "log").open("wb")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=log
    )
    assert process.stdin
    assert process.stdout

    async def used() -> dict[str, float]:
        process.stdin.write(b"\n")  # type: ignore[union-attr]
        said: dict[str, float] = json.loads(await process.stdout.readline())  # type: ignore[union-attr]
        return said

    try:
        yield used
    finally:
        process.terminate()
        await process.wait()
        log.close()


async def settled(ready: Callable[[], bool]) -> None:
    """Wait until something is so, a minute at most."""
    async with asyncio.timeout(60):
        while not ready():
            await asyncio.sleep(0.01)


async def on_slack(messages: int, folder: Path, what: str = "serve", vectors: bool = False) -> Row:
    """Mentions in Slack by Socket Mode, each in a thread of its own."""
    async with SlackServer(echo=what == "serve") as slack, ModelServer() as model:
        scripted(model)
        tokens = {"SLACK_API_URL": slack.url, "SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test"}
        async with bot(folder, what, vectors, MODEL_URL=model.url, MODEL_NAME="m", **tokens) as used:
            await settled(lambda: bool(slack.sockets))

            async def one(number: int) -> None:
                await slack.say(f"C{number % CHANNELS}", "U2", f"How long do I have to return something, number {number}?")
                await settled(lambda: len(slack.posts) > number)

            name = {"serve": "Slack, Socket Mode", "floor": "floor (Slack, the fewest lines)"}[what] + (", with vectors" if vectors else "")
            return await measure(name, messages, one, used, model, lambda: (len(slack.posts), len(slack.statuses)))


async def on_discord(messages: int, folder: Path) -> Row:
    """Mentions in a Discord channel."""
    async with DiscordServer() as discord, ModelServer() as model:
        scripted(model)
        addresses = {"DISCORD_API_URL": discord.api_url, "DISCORD_GATEWAY_URL": discord.gateway_url, "DISCORD_TOKEN": TOKEN}
        async with bot(folder, "serve", False, MODEL_URL=model.url, MODEL_NAME="m", **addresses) as used:
            await settled(lambda: bool(discord.sessions))

            async def one(number: int) -> None:
                await discord.say(GENERAL, "ana", f"How long do I have to return something, number {number}?", mention=True)
                await settled(lambda: len(discord.posts) > number)

            return await measure("Discord", messages, one, used, model, lambda: (len(discord.posts), len(discord.typings)))


async def on_page(messages: int, folder: Path) -> Row:
    """Questions on the page, each in the same conversation."""
    async with ModelServer() as model, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
        scripted(model)
        port = 18470 + os.getpid() % 1000
        async with bot(folder, "serve", False, MODEL_URL=model.url, MODEL_NAME="m", PORT=str(port)) as used:
            home = f"http://127.0.0.1:{port}"
            await _until_ready(browser, home)
            await (await browser.get(home + "/")).read()
            answers = 0
            stream = await browser.get(home + "/chat/events")

            async def one(number: int) -> None:
                nonlocal answers
                said = {"text": f"How long do I have to return something, number {number}?", "id": str(uuid4())}
                await (await browser.post(home + "/chat/messages", json=said, headers={"Origin": home})).read()
                while answers <= number:
                    line = await stream.content.readline()
                    assert line, "the page's stream ended"
                    answers += line.startswith(b"event: answer")

            row = await measure("the page", messages, one, used, model, lambda: (answers, 0))
            stream.close()
            return row


async def _until_ready(browser: aiohttp.ClientSession, home: str) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(aiohttp.ClientError):
                async with browser.get(home + "/ready") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.02)


# Starting ---------------------------------------------------------------------------------------------------------


def help_page() -> tuple[float, float]:
    """`python -m bot --help` from its call to its end: seconds on the clock, and of CPU."""
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - began, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


async def until_ready(folder: Path, vectors: bool) -> tuple[float, float]:
    """`serve`, until it hears in Slack and Discord and can answer: seconds on the clock, and of CPU."""
    port = 18470 + os.getpid() % 1000
    async with SlackServer() as slack, DiscordServer() as discord, aiohttp.ClientSession() as browser:
        settings = {"SLACK_API_URL": slack.url, "SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test", "PORT": str(port)}
        settings |= {"DISCORD_API_URL": discord.api_url, "DISCORD_GATEWAY_URL": discord.gateway_url, "DISCORD_TOKEN": TOKEN}
        async with bot(folder, "serve", vectors, **settings) as used:
            began = time.perf_counter()
            await _until_ready(browser, f"http://127.0.0.1:{port}")
            return time.perf_counter() - began, (await used())["cpu"]


async def starts() -> None:
    """Print the best of some starts each."""
    table = Table("until it is there", "seconds", "CPU seconds")
    best = [("python -m bot --help", [help_page() for _ in range(STARTS)])]
    for name, vectors in (("serve, without vectors", False), ("serve, with the embedded vectors", True)):
        with tempfile.TemporaryDirectory() as folder:
            best.append((name, [await until_ready(Path(folder), vectors) for _ in range(STARTS)]))
    for name, found in best:
        table.add_row(name, f"{min(seconds for seconds, _ in found):.2f}", f"{min(cpu for _, cpu in found):.2f}")
    Console(width=130).print(table)


def scripted(model: ModelServer) -> None:
    """150 tokens for every question."""
    model.always(ANSWER)


async def measure(
    name: str,
    messages: int,
    one: Callable[[int], Awaitable[None]],
    used: Callable[[], Awaitable[dict[str, float]]],
    model: ModelServer,
    calls: Callable[[], tuple[int, int]],
) -> Row:
    """Some messages to warm up, then the ones that count, one after the other."""
    resting = await used()
    for number in range(WARM_UP):
        await one(number)
    await asyncio.sleep(0.3)
    before, sent, bytes_before = await used(), calls(), sum(model.sizes)
    for number in range(WARM_UP, WARM_UP + messages):
        await one(number)
    await asyncio.sleep(0.3)
    after, sent_after = await used(), calls()
    return Row(
        name,
        (after["cpu"] - before["cpu"]) / messages * 1000,
        (after["transactions"] - before["transactions"]) / messages,
        (sent_after[0] - sent[0]) / messages,
        (sent_after[1] - sent[1]) / messages,
        (sum(model.sizes) - bytes_before) / messages,
        resting["memory"],
    )


def show(rows: list[Row]) -> None:
    """The table, and each row against the floor."""
    table = Table("", "CPU ms", "x floor", "transactions", "posts", "statuses", "bytes to the model", "memory before, MB")
    for row in rows:
        figures = (row.cpu, row.cpu / rows[0].cpu, row.transactions, row.posts, row.statuses)
        table.add_row(row.name, *(f"{figure:.2f}" for figure in figures), f"{row.to_model:.0f}", f"{row.memory:.0f}")
    Console(width=130).print(table)


async def main(messages: int) -> None:
    """All rows, one after the other."""
    rows = []
    began = time.monotonic()
    for run in (
        lambda folder: on_slack(messages, folder, "floor"),
        lambda folder: on_slack(messages, folder),
        lambda folder: on_discord(messages, folder),
        lambda folder: on_page(messages, folder),
        lambda folder: on_slack(messages, folder, vectors=True),
    ):
        with tempfile.TemporaryDirectory() as folder:
            rows.append(await run(Path(folder)))
            sys.stderr.write(f"{rows[-1]}\n")
    show(rows)
    await starts()
    sys.stderr.write(f"{messages} messages a row, {time.monotonic() - began:.0f} s\n")


if __name__ == "__main__":
    reading = argparse.ArgumentParser(description="What a message costs.")
    reading.add_argument("--messages", type=int, default=100)
    reading.add_argument("--child", choices=["serve", "floor"])
    reading.add_argument("--vectors", action="store_true")
    given = reading.parse_args()
    if given.child:
        child(given.child, given.vectors)
    else:
        asyncio.run(main(given.messages))
