"""What people press, command and fill in in Slack, read: the payloads of tests/recordings/slack, and what no honest Slack would send."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.interactions import COMMANDS, SHORTCUTS, Pressed, read_interaction
from adapters.slack.views import HOME
from bot.messages import Person, Place
from bot.pressed import ButtonPressed, CameBy, Chosen, CommandGiven, FormSent, Interaction
from tests.core.test_slack_incoming import CHANNEL, DIRECT, QUESTION, WORKSPACE, recorded
from tests.odd_payloads import mutated

ANA = Person("slack", WORKSPACE, "U123ABC456", "ana")
HERS = Place("slack", WORKSPACE, CHANNEL, "@U123ABC456")
AT_HOME = Place("slack", WORKSPACE, DIRECT, direct=True)
URL = "https://hooks.slack.com/actions/T123ABC456/123456/abcdef"
KINDS = ("button", "button_in_ephemeral", "button_in_direct_message", "button_at_home", "shortcut", "command", "form", "app_home_opened")


def read(body: Any) -> Pressed | None:
    return read_interaction(body, "UBOT", WORKSPACE)


def interaction(name: str) -> Interaction:
    pressed = read(recorded(name))
    assert pressed is not None
    return pressed.interaction


def test_a_button_is_known_by_the_message_above_it_and_its_place() -> None:
    pressed = read(recorded("button"))
    assert pressed is not None
    assert pressed.trigger == "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3"
    assert pressed.interaction == ButtonPressed(
        "pressed-12321423423", QUESTION, ANA, "1515449600.000018", "person", handle=URL, alone=False
    )


def test_the_secret_that_opens_a_form_gets_into_no_event() -> None:
    assert "d8c1bb837935619ccad0f624c448ffb3" not in str([interaction(name) for name in KINDS])


def test_a_thumb_down_is_the_action_bad() -> None:
    pressed = interaction("button_feedback")
    assert isinstance(pressed, ButtonPressed)
    assert (pressed.action, pressed.value, pressed.message_id) == ("bad", "", "1515449600.000018")


def test_a_button_in_an_ephemeral_message_leads_back_to_where_that_belongs() -> None:
    pressed = interaction("button_in_ephemeral")
    assert isinstance(pressed, ButtonPressed)
    assert (pressed.place, pressed.message_id, pressed.alone) == (HERS, "private-k-2", True)
    assert (pressed.action, pressed.value) == ("share", "a-1")


def test_a_button_in_an_ephemeral_message_without_our_mark_belongs_to_the_persons_own_conversation() -> None:
    body = recorded("button_in_ephemeral")
    body["actions"][0]["block_id"] = "x9Y"
    pressed = read(body)
    assert pressed is not None
    assert isinstance(pressed.interaction, ButtonPressed)
    assert (pressed.interaction.place, pressed.interaction.message_id) == (HERS, "1515449650.000100")


@pytest.mark.parametrize("place", ["slack:T0OTHER:C1:1.1", "discord:1:2:3", "slack", "slack:%ff"])
def test_a_mark_that_leads_elsewhere_is_not_believed(place: str) -> None:
    body = recorded("button_in_ephemeral")
    body["actions"][0]["block_id"] = f"buttons k-2 {place}"
    pressed = read(body)
    assert pressed is not None
    assert pressed.interaction.place == HERS


def test_in_a_direct_message_there_is_a_message_and_it_may_be_replaced() -> None:
    pressed = read(recorded("button_in_direct_message"))
    assert pressed is not None
    assert pressed.interaction.place == Place("slack", WORKSPACE, DIRECT, "1355517523.000005", direct=True)
    assert pressed.hers


@pytest.mark.parametrize(("name", "hers"), [("button", False), ("button_in_ephemeral", True), ("button_at_home", False), ("form", False)])
def test_what_others_see_is_never_replaced(name: str, hers: bool) -> None:
    pressed = read(recorded(name))
    assert pressed is not None
    assert pressed.hers == hers


def test_on_our_home_there_is_no_message_and_the_place_is_the_direct_conversation() -> None:
    assert interaction("button_at_home") == ButtonPressed("pressed-12321423423", AT_HOME, ANA, "", "forget-me", handle=HOME, alone=True)


def test_somebody_of_another_workspace_stays_of_his_own_and_the_place_is_ours() -> None:
    pressed = interaction("button_by_a_guest")
    assert pressed.person == Person("slack", "T0OTHER", "U0STRANGER", "ana")
    assert pressed.place == QUESTION


def test_what_is_chosen_in_a_messages_menu_says_which_message_and_whose() -> None:
    chosen = Chosen(QUESTION, "1515449550.000017", Person("slack", WORKSPACE, "U456"), "Where is my [parcel](https://shop.example) & bag?")
    assert interaction("shortcut") == CommandGiven("pressed-12321423423", QUESTION, ANA, "draft", handle=URL, chosen=chosen)


def test_our_own_message_is_known_when_it_is_chosen() -> None:
    given = interaction("shortcut_on_our_message")
    assert isinstance(given, CommandGiven)
    assert given.chosen is not None
    assert given.chosen.ours


def test_a_command_is_a_conversation_of_his_own_in_the_channel() -> None:
    pressed = read(recorded("command"))
    assert pressed is not None
    assert pressed.name == "/polydesk"
    given = pressed.interaction
    assert isinstance(given, CommandGiven)
    assert (given.place, given.person, given.command) == (HERS, ANA, "ask")
    assert given.text == "How long do I have to return [this lamp](https://shop.example/lamp) & shade?"
    assert given.handle == "https://hooks.slack.com/commands/T123ABC456/123456/abcdef"


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("ask  Where is\nmy parcel?", "ask", "Where is\nmy parcel?"),
        ("Ask\nWhere?", "ask", "Where?"),
        ("FORGET-ME", "forget-me", ""),
        ("language Deutsch", "language", "Deutsch"),
        ("here quiet 22-7", "here", "quiet 22-7"),
        ("here <#C0HELP|help> answer questions", "here", "<#C0HELP|help> answer questions"),
        ("Here <#C0HELP|> tone short &amp; dry", "here", "<#C0HELP|> tone short & dry"),
        ("here tone like in <#C0HELP|help>", "here", "tone like in #help"),
        ("me", "me", ""),
        ("human", "human", ""),
        ("", "", ""),
        ("dance", "", ""),
        ("draft", "", ""),
    ],
)
def test_the_first_word_of_a_command_says_what_is_wanted(text: str, command: str, rest: str) -> None:
    pressed = read(recorded("command") | {"text": text})
    assert pressed is not None
    assert isinstance(pressed.interaction, CommandGiven)
    assert (pressed.interaction.command, pressed.interaction.text) == (command, rest)


def test_a_form_comes_back_with_its_place_its_value_and_all_entries() -> None:
    entries = (("reason", "incomplete"), ("words", "It says\nnothing of lamps"), ("more", ""), ("draft", "First.\n\nSecond."))
    assert interaction("form") == FormSent("pressed-12321423423", QUESTION, ANA, "why", "k-1", entries, handle=URL)


@pytest.mark.parametrize("kept", ["", "{}", "[]", "null", '{"place": 1}', '{"place": "slack:T0OTHER:C1:1.1", "value": "x", "handle": ""}'])
def test_a_form_that_is_not_of_this_workspace_is_nothing_to_us(kept: str) -> None:
    body = recorded("form")
    body["view"]["private_metadata"] = kept
    assert read(body) is None


def test_who_opens_our_home_or_our_messages_comes_by() -> None:
    person = Person("slack", WORKSPACE, "U123ABC456")
    assert interaction("app_home_opened") == CameBy("Ev123ABC456", AT_HOME, person, "messages")
    assert interaction("app_home_opened_home") == CameBy("Ev123ABC456", AT_HOME, person, "home")


@pytest.mark.parametrize("name", ["form_closed", "app_mention", "direct_message", "message_changed", "channel_join"])
def test_all_else_is_no_interaction(name: str) -> None:
    assert read(recorded(name)) is None


@settings(max_examples=400, deadline=None)
@given(mutated([recorded(name) for name in (*KINDS, "button_feedback", "shortcut_on_our_message")]))
def test_nothing_malformed_raises_or_comes_through(body: Any) -> None:
    pressed = read(body) if isinstance(body, dict) else None
    if pressed is None:
        return
    found = pressed.interaction
    assert Place.from_key(found.place.key) == found.place
    assert found.person.id
    assert "\0" not in str(found)
    str(found).encode()
    if isinstance(found, CommandGiven):
        assert found.command in ("", *COMMANDS, *SHORTCUTS)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_command_never_loses_what_was_asked(text: str) -> None:
    asked = " ".join(text.replace("<", "").replace("&", "").split()).replace("\0", "")
    pressed = read(recorded("command") | {"text": f"ask {asked}"})
    assert pressed is not None
    assert isinstance(pressed.interaction, CommandGiven)
    assert pressed.interaction.text == asked
