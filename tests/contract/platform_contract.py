"""What every platform must do, whichever it is: one suite for Slack, Discord, the web page and the fake.

A platform's test module subclasses `PlatformContract` (its name begins with Test there) and gives a fixture
`harness`: an object of the shape `Harness` around a real adapter and a loopback platform. What a platform
does not know at all is left out of `harness.can`, and those tests are skipped. Platforms with a history keep
`MissedContract` (missed_contract.py) besides.
"""

import asyncio
import re
from collections.abc import Iterable
from typing import Protocol

import pytest

from bot.errors import NotAllowed, PlaceGone, RateLimited, Unreachable, Unsupported
from bot.messages import Button, Event, Mark, MessageDeleted, MessageEdited, MessageReceived, Place, Reply, Source
from bot.platforms import Listens, Platform, Receive

EVERYTHING = frozenset(
    {
        *("direct", "mention", "follow_up", "plain_talk", "own_message", "other_bot", "edit", "delete", "same_message_twice"),
        *("failing", "heartbeat", "redelivery", "find_sent"),
    }
)
"""The kinds that `hear` knows, and the features that some platforms lack."""

PINGS = "@everyone @here <!channel> <!here> <!everyone> <@U1> <@123456789012345678> <@&123456789012345678> <!subteam^S1>"


class Harness(Protocol):
    """A real adapter beside a loopback platform, with hands on both."""

    can: frozenset[str]
    """The part of EVERYTHING that this platform knows."""
    listens: Listens
    """What the adapter is given at its start."""
    longest: int
    """How many characters of plain text surely fit into one message."""

    @property
    def platform(self) -> Platform:
        """The adapter under test."""
        ...

    async def start(self, receive: Receive) -> None:
        """Start the adapter; returns when it is connected."""
        ...

    async def hear(self, kind: str, text: str = "hello") -> None:
        """Somebody does something on the platform; returns when the adapter is through with it (or gave up).

        direct, mention: as a customer writes it. follow_up: in a thread, without a mention. plain_talk: between
        people, beside us. own_message, other_bot: by us, by another bot. edit (to `text`), delete: of the message
        heard last. same_message_twice: a mention that is delivered two times.
        """
        ...

    async def redeliver(self) -> None:
        """The platform sends again what it was not told we have (or the adapter fetches it by reconnecting)."""
        ...

    async def heartbeat(self) -> bool:
        """Whether the connection answers a sign of life within a second."""
        ...

    def sent(self) -> list[str]:
        """The texts of what we posted, as people read them."""
        ...

    def raw_sent(self) -> list[dict[str, object]]:
        """The payloads of what we posted."""
        ...

    def pinged(self) -> list[str]:
        """Everybody whom the platform would have pinged by what we posted."""
        ...

    def fail_next(self, status: int, retry_after: float | None = None) -> None:
        """The next send is refused: 429, 401, 403, 404, 500, as the platform says it."""
        ...

    def drop_next(self) -> None:
        """The next send finds its connection cut."""
        ...

    def unmapped(self) -> list[str]:
        """Names of the library's exception classes that the adapter does not make a PlatformError of."""
        ...

    def place(self) -> Place:
        """A place where `send` works."""
        ...

    async def close(self) -> None:
        """Stop both."""
        ...


class Heard:
    """A `receive` that keeps what it got; it can be slow, or fail."""

    def __init__(self, *, failures: int = 0) -> None:
        self.events: list[Event] = []
        self.failures = failures
        self.failure: Exception = OSError("the database is away")
        self.open = asyncio.Event()
        self.open.set()
        self.entered = asyncio.Event()

    async def __call__(self, event: Event) -> None:
        """Take the event in, when the door is open and no failure is left."""
        self.entered.set()
        await self.open.wait()
        if self.failures:
            self.failures -= 1
            raise self.failure
        self.events.append(event)

    def messages(self) -> list[MessageReceived]:
        """The messages, each once: a platform may tell of one twice, the inbox keeps the first."""
        found = {(e.place.workspace, e.place.channel, e.message_id): e for e in self.events if isinstance(e, MessageReceived)}
        return list(found.values())

    def standing(self) -> list[str]:
        """The texts of the messages as they stand after every edit and delete."""
        texts: dict[str, str] = {}
        for event in self.events:
            if isinstance(event, MessageDeleted):
                texts.pop(event.message_id, None)
            elif isinstance(event, MessageReceived) or event.message_id in texts:
                texts[event.message_id] = event.text
        return list(texts.values())

    def only(self) -> MessageReceived:
        """The one message."""
        [message] = self.messages()
        return message


def letters(texts: Iterable[str]) -> str:
    """All that is not white space: what must survive splitting."""
    return "".join(re.sub(r"\s", "", text) for text in texts)


def need(harness: Harness, *features: str) -> None:
    """Skip what this platform does not know."""
    if missing := set(features) - harness.can:
        pytest.skip(f"{harness.platform.name} knows no {', '.join(sorted(missing))}")


async def listen(harness: Harness, *, failures: int = 0) -> Heard:
    """A started harness, and what it hears."""
    heard = Heard(failures=failures)
    await harness.start(heard)
    return heard


async def say(harness: Harness, text: str, **more: object) -> list[str]:
    """Split and send, as delivery does; the ids."""
    reply = Reply(text=text, language="en", **more)  # type: ignore[arg-type]
    parts = harness.platform.split(reply)
    return [await harness.platform.send(harness.place(), part, f"contract-{number}") for number, part in enumerate(parts)]


class HearingContract:
    """What comes in."""

    @pytest.mark.parametrize(("kind", "addressed"), [("direct", {"direct"}), ("mention", {"mention"}), ("follow_up", {"maybe", "reply"})])
    async def test_one_message_gives_one_event_that_says_how_it_reached_us(self, harness: Harness, kind: str, addressed: set[str]) -> None:
        need(harness, kind)
        heard = await listen(harness)
        await harness.hear(kind, "Where is my parcel?")
        message = heard.only()
        assert message.text == "Where is my parcel?"
        assert message.addressed in addressed
        assert message.place.direct == (kind == "direct")
        assert message.event_id
        assert message.message_id
        assert message.author.id

    async def test_talk_between_people_is_not_for_us(self, harness: Harness) -> None:
        need(harness, "plain_talk")
        heard = await listen(harness)
        await harness.hear("plain_talk", "Lunch?")
        assert all(message.addressed == "maybe" for message in heard.messages())

    async def test_where_we_listen_talk_between_people_is_heard(self, harness: Harness) -> None:
        need(harness, "plain_talk")
        asked = []

        def listens(workspace: str, channel: str) -> bool:
            asked.append((workspace, channel))
            return True

        harness.listens = listens
        heard = await listen(harness)
        await harness.hear("plain_talk", "Lunch?")
        message = heard.only()
        assert (message.addressed, message.text) == ("open", "Lunch?")
        assert set(asked) == {(message.place.workspace, message.place.channel)}

    @pytest.mark.parametrize("kind", ["own_message", "other_bot"])
    async def test_a_bot_is_never_answered(self, harness: Harness, kind: str) -> None:
        need(harness, kind)
        heard = await listen(harness)
        await harness.hear(kind, "I am a machine")
        assert heard.messages() == []

    async def test_a_message_that_is_delivered_twice_is_known_as_one(self, harness: Harness) -> None:
        need(harness, "same_message_twice")
        heard = await listen(harness)
        await harness.hear("same_message_twice", "Hello?")
        assert heard.only().text == "Hello?"

    async def test_an_edit_carries_the_new_text_of_the_same_message(self, harness: Harness) -> None:
        need(harness, "mention", "edit")
        heard = await listen(harness)
        await harness.hear("mention", "Where is my percel?")
        await harness.hear("edit", "Where is my parcel?")
        [edit] = [event for event in heard.events if isinstance(event, MessageEdited)]
        assert (edit.message_id, edit.text) == (heard.only().message_id, "Where is my parcel?")
        assert (edit.place.workspace, edit.place.channel) == (heard.only().place.workspace, heard.only().place.channel)
        assert edit.edited_at > 1_000_000_000

    async def test_a_deleted_message_is_told(self, harness: Harness) -> None:
        need(harness, "mention", "delete")
        heard = await listen(harness)
        await harness.hear("mention", "Never mind")
        await harness.hear("delete")
        [deletion] = [event for event in heard.events if isinstance(event, MessageDeleted)]
        assert deletion.message_id == heard.only().message_id
        assert deletion.deleted_at > 1_000_000_000

    async def test_a_place_can_be_written_down_and_read_again(self, harness: Harness) -> None:
        heard = await listen(harness)
        for kind in sorted({"direct", "mention", "follow_up"} & harness.can):
            await harness.hear(kind)
        assert heard.messages()
        for place in [harness.place(), *(message.place for message in heard.messages())]:
            assert place.key.startswith(f"{harness.platform.name}:")
            assert Place.from_key(place.key) == place

    @pytest.mark.parametrize("text", ["a & b < c > d", "¿Cuánto tarda el envío? 🎁", "返品できますか？", "أين طلبي؟"])
    async def test_a_customers_words_arrive_as_they_were_written(self, harness: Harness, text: str) -> None:
        heard = await listen(harness)
        await harness.hear("direct" if "direct" in harness.can else "mention", text)
        assert heard.only().text == text

    async def test_what_could_not_be_written_down_is_sent_again(self, harness: Harness) -> None:
        need(harness, "redelivery")
        heard = await listen(harness, failures=1)
        await harness.hear("direct", "Do not lose me")
        await harness.redeliver()
        assert heard.only().text == "Do not lose me"

    async def test_a_slow_receiver_delays_no_heartbeat(self, harness: Harness) -> None:
        need(harness, "heartbeat")
        heard = await listen(harness)
        heard.open.clear()
        hearing = asyncio.create_task(harness.hear("direct"))
        await asyncio.wait_for(heard.entered.wait(), 5)
        assert await harness.heartbeat()
        heard.open.set()
        await hearing
        assert heard.only()


class SayingContract:
    """What goes out."""

    async def test_a_text_of_the_longest_length_arrives_whole_in_one_message(self, harness: Harness) -> None:
        await listen(harness)
        for filling in ("a", "é", "字", "🙂"):
            text = ((filling * 9 + " ") * harness.longest)[: harness.longest - 1] + filling
            await say(harness, text)
            assert letters(harness.sent()[-1:]) == letters([text])

    @pytest.mark.parametrize("length", [2_001, 12_001, 30_000])
    @pytest.mark.parametrize("words", ["word. ", "字。", "👩‍👩‍👧‍👦 ", "x"])
    async def test_a_longer_text_is_split_and_nothing_is_lost(self, harness: Harness, length: int, words: str) -> None:
        await listen(harness)
        text = (words * length)[:length]
        ids = await say(harness, text)
        assert len(set(ids)) == len(ids) >= 1
        assert letters(harness.sent()) == letters([text])

    async def test_tables_code_lists_and_links_are_readable(self, harness: Harness) -> None:
        await listen(harness)
        text = (
            "| Size | EU |\n|---|---|\n| S | 36 |\n\n```\nx = 1\n```\n\n- first\n- second\n\nSee [Returns](https://shop.example/returns)."
        )
        await say(harness, text)
        [shown] = harness.sent()
        for piece in ("Size", "36", "x = 1", "first", "second", "Returns", "https://shop.example/returns"):
            assert piece in shown

    async def test_the_sources_and_the_small_print_stand_under_the_last_part(self, harness: Harness) -> None:
        await listen(harness)
        sources = (Source("Returns & refunds", "https://shop.example/returns"), Source("House rules"))
        ids = await say(harness, "word " * 5_000, sources=sources, notice="I am an AI.")
        assert len(ids) == len(harness.sent())
        for piece in ("Returns & refunds", "https://shop.example/returns", "House rules", "I am an AI."):
            assert piece in harness.sent()[-1]
            assert not any(piece in shown for shown in harness.sent()[:-1])

    async def test_what_can_be_pressed_stands_under_the_last_part_alone(self, harness: Harness) -> None:
        buttons = (Button("person", "Talk to a person", "7"),)
        *parts, last = harness.platform.split(Reply("word " * 5_000, "en", buttons=buttons, feedback=True, only_for="U1", handle="h"))
        assert (last.buttons, last.feedback) == (buttons, True)
        assert not any(part.buttons or part.feedback for part in parts)
        assert {(part.only_for, part.handle) for part in (*parts, last)} == {("U1", "h")}

    async def test_an_answer_pings_nobody(self, harness: Harness) -> None:
        await listen(harness)
        await say(harness, f"{PINGS} `{PINGS}`\n\n{PINGS}", sources=(Source(PINGS),), notice=PINGS)
        assert harness.sent()
        assert harness.pinged() == []

    async def test_a_message_that_was_sent_can_be_found_by_its_key(self, harness: Harness) -> None:
        need(harness, "find_sent", "mention")
        heard = await listen(harness)
        await harness.hear("mention", "Where is my parcel?")
        place, reply = heard.only().place, Reply("On its way.", "en", answers=heard.only().message_id)
        assert await harness.platform.find_sent(place, reply, "k-1") is None
        posted = await harness.platform.send(place, reply, "k-1")
        assert await harness.platform.find_sent(place, reply, "k-1") == posted

    async def test_the_status_can_always_be_shown_and_cleared(self, harness: Harness) -> None:
        await listen(harness)
        await harness.platform.show_status(harness.place(), "1", on=True)
        await harness.platform.show_status(harness.place(), "1", on=False)
        assert harness.sent() == []

    async def test_a_conversation_without_tags_is_left_as_it_is_or_the_platform_says_that_it_knows_none(self, harness: Harness) -> None:
        await harness.start(Heard())
        mark = Mark(harness.place(), "answered")
        if not harness.platform.capabilities.marks:
            with pytest.raises(Unsupported):
                await harness.platform.mark(mark, lambda _forum: {})
            return
        for _ in range(2):
            await harness.platform.mark(mark, lambda _forum: {})
        assert harness.sent() == []

    async def test_who_only_sends_can_send_find_and_show_as_well(self, harness: Harness) -> None:
        need(harness, "find_sent", "mention")
        heard = await listen(harness)
        await harness.hear("mention", "Where is my parcel?")
        place, reply = heard.only().place, Reply("On its way.", "en", answers=heard.only().message_id)
        await harness.platform.stop()
        await harness.platform.open()
        assert harness.platform.state().up
        assert await harness.platform.find_sent(place, reply, "k-1") is None
        posted = await harness.platform.send(place, reply, "k-1")
        assert await harness.platform.find_sent(place, reply, "k-1") == posted
        await harness.platform.show_status(place, heard.only().message_id, on=True)


class FaultContract:
    """What goes wrong."""

    async def test_too_many_messages_says_how_long_to_wait(self, harness: Harness) -> None:
        need(harness, "failing")
        await listen(harness)
        harness.fail_next(429, retry_after=37.0)
        with pytest.raises(RateLimited) as caught:
            await say(harness, "hello")
        assert caught.value.retry_after == 37.0

    @pytest.mark.parametrize(("status", "error"), [(401, NotAllowed), (403, NotAllowed), (404, PlaceGone), (500, Unreachable)])
    async def test_a_refusal_is_told_by_its_kind(self, harness: Harness, status: int, error: type[Exception]) -> None:
        need(harness, "failing")
        await listen(harness)
        harness.fail_next(status)
        with pytest.raises(error):
            await say(harness, "hello")

    async def test_a_cut_connection_is_unreachable_and_the_next_send_works(self, harness: Harness) -> None:
        need(harness, "failing")
        await listen(harness)
        harness.drop_next()
        with pytest.raises(Unreachable):
            await say(harness, "hello")
        assert await say(harness, "hello again")

    async def test_every_error_of_the_library_has_a_meaning_here(self, harness: Harness) -> None:
        assert harness.unmapped() == []

    async def test_a_platform_can_be_stopped_twice_and_before_it_started(self, harness: Harness) -> None:
        await harness.platform.stop()
        await harness.platform.stop()

    async def test_stopping_lets_the_delivery_under_way_end(self, harness: Harness) -> None:
        need(harness, "heartbeat")
        heard = await listen(harness)
        heard.open.clear()
        hearing = asyncio.create_task(harness.hear("direct"))
        await asyncio.wait_for(heard.entered.wait(), 5)
        stopping = asyncio.create_task(harness.platform.stop())
        await asyncio.sleep(0.01)
        heard.open.set()
        await stopping
        assert heard.only()
        await harness.platform.stop()
        await hearing

    async def test_the_state_says_in_one_line_how_it_stands(self, harness: Harness) -> None:
        await listen(harness)
        assert harness.platform.state().up
        assert harness.platform.state().why
        assert "\n" not in harness.platform.state().why

    async def test_a_healthy_platform_has_no_faults_before_it_starts(self, harness: Harness) -> None:
        assert list(await harness.platform.check()) == []


class PlatformContract(HearingContract, SayingContract, FaultContract):
    """The whole contract; see the module's docstring for how to pass it."""
