"""What each provider's OpenAI-compatible address accepts and refuses: flat facts, one record each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Profile:
    """Facts about one kind of server. The usual value of each is what nearly every server takes."""

    name: str
    stream_usage: bool = True
    """It takes `stream_options`, and then counts tokens in the last chunk. Fallback: not asked for."""
    limit_field: str = "max_tokens"
    """What the longest answer is called."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Fields of its own, sent with each request."""
    embeddings_batch: int = 64
    """Texts in one embeddings request."""


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("generic"),
        Profile("openai", limit_field="max_completion_tokens", embeddings_batch=256),
        Profile("mistral", stream_usage=False, embeddings_batch=32),
        Profile("qwen", extra={"enable_thinking": False}, embeddings_batch=10),
    )
}
HOSTS = {"api.openai.com": "openai", "api.mistral.ai": "mistral", "aliyuncs.com": "qwen"}


def profile(name: str, url: str) -> Profile:
    """The profile of this name; without a name, the one that the address suggests."""
    if name:
        return PROFILES[name]
    host = urlsplit(url).hostname or ""
    guess = next((kind for end, kind in HOSTS.items() if host == end or host.endswith(f".{end}")), "generic")
    return PROFILES[guess]
