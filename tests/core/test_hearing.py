"""Of several processes one hears; another takes over when it is gone, and it steps back when another has taken over."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.app.hearing import STANDING_BY, Hearing
from bot.app.roles import GATEWAY, SERVE, WORK
from bot.errors import StoreError
from bot.messages import Event
from bot.platforms import Cursors, Receive
from bot.pressed import Interact, Interaction, Reaction
from bot.store.claims import Claim
from tests.core.test_claims import cut
from tests.fake_platform import FakePlatform
from tests.fakes import KeptCursors


class Ears(FakePlatform):
    """A fake that may fail to start."""

    faults: int = 0

    async def start(self, receive: Receive, cursors: Cursors, interact: Interact | None = None) -> None:
        if self.faults:
            self.faults -= 1
            raise StoreError("away")
        await super().start(receive, cursors)

    @property
    def hears(self) -> bool:
        return self._receive is not None


class Gateways:
    """Processes that would all hear the same platform."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.open: list[Hearing] = []

    async def start(self, faults: int = 0) -> tuple[Ears, Hearing]:
        ears = Ears()
        ears.faults = faults
        claims = {"fake": Claim(self.address, "fake token")}
        hearing = Hearing(GATEWAY, {"fake": ears}, claims, nothing, lambda _: KeptCursors(), nobody, sends=False)
        await hearing.start()
        self.open.append(hearing)
        return ears, hearing


async def nobody(_interaction: Interaction) -> Reaction:
    """Nobody presses anything here."""
    return None


async def nothing(_event: Event) -> None:
    """Nobody says anything here."""


@pytest.fixture
async def gateways(postgresql_database: str) -> AsyncIterator[Gateways]:
    made = Gateways(postgresql_database)
    yield made
    for hearing in made.open:
        await hearing.stop()


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not met():
            await asyncio.sleep(0.02)


async def test_the_second_stands_by_and_hears_when_the_first_stops_though_the_database_is_away_at_first(gateways: Gateways) -> None:
    first, one = await gateways.start()
    second, other = await gateways.start(faults=1)
    assert (first.hears, second.hears) == (True, False)
    assert other.states() == {"fake": STANDING_BY}
    await one.stop()
    await until(lambda: second.hears)
    assert other.states()["fake"] != STANDING_BY


async def test_who_lost_his_claim_to_another_steps_back(gateways: Gateways) -> None:
    first, one = await gateways.start()
    await cut(gateways.address)
    second, _ = await gateways.start()
    await until(lambda: not (first.hears and second.hears))
    assert first.hears or second.hears
    assert (one.states()["fake"] == STANDING_BY) == second.hears


@pytest.mark.parametrize(("role", "sends", "heard"), [(SERVE, True, True), (WORK, True, False), (GATEWAY, False, True)])
async def test_a_worker_gets_ready_to_send_and_hears_nothing(role, sends: bool, heard: bool) -> None:  # type: ignore[no-untyped-def]
    ears = Ears()
    hearing = Hearing(role, {"fake": ears}, {}, nothing, lambda _: KeptCursors(), nobody, sends)
    await hearing.start()
    assert ears.hears is heard
    assert hearing.states()["fake"].up
    await hearing.stop()
