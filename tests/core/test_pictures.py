"""Pictures go to models that see; all others are asked without, and told so; and nobody pretends to have looked."""

import base64
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import config
from bot.errors import ModelRefused
from bot.model import Completion, Picture, Prompt, Said
from bot.model.bounded import Bounded
from bot.model.chain import Chain
from bot.model.client import LEFT_OUT, OpenAIModel
from bot.model.profiles import profile
from tests.fakes import ScriptedModel
from tests.model_server import ModelServer, chunk_of

PNG = Picture("image/png", b"\x89PNG\r\n\x1a\n")
SHOWN = Prompt("orders", (Said("user", "What is this?", (PNG,)),))
PARTS = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{base64.b64encode(PNG.data).decode()}"}},
]
BLIND = f"What is this?\n{LEFT_OUT}"


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with ModelServer() as running:
        yield running


async def asked(server: ModelServer, prompt: Prompt, sees: bool, name: str = "generic", model: str = "m") -> Completion:
    client = OpenAIModel(server.url, "", model, profile(name, server.url, model, sees), attempts=1)
    try:
        return await client.answer(prompt)
    finally:
        await client.close()


async def test_a_model_that_sees_gets_the_picture_with_the_words(server: ModelServer) -> None:
    said = await asked(server, SHOWN, sees=True)
    assert server.requests[0]["messages"] == [{"role": "system", "content": "orders"}, {"role": "user", "content": PARTS}]
    assert not said.unseen


async def test_a_model_that_does_not_see_gets_the_words_and_is_told_not_to_guess(server: ModelServer) -> None:
    said = await asked(server, SHOWN, sees=False)
    assert server.requests[0]["messages"][1] == {"role": "user", "content": BLIND}
    assert said.unseen


async def test_turns_without_pictures_stay_plain_text(server: ModelServer) -> None:
    turns = (Said("user", "Hello"), Said("assistant", "Hello!"), SHOWN.turns[0])
    await asked(server, Prompt("", turns), sees=True)
    assert [message["content"] for message in server.requests[0]["messages"]] == ["Hello", "Hello!", PARTS]


async def test_where_there_is_no_system_role_the_orders_stand_before_the_picture(server: ModelServer) -> None:
    await asked(server, SHOWN, sees=True, name="vllm", model="gemma3:4b")
    [message] = server.requests[0]["messages"]
    assert message["content"] == [{"type": "text", "text": "orders\n\nWhat is this?"}, PARTS[1]]


async def test_a_server_that_refuses_the_picture_is_asked_without_it(server: ModelServer, caplog: pytest.LogCaptureFixture) -> None:
    server.fail(400)
    with caplog.at_level(logging.WARNING):
        said = await asked(server, SHOWN, sees=True)
    assert (said.text, said.unseen) == ("Scripted answer.", True)
    assert server.requests[1]["messages"][1]["content"] == BLIND
    assert "without the pictures" in caplog.text
    assert "What is this" not in caplog.text


async def test_of_what_was_shown_already_nothing_is_said_twice(server: ModelServer) -> None:
    refusal = b'data: {"error": {"code": "content_filter"}}\n\n'
    server.stream([chunk_of(delta={"content": "It is "}, finish_reason=None), refusal])
    client, shown = OpenAIModel(server.url, "", "m", profile("", server.url, "m", True), attempts=1), list[str]()
    with pytest.raises(ModelRefused):
        await client.answer(SHOWN, shown.append)
    await client.close()
    assert (shown, len(server.requests)) == (["It is "], 1)


async def test_a_question_without_pictures_that_is_refused_is_not_asked_again(server: ModelServer) -> None:
    server.fail(400)
    with pytest.raises(ModelRefused):
        await asked(server, Prompt("", (Said("user", "Hello"),)), sees=True)
    assert len(server.requests) == 1


async def test_in_a_chain_the_next_model_gets_the_picture_if_it_sees_and_says_so_if_not(server: ModelServer) -> None:
    away = ScriptedModel([ModelRefused("no")], sees=True)
    for sees in (True, False):
        second = OpenAIModel(server.url, "", "m", profile("", server.url, "m", sees), attempts=1)
        chain = Bounded(Chain([away, second]), 1, 0)
        assert chain.sees
        assert (await chain.answer(SHOWN)).unseen is not sees
        await chain.close()
    assert [request["messages"][1]["content"] for request in server.requests] == [PARTS, BLIND]
    assert not Chain([ScriptedModel(), ScriptedModel()]).sees


@pytest.mark.parametrize(
    ("name", "url", "model", "sees"),
    [
        ("", "https://api.openai.com/v1", "gpt-4.1-mini", True),
        ("", "https://api.openai.com/v1", "gpt-4o", True),
        ("", "https://api.openai.com/v1", "gpt-4o-audio-preview", False),
        ("", "https://api.openai.com/v1", "gpt-3.5-turbo", False),
        ("", "https://api.mistral.ai/v1", "mistral-small-latest", True),
        ("", "https://api.mistral.ai/v1", "pixtral-12b", True),
        ("", "https://api.mistral.ai/v1", "open-mistral-7b", False),
        ("", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen-vl-plus", True),
        ("", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen3-vl-plus", True),
        ("", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", "qwen-plus", False),
        ("", "https://api.anthropic.com/v1/", "claude-haiku-4-5", True),
        ("", "https://generativelanguage.googleapis.com/v1beta/openai/", "gemini-3.5-flash", True),
        ("vllm", "http://127.0.0.1:8000/v1", "Qwen/Qwen2.5-VL-7B-Instruct", False),
        ("", "http://127.0.0.1:8000/v1", "gpt-4o", False),
    ],
)
def test_whether_a_model_sees_is_told_by_its_name_where_that_is_sure(name: str, url: str, model: str, sees: bool) -> None:
    assert profile(name, url, model).sees is sees
    assert profile(name, url, model, not sees).sees is not sees


def test_the_shop_may_say_whether_its_models_see(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.toml").write_text(
        '[[models]]\nurl = "https://a.example/v1"\nname = "a"\nsees = true\n[[models]]\nurl = "https://b.example/v1"\nname = "b"\n'
    )
    for name, value in {"MODEL_URL": "https://m.example/v1", "MODEL_NAME": "m", "MODEL_SEES": "false"}.items():
        monkeypatch.setenv(name, value)
    assert [model.sees for model in config.load().models] == [False, True, None]
    monkeypatch.setenv("MODEL_SEES", "maybe")
    assert "MODEL_SEES: write true or false." in config.read()[1]
