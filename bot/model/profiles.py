"""What each provider's OpenAI-compatible address accepts and refuses: flat facts, one record each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from bot.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts about one kind of server. The usual value of each is what nearly every server takes."""

    name: str
    stream_usage: bool = True
    """It takes `stream_options`, and counts tokens in the last chunk. Where it does not, nothing is asked, and it may count unasked."""
    limit_field: str = "max_tokens"
    """What the longest answer is called: max_tokens, or max_completion_tokens, which the models that think insist on."""
    temperature: float | None = 0.2
    """Low, since answers repeat documents. None where some models refuse any but their own: then nothing is sent."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Fields of its own, sent with each chat request."""
    system_role: bool = True
    """Where the model's template knows no system role, the standing orders go before the customer's first words."""
    embeddings_batch: int = 64
    """Texts in one embeddings request; more go in several."""
    sees: bool = False
    """It takes pictures, as parts of a message (`image_url` with a `data:` address). That is a fact about the model more than about its
    server, so it is told from its name, or set."""


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("generic"),
        Profile("openai", limit_field="max_completion_tokens", temperature=None, embeddings_batch=256),
        # Refuses fields that it does not know (HTTP 422), and counts unasked.
        Profile("mistral", stream_usage=False, embeddings_batch=16),
        # Thinking costs seconds and tokens, and a shop's documents need none.
        Profile("qwen", extra={"enable_thinking": False}, embeddings_batch=10),
        # Both hand this to the model's own template; one that cannot think does not look at it.
        Profile("vllm", extra={"chat_template_kwargs": {"enable_thinking": False}}),
        Profile("llamacpp", extra={"chat_template_kwargs": {"enable_thinking": False}}),
        Profile("ollama", extra={"reasoning_effort": "none"}),
        # Newer models refuse a temperature; it ignores what it does not know, and offers no embeddings.
        Profile("anthropic", temperature=None),
        # Its thoughts cannot be switched off in every model, and count towards the longest answer.
        Profile("google", extra={"reasoning_effort": "low"}, embeddings_batch=100),
    )
}
HOSTS = {
    "openai.com": "openai",
    "openai.azure.com": "openai",
    "mistral.ai": "mistral",
    "aliyuncs.com": "qwen",
    "anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "google",
    "ollama.com": "ollama",
}
OLLAMA_PORT = 11434
_NO_SYSTEM_ROLE = re.compile(r"gemma(?!-?[4-9])|mistral-7b-instruct-v0\.[12]", re.IGNORECASE)
"""Open models whose templates answer a system role with HTTP 400 on some servers."""


_SEES = re.compile(
    r"gpt-(?:4o|4\.1|5)(?!.*(?:audio|realtime|transcribe|tts))|claude-|gemini-|pixtral|mistral-(?:small|medium|large)-latest"
    r"|qwen[\d.]*-?vl|qvq-",
    re.IGNORECASE,
)
"""Models of services on the net that take pictures, by their names there. The same model in the house may have been started without."""
_ON_THE_NET = frozenset({"openai", "mistral", "qwen", "anthropic", "google"})


def profile(name: str, url: str, model: str = "", sees: bool | None = None) -> Profile:
    """The profile of this name (MODEL_PROFILE); without a name, the one that the address suggests. `sees`: whether the model does; None
    where nobody has said so, and its name must tell. Raises ConfigError."""
    if name and name not in PROFILES:
        raise ConfigError([f"MODEL_PROFILE: {name!r} is not one of {', '.join(PROFILES)}."])
    found = PROFILES[name or _guess(url)]
    if sees is None:
        sees = found.name in _ON_THE_NET and _SEES.search(model) is not None
    found = replace(found, sees=sees)
    return replace(found, system_role=False) if _NO_SYSTEM_ROLE.search(model) else found


def _guess(url: str) -> str:
    try:
        host, port = urlsplit(url).hostname or "", urlsplit(url).port
    except ValueError:
        return "generic"
    if port == OLLAMA_PORT:
        return "ollama"
    return next((kind for end, kind in HOSTS.items() if host == end or host.endswith(f".{end}")), "generic")
