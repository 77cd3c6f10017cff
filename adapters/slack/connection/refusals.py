"""What Slack's refusals mean: every exception of its library, and every error code, as an error of ours.

The texts carry the method and Slack's error code, never what was being said. Codes: docs.slack.dev/methods.
"""

import aiohttp
from slack_sdk.errors import BotUserAccessError, SlackApiError, SlackClientError, SlackClientNotConnectedError, SlackTokenRotationError

from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable, Unsupported


class NotStreaming(Unsupported):
    """A message that is not, or no longer, a stream was to go on or to stop."""


_WAIT = 30.0
"""Seconds to wait when Slack does not say how long."""

_MEANINGS: dict[str, type[NotAllowed] | type[PlaceGone] | type[Unreachable]] = {
    **dict.fromkeys(("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "is_inactive"), NotAllowed),
    **dict.fromkeys(("invalid_refresh_token", "invalid_code", "code_already_used", "bad_client_secret", "invalid_client_id"), NotAllowed),
    **dict.fromkeys(("missing_scope", "no_permission", "not_allowed_token_type", "not_in_channel", "access_denied"), NotAllowed),
    **dict.fromkeys(("restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel"), NotAllowed),
    **dict.fromkeys(("restricted_action_non_threadable_channel", "restricted_action_thread_locked", "messages_tab_disabled"), NotAllowed),
    **dict.fromkeys(("ekm_access_denied", "org_login_required", "team_access_not_granted", "accesslimited"), NotAllowed),
    **dict.fromkeys(("channel_not_found", "thread_not_found", "message_not_found", "is_archived", "team_not_found"), PlaceGone),
    **dict.fromkeys(("cannot_reply_to_message", "user_not_found", "channel_type_not_supported"), PlaceGone),
    **dict.fromkeys(("file_not_found", "file_deleted"), PlaceGone),
    **dict.fromkeys(("fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"), Unreachable),
}
_STREAM_OVER = frozenset({"message_not_in_streaming_state", "stopped_by_user"})
_TOO_MUCH = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})


def refusal(error: Exception, method: str = "a call") -> PlatformError:
    """Our error for one of the library's, or for anything else that a call ended with."""
    match error:
        case PlatformError():
            return error
        case SlackTokenRotationError():
            return refusal(error.api_error, method)
        case SlackApiError():
            return _refusal_of_the_api(error, method)
        case BotUserAccessError():
            return NotAllowed(f"Slack wants another kind of token for {method}")
        case SlackClientNotConnectedError() | aiohttp.ClientError() | OSError() | ValueError():
            return Unreachable(f"cannot reach Slack ({type(error).__name__} at {method})")
        case AttributeError():
            # The library fails so on an answer that is plain text: not Slack's, but a proxy's or a portal's.
            return Unreachable(f"what answered at {method} is not Slack")
        case SlackClientError():
            return Unsupported(f"Slack's library refuses {method} ({type(error).__name__})")
    return Unsupported(f"{method} failed ({type(error).__name__})")


def _refusal_of_the_api(error: SlackApiError, method: str) -> PlatformError:
    data = getattr(error.response, "data", None)
    data = data if isinstance(data, dict) else {}
    response = error.response
    status = int(response.status_code if hasattr(response, "status_code") else response.status)
    code = str(data.get("error") or "")
    text = f"Slack refuses {method}: {code or status}" + (f" (needed: {data['needed']})" if data.get("needed") else "")
    if code in _TOO_MUCH or status == 429:
        return RateLimited(text, _retry_after(error))
    if code in _STREAM_OVER:
        return NotStreaming(text)
    if code in _MEANINGS:
        return _MEANINGS[code](text)
    if status in (401, 403):
        return NotAllowed(text)
    if status == 404:
        return PlaceGone(text)
    return Unsupported(text) if code and status < 500 else Unreachable(text)


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(0.0, float(headers.get("Retry-After", _WAIT)))
    except (TypeError, ValueError):
        return _WAIT
