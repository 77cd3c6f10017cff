"""What every platform must do whose messages can grow: Slack, Discord, the web page and the fake.

The harness gives, besides what platform_contract.py says: `standing()`, our messages as people read them now, those that grow too;
`signs()`, how many signs of work are shown; `vanish(message_id)`, somebody deletes that message of ours; `forget()`, another process
takes over: the adapter knows nothing of what it did before.
"""

from typing import Protocol

import pytest

from bot.errors import NotAllowed, PlaceGone, PlatformError, Unsupported
from bot.messages import MessageReceived, Reply, Source
from tests.contract.platform_contract import PINGS, Harness, letters, listen

TEXT = "It is **on its way**.\n\n| Size | EU |\n|---|---|\n| S | 36 |\n\nIt comes tomorrow."
WHOLE = {"sources": (Source("Returns", "https://shop.example/returns"),), "notice": "I am an AI."}


class LiveHarness(Harness, Protocol):
    """A harness with hands on messages that grow."""

    def standing(self) -> list[str]:
        """Our messages as they stand."""
        ...

    def signs(self) -> int:
        """Signs that we are at work."""
        ...

    async def vanish(self, message_id: str) -> None:
        """Somebody deletes a message of ours."""
        ...

    async def forget(self) -> None:
        """Another process takes over."""
        ...


async def asked(harness: LiveHarness) -> MessageReceived:
    """A question, in the place where answers grow."""
    heard = await listen(harness)
    await harness.hear("mention" if "mention" in harness.can else "direct", "Where is my parcel?")
    return heard.only()


def answer(question: MessageReceived, text: str = TEXT) -> Reply:
    """The whole answer."""
    return Reply(text, "en", answers=question.message_id, **WHOLE)  # type: ignore[arg-type]


class LiveContract:
    """Messages that grow."""

    async def test_an_answer_grows_in_one_message_and_is_complete_at_the_end(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        live = await harness.platform.open_live(question, "It is **on its way**.")
        [shown] = harness.standing()
        assert "on its way" in shown
        await live.show(TEXT)
        [shown] = harness.standing()
        assert "tomorrow" in shown
        assert "Returns" not in shown
        await harness.platform.finish(question.place, live.message_id, answer(question), "k-1")
        await self._is_complete(harness)

    async def _is_complete(self, harness: LiveHarness) -> None:
        [shown] = harness.standing()
        for piece in ("on its way", "36", "tomorrow", "Returns", "https://shop.example/returns", "I am an AI."):
            assert shown.count(piece) == 1, piece
        assert "▍" not in shown

    async def test_finishing_twice_is_finishing_once(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        live = await harness.platform.open_live(question, "It is **on its way**.")
        for _ in range(2):
            await harness.platform.finish(question.place, live.message_id, answer(question), "k-1")
        await self._is_complete(harness)

    async def test_an_answer_that_ends_otherwise_than_it_began_stands_as_it_ended(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        live = await harness.platform.open_live(question, "Something else altogether.")
        await live.show("Something else altogether. And more.")
        await harness.platform.finish(question.place, live.message_id, answer(question), "k-1")
        await self._is_complete(harness)
        assert "altogether" not in harness.standing()[0]

    async def test_whoever_takes_over_finds_it_and_finishes_it(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        live = await harness.platform.open_live(question, "It is **on its way**.")
        await harness.forget()
        if not harness.standing():
            assert harness.platform.name == "web", "only a page lives in the memory of its process"
            pytest.skip("what this process showed is gone with it")
        assert list(await harness.platform.find_live(question.place, [question.message_id])) == [live.message_id]
        await harness.platform.finish(question.place, live.message_id, answer(question), "k-1")
        await self._is_complete(harness)
        assert list(await harness.platform.find_live(question.place, [question.message_id])) == []

    async def test_what_was_sent_whole_is_never_taken_for_half_an_answer(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        await harness.platform.send(question.place, answer(question), "k-1")
        assert list(await harness.platform.find_live(question.place, [question.message_id])) == []

    async def test_half_an_answer_can_be_taken_away(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        live = await harness.platform.open_live(question, "It is **on its way**.")
        for _ in range(2):
            await harness.platform.remove(question.place, live.message_id)
        assert harness.standing() == []
        assert list(await harness.platform.find_live(question.place, [question.message_id])) == []

    async def test_a_message_that_somebody_deleted_cannot_be_finished_any_more(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        live = await harness.platform.open_live(question, "It is **on its way**.")
        await harness.vanish(live.message_id)
        if harness.platform.name != "web":
            with pytest.raises(PlatformError):
                await live.show(TEXT)
            with pytest.raises((PlaceGone, NotAllowed, Unsupported)):
                await harness.platform.finish(question.place, live.message_id, answer(question), "k-1")
        await harness.platform.remove(question.place, live.message_id)

    async def test_a_long_answer_grows_as_far_as_one_message_goes(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        live = await harness.platform.open_live(question, "word " * 100)
        for words in (300, 1_000, 5_000):
            await live.show("word " * words)
            assert len(harness.standing()) == 1
        reply = answer(question, "word " * 5_000)
        first, *others = harness.platform.split(reply)
        await harness.platform.finish(question.place, live.message_id, first, "k.0")
        for number, part in enumerate(others, 1):
            await harness.platform.send(question.place, part, f"k.{number}")
        assert letters(harness.standing()).count("word") == 5_000

    async def test_nobody_is_called_by_an_answer_cut_anywhere(self, harness: LiveHarness) -> None:
        question = await asked(harness)
        text = f"Hello. {PINGS} ![x](https://shop.example/a.png)"
        live = await harness.platform.open_live(question, "Hello.")
        for end in range(7, len(text) + 1, 5):
            await live.show(text[:end])
            assert harness.pinged() == []
        await harness.platform.finish(question.place, live.message_id, answer(question, text), "k-1")
        assert harness.pinged() == []

    @pytest.mark.parametrize("end", ["finished", "sent", "removed", "taken over"])
    async def test_the_sign_is_out_at_every_end(self, harness: LiveHarness, end: str) -> None:
        question = await asked(harness)
        platform, place, message = harness.platform, question.place, question.message_id
        await platform.show_status(place, message, on=True, language="de")
        if end == "sent":
            await platform.send(place, answer(question), "k-1")
        else:
            live = await platform.open_live(question, "It is **on its way**.")
            if end == "taken over":
                await harness.forget()
            if end == "removed":
                await platform.remove(place, live.message_id)
            elif harness.standing():
                await platform.finish(place, live.message_id, answer(question), "k-1")
        await platform.show_status(place, message, on=False)
        assert harness.signs() == 0
