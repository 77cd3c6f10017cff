"""What each provider's OpenAI-compatible address accepts and refuses: flat facts, one record each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    embeddings_batch: int = 64
    """Texts in one embeddings request; more go in several."""


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("generic"),
        Profile("openai", limit_field="max_completion_tokens", temperature=None, embeddings_batch=256),
        # Refuses fields that it does not know (HTTP 422), and counts unasked.
        Profile("mistral", stream_usage=False, embeddings_batch=16),
        # Thinking costs seconds and tokens, and a shop's documents need none.
        Profile("qwen", extra={"enable_thinking": False}, embeddings_batch=10),
    )
}
HOSTS = {"openai.com": "openai", "openai.azure.com": "openai", "mistral.ai": "mistral", "aliyuncs.com": "qwen"}


def profile(name: str, url: str) -> Profile:
    """The profile of this name (MODEL_PROFILE); without a name, the one that the address suggests. Raises ConfigError."""
    if name and name not in PROFILES:
        raise ConfigError([f"MODEL_PROFILE: {name!r} is not one of {', '.join(PROFILES)}."])
    host = urlsplit(url).hostname or ""
    guess = next((kind for end, kind in HOSTS.items() if host == end or host.endswith(f".{end}")), "generic")
    return PROFILES[name or guess]
