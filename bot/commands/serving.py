"""`serve` and `demo`: everything in one process, until it is told to stop."""

import asyncio
import signal

from rich.console import Console

from bot import app, config, logs
from bot.commands.terminal import progress


async def serve(say_hello: bool = False) -> None:
    """Serve until SIGINT or SIGTERM."""
    settings = config.load()
    logs.set_up()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with progress("Indexing") as on_progress:
        async with app.opened(settings, on_progress, patient=True) as parts:
            desk = app.App(parts)
            await desk.start()
            if say_hello:
                page = next((line.removeprefix("page: ") for line in desk.summary() if line.startswith("page: ")), "")
                Console(stderr=True).print(
                    f"\n[bold]The desk is {page}[/bold]\nWrite to it as a customer, in any language. Ctrl-C stops it.\n"
                )
            try:
                await stop.wait()
            finally:
                await desk.stop()
