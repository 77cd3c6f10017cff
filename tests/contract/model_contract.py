"""What every model must do, whoever serves it. A test module subclasses `ModelContract` and gives a fixture `harness`."""

import asyncio
import traceback
from typing import Protocol

import pytest

from bot.errors import ModelBusy, ModelError, ModelRefused, ModelTruncated, ModelUnreachable
from bot.model import Model, Prompt, Said

PROMPT = Prompt("Be brief.", (Said("user", "Hello"),))
SECRET = "-".join(("my", "card", "number"))
KINDS: dict[str, type[ModelError]] = {
    "busy": ModelBusy,
    "refused": ModelRefused,
    "unreachable": ModelUnreachable,
    "truncated": ModelTruncated,
}


class Harness(Protocol):
    """A model, and hands on what serves it."""

    @property
    def model(self) -> Model: ...

    def say(self, text: str) -> None:
        """The next answer."""
        ...

    def fail(self, kind: str) -> None:
        """Every answer from now on fails like this, quoting SECRET where it can: a key of KINDS."""
        ...

    def hold(self) -> None:
        """From now on no answer comes."""
        ...


class ModelContract:
    """The suite."""

    async def test_a_plain_answer_arrives_whole(self, harness: Harness) -> None:
        harness.say("You have 30 days, für 4,90 €. 返品 🎁")
        assert (await harness.model.answer(PROMPT)).text == "You have 30 days, für 4,90 €. 返品 🎁"

    async def test_the_pieces_as_they_come_are_the_answer(self, harness: Harness) -> None:
        harness.say("one two three")
        pieces: list[str] = []
        answer = await harness.model.answer(PROMPT, pieces.append)
        assert "".join(pieces) == answer.text == "one two three"
        assert len(pieces) > 1
        assert answer.model == harness.model.name != ""

    async def test_many_customers_are_answered_at_once(self, harness: Harness) -> None:
        harness.say("The same.")
        answers = await asyncio.gather(*(harness.model.answer(PROMPT) for _ in range(5)))
        assert all(answer.text for answer in answers)

    @pytest.mark.parametrize("kind", list(KINDS))
    async def test_each_failure_is_told_by_its_kind_and_quotes_nobody(self, harness: Harness, kind: str) -> None:
        harness.fail(kind)
        with pytest.raises(KINDS[kind]) as caught:
            await harness.model.answer(Prompt("Be brief.", (Said("user", SECRET),)))
        assert SECRET not in "".join(traceback.format_exception(caught.value))

    async def test_an_answer_that_nobody_waits_for_is_given_up(self, harness: Harness) -> None:
        harness.hold()
        asking = asyncio.create_task(harness.model.answer(PROMPT))
        await asyncio.sleep(0.02)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    async def test_a_healthy_model_has_no_faults(self, harness: Harness) -> None:
        assert list(await harness.model.check()) == []

    async def test_it_can_be_closed_twice(self, harness: Harness) -> None:
        await harness.model.close()
        await harness.model.close()
