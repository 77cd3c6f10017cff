"""Payloads that no honest platform sends, grown from those that it does: fields gone, of other kinds, huge, deep, in other encodings.

Each strategy gives what goes over the wire: a Socket Mode frame, the body of a request, a gateway dispatch. A base payload carries
`FRESH` wherever every payload must have an id of its own; whoever sends it puts one there (`fresh`).
"""

import copy
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.discord_world import BOT, DIRECT, GENERAL, GUILD, PEOPLE, THREAD, guild, message
from tests.nasty_texts import nasty_texts

Json = Any
FRESH = 7777700
"""Stands in base payloads for a number that is new with each one."""
DEEP = "<deep>"
"""Becomes an array in an array in an array, too deep for who reads it by calling himself."""
_RECORDINGS = Path(__file__).parent / "recordings"
_SMALL = [nasty.text for nasty in nasty_texts() if not nasty.large]
_KINDS: Sequence[Json] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    -(2**63),
    2**64,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "0",
    [],
    {},
    [[]],
    [None],
)
_IDS = (
    "C1",
    "D1",
    "U1",
    "UBOT",
    "B1",
    "T1",
    "Ev1",
    "USLACKBOT",
    BOT,
    GUILD,
    GENERAL,
    THREAD,
    PEOPLE["ana"],
    DIRECT["ana"],
    "@me",
    "0",
    "-1",
)
_TIMES = (
    "1700000000.000001",
    "999999999999.999999999",
    "0.0",
    "-1.0",
    "2026-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00",
    "9999-12-31",
    "never",
)
_LONG: Sequence[Json] = (
    "x" * 5_000,
    "9" * 5_000,
    int("9" * 4_000),
    "é" * 60_000,
    ["x"] * 100,
    {str(each): each for each in range(100)},
)


def _deep(levels: int) -> Json:
    value: Json = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"text": value}
    return value


_VALUES = st.one_of(
    st.sampled_from(_KINDS),
    st.sampled_from(_SMALL),
    st.sampled_from(_IDS),
    st.sampled_from(_TIMES),
    st.text(max_size=20),
    st.sampled_from(_LONG),
    st.sampled_from([1, 10, 60]).map(_deep),
    st.just(DEEP),
)


@st.composite
def mutated(draw: DrawFn, bases: Sequence[Json], most: int = 3) -> Json:
    """One of these payloads with up to `most` places changed."""
    payload = copy.deepcopy(draw(st.sampled_from(bases)))
    for _ in range(draw(st.integers(0, most))):
        places = list(_places(payload))
        if not places:
            break
        holder, key = draw(st.sampled_from(places))
        change = draw(st.integers(0, 5))
        if change == 0:
            del holder[key]
        elif change == 1 and isinstance(holder[key], str | int | float):
            holder[key] = _other_writing(holder[key])
        elif change == 2:
            holder[key] = [holder[key]]
        else:
            holder[key] = copy.deepcopy(draw(_VALUES))
    return payload


def _places(value: Json) -> Iterator[tuple[Any, Any]]:
    """Every field and item, however deep."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(items):
        yield value, key
        yield from _places(inner)


def _other_writing(value: str | float) -> Json:
    """A number as text, a text as number."""
    if not isinstance(value, str):
        return str(value)
    return int(value) if value.isdecimal() and len(value) < 4_000 else value.upper()


def _written(payload: Json) -> str:
    return json.dumps(payload).replace(f'"{DEEP}"', "[" * 5_000 + "]" * 5_000)


@st.composite
def bodies(draw: DrawFn, payloads: SearchStrategy[Json]) -> bytes:
    """A payload as bytes, mostly as it should be, sometimes in another encoding, cut off, or no JSON at all."""
    text = _written(draw(payloads))
    encode: Callable[[str], bytes] = draw(st.sampled_from(_ENCODINGS)) if draw(st.integers(0, 5)) == 0 else str.encode
    return encode(text)


def _unescaped(text: str) -> str:
    """JSON with its letters as they are."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


_ENCODINGS: Sequence[Callable[[str], bytes]] = (
    lambda text: text.encode("utf-16"),
    lambda text: b"\xef\xbb\xbf" + text.encode(),
    lambda text: _unescaped(text).encode("utf-8", "surrogatepass"),
    lambda text: _unescaped(text).encode("latin-1", "replace"),
    lambda text: text.encode()[: len(text) // 2],
    lambda text: b"payload=" + text.encode(),
    lambda text: b"[" + text.encode() + b"]",
    lambda text: b"\xff\xfe" + text.encode(),
    lambda text: b"\x1f\x8b" + text.encode(),
    lambda _: b"[" * 100_000,
    lambda _: b'{"event":' * 50_000,
    lambda _: b"",
    lambda _: b"null",
    lambda _: b"9" * 10_000,
    lambda _: b"\0" * 1_000,
    lambda _: b" " * 2_000_000,
)


def fresh(wire: Any, number: int) -> Any:
    """The same with `number` in the place of FRESH."""
    if isinstance(wire, Request):
        return Request(wire.method, fresh(wire.path, number), wire.headers, fresh(wire.body, number))
    old, new = str(FRESH), str(FRESH + number)
    return wire.replace(old.encode(), new.encode()) if isinstance(wire, bytes) else wire.replace(old, new)


# Slack -----------------------------------------------------------------------------------------------------------


def _slack_bases() -> list[Json]:
    """Every recorded delivery with a time and an id of its own, and kinds that we never asked for."""
    found = []
    for path in sorted((_RECORDINGS / "slack").glob("*.json")):
        text = path.read_text(encoding="utf-8")
        for time in ("1515449522.000016", "1515449483.000108"):
            text = text.replace(time, f"151{FRESH}.000016")
        body = json.loads(text) | {"event_id": f"Ev{FRESH}"}
        found.append(body)
    question = json.loads((_RECORDINGS / "slack" / "direct_message.json").read_text(encoding="utf-8"))
    question |= {"event_id": f"Ev{FRESH}"}
    question["event"] |= {"ts": f"151{FRESH}.000001", "event_ts": f"151{FRESH}.000001"}
    found += [question] * 6
    return [
        *found,
        {"type": "app_rate_limited", "team_id": "T1"},
        {"type": "url_verification", "challenge": "x"},
        {"type": "block_actions", "actions": []},
    ]


slack_bodies = bodies(mutated(_slack_bases()))
"""What is POSTed to /slack/events."""
slack_frames = mutated(
    [
        {
            "envelope_id": f"e{FRESH}",
            "type": "events_api",
            "accepts_response_payload": False,
            "retry_attempt": 0,
            "retry_reason": "",
            "payload": body,
        }
        for body in _slack_bases()
    ]
    + [{"envelope_id": f"e{FRESH}", "type": kind, "payload": {"type": kind}} for kind in ("interactive", "slash_commands", "unheard_of")]
    + [{"type": "hello"}, {"type": "warning"}, {}, []]
).map(_written)
"""What comes through a socket."""


# Discord ---------------------------------------------------------------------------------------------------------


def _discord_bases() -> list[Json]:
    number = f"1{FRESH}00000000000"
    said = {
        channel: message(0, channel, "ana", f"<@{BOT}> Where is my parcel?") | {"id": number}
        for channel in (GENERAL, THREAD, DIRECT["ana"])
    }
    asked = [("MESSAGE_CREATE", said[channel]) for channel in (GENERAL, GENERAL, THREAD, THREAD, DIRECT["ana"], DIRECT["ana"])]
    reply = {
        "type": 19,
        "message_reference": {"message_id": "1", "channel_id": GENERAL},
        "referenced_message": message(1, GENERAL, BOT, "Hello"),
    }
    recorded = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((_RECORDINGS / "discord").glob("*.json"))]
    where = {"channel_id": GENERAL, "guild_id": GUILD}
    thread = guild()["threads"][0] | {"id": number, "newly_created": True}
    person = {"user": {"id": PEOPLE["ana"]}, "token": "x", "id": number, "application_id": BOT, "version": 1, **where}
    others = [
        ("MESSAGE_CREATE", said[GENERAL] | reply),
        ("MESSAGE_UPDATE", said[GENERAL] | {"edited_timestamp": "2026-01-01T00:00:00+00:00"}),
        ("MESSAGE_UPDATE", {"id": number, **where}),
        ("MESSAGE_DELETE", {"id": number, **where}),
        ("MESSAGE_DELETE_BULK", {"ids": [number, "1"], **where}),
        ("MESSAGE_REACTION_ADD", {"user_id": PEOPLE["ana"], "message_id": number, "emoji": {"id": None, "name": "x"}, **where}),
        ("THREAD_CREATE", thread),
        ("THREAD_DELETE", thread),
        ("CHANNEL_CREATE", {"id": number, "type": 0, "name": "new", "guild_id": GUILD, "position": 1, "permission_overwrites": []}),
        ("CHANNEL_UPDATE", {**guild()["channels"][0], "guild_id": GUILD}),
        ("GUILD_UPDATE", guild()),
        ("GUILD_ROLE_CREATE", {"guild_id": GUILD, "role": guild()["roles"][1] | {"id": number}}),
        ("INTERACTION_CREATE", person | {"type": 3, "data": {"custom_id": "x", "component_type": 2}, "message": said[GENERAL]}),
        ("TYPING_START", {"user_id": PEOPLE["ana"], "timestamp": 1, **where}),
        ("UNHEARD_OF", {"id": number}),
    ]
    acted = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((_RECORDINGS / "discord" / "interactions").glob("*.json"))]
    told = [*asked, *others, *(("MESSAGE_CREATE", each | {"id": number}) for each in recorded)]
    told += [("INTERACTION_CREATE", each | {"id": number}) for each in acted]
    return [{"op": 0, "t": kind, "s": 5, "d": data} for kind, data in told]


@st.composite
def _dispatches(draw: DrawFn) -> str:
    """The envelope keeps its `op` and its number: only an event is odd, not the connection."""
    told = draw(mutated(_discord_bases()))
    event = told if isinstance(told, dict) else {}
    return _written({"op": 0, "t": str(event.get("t", "X")), "s": 5, "d": event.get("d")})


discord_frames = _dispatches()
"""What the gateway tells."""


# The page --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """What a browser, or somebody who is none, sends to the page."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


_UUID = f"00000000-0000-4000-8000-{FRESH:012d}"
_SAID = [{"id": _UUID, "text": "Where is my parcel?", "conversation": conversation} for conversation in (1, 1, 2, "3")]
_WAYS = (
    ("POST", "/chat/messages"),
    ("POST", "/chat/messages"),
    ("POST", "/chat/messages"),
    ("PUT", f"/chat/messages/{_UUID}"),
    ("DELETE", f"/chat/messages/{_UUID}"),
    ("PUT", "/chat/messages/%00%ff"),
    ("DELETE", "/chat/messages/..%2f..%2fx"),
    ("PATCH", "/chat/messages"),
    ("GET", "/static/%2e%2e%2fpage.css"),
    ("GET", "/static/%ed%a0%80"),
    ("GET", "/"),
    ("GET", "/chat"),
    ("OPTIONS", "/chat/messages"),
)
_HEADERS = {
    "Content-Type": (
        "text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=\ufffd",
        "multipart/form-data",
        "x" * 500,
    ),
    "Cookie": ("polydesk_session=x", "polydesk_session=" + "\x7f" * 43, "a=b; " * 500, "polydesk_session=" + "é" * 43),
    "Accept-Language": ("x" * 3_000, "de;q=", ",,,", "\xff", "pt-BR-x-y-z", "../../x"),
    "Origin": ("null", "http://evil.example", "http://[", "x"),
    "Host": ("evil.example", "[::1", "", "localhost:99999999", "127.0.0.1@evil.example"),
    "Sec-Fetch-Site": ("cross-site", "none", "\xe9"),
    "Last-Event-ID": ("-1", "9" * 30, "٣", "x"),
    "Content-Encoding": ("gzip", "deflate", "br", "x"),
    "If-None-Match": ('"', "*", "x"),
}


@st.composite
def _requests(draw: DrawFn) -> Request:
    method, path = draw(st.sampled_from(_WAYS))
    body = draw(bodies(mutated(_SAID)))
    headers = {"Content-Type": "application/json"}
    if draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from(sorted(_HEADERS)))
        headers[name] = draw(st.sampled_from(_HEADERS[name]))
    return Request(method, path, headers, body)


page_requests = _requests()
"""What is sent to the page."""
