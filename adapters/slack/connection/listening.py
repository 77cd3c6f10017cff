"""Bolt, which takes deliveries apart: it hands every event and every interaction of one workspace to us.

An event is acknowledged after it is written down, an interaction at once.
"""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.incoming import read_event
from adapters.slack.interactions import Pressed, read_interaction
from bot.platforms import Receive

_log = logging.getLogger(__name__)

Take = Callable[[Pressed], None]


class _OneWorkspace(AsyncAuthorize):
    """Bolt's question who we are, answered from the one auth.test at the start.

    It also keeps Bolt from reading SLACK_CLIENT_ID and the like, with which it would switch to OAuth by itself.
    """

    def __init__(self, result: AuthorizeResult) -> None:
        self._result = result

    async def __call__(self, **_: Any) -> AuthorizeResult:
        """The same for every event."""
        return self._result


def installed(identity: dict[str, Any], bot_token: str) -> AuthorizeResult:
    """The part of auth.test's answer that Bolt wants to know."""
    names = {"enterprise_id": "enterprise_id", "team_id": "team_id", "team": "team", "bot_user_id": "user_id", "bot_id": "bot_id"}
    return AuthorizeResult(**{ours: identity.get(theirs) for ours, theirs in names.items()}, bot_token=bot_token)


def bolt_app(client: AsyncWebClient, us: AuthorizeResult, receive: Receive, take: Take) -> AsyncApp:
    """Bolt with one listener for all events and one for all that people do, so that nothing stays unanswered and is sent again."""
    app = AsyncApp(
        name="polydesk",
        client=client,
        logger=client.logger,
        signing_secret="",
        authorize=_OneWorkspace(us),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.event(re.compile("."))(_on_event(receive, take))
    for each in (app.action, app.shortcut, app.view, app.view_closed, app.command):
        each(re.compile(""))(_on_press(take))
    return app


def _on_event(receive: Receive, take: Take) -> Callable[..., Awaitable[BoltResponse | None]]:
    async def listen(body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse | None:
        event = read_event(body, _our_user(context))
        if event is None:
            _taken(body, context, take)
            return None
        try:
            await receive(event)
        except Exception as exc:  # noqa: BLE001 - whatever it was, Slack must send the event again
            _log.error("event %s was not written down (%s)", event.event_id, type(exc).__name__, extra={"place": event.place.key})
            return BoltResponse(status=500)
        return None

    return listen


def _on_press(take: Take) -> Callable[..., Awaitable[None]]:
    async def listen(body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        await ack()
        _taken(body, context, take)

    return listen


def _taken(body: dict[str, Any], context: AsyncBoltContext, take: Take) -> None:
    us = context.authorize_result
    pressed = read_interaction(body, _our_user(context), str(us.team_id)) if us is not None else None
    if pressed is not None:
        take(pressed)


def _our_user(context: AsyncBoltContext) -> str:
    us = context.authorize_result
    return str(us.bot_user_id) if us is not None else ""
