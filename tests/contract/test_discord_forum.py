"""Discord's forums: a post is tagged by what became of it, opens again with an answer, and stays closed where a moderator closed it."""

from collections.abc import Mapping

import pytest

from bot.errors import NotAllowed, PlaceGone
from bot.messages import Mark, Outcome, Place, Reply
from tests.contract.platform_contract import Heard
from tests.contract.test_discord import DiscordHarness, _harness, _server  # noqa: F401  (fixtures)
from tests.discord_forum import FORUM
from tests.discord_world import GENERAL, GUILD

NAMES: Mapping[Outcome, str] = {"answered": "answered ", "person": "Needs a person"}


def tags(forum: str) -> Mapping[Outcome, str]:
    return NAMES if forum == FORUM else {}


def there(post: str) -> Place:
    return Place("discord", GUILD, post)


class TestForum:
    async def test_a_post_that_begins_where_we_listen_is_heard_with_its_forum(self, harness: DiscordHarness) -> None:
        heard = Heard()
        harness.listens = lambda server, channel: (server, channel) == (GUILD, FORUM)
        await harness.start(heard)
        post = await harness.server.forum.post("ana", "Do you ship to Austria?")
        await harness.settle()
        asked = heard.only()
        assert (asked.addressed, asked.parent, asked.place) == ("open", FORUM, there(post))

    async def test_a_tag_takes_the_place_of_the_other_one_and_leaves_peoples_own(self, harness: DiscordHarness) -> None:
        await harness.start(Heard())
        forum = harness.server.forum
        post = await forum.post("ana", "Do you ship to Austria?", ("Lamps",))
        await harness.platform.mark(Mark(there(post), "answered"), tags)
        assert forum.tagged(post) == ["Lamps", "Answered"]
        await harness.platform.mark(Mark(there(post), "person"), tags)
        await harness.platform.mark(Mark(there(post), "person"), tags)
        assert forum.tagged(post) == ["Lamps", "Needs a person"]
        assert len(forum.changes) == 2

    async def test_a_forum_without_such_a_tag_is_left_alone_and_a_wrong_one_goes(self, harness: DiscordHarness) -> None:
        await harness.start(Heard())
        forum = harness.server.forum
        del forum.tags["Needs a person"]
        post, other = await forum.post("ana", "One?", ("Answered",)), await forum.post("ana", "Two?", ("Lamps",))
        for each in (post, other):
            await harness.platform.mark(Mark(there(each), "person"), tags)
        assert (forum.tagged(post), forum.tagged(other), len(forum.changes)) == ([], ["Lamps"], 1)

    async def test_a_post_with_five_tags_takes_no_sixth(self, harness: DiscordHarness) -> None:
        await harness.start(Heard())
        forum = harness.server.forum
        forum.tags |= {f"T{number}": f"710{number}" for number in range(5)}
        post = await forum.post("ana", "One?", ("T0", "T1", "T2", "T3", "T4"))
        await harness.platform.mark(Mark(there(post), "answered"), tags)
        assert forum.changes == []

    async def test_what_stands_in_no_forum_is_not_even_asked_for_or_left_as_it_is(self, harness: DiscordHarness) -> None:
        await harness.start(Heard())
        asked = len(harness.server.requests)
        await harness.platform.mark(Mark(harness.place(), "answered"), tags)
        assert len(harness.server.requests) == asked
        await harness.platform.mark(Mark(there(GENERAL), "answered"), tags)
        with pytest.raises(PlaceGone):
            await harness.platform.mark(Mark(there("99"), "answered"), tags)
        assert harness.server.forum.changes == []

    async def test_without_the_right_to_tag_the_cure_is_named_and_that_forum_is_left_alone_for_a_while(
        self, harness: DiscordHarness
    ) -> None:
        await harness.start(Heard())
        harness.server.forum.may_tag = False
        post = await harness.server.forum.post("ana", "Do you ship to Austria?")
        with pytest.raises(NotAllowed, match="Manage Threads"):
            await harness.platform.mark(Mark(there(post), "answered"), tags)
        asked = len(harness.server.requests)
        await harness.platform.mark(Mark(there(post), "answered"), tags)
        assert harness.server.requests[asked:] == [f"GET /channels/{post}"]

    async def test_an_archived_post_opens_again_and_is_tagged(self, harness: DiscordHarness) -> None:
        await harness.start(Heard())
        forum = harness.server.forum
        post = await forum.post("ana", "Do you ship to Austria?")
        forum.close(post)
        await harness.platform.send(there(post), Reply("Yes.", "en", answers=post), "k-1")
        assert forum.posts[post]["thread_metadata"]["archived"] is False
        forum.close(post)
        await harness.platform.mark(Mark(there(post), "person"), tags)
        assert (forum.posts[post]["thread_metadata"]["archived"], forum.tagged(post)) == (False, ["Needs a person"])

    async def test_a_post_that_a_moderator_closed_stays_closed(self, harness: DiscordHarness) -> None:
        await harness.start(Heard())
        forum = harness.server.forum
        post = await forum.post("ana", "Do you ship to Austria?")
        forum.close(post, locked=True)
        with pytest.raises(NotAllowed):
            await harness.platform.send(there(post), Reply("Yes.", "en", answers=post), "k-1")
        await harness.platform.mark(Mark(there(post), "answered"), tags)
        assert (forum.tagged(post), forum.changes, harness.server.posts) == ([], [], [])
