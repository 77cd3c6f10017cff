"""`status` and `retry`: how things stand, and one more try for what was set aside."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

import aiohttp
import typer
from rich.console import Console
from rich.table import Table

from bot import app, config, logs
from bot.config import Config
from bot.store.database import Database
from bot.store.report import Aside, ReportStore, Standing

READY_SECONDS = 15.0
"""Longer than a model is given to answer the doctor."""


async def status(as_json: bool) -> bool:
    """Print how things stand; False when something needs a person: a letter in doubt, nobody at work, a platform down."""
    settings = config.load()
    logs.set_up(quiet=True)
    database = Database(settings.database_url)
    try:
        await app.make_current(database)
        report = ReportStore(database)
        standing, aside = await report.standing(), await report.aside()
    finally:
        await database.close()
    running = await _running(settings)
    if as_json:
        typer.echo(json.dumps({**asdict(standing), "set_aside": [asdict(one) for one in aside], "desk": running}, ensure_ascii=False))
    else:
        _show(standing, aside, running, _address(settings))
    return running is not None and bool(running.get("ready")) and not standing.in_doubt


async def retry(which: str) -> int | None:
    """The number of the message that is answered once more; None when there is none of that name."""
    settings = config.load()
    logs.set_up(quiet=True)
    database = Database(settings.database_url)
    try:
        await app.make_current(database)
        return await ReportStore(database).retry(which)
    finally:
        await database.close()


async def _running(settings: Config) -> dict[str, Any] | None:
    """What the desk that runs here says of itself; None when there is none."""
    timeout = aiohttp.ClientTimeout(total=READY_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(f"{_address(settings)}/ready") as response:
            said = await response.json()
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return None
    return said if isinstance(said, dict) and "ready" in said else None


def _address(settings: Config) -> str:
    host, port = settings.environment.host, settings.environment.port
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # all networks: this machine is one of them
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _show(standing: Standing, aside: list[Aside], running: dict[str, Any] | None, address: str) -> None:
    console = Console()
    table = Table(show_header=False, box=None, pad_edge=False)
    oldest = f", the oldest message for {_ago(standing.oldest)}" if standing.waiting + standing.answering else ""
    table.add_row("waiting", f"{standing.waiting} conversations{oldest}")
    table.add_row("being answered", f"{standing.answering} conversations")
    table.add_row("on their way", f"{standing.sending} parts of replies, {standing.in_doubt} of them in doubt")
    table.add_row("set aside", f"{standing.aside} messages")
    table.add_row("feedback", f"{standing.helpful} helpful, {standing.unhelpful} not")
    table.add_row("at work", ", ".join(standing.workers) or "nobody")
    for name, one in (running or {}).get("platforms", {}).items():
        table.add_row(name, f"{'up' if one['up'] else 'down'}, {one['why']}")
    if running is None:
        table.add_row("desk", f"none answers at {address}: HOST and PORT say where to look")
    else:
        resting = "".join(f"; {name} is left alone" for name in running.get("resting", ()))
        table.add_row("model", f"{running['model']}{resting}")
    console.print(table, highlight=False)
    if aside:
        console.print("\nSet aside, the newest first; `python -m bot retry REFERENCE` answers one once more:", highlight=False)
        for one in aside:
            when = datetime.fromtimestamp(one.received_at).astimezone().strftime("%Y-%m-%d %H:%M")
            console.print(f"  {one.reference or one.event}  {when}  {one.place}  {one.error}", highlight=False, markup=False)


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
