"""A flood, a crowd and a bill: each is met with an honest sentence, and nobody else waits for it."""

import asyncio
from datetime import date

import pytest

from bot.errors import ModelBusy, ModelError, StoreError
from bot.language import phrases
from bot.messages import Person
from bot.model import Completion, Prompt, Said
from bot.model.bounded import Bounded
from bot.model.breaker import FAILURES
from bot.model.budget import Budget, Thrifty, thrifty
from bot.model.chain import Chain
from bot.model.faults import Spared
from bot.rates import WINDOW_SECONDS, Rate, Rates
from bot.store.database import Database
from bot.store.spending import SpendingStore
from tests.core.desk import desk
from tests.fakes import ScriptedModel

PROMPT = Prompt("Be brief.", (Said("user", "Hello"),))


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 0.0
        self.day = date(2026, 11, 25)

    def __call__(self) -> float:
        return self.now

    def today(self) -> date:
        return self.day


class Purse:
    """A ledger in memory; it can be out of reach."""

    def __init__(self) -> None:
        self.days: dict[str, int] = {}
        self.away = False

    async def spend(self, day: str, tokens: int) -> int:
        if self.away:
            raise StoreError("away")
        self.days[day] = self.days.get(day, 0) + tokens
        return self.days[day]


class Counting(ScriptedModel):
    """A model whose server counts a hundred tokens an answer."""

    async def answer(self, prompt: Prompt, on_text: object = None) -> Completion:
        said = await super().answer(prompt)
        return Completion(said.text, said.model, 90, 0, 10)


def test_who_writes_too_often_is_refused_and_heard_again_after_a_while() -> None:
    clock = Clock()
    rate = Rate(3, clock)
    assert [rate.take("ann") for _ in range(4)] == [True, True, True, False]
    assert rate.take("bob")
    clock.now = WINDOW_SECONDS / 3
    assert [rate.take("ann") for _ in range(2)] == [True, False]


def test_without_a_limit_nobody_is_refused() -> None:
    assert all(Rate(0).take("ann") for _ in range(1000))


def test_a_person_is_another_one_in_another_workspace() -> None:
    rates = Rates(person_messages=1)
    assert rates.person(Person("slack", "T1", "U1"))
    assert rates.person(Person("slack", "T2", "U1"))
    assert not rates.person(Person("slack", "T1", "U1"))


async def test_a_flood_gets_a_kind_sentence_and_no_model_call(database: Database) -> None:
    async with desk(database, rates=Rates(person_messages=1)) as here:
        await here.platform.say("one")
        await here.platform.sees(1)
        await here.platform.say("two")
        assert phrases.TOO_MANY in (await here.platform.sees(2))[1]
        assert [question.text for question in here.echo.asked] == ["one"]


async def test_a_crowded_workspace_is_answered_from_the_pages(database: Database) -> None:
    async with desk(database, rates=Rates(workspace_messages=1)) as here:
        await here.platform.say("one")
        await here.platform.sees(1)
        await here.platform.say("two", author="bob", thread="t2")
        await here.platform.sees(2)
        assert [question.sparing for question in here.echo.asked] == [False, True]


async def test_near_the_end_of_the_budget_the_cheaper_model_answers() -> None:
    purse, clock = Purse(), Clock()
    dear, cheap = Counting(["Dear."], "dear"), Counting(["Cheap."], "cheap")
    chain = Chain(thrifty([dear, cheap], Budget(1000, purse, clock.today)))
    said = [(await chain.answer(PROMPT)).model for _ in range(10)]
    assert said == ["dear"] * 8 + ["cheap"] * 2
    with pytest.raises(ModelError):
        await chain.answer(PROMPT)
    clock.day = date(2026, 11, 26)
    assert (await chain.answer(PROMPT)).model == "dear"


async def test_a_spared_model_counts_as_no_failure() -> None:
    purse, clock = Purse(), Clock()
    purse.days["2026-11-25"] = 1000
    chain = Chain(thrifty([Counting(["Yes."], "m")], Budget(1000, purse, clock.today)))
    for _ in range(FAILURES + 1):
        with pytest.raises(Spared):
            await chain.answer(PROMPT)
    clock.day = date(2026, 11, 26)
    assert (await chain.answer(PROMPT)).model == "m"


async def test_a_server_that_does_not_count_is_estimated() -> None:
    purse = Purse()
    await Thrifty(ScriptedModel(["Hello there."]), Budget(1000, purse, Clock().today), 1).answer(PROMPT)
    assert 5 < purse.days["2026-11-25"] < 50


async def test_an_answer_does_not_wait_for_the_ledger() -> None:
    purse = Purse()
    model = Thrifty(Counting(["Yes."]), Budget(150, purse, Clock().today), 1)
    purse.away = True
    assert (await model.answer(PROMPT)).text == "Yes."
    assert (await model.answer(PROMPT)).text == "Yes."
    with pytest.raises(Spared):
        await model.answer(PROMPT)


async def test_the_days_tokens_are_added_up_for_all_processes(database: Database) -> None:
    one, two = SpendingStore(database), SpendingStore(database)
    assert await one.spend("2026-11-25", 0) == 0
    assert await one.spend("2026-11-25", 40) == 40
    assert await two.spend("2026-11-25", 2) == 42
    assert await two.spend("2026-11-26", 1) == 1
    assert await one.spend("2026-11-25", 0) == 42


async def test_so_many_are_asked_at_once_so_many_wait_and_the_next_is_told_at_once() -> None:
    model = ScriptedModel(["Yes."], gate=asyncio.Event())
    bounded = Bounded(model, at_once=1, waiting=1)
    first, second = asyncio.create_task(bounded.answer(PROMPT)), asyncio.create_task(bounded.answer(PROMPT))
    await asyncio.sleep(0)
    with pytest.raises(ModelBusy):
        await bounded.answer(PROMPT)
    assert model.gate is not None
    assert len(model.prompts) == 1
    model.gate.set()
    assert [(await task).text for task in (first, second)] == ["Yes.", "Yes."]
    assert (await bounded.answer(PROMPT)).text == "Yes."
