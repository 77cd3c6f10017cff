"""The openai library's exceptions as ours: each names the fault and its cure, and none repeats what was said."""

import openai

from bot.errors import ModelBusy, ModelError, ModelRefused, ModelUnreachable

AGAIN = frozenset({408, 409, 429})


def fault_of(exc: Exception, model: str) -> ModelError:
    """Any exception of openai, its HTTP back end or the socket. (A refused connection comes as ConnectTimeout from aiohttp's back end.)"""
    if isinstance(exc, ModelError):
        return exc
    if isinstance(exc, openai.APIStatusError):
        return _by_status(exc, model)
    if isinstance(exc, openai.APITimeoutError | TimeoutError) and type(exc.__cause__).__name__ != "ConnectTimeout":
        return ModelUnreachable("the model server did not answer in time")
    if isinstance(exc, openai.LengthFinishReasonError | openai.ContentFilterFinishReasonError):
        return ModelRefused("the model server refused to go on")
    return ModelUnreachable("the model server cannot be reached: check MODEL_URL, and that the server runs")


def _by_status(exc: openai.APIStatusError, model: str) -> ModelError:
    status = exc.status_code
    if status in (401, 403):
        return ModelRefused("the model server refused the key: check MODEL_KEY")
    if status == 404:
        return ModelRefused(f"the model server does not know {model!r} or this address: check MODEL_NAME and MODEL_URL")
    if status == 429:
        return ModelBusy("the model server has too much to do", _seconds(exc.response.headers.get("retry-after")))
    if status in AGAIN or status >= 500:
        return ModelUnreachable(f"the model server is broken (HTTP {status})")
    return ModelRefused(f"the model server refused the request (HTTP {status}): check MODEL_PROFILE")


def _seconds(value: str | None) -> float | None:
    try:
        return max(0.0, float(value)) if value else None
    except ValueError:
        return None
