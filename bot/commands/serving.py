"""`serve`, `demo`, `web`, `gateway`, `work`: one process of the desk, until it is told to stop."""

import asyncio
import signal

from rich.console import Console

from bot import app, config, logs
from bot.commands.terminal import progress


async def serve(role: app.Role = app.SERVE, say_hello: bool = False) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = config.load()
    logs.set_up()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with progress("Indexing") as on_progress:
        async with app.running(settings, role, on_progress) as process:
            if say_hello:
                page = next((line.removeprefix("page: ") for line in process.summary() if line.startswith("page: ")), "")
                Console(stderr=True).print(
                    f"\n[bold]The desk is {page}[/bold]\nWrite to it as a customer, in any language. Ctrl-C stops it.\n"
                )
            await stop.wait()
