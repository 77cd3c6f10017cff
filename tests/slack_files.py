"""Files of the loopback Slack, as docs.slack.dev says ("Working with files", "file object", files.info).

A file is served to who brings a bot token with files:read; all others get a page to log in, with HTTP 200, or are led to one.
"""

from collections.abc import Callable
from typing import Any

from aiohttp import web

Json = dict[str, Any]
LOGIN = "<!DOCTYPE html><html><title>Sign in to Slack</title></html>"


class SlackFiles:
    """A part of SlackServer."""

    scopes: str
    port: int
    fault_of_token: Callable[[str, str], str]

    def __init__(self) -> None:
        self.files: dict[str, tuple[Json, bytes]] = {}
        self.file_calls: list[str] = []
        """The Authorization of each call for a file."""
        self._file_failures: list[int] = []

    def upload(self, name: str, kind: str, data: bytes, **more: Any) -> Json:
        """Somebody puts a file into Slack; the file object, for `say(..., files=[...])`."""
        number = f"F{len(self.files) + 1}"
        address = f"http://127.0.0.1:{self.port}/files-pri/T1-{number}"
        file = {"id": number, "created": 1, "timestamp": 1, "name": name, "title": name, "mimetype": kind, "filetype": name[-3:]}
        file |= {"user": "U1", "size": len(data), "mode": "hosted", "is_external": False, "is_public": True, "file_access": "visible"}
        file |= {
            "url_private": f"{address}/file",
            "url_private_download": f"{address}/download/file",
            "permalink": "https://acme.slack.com/",
        }
        self.files[number] = {**file, **more}, data
        return self.files[number][0]

    def from_elsewhere(self, file: Json) -> Json:
        """The same as a message of another organisation tells of it."""
        return {"id": file["id"], "created": 1, "mode": "file_access", "file_access": "check_file_info", "user": None, "size": 0}

    def fail_file(self, status: int) -> None:
        """The next call for a file is answered so."""
        self._file_failures.append(status)

    def _file_info(self, arguments: Json) -> Json:
        if "files:read" not in self.scopes:
            return {"error": "missing_scope", "needed": "files:read", "provided": self.scopes}
        found = self.files.get(str(arguments.get("file")))
        return {"file": found[0]} if found else {"error": "file_not_found"}

    async def serve_file(self, request: web.Request) -> web.Response:
        """GET url_private or url_private_download."""
        self.file_calls.append(request.headers.get("Authorization", ""))
        if self._file_failures:
            status = self._file_failures.pop(0)
            where = {"Location": "https://acme.slack.com/?redir=%2Ffiles-pri"} if status == 302 else {"Retry-After": "7"}
            return web.Response(status=status, headers=where)
        if self.fault_of_token("a file", self.file_calls[-1].removeprefix("Bearer ")) or "files:read" not in self.scopes:
            return web.Response(text=LOGIN, content_type="text/html")
        found = self.files.get(request.match_info["file"].removeprefix("T1-"))
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found[1], content_type=found[0]["mimetype"])
