"""What a browser sends, read: good, strange and hostile."""

import json

import pytest

from adapters.web.incoming import Refused, channel_of, place_of, read_deletion, read_edit, read_message

CHANNEL = channel_of("s" * 43)
ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def body(**changes: object) -> bytes:
    """What the page posts."""
    return json.dumps({"id": ID, "text": "Where is it?", "conversation": 1} | changes).encode()


def test_a_question_becomes_a_direct_message_with_the_browsers_language() -> None:
    message = read_message(body(conversation=1_700_000_000_000), CHANNEL, "pt-BR,pt;q=0.9,en;q=0.8", 5.0)
    assert message.place == place_of(CHANNEL, "1700000000000")
    assert (message.place.platform, message.place.direct, message.addressed) == ("web", True, "direct")
    assert (message.message_id, message.author.id, message.locale, message.sent_at) == (ID, CHANNEL, "pt-BR", 5.0)


def test_a_message_sent_again_is_the_same_event_and_another_customers_is_not() -> None:
    first, again = (read_message(body(), CHANNEL, "", now) for now in (1.0, 2.0))
    other = read_message(body(), channel_of("o" * 43), "", 1.0)
    assert first.event_id == again.event_id != other.event_id


def test_nobody_who_reads_a_place_learns_the_cookie() -> None:
    assert "s" * 8 not in CHANNEL
    assert len(CHANNEL) == 32


def test_what_no_screen_shows_is_taken_out_and_the_rest_is_kept() -> None:
    message = read_message(b'{"id": "%s", "text": "a\\u0000b\\ud83d c\\r\\nd\\t\\ud83d\\ude00 "}' % ID.encode(), CHANNEL, "", 0)
    assert message.text == "ab c\nd\t😀"


@pytest.mark.parametrize("accept", ["", "*", "de_DE", "<script>", "en" * 50, ";q=1", "\N{SNOWMAN}"])
def test_a_strange_accept_language_says_nothing(accept: str) -> None:
    assert read_message(body(), CHANNEL, accept, 0).locale == ""


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[" * 60_000, 400),
        (b"\xff\xfe", 400),
        (b"null", 400),
        (b'"text"', 400),
        (b"{}", 400),
        (body(id="1"), 400),
        (body(id=ID + "\n"), 400),
        (body(id=7), 400),
        (body(text=None), 400),
        (body(text=["a"]), 400),
        (body(text=" \n\0"), 400),
        (body(text="a" * 4_001), 413),
        (body(conversation="x:y"), 400),
        (body(conversation=-1), 400),
        (body(conversation=1.5), 400),
        (body(conversation=[1]), 400),
        (body(conversation=10**17), 400),
    ],
)
def test_what_cannot_be_read_is_refused_with_one_word(raw: bytes, status: int) -> None:
    with pytest.raises(Refused) as caught:
        read_message(raw, CHANNEL, "", 0)
    assert caught.value.status == status
    assert caught.value.why.replace("-", "").isalpha()


def test_the_longest_text_is_taken() -> None:
    assert len(read_message(body(text="字" * 4_000), CHANNEL, "", 0).text) == 4_000


def test_each_edit_is_an_event_of_its_own_and_a_deletion_comes_once() -> None:
    place = place_of(CHANNEL, "1")
    edits = [read_edit(b'{"text": "new"}', place, ID, now) for now in (1.0, 2.0)]
    assert edits[0].event_id != edits[1].event_id
    assert (edits[0].message_id, edits[0].text, edits[0].edited_at) == (ID, "new", 1.0)
    assert read_deletion(place, ID, 1.0).event_id == read_deletion(place, ID, 2.0).event_id
