"""The fake platform keeps the contract too: what a story shows on it holds on the others."""

from collections.abc import AsyncIterator
from time import time

import pytest

from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable
from bot.messages import Place
from bot.platforms import Listens, Receive, nowhere
from tests.contract.files_contract import FilesContract
from tests.contract.live_contract import LiveContract
from tests.contract.missed_contract import MissedContract
from tests.contract.platform_contract import PlatformContract
from tests.contract.private_contract import PrivateContract
from tests.fake_platform import FakePlatform
from tests.fakes import KeptCursors

REFUSALS = {401: NotAllowed, 403: NotAllowed, 404: PlaceGone, 500: Unreachable}
ADDRESSED = {"direct": "direct", "mention": "mention", "follow_up": "maybe", "plain_talk": "open"}


class FakeHarness:
    """Hands on a fake: what a platform would read, the fake is told."""

    can = frozenset({"direct", "mention", "follow_up", "plain_talk", "edit", "delete", "same_message_twice", "failing", "find_sent"})
    longest = 2000

    def __init__(self) -> None:
        self.platform = FakePlatform()
        self.platform._clock = int(time())
        self._last = ""
        self.cursors = KeptCursors()
        self._receive: Receive | None = None
        self.listens: Listens = nowhere

    async def start(self, receive: Receive) -> None:
        self._receive = receive
        await self.platform.start(receive, self.cursors, listens=self.listens)

    async def away(self, *said: tuple[str, str]) -> None:
        await self.platform.stop()
        for kind, text in said:
            await self.hear(kind, text)
        assert self._receive is not None
        await self.start(self._receive)

    async def hear(self, kind: str, text: str = "hello") -> None:
        if kind == "edit":
            await self.platform.edit(self._last, text)
        elif kind == "delete":
            await self.platform.delete(self._last)
        elif kind == "same_message_twice":
            for _ in range(2):
                await self.platform.say(text, id="twice")
        else:
            self._last = await self.platform.say(text, addressed=ADDRESSED[kind], direct=kind == "direct")

    async def attach(self, text: str, *files: tuple[str, str, bytes]) -> None:
        await self.platform.say(text, addressed="direct", direct=True, files=[self.platform.attachment(*file) for file in files])

    def fail_file(self, status: int) -> None:
        refusals = {302: NotAllowed("elsewhere"), 403: NotAllowed("no"), 429: RateLimited("wait", 7), 503: Unreachable("away")}
        self.platform.file_failures = [refusals[status]]

    async def lose_files(self) -> None:
        self.platform.files.clear()

    def asked_for_files(self) -> int:
        return self.platform.fetched

    async def redeliver(self) -> None:
        """Nothing is ever lost between us and a fake."""

    async def heartbeat(self) -> bool:
        return True

    def sent(self) -> list[str]:
        return [
            "\n".join([post.reply.text, *(f"{source.title} {source.url}" for source in post.reply.sources), post.reply.notice])
            for post in self.platform.posts
        ]

    def raw_sent(self) -> list[dict[str, object]]:
        return [{"text": post.reply.text} for post in self.platform.posts]

    def pinged(self) -> list[str]:
        return []

    def fail_next(self, status: int, retry_after: float | None = None) -> None:
        failure: PlatformError = RateLimited("wait", retry_after or 1) if status == 429 else REFUSALS[status]("no")
        self.platform.failures.append(failure)

    def drop_next(self) -> None:
        self.platform.failures.append(Unreachable("cut"))

    def standing(self) -> list[str]:
        growing = [grown.texts[-1] for grown in self.platform.live.values() if not grown.finished]
        return growing + self.sent()

    def signs(self) -> int:
        last = dict(self.platform.statuses)
        return sum(last.values())

    async def vanish(self, message_id: str) -> None:
        del self.platform.live[message_id]

    async def forget(self) -> None:
        """A fake knows only what people see."""

    def unmapped(self) -> list[str]:
        return []

    def place(self) -> Place:
        return self.platform.place()

    async def close(self) -> None:
        await self.platform.stop()


class TestFake(PlatformContract, PrivateContract, MissedContract, LiveContract, FilesContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[FakeHarness]:
        harness = FakeHarness()
        yield harness
        await harness.close()
