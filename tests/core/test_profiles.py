"""Each provider is known by its address, and asked as it wants."""

import pytest

from bot.errors import ConfigError
from bot.model import Prompt, Said
from bot.model.client import OpenAIModel
from bot.model.profiles import profile
from tests.model_server import ModelServer


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://shop.openai.azure.com/openai/v1/", "openai"),
        ("https://api.mistral.ai/v1", "mistral"),
        ("https://w1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1", "qwen"),
        ("http://127.0.0.1:11434/v1", "generic"),
        ("https://api.mistral.ai.example/v1", "generic"),
        ("nonsense", "generic"),
    ],
)
def test_a_provider_is_known_by_its_address(url: str, name: str) -> None:
    assert profile("", url).name == name


def test_what_the_shop_says_counts_more_than_the_address() -> None:
    assert profile("mistral", "http://127.0.0.1:8000/v1").name == "mistral"


def test_a_shop_that_names_an_unknown_profile_is_told_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="generic, openai, mistral, qwen"):
        profile("mystral", "http://127.0.0.1:8000/v1")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("generic", {"max_tokens": 77, "temperature": 0.2, "stream_options": {"include_usage": True}}),
        ("openai", {"max_completion_tokens": 77, "stream_options": {"include_usage": True}}),
        ("mistral", {"max_tokens": 77, "temperature": 0.2}),
        ("qwen", {"max_tokens": 77, "temperature": 0.2, "stream_options": {"include_usage": True}, "enable_thinking": False}),
    ],
)
async def test_each_provider_is_asked_as_it_wants(name: str, fields: dict[str, object]) -> None:
    turns = (Said("user", "u"), Said("assistant", "a"), Said("user", "v"))
    async with ModelServer() as server:
        model = OpenAIModel(server.url, "", "m", profile(name, server.url))
        await model.answer(Prompt("s", turns, longest_answer=77))
        await model.close()
    said = [("system", "s"), ("user", "u"), ("assistant", "a"), ("user", "v")]
    messages = [{"role": role, "content": content} for role, content in said]
    assert server.requests == [{"model": "m", "messages": messages, "stream": True, **fields}]
