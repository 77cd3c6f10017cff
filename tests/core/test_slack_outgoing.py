"""What we say in Slack: within its limits, readable, and harmless."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adapters.slack
from adapters.slack.connection.doctor import SCOPES
from adapters.slack.outgoing import LONGEST, harmless, split_reply, write_reply
from bot.messages import Reply, Source
from tests.slack_rules import fault_of_post, links_of, rendered

SHOP = Source("Returns & refunds", "https://shop.example/returns?a=1&b=2")
PIECES = st.lists(
    st.sampled_from(
        [
            "<!channel>",
            "<!here|here>",
            "<@U1>",
            "<#C1>",
            "<!subteam^S1|x>",
            "@here",
            "@Everyone",
            "![a](b)",
            "<https://a|",
            "<",
            "!",
            "@",
            " ",
            "x",
        ]
    )
)


@given(PIECES)
def test_nothing_that_a_model_writes_pings_anybody(pieces: list[str]) -> None:
    text = "".join(pieces)
    payload = write_reply(Reply(text, "en", (Source(text),), text), "k-1")
    assert links_of(payload) == []
    assert harmless(harmless(text)) == harmless(text)


@pytest.mark.parametrize(
    "text", ["write to info@here.com", "List<String> a = b[0]!;", "<!-- note --> <b>", "https://shop.example/@here", "5 < 6 & 7 > 6"]
)
def test_innocent_text_is_left_alone(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![shoe](https://shop.example/shoe.png)", "[shoe](https://shop.example/shoe.png)"),
        ("!![a [b] c](https://shop.example/shoe.png)", "[a [b] c](https://shop.example/shoe.png)"),
        ("![](https://shop.example/shoe.png)", "https://shop.example/shoe.png"),
        ("<https://evil.example|https://bank.example>", "https://bank.example (https://evil.example)"),
    ],
)
def test_no_image_is_shown_and_no_link_hides_where_it_goes(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_an_answer_shows_its_sources_numbered_and_its_small_print_below() -> None:
    payload = write_reply(
        Reply("Within **30 days**.", "en", (SHOP, Source("House|rules")), "I am an AI, see [more](https://shop.example/ai)."), "k-1"
    )
    assert [block["type"] for block in payload["blocks"]] == ["markdown", "context", "context"]  # type: ignore[attr-defined]
    lines = rendered(payload).split("\n")
    assert lines[0] == "Within **30 days**."
    assert lines[1].endswith(": 1. Returns & refunds (https://shop.example/returns?a=1&b=2) · 2. House¦rules")
    assert lines[2] == "I am an AI, see more (https://shop.example/ai)."
    assert payload["metadata"] == {"event_type": "polydesk_reply", "event_payload": {"key": "k-1"}}
    assert (payload["unfurl_links"], payload["unfurl_media"]) == (False, False)
    assert payload["text"] == "Within **30 days**."


@pytest.mark.parametrize("filling", ["a", "字", "é"])
def test_the_longest_answer_with_all_that_hangs_on_it_fits_into_one_message(filling: str) -> None:
    sources = tuple(Source("T" * 400, "https://shop.example/" + "x" * 279) for _ in range(5))
    reply = Reply(filling * LONGEST, "en", sources, "n" * 1_000)
    assert split_reply(reply) == (reply,)
    assert fault_of_post({"channel": "C1", **write_reply(reply, "k-1")}) == ""


def test_a_longer_answer_is_split_and_only_the_last_part_has_the_sources() -> None:
    first, last = split_reply(Reply("word " * 2_500, "de", (SHOP,), "notice", "17.1"))
    assert (first.sources, first.notice, first.language, first.answers) == ((), "", "de", "17.1")
    assert (last.sources, last.notice, last.language, last.answers) == ((SHOP,), "notice", "de", "17.1")
    assert max(len(first.text), len(last.text)) <= LONGEST


def test_emoji_count_double_as_they_do_for_slack() -> None:
    assert len(split_reply(Reply("🙂" * (LONGEST // 2), "en"))) == 1
    assert len(split_reply(Reply("🙂" * (LONGEST // 2 + 1), "en"))) == 2


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://a b", "https://a|b", "https://a>", "", "https://" + "a" * 400])
def test_an_address_that_is_none_is_not_linked(url: str) -> None:
    assert rendered(write_reply(Reply("x", "en", (Source("Title", url),)), "k")).endswith("1. Title")


def test_a_reply_of_small_print_alone_is_a_message_too() -> None:
    payload = write_reply(Reply("", "en", notice="A person will answer."), "k")
    assert fault_of_post({"channel": "C1", **payload}) == ""
    assert payload["text"] == "A person will answer."


def test_the_manifest_asks_for_the_scopes_that_the_doctor_wants() -> None:
    manifest = json.loads(Path(adapters.slack.__file__).with_name("manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) >= SCOPES
    assert manifest["settings"]["socket_mode_enabled"]
    assert "agent_view" in manifest["features"]
