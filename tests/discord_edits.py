"""What our Discord does when the bot changes or deletes a message of its own."""

from datetime import UTC, datetime
from typing import Any, Protocol

from aiohttp import web

from tests.discord_world import BOT, Payload


class Server(Protocol):
    """The rest of it."""

    messages: dict[str, list[Payload]]
    edits: list[Payload]

    def _response(self, data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        """As Discord answers."""
        ...

    async def tell(self, event: str, data: Payload) -> None:
        """To every session."""
        ...

    async def delete(self, *messages: Payload) -> None:
        """Messages go."""
        ...


async def edited(server: Server, request: web.Request) -> web.Response:
    """Another text, or other components."""
    found, payload = _own(server, request), await request.json()
    if found is None:
        return server._response({"message": "Unknown Message", "code": 10008}, 404)
    content = payload.get("content", found["content"])
    if not content.strip() or len(content) > 2000:
        return server._response({"message": "Invalid Form Body", "code": 50035, "errors": {}}, 400)
    found |= {"content": content.strip(), "edited_timestamp": datetime.now(UTC).isoformat()}
    found |= {key: payload[key] for key in ("components",) if key in payload}
    server.edits.append({"channel": found["channel_id"], **payload})
    await server.tell("MESSAGE_UPDATE", found)
    return server._response(found)


async def deleted(server: Server, request: web.Request) -> web.Response:
    """No answer but that it is gone."""
    found = _own(server, request)
    if found is None:
        return server._response({"message": "Unknown Message", "code": 10008}, 404)
    await server.delete(found)
    return web.Response(status=204, headers={"Via": "1.1 loopback"})


def standing(server: Server) -> list[str]:
    """The bot's messages as they stand now."""
    return [each["content"] for said in server.messages.values() for each in said if each["author"]["id"] == BOT]


def _own(server: Server, request: web.Request) -> Payload | None:
    said = server.messages.get(request.match_info["channel"], [])
    return next((each for each in said if each["id"] == request.match_info["message"] and each["author"]["id"] == BOT), None)
