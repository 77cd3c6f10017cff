"""Files of the loopback Discord, as its documentation says ("Attachment Structure", "Signed Attachment CDN URLs").

The CDN asks for no token; its addresses are signed (ex, is, hm) and hold for a day. A message that is read again has new ones.
"""

import time
from typing import Any

from aiohttp import web

Payload = dict[str, Any]


class DiscordFiles:
    """The CDN of a server on `port()`. `later` lets seconds pass for what was signed before."""

    def __init__(self) -> None:
        self.later = 0.0
        self.port = 0
        self.kept: dict[str, bytes] = {}
        self.calls: list[str] = []
        """The Authorization of each call, which should be none."""
        self._failures: list[int] = []

    def routes(self, app: web.Application) -> None:
        """What the server serves of it."""
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._serve)

    def upload(self, channel: str, name: str, kind: str, data: bytes) -> Payload:
        """An attachment object, for `say(..., attachments=[...])`. Discord strips letters that it does not like from file names."""
        number = str(7000 + len(self.kept))
        self.kept[number] = data
        plain = "".join(sign for sign in name if sign.isascii())
        made = {"id": number, "filename": plain, "size": len(data), "content_type": kind}
        if plain != name:
            made["title"] = name.rpartition(".")[0]
        return made | self.signed(channel, made)

    def signed(self, channel: str, attachment: Payload) -> Payload:
        """The addresses of an attachment as they are told now."""
        now = time.time() + self.later
        query = f"ex={int(now) + 86400:x}&is={int(now):x}&hm={'0' * 64}&"
        address = f"http://127.0.0.1:{self.port}/attachments/{channel}/{attachment['id']}/{attachment['filename']}?{query}"
        return {"url": address, "proxy_url": address}

    def renewed(self, message: Payload) -> Payload:
        """A message as somebody reads it now; files that were taken away are not told of."""
        standing = [one for one in message["attachments"] if one["id"] in self.kept]
        return message | {"attachments": [one | self.signed(message["channel_id"], one) for one in standing]}

    def fail(self, status: int) -> None:
        """The next call is answered so."""
        self._failures.append(status)

    async def _serve(self, request: web.Request) -> web.Response:
        self.calls.append(request.headers.get("Authorization", ""))
        if self._failures:
            return web.Response(status=self._failures.pop(0), headers={"Location": "https://evil.example/", "Retry-After": "7"})
        ends = int(request.query.get("ex", "0"), 16)
        data = self.kept.get(request.match_info["file"])
        if data is None or ends < time.time() + self.later:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=data, content_type="application/octet-stream")
