"""Who is heard by this process. Slack's sockets are heard by one process at a time, the others stand by; Discord's shards are divided
among them (bot.store.shares), as its platform asks."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial

from bot.app.roles import Role
from bot.errors import StoreError
from bot.platforms import Cursors, Platform, Receive, State
from bot.pressed import Interact
from bot.store.claims import LOOK, Claim

log = logging.getLogger(__name__)

STANDING_BY = State(True, "standing by, another process hears")


class Hearing:
    """Starts and stops the platforms of one process: those that it hears, and those on which it only sends.

    `claims`: of the platforms that only one process may hear. `cursors`: of a platform by its name.
    `listens`: see Listens, of a platform by its name. `sends`: whether this process answers at all.
    """

    def __init__(
        self,
        role: Role,
        platforms: Mapping[str, Platform],
        claims: Mapping[str, Claim],
        receive: Receive,
        cursors: Callable[[str], Cursors],
        interact: Interact,
        listens: Callable[[str, str, str], bool],
        sends: bool,
    ) -> None:
        self._platforms = {name: platform for name, platform in platforms.items() if sends or role.hears(platform)}
        self._heard = {name for name, platform in self._platforms.items() if role.hears(platform)}
        self._claims = {name: claim for name, claim in claims.items() if name in self._heard}
        self._receive = receive
        self._cursors = cursors
        self._interact = interact
        self._listens = listens
        self._sends = sends
        self._standing_by: set[str] = set()
        self._keeping: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Returns when every first connection stands or has failed. Raises StoreError."""
        await asyncio.gather(*(self._start(name) for name in self._platforms))
        self._keeping = [asyncio.create_task(self._keep(name, claim), name=f"claim {name}") for name, claim in self._claims.items()]

    async def stop(self) -> None:
        """Hear nothing more, then let others hear."""
        for task in self._keeping:
            task.cancel()
        await asyncio.gather(*self._keeping, return_exceptions=True)
        await asyncio.gather(*(platform.stop() for platform in self._platforms.values()))
        await asyncio.gather(*(claim.give_back() for claim in self._claims.values()))

    def states(self) -> dict[str, State]:
        """Of the platforms that this process hears or sends on."""
        return {name: STANDING_BY if name in self._standing_by else platform.state() for name, platform in self._platforms.items()}

    async def _start(self, name: str) -> None:
        claim = self._claims.get(name)
        if name not in self._heard:
            await self._platforms[name].open()
        elif claim is None or await claim.take():
            await self._begin(name)
        else:
            await self._stand_by(name)

    async def _begin(self, name: str) -> None:
        await self._platforms[name].start(self._receive, self._cursors(name), self._interact, partial(self._listens, name))

    async def _stand_by(self, name: str) -> None:
        self._standing_by.add(name)
        if self._sends:
            await self._platforms[name].open()

    async def _keep(self, name: str, claim: Claim) -> None:
        """Take over from who is gone, and step back from who took over; a step that fails is not the last one."""
        while True:
            try:
                await self._take_turns(name, claim)
            except Exception as exc:  # noqa: BLE001  # whatever it was, somebody must go on to look
                log.error("%s: changing who hears it failed: %s", name, type(exc).__name__)
                await asyncio.sleep(LOOK)

    async def _take_turns(self, name: str, claim: Claim) -> None:
        if name in self._standing_by:
            await claim.taken()
            log.warning("%s: heard by this process from now on", name)
            await self._platforms[name].stop()
            await self._hear(name)
        await claim.lost()
        log.warning("%s: heard by another process from now on", name)
        await self._platforms[name].stop()
        await self._stand_by(name)

    async def _hear(self, name: str) -> None:
        """As soon as the database says how far it was heard."""
        while True:
            try:
                await self._begin(name)
                self._standing_by.discard(name)
                return
            except StoreError:
                await asyncio.sleep(LOOK)
