"""What keeps the desk out of Slack, and what mends it: the tokens, their scopes, and the way there."""

from collections.abc import Awaitable, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.connection.refusals import refusal
from bot.errors import BotError, NotAllowed, PlatformError
from bot.messages import Fault
from bot.platforms import Installations

SCOPES = frozenset(
    (
        *("app_mentions:read", "channels:history", "chat:write", "commands", "files:read", "groups:history", "im:history"),
        *("im:write", "users:read"),
    )
)
"""What the bot token must be allowed. manifest.json asks for assistant:write as well, without which only the status is missing."""

SHOWN = 5
"""Workspaces that are named."""

ASKED = (*sorted(SCOPES | {"assistant:write"}),)
"""What a workspace that installs us is asked for: all that manifest.json asks for."""


def faults_of_settings(bot_token: str, app_token: str, signing_secret: str, *, many: bool = False) -> list[Fault]:
    """What can be seen without asking Slack. `many`: workspaces bring tokens of their own."""
    faults = wrong_tokens(bot_token, app_token, many=many)
    if not app_token and not signing_secret:
        cure = "Set SLACK_APP_TOKEN (Socket Mode, no public address needed), or SLACK_SIGNING_SECRET (HTTP at /slack/events)."
        faults.append(Fault("slack", "Slack cannot reach us", cure))
    return faults


def wrong_tokens(bot_token: str, app_token: str, *, many: bool = False) -> list[Fault]:
    """Tokens of another kind than their settings want: no attempt with them can succeed."""
    faults = []
    if bot_token.startswith("xapp-") and app_token.startswith("xoxb-"):
        return [Fault("slack", "the bot token and the app token are swapped", "Exchange SLACK_BOT_TOKEN and SLACK_APP_TOKEN.")]
    if not many and not bot_token.startswith("xoxb-"):
        cure = 'Take the one that begins with xoxb-, under "OAuth & Permissions".'
        faults.append(Fault("slack", "SLACK_BOT_TOKEN is no bot token", cure))
    if app_token and not app_token.startswith("xapp-"):
        cure = 'Take one that begins with xapp-, under "Basic Information", "App-Level Tokens", with the scope connections:write.'
        faults.append(Fault("slack", "SLACK_APP_TOKEN is no app-level token", cure))
    return faults


async def faults_at_slack(client: AsyncWebClient, app_token: str) -> Sequence[Fault]:
    """What Slack says to our tokens."""
    cure = "Install the app to the workspace again, and copy the token that begins with xoxb-."
    answer = await _ask(client.auth_test(), "the bot token", cure)
    if isinstance(answer, Fault):
        return [answer]
    faults = []
    granted = answer.headers.get("x-oauth-scopes", "")
    missing = sorted(SCOPES - {scope.strip() for scope in granted.split(",")}) if granted else []
    if missing:
        cure = 'Add them under "OAuth & Permissions" (or use adapters/slack/manifest.json), and install the app again.'
        faults.append(Fault("slack", f"the bot token lacks the scopes {', '.join(missing)}", cure))
    return [*faults, *await faults_of_app_token(client, app_token)]


async def faults_of_app_token(client: AsyncWebClient, app_token: str) -> Sequence[Fault]:
    """What Slack says to it, if there is one."""
    if not app_token:
        return []
    cure = "Switch Socket Mode on, and make an app-level token with the scope connections:write."
    opened = await _ask(client.apps_connections_open(app_token=app_token), "the app token", cure)
    return [opened] if isinstance(opened, Fault) else []


async def faults_of_installations(installations: Installations) -> list[Fault]:
    """Workspaces that let us in when we asked for less than today."""
    try:
        found = await installations.all()
    except BotError:
        return []  # that they cannot be read is a fault of the database or the key, and named as such
    lacking = {one.name or one.workspace: missing for one in found if one.scopes and (missing := SCOPES - set(one.scopes))}
    if not lacking:
        return []
    scopes = ", ".join(sorted(set().union(*lacking.values())))
    names = ", ".join(sorted(lacking)[:SHOWN])
    what = f"{len(lacking)} of {len(found)} workspaces have not given the scopes {scopes} ({names})"
    return [Fault("slack", what, "Somebody there opens /slack/install once more.")]


async def _ask(question: Awaitable[Any], subject: str, cure: str) -> Any:
    """Slack's answer, or the fault that its refusal means."""
    try:
        return await question
    except Exception as exc:  # noqa: BLE001 - the doctor reports whatever it meets, and never dies of it
        error: PlatformError = refusal(exc, f"the check of {subject}")
        if isinstance(error, NotAllowed):
            return Fault("slack", f"Slack does not accept {subject} ({error})", cure)
        return Fault("slack", str(error), "Check the network, SLACK_API_URL and status.slack.com, then try again.")
