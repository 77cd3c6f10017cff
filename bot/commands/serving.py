"""`serve`, `demo`, `web`, `gateway`, `work`: one process of the desk, until it is told to stop."""

import asyncio
import signal

from rich.console import Console

from bot import app, config, doctor, logs
from bot.commands.terminal import progress
from bot.errors import ConfigError


async def serve(role: app.Role = app.SERVE, say_hello: bool = False) -> None:
    """Serve until SIGINT or SIGTERM. ConfigError with all that the doctor finds, when the settings cannot be used."""
    try:
        settings = config.load()
    except ConfigError as exc:
        raise ConfigError(await doctor.everything()) from exc
    logs.set_up()
    serving = asyncio.create_task(_serve(settings, role, say_hello), name="serve")
    told = asyncio.Event()

    def stop() -> None:
        """At any time, also while the index is being made. Being told again does not disturb the stopping."""
        if not told.is_set():
            told.set()
            serving.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        await serving
    except asyncio.CancelledError:
        if not told.is_set():
            raise


async def _serve(settings: config.Config, role: app.Role, say_hello: bool) -> None:
    """Until cancelled."""
    with progress("Indexing") as on_progress:
        async with app.running(settings, role, on_progress) as process:
            if say_hello:
                _say_hello(process)
            await asyncio.Event().wait()


def _say_hello(desk: app.App) -> None:
    page = next((line.removeprefix("page: ") for line in desk.summary() if line.startswith("page: ")), "")
    Console(stderr=True).print(f"\n[bold]The desk is {page}[/bold]\nWrite to it as a customer, in any language. Ctrl-C stops it.\n")
