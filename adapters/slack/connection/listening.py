"""Bolt, which takes deliveries apart: it hands every event and every interaction of every workspace to us.

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

from adapters.slack.connection.installations import Teams
from adapters.slack.incoming import read_event
from adapters.slack.interactions import Pressed, read_interaction
from bot.errors import StoreError
from bot.platforms import Receive

_log = logging.getLogger(__name__)

Take = Callable[[Pressed], None]


Left = Callable[[str, float], Awaitable[None]]
"""A workspace lets us in no more, as of a time (seconds since 1970)."""


class _OurTeams(AsyncAuthorize):
    """Bolt's question who we are in the workspace of a delivery: nobody, where it has not let us in.

    It also keeps Bolt from reading SLACK_CLIENT_ID and the like, with which it would switch to OAuth by itself.
    """

    def __init__(self, teams: Teams) -> None:
        self._teams = teams

    async def __call__(self, *, team_id: str | None = None, **_: Any) -> AuthorizeResult:
        """Raises PlatformError."""
        team = await self._teams.find(team_id or "")
        if team is None:
            return AuthorizeResult(enterprise_id=None, team_id=team_id)
        us = {"team_id": team.workspace, "bot_user_id": team.user, "bot_id": team.bot, "bot_token": team.client.token}
        return AuthorizeResult(enterprise_id=None, **us)


def bolt_app(client: AsyncWebClient, teams: Teams, receive: Receive, take: Take, left: Left) -> AsyncApp:
    """Bolt with one listener for all events and one for all that people do, so that nothing stays unanswered and is sent again."""
    app = AsyncApp(
        name="polydesk",
        client=client,
        logger=client.logger,
        signing_secret="",
        authorize=_OurTeams(teams),
        process_before_response=True,
        request_verification_enabled=False,
        ignoring_self_events_enabled=False,
        ssl_check_enabled=False,
        url_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.event(re.compile("^(?:app_uninstalled|tokens_revoked)$"))(_on_leaving(left))
    app.event(re.compile("."))(_on_event(receive, take))
    for each in (app.action, app.shortcut, app.view, app.view_closed, app.command):
        each(re.compile(""))(_on_press(take))
    return app


def _on_event(receive: Receive, take: Take) -> Callable[..., Awaitable[BoltResponse | None]]:
    async def listen(body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse | None:
        us = _ours(context)
        if us is None:
            return None
        # With Slack Connect an event may name another workspace than that because of which we hear it.
        body = {**body, "team_id": us.team_id}
        event = read_event(body, str(us.bot_user_id))
        if event is None:
            _taken(body, us, take)
            return None
        try:
            await receive(event)
        except StoreError:
            return BoltResponse(status=500)  # the database has said so itself, once for all events
        except Exception as exc:  # noqa: BLE001 - whatever it was, Slack must send the event again
            _log.error("event %s was not written down (%s)", event.event_id, type(exc).__name__, extra={"place": event.place.key})
            return BoltResponse(status=500)
        return None

    return listen


def _on_press(take: Take) -> Callable[..., Awaitable[None]]:
    async def listen(body: dict[str, Any], context: AsyncBoltContext, ack: AsyncAck) -> None:
        await ack()
        if (us := _ours(context)) is not None:
            _taken(body, us, take)

    return listen


def _on_leaving(left: Left) -> Callable[..., Awaitable[None]]:
    """The app was taken out of a workspace, or our token there was."""

    async def listen(body: dict[str, Any], event: dict[str, Any]) -> None:
        revoked = event.get("tokens")
        ours = event.get("type") == "app_uninstalled" or (isinstance(revoked, dict) and bool(revoked.get("bot")))
        workspace, at = body.get("team_id"), body.get("event_time")
        if ours and isinstance(workspace, str) and isinstance(at, int | float):
            await left(workspace, at)

    return listen


def _taken(body: dict[str, Any], us: AuthorizeResult, take: Take) -> None:
    pressed = read_interaction(body, str(us.bot_user_id), str(us.team_id))
    if pressed is not None:
        take(pressed)


def _ours(context: AsyncBoltContext) -> AuthorizeResult | None:
    """Who we are in the workspace of a delivery; None, and a line in the log, where it has not let us in."""
    us = context.authorize_result
    if us is None or not us.bot_user_id:
        _log.warning("slack: workspace %s has not let us in; its event is not answered", us.team_id if us else "?")
        return None
    return us
