"""Which shards this process hears, as many as Discord recommends, each by a session of its own."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager

from adapters.discord.connection.gateway import Gateway, Shard, ask
from adapters.discord.connection.hearing import Hearing
from adapters.discord.connection.login import Login
from adapters.discord.connection.session import LESS_HEARD, Rights, Session
from adapters.discord.connection.supervision import Supervisor
from bot.platforms import Shares, State

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at which shards are ours; not shortened in tests, since other processes have their own pace."""
STANDING_BY = State(True, "standing by, other processes hear")


class Alone:
    """Shares with nobody: all is ours."""

    def __init__(self) -> None:
        self._turns: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ours(self, parts: int, using: Collection[int]) -> Collection[int]:  # noqa: ARG002
        """Every part."""
        return range(parts)

    def turn(self, queue: int) -> AbstractAsyncContextManager[None]:
        """One at a time within this process."""
        return self._turns[queue]

    async def give_back(self) -> None:
        """There is nobody."""


class Shards:
    """Begins and ends sessions as this process gets shards and loses them. `hear` makes what a session hands over to."""

    def __init__(self, login: Login, hear: Callable[[Shard], Hearing], shares: Shares, pace: float) -> None:
        self._login, self._hear, self._shares, self._pace = login, hear, shares, pace
        self._gateway = Gateway()
        self._rights = Rights()
        self._sessions: dict[int, Session] = {}
        self._ending: dict[int, asyncio.Task[None]] = {}
        self._outgrown = asyncio.Event()
        self._supervisor = Supervisor("discord", login.token, pace)

    def start(self) -> None:
        """Begin to look which are ours."""
        self._outgrown.set()
        self._supervisor.start(self._run)

    async def settled(self) -> None:
        """Returns when the first connections stand or have failed."""
        await self._supervisor.settled.wait()
        await asyncio.gather(*(session.settled() for session in self._sessions.values()))

    async def stop(self) -> None:
        """Hear nothing more, let what is under way end, and let others hear."""
        await self._supervisor.stop()
        await self._end_all()
        await self._shares.give_back()

    async def idle(self) -> None:
        """Returns when nothing is being handed over, or read from the history."""
        for session in list(self._sessions.values()):
            await session.hearing.idle()

    def state(self) -> State:
        """How many of the shards are heard here, and why not all that are ours."""
        if not self._supervisor.state.up:
            return self._supervisor.state
        return summary([(session.shard, session.state(), session.name) for session in self._sessions.values()], self._rights.content)

    async def _run(self) -> None:
        """Follow what is ours; when Discord divides the servers otherwise, all begins anew. Raises the library's errors."""
        while True:
            if self._outgrown.is_set():
                await self._divide()
            await self._follow()
            self._supervisor.got_through("connected")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._outgrown.wait(), LOOK)

    async def _divide(self) -> None:
        """Into as many shards as Discord recommends."""
        gateway = await ask(await self._login.made())
        self._outgrown.clear()
        if gateway.shards != self._gateway.shards:
            await self._end_all()
        self._gateway = gateway

    async def _follow(self) -> None:
        """Hear what is ours by now, and that alone."""
        gateway = self._gateway
        ours = set(await self._shares.ours(gateway.shards, {*self._sessions, *self._ending}))
        for number in self._sessions.keys() - ours:
            self._end(number)
        for number in sorted(ours - self._sessions.keys() - self._ending.keys()):
            shard, queue, outgrown = Shard(number, gateway.shards), number % gateway.concurrency, self._outgrown.set
            session = Session(self._login, self._hear(shard), shard, queue, self._shares, self._rights, outgrown, self._pace)
            self._sessions[number] = session
            session.start()
            log.info("%s: heard by this process from now on", shard)

    def _end(self, number: int) -> None:
        """Without waiting for it: we must go on showing that we live."""
        session = self._sessions.pop(number)
        log.info("%s: not heard by this process any more", session.shard)
        ending = self._ending[number] = asyncio.create_task(session.stop(), name=f"end of {session.shard}")
        ending.add_done_callback(lambda _: self._ending.pop(number))

    async def _end_all(self) -> None:
        for number in list(self._sessions):
            self._end(number)
        await asyncio.gather(*self._ending.values(), return_exceptions=True)


def summary(shards: Sequence[tuple[Shard, State, str]], content: bool) -> State:
    """Pure: the states of our shards, and our name as each of them knows it, in one line."""
    if not shards:
        return STANDING_BY
    first, state, _ = shards[0]
    if first.count == 1:
        return state
    up = sum(state.up for _, state, _ in shards)
    name = next((name for *_, name in shards if name), "")
    why = f"connected as {name}, {up} of {first.count} shards" if up else f"0 of {first.count} shards"
    faults = [f"; shard {shard.number}: {state.why}" for shard, state, _ in shards if not state.up]
    return State(not faults, why + "".join(faults[:1]) + ("" if content else f" ({LESS_HEARD})"))
