"""What becomes of buttons, commands and forms, whichever platform they come from: one suite around a real desk.

A platform's test module subclasses `InteractionsContract` and gives a fixture `harness` of the shape `Acting`, around a real
adapter and a loopback platform. Nobody is asked who he is: "ada" asks, "bob" is somebody else, "cleo" is staff.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Literal, Protocol

import pytest
from sqlalchemy import text

from bot.messages import Place
from bot.platforms import Platform, Receive
from bot.pressed import Interact
from bot.store.database import Database
from tests.core.desk import Desk, Echo, desk
from tests.fakes import ScriptedModel

PASSED_ON, BEFORE = "I have passed your question on", "Our staff have your question already"
OUT_OF_DATE, THANKS, SHARED = "This is out of date", "Thank you", "Everyone here can see"
CHANGED, SURE, FORGOTTEN = "Deutsch", "cannot be undone", "is erased"


class Acting(Protocol):
    """A real adapter beside a loopback platform, and the hands of two people. Everybody reads English on it."""

    can: frozenset[str]
    """What this platform has of: commands, tools (for staff, on any message), home, messages (prompts)."""

    @property
    def platform(self) -> Platform:
        """The adapter."""
        ...

    async def start(self, receive: Receive, interact: Interact) -> None:
        """Start the adapter, or after a restart of the desk a new one on the same platform."""
        ...

    def staff_place(self) -> Place:
        """A channel where staff are told."""
        ...

    async def ask(self, words: str) -> None:
        """Ada asks in public, where there is a public."""
        ...

    async def public(self, posts: int) -> list[str]:
        """The texts of what everybody sees of us, without the staff's channel, as soon as there are so many."""
        ...

    async def press(self, action: str, person: str = "ada", *, unknown: bool = False) -> None:
        """Press the button with this action where it was seen last, in public or in private. `unknown`: under a message that is
        gone from the desk's books. Returns when the platform has answered."""
        ...

    async def command(self, name: str, words: str = "", person: str = "ada") -> None:
        """Give a command in the channel."""
        ...

    async def choose(self, tool: str, person: str = "cleo", *, ours: bool = False) -> None:
        """Choose a tool for the last message of Ada's in public, or for the last one of ours."""
        ...

    def member(self) -> str:
        """The key of Cleo, who is staff."""
        ...

    async def send_form(self, entries: Mapping[str, str], person: str = "ada") -> None:
        """Fill in the form that was opened last, and send it."""
        ...

    async def come_by(self, tab: Literal["messages", "home"], person: str = "ada") -> None:
        """Open our page on the platform."""
        ...

    async def private_replies(self, replies: int, person: str = "ada") -> list[str]:
        """What this person alone has seen, prompts and the home page too, as soon as there are so many."""
        ...

    def forms(self) -> int:
        """How many forms were opened."""
        ...


@pytest.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[Database]:
    """SQLite: what differs on PostgreSQL is tried by the stores' own tests."""
    database = Database(f"sqlite:///{tmp_path}/acting.db")
    await database.migrate()
    yield database
    await database.close()


def running(harness: Acting, database: Database, **more: object) -> AbstractAsyncContextManager[Desk]:
    """A desk around the harness."""
    more.setdefault("staff", harness.staff_place())
    more.setdefault("member", harness.member())
    return desk(database, harness.platform, start=harness.start, **more)  # type: ignore[arg-type]


async def rows(database: Database, asked: str) -> list[tuple[object, ...]]:
    """What stands in the database."""
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(text(asked))]


def need(harness: Acting, *features: str) -> None:
    """Skip what this platform does not know."""
    if missing := set(features) - harness.can:
        pytest.skip(f"{harness.platform.name} knows no {', '.join(sorted(missing))}")


class ButtonsContract:
    """What stands under an answer."""

    async def test_whether_an_answer_helped_is_kept_with_it_and_a_second_press_changes_it(
        self, harness: Acting, embedded: Database
    ) -> None:
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.press("good")
            await harness.press("good")
            assert all(THANKS in said for said in await harness.private_replies(2))
            await harness.press("bad")
            assert harness.forms() == 1
        assert await rows(embedded, "SELECT verdict, reason FROM feedback") == [("bad", "")]

    async def test_why_an_answer_did_not_help_is_asked_and_kept(self, harness: Acting, embedded: Database) -> None:
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.press("bad")
            await harness.send_form({"reason": "incomplete", "words": "To Iceland?"})
            assert THANKS in (await harness.private_replies(1))[0]
        assert await rows(embedded, "SELECT verdict, reason, words FROM feedback") == [("bad", "incomplete", "To Iceland?")]

    async def test_who_presses_for_a_person_is_passed_on_once(self, harness: Acting, embedded: Database) -> None:
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.press("person")
            await harness.press("person")
            first, second = await harness.private_replies(2)
        assert PASSED_ON in first
        assert BEFORE in second
        [(question, reference)] = await rows(embedded, "SELECT question, reference FROM cases")
        assert question == "How long does delivery take?"
        assert str(reference) in first
        assert str(reference) in second

    async def test_somebody_else_may_ask_for_a_person_too(self, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.press("person", "bob")
            assert PASSED_ON in (await harness.private_replies(1, "bob"))[0]
            assert await harness.private_replies(0) == []

    @pytest.mark.parametrize("action", ["good", "person"])
    async def test_buttons_work_after_a_restart(self, action: str, harness: Acting, embedded: Database) -> None:
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
        async with running(harness, embedded):
            await harness.press(action)
            assert OUT_OF_DATE not in (await harness.private_replies(1))[0]

    @pytest.mark.parametrize("action", ["good", "bad", "person"])
    async def test_a_button_under_a_message_that_is_gone_says_so(self, action: str, harness: Acting, embedded: Database) -> None:
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.press(action, unknown=True)
            assert OUT_OF_DATE in (await harness.private_replies(1))[0]
        assert await rows(embedded, "SELECT * FROM feedback") == await rows(embedded, "SELECT * FROM cases") == []

    async def test_a_thumb_knows_its_answer_before_the_desk_knows_the_message(self, harness: Acting, embedded: Database) -> None:
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            async with embedded.writing() as connection:
                await connection.execute(text("UPDATE turns SET message_id = '' WHERE role = 'bot'"))
            await harness.press("good")
            assert THANKS in (await harness.private_replies(1))[0]
        assert await rows(embedded, "SELECT verdict FROM feedback") == [("good",)]

    async def test_who_presses_while_the_desk_is_broken_is_told_with_a_reference(self, harness: Acting, embedded: Database) -> None:
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            async with embedded.writing() as connection:
                await connection.execute(text("DROP TABLE feedback"))
            await harness.press("good")
            assert "Reference: #" in (await harness.private_replies(1))[0]

    async def test_where_nobody_can_be_reached_no_person_is_offered(self, harness: Acting, embedded: Database) -> None:
        async with running(harness, embedded, staff=None):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            with pytest.raises(LookupError):
                await harness.press("person")


class CommandsContract:
    """What people command."""

    async def test_a_question_by_command_is_answered_for_its_author_alone(self, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command("ask", "How long does delivery take?")
            assert any("You asked: How long" in said for said in await harness.private_replies(1))
            assert await harness.public(0) == []
            assert await harness.private_replies(0, "bob") == []

    async def test_what_was_asked_aside_is_shared_once_with_its_question(self, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command("ask", "How long does delivery take?")
            await harness.private_replies(1)
            await harness.press("share")
            [post] = await harness.public(1)
            assert "You asked: How long does delivery take?" in post
            assert "AI assistant" in post
            await harness.press("share")
            assert len(await harness.public(1)) == 1
            assert any(SHARED in said for said in await harness.private_replies(2))

    async def test_nobody_shares_the_answer_of_another(self, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command("ask", "How long does delivery take?")
            await harness.private_replies(1)
            await harness.press("share", "bob")
            assert OUT_OF_DATE in (await harness.private_replies(1, "bob"))[0]
            assert await harness.public(0) == []

    async def test_an_answer_that_one_person_saw_can_be_shared_after_a_restart(self, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command("ask", "How long does delivery take?")
            await harness.private_replies(1)
        async with running(harness, embedded):
            await harness.press("share")
            assert await harness.public(1)

    @pytest.mark.parametrize(("name", "words"), [("ask", "You asked: Where is my parcel?"), ("human", PASSED_ON)])
    async def test_a_command_without_words_asks_for_them(self, name: str, words: str, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command(name)
            assert harness.forms() == 1
            await harness.send_form({"question": "Where is my parcel?"})
            assert any(words in said for said in await harness.private_replies(1))

    @pytest.mark.parametrize("name", ["ask", "human"])
    async def test_who_fills_in_nothing_but_blanks_asks_nothing(self, name: str, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command(name)
            await harness.send_form({"question": " \n \t "})
            assert "What would you like to know" in (await harness.private_replies(1))[-1]
        assert await rows(embedded, "SELECT * FROM events") == await rows(embedded, "SELECT * FROM cases") == []

    async def test_who_commands_for_a_person_hands_over_his_conversation_once(self, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command("ask", "How long does delivery take?")
            await harness.private_replies(1)
            await harness.command("human")
            await harness.command("human")
            said = await harness.private_replies(3)
        assert any(PASSED_ON in one for one in said)
        assert any(BEFORE in one for one in said)
        assert await rows(embedded, "SELECT question FROM cases") == [("How long does delivery take?",)]

    @pytest.mark.parametrize("words", ["de", "german", "Deutsch", "DE", "auf Deutsch bitte"])
    async def test_a_language_is_understood_by_code_and_by_name(self, words: str, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded) as here:
            await harness.command("language", words)
            assert CHANGED in (await harness.private_replies(1))[0]
            await harness.command("ask", "Jeans 501")
            await harness.private_replies(2)
            assert here.echo.asked[-1].language == "de"

    async def test_a_language_can_be_picked_from_those_of_the_shop(self, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command("language", "klingon")
            assert harness.forms() == 1
            await harness.send_form({"language": "de"})
            assert CHANGED in (await harness.private_replies(1))[0]
        assert await rows(embedded, "SELECT language FROM people") == [("de",)]

    async def test_who_wants_to_be_forgotten_is_asked_once_more_and_then_forgotten(self, harness: Acting, embedded: Database) -> None:
        need(harness, "commands")
        async with running(harness, embedded):
            await harness.command("ask", "My orchid is wilting")
            await harness.private_replies(1)
            await harness.command("forget-me")
            assert any(SURE in said for said in await harness.private_replies(2))
            assert await rows(embedded, "SELECT text FROM turns")
            await harness.press("forget")
            assert any(FORGOTTEN in said for said in await harness.private_replies(3))
        assert await rows(embedded, "SELECT text FROM turns") == []

    async def test_an_unknown_command_is_answered_privately(self, harness: Acting, embedded: Database) -> None:
        need(harness, "unknown command")
        async with running(harness, embedded):
            await harness.command("dance")
            assert OUT_OF_DATE in (await harness.private_replies(1))[0]


class StaffContract:
    """What staff do with any message."""

    async def test_staff_send_a_draft_that_everybody_sees_and_nobody_saw_before(self, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        model = ScriptedModel(["You asked about delivery."])
        async with running(harness, embedded, model=model):
            await harness.ask("Wie lange dauert die Lieferung nach Hamburg?")
            await harness.public(1)
            await harness.choose("draft")
            [draft] = await harness.private_replies(1, "cleo")
            for words in ("German", "You asked: Wie lange dauert", "English", "You asked about delivery."):
                assert words in draft
            assert len(await harness.public(1)) == 1
            await harness.press("send", "cleo")
            posts = await harness.public(2)
            assert "You asked: Wie lange dauert" in posts[-1]
            assert "unseren Mitarbeitern" in posts[-1]
            await harness.press("send", "cleo")
            assert len(await harness.public(2)) == 2
        assert await rows(embedded, "SELECT role FROM turns ORDER BY id DESC LIMIT 1") == [("staff",)]
        assert await rows(embedded, "SELECT id FROM drafts") == []

    async def test_a_draft_can_be_changed_before_it_is_sent(self, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.choose("draft")
            await harness.press("edit", "cleo")
            await harness.send_form({"text": "Two days, as a rule."}, "cleo")
            assert "Two days, as a rule." in (await harness.public(2))[-1]

    async def test_a_draft_can_be_discarded_and_is_gone_then(self, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.choose("draft")
            await harness.press("discard", "cleo")
            await harness.press("send", "cleo")
            assert OUT_OF_DATE in (await harness.private_replies(2, "cleo"))[-1]
            assert len(await harness.public(1)) == 1

    @pytest.mark.parametrize("action", ["send", "edit", "discard"])
    async def test_nobody_touches_the_draft_of_another(self, action: str, harness: Acting, embedded: Database) -> None:
        need(harness, "tools", "what others see alone")
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.choose("draft")
            await harness.press(action, "bob")
            assert OUT_OF_DATE in (await harness.private_replies(1, "bob"))[-1]
            assert len(await harness.public(1)) == 1
        assert len(await rows(embedded, "SELECT id FROM drafts")) == 1

    async def test_a_draft_can_be_sent_after_a_restart_and_not_after_a_day(self, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.choose("draft")
        async with running(harness, embedded):
            async with embedded.writing() as connection:
                await connection.execute(text("UPDATE drafts SET made_at = made_at - 86400"))
            await harness.press("send", "cleo")
            assert OUT_OF_DATE in (await harness.private_replies(1, "cleo"))[-1]
            async with embedded.writing() as connection:
                await connection.execute(text("UPDATE drafts SET made_at = made_at + 86400"))
            await harness.press("send", "cleo")
            assert len(await harness.public(2)) == 2

    @pytest.mark.parametrize("action", ["send", "edit"])
    async def test_who_is_not_staff_any_more_sends_no_draft(self, action: str, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        async with running(harness, embedded):
            await harness.ask("How long does delivery take?")
            await harness.public(1)
            await harness.choose("draft")
        async with running(harness, embedded, member=""):
            await harness.press(action, "cleo")
            assert "Only the staff" in (await harness.private_replies(2, "cleo"))[-1]
            assert (len(await harness.public(1)), harness.forms()) == (1, 0)

    async def test_without_a_model_a_draft_says_that_there_is_no_translation(self, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        async with running(harness, embedded):
            await harness.ask("Wie lange dauert die Lieferung nach Hamburg?")
            await harness.public(1)
            await harness.choose("draft")
            assert "There is no translation" in (await harness.private_replies(1, "cleo"))[0]

    async def test_a_conversation_is_summed_up_by_the_model_or_its_questions_are_listed(self, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        for model, words in ((ScriptedModel(["She waits for her parcel."]), "She waits for her parcel."), (None, "Where is my parcel?")):
            async with running(harness, embedded, model=model):
                await harness.ask("Where is my parcel?")
                await harness.public(1)
                await harness.choose("summarise")
                assert words in (await harness.private_replies(1, "cleo"))[-1]

    async def test_staff_hand_a_conversation_over_for_its_author(self, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        async with running(harness, embedded):
            await harness.ask("Where is my parcel?")
            await harness.public(1)
            await harness.choose("hand-over")
            await harness.choose("hand-over", ours=True)
            first, second = await harness.private_replies(2, "cleo")
        assert PASSED_ON in first
        assert BEFORE in second
        assert await rows(embedded, "SELECT question FROM cases") == [("Where is my parcel?",)]

    @pytest.mark.parametrize("tool", ["draft", "summarise", "hand-over"])
    async def test_the_tools_are_for_staff_alone(self, tool: str, harness: Acting, embedded: Database) -> None:
        need(harness, "tools")
        async with running(harness, embedded):
            await harness.ask("Where is my parcel?")
            await harness.public(1)
            await harness.choose(tool, "bob")
            assert "Only the staff" in (await harness.private_replies(1, "bob"))[0]


class ComingByContract:
    """Our own page on a platform."""

    async def test_who_opens_the_conversation_with_us_gets_questions_to_begin_with(self, harness: Acting, embedded: Database) -> None:
        need(harness, "messages")
        async with running(harness, embedded):
            await harness.come_by("messages")
            assert "How long does delivery take?" in (await harness.private_replies(1))[0]

    async def test_our_page_says_what_is_stored_and_what_waits(self, harness: Acting, embedded: Database) -> None:
        need(harness, "home", "commands")
        async with running(harness, embedded):
            await harness.command("human", "My orchid is wilting")
            await harness.private_replies(1)
            await harness.come_by("home")
            page = (await harness.private_replies(2))[-1]
        [(reference,)] = await rows(embedded, "SELECT reference FROM cases")
        for words in ("Language: English", "stored here: 1", str(reference), "AI assistant", "passwords"):
            assert words in page

    async def test_the_page_of_a_stranger_is_empty(self, harness: Acting, embedded: Database) -> None:
        need(harness, "home")
        async with running(harness, embedded, echo=Echo()):
            await harness.come_by("home", "bob")
            assert "stored here: 0" in (await harness.private_replies(1, "bob"))[-1]


class InteractionsContract(ButtonsContract, CommandsContract, StaffContract, ComingByContract):
    """The whole of it; see the module's docstring for how to pass it."""
