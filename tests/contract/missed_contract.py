"""What a platform with a history must do with what was said while we were away: one suite for Slack, Discord and the fake."""

from typing import Protocol

import pytest

from bot.messages import MessageReceived
from tests.contract.platform_contract import Harness, Heard, listen, need
from tests.fakes import KeptCursors


class AbsentHarness(Harness, Protocol):
    """A harness that can go away and come back. Its `hear` works in between, too."""

    cursors: KeptCursors

    async def away(self, *said: tuple[str, str]) -> None:
        """We are stopped, people go on (kinds and texts of `hear`), long enough; returns when we are back and through with it."""
        ...


class MissedContract:
    """The contract of platforms with a history."""

    @pytest.mark.parametrize("kind", ["direct", "mention"])
    async def test_what_was_said_while_we_were_away_is_heard_afterwards(self, harness: AbsentHarness, kind: str) -> None:
        need(harness, kind)
        heard = await listen(harness)
        await harness.hear(kind, "before")
        await harness.away((kind, "meanwhile"), (kind, "and this"))
        await harness.hear(kind, "after")
        assert heard.standing() == ["before", "meanwhile", "and this", "after"]
        assert heard.messages()[1].place.channel == heard.messages()[0].place.channel

    async def test_a_follow_up_of_meanwhile_is_heard_too(self, harness: AbsentHarness) -> None:
        need(harness, "follow_up")
        heard = await listen(harness)
        await harness.hear("follow_up", "before")
        await harness.away(("follow_up", "meanwhile"))
        assert heard.standing() == ["before", "meanwhile"]

    async def test_at_the_first_start_nothing_old_is_heard(self, harness: AbsentHarness) -> None:
        need(harness, "direct", "mention")
        heard = Heard()
        await harness.hear("direct", "long ago")
        await harness.hear("mention", "long ago")
        await harness.start(heard)
        await harness.hear("direct", "now")
        assert heard.standing() == ["now"]

    async def test_a_message_of_meanwhile_counts_as_its_author_left_it(self, harness: AbsentHarness) -> None:
        need(harness, "direct", "edit", "delete")
        heard = await listen(harness)
        await harness.hear("direct", "before")
        await harness.away(("direct", "a percel"), ("edit", "a parcel"), ("direct", "never mind"), ("delete", ""))
        assert heard.standing() == ["before", "a parcel"]

    async def test_bots_are_not_answered_afterwards_either(self, harness: AbsentHarness) -> None:
        need(harness, "own_message", "other_bot", "plain_talk")
        heard = await listen(harness)
        await harness.hear("mention", "before")
        await harness.away(("own_message", "I am a machine"), ("other_bot", "I too"), ("plain_talk", "Lunch?"))
        assert heard.standing() == ["before"]

    async def test_a_message_that_waits_for_its_answer_counts_as_its_author_has_left_it(self, harness: AbsentHarness) -> None:
        need(harness, "mention", "edit", "delete")
        heard = await listen(harness)
        for text, change in (("as it was", ("edit", "as it is now")), ("as it stays", None), ("never mind", ("delete", ""))):
            await harness.hear("mention", text)
            message = heard.messages()[-1]
            harness.cursors.unanswered.append((message.place, message.message_id))
            await harness.away(*([change] if change else []))
        assert heard.standing() == ["as it is now", "as it stays"]
        changed = {event.message_id: event for event in heard.events if not isinstance(event, MessageReceived)}
        places = {message.message_id: message.place for message in heard.messages()}
        assert {(event.place.workspace, event.place.channel) for event in changed.values()} == {
            (places[each].workspace, places[each].channel) for each in changed
        }
