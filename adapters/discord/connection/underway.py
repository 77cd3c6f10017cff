"""What is being done right now, so that stopping can wait for it."""

import asyncio


class Underway:
    """`with underway:` around each piece of work."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self._count += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()

    async def idle(self) -> None:
        """Returns when nothing is under way."""
        await self._idle.wait()
