"""What people write on Discord, read from payloads of the documentation through discord.py's own objects."""

import json
from pathlib import Path
from typing import Any

import discord
import pytest

from adapters.discord.incoming import read_delete, read_edit, read_message
from bot.messages import MessageEdited, MessageReceived, Place
from tests.discord_world import BOT, EPOCH, guild

PAYLOADS = Path(__file__).parent.parent / "recordings" / "discord"


@pytest.fixture(name="discord_says")
def _discord_says() -> Any:
    """A recorded payload, with changes, as the discord.Message that the library makes of it."""
    state = discord.Client(intents=discord.Intents(guilds=True))._connection
    state._add_guild_from_data(guild())  # type: ignore[arg-type]

    def make(name: str, **changes: Any) -> discord.Message:
        data = {key: value for key, value in (json.loads((PAYLOADS / f"{name}.json").read_text()) | changes).items() if value is not ...}
        channel, _ = state._get_guild_channel(data)
        return discord.Message(state=state, channel=channel, data=data)  # type: ignore[arg-type]

    return make


@pytest.fixture(name="read")
def _read(discord_says: Any) -> Any:
    return lambda name, **changes: read_message(discord_says(name, **changes), int(BOT))


def test_a_customer_who_names_us_in_a_channel_opens_a_conversation_of_their_own(read: Any) -> None:
    event: MessageReceived = read("mention")
    assert event.place == Place("discord", "2001", "3001", "@5001")
    assert (event.addressed, event.fresh_after) == ("mention", 1800.0)
    assert event.text == "how long may I keep it, @Ben? See #general :wave:"
    assert (event.message_id, event.event_id) == ("1430000000000000001", "1430000000000000001")
    assert (event.author.id, event.author.name) == ("5001", "Ana Q.")
    assert event.sent_at == pytest.approx(((1430000000000000001 >> 22) + EPOCH) / 1000)


def test_the_role_that_discord_made_for_us_names_us(read: Any) -> None:
    assert (read("mention_by_role").text, read("mention_by_role").addressed) == ("are you there?", "mention")


def test_everyone_is_nobody_in_particular(read: Any) -> None:
    assert read("everyone") is None


@pytest.mark.parametrize("name", ["reply_to_us", "reply_to_us_whose_original_is_not_sent"])
def test_a_reply_to_us_goes_on_with_the_conversation_however_late(read: Any, name: str) -> None:
    assert (read(name).addressed, read(name).fresh_after, read(name).place.thread) == ("reply", None, "@5001")


def test_a_reply_to_us_that_also_names_us_goes_on_too(read: Any) -> None:
    event = read("reply_to_us", content="<@!1001> and shoes?")
    assert (event.text, event.addressed, event.fresh_after) == ("and shoes?", "mention", None)


def test_a_reply_whose_words_are_withheld_is_no_message(read: Any) -> None:
    assert read("reply_to_us_without_ping_and_without_intent") is None
    assert read("in_thread", content="") is None


@pytest.mark.parametrize("name", ["reply_to_somebody", "webhook", "other_bot", "joined", "thread_opened"])
def test_what_is_not_said_to_us_by_a_person_is_not_heard(read: Any, name: str) -> None:
    assert read(name) is None


def test_we_never_hear_ourselves(read: Any) -> None:
    author = {"id": BOT, "username": "Desk", "discriminator": "0", "avatar": None}
    assert read("direct", author=author) is None
    assert read("mention", author=author) is None


def test_in_a_thread_everybody_may_be_speaking_to_us(read: Any) -> None:
    event = read("in_thread")
    assert (event.place, event.addressed, event.fresh_after) == (Place("discord", "2001", "3002"), "maybe", None)
    named = read("in_thread", content="<@1001> hello")
    assert (named.addressed, named.fresh_after, named.text) == ("mention", None, "hello")


def test_a_post_in_a_forum_where_we_listen_is_for_us_and_what_is_said_under_it_may_be(discord_says: Any) -> None:
    def read(name: str, **changes: Any) -> MessageReceived | None:
        return read_message(discord_says(name, **changes), int(BOT), lambda server, channel: (server, channel) == ("2001", "3001"))

    post, comment, elsewhere = read("in_thread", id="3002"), read("in_thread"), read("mention", content="hello?", mentions=[])
    assert post is not None
    assert (post.addressed, post.place, post.parent) == ("open", Place("discord", "2001", "3002"), "3001")
    assert comment is not None
    assert (comment.addressed, comment.parent) == ("maybe", "3001")
    assert elsewhere is not None
    assert (elsewhere.addressed, elsewhere.place.thread, elsewhere.fresh_after) == ("open", "@5001", 1800.0)


def test_who_answers_somebody_says_whom(read: Any) -> None:
    assert read("reply_to_us").replies_to


def test_a_direct_message_is_for_us(read: Any) -> None:
    event = read("direct")
    assert event.place == Place("discord", "@dm", "6000", direct=True)
    assert (event.addressed, event.text) == ("direct", "¿Cuánto tarda el envío?")


def test_a_message_from_a_server_that_we_do_not_know_yet_is_not_taken_for_a_direct_one(read: Any) -> None:
    assert read("mention", guild_id="2999", member=..., mentions=[]).place == Place("discord", "2999", "3001", "@5001")


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        ("a\x00b\ud800c", "abc"),
        ("<@1001>, hello", "hello"),
        ("hey <@1001>, hello", "hey, hello"),
        ("a < b > c & d", "a < b > c & d"),
        ("<@999> <#999> <@&999>", "<@999> <#999> <@&999>"),
        ("<a:party:5> done", ":party: done"),
        ("<@1001>", ""),
    ],
)
def test_words_are_read_as_people_see_them(read: Any, said: str, read_as: str) -> None:
    assert read("direct", content=said).text == read_as


def test_a_picture_for_us_is_a_message_without_words(read: Any) -> None:
    picture = {"id": "1", "filename": "a.png", "size": 1, "url": "https://x.example/a.png", "proxy_url": "https://x.example/a.png"}
    assert read("direct", content="", attachments=[picture]).text == ""


def test_a_message_tells_of_its_files(read: Any) -> None:
    invoice, shoe, size, voice, nameless = read("with_files").attachments
    assert (invoice.name, invoice.kind, invoice.size, invoice.id) == ("invoice.pdf", "application/pdf", 20481, "1430000000000000032")
    assert invoice.address.startswith("https://cdn.discordapp.com/attachments/6000/1430000000000000032/invoice.pdf?ex=")
    assert (shoe.name, shoe.kind) == ("shoe.png", "image/png")
    assert (size.name, size.kind) == ("größe.txt", "text/plain")
    assert voice.kind == "audio/ogg"
    assert (nameless.name, nameless.kind) == ("noname", "")


def test_an_edit_carries_the_new_words(discord_says: Any) -> None:
    event = read_edit(discord_says("edit"), int(BOT))
    assert isinstance(event, MessageEdited)
    assert (event.message_id, event.text) == ("1430000000000000001", "how long may I keep shoes?")
    assert event.event_id == "1430000000000000001:edit:2026-11-02T10:16:00.500000+00:00"


def test_a_preview_under_a_link_is_no_edit(discord_says: Any) -> None:
    assert read_edit(discord_says("preview_added"), int(BOT)) is None


def test_an_edit_whose_words_are_withheld_does_not_empty_the_message(discord_says: Any) -> None:
    assert read_edit(discord_says("edit_without_intent"), int(BOT)) is None


def test_a_deleted_message_is_known_by_its_channel_and_id() -> None:
    event = read_delete(3001, 2001, 7, now=5.0)
    assert (event.place, event.message_id, event.deleted_at) == (Place("discord", "2001", "3001"), "7", 5.0)
    assert read_delete(6000, None, 7, now=5.0).place == Place("discord", "@dm", "6000", direct=True)
