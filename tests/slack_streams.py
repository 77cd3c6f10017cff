"""The part of our Slack in which answers grow: streams, what ends them, and the signs that somebody is at work.

As docs.slack.dev and people who measured it say: an open stream refuses chat.update and chat.delete, one that is not open refuses
appendStream and stopStream; a session is `processing` until somebody says otherwise, a status goes out when the app posts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.slack_rules import Json, fault_of_post, rendered

BOT, BOT_ID, APP, TEAM = "UBOT", "BBOT", "A1", "T1"
LONGEST_TEXT = 12_000


Keep = Callable[[str, Json, str | None], Json]
"""A new message in a channel, in a thread or not."""


@dataclass
class Stream:
    """A message that grew. `open` until it is stopped; `by_user` says who stopped it."""

    message: Json
    text: str
    open: bool = True
    by_user: bool = False


class SlackStreams:
    """`agent`: whether the app is declared as one. `sessions` and `lines` are what people see, by channel and thread."""

    def __init__(self, messages: dict[str, list[Json]], keep: Keep, *, agent: bool = True) -> None:
        self.agent = agent
        self.streams: dict[tuple[str, str], Stream] = {}
        self.sessions: dict[tuple[str, str], str] = {}
        self.lines: dict[tuple[str, str], str] = {}
        self.deleted: list[Json] = []
        self._messages, self._keep = messages, keep

    @property
    def methods(self) -> Mapping[str, Callable[[Json], Json]]:
        """By the names of the Web API."""
        return {
            "chat.startStream": self._start,
            "chat.appendStream": self._append,
            "chat.stopStream": self._stop,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "assistant.threads.setStatus": self._set_line,
            "agents.sessions.setStatus": self._set_session,
        }

    def signs(self) -> list[tuple[str, str]]:
        """Channels and threads where people see that somebody is at work."""
        processing = [where for where, status in self.sessions.items() if status == "processing"]
        return processing + [where for where, line in self.lines.items() if line]

    def standing(self) -> list[str]:
        """The app's messages as they stand now."""
        return [rendered(message) for said in self._messages.values() for message in said if message.get("user") == BOT]

    def posted(self, channel: str, thread: str) -> None:
        """The app said something there."""
        self.lines[channel, thread] = ""

    def stop_by_user(self, channel: str, thread: str) -> list[str]:
        """What the stop button does: the `ts` of the streams that it stopped. The session stays as it is."""
        stopped = [(key, each) for key, each in self.streams.items() if each.open and key[0] == channel]
        stopped = [(key, each) for key, each in stopped if each.message.get("thread_ts") == thread]
        for _, each in stopped:
            each.open, each.by_user = False, True
        return [ts for (_, ts), _ in stopped]

    def _start(self, arguments: Json) -> Json:
        channel, thread, text = str(arguments.get("channel") or ""), arguments.get("thread_ts"), str(arguments.get("markdown_text") or "")
        if not channel or not thread:
            return {"error": "invalid_arguments"}
        if not channel.startswith("D"):
            for name in ("recipient_user_id", "recipient_team_id"):
                if not arguments.get(name):
                    return {"error": f"missing_{name}"}
        if len(text) > LONGEST_TEXT:
            return {"error": "msg_too_long"}
        said: Json = {"type": "message", "user": BOT, "bot_id": BOT_ID, "app_id": APP, "team": TEAM, "text": text}
        message = self._keep(channel, said, thread)
        stream = self.streams[channel, message["ts"]] = Stream(message, "")
        self._say(stream, text)
        self.posted(channel, thread)
        return {"channel": channel, "ts": message["ts"]}

    def _append(self, arguments: Json) -> Json:
        if not arguments.get("markdown_text"):
            return {"error": "no_text"}
        return self._go_on(arguments) or self._answer(arguments)

    def _stop(self, arguments: Json) -> Json:
        if error := self._go_on(arguments):
            return error
        stream = self.streams[arguments["channel"], arguments["ts"]]
        stream.open = False
        stream.message["blocks"] += arguments.get("blocks") or []
        if "metadata" in arguments:
            stream.message["metadata"] = arguments["metadata"]
        self.sessions[arguments["channel"], str(stream.message["thread_ts"])] = arguments.get("session_status") or "active"
        return self._answer(arguments)

    def _go_on(self, arguments: Json) -> Json:
        stream = self.streams.get((str(arguments.get("channel")), str(arguments.get("ts"))))
        text = str(arguments.get("markdown_text") or "")
        if stream is None:
            return {"error": "message_not_found"}
        if not stream.open:
            return {"error": "stopped_by_user" if stream.by_user else "message_not_in_streaming_state"}
        if len(text) > LONGEST_TEXT or len(arguments.get("blocks") or []) > 50:
            return {"error": "msg_too_long"}
        self._say(stream, text)
        return {}

    def _say(self, stream: Stream, text: str) -> None:
        stream.text += text
        stream.message |= {"text": stream.text, "blocks": [{"type": "markdown", "text": stream.text}] if stream.text else []}

    def _update(self, arguments: Json) -> Json:
        found = self._find(arguments)
        stream = self.streams.get((str(arguments.get("channel")), str(arguments.get("ts"))))
        if found is None:
            return {"error": "message_not_found"}
        if stream is not None and stream.open:
            return {"error": "streaming_state_conflict"}
        if len(arguments.get("text") or "") > 4_000:
            return {"error": "msg_too_long"}
        if error := fault_of_post(arguments):
            return {"error": error}
        found |= {key: arguments[key] for key in ("text", "blocks", "metadata") if key in arguments}
        return {**self._answer(arguments), "text": found["text"]}

    def _delete(self, arguments: Json) -> Json:
        found = self._find(arguments)
        stream = self.streams.get((str(arguments.get("channel")), str(arguments.get("ts"))))
        if found is None:
            return {"error": "message_not_found"}
        if stream is not None and stream.open:
            return {"error": "cant_delete_message"}
        self._messages[arguments["channel"]].remove(found)
        self.deleted.append(found)
        return self._answer(arguments)

    def _find(self, arguments: Json) -> Json | None:
        said = self._messages.get(str(arguments.get("channel")), [])
        return next((message for message in said if message["ts"] == arguments.get("ts")), None)

    def _answer(self, arguments: Json) -> Json:
        return {"channel": arguments["channel"], "ts": arguments["ts"]}

    def _set_line(self, arguments: Json) -> Json:
        if error := _fault_of_place(arguments):
            return error
        if len(arguments.get("loading_messages") or []) > 10:
            return {"error": "invalid_arguments"}
        self.lines[arguments["channel_id"], arguments["thread_ts"]] = str(arguments.get("status") or "")
        return {}

    def _set_session(self, arguments: Json) -> Json:
        if not self.agent:
            return {"error": "feature_disabled"}
        if error := _fault_of_place(arguments):
            return error
        if arguments.get("status") not in ("active", "processing", "suspended", "closed"):
            return {"error": "invalid_status"}
        self.sessions[arguments["channel_id"], arguments["thread_ts"]] = str(arguments["status"])
        return {}


def _fault_of_place(arguments: Json) -> dict[str, Any]:
    return {} if arguments.get("thread_ts") and arguments.get("channel_id") else {"error": "invalid_arguments"}
