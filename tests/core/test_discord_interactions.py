"""What people press, command and fill in on Discord, read from payloads of the documentation; and what we give them to press."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.commands import same, write_commands
from adapters.discord.components import write_form, write_rows
from adapters.discord.handle import Handle
from adapters.discord.interactions import Call, read_interaction
from adapters.discord.outgoing import split_reply, write_change, write_private
from bot.language import phrases
from bot.messages import Button, Person, Place, Reply
from bot.pressed import ButtonPressed, CommandGiven, Field, Form, FormSent, Interaction
from tests.discord_rules import LOCALES, fault_of_commands, fault_of_form, fault_of_message
from tests.discord_world import BOT

PAYLOADS = Path(__file__).parent.parent / "recordings" / "discord" / "interactions"
NOW = 1_790_000_000.0

Read = Callable[..., tuple[Call, Any]]


def payload(name: str, **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8")) | changes
    return {key: value for key, value in data.items() if value is not ...}


def read(name: str, **changes: Any) -> Any:
    found = read_interaction(payload(name, **changes), int(BOT), NOW)
    return found and found[1]


def call(name: str) -> Call:
    found = read_interaction(payload(name), int(BOT), NOW)
    assert found is not None
    return found[0]


class TestReading:
    """INTERACTION_CREATE -> our words."""

    def test_a_button_says_who_pressed_it_under_which_message_and_in_which_language(self) -> None:
        pressed: ButtonPressed = read("button")
        assert (pressed.action, pressed.value, pressed.message_id) == ("bad", "", "1430000000000000001")
        assert pressed.person == Person("discord", "2001", "5001", "Ana Q.")
        assert pressed.place == Place("discord", "2001", "3001", "@5001")
        assert (pressed.event_id, pressed.locale, pressed.alone) == ("1430000000000000101", "de", False)

    def test_a_button_brings_back_what_it_is_about(self) -> None:
        pressed: ButtonPressed = read("button_with_value")
        assert (pressed.action, pressed.value, pressed.locale, pressed.person.name) == ("person", "17", "pt-BR", "Ben")

    def test_a_button_in_a_thread_or_a_direct_message_belongs_to_that_conversation(self) -> None:
        assert read("button_in_thread").place == Place("discord", "2001", "3002")
        assert read("button_direct").place == Place("discord", "@dm", "6000", direct=True)
        assert read("button_direct").person == Person("discord", "@dm", "5001", "Ana")

    def test_a_button_under_what_one_person_alone_sees_says_so(self) -> None:
        assert read("button_seen_alone").alone
        assert call("button_seen_alone").alone
        assert not call("button").alone

    def test_a_choice_from_a_list_is_a_button_with_the_chosen_value(self) -> None:
        assert (read("select").action, read("select").value) == ("language", "fr")

    def test_a_question_by_command_comes_with_its_words_and_its_answer_later(self) -> None:
        given: CommandGiven = read("ask")
        assert (given.command, given.text, given.chosen) == ("ask", "Wie lange darf ich zurückgeben?", None)
        assert call("ask").awaits
        assert not call("forget_me").awaits

    @pytest.mark.parametrize(("name", "command"), [("language_direct", "language"), ("forget_me", "forget-me")])
    def test_a_command_without_words_has_none(self, name: str, command: str) -> None:
        assert (read(name).command, read(name).text) == (command, "")

    def test_who_may_manage_the_server_is_an_admin_and_for_a_menu_who_looks_after_messages(self) -> None:
        assert read("here_by_admin").admin
        assert read("here_by_admin").text == "mention off"
        assert read("draft").admin
        assert not read("draft", member=payload("draft")["member"] | {"permissions": "0"}).admin
        assert not read("language_direct").admin
        assert read("here_by_admin", member=payload("here_by_admin")["member"] | {"permissions": str(1 << 3)}).admin

    def test_a_command_on_a_message_brings_that_message_as_people_read_it(self) -> None:
        given: CommandGiven = read("draft")
        assert given.command == "draft"
        assert given.place.thread == "@5001"
        assert given.chosen is not None
        assert given.chosen.place == Place("discord", "2001", "3001", "@5002")
        assert (given.chosen.message_id, given.chosen.text, given.chosen.ours) == (
            "1430000000000000010",
            "where is my parcel, @Ana?",
            False,
        )
        assert given.chosen.author == Person("discord", "2001", "5002", "Ben")

    def test_a_command_on_our_own_answer_belongs_to_the_conversation_of_whom_we_answered(self) -> None:
        chosen = read("summarise_ours").chosen
        assert chosen.ours
        assert chosen.place.thread == "@5002"

    def test_a_form_brings_back_its_entries_by_name(self) -> None:
        sent: FormSent = read("form")
        assert (sent.form, sent.value, sent.entries) == ("why", "17", (("why", "Der Preis ist falsch."), ("kind", "wrong")))
        assert read("form_after_command").entries == (("language", "fr"),)

    def test_a_command_that_we_do_not_have_any_more_keeps_its_name(self) -> None:
        assert read("unknown_command").command == "old-command"

    @pytest.mark.parametrize("name", ["autocomplete", "user_menu", "group_message"])
    def test_what_we_do_not_offer_is_not_ours(self, name: str) -> None:
        assert read(name) is None

    @pytest.mark.parametrize("name", sorted(path.stem for path in PAYLOADS.glob("*.json")))
    def test_nonsense_is_refused_and_never_half_read(self, name: str) -> None:
        for key in payload(name):
            for odd in (..., None, [], {}, "x", -1):
                try:
                    found = read_interaction(payload(name, **{key: odd}), int(BOT), NOW)
                except (LookupError, TypeError, ValueError, AttributeError):
                    continue
                assert found is None or isinstance(found[1], Interaction)

    def test_the_handle_is_one_string_and_ends_in_a_quarter_of_an_hour(self) -> None:
        handle = Handle.read(read("ask").handle)
        assert handle == call("ask").handle
        assert handle is not None
        assert handle.token == payload("ask")["token"]
        assert handle.holds(NOW + 880)
        assert not handle.holds(NOW + 900)

    @pytest.mark.parametrize("text", ["", "x", "1:2", "1:x:token", "https://hooks.example/1"])
    def test_another_platforms_handle_is_none_of_ours(self, text: str) -> None:
        assert Handle.read(text) is None


class TestButtons:
    """Reply -> what can be pressed."""

    def test_whether_it_helped_is_asked_first_and_five_stand_in_a_row(self) -> None:
        reply = Reply("30 days", "en", feedback=True, buttons=tuple(Button("b", f"Button {n}", str(n)) for n in range(5)))
        rows = write_rows(reply)
        assert [[each["custom_id"] for each in row["components"]] for row in rows] == [
            ["good:", "bad:", "b:0", "b:1", "b:2"],
            ["b:3", "b:4"],
        ]
        assert [each["emoji"]["name"] for each in rows[0]["components"][:2]] == ["👍", "👎"]

    def test_how_much_a_button_calls_for_being_pressed_is_its_colour(self) -> None:
        buttons = (Button("a", "A"), Button("b", "B", weight="primary"), Button("c", "C", weight="danger"))
        assert [each["style"] for each in write_rows(Reply("?", "en", buttons=buttons))[0]["components"]] == [2, 1, 4]

    def test_a_long_label_and_many_buttons_are_taken_by_discord(self) -> None:
        reply = Reply("?", "en", buttons=tuple(Button("b", "長い" * 100, str(n)) for n in range(40)))
        assert fault_of_message(write_private(reply)) == ""

    def test_the_buttons_of_a_long_answer_stand_under_its_end(self) -> None:
        *before, last = split_reply(Reply("word " * 1000, "en", feedback=True, buttons=(Button("person", "A person"),)))
        assert before
        assert not any(write_rows(part) for part in before)
        assert len(write_rows(last)[0]["components"]) == 3

    def test_what_one_person_alone_sees_pings_nobody_and_can_lose_its_buttons(self) -> None:
        private = write_private(Reply("Hi <@5002>", "en"))
        assert private["flags"] == 64 | 4
        assert private["allowed_mentions"] == {"parse": []}
        assert write_change(Reply("Done", "en")) | {"components": [], "flags": 4} == write_change(Reply("Done", "en"))

    def test_what_a_button_is_about_must_fit(self) -> None:
        with pytest.raises(ValueError, match="too long"):
            write_rows(Reply("?", "en", buttons=(Button("b", "B", "x" * 99),)))


class TestForms:
    """Form -> modal."""

    FORM = Form(
        "why",
        "Was war falsch?",
        "Senden",
        (
            Field("why", "Was hat gefehlt?", "Text", long=True, required=False),
            Field("kind", "Art", "b", options=(("a", "Falsch"), ("b", "Veraltet"))),
            Field("line", "Zeile"),
        ),
        "de",
        "17",
    )

    def test_a_form_has_a_label_for_each_field(self) -> None:
        modal = write_form(self.FORM)
        assert fault_of_form(modal) == ""
        assert (modal["custom_id"], modal["title"]) == ("why:17", "Was war falsch?")
        text, choice, line = (label["component"] for label in modal["components"])
        assert (text["style"], text["value"], text["required"]) == (2, "Text", False)
        assert [each["value"] for each in choice["options"] if each["default"]] == ["b"]
        assert (line["style"], line["required"]) == (1, True)
        assert "value" not in line

    def test_whatever_a_form_holds_discord_takes_it(self) -> None:
        long = "ß" * 9000
        fields = tuple(Field(f"f{n}", long, long, long=True, options=tuple((str(i), long) for i in range(60 * (n % 2)))) for n in range(9))
        assert fault_of_form(write_form(Form("draft", long, long, fields, "de", "x" * 60))) == ""


class TestCommands:
    """What Discord shows."""

    def test_discord_takes_all_commands_in_all_their_languages(self) -> None:
        assert fault_of_commands(write_commands()) == ""

    def test_every_language_that_both_know_is_there(self) -> None:
        ask = next(each for each in write_commands() if each["name"] == "ask")
        known = {locale for locale in LOCALES if locale.partition("-")[0] in set(phrases.TRANSLATED) - {"en"}}
        assert set(ask["description_localizations"]) == known
        assert len(known) == 26
        assert len(set(ask["description_localizations"].values())) == 24

    def test_what_is_for_staff_is_in_servers_alone_and_for_those_who_moderate(self) -> None:
        rights = {each["name"]: (each["default_member_permissions"], each["contexts"]) for each in write_commands()}
        assert rights["Draft a reply"] == rights["Hand over to staff"] == rights["Summarise"] == (str(1 << 13), [0])
        assert rights["here"] == (str(1 << 5), [0])
        assert rights["ask"] == rights["forget-me"] == (None, [0, 1])

    def test_commands_that_discord_gave_back_are_the_same_and_changed_ones_are_not(self) -> None:
        ours = write_commands()
        theirs = [each | {"id": "1", "version": "2", "nsfw": False, "dm_permission": True} for each in reversed(ours)]
        assert same(ours, theirs)
        assert not same(ours, theirs[1:])
        assert not same(ours, [*theirs[1:], theirs[0] | {"default_member_permissions": "0"}])
        assert not same(ours, [*theirs, {"name": "old", "type": 1, "description": "Old"}])
