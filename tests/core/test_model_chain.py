"""A customer is answered while any model works, and does not wait for one that keeps failing."""

import asyncio
from collections.abc import Callable

import pytest

from bot.errors import ModelError, ModelTruncated, ModelUnreachable
from bot.model import Completion, Prompt, Said
from bot.model.breaker import FAILURES, REST_SECONDS
from bot.model.chain import Chain
from bot.model.faults import Declined
from tests.fakes import ScriptedModel

PROMPT = Prompt("Be brief.", (Said("user", "Hello"),))


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def pair(first: list[str | ModelError], clock: Clock | None = None) -> tuple[Chain, ScriptedModel, ScriptedModel]:
    one, two = ScriptedModel(first, "one"), ScriptedModel(["Second."], "two")
    return Chain([one, two], clock or Clock()), one, two


async def test_the_first_model_answers_while_it_works() -> None:
    chain, _, second = pair(["First."])
    assert await chain.answer(PROMPT) == Completion("First.", "one")
    assert second.prompts == []


async def test_where_the_first_model_fails_the_next_one_answers_and_is_named() -> None:
    chain, _, _ = pair([ModelUnreachable("away")])
    assert await chain.answer(PROMPT) == Completion("Second.", "two")


async def test_when_all_fail_the_last_ones_fault_is_told() -> None:
    chain = Chain([ScriptedModel([ModelUnreachable("away")]), ScriptedModel([ModelTruncated("cut")])])
    with pytest.raises(ModelTruncated):
        await chain.answer(PROMPT)


async def test_nobody_waits_for_a_model_that_failed_three_times_in_a_row() -> None:
    chain, first, _ = pair([ModelUnreachable("away")])
    for _ in range(FAILURES + 4):
        await chain.answer(PROMPT)
    assert len(first.prompts) == FAILURES


async def test_after_a_rest_one_question_tries_it_and_then_all_get_it_again() -> None:
    clock = Clock()
    chain, first, _ = pair([ModelUnreachable("away")], clock)
    for _ in range(FAILURES):
        await chain.answer(PROMPT)
    clock.now += REST_SECONDS
    first.replies = ["Back."]
    first.gate = asyncio.Event()
    probe = asyncio.create_task(chain.answer(PROMPT))
    await asyncio.sleep(0)
    assert (await chain.answer(PROMPT)).model == "two"
    first.gate.set()
    assert (await probe).model == "one"
    assert (await chain.answer(PROMPT)).model == "one"


async def test_a_trial_that_nobody_waits_for_lets_the_next_question_try() -> None:
    clock = Clock()
    chain, first, _ = pair([ModelUnreachable("away")], clock)
    for _ in range(FAILURES):
        await chain.answer(PROMPT)
    clock.now += REST_SECONDS
    first.replies, first.gate = ["Back."], asyncio.Event()
    probe = asyncio.create_task(chain.answer(PROMPT))
    await asyncio.sleep(0)
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    first.gate = None
    assert (await chain.answer(PROMPT)).model == "one"


async def test_questions_that_it_declines_do_not_make_a_model_rest() -> None:
    chain, first, _ = pair([Declined("not this one")])
    for _ in range(FAILURES + 2):
        await chain.answer(PROMPT)
    assert len(first.prompts) == FAILURES + 2


class Half:
    """Shows a piece, and breaks off."""

    name = "half"

    async def answer(self, prompt: Prompt, on_text: Callable[[str], None] | None = None) -> Completion:
        if on_text is not None:
            on_text("You have ")
        raise ModelTruncated("cut")

    async def check(self) -> list[object]:
        return []

    async def close(self) -> None:
        """Nothing is open."""


async def test_no_customer_sees_the_beginning_of_one_answer_and_the_end_of_another() -> None:
    chain = Chain([Half(), ScriptedModel(["Second."])])  # type: ignore[list-item]
    shown: list[str] = []
    with pytest.raises(ModelTruncated):
        await chain.answer(PROMPT, shown.append)
    assert shown == ["You have "]


async def test_the_doctor_hears_the_faults_of_every_model() -> None:
    chain = Chain([ScriptedModel([ModelUnreachable("first away")]), ScriptedModel([ModelUnreachable("second away")])])
    assert [fault.what for fault in await chain.check()] == ["first away", "second away"]
