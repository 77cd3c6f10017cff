"""What people of the loopback Slack do without writing, and what they then see: buttons, commands, menus, forms, ephemeral messages.

As docs.slack.dev says it: an interaction is delivered once and must be acknowledged within three seconds; a trigger opens one form
within three seconds; a response_url takes five messages in thirty minutes; an ephemeral message stands in no history.
"""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from aiohttp import web

from tests.slack_rules import fault_of_post, fault_of_view, links_of, rendered

Json = dict[str, Any]
TEAM, BOT, APP = "T1", "UBOT", "A1"
FORM: Any = {"Content-Type": "application/x-www-form-urlencoded"}


class SlackHands:
    """A part of SlackServer. `later` lets seconds pass for triggers and response_urls."""

    messages: dict[str, list[Json]]
    posted: asyncio.Condition
    port: int
    request_url: str
    signing_secret: str

    def __init__(self) -> None:
        self.later = 0.0
        self.users: dict[str, Json] = {}
        """What is known of people besides their id: locale, is_admin, is_owner, team_id."""
        self.invisible: set[str] = set()
        self.not_ours: set[str] = set()
        """Channels that the bot is not in."""
        self.unreachable: set[str] = set()
        """People to whom no direct message can be opened."""
        self.ephemerals: list[Json] = []
        self.modals: list[Json] = []
        self.homes: dict[str, Json] = {}
        self.prompts: list[Json] = []
        self.shown: dict[str, list[str]] = {}
        """All that was ever shown to a person alone, in order: also what was replaced meanwhile."""
        self.unheard: list[Json] = []
        """Interactions that were not acknowledged: Slack shows a warning, and does not send them again."""
        self._triggers: dict[str, tuple[float, str]] = {}
        self._urls: dict[str, Json] = {}

    # What people do ----------------------------------------------------------------------------------------------

    async def press(self, user: str, message: Json, action: str, value: str | None = None, **more: Any) -> None:
        """Somebody presses a button under a post, an ephemeral message or on his home; `action` as our code calls it."""
        pressed = {**_element(message.get("blocks") or message["view"]["blocks"], action, value), "action_ts": self.now()}
        if "view" in message:
            view = {**message["view"], "id": message["id"], "team_id": TEAM, "app_installed_team_id": TEAM, "state": {"values": {}}}
            where = {"container": {"type": "view", "view_id": message["id"]}, "view": view}
            return await self._interact(user, {"type": "block_actions", "actions": [pressed], **where, **more})
        channel, ts, hidden = message["channel"], message["ts"], message.get("is_ephemeral", False)
        container = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": hidden}
        if message.get("thread_ts"):
            container["thread_ts"] = message["thread_ts"]
        where = {"container": container, "channel": {"id": channel, "name": "general"}}
        if not hidden:
            where["message"] = {"type": "message", "user": BOT, "bot_id": "BBOT", "app_id": APP, **message}
        url = self._response_url(user, channel, message)
        return await self._interact(user, {"type": "block_actions", **where, "actions": [pressed], "response_url": url, **more})

    async def choose(self, user: str, /, channel: str, ts: str, callback_id: str, **more: Any) -> None:
        """Somebody chooses one of our shortcuts in a message's menu."""
        message = next(message for message in self.messages[channel] if message["ts"] == ts)
        where = {"channel": {"id": channel, "name": "general"}, "message": message, "message_ts": ts}
        about = {"type": "message_action", "callback_id": callback_id, "action_ts": self.now()}
        await self._interact(user, {**about, **where, "response_url": self._response_url(user, channel), **more})

    async def command(self, user: str, channel: str, text: str, **more: Any) -> None:
        """Somebody types `/polydesk text`."""
        fields = {"token": "old", "team_id": TEAM, "team_domain": "acme", "channel_id": channel, "channel_name": "general"}
        fields |= {"user_id": user, "user_name": user.lower(), "command": "/polydesk", "text": text, "api_app_id": APP}
        fields |= {"is_enterprise_install": "false", "trigger_id": self._trigger(user), "response_url": self._response_url(user, channel)}
        await self._hand_over("slash_commands", {**fields, **more})

    async def submit(self, user: str, modal: Json, **entries: str) -> None:
        """Somebody fills in a form; what is not given stays as it was."""
        await self._interact(user, {"type": "view_submission", "view": self._view(modal["view"], entries), "response_urls": []})

    async def dismiss(self, user: str, modal: Json) -> None:
        """Somebody closes a form."""
        await self._interact(user, {"type": "view_closed", "view": self._view(modal["view"], {}), "is_cleared": False})

    async def visit(self, user: str, tab: str) -> None:
        """Somebody opens our home, or our messages."""
        event = {"type": "app_home_opened", "user": user, "channel": self.direct_with(user), "tab": tab, "event_ts": self.now()}
        await self.deliver(self._envelope(event))

    async def _interact(self, user: str, payload: Json) -> None:
        team = self.users.get(user, {}).get("team_id", TEAM)
        who = {"id": user, "username": user.lower(), "name": user.lower(), "team_id": team}
        about = {"user": who, "api_app_id": APP, "token": "old", "team": {"id": team, "domain": "acme"}, "enterprise": None}
        await self._hand_over("interactive", {**about, "is_enterprise_install": False, "trigger_id": self._trigger(user), **payload})

    async def _hand_over(self, kind: str, payload: Json) -> None:
        """One try, as with everything that somebody waits for."""
        if self.request_url:
            form = urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)}).encode()
            heard = await self.deliver_http(self.request_url, form, self.signing_secret, 0, **FORM) == 200
        else:
            heard = await self.deliver_by_socket(kind, payload)
        if not heard:
            self.unheard.append(payload)

    def _view(self, view: Json, entries: dict[str, str]) -> Json:
        """A view as it comes back: with an id, and with what stands in its fields."""
        values: Json = {}
        for block in view["blocks"]:
            element, name = block["element"], block["block_id"]
            kind, text = element["type"], entries.get(name, "")
            if kind == "static_select":
                options = [option for option in element["options"] if option["value"] == text]
                chosen = options[0] if options else element.get("initial_option")
                values[name] = {element["action_id"]: {"type": kind, "selected_option": chosen}}
            else:
                entry = (text if name in entries else element.get("initial_value", "")) or None
                values[name] = {element["action_id"]: {"type": kind, "value": entry}}
        about = {"id": "V1", "team_id": TEAM, "app_id": APP, "bot_id": "BBOT", "hash": "1.a", "app_installed_team_id": TEAM}
        return {**view, **about, "state": {"values": values}, "previous_view_id": None, "root_view_id": "V1"}

    def _trigger(self, user: str) -> str:
        trigger = f"{len(self._triggers) + 1000}.{uuid4().int % 10**9}.{uuid4().hex}"
        self._triggers[trigger] = self._clock(), user
        return trigger

    def _response_url(self, user: str, channel: str, message: Json | None = None) -> str:
        token = uuid4().hex
        self._urls[token] = {"user": user, "channel": channel, "message": message, "uses": 0, "at": self._clock()}
        return f"http://127.0.0.1:{self.port}/response/{token}"

    def _clock(self) -> float:
        return time.monotonic() + self.later

    # What they see -----------------------------------------------------------------------------------------------

    def seen(self, user: str) -> list[str]:
        """What this person alone sees, as he reads it, in order."""
        return [rendered(message) for message in self.ephemerals if message["user"] == user]

    async def wait_for_ephemerals(self, count: int, patience: float = 5.0) -> list[Json]:
        """The ephemeral messages, as soon as there are so many."""
        return await self._wait(self.ephemerals, count, patience)

    async def wait_for_modals(self, count: int, patience: float = 5.0) -> list[Json]:
        """The forms that were opened, as soon as there are so many."""
        return await self._wait(self.modals, count, patience)

    async def wait_for_home(self, user: str, saying: str = "", patience: float = 5.0) -> Json:
        """This person's home, once it shows a text."""
        async with asyncio.timeout(patience), self.posted:
            await self.posted.wait_for(lambda: user in self.homes and saying in rendered(self.homes[user]))
        return self.homes[user]

    async def _wait(self, things: list[Json], count: int, patience: float) -> list[Json]:
        async with asyncio.timeout(patience), self.posted:
            await self.posted.wait_for(lambda: len(things) >= count)
        return things

    def pinged_alone(self) -> list[str]:
        """What would be a mention in ephemeral messages, forms and homes."""
        shown = [*self.ephemerals, *(modal["view"] for modal in self.modals), *self.homes.values()]
        return [ping for each in shown for ping in links_of(each)]

    # Web API -----------------------------------------------------------------------------------------------------

    def _post_ephemeral(self, arguments: Json) -> Json:
        user, channel = arguments.get("user"), str(arguments.get("channel"))
        if error := fault_of_post(arguments):
            return {"error": error}
        if not user:
            return {"error": "user_not_in_channel"}
        if channel in self.not_ours:
            return {"error": "channel_not_found" if channel.startswith(("G", "D")) else "not_in_channel"}
        return {"message_ts": self._show(arguments)["ts"]}

    def _show(self, message: Json) -> Json:
        kept = {"channel": "", "user": "", **message, "ts": self.now(), "is_ephemeral": True}
        self.ephemerals.append(kept)
        self._note(kept["user"], kept)
        return kept

    def _note(self, user: str, shown: Json) -> None:
        self.shown.setdefault(user, []).append(rendered(shown))

    def _open_view(self, arguments: Json) -> Json:
        trigger, view = str(arguments.get("trigger_id") or ""), arguments.get("view") or {}
        at, user = self._triggers.get(trigger, (None, ""))
        if at is None:
            return {"error": "invalid_trigger_id"}
        if at < 0:
            return {"error": "exchanged_trigger_id"}
        if self._clock() - at > 3:
            return {"error": "expired_trigger_id"}
        if fault := fault_of_view(view, "modal"):
            return {"error": "invalid_arguments", "response_metadata": {"messages": [fault]}}
        self._triggers[trigger] = -1.0, user
        self.modals.append({"id": f"V{len(self.modals)}", "user": user, "view": view})
        if not any(block["type"] == "input" for block in view["blocks"]):
            self._note(user, view)
        return {"view": {**view, "id": self.modals[-1]["id"]}}

    def _update_view(self, arguments: Json) -> Json:
        view = arguments.get("view") or {}
        if fault := fault_of_view(view, "modal"):
            return {"error": "invalid_arguments", "response_metadata": {"messages": [fault]}}
        for modal in self.modals:
            if modal["id"] == arguments.get("view_id"):
                modal["view"] = view
                self._note(modal["user"], view)
                return {"view": view}
        return {"error": "not_found"}

    def _publish_view(self, arguments: Json) -> Json:
        view = arguments.get("view") or {}
        if fault := fault_of_view(view, "home"):
            return {"error": "invalid_arguments", "response_metadata": {"messages": [fault]}}
        self._note(str(arguments["user_id"]), view)
        self.homes[str(arguments["user_id"])] = {"id": "VHOME", "view": view, "blocks": view["blocks"]}
        return {"view": view}

    def _set_prompts(self, arguments: Json) -> Json:
        prompts = arguments.get("prompts") or []
        if not 1 <= len(prompts) <= 4 or not all(prompt.get("title") and prompt.get("message") for prompt in prompts):
            return {"error": "invalid_arguments"}
        self.prompts.append(arguments)
        asked = "\n".join([arguments.get("title", ""), *(prompt["message"] for prompt in prompts)])
        self._note(arguments["channel_id"].removeprefix("D"), {"text": asked})
        return {}

    def _user_info(self, arguments: Json) -> Json:
        user = str(arguments.get("user"))
        if user in self.invisible:
            return {"error": "user_not_visible"}
        known = {"id": user, "team_id": TEAM, "name": user.lower(), "is_admin": False, "is_owner": False, **self.users.get(user, {})}
        locale = {"locale": known.pop("locale", "en-US")} if str(arguments.get("include_locale")).lower() in ("1", "true") else {}
        return {"user": {**known, **locale}}

    def _open_direct(self, arguments: Json) -> Json:
        user = str(arguments.get("users"))
        return {"error": "user_not_found"} if user in self.unreachable else {"channel": {"id": self.direct_with(user)}}

    def direct_with(self, user: str) -> str:
        """The channel of this person's direct messages with us."""
        return f"D{user}"

    async def _serve_response_url(self, request: web.Request) -> web.Response:
        url, said = self._urls.get(request.match_info["token"]), await request.json()
        if fault := self.fault_of("response", request):
            return fault
        if url is None or self._clock() - url["at"] > 1800:
            return web.Response(status=404, text="expired_url")
        if url["uses"] >= 5:
            return web.Response(status=404, text="used_url")
        if not said.get("delete_original") and (error := fault_of_post({"channel": "C", **said}, "response_url")):
            return web.json_response({"ok": False, "error": error}, status=400)
        url["uses"] += 1
        self._respond(url, said)
        async with self.posted:
            self.posted.notify_all()
        return web.Response(text="ok")

    def _respond(self, url: Json, said: Json) -> None:
        original = url["message"]
        if said.get("delete_original") and original in self.ephemerals:
            self.ephemerals.remove(original)
        elif said.get("replace_original") and original is not None:
            original |= {"text": said["text"], "blocks": said.get("blocks", [])}
            self._note(url["user"], said)
        else:
            assert said.get("response_type") == "ephemeral", "everybody would see this"
            self._show({"channel": url["channel"], "user": url["user"], **said})

    # Given by SlackServer

    def now(self) -> str:
        raise NotImplementedError

    def fault_of(self, method: str, request: web.Request) -> web.Response | None:
        raise NotImplementedError

    async def deliver(self, payload: Json) -> bool:
        raise NotImplementedError

    async def deliver_by_socket(self, kind: str, payload: Json, attempt: int = 0) -> bool:
        raise NotImplementedError

    async def deliver_http(self, url: str, payload: Json | bytes, secret: str, attempt: int = 0, **headers: str) -> int:
        raise NotImplementedError

    def _envelope(self, event: Json) -> Json:
        raise NotImplementedError


def _element(blocks: list[Json], action: str, value: str | None) -> Json:
    """What Slack says of a pressed button; LookupError when there is none such."""
    for block, element in _elements(blocks):
        if element["type"] == "feedback_buttons" and action in ("good", "bad"):
            thumb = element["positive_button" if action == "good" else "negative_button"]
            about = {"type": "feedback_buttons", "action_id": element["action_id"], "block_id": block.get("block_id", "b1")}
            return {**about, "value": thumb["value"], "text": thumb["text"]}
        if element["type"] == "button" and element["action_id"].partition(":")[0] == action and value in (None, element.get("value", "")):
            shown: Json = {key: element[key] for key in ("type", "action_id", "text", "value", "style") if key in element}
            return {**shown, "block_id": block.get("block_id", "b1")}
    raise LookupError(f"no button {action}")


def _elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    for block in blocks:
        for element in block.get("elements", []) if block["type"] in ("actions", "context_actions") else []:
            yield block, element
