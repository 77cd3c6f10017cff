"""The forum of our loopback Discord: posts with their tags, that are archived, locked, and opened again (from Discord's documentation)."""

from typing import Any, Protocol

from aiohttp import web

from tests.discord_world import GUILD, PEOPLE, Payload

FORUM = "3010"


class Server(Protocol):
    """The rest of it."""

    messages: dict[str, list[Payload]]

    def _response(self, data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
        """As Discord answers."""
        ...

    def _message(self, channel: str, author: str, content: str) -> Payload:
        """A new message."""
        ...

    async def tell(self, event: str, data: Payload) -> None:
        """To every session."""
        ...


class Forum:
    """`tags`: the ids of the forum's tags by their names. `may_tag`: we have the right Manage Threads."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.tags = {"Answered": "7001", "Needs a person": "7002", "Lamps": "7003"}
        self.may_tag = True
        self.posts: dict[str, Payload] = {}
        self.changes: list[Payload] = []

    def routes(self, app: web.Application) -> None:
        """GET and PATCH of a channel."""
        app.router.add_get("/api/v10/channels/{channel}", self._look)
        app.router.add_patch("/api/v10/channels/{channel}", self._change)

    async def post(self, author: str, text: str, tags: tuple[str, ...] = ()) -> str:
        """Somebody begins a post; its id, which is also that of its first message."""
        message = self.server._message(FORUM, author, text)
        number = message["id"]
        state = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": "2026-01-01T00:00:00+00:00", "locked": False}
        post = {"id": number, "type": 11, "name": text[:20], "guild_id": GUILD, "parent_id": FORUM, "owner_id": PEOPLE[author]}
        post |= {"last_message_id": number, "message_count": 0, "member_count": 1, "thread_metadata": state, "newly_created": True}
        self.posts[number] = post | {"applied_tags": [self.tags[tag] for tag in tags]}
        self.server.messages[number] = [message | {"channel_id": number}]
        await self.server.tell("THREAD_CREATE", self.posts[number])
        await self.server.tell("MESSAGE_CREATE", self.server.messages[number][0])
        return number

    def close(self, post: str, *, locked: bool = False) -> None:
        """A post goes to the archive; a moderator may lock it besides."""
        self.posts[post]["thread_metadata"] |= {"archived": True, "locked": locked}

    def tagged(self, post: str) -> list[str]:
        """The names of a post's tags."""
        names = {number: name for name, number in self.tags.items()}
        return [names[number] for number in self.posts[post]["applied_tags"]]

    def refusal(self, channel: str) -> web.Response | None:
        """Of a message in a locked post. In one that is only archived it is taken, and opens the post again."""
        state = self.posts.get(channel, {}).get("thread_metadata", {})
        if state.get("locked"):
            return self.server._response({"message": "Thread is locked", "code": 160005}, 400)
        if state:
            state["archived"] = False
        return None

    async def _look(self, request: web.Request) -> web.Response:
        channel = request.match_info["channel"]
        if channel == FORUM:
            tags = [{"id": number, "name": name, "moderated": False} for name, number in self.tags.items()]
            return self.server._response({"id": FORUM, "type": 15, "guild_id": GUILD, "name": "help", "available_tags": tags})
        if channel in self.posts:
            return self.server._response(self.posts[channel])
        if channel in self.server.messages:
            return self.server._response({"id": channel, "type": 0, "guild_id": GUILD, "parent_id": None})
        return self.server._response({"message": "Unknown Channel", "code": 10003}, 404)

    async def _change(self, request: web.Request) -> web.Response:
        post, change = self.posts[request.match_info["channel"]], await request.json()
        if not self.may_tag:
            return self.server._response({"message": "Missing Permissions", "code": 50013}, 403)
        if post["thread_metadata"]["archived"] and change.get("archived") is not False:
            return self.server._response({"message": "Thread is archived", "code": 50083}, 400)
        tags = change["applied_tags"]
        if len(tags) > 5 or not set(tags) <= set(self.tags.values()):
            return self.server._response({"message": "Invalid Form Body", "code": 50035, "errors": {}}, 400)
        self.changes.append(change)
        post["applied_tags"] = tags
        post["thread_metadata"]["archived"] = change.get("archived", post["thread_metadata"]["archived"])
        return self.server._response(post)
