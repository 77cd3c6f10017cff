"""Fetches files that came with messages, with the bot's own token, from Slack's servers and no others.

A token that lacks the scope files:read gets no refusal but a page to log in, or is led to one: docs.slack.dev, "Working with files".
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from adapters.slack.connection.installations import Team
from adapters.slack.connection.refusals import refusal
from adapters.slack.incoming import address_of
from bot.errors import NotAllowed, PlaceGone, PlatformError, RateLimited, Unreachable, Unsupported
from bot.messages import Attachment
from bot.platforms import Fetched

Call = Callable[..., Awaitable[Any]]

_PATIENCE = aiohttp.ClientTimeout(total=15)
_WAIT = 30.0
_PIECE = 65_536
_KEPT = "/files-pri/"
"""So begin the paths of `url_private` and `url_private_download`."""
_ANSWERS: dict[int, type[NotAllowed] | type[PlaceGone]] = {401: NotAllowed, 403: NotAllowed, 404: PlaceGone, 410: PlaceGone}


class Files:
    """`call(method, workspace, ...)` makes a call of the Web API, `team` gives a workspace with its token."""

    def __init__(
        self, call: Call, team: Callable[[str], Awaitable[Team]], session: Callable[[], aiohttp.ClientSession], api_url: str
    ) -> None:
        self._call, self._team, self._session = call, team, session
        self._api = urlsplit(api_url)

    async def fetch(self, workspace: str, attachment: Attachment, most: int) -> Fetched:
        """Raises PlatformError, as the port says."""
        address = attachment.address or await self._asked(workspace, attachment)
        if not self._is_slacks(address):
            raise NotAllowed("a file lies outside of Slack")
        # Slack would be told our token by whatever it led us to.
        headers = {"Authorization": f"Bearer {(await self._team(workspace)).client.token}"}
        try:
            async with self._session().get(address, headers=headers, allow_redirects=False, timeout=_PATIENCE) as answer:
                _check(answer, attachment)
                return await Fetched.beginning(answer.content.iter_chunked(_PIECE), most)
        except PlatformError:
            raise
        except Exception as exc:
            raise refusal(exc, "a file") from exc

    async def _asked(self, workspace: str, attachment: Attachment) -> str:
        """Of a file from another organisation a message tells only the id."""
        if not attachment.id:
            raise PlaceGone("a file is not there any more")
        said = await self._call("files_info", workspace, file=attachment.id)
        file = said.get("file")
        return address_of(file) if isinstance(file, Mapping) else ""

    def _is_slacks(self, address: str) -> bool:
        """A file that Slack keeps, at the host of the API that we talk to or at the one beside it; whatever a message says. The API itself
        takes our token in such a call too, and would do what the address asks for."""
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            return False
        host, own = parts.hostname or "", self._api.hostname or ""
        if parts.scheme != self._api.scheme or port != self._api.port or parts.username is not None:
            return False
        return host in (own, f"files.{own}") and parts.path.startswith(_KEPT) and "/." not in parts.path


def _check(answer: aiohttp.ClientResponse, attachment: Attachment) -> None:
    """Raises what a status means."""
    status = answer.status
    page = answer.content_type == "text/html" and attachment.kind != "text/html"
    if 300 <= status < 400 or (status == 200 and page):
        raise NotAllowed("Slack shows a page to log in instead of a file: does the token have the scope files:read?")
    if status == 429:
        wait = answer.headers.get("Retry-After", "")
        raise RateLimited("Slack refuses a file: 429", float(wait) if wait.isdecimal() else _WAIT)
    if status >= 500:
        raise Unreachable(f"Slack refuses a file: {status}")
    if status != 200:
        raise _ANSWERS.get(status, Unsupported)(f"Slack refuses a file: {status}")
