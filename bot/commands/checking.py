"""`check`: the doctor, printed."""

from rich.console import Console
from rich.text import Text

from bot import doctor, logs


async def check() -> bool:
    """Print each fault with its cure; True when there is none."""
    logs.set_up(quiet=True)
    console = Console(stderr=True)
    faults = await doctor.everything()
    for fault in faults:
        # A Text, since `[handoff]` in a sentence is no colour; and in one line, so that it can be copied.
        console.print(Text("✗ ", style="red") + Text(fault, style="default"), soft_wrap=True)
    if not faults:
        console.print("[green]✓[/green] All is well.")
    return not faults
