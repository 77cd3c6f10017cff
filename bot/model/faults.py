"""What goes wrong at a model server, as our errors. Each text is `what: cure`.

The server's own words are never repeated: they may quote the customer or the key.
"""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from bot.errors import ModelBusy, ModelError, ModelRefused, ModelTruncated, ModelUnreachable
from bot.messages import Fault

UNKNOWN_MODEL = {"model_not_found", "invalid_model", "unknown_model", "model_not_supported"}
NO_CREDIT = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active", "arrearage"}
FILTERED = {"content_filter", "content_policy_violation", "data_inspection_failed", "guardrail_violation"}
TOO_LONG = {"context_length_exceeded", "string_above_max_length"}
WRONG_KEY = {"invalid_api_key", "authentication_error", "unauthorized"}
BUSY = {"rate_limit_exceeded", "rate_limit_error", "rate_limited", "tokens", "requests", "engine_overloaded", "overloaded_error"}


@dataclass(frozen=True, slots=True)
class Server:
    """Whom a text is about. `settings` is how its settings begin: MODEL or EMBEDDINGS."""

    settings: str
    host: str
    model: str


class TooSlow(ModelUnreachable):
    """One of our time limits has passed: another try would take as long."""


class TooLong(ModelTruncated):
    """The answer reached its length limit: another try would, too."""


class UnknownModel(ModelRefused):
    """The server is there, and does not know the model's name."""


class Declined(ModelRefused):
    """It will not answer this one question; another one it may."""


class Spared(ModelBusy):
    """It is left alone on purpose, to keep within what a day may cost."""


def as_fault(error: ModelError) -> Fault:
    """For the doctor."""
    what, _, cure = str(error).partition(": ")
    return Fault("model", what, f"{cure[:1].upper()}{cure[1:]}." if cure else "See the model server's own log.")


def fault_of(exc: Exception, server: Server) -> ModelError:
    """Whatever openai, its HTTP back end or the socket raises."""
    import openai

    if isinstance(exc, ModelError):
        return exc
    if isinstance(exc, openai.APIStatusError):
        words = {str(word).lower() for word in (exc.code, exc.type) if word}
        return by_status(exc.status_code, words, exc.response.headers, server)
    if isinstance(exc, openai.ContentFilterFinishReasonError):
        return _filtered()
    if isinstance(exc, openai.LengthFinishReasonError):
        return too_long()
    if isinstance(exc, openai.APIResponseValidationError):
        return nonsense(server)
    return _unreachable(exc, server)


def reported(error: Any, server: Server) -> ModelError:
    """What a server says in the middle of a stream: `{"error": {"code": ..., "type": ...}}`, or `{"error": "..."}`."""
    told = error if isinstance(error, dict) else {}
    words = {str(told[name]).lower() for name in ("code", "type", "status") if told.get(name)}
    status = next((int(word) for word in words if word.isdecimal() and 400 <= int(word) < 600), 0)
    if status or words & (UNKNOWN_MODEL | NO_CREDIT | FILTERED | TOO_LONG | WRONG_KEY | BUSY):
        return by_status(status, words, {}, server)
    return ModelUnreachable("the model server reported a fault of its own in the middle of the answer: look into its log")


def by_status(status: int, words: set[str], headers: Mapping[str, str], server: Server) -> ModelError:
    """An HTTP status and the server's `code` and `type`, lower case; 0 where there is no status."""
    name = server.settings
    if words & NO_CREDIT or status == 402:
        return ModelRefused(f"the account at {server.host} has no credit left: pay its bill, or set another {name}_KEY")
    if status == 401 or words & WRONG_KEY:
        return ModelRefused(f"the model server refused the key: check {name}_KEY")
    if words & FILTERED:
        return _filtered()
    if words & TOO_LONG or status == 413:
        return Declined("the question with its passages is too long for this model: lower limits.history_tokens in shop.toml")
    if status == 404 or words & UNKNOWN_MODEL:
        return unknown_model(server)
    return _by_number(status, words, headers, server)


def _by_number(status: int, words: set[str], headers: Mapping[str, str], server: Server) -> ModelError:
    name, wait = server.settings, _wait(headers)
    if status in (429, 529) or words & BUSY or (status == 503 and wait is not None):
        return ModelBusy("the model server has too much to do: ask less often, or raise the limits of its account", wait)
    if status in (408, 409) or status >= 500:
        return ModelUnreachable(f"the model server is broken (HTTP {status}): look into its log")
    if status == 403:
        return ModelRefused(f"the model server forbids this: check what the account of {name}_KEY may use")
    if status < 400:
        return ModelRefused(f"the model server sends us to another address (HTTP {status}): put that one into {name}_URL")
    return ModelRefused(f"the model server refused the request (HTTP {status}): check MODEL_PROFILE and {name}_NAME")


def unknown_model(server: Server, names: tuple[str, ...] = ()) -> ModelError:
    """`names` are the models that the server offers."""
    variable = "MODEL_NAME" if server.settings == "MODEL" else f"{server.settings}_MODEL"
    check = f"check {variable}, and {server.settings}_URL, which mostly ends in /v1"
    cure = f"set {variable} to one of {', '.join(names)}" if names else check
    return UnknownModel(f"the model server does not know the model {server.model!r}: {cure}")


def broken_off(server: Server) -> ModelError:
    """The connection was lost within an answer."""
    return ModelTruncated(f"the connection to {server.host} broke off in the middle of an answer: look into the model server's log")


def nonsense(server: Server) -> ModelError:
    """HTTP 200, but no answer."""
    return ModelUnreachable(f"what answers at {server.host} is no model server: check {server.settings}_URL, which mostly ends in /v1")


def too_long() -> ModelError:
    """finish_reason "length"."""
    return TooLong("the answer reached its length limit: raise limits.answer_tokens in shop.toml, or choose a model that thinks less")


def _filtered() -> ModelError:
    return Declined("the model server's filter refused this text: nothing to mend, unless it happens often")


def _unreachable(exc: Exception, server: Server) -> ModelError:
    chain = _chain(exc)
    why = next((_reason(each) for each in chain if isinstance(each, OSError) and each.strerror), type(chain[-1]).__name__)
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in chain):
        why = "its certificate is not trusted"
    return ModelUnreachable(f"no connection to {server.host} ({why}): check {server.settings}_URL, and that the server runs")


def _reason(exc: OSError) -> str:
    """ "Connection refused", or what a library's resolver calls it."""
    return os.strerror(exc.errno) if exc.errno and exc.errno > 0 else str(exc.strerror)


def _chain(exc: BaseException) -> list[BaseException]:
    """The exception and its causes."""
    found: list[BaseException] = []
    each: BaseException | None = exc
    while each is not None and each not in found:
        found.append(each)
        each = each.__cause__ or each.__context__
    return found


def _wait(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds: it is a number, or a date."""
    value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
