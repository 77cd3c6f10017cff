"""Each provider is known by its address, and asked as it wants."""

from typing import get_args

import pytest

from bot import config
from bot.errors import ConfigError
from bot.model import Prompt, Said
from bot.model.client import OpenAIModel
from bot.model.profiles import PROFILES, profile
from tests.model_server import ModelServer

USUAL: dict[str, object] = {"max_tokens": 77, "temperature": 0.2, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://shop.openai.azure.com/openai/v1/", "openai"),
        ("https://api.mistral.ai/v1", "mistral"),
        ("https://w1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1", "qwen"),
        ("https://api.anthropic.com/v1/", "anthropic"),
        ("https://generativelanguage.googleapis.com/v1beta/openai/", "google"),
        ("http://127.0.0.1:11434/v1", "ollama"),
        ("http://127.0.0.1:8000/v1", "generic"),
        ("https://api.mistral.ai.example/v1", "generic"),
        ("nonsense", "generic"),
        ("http://127.0.0.1:port/v1", "generic"),
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
        ("generic", USUAL),
        ("openai", {"max_completion_tokens": 77, "stream_options": {"include_usage": True}}),
        ("mistral", {"max_tokens": 77, "temperature": 0.2}),
        ("qwen", {**USUAL, "enable_thinking": False}),
        ("vllm", {**USUAL, "chat_template_kwargs": {"enable_thinking": False}}),
        ("llamacpp", {**USUAL, "chat_template_kwargs": {"enable_thinking": False}}),
        ("ollama", {**USUAL, "reasoning_effort": "none"}),
        ("anthropic", {"max_tokens": 77, "stream_options": {"include_usage": True}}),
        ("google", {**USUAL, "reasoning_effort": "low"}),
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


@pytest.mark.parametrize("model", ["google/gemma-2-9b-it", "gemma3:12b", "TheBloke/Mistral-7B-Instruct-v0.2-AWQ"])
async def test_a_model_without_a_system_role_gets_its_orders_before_the_customers_first_words(model: str) -> None:
    async with ModelServer() as server:
        client = OpenAIModel(server.url, "", model, profile("vllm", server.url, model))
        await client.answer(Prompt("orders", (Said("user", "u"), Said("assistant", "a"), Said("user", "v"))))
        await client.close()
    said = [(message["role"], message["content"]) for message in server.requests[0]["messages"]]
    assert said == [("user", "orders\n\nu"), ("assistant", "a"), ("user", "v")]


@pytest.mark.parametrize("model", ["gemma4:12b", "google/gemma-4-31b-it", "mistral-small-latest", "Qwen/Qwen2.5-7B-Instruct"])
def test_a_model_with_a_system_role_keeps_it(model: str) -> None:
    assert profile("vllm", "http://127.0.0.1:8000/v1", model).system_role


def test_shop_toml_knows_every_profile() -> None:
    assert set(get_args(config.Profile)) == {"", *PROFILES}
