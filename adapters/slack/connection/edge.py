"""The door at POST /slack/events, for events, commands and all that is pressed: measured, its signature checked, and only then read.

Anybody can knock here, so nothing of a refused request is logged, and nothing of it reaches the library. What comes through a
socket passes here as well, since the library stumbles over fields that Slack does not send so.
"""

import hashlib
import hmac
import json
import logging
import time
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

_log = logging.getLogger(__name__)

PATH = "/slack/events"
_FORM = "application/x-www-form-urlencoded"
_PRESSED = frozenset({"block_actions", "message_action", "view_submission", "view_closed"})
_LARGEST = 1024 * 1024
_OLDEST = 300.0
"""Seconds; Slack's own advice against replayed requests."""


async def read_delivery(request: web.Request, signing_secret: str) -> dict[str, Any] | web.Response:
    """The body of a genuine delivery; or the answer that settles the request here."""
    body = await _read(request)
    if body is None:
        return web.Response(status=413)
    if not _is_genuine(request, body, signing_secret):
        return web.Response(status=401)
    try:
        delivery = _form(body) if request.content_type == _FORM else json.loads(body)
    except (ValueError, RecursionError):
        return web.Response(status=400)
    if not isinstance(delivery, dict):
        return web.Response(status=400)
    return _settle(delivery) or delivery


async def dispatched(app: AsyncApp, delivery: Any) -> BoltResponse:
    """Bolt's answer to a delivery; 400 where it cannot read it. It asks about the delivery what no listener of ours wants to know."""
    if _is_misshapen(delivery):
        return BoltResponse(status=400)
    try:
        answer = await app.async_dispatch(AsyncBoltRequest(body=delivery, mode="socket_mode"))
        # 404 is its word for an event without a kind.
        return BoltResponse(status=400) if answer.status == 404 else answer
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as exc:
        _log.warning("slack: a delivery could not be read: %s", type(exc).__name__)
        return BoltResponse(status=400)


def _form(body: bytes) -> Any:
    """What people press comes as JSON in the field `payload`, a command as fields of its own. ValueError for what is neither."""
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    return json.loads(fields["payload"]) if "payload" in fields else fields


def _is_misshapen(delivery: Any) -> bool:
    """Something pressed without that by which the library tells what it is: it would take that for a fault of ours."""
    match delivery:
        case {"type": "block_actions", "actions": [{"action_id": str()}, *_]} | {
            "type": "message_action" | "shortcut",
            "callback_id": str(),
        }:
            return False
        case {"type": "view_submission" | "view_closed", "view": {"callback_id": str()}}:
            return False
        case {"type": str(kind)}:
            return kind in _PRESSED or kind == "shortcut"
        case {"command": command}:
            return not isinstance(command, str)
    return False


async def _read(request: web.Request) -> bytes | None:
    """The body, or None when it is too large; it is never read further than that."""
    if (request.content_length or 0) > _LARGEST:
        return None
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            return None
    return bytes(body)


def _is_genuine(request: web.Request, body: bytes, signing_secret: str) -> bool:
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12) or abs(time.time() - int(timestamp)) > _OLDEST:
        return False
    expected = sign(body, timestamp, signing_secret)
    return hmac.compare_digest(expected.encode(), request.headers.get("X-Slack-Signature", "").encode("utf-8", "replace"))


def sign(body: bytes, timestamp: str, signing_secret: str) -> str:
    """Slack's signature of a body: `v0=` and a HMAC-SHA256 in hexadecimal."""
    return "v0=" + hmac.new(signing_secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def _settle(delivery: dict[str, Any]) -> web.Response | None:
    """The answer to what is no event: Slack's challenge, notices that we do not need, and what has fields missing."""
    match delivery:
        case {"type": "url_verification", "challenge": str(challenge)}:
            return web.json_response({"challenge": challenge})
        case {"type": "event_callback", "event_id": str(), "event": {"type": str()}}:
            return None
        case {"type": "event_callback" | "url_verification"}:
            return web.Response(status=400)
        case {"type": str(kind)} if kind in _PRESSED:
            return None
        case {"type": str()} | {"ssl_check": "1"}:
            return web.Response(status=200)
        case {"command": str()}:
            return None
    return web.Response(status=400)
