"""`check`: the doctor, printed."""

from rich.console import Console

from bot import config, doctor, logs
from bot.errors import ConfigError


async def check() -> bool:
    """Print each fault with its cure; True when there is none."""
    console = Console(stderr=True)
    try:
        settings = config.load()
    except ConfigError as exc:
        for fault in exc.faults:
            console.print(f"[red]✗[/red] {fault}", highlight=False)
        return False
    logs.set_up(quiet=True)
    faults = await doctor.examine(settings)
    for found in faults:
        console.print(f"[red]✗[/red] {found}", highlight=False)
    if not faults:
        console.print("[green]✓[/green] All is well.")
    return not faults
