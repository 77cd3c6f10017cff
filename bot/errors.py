"""Everything that can go wrong and that somebody can do something about.

BotError
├── ConfigError
├── PlatformError ── RateLimited(retry_after) · NotAllowed · PlaceGone · Unreachable · Unsupported
├── ModelError ───── ModelBusy(retry_after) · ModelRefused · ModelUnreachable · ModelTruncated
├── KnowledgeError ─ Unreadable(document, why)
└── StoreError

The text of an error is for the shop's operator: it names the fault and the cure. No customer ever sees it.
"""

from collections.abc import Sequence


class BotError(Exception):
    """The root: whatever Polydesk raises on purpose."""


class ConfigError(BotError):
    """Settings that cannot work; every fault at once."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class PlatformError(BotError):
    """A platform did not do what we asked."""


class RateLimited(PlatformError):
    """The platform wants us to wait; `retry_after` is in seconds."""

    def __init__(self, text: str, retry_after: float) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class NotAllowed(PlatformError):
    """The token is wrong, or it lacks a permission."""


class PlaceGone(PlatformError):
    """The channel, thread or message is no longer there."""


class Unreachable(PlatformError):
    """The platform cannot be reached, or it is broken; trying again later is right."""


class Unsupported(PlatformError):
    """The platform will never do this: too long, malformed, or not offered."""


class ModelError(BotError):
    """The model gave no usable answer."""


class ModelBusy(ModelError):
    """Too many requests; `retry_after` is in seconds, None when the server does not say."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class ModelRefused(ModelError):
    """The server will not do it: wrong key, unknown model, forbidden content, malformed request."""


class ModelUnreachable(ModelError):
    """No connection, no answer in time, or a server error."""


class ModelTruncated(ModelError):
    """The answer broke off: the stream was cut, or the length limit was hit."""


class KnowledgeError(BotError):
    """The shop's documents cannot be used as they are."""


class Unreadable(KnowledgeError):
    """One document that cannot be read."""

    def __init__(self, document: str, why: str) -> None:
        super().__init__(f"{document}: {why}")
        self.document = document
        self.why = why


class StoreError(BotError):
    """The database is missing, behind, or out of reach."""
