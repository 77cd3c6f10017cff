"""Our loopback Discord's interactions: people press, command and fill in; the bot answers within three seconds, or not at all.

Written from Discord's documentation ("Receiving and Responding to Interactions", "Application Commands", "Component Reference").
`press`, `command`, `choose` and `fill` act for somebody of PEOPLE; `seen` says what only this person sees, `shown` holds whatever
was ever seen so, `forms` what may be filled in.
"""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

from aiohttp import web

from tests.discord_rules import fault_of_commands, fault_of_form, fault_of_message
from tests.discord_world import BOT, DIRECT, GENERAL, GUILD, PEOPLE, THREAD, Payload, user

FIRST_ANSWER, LIFE = 3.0, 900.0
"""Seconds for the first answer, and for all others."""
EPHEMERAL, LOADING = 1 << 6, 1 << 7
MEMBER, MODERATOR, OWNER = "0", str(1 << 13), str(1 << 5 | 1 << 13)
"""The permissions of people who are nobody in particular, who may manage messages, and who may manage the server."""
_KINDS = {GENERAL: 0, THREAD: 11, **dict.fromkeys(DIRECT.values(), 1)}
_TYPES = {"command": 2, "button": 3, "form": 5}


class Server(Protocol):
    """The rest of our Discord."""

    messages: dict[str, list[Payload]]

    async def tell(self, event: str, data: Payload) -> None:
        """Tell the bot."""
        ...

    def _response(self, data: Any, status: int = 200) -> web.Response: ...

    def _message(self, channel: str, author: str, content: str) -> Payload: ...


@dataclass
class Kept:
    """One interaction as Discord remembers it. `original`: the first answer, or the message that it changes."""

    kind: str
    person: str
    channel: str
    since: float
    source: Payload | None = None
    acknowledged: int = 0
    original: Payload | None = None


@dataclass
class Interactions:
    """Hangs on a DiscordServer."""

    server: Server
    kept: dict[str, Kept] = field(default_factory=dict)
    private: list[tuple[str, Payload]] = field(default_factory=list)
    shown: list[tuple[str, Payload]] = field(default_factory=list)
    forms: dict[str, tuple[Payload, Payload | None, str]] = field(default_factory=dict)
    commands: list[Payload] = field(default_factory=list)
    written: int = 0
    refuse_commands: bool = False
    closed: set[str] = field(default_factory=set)
    answers: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    passed: float = 0.0
    _numbers: Any = field(default_factory=lambda: itertools.count(int(time.time() * 1000 - 1420070400000) << 22))

    def routes(self, app: web.Application) -> None:
        """What the bot calls."""
        api, original = "/api/v10", "{token}/messages/@original"
        app.router.add_post(f"{api}/interactions/{{id}}/{{token}}/callback", self._callback)
        app.router.add_post(f"{api}/webhooks/{BOT}/{{token}}", self._follow)
        app.router.add_get(f"{api}/webhooks/{BOT}/{original}", self._original)
        app.router.add_patch(f"{api}/webhooks/{BOT}/{original}", self._edit)
        app.router.add_delete(f"{api}/webhooks/{BOT}/{original}", self._delete)
        app.router.add_get(f"{api}/applications/{BOT}/commands", self._commands)
        app.router.add_put(f"{api}/applications/{BOT}/commands", self._write_commands)
        app.router.add_post(f"{api}/users/@me/channels", self._direct)

    # What people do

    async def press(self, person: str, message: Payload, action: str, **more: Any) -> str:
        """A button under a message, by the word that its custom_id begins with; the interaction's token."""
        standing = [each for _, each in self.private if each["id"] == message["id"]]
        pressed = next(each for row in message["components"] for each in row["components"] if each["custom_id"].startswith(action))
        data = {"component_type": 2, "custom_id": pressed["custom_id"], "id": 2}
        return await self._act("button", person, message["channel_id"], data, source=(standing or [message])[0], **more)

    async def command(self, person: str, name: str, channel: str = GENERAL, text: str = "", **more: Any) -> str:
        """A slash command with its one option."""
        option = {"ask": "question", "human": "question", "language": "language", "here": "settings"}.get(name, "")
        data: Payload = {"id": "7001", "name": name, "type": 1}
        if text:
            data["options"] = [{"name": option, "type": 3, "value": text}]
        return await self._act("command", person, channel, data, **more)

    async def choose(self, person: str, name: str, message: Payload, **more: Any) -> str:
        """A command in a message's menu."""
        bare = {key: value for key, value in message.items() if key not in ("guild_id", "member")}
        data = {"id": "7002", "name": name, "type": 3, "target_id": message["id"], "resolved": {"messages": {message["id"]: bare}}}
        return await self._act("command", person, message["channel_id"], data, **{"permissions": MODERATOR, **more})

    async def fill(self, person: str, *, channel: str = GENERAL, **entries: str) -> str:
        """The form that this person has before him."""
        form, source, _ = self.forms.pop(person)
        components = []
        for number, label in enumerate(form["components"]):
            asked = label["component"]
            name = asked["custom_id"]
            given = (
                {"values": [entries[name]] if name in entries else []}
                if asked["type"] == 3
                else {"value": entries.get(name, asked.get("value", ""))}
            )
            components.append(
                {"type": 18, "id": number, "component": {"type": asked["type"], "id": 50 + number, "custom_id": name, **given}}
            )
        data = {"custom_id": form["custom_id"], "components": components}
        return await self._act("form", person, source["channel_id"] if source else channel, data, source=source)

    async def _act(
        self,
        kind: str,
        person: str,
        channel: str,
        data: Payload,
        *,
        source: Payload | None = None,
        locale: str = "en-US",
        permissions: str = MEMBER,
    ) -> str:
        number = str(next(self._numbers))
        token = f"aW50ZXJhY3Rpb246{number}.x_y-z"
        self.kept[token] = Kept(kind, person, channel, self._now(), source)
        frame: Payload = {"id": number, "application_id": BOT, "type": _TYPES[kind], "token": token, "version": 1, "data": data}
        frame |= {"channel_id": channel, "channel": {"id": channel, "type": _KINDS[channel]}, "locale": locale, "entitlements": []}
        who = user(PEOPLE[person], person)
        if channel in DIRECT.values():
            frame |= {"user": who, "context": 1, "authorizing_integration_owners": {"0": "0"}}
        else:
            member: Payload = {"user": who, "roles": [], "permissions": permissions, "nick": None, "joined_at": "2026-01-01T00:00:00+00:00"}
            frame |= {"guild_id": GUILD, "guild_locale": "en-US", "member": member, "context": 0}
            frame |= {"authorizing_integration_owners": {"0": GUILD}}
        if source is not None:
            frame["message"] = {key: value for key, value in source.items() if key not in ("guild_id", "member")}
        await self.server.tell("INTERACTION_CREATE", frame)
        return token

    # What people see

    def seen(self, person: str) -> list[str]:
        """What stands there for this person alone, in order."""
        return [each["content"] for who, each in self.private if who == person and not each["flags"] & LOADING]

    def last(self, person: str) -> Payload:
        """The newest of them."""
        return [each for who, each in self.private if who == person][-1]

    def thinking(self, person: str) -> bool:
        """Whether something is announced to this person that has not come."""
        return any(each["flags"] & LOADING for who, each in self.private if who == person)

    def wait(self, seconds: float) -> None:
        """Time passes."""
        self.passed += seconds

    def _now(self) -> float:
        return time.monotonic() + self.passed

    # What the bot calls

    async def _callback(self, request: web.Request) -> web.Response:
        token, answer = request.match_info["token"], await request.json()
        kept = self.kept.get(token)
        if kept is None or self._now() - kept.since > FIRST_ANSWER:
            return self._refuse(404, 10062)
        if kept.acknowledged:
            return self._refuse(400, 40060)
        kind, data = answer["type"], answer.get("data") or {}
        if fault := _fault_of_answer(kept, kind, data):
            return self._refuse(400, 50035, fault)
        kept.acknowledged = kind
        self.answers.append(kind)
        if kind == 9:
            self.forms[kept.person] = (data, kept.source, token)
        elif kind in (4, 5):
            kept.original = self._show(kept, data, data.get("flags", 0) | (LOADING if kind == 5 else 0))
        else:
            kept.original = kept.source
            if kind == 7:
                self._change(kept.source, data)
        return self.server._response({"interaction": {"id": request.match_info["id"], "type": _TYPES[kept.kind]}})

    async def _follow(self, request: web.Request) -> web.Response:
        kept, data = self._known(request), await request.json()
        if isinstance(kept, web.Response):
            return kept
        if fault := fault_of_message(data):
            return self._refuse(400, 50035, fault)
        if kept.acknowledged == 5 and kept.original is not None and kept.original["flags"] & LOADING:
            return self.server._response(self._change(kept.original, data))
        return self.server._response(self._show(kept, data, data.get("flags", 0)))

    async def _original(self, request: web.Request) -> web.Response:
        kept = self._known(request)
        if isinstance(kept, web.Response):
            return kept
        return self._refuse(404, 10008) if kept.original is None else self.server._response(kept.original)

    async def _edit(self, request: web.Request) -> web.Response:
        kept, data = self._known(request), await request.json()
        if isinstance(kept, web.Response):
            return kept
        if kept.original is None:
            return self._refuse(404, 10008)
        if fault := fault_of_message(data):
            return self._refuse(400, 50035, fault)
        return self.server._response(self._change(kept.original, data))

    async def _delete(self, request: web.Request) -> web.Response:
        kept = self._known(request)
        if isinstance(kept, web.Response):
            return kept
        self.private = [(who, each) for who, each in self.private if each is not kept.original]
        return web.Response(status=204, headers={"Via": "1.1 loopback"})

    def _known(self, request: web.Request) -> Kept | web.Response:
        kept = self.kept.get(request.match_info["token"])
        if kept is None or not kept.acknowledged:
            return self._refuse(404, 10015)
        return self._refuse(401, 50027) if self._now() - kept.since > LIFE else kept

    def _show(self, kept: Kept, data: Payload, flags: int) -> Payload:
        message = self.server._message(kept.channel, BOT, data.get("content", ""))
        message |= {"components": data.get("components", []), "flags": flags}
        if flags & EPHEMERAL:
            self.private.append((kept.person, message))
            self._note(kept.person, message)
        else:
            self.server.messages[kept.channel].append(message)
        return message

    def _change(self, message: Payload | None, data: Payload) -> Payload:
        assert message is not None
        message |= {"content": data["content"], "components": data.get("components", message["components"])}
        message["flags"] &= ~LOADING
        for person, each in self.private:
            if each is message:
                self._note(person, message)
        return message

    def _note(self, person: str, message: Payload) -> None:
        if not message["flags"] & LOADING:
            self.shown.append((person, dict(message)))

    async def _commands(self, request: web.Request) -> web.Response:
        localised = request.query.get("with_localizations") == "true"
        return self.server._response([each if localised else _unlocalised(each) for each in self.commands])

    async def _write_commands(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        if fault := "today" if self.refuse_commands else fault_of_commands(wanted):
            return self._refuse(400, 50035, fault)
        self.written += 1
        self.commands = [_as_kept(each, number) for number, each in enumerate(wanted)]
        return self.server._response(self.commands)

    async def _direct(self, request: web.Request) -> web.Response:
        number = str((await request.json())["recipient_id"])
        person = next((name for name, each in PEOPLE.items() if each == number), None)
        if person is None:
            return self._refuse(400, 50033)
        return self.server._response({"id": DIRECT[person], "type": 1, "recipients": [user(number, person)], "last_message_id": None})

    def refusal(self, channel: str) -> web.Response | None:
        """Of a post to somebody who takes no direct messages."""
        return self._refuse(403, 50007) if channel in {DIRECT[person] for person in self.closed} else None

    def _refuse(self, status: int, code: int, fault: str = "") -> web.Response:
        self.faults.append(f"{code}{' ' + fault if fault else ''}")
        return self.server._response({"message": "refused", "code": code}, status)


def _fault_of_answer(kept: Kept, kind: int, data: Payload) -> str:
    if kind == 9:
        return "no form after a form" if kept.kind == "form" else fault_of_form(data)
    if kind in (6, 7) and kept.source is None and kept.kind != "form":
        return "nothing to change"
    if kind == 5:
        return "" if data.get("flags", 0) in (0, EPHEMERAL) else "flags"
    return fault_of_message(data) if kind in (4, 7) else "" if kind == 6 else "kind"


def _as_kept(command: Payload, number: int) -> Payload:
    """A command as Discord gives it back: with what it adds."""
    options = [{key: value for key, value in each.items() if value is not False} for each in command.get("options", [])]
    added = {"id": str(7100 + number), "application_id": BOT, "version": "1", "nsfw": False, "dm_permission": True}
    bare = {"type": 1, "description": "", "name_localizations": None, "description_localizations": None} | command
    return bare | added | ({"options": options} if options else {})


def _unlocalised(command: Payload) -> Payload:
    bare = {key: value for key, value in command.items() if not key.endswith("_localizations")}
    return bare | ({"options": [_unlocalised(each) for each in command["options"]]} if "options" in command else {})
