"""Slack's deliveries, read: the payloads of tests/recordings/slack, and what no honest Slack would send."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.incoming import plain_text, read_event
from bot.messages import Attachment, MessageDeleted, MessageEdited, MessageReceived, Person, Place

RECORDINGS = Path(__file__).parents[1] / "recordings" / "slack"
WORKSPACE, CHANNEL, DIRECT = "T123ABC456", "C123ABC456", "D024BE91L"
QUESTION = Place("slack", WORKSPACE, CHANNEL, "1515449522.000016")


def recorded(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text(encoding="utf-8"))
    return body


@pytest.mark.parametrize(
    ("name", "place", "addressed", "text"),
    [
        ("app_mention", QUESTION, "mention", "Where is my parcel?"),
        ("message_with_mention", QUESTION, "mention", "Where is my parcel?"),
        ("mention_in_thread", Place("slack", WORKSPACE, "G123ABC456", "1515449522.000016"), "mention", "And mine,?"),
        ("thread_reply", QUESTION, "maybe", "Any news?"),
        ("thread_broadcast", QUESTION, "maybe", "It arrived"),
        ("file_share", Place("slack", WORKSPACE, CHANNEL, "1358877455.000014"), "mention", "is this broken?"),
        (
            "direct_message",
            Place("slack", WORKSPACE, DIRECT, "1355517523.000005", direct=True),
            "direct",
            "Do you ship to Norway & Iceland?",
        ),
        ("direct_reply", Place("slack", WORKSPACE, DIRECT, "1355517523.000005", direct=True), "direct", "And Greenland?"),
    ],
)
def test_a_message_to_us_is_read_with_its_place(name: str, place: Place, addressed: str, text: str) -> None:
    event = read_event(recorded(name), "UBOT")
    assert isinstance(event, MessageReceived)
    assert (event.place, event.addressed, event.text) == (place, addressed, text)
    assert event.event_id == "Ev123ABC456"
    assert event.sent_at == float(event.message_id)
    assert event.author == Person("slack", WORKSPACE, "U123ABC456")


@pytest.mark.parametrize(
    "name",
    [
        *("plain_talk", "thread_parent", "group_message", "own_message", "bot_message", "other_app", "slackbot"),
        *("channel_join", "unfurled", "own_message_changed", "app_home_opened"),
    ],
)
def test_what_is_not_for_us_gives_no_event(name: str) -> None:
    assert read_event(recorded(name), "UBOT") is None


def test_a_message_tells_of_its_files_and_not_of_those_that_cannot_be_had() -> None:
    event = read_event(recorded("file_share"), "UBOT")
    assert isinstance(event, MessageReceived)
    address = "https://files.slack.com/files-pri/T123ABC456-F01/download/shoe.png"
    assert event.attachments == (Attachment("shoe.png", "image/png", 20481, "F01", address),)
    odd = read_event(recorded("file_share_odd"), "UBOT")
    assert isinstance(odd, MessageReceived)
    connect, gone, remote, voice, snippet, nonsense = odd.attachments
    assert (connect.id, connect.address) == ("F05", "")
    assert (gone.id, gone.address) == ("", "")
    assert (remote.id, remote.address) == ("", "")
    assert voice.kind == "audio/mp4"
    assert (snippet.name, snippet.kind) == ("Untitled", "text/plain")
    assert (nonsense.name, nonsense.id, nonsense.address) == ("?", "", "")


def test_an_edit_carries_the_new_words_and_the_time_of_the_edit() -> None:
    event = read_event(recorded("message_changed"), "UBOT")
    assert event == MessageEdited("Ev123ABC456", QUESTION, "1515449522.000016", "Where is my parcel 4711?", 1358878755.0)


@pytest.mark.parametrize(("name", "ts"), [("message_deleted", "1515449600.000018"), ("thread_start_deleted", "1515449522.000016")])
def test_a_message_taken_away_is_told_even_where_slack_leaves_a_tombstone(name: str, ts: str) -> None:
    event = read_event(recorded(name), "UBOT")
    assert isinstance(event, MessageDeleted)
    assert (event.place, event.message_id) == (QUESTION, ts)
    assert event.deleted_at == pytest.approx(1358878755.0, abs=0.01)


@pytest.mark.parametrize("spoil", [lambda body: body.pop("event_id"), lambda body: body.pop("team_id"), lambda body: body.pop("event")])
def test_a_delivery_without_what_it_needs_is_nothing_to_us(spoil: Callable[[dict[str, Any]], object]) -> None:
    body = recorded("direct_message")
    spoil(body)
    assert read_event(body, "UBOT") is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
)


@given(
    st.sampled_from(["app_mention", "direct_message", "message_changed", "message_deleted", "thread_start_deleted", "file_share_odd"]),
    st.sampled_from(["event", "team_id", "event_id"]),
    st.sampled_from(
        ["", "type", "subtype", "user", "text", "ts", "channel", "channel_type", "message", "previous_message", "deleted_ts", "files"]
    ),
    ANYTHING,
)
def test_no_malformed_delivery_is_ever_an_exception(name: str, outer: str, inner: str, value: object) -> None:
    body = recorded(name)
    if inner and outer == "event":
        body["event"][inner] = value
        if isinstance(body["event"].get("message"), dict):
            body["event"]["message"][inner] = value
    else:
        body[outer] = value
    read_event(body, "UBOT")


@given(st.text(max_size=80))
def test_no_text_is_ever_an_exception_and_every_text_can_be_kept(text: str) -> None:
    body = recorded("direct_message")
    body["event"]["text"] = text
    event = read_event(body, "UBOT")
    assert isinstance(event, MessageReceived)
    assert "\0" not in event.text
    event.text.encode()


@pytest.mark.parametrize("text", [" " * 40_000 + "x<@UBOT>", "<@UBOT>" * 5_000, "<" * 40_000, "<@UBOT>" + "&" * 40_000])
@pytest.mark.timeout(60)  # milliseconds, or hours where the reading is more than linear
def test_a_text_made_to_be_slow_is_not(text: str) -> None:
    assert len(plain_text(text * 10, "UBOT")) <= len(text) * 10


@pytest.mark.parametrize(
    ("slack", "read"),
    [
        ("<@UBOT> hello", "hello"),
        ("<@UBOT>, <@UBOT|polydesk>: hello", "hello"),
        ("hello <@UBOT>", "hello"),
        ("thanks <@UBOT>!", "thanks!"),
        ("ask <@U2> or <@U3|ann>", "ask @U2 or @ann"),
        ("see <#C1|orders> and <#C2>", "see #orders and #C2"),
        ("<!here> <!subteam^S1|@crew> <!subteam^S2> <!date^1^{date}|Monday>", "@here @crew @S2 Monday"),
        ("<https://shop.example/?a=1&amp;copy=2>", "https://shop.example/?a=1&copy=2"),
        ("<https://shop.example|shop.example>", "https://shop.example"),
        ("<https://shop.example/r|the rules>", "[the rules](https://shop.example/r)"),
        ("<mailto:a@shop.example|a@shop.example>", "a@shop.example"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt;", "1 < 2 && 3 > 2, &lt;"),
        ("<|x> <>", "x <>"),
        ("", ""),
    ],
)
def test_slacks_way_of_writing_becomes_plain_words(slack: str, read: str) -> None:
    assert plain_text(slack, "UBOT") == read
