"""What can go wrong with Discord: every error of discord.py as one of ours, and the faults that the doctor names."""

import contextlib
from collections.abc import Iterator

import aiohttp
import discord

from adapters.discord.incoming import NAME
from bot.errors import BotError, NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable, Unsupported
from bot.messages import Fault

LOGIN_CURE = "Copy the bot's token from discord.com/developers (Bot, Reset Token) into DISCORD_TOKEN"
INTENT_CURE = "Switch it on at discord.com/developers (Bot, Message Content Intent), then restart"

MEANINGS: dict[type[BaseException], type[PlatformError]] = {
    discord.RateLimited: RateLimited,
    discord.Forbidden: NotAllowed,
    discord.LoginFailure: NotAllowed,
    discord.PrivilegedIntentsRequired: NotAllowed,
    discord.NotFound: PlaceGone,
    discord.DiscordServerError: Unreachable,
    discord.GatewayNotFound: Unreachable,
    discord.ConnectionClosed: Unreachable,
    discord.InvalidData: Unreachable,
    discord.HTTPException: Unsupported,
    discord.InteractionResponded: Unsupported,
    discord.MissingApplicationID: Unsupported,
    discord.errors.FFmpegProcessError: Unsupported,
    discord.ClientException: Unsupported,
    discord.DiscordException: Unreachable,
    aiohttp.ClientError: Unreachable,
    OSError: Unreachable,
    Exception: Unreachable,
}
"""Whatever can come out of a call, and what it means to us; the nearest class counts."""
_BY_STATUS: dict[int, type[PlatformError]] = {401: NotAllowed, 403: NotAllowed, 404: PlaceGone}
_BY_CODE: dict[int, type[PlatformError]] = {50083: NotAllowed, 160005: NotAllowed}
"""A thread that is archived, or locked, and does not open for us."""
# The last six are what discord.py lets through for a closed session, a broken answer, an id that is no number.
_CALL_FAULTS = (discord.DiscordException, aiohttp.ClientError, OSError, RuntimeError, ValueError, LookupError, TypeError, AttributeError)


def platform_error(exc: BaseException) -> PlatformError:
    """A fault of discord.py or the network as one of ours; it names status and code, never what was said."""
    if isinstance(exc, discord.HTTPException):
        return _refusal(exc)
    if isinstance(exc, discord.RateLimited):
        return RateLimited("Discord wants us to wait", exc.retry_after)
    kind = next(MEANINGS[each] for each in type(exc).__mro__ if each in MEANINGS)
    return kind(f"Discord: {type(exc).__name__}")


def outage(fault: BaseException | None) -> str:
    """Why there is no connection, for the shop's owner. discord.py falls over itself (AttributeError) when the gateway turns it away."""
    if isinstance(fault, BotError):
        return str(fault)
    if isinstance(fault, discord.HTTPException):
        return f"it answered {fault.status}"
    if isinstance(fault, AttributeError | discord.GatewayNotFound | discord.ConnectionClosed | aiohttp.WSServerHandshakeError):
        return "its gateway turned us away"
    if isinstance(fault, OSError | aiohttp.ClientError | TimeoutError):
        return "the network does not reach it"
    return type(fault).__name__


def _refusal(exc: discord.HTTPException) -> PlatformError:
    text = f"Discord answered {exc.status} (code {exc.code})"
    if exc.status == 429:
        headers = getattr(exc.response, "headers", {})
        try:
            return RateLimited(text, float(headers.get("Retry-After", 60)))
        except ValueError:
            return RateLimited(text, 60.0)
    kind = Unreachable if exc.status >= 500 else _BY_CODE.get(exc.code) or _BY_STATUS.get(exc.status, Unsupported)
    return kind(text)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Whatever goes wrong inside leaves as a PlatformError."""
    try:
        yield
    except _CALL_FAULTS as exc:
        raise platform_error(exc) from exc


def wrong_token(token: str) -> str:
    """What is wrong with it at first sight; "" when only Discord can tell."""
    token = token.strip()
    if not token:
        return "DISCORD_TOKEN is empty"
    if token.lower().startswith(("bot ", "bearer ")):
        return f"DISCORD_TOKEN starts with {token.split()[0]!r}; only what comes after it is the token"
    if len(token.split()) > 1 or not token.isascii():
        return "DISCORD_TOKEN holds a space or a strange letter"
    if token.isdecimal():
        return "DISCORD_TOKEN is a number, so it is an application's id and not a bot's token"
    return ""


def intent_faults(client: discord.Client) -> list[Fault]:
    flags = client.application_flags
    if flags.gateway_message_content or flags.gateway_message_content_limited:
        return []
    return [Fault(NAME, "the message content intent is off, so follow-ups in threads are not heard", INTENT_CURE)]
