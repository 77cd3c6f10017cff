"""What can be pressed and filled in in Slack: within every documented limit, whatever models, shops and customers write into it."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adapters.slack
from adapters.slack.buttons import MOST_BUTTONS, private_id, read_mark
from adapters.slack.interactions import SHORTCUTS, read_interaction
from adapters.slack.mrkdwn import mrkdwn
from adapters.slack.outgoing import write_reply, write_small
from adapters.slack.views import read_kept, write_form, write_home
from bot.language import phrases
from bot.messages import Button, Place, Reply, Source
from bot.pressed import Field, Form
from tests.slack_hands import _element
from tests.slack_rules import fault_of_blocks, fault_of_post, fault_of_view, labels_of, links_of, rendered

PLACE = Place("slack", "T1", "C1", "1700000000.000001")
HERS = Place("slack", "T1", "C1", "@U1")
NASTY = ["<!channel>", "<@U1>", "@here", "*", "`", "```\n", "\n", " ", "x" * 80, "🙂" * 40, "أين", "|", "|---|\n", "# ", "&", "\u0300", "a"]
TEXTS = st.lists(st.sampled_from(NASTY) | st.text(max_size=5), max_size=12).map("".join)
LONG = st.builds(lambda text, times: text * times, TEXTS, st.sampled_from([1, 1, 1, 60]))
VALUES = st.text("0123456789azAZ._-", max_size=60)
BUTTONS = st.builds(Button, st.text("abc-", min_size=1, max_size=20), TEXTS, VALUES, st.sampled_from(["", "primary", "danger"]))
SOURCES = st.lists(st.builds(Source, TEXTS, st.just("https://shop.example/a")), max_size=5).map(tuple)
REPLIES = st.builds(
    lambda text, language, buttons, feedback, sources, notice: Reply(
        text[:9_000], language, sources, notice, buttons=tuple(buttons), feedback=feedback
    ),
    LONG,
    st.sampled_from(phrases.TRANSLATED),
    st.lists(BUTTONS, max_size=60),
    st.booleans(),
    SOURCES,
    TEXTS,
)
FIELDS = st.builds(
    Field,
    st.text("abc", min_size=1, max_size=9),
    TEXTS,
    LONG,
    st.booleans(),
    st.booleans(),
    st.lists(st.tuples(VALUES.filter(bool), TEXTS), max_size=5).map(tuple),
)
FORMS = st.builds(
    lambda title, submit, fields, language, value: Form("why", title, submit, tuple(fields), language, value),
    TEXTS,
    TEXTS,
    st.lists(FIELDS, min_size=1, max_size=5, unique_by=lambda field: field.name),
    st.sampled_from(phrases.TRANSLATED),
    VALUES,
)


@settings(deadline=None)
@given(REPLIES, st.sampled_from([None, PLACE, HERS]))
def test_whatever_a_reply_holds_slack_takes_it_and_nobody_is_pinged(reply: Reply, place: Place | None) -> None:
    payload = {"channel": "C1", **write_reply(reply, "k-1", place)}
    if payload["text"] or payload["blocks"]:
        assert fault_of_blocks(payload["blocks"], "message") == ""  # type: ignore[arg-type]
    assert fault_of_blocks(write_small(reply, "k-1", place), "response_url") == ""
    home = write_home(reply, HERS)
    assert fault_of_view(home, "home") == ""
    assert [*links_of(payload), *links_of(home)] == []
    assert fault_of_post(payload) in ("", "no_text", "msg_blocks_too_long")


@settings(deadline=None)
@given(FORMS, st.text(max_size=3_000))
def test_whatever_a_form_holds_slack_takes_it_and_what_it_keeps_comes_back(form: Form, handle: str) -> None:
    view = write_form(form, HERS, handle)
    assert fault_of_view(view, "modal") == ""
    assert links_of(view) == []
    kept = read_kept(view, "T1")
    assert (kept.place, kept.value) == (HERS, form.value)
    assert read_kept(view, "T2").place is None


@settings(deadline=None)
@given(BUTTONS, VALUES.filter(bool).map(lambda value: value[:25]))
def test_a_press_says_which_button_it_was_and_where(button: Button, key: str) -> None:
    payload = write_reply(Reply("x", "en", buttons=(button,)), key, HERS)
    pressed = _element(payload["blocks"], button.action, None)  # type: ignore[arg-type]
    where = {"container": {"message_ts": "1.1", "channel_id": "D9", "is_ephemeral": True}, "channel": {"id": "D9"}}
    read = read_interaction(
        {"type": "block_actions", "user": {"id": "U1"}, "trigger_id": "1.2.3", **where, "actions": [pressed]}, "B", "T1"
    )
    assert read is not None
    found = read.interaction
    assert (found.place, found.message_id, found.action, found.value) == (HERS, private_id(key), button.action, button.value)  # type: ignore[union-attr]


def test_an_answer_asks_whether_it_helped_and_offers_a_person_below_its_small_print() -> None:
    reply = Reply("30 days.", "de", notice="KI", buttons=(Button("person", "Mit einem Menschen sprechen"),), feedback=True)
    payload = write_reply(reply, "k-1")
    assert [block["type"] for block in payload["blocks"]] == ["markdown", "context", "actions", "context_actions"]  # type: ignore[attr-defined]
    assert labels_of(payload) == ["Mit einem Menschen sprechen"]
    thumbs = payload["blocks"][3]["elements"][0]  # type: ignore[index]
    assert thumbs["positive_button"]["accessibility_label"] == phrases.say(phrases.HELPFUL, "de")
    assert thumbs["negative_button"]["text"]["text"] == "👎"
    assert [block["block_id"] for block in payload["blocks"][2:]] == ["buttons k-1", "feedback k-1"]  # type: ignore[index]


def test_what_cannot_be_undone_is_asked_twice() -> None:
    payload = write_reply(Reply("Sure?", "fr", buttons=(Button("erase", "Tout effacer", weight="danger"),)), "k-1")
    button = payload["blocks"][1]["elements"][0]  # type: ignore[index]
    assert button["style"] == "danger"
    assert button["confirm"]["confirm"]["text"] == "Tout effacer"
    assert button["confirm"]["deny"]["text"] == phrases.say(phrases.PAGE_CANCEL, "fr")


def test_more_buttons_than_fit_into_one_row_stand_in_two_and_one_that_is_there_twice_once() -> None:
    buttons = tuple(Button("language", f"L{number}", str(number)) for number in range(MOST_BUTTONS + 2))
    payload = write_reply(Reply("Which?", "en", buttons=(*buttons, buttons[0])), "k-1")
    assert [len(block["elements"]) for block in payload["blocks"][1:]] == [MOST_BUTTONS, 2]  # type: ignore[index]


@pytest.mark.parametrize("block_id", ["", "x", "buttons", "buttons k-1", "buttons k-1 slack", "a b c d"])
def test_a_block_of_somebody_elses_leads_nowhere(block_id: str) -> None:
    assert read_mark(block_id)[1] is None


def test_a_draft_too_long_for_one_entry_is_shown_in_several() -> None:
    draft = "One sentence of a draft. " * 300
    view = write_form(Form("send", "Edit", "Send", (Field("draft", "Draft", draft, long=True),), "en"), PLACE)
    assert [block["block_id"] for block in view["blocks"]] == ["draft", "draft 1", "draft 2"]  # type: ignore[attr-defined]
    entries = [block["element"]["initial_value"] for block in view["blocks"]]  # type: ignore[attr-defined]
    assert " ".join(entries).split() == draft.split()


@pytest.mark.parametrize("language", phrases.TRANSLATED)
def test_the_button_that_closes_a_form_fits_in_every_language(language: str) -> None:
    view = write_form(Form("f", "T", "S", (Field("a", "A"),), language), PLACE)
    assert view["close"]["text"] == phrases.say(phrases.PAGE_CANCEL, language)  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**Bold** and [a page](https://shop.example/a)", "*Bold* and <https://shop.example/a|a page>"),
        ("# Heading\n- one\n* two\n  - three", "*Heading*\n• one\n• two\n  • three"),
        ("到着後**30日**で、*5日*", "到着後\u200b*30日*\u200bで、\u200b_5日_"),
        ("*Now*, **not** `a*b*c` or 2 * 3 * 4", "_Now_, *not* `a*b*c` or 2 * 3 * 4"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("```\n# no heading\n- <b>\n```\n- x", "```\n# no heading\n- &lt;b&gt;\n```\n• x"),
        ("Prices\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nend", "Prices\n\n```\n| a | b |\n|---|---|\n| 1 | 2 |\n```\n\nend"),
        ("| a |\n|---|\n| 1 |", "```\n| a |\n|---|\n| 1 |\n```"),
        ("~~~\nopen", "```\nopen\n```"),
        ("a | b", "a | b"),
    ],
)
def test_commonmark_is_readable_where_slack_speaks_its_older_dialect(text: str, shown: str) -> None:
    assert mrkdwn(text) == shown


def test_a_long_text_stands_in_several_sections_and_is_whole() -> None:
    blocks = write_small(Reply("word & more " * 700, "en"))
    assert len(blocks) > 3
    assert rendered({"blocks": blocks}).split() == ("word & more " * 700).split()


def test_the_manifest_names_what_is_understood_and_its_names_fit() -> None:
    features = json.loads(Path(adapters.slack.__file__).with_name("manifest.json").read_text(encoding="utf-8"))["features"]
    assert {shortcut["callback_id"] for shortcut in features["shortcuts"]} == SHORTCUTS
    assert all(len(shortcut["name"]) <= 24 and len(shortcut["description"]) <= 150 for shortcut in features["shortcuts"])
    [command] = features["slash_commands"]
    assert command["should_escape"]
    assert len(command["usage_hint"]) <= 1_000
    assert features["app_home"]["home_tab_enabled"]
