"""The scripted model and the OpenAI-compatible client keep one contract; and what only a real server can do to us."""

import asyncio
import inspect
from collections.abc import AsyncIterator

import openai
import pytest

from bot.errors import ModelBusy, ModelError, ModelRefused, ModelTruncated, ModelUnreachable
from bot.model import Prompt, Said
from bot.model.client import OpenAIModel
from bot.model.embeddings import RemoteEmbedder
from bot.model.faults import fault_of
from bot.model.profiles import PROFILES, profile
from tests.contract.model_contract import KINDS, PROMPT, ModelContract
from tests.fakes import ScriptedModel
from tests.model_server import ModelServer, chunk_of, chunks_of


class Scripted:
    def __init__(self) -> None:
        self.model = ScriptedModel()

    def say(self, text: str) -> None:
        self.model.replies = [text]

    def fail(self, kind: str) -> None:
        self.model.replies = [KINDS[kind]("no")]

    def hold(self) -> None:
        self.model.gate = asyncio.Event()


class Served:
    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.model = OpenAIModel(server.url, "key", "m", PROFILES["generic"], first_token_seconds=2, between_tokens_seconds=1, attempts=1)

    def say(self, text: str) -> None:
        self.server.say(text)

    def fail(self, kind: str) -> None:
        if kind == "truncated":
            self.server.stream(chunks_of("half an")[:2])
        else:
            self.server.fail({"busy": 429, "refused": 401, "unreachable": 503}[kind])

    def hold(self) -> None:
        self.server.gate.clear()


class TestScripted(ModelContract):
    @pytest.fixture
    def harness(self) -> Scripted:
        return Scripted()


class TestServed(ModelContract):
    @pytest.fixture
    async def harness(self, server: ModelServer) -> AsyncIterator[Served]:
        harness = Served(server)
        yield harness
        await harness.model.close()


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def model(server: ModelServer) -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel(
        server.url, "key", "m", PROFILES["generic"], first_token_seconds=0.4, between_tokens_seconds=0.2, total_seconds=5, attempts=2
    )
    yield model
    await model.close()


async def test_a_busy_server_is_asked_again_when_it_says(server: ModelServer, model: OpenAIModel) -> None:
    server.fail(429, headers={"Retry-After": "0.01"})
    server.say("Now.")
    assert (await model.answer(PROMPT)).text == "Now."


async def test_a_wait_that_is_longer_than_our_time_is_not_waited_for(server: ModelServer, model: OpenAIModel) -> None:
    server.fail(429, headers={"Retry-After": "60"})
    with pytest.raises(ModelBusy) as caught:
        await model.answer(PROMPT)
    assert caught.value.retry_after == 60


async def test_a_stream_that_is_cut_before_anybody_saw_it_is_read_again(server: ModelServer, model: OpenAIModel) -> None:
    server.stream(chunks_of("half an answer")[:2], cut=True)
    server.say("A whole answer.")
    assert (await model.answer(PROMPT)).text == "A whole answer."


async def test_a_stream_that_is_cut_when_somebody_saw_it_is_an_error(server: ModelServer, model: OpenAIModel) -> None:
    server.stream(chunks_of("half an answer")[:2])
    with pytest.raises(ModelTruncated):
        await model.answer(PROMPT, lambda _: None)


async def test_a_server_that_stalls_is_not_waited_for_for_ever(server: ModelServer, model: OpenAIModel) -> None:
    for _ in range(2):
        server.stream(chunks_of("a b c"), pause=1)
    with pytest.raises(ModelUnreachable, match="in time"):
        await model.answer(PROMPT)


@pytest.mark.parametrize(("finish", "error"), [("length", ModelTruncated), ("content_filter", ModelRefused)])
async def test_an_answer_that_did_not_end_well_does_not_count(
    server: ModelServer, model: OpenAIModel, finish: str, error: type[ModelError]
) -> None:
    server.stream(chunks_of("as far as I", finish))
    with pytest.raises(error):
        await model.answer(PROMPT)


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "[1, 2]", "{", "[" * 100_000])
async def test_a_body_that_is_no_answer_is_a_broken_server(server: ModelServer, model: OpenAIModel, body: str) -> None:
    for _ in range(2):
        server.fail(200, body, content_type="text/html")
    with pytest.raises(ModelError):
        await model.answer(PROMPT)


async def test_a_server_that_cannot_stream_is_understood(server: ModelServer, model: OpenAIModel) -> None:
    server.fail(200, '{"choices": [{"message": {"content": "At once."}, "finish_reason": "stop"}]}')
    assert (await model.answer(PROMPT)).text == "At once."


async def test_thoughts_are_not_part_of_the_answer(server: ModelServer, model: OpenAIModel) -> None:
    thinking = {"content": [{"type": "thinking", "thinking": []}, {"type": "text", "text": "Yes."}]}
    server.stream([chunk_of(delta={"reasoning_content": "hm"}), chunk_of(delta=thinking), chunk_of(delta={}, finish_reason="stop")])
    assert (await model.answer(PROMPT)).text == "Yes."


async def test_an_error_inside_the_stream_is_an_error(server: ModelServer, model: OpenAIModel) -> None:
    for _ in range(2):
        server.stream([b'data: {"error": {"message": "overloaded"}}\n\n'])
    with pytest.raises(ModelUnreachable):
        await model.answer(PROMPT)


async def test_tokens_are_counted(server: ModelServer, model: OpenAIModel) -> None:
    server.say("three small words")
    answer = await model.answer(PROMPT)
    assert (answer.prompt_tokens, answer.cached_tokens, answer.answer_tokens) == (12, 4, 3)


async def test_what_the_environment_says_of_openai_stays_at_home(
    server: ModelServer, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, "private")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: private")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    await model.answer(PROMPT)
    assert "private" not in str(server.headers)


@pytest.mark.parametrize(
    ("name", "there", "missing"),
    [("openai", "max_completion_tokens", "max_tokens"), ("mistral", "max_tokens", "stream_options"), ("qwen", "enable_thinking", "seed")],
)
async def test_each_provider_is_asked_as_it_wants(server: ModelServer, name: str, there: str, missing: str) -> None:
    model = OpenAIModel(server.url, "", "m", PROFILES[name])
    await model.answer(Prompt("s", (Said("user", "u"), Said("assistant", "a"), Said("user", "v")), 77))
    await model.close()
    assert there in server.requests[0]
    assert missing not in server.requests[0]
    assert [message["role"] for message in server.requests[0]["messages"]] == ["system", "user", "assistant", "user"]


async def test_the_doctor_names_an_unknown_model_and_a_wrong_key(server: ModelServer) -> None:
    unknown = OpenAIModel(server.url, "key", "nope", PROFILES["generic"])
    assert "nope" in str((await unknown.check())[0])
    server.fail(401)
    assert "MODEL_KEY" in str((await unknown.check())[0])
    await unknown.close()
    away = OpenAIModel("http://127.0.0.1:9/v1", "key", "m", PROFILES["generic"])
    assert "MODEL_URL" in str((await away.check())[0])
    await away.close()


def test_every_error_of_the_library_has_a_meaning_here() -> None:
    classes = [kind for _, kind in inspect.getmembers(openai, inspect.isclass) if issubclass(kind, openai.OpenAIError)]
    assert len(classes) > 10
    for kind in classes:
        assert isinstance(fault_of(kind.__new__(kind), "m") if not issubclass(kind, openai.APIStatusError) else ModelError(), ModelError)


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://api.mistral.ai/v1", "mistral"), ("https://x.maas.aliyuncs.com/v1", "qwen"), ("http://h/v1", "generic")],
)
def test_a_provider_is_known_by_its_address(url: str, name: str) -> None:
    assert profile("", url).name == name


async def test_embeddings_come_in_batches_and_have_length_one(server: ModelServer) -> None:
    embedder = RemoteEmbedder(server.url, "", "e", PROFILES["qwen"])
    vectors = await embedder.passages(["text"] * 23)
    assert vectors.shape == (23, 3)
    assert abs(float((vectors[0] ** 2).sum()) - 1) < 1e-5
    assert [len(request["input"]) for request in server.requests] == [10, 10, 3]
    assert {request["encoding_format"] for request in server.requests} == {"float"}
    await embedder.close()
