"""The scripted model and the OpenAI-compatible client, on our own server and on llmock, keep one contract."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from llmock.pytest_plugin import LLMock

from bot.model import Model
from bot.model.chain import Chain
from bot.model.client import OpenAIModel
from bot.model.profiles import PROFILES
from tests.contract.model_contract import KINDS, PROMPT, SECRET, ModelContract
from tests.fakes import ScriptedModel
from tests.model_server import ModelServer, chunks_of

QUOTING = json.dumps({"error": {"message": f"You said {SECRET}"}})


class Scripted:
    def __init__(self) -> None:
        self.scripted = ScriptedModel()
        self.model: Model = self.scripted

    def say(self, text: str) -> None:
        self.scripted.replies = [text]

    def fail(self, kind: str) -> None:
        self.scripted.replies = [KINDS[kind]("no")]

    def hold(self) -> None:
        self.scripted.gate = asyncio.Event()


class Chained(Scripted):
    def __init__(self) -> None:
        super().__init__()
        self.model = Chain([self.scripted])


class Served:
    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.model = OpenAIModel(server.url, "key", "m", PROFILES["generic"], first_token_seconds=2, between_tokens_seconds=1, attempts=1)

    def say(self, text: str) -> None:
        self.server.say(text)

    def fail(self, kind: str) -> None:
        if kind == "truncated":
            self.server.stream(chunks_of(f"{SECRET} half an")[:2])
        else:
            self.server.fail({"busy": 429, "refused": 400, "unreachable": 503}[kind], QUOTING)

    def hold(self) -> None:
        self.server.gate.clear()


class OnLlmock:
    def __init__(self, llmock: LLMock) -> None:
        self.llmock = llmock
        self.model = OpenAIModel(llmock.base_url(), "key", "gpt-4o", PROFILES["openai"], attempts=1)

    def say(self, text: str) -> None:
        self.llmock.reply(text)

    def fail(self, kind: str) -> None:
        if kind == "truncated":
            self.llmock.truncate(after_chunks=2)
        else:
            self.llmock.fail({"busy": 429, "refused": 401, "unreachable": 500}[kind], message=SECRET)

    def hold(self) -> None:
        self.llmock.slow_first_token(0.5)


class TestScripted(ModelContract):
    @pytest.fixture
    def harness(self) -> Scripted:
        return Scripted()


class TestChained(ModelContract):
    @pytest.fixture
    def harness(self) -> Chained:
        return Chained()


class TestServed(ModelContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[Served]:
        async with ModelServer() as server:
            harness = Served(server)
            yield harness
            await harness.model.close()


class TestOnLlmock(ModelContract):
    @pytest.fixture
    async def harness(self, llmock: LLMock) -> AsyncIterator[OnLlmock]:
        harness = OnLlmock(llmock)
        yield harness
        await harness.model.close()


async def test_a_client_that_meets_one_fault_after_the_other_behaves_well(llmock: LLMock) -> None:
    llmock.rate_limit(retry_after=0.05).fail(500).truncate(after_chunks=1).reply("At last.")
    model = OpenAIModel(llmock.base_url(), "key", "gpt-4o", PROFILES["openai"], attempts=4, pause_seconds=0.05)
    answer = await model.answer(PROMPT)
    await model.close()
    assert answer.text
    llmock.assert_resilient()
