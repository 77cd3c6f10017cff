"""What only a real server can do to us, and to the embeddings: refuse, stall, break off, send somebody else's page."""

import asyncio
import inspect
import json
import time
from collections.abc import AsyncIterator

import aiohttp
import httpx2
import openai
import pytest
from openai import _exceptions

from bot.errors import ModelBusy, ModelError, ModelRefused, ModelTruncated, ModelUnreachable
from bot.model import client
from bot.model.breaker import FAILURES, REST_SECONDS
from bot.model.client import OpenAIModel
from bot.model.embeddings import RemoteEmbedder
from bot.model.faults import Server, fault_of
from bot.model.profiles import PROFILES
from tests.contract.model_contract import PROMPT
from tests.model_server import ModelServer, chunks_of

GENERIC = PROFILES["generic"]
NOBODY = "http://127.0.0.1:9/v1"
SERVER = Server("MODEL", "models.example", "m")
BARE: tuple[type[Exception], ...] = (TimeoutError, ConnectionResetError, ValueError)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def model(server: ModelServer) -> AsyncIterator[OpenAIModel]:
    model = OpenAIModel(
        server.url,
        "key",
        "m",
        GENERIC,
        first_token_seconds=0.5,
        between_tokens_seconds=0.1,
        total_seconds=2,
        attempts=2,
        pause_seconds=0.01,
    )
    yield model
    await model.close()


async def test_a_busy_server_is_asked_again_when_it_says(server: ModelServer, model: OpenAIModel) -> None:
    server.fail(429, headers={"Retry-After": "0.2"})
    server.say("Now.")
    began = time.monotonic()
    assert (await model.answer(PROMPT)).text == "Now."
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("wait", ["60", "Fri, 31 Dec 2100 23:59:59 GMT"])
async def test_a_wait_that_is_longer_than_our_time_is_not_waited_for(server: ModelServer, model: OpenAIModel, wait: str) -> None:
    server.fail(429, headers={"Retry-After": wait})
    with pytest.raises(ModelBusy) as caught:
        await model.answer(PROMPT)
    assert (caught.value.retry_after or 0) >= 60
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 529])
async def test_a_server_that_stumbles_is_asked_again(server: ModelServer, model: OpenAIModel, status: int) -> None:
    server.fail(status, "<html>oops</html>", content_type="text/html")
    server.say("Now.")
    assert (await model.answer(PROMPT)).text == "Now."


@pytest.mark.parametrize(
    ("status", "code", "cure"),
    [
        (400, "", "MODEL_PROFILE"),
        (400, "context_length_exceeded", "history_tokens"),
        (400, "data_inspection_failed", "filter"),
        (400, "invalid_model", "MODEL_NAME"),
        (401, "", "the model server refused the key: check MODEL_KEY"),
        (402, "", "pay its bill"),
        (403, "", "MODEL_KEY"),
        (404, "model_not_found", "'m': check MODEL_NAME"),
        (422, "extra_forbidden", "MODEL_PROFILE"),
        (429, "insufficient_quota", "no credit"),
    ],
)
async def test_a_refusal_names_the_fault_and_the_cure_and_is_final(
    server: ModelServer, model: OpenAIModel, status: int, code: str, cure: str
) -> None:
    server.fail(status, json.dumps({"error": {"message": "no", "code": code}}))
    with pytest.raises(ModelRefused, match=cure):
        await model.answer(PROMPT)
    assert len(server.requests) == 1


async def test_what_a_customer_said_follows_no_redirect(server: ModelServer, model: OpenAIModel) -> None:
    async with ModelServer() as elsewhere:
        server.fail(307, headers={"Location": f"{elsewhere.url}/chat/completions"})
        with pytest.raises(ModelRefused, match="MODEL_URL"):
            await model.answer(PROMPT)
    assert elsewhere.requests == []


async def test_a_stream_that_breaks_before_anybody_saw_it_is_read_again(server: ModelServer, model: OpenAIModel) -> None:
    server.stream(chunks_of("half an answer")[:2], cut=True)
    server.say("A whole answer.")
    assert (await model.answer(PROMPT)).text == "A whole answer."


@pytest.mark.parametrize("cut", [True, False])
async def test_a_stream_that_breaks_when_somebody_saw_it_is_not_begun_again(server: ModelServer, model: OpenAIModel, cut: bool) -> None:
    server.stream(chunks_of("half an answer")[:2], pause=0.02, cut=cut)
    pieces: list[str] = []
    with pytest.raises(ModelTruncated):
        await model.answer(PROMPT, pieces.append)
    assert pieces == ["half ", "an "]
    assert len(server.requests) == 1


async def test_a_server_that_says_nothing_is_given_up(server: ModelServer, model: OpenAIModel) -> None:
    server.gate.clear()
    with pytest.raises(ModelUnreachable, match=r"did not begin to answer within 0\.5 s"):
        await model.answer(PROMPT)
    assert len(server.requests) == 1


async def test_a_server_that_stops_in_the_middle_is_given_up(server: ModelServer, model: OpenAIModel) -> None:
    server.stream(chunks_of("a b c"), pause=0.4)
    with pytest.raises(ModelUnreachable, match=r"stopped for 0\.1 s"):
        await model.answer(PROMPT)


async def test_comments_are_no_sign_of_life(server: ModelServer, model: OpenAIModel) -> None:
    server.stream([b": waiting\n\n"] * 50, pause=0.05)
    with pytest.raises(ModelUnreachable, match="did not begin"):
        await model.answer(PROMPT)


async def test_a_server_that_never_ends_is_given_up(server: ModelServer) -> None:
    model = OpenAIModel(server.url, "", "m", GENERIC, total_seconds=0.3)
    server.stream(chunks_of("a b c d e f g h"), pause=0.05)
    with pytest.raises(ModelUnreachable, match=r"not done within 0\.3 s"):
        await model.answer(PROMPT)
    await model.close()


async def test_an_answer_counts_though_the_server_forgets_to_hang_up(
    server: ModelServer, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.model.client.GRACE_SECONDS", 0.05)
    server.stream([b"".join(chunks_of("All said.")[:-1]), b": still here\n\n"], pause=0.5)
    assert (await model.answer(PROMPT)).text == "All said."


async def test_an_answer_that_nobody_waits_for_frees_the_server(server: ModelServer, model: OpenAIModel) -> None:
    server.stream(chunks_of("word " * 40), pause=0.02)

    def enough(_piece: str) -> None:
        asking.cancel()

    asking = asyncio.create_task(model.answer(PROMPT, enough))
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await model.answer(PROMPT)).text == "Scripted answer."


async def test_tokens_are_counted(server: ModelServer, model: OpenAIModel) -> None:
    server.say("three small words")
    answer = await model.answer(PROMPT)
    assert (answer.prompt_tokens, answer.cached_tokens, answer.answer_tokens) == (12, 4, 3)


async def test_connections_are_used_again(server: ModelServer, model: OpenAIModel) -> None:
    ports = set()

    def note(_body: object) -> str:
        ports.update(server.peers)
        return "Yes."

    for _ in range(3):
        server.say(note)
        await model.answer(PROMPT)
    assert len(ports) == 1


async def test_more_than_a_hundred_customers_are_answered_side_by_side(server: ModelServer) -> None:
    model = OpenAIModel(server.url, "key", "m", GENERIC)
    server.gate.clear()
    asking = [asyncio.create_task(model.answer(PROMPT)) for _ in range(120)]
    async with asyncio.timeout(20):
        while len(server.requests) < 120:
            await asyncio.sleep(0.01)
    server.gate.set()
    await asyncio.gather(*asking)
    await model.close()


async def test_what_the_environment_says_of_openai_stays_at_home(
    server: ModelServer, model: OpenAIModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ORG_ID", "PROJECT_ID", "API_KEY", "ADMIN_KEY"):
        monkeypatch.setenv(f"OPENAI_{name}", "private")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: private\nAuthorization: Bearer private")
    monkeypatch.setenv("OPENAI_BASE_URL", NOBODY)
    monkeypatch.setenv("HTTP_PROXY", NOBODY)
    await model.answer(PROMPT)
    assert server.headers[0]["Authorization"] == "Bearer key"
    assert "private" not in str(server.headers)


async def test_a_server_in_the_house_needs_no_key(server: ModelServer) -> None:
    model = OpenAIModel(server.url, "", "m", GENERIC)
    assert (await model.answer(PROMPT)).text == "Scripted answer."
    await model.close()


@pytest.mark.parametrize(
    ("url", "key", "name", "cure"),
    [
        ("", "key", "nope", "Set MODEL_NAME to one of m, scripted."),
        ("", "wrong", "m", "Check MODEL_KEY."),
        ("", "schlüssel", "m", "MODEL_KEY cannot be a key"),
        (NOBODY, "key", "m", "127.0.0.1:9 (Connection refused). Check MODEL_URL, and that the server runs."),
        ("nonsense", "key", "m", "Check MODEL_URL"),
        ("http://127.0.0.1:99999/v1", "key", "m", "Check MODEL_URL"),
    ],
)
async def test_the_doctor_names_fault_and_cure(url: str, key: str, name: str, cure: str) -> None:
    async with ModelServer(key="key") as server:
        if name == "nope":
            server.fail(404)
        model = OpenAIModel(url or server.url, key, name, GENERIC)
        faults = await model.check()
        await model.close()
    assert len(faults) == 1
    assert cure in str(faults[0])


async def test_a_server_without_a_list_of_models_is_asked_a_tiny_question(server: ModelServer, model: OpenAIModel) -> None:
    server.models = None
    server.stream(chunks_of("He", finish="length"))
    assert await model.check() == []
    assert server.requests[0]["max_tokens"] == 1


async def test_who_asks_every_few_seconds_whether_we_are_ready_pays_for_one_tiny_question(server: ModelServer, model: OpenAIModel) -> None:
    server.models = None
    server.stream(chunks_of("He", finish="length"))
    assert [await model.check() for _ in range(5)] == [[]] * 5
    assert len(server.requests) == 1
    server.fail(401)
    with pytest.raises(ModelError):
        await model.answer(PROMPT)
    server.fail(401)
    assert "key" in str(await model.check())


async def test_the_doctor_does_not_wait_for_ever(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.model.client.CHECK_SECONDS", 0.1)
    server.models = None
    server.gate.clear()
    model = OpenAIModel(server.url, "", "m", GENERIC)
    assert "within 0.1 s" in str((await model.check())[0])
    await model.close()


MEANINGS: dict[type[Exception], type[ModelError]] = {
    openai.OpenAIError: ModelUnreachable,
    openai.APIError: ModelUnreachable,
    openai.APIConnectionError: ModelUnreachable,
    openai.APITimeoutError: ModelUnreachable,
    openai.APIResponseValidationError: ModelUnreachable,
    openai.APIStatusError: ModelRefused,
    openai.BadRequestError: ModelRefused,
    openai.AuthenticationError: ModelRefused,
    openai.OAuthError: ModelRefused,
    openai.PermissionDeniedError: ModelRefused,
    openai.NotFoundError: ModelRefused,
    openai.ConflictError: ModelUnreachable,
    openai.UnprocessableEntityError: ModelRefused,
    openai.RateLimitError: ModelBusy,
    openai.InternalServerError: ModelUnreachable,
    openai.LengthFinishReasonError: ModelTruncated,
    openai.ContentFilterFinishReasonError: ModelRefused,
    # We open no WebSockets and use no workload identity, but whatever comes has a meaning.
    openai.WebSocketConnectionClosedError: ModelUnreachable,
    openai.WebSocketQueueFullError: ModelUnreachable,
    _exceptions.SubjectTokenProviderError: ModelUnreachable,
}


def test_every_error_of_the_library_has_its_meaning_here() -> None:
    found = {kind for _, kind in inspect.getmembers(_exceptions) if inspect.isclass(kind) and issubclass(kind, openai.OpenAIError)}
    assert found == set(MEANINGS)
    request = httpx2.Request("POST", "https://models.example/v1")
    for kind, meaning in MEANINGS.items():
        exc = kind.__new__(kind)
        if isinstance(exc, openai.APIStatusError):
            status = getattr(kind, "status_code", 500 if kind is openai.InternalServerError else 400)
            openai.APIStatusError.__init__(exc, "no", response=httpx2.Response(status, request=request), body=None)
        assert isinstance(fault_of(exc, SERVER), meaning), kind


@pytest.mark.parametrize("module", [httpx2, aiohttp])
def test_what_slips_through_from_below_is_an_unreachable_model(module: object) -> None:
    kinds: list[type[Exception]] = [kind for _, kind in inspect.getmembers(module) if inspect.isclass(kind) and issubclass(kind, Exception)]
    assert len(kinds) > 10
    for kind in (*kinds, *BARE):
        if not issubclass(kind, Warning):
            assert isinstance(fault_of(kind.__new__(kind), SERVER), ModelUnreachable), kind


# Embeddings ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def embedder(server: ModelServer) -> AsyncIterator[RemoteEmbedder]:
    embedder = RemoteEmbedder(server.url, "key", "e", PROFILES["qwen"], total_seconds=1, attempts=2, pause_seconds=0.01)
    yield embedder
    await embedder.close()


async def test_embeddings_come_in_batches_in_order_and_have_length_one(server: ModelServer, embedder: RemoteEmbedder) -> None:
    vectors = await embedder.passages(["x" * length for length in range(23)])
    assert vectors.shape == (23, 3)
    assert vectors.dtype.name == "float32"
    assert (abs((vectors**2).sum(axis=1) - 1) < 1e-5).all()
    assert (vectors[1:, 0] >= vectors[:-1, 0]).all()
    assert [len(request["input"]) for request in server.requests] == [10, 10, 3]
    assert {request["encoding_format"] for request in server.requests} == {"float"}
    assert (await embedder.passages([])).shape == (0, 3)


async def test_an_embedder_knows_its_dimension_once_it_is_loaded(server: ModelServer, embedder: RemoteEmbedder) -> None:
    assert embedder.dimension == 0
    await embedder.load()
    await embedder.load()
    assert embedder.dimension == 3
    assert embedder.name == f"e@{server.url.removeprefix('http://').removesuffix('/v1')}"
    assert len(server.requests) == 1


async def test_an_embedding_server_that_stumbles_is_asked_again(server: ModelServer, embedder: RemoteEmbedder) -> None:
    server.fail(500)
    assert (await embedder.question("Hello")).shape == (3,)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, "{}", "EMBEDDINGS_KEY"),
        (404, "{}", "EMBEDDINGS_MODEL"),
        (200, "<html>", "EMBEDDINGS_URL"),
        (200, "[]", "EMBEDDINGS_URL"),
        (200, "{}", "EMBEDDINGS_URL"),
        (200, '{"data": []}', "another number"),
        (200, '{"data": [3]}', "EMBEDDINGS_URL"),
        (200, '{"data": [{"index": 0, "embedding": ["a"]}]}', "EMBEDDINGS_URL"),
        (200, '{"data": [{"index": 0, "embedding": 3}]}', "EMBEDDINGS_URL"),
        (200, '{"data": [{"index": 0, "embedding": [NaN]}]}', "EMBEDDINGS_URL"),
        (200, '{"data": [{"index": null, "embedding": [1]}]}', "another number"),
    ],
)
async def test_what_is_no_embedding_is_an_error_with_a_cure(
    server: ModelServer, embedder: RemoteEmbedder, status: int, body: str, error: str
) -> None:
    for _ in range(2):
        server.fail(status, body)
    with pytest.raises(ModelError, match=error):
        await embedder.question("Hello")


async def test_an_embedding_server_that_says_nothing_is_given_up(server: ModelServer) -> None:
    server.stream([], pause=0)
    embedder = RemoteEmbedder(server.url, "", "e", GENERIC, total_seconds=0.1)
    server.gate.clear()
    with pytest.raises(ModelUnreachable):
        await embedder.question("Hello")
    await embedder.close()


async def test_nobody_waits_for_an_embedding_server_that_keeps_failing_and_one_question_sees_when_it_is_back(server: ModelServer) -> None:
    now = [0.0]
    embedder = RemoteEmbedder(server.url, "", "e", GENERIC, question_seconds=0.05, now=lambda: now[0])
    server.gate.clear()
    for _ in range(FAILURES):
        with pytest.raises(ModelUnreachable, match="did not answer"):
            await embedder.question("Hello")
    asked = len(server.requests)
    server.gate.set()
    with pytest.raises(ModelUnreachable, match="left alone"):
        await embedder.question("Hello")
    assert len(server.requests) == asked
    now[0] += REST_SECONDS
    assert (await embedder.question("Hello")).shape == (3,)
    assert (await embedder.passages(["Hello", "World"])).shape == (2, 3)
    await embedder.close()


async def test_a_customers_question_waits_less_for_its_vector_than_a_page(server: ModelServer) -> None:
    embedder = RemoteEmbedder(server.url, "", "e", GENERIC, question_seconds=0.05)
    server.gate.clear()
    page = asyncio.create_task(embedder.passages(["A page."]))
    with pytest.raises(ModelUnreachable):
        await embedder.question("Hello")
    assert not page.done()
    server.gate.set()
    assert (await page).shape == (1, 3)
    await embedder.close()


async def test_a_stream_that_comes_slowly_is_read_now_and_then_and_one_that_comes_fast_without_a_rest(
    server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[float] = []
    sleep = asyncio.sleep

    async def rest(seconds: float) -> None:
        rests.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(client.asyncio, "sleep", rest)
    model = OpenAIModel(server.url, "key", "m", GENERIC)
    server.stream(chunks_of("word " * 200), pause=0.002)
    assert (await model.answer(PROMPT)).text.count("word") == 200
    assert 1 <= rests.count(client.GULP_SECONDS) < 100
    rests.clear()
    server.stream([b"".join(chunks_of("word " * 5_000))])
    assert (await model.answer(PROMPT)).text.count("word") == 5_000
    assert rests.count(client.GULP_SECONDS) <= 2
    await model.close()
