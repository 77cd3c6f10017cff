"""What people press, command and fill in in Slack, and what they then see: by Socket Mode and by HTTP, against our loopback Slack."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.errors import NotAllowed, RateLimited, Unreachable
from bot.language import phrases
from bot.messages import Button, Place, Reply
from bot.pressed import ButtonPressed, CameBy, CommandGiven, Field, Form, FormSent, Interaction, Prompts, Reaction, Shown
from tests.contract.platform_contract import Heard
from tests.contract.slack_harness import SECRET, SEED, SlackHarness
from tests.core.test_slack_incoming import RECORDINGS
from tests.odd_payloads import mutated
from tests.slack_rules import labels_of, rendered
from tests.slack_server import TEAM, SlackServer

PUBLIC = Place("slack", TEAM, "C1", SEED)
HERS = Place("slack", TEAM, "C1", "@U2")
WHY = Form("why", "What was wrong?", "Send", (Field("words", "In your own words", long=True, required=False),), "en", "17")
ANSWER = Reply("30 days.", "en", buttons=(Button("person", "Talk to a person", "17"),), feedback=True)


class Reacting:
    """An `interact` that keeps what was done, and reacts as a test says; a reaction may take `seconds`."""

    def __init__(self) -> None:
        self.done: list[Interaction] = []
        self.reaction: Reaction = Shown(Reply("Done.", "en"))
        self.home: Reaction = Shown(Reply("# Home", "en", buttons=(Button("forget-me", "Forget me"),)))
        self.seconds = 0.0

    async def __call__(self, interaction: Interaction) -> Reaction:
        """Take it, and react."""
        self.done.append(interaction)
        await asyncio.sleep(self.seconds)
        at_home = isinstance(interaction, CameBy) and interaction.tab == "home"
        return self.home if at_home else self.reaction

    def last(self, kind: type[Any] = object) -> Any:
        """What was done last, by its kind."""
        return [done for done in self.done if isinstance(done, kind)][-1]


class Desk:
    """The adapter, its Slack, and what reacts."""

    def __init__(self, harness: SlackHarness, reacting: Reacting) -> None:
        self.harness, self.slack, self.reacting, self.platform = harness, harness.server, reacting, harness.platform

    async def answered(self, reply: Reply = ANSWER, place: Place = PUBLIC, key: str = "k-1") -> dict[str, Any]:
        """One of our messages, with its buttons."""
        await self.platform.send(place, reply, key)
        return self.slack.posts[-1]


@pytest.fixture(params=["socket", "http"])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    async with SlackServer(echo=False) as server:
        made = Desk(SlackHarness(server, http=request.param == "http"), Reacting())
        await made.harness.start(Heard(), made.reacting)
        yield made
        await made.harness.close()


@pytest.fixture
async def by_socket() -> AsyncIterator[Desk]:
    async with SlackServer(echo=False) as server:
        made = Desk(SlackHarness(server), Reacting())
        await made.harness.start(Heard(), made.reacting)
        yield made
        await made.harness.close()


class TestPressing:
    """Buttons."""

    async def test_who_presses_a_button_alone_sees_what_came_of_it(self, desk: Desk) -> None:
        await desk.slack.press("U2", await desk.answered(), "person")
        [shown] = await desk.slack.wait_for_ephemerals(1)
        assert (shown["user"], shown["channel"], shown["thread_ts"]) == ("U2", "C1", SEED)
        assert desk.slack.seen("U2") == ["Done."]
        assert desk.slack.unheard == []
        pressed = desk.reacting.last()
        assert isinstance(pressed, ButtonPressed)
        assert (pressed.place, pressed.person.id, pressed.person.workspace) == (PUBLIC, "U2", TEAM)
        assert (pressed.message_id, pressed.action, pressed.value) == (desk.slack.posts[0]["ts"], "person", "17")
        assert (pressed.locale, pressed.alone) == ("en-US", False)

    async def test_a_thumb_down_asks_why_and_the_words_come_back_with_what_they_are_about(self, desk: Desk) -> None:
        desk.reacting.reaction = WHY
        await desk.slack.press("U2", await desk.answered(), "bad")
        [modal] = await desk.slack.wait_for_modals(1)
        desk.reacting.reaction = Shown(Reply("Thank you.", "en"))
        await desk.slack.submit("U2", modal, words="Nothing about lamps")
        await desk.slack.wait_for_ephemerals(1)
        sent = desk.reacting.last()
        assert isinstance(sent, FormSent)
        assert (sent.place, sent.form, sent.value, sent.entries) == (PUBLIC, "why", "17", (("words", "Nothing about lamps"),))
        assert desk.slack.seen("U2") == ["Thank you."]

    async def test_a_form_that_is_closed_has_no_consequence(self, desk: Desk) -> None:
        desk.reacting.reaction = WHY
        await desk.slack.press("U2", await desk.answered(), "bad")
        [modal] = await desk.slack.wait_for_modals(1)
        await desk.slack.dismiss("U2", modal)
        assert len(desk.reacting.done) == 1
        assert desk.slack.unheard == []

    async def test_a_button_works_after_a_restart(self, desk: Desk) -> None:
        message = await desk.answered()
        await desk.platform.stop()
        await desk.harness.start(Heard())
        await desk.slack.press("U2", message, "person")
        await desk.slack.wait_for_ephemerals(1)
        assert desk.reacting.last().message_id == message["ts"]

    async def test_slack_is_told_at_once_however_long_the_reaction_takes(self, by_socket: Desk) -> None:
        by_socket.reacting.seconds = 0.3
        by_socket.slack.patience = 0.2
        await by_socket.slack.press("U2", await by_socket.answered(), "person")
        assert by_socket.slack.unheard == []
        await by_socket.slack.wait_for_ephemerals(1)

    @pytest.mark.parametrize("way", ["late", "no trigger"])
    async def test_a_form_that_comes_too_late_is_a_sentence_instead(self, by_socket: Desk, way: str) -> None:
        by_socket.reacting.reaction = WHY
        by_socket.slack.later = -4.0 if way == "late" else 0.0
        message = await by_socket.answered()
        more = {} if way == "late" else {"trigger_id": ""}
        pressing = asyncio.create_task(by_socket.slack.press("U2", message, "bad", **more))
        await asyncio.sleep(0)
        by_socket.slack.later = 0.0
        await pressing
        await by_socket.slack.wait_for_ephemerals(1)
        assert by_socket.slack.seen("U2") == [phrases.say(phrases.TOO_LATE, "en")]
        assert by_socket.slack.modals == []

    async def test_stopping_lets_a_reaction_end(self, by_socket: Desk) -> None:
        by_socket.reacting.seconds = 0.1
        await by_socket.slack.press("U2", await by_socket.answered(), "person")
        await by_socket.platform.stop()
        assert by_socket.slack.seen("U2") == ["Done."]

    async def test_where_nobody_reacts_a_press_is_taken_and_has_no_consequence(self) -> None:
        async with SlackServer(echo=False) as server:
            harness = SlackHarness(server)
            await harness.start(Heard())
            await harness.platform.send(PUBLIC, ANSWER, "k-1")
            await server.press("U2", server.posts[0], "person")
            assert (server.unheard, server.ephemerals) == ([], [])
            await harness.close()

    async def test_a_button_under_a_message_that_is_gone_still_says_something(self, by_socket: Desk) -> None:
        message = await by_socket.answered()
        by_socket.slack.messages["C1"].clear()
        await by_socket.slack.press("U2", message, "person")
        await by_socket.slack.wait_for_ephemerals(1)
        assert by_socket.slack.seen("U2") == ["Done."]

    async def test_an_hour_later_the_person_is_told_in_another_way(self, by_socket: Desk) -> None:
        by_socket.reacting.seconds = 0.1
        await by_socket.slack.press("U2", await by_socket.answered(), "person")
        by_socket.slack.later = 1900.0
        await by_socket.slack.wait_for_ephemerals(1)
        assert "chat.postEphemeral" in [method for method, _ in by_socket.slack.calls]

    async def test_somebody_of_another_workspace_is_of_his_own_and_never_an_admin(self, by_socket: Desk) -> None:
        by_socket.slack.users["U7"] = {"team_id": "T2", "is_admin": True}
        await by_socket.slack.press("U7", await by_socket.answered(), "person")
        await by_socket.slack.wait_for_ephemerals(1)
        assert by_socket.reacting.last().person.workspace == "T2"
        assert by_socket.reacting.last().place == PUBLIC
        await by_socket.slack.command("U7", "C1", "here")
        await by_socket.slack.wait_for_ephemerals(2)
        assert by_socket.reacting.last(CommandGiven).admin is False

    @pytest.mark.parametrize("fault", [403, 429, 500])
    async def test_a_slack_that_does_not_say_who_somebody_is_is_not_waited_for(self, by_socket: Desk, fault: int) -> None:
        message = await by_socket.answered()
        by_socket.slack.fail_next(fault, method="users.info")
        await by_socket.slack.press("U2", message, "person")
        await by_socket.slack.wait_for_ephemerals(1)
        assert by_socket.reacting.last().locale == ""

    async def test_who_presses_often_is_looked_up_once(self, by_socket: Desk) -> None:
        message = await by_socket.answered()
        for count in range(1, 4):
            await by_socket.slack.press("U2", message, "person")
            await by_socket.slack.wait_for_ephemerals(count)
        assert [method for method, _ in by_socket.slack.calls].count("users.info") == 1

    async def test_an_interaction_that_fails_in_us_is_logged_by_its_kind_alone(
        self, by_socket: Desk, caplog: pytest.LogCaptureFixture
    ) -> None:
        by_socket.reacting.reaction = Form("f", "t", "s", ("no field",), "en")  # type: ignore[arg-type]
        with caplog.at_level(logging.DEBUG, logger="adapters"):
            await by_socket.slack.press("U2", await by_socket.answered(), "person")
            await by_socket.platform.stop()
        assert "an interaction failed: AttributeError" in caplog.text


class TestPrivateMessages:
    """What one person alone sees, and the buttons under it."""

    PRIVATE = Reply("A draft.", "en", buttons=(Button("discard", "Discard", "5", "danger"), Button("send", "Send", "5", "primary")))

    async def drafted(self, desk: Desk) -> dict[str, Any]:
        desk.reacting.reaction = Shown(self.PRIVATE)
        asked = await desk.slack.say("C1", "U1", "Where is my parcel?", thread_ts=SEED, mention=False)
        await desk.slack.choose("U2", "C1", asked, "draft")
        [draft] = await desk.slack.wait_for_ephemerals(1)
        return draft

    async def test_a_draft_for_a_message_is_seen_by_whoever_asked_for_it(self, desk: Desk) -> None:
        draft = await self.drafted(desk)
        given = desk.reacting.last()
        assert isinstance(given, CommandGiven)
        assert (given.command, given.place) == ("draft", PUBLIC)
        assert given.chosen is not None
        assert (given.chosen.text, given.chosen.author.id, given.chosen.ours) == ("Where is my parcel?", "U1", False)
        assert (draft["user"], draft["thread_ts"], labels_of(draft)) == ("U2", SEED, ["Discard", "Send"])

    async def test_what_comes_of_its_buttons_takes_its_place(self, desk: Desk) -> None:
        draft = await self.drafted(desk)
        desk.reacting.reaction = Shown(Reply("Discarded.", "en"), instead=True)
        await desk.slack.press("U2", draft, "discard")
        await desk.slack.wait_for_ephemerals(1)
        await until(lambda: desk.slack.seen("U2") == ["Discarded."])
        pressed = desk.reacting.last()
        assert (pressed.place, pressed.value, pressed.alone) == (PUBLIC, "5", True)

    async def test_a_form_opened_from_it_may_take_its_place_as_well(self, desk: Desk) -> None:
        draft = await self.drafted(desk)
        desk.reacting.reaction = Form("send", "Edit", "Send", (Field("draft", "Draft", "A draft.", long=True),), "en", "5")
        await desk.slack.press("U2", draft, "send")
        [modal] = await desk.slack.wait_for_modals(1)
        desk.reacting.reaction = Shown(Reply("On its way.", "en"), instead=True)
        await desk.slack.submit("U2", modal, draft="A better draft.")
        await until(lambda: desk.slack.seen("U2") == ["On its way."])
        assert desk.reacting.last().entries == (("draft", "A better draft."),)

    async def test_a_long_reaction_arrives_whole_in_several_messages(self, by_socket: Desk) -> None:
        by_socket.reacting.reaction = Shown(Reply("A sentence & more. " * 1_000, "en", buttons=(Button("a", "A"),)))
        await by_socket.slack.press("U2", await by_socket.answered(), "person")
        await by_socket.slack.wait_for_ephemerals(2)
        assert " ".join(by_socket.slack.seen("U2")).split() == ("A sentence & more. " * 1_000).split()
        assert [labels_of(message) for message in by_socket.slack.ephemerals] == [[], ["A"]]

    async def test_an_empty_reply_in_its_place_takes_it_away(self, by_socket: Desk) -> None:
        draft = await self.drafted(by_socket)
        by_socket.reacting.reaction = Shown(Reply("", "en"), instead=True)
        await by_socket.slack.press("U2", draft, "discard")
        await until(lambda: by_socket.slack.seen("U2") == [])

    async def test_a_message_that_everybody_sees_is_never_replaced(self, by_socket: Desk) -> None:
        message = await by_socket.answered()
        by_socket.reacting.reaction = Shown(Reply("Only for you.", "en"), instead=True)
        await by_socket.slack.press("U2", message, "person")
        await by_socket.slack.wait_for_ephemerals(1)
        assert rendered(message) == "30 days."

    async def test_where_we_are_not_in_the_channel_it_comes_as_a_direct_message_and_its_buttons_lead_back(self, desk: Desk) -> None:
        desk.slack.not_ours.add("C1")
        sent = await desk.platform.send(HERS, Reply("Yours.", "en", buttons=(Button("share", "Share", "9"),), only_for="U2"), "k-9")
        [post] = desk.slack.posts
        assert (post["channel"], post["ts"]) == ("DU2", sent)
        await desk.slack.press("U2", post, "share")
        await desk.slack.wait_for_ephemerals(1)
        assert (desk.reacting.last().place, desk.reacting.last().message_id) == (HERS, sent)

    async def test_an_ephemeral_message_has_the_id_that_its_buttons_tell_again(self, desk: Desk) -> None:
        sent = await desk.platform.send(HERS, Reply("Yours.", "en", feedback=True, only_for="U2"), "k-9")
        [shown] = await desk.slack.wait_for_ephemerals(1)
        assert (shown["channel"], shown.get("thread_ts")) == ("C1", None)
        assert desk.slack.posts == []
        await desk.slack.press("U2", shown, "good")
        await desk.slack.wait_for_ephemerals(2)
        assert (desk.reacting.last().place, desk.reacting.last().message_id, desk.reacting.last().alone) == (HERS, sent, True)
        assert await desk.platform.find_sent(HERS, Reply("Yours.", "en", only_for="U2"), "k-9") is None

    async def test_in_his_direct_messages_it_is_a_message_like_any_other(self, desk: Desk) -> None:
        place = Place("slack", TEAM, "DU2", "1700000000.000009", direct=True)
        sent = await desk.platform.send(place, Reply("Yours.", "en", only_for="U2"), "k-9")
        assert [(post["channel"], post["thread_ts"], post["ts"]) for post in desk.slack.posts] == [("DU2", "1700000000.000009", sent)]

    async def test_where_no_direct_message_can_be_opened_it_is_not_allowed(self, by_socket: Desk) -> None:
        by_socket.slack.not_ours.add("C1")
        by_socket.slack.unreachable.add("U2")
        with pytest.raises(NotAllowed):
            await by_socket.platform.send(HERS, Reply("Yours.", "en", only_for="U2"), "k-9")

    async def test_a_command_given_where_we_are_not_is_answered_there(self, desk: Desk) -> None:
        desk.slack.not_ours.add("GX")
        desk.reacting.reaction = None
        await desk.slack.command("U2", "GX", "ask How long?")
        await desk.slack.wait_for_ephemerals(1)
        given = desk.reacting.last()
        assert given.place == Place("slack", TEAM, "GX", "@U2")
        await desk.platform.send(given.place, Reply("30 days.", "en", only_for="U2", handle=given.handle), "k-9")
        assert desk.slack.seen("U2") == [phrases.say(phrases.THINKING, "en"), "30 days."]

    async def test_a_handle_that_is_used_up_gives_way_to_an_ephemeral_message(self, by_socket: Desk) -> None:
        by_socket.reacting.reaction = None
        await by_socket.slack.command("U2", "C1", "ask How long?")
        await by_socket.slack.wait_for_ephemerals(1)
        handle = by_socket.reacting.last().handle
        for number in range(6):
            await by_socket.platform.send(HERS, Reply(f"Part {number}.", "en", only_for="U2", handle=handle), f"k-{number}")
        assert by_socket.slack.seen("U2")[1:] == [f"Part {number}." for number in range(6)]
        assert [method for method, _ in by_socket.slack.calls].count("chat.postEphemeral") == 2

    @pytest.mark.parametrize(
        "handle",
        [
            "",
            "home",
            "http://evil.example/",
            "https://127.0.0.1.evil.example/x",
            "file:///etc/passwd",
            "http://[",
            "//127.0.0.1/x",
            "x" * 99,
        ],
    )
    async def test_nothing_is_sent_to_an_address_that_is_not_slacks(self, by_socket: Desk, handle: str) -> None:
        await by_socket.platform.send(HERS, Reply("Yours.", "en", only_for="U2", handle=handle), "k-9")
        assert [method for method, _ in by_socket.slack.calls][-1] == "chat.postEphemeral"

    async def test_a_private_message_pings_nobody(self, by_socket: Desk) -> None:
        pings = "<!channel> <@U1> @here ![x](https://evil.example/x.png)"
        by_socket.reacting.reaction = Form("f", pings, pings, (Field("a", pings, pings, long=True), Field("b", pings)), "en")
        await by_socket.slack.command("U2", "C1", "ask")
        await by_socket.slack.wait_for_modals(1)
        by_socket.reacting.reaction = Shown(Reply(pings, "en", buttons=(Button("a", pings, weight="danger"),), notice=pings))
        await by_socket.slack.command("U2", "C1", "me")
        await by_socket.platform.send(HERS, Reply(pings, "en", only_for="U2"), "k-9")
        await by_socket.slack.wait_for_ephemerals(2)
        assert by_socket.slack.pinged_alone() == []

    @pytest.mark.parametrize(("status", "error"), [(429, RateLimited), (500, Unreachable), (401, NotAllowed)])
    async def test_what_slack_refuses_is_told_by_its_kind(self, by_socket: Desk, status: int, error: type[Exception]) -> None:
        by_socket.slack.fail_next(status, 7.0, method="chat.postEphemeral")
        by_socket.slack.fail_next(status, method="conversations.open")
        with pytest.raises(error):
            await by_socket.platform.send(HERS, Reply("Yours.", "en", only_for="U2"), "k-9")

    async def test_a_reaction_that_slack_does_not_take_at_once_is_tried_again(self, by_socket: Desk) -> None:
        by_socket.slack.fail_next(429, 0.01, method="chat.postEphemeral")
        await by_socket.slack.press("U2", await by_socket.answered(), "person", response_url="")
        await by_socket.slack.wait_for_ephemerals(1)
        assert by_socket.slack.seen("U2") == ["Done."]


class TestCommands:
    """`/polydesk` and the menu of a message."""

    @pytest.mark.parametrize("text", ["", "dance with me"])
    async def test_who_does_not_know_the_words_is_told_them_in_his_language(self, desk: Desk, text: str) -> None:
        desk.slack.users["U2"] = {"locale": "de-DE"}
        await desk.slack.command("U2", "C1", text)
        await desk.slack.wait_for_ephemerals(1)
        [seen] = desk.slack.seen("U2")
        assert seen.startswith(phrases.say(phrases.COMMANDS_TITLE, "de"))
        assert f"`/polydesk ask` {phrases.say(phrases.ASK_ASIDE, 'de')}" in seen
        assert f"`/polydesk here` {phrases.say(phrases.COMMAND_HERE, 'de')}" in seen
        assert desk.reacting.done == []
        assert desk.slack.unheard == []

    async def test_who_runs_the_workspace_may_set_where_it_speaks(self, desk: Desk) -> None:
        desk.slack.users["U2"] = {"is_admin": True}
        await desk.slack.command("U2", "C1", "here quiet 22-7")
        await desk.slack.wait_for_ephemerals(1)
        given = desk.reacting.last()
        assert (given.command, given.text, given.admin) == ("here", "quiet 22-7", True)

    async def test_a_command_that_takes_long_shows_that_it_was_heard(self, by_socket: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("adapters.slack.connection.interacting._SIGN_AFTER", 0.01)
        by_socket.reacting.seconds = 0.1
        await by_socket.slack.command("U2", "C1", "human")
        await by_socket.slack.wait_for_ephemerals(2)
        assert by_socket.slack.seen("U2") == [phrases.say(phrases.THINKING, "en"), "Done."]

    async def test_in_his_conversation_with_us_a_command_is_said_there(self, by_socket: Desk) -> None:
        await by_socket.slack.command("U2", "DU2", "me")
        await by_socket.slack.wait_for_ephemerals(1)
        assert by_socket.reacting.last().place == Place("slack", TEAM, "DU2", direct=True)

    async def test_in_a_conversation_between_two_people_we_see_no_more_than_his_command(self, by_socket: Desk) -> None:
        by_socket.slack.not_ours.add("DX")
        await by_socket.slack.command("U2", "DX", "me")
        await by_socket.slack.wait_for_ephemerals(1)
        assert by_socket.reacting.last().place == Place("slack", TEAM, "DX", "@U2")


class TestComingBy:
    """Our home and our messages."""

    async def test_who_opens_our_messages_is_offered_questions(self, desk: Desk) -> None:
        desk.reacting.reaction = Prompts("Hello!", ("How long?", "How much?", "Where?", "When?", "Why?"))
        await desk.slack.visit("U2", "messages")
        await until(lambda: desk.slack.prompts)
        [prompts] = desk.slack.prompts
        assert (prompts["channel_id"], prompts["title"], "thread_ts" in prompts) == ("DU2", "Hello!", False)
        assert [prompt["message"] for prompt in prompts["prompts"]] == ["How long?", "How much?", "Where?", "When?"]
        assert desk.slack.undelivered == []

    async def test_where_slack_refuses_suggestions_there_are_none_and_nobody_is_told(self, by_socket: Desk) -> None:
        by_socket.slack.fail_next(403, method="assistant.threads.setSuggestedPrompts", error="not_agent_app")
        by_socket.reacting.reaction = Prompts("Hello!", ("How long?",))
        await by_socket.slack.visit("U2", "messages")
        await by_socket.platform.stop()
        assert (by_socket.slack.prompts, by_socket.slack.posts, by_socket.slack.ephemerals) == ([], [], [])

    async def test_our_home_is_shown_to_whoever_opens_it(self, desk: Desk) -> None:
        await desk.slack.visit("U2", "home")
        home = await desk.slack.wait_for_home("U2")
        assert rendered(home) == "*Home*"
        assert labels_of(home) == ["Forget me"]

    async def test_what_is_pressed_there_opens_a_window_and_the_home_is_renewed(self, desk: Desk) -> None:
        await desk.slack.visit("U2", "home")
        home = await desk.slack.wait_for_home("U2")
        desk.reacting.reaction = Shown(Reply("Really?", "en", buttons=(Button("forget", "Forget", weight="danger"),)))
        desk.reacting.home = Shown(Reply("Nothing is stored.", "en"))
        await desk.slack.press("U2", home, "forget-me")
        [window] = await desk.slack.wait_for_modals(1)
        assert rendered(window["view"]) == "Really?"
        pressed = desk.reacting.last(ButtonPressed)
        assert (pressed.place, pressed.action, pressed.alone) == (Place("slack", TEAM, "DU2", direct=True), "forget-me", True)
        await desk.slack.wait_for_home("U2", "Nothing is stored.")

    async def test_what_is_pressed_in_that_window_changes_it(self, desk: Desk) -> None:
        await desk.slack.visit("U2", "home")
        desk.reacting.reaction = Shown(Reply("Really?", "en", buttons=(Button("forget", "Forget"),)))
        await desk.slack.press("U2", await desk.slack.wait_for_home("U2"), "forget-me")
        [window] = await desk.slack.wait_for_modals(1)
        desk.reacting.reaction = Shown(Reply("Forgotten.", "en"), instead=True)
        await desk.slack.press("U2", window, "forget")
        await until(lambda: rendered(desk.slack.modals[0]["view"]) == "Forgotten.")
        assert len(desk.slack.modals) == 1

    async def test_a_form_filled_in_there_is_answered_in_a_window(self, desk: Desk) -> None:
        await desk.slack.visit("U2", "home")
        desk.reacting.reaction = Form(
            "language", "Language", "OK", (Field("language", "L", "en", options=(("de", "Deutsch"), ("en", "English"))),), "en"
        )
        await desk.slack.press("U2", await desk.slack.wait_for_home("U2"), "forget-me")
        [modal] = await desk.slack.wait_for_modals(1)
        desk.reacting.reaction = Shown(Reply("Deutsch!", "de"))
        await desk.slack.submit("U2", modal, language="de")
        await desk.slack.wait_for_modals(2)
        assert rendered(desk.slack.modals[1]["view"]) == "Deutsch!"
        assert desk.reacting.last(FormSent).entries == (("language", "de"),)

    async def test_where_no_window_can_be_opened_it_comes_as_a_direct_message(self, by_socket: Desk) -> None:
        await by_socket.slack.visit("U2", "home")
        home = await by_socket.slack.wait_for_home("U2")
        by_socket.slack.fail_next(403, method="views.open")
        await by_socket.slack.press("U2", home, "forget-me")
        await by_socket.slack.wait_for_posts(1)
        assert [(post["channel"], rendered(post)) for post in by_socket.slack.posts] == [("DU2", "Done.")]


class TestOddPayloads:
    """What no honest Slack sends."""

    async def test_whatever_comes_the_next_press_has_its_reaction(self, desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
        kinds = [path for path in RECORDINGS.glob("*.json") if path.stem.startswith(("button", "shortcut", "command", "form", "app_home"))]
        texts = [path.read_text(encoding="utf-8").replace("T123ABC456", TEAM) for path in kinds]
        wires: list[Any] = []

        @settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(mutated([json.loads(text) for text in texts]))
        def collect(body: Any) -> None:
            wires.append(body)

        collect()
        desk.slack.patience = 0.05
        for body in wires:
            await desk.slack._hand_over("interactive", body)
        desk.slack.patience = 3.0
        await desk.slack.press("U2", await desk.answered(), "person")
        await until(lambda: any(done.person.id == "U2" and done.place == PUBLIC for done in desk.reacting.done))
        assert "an interaction failed" not in caplog.text


class TestTheDoor:
    """What is pressed comes through the same door as events, when Slack calls us."""

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"ssl_check=1&token=x", 200),
            (b"payload=%7B", 400),
            (b"payload=[]", 400),
            (b"payload=%7B%22type%22%3A%22block_actions%22%7D", 400),
            (b"payload=%7B%22type%22%3A%22unheard_of%22%7D", 200),
            (b"command=%2Fpolydesk", 200),
            (b"command=%2Fpolydesk&user_id=U2&channel_id=C1&text=%ff", 200),
            (b"hello=world", 400),
            (b"", 400),
            (b"&".join(b"a=1" for _ in range(200)), 400),
            (b"\xff\xfe", 400),
        ],
    )
    async def test_what_no_slack_sends_gets_the_right_status(self, body: bytes, status: int) -> None:
        async with SlackServer(echo=False) as server:
            harness = SlackHarness(server, http=True)
            await harness.start(Heard(), Reacting())
            headers: Any = {"Content-Type": "application/x-www-form-urlencoded"}
            assert await server.deliver_http(harness.events_url, body, SECRET, 0, **headers) == status
            assert await server.deliver_http(harness.events_url, body, "another secret", 0, **headers) == 401
            await harness.close()


async def until(true: Any, patience: float = 5.0) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(patience):
        while not true():
            await asyncio.sleep(0.01)
