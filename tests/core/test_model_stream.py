"""Every dialect of a stream that servers speak, read from its bytes alone."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ModelBusy, ModelError, ModelRefused, ModelTruncated, ModelUnreachable
from bot.model.faults import Server
from bot.model.stream import Accumulator
from tests.model_server import chunk_of, chunks_of

SERVER = Server("MODEL", "models.example", "m")
END = chunk_of(delta={}, finish_reason="stop")


def read(*chunks: bytes) -> Accumulator:
    answer = Accumulator(SERVER)
    for chunk in chunks:
        answer.feed(chunk)
    answer.end()
    return answer


def said(*contents: Any, finish: Any = "stop") -> str:
    return read(*(chunk_of(delta={"content": content}) for content in contents), chunk_of(delta={}, finish_reason=finish)).text


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1), st.integers(1, 40))
def test_it_does_not_matter_where_the_network_cuts_a_stream(text: str, size: int) -> None:
    body = b"".join(chunks_of(f"x{text}"))
    answer = read(*(body[at : at + size] for at in range(0, len(body), size)))
    assert answer.text == f"x{text}"
    assert answer.count("completion_tokens") == len(f"x{text}".split(" "))


def test_a_character_that_the_server_cut_in_two_is_whole_again_and_what_nobody_can_keep_is_gone() -> None:
    heard: list[str] = []
    answer = Accumulator(SERVER, heard.append)
    for content in ("Fine \ud83d", "\ude00", " and\0 good\ud83d", "", ".\udc00"):
        answer.feed(chunk_of(delta={"content": content}))
    answer.feed(chunk_of(delta={}, finish_reason="stop"))
    answer.end()
    assert answer.text == "".join(heard) == "Fine 😀 and good."
    assert all(piece.isprintable() for piece in heard)


@pytest.mark.parametrize("end_of_line", [b"\n", b"\r\n", b"\n\n\n"])
def test_lines_may_end_as_they_like(end_of_line: bytes) -> None:
    lines = [b": keep-alive", b"event: message", chunk_of(delta={"content": "Yes."}).strip(), END.strip(), b"data: [DONE]"]
    assert read(end_of_line.join(lines)).text == "Yes."


def test_an_event_may_come_in_several_lines() -> None:
    event = json.dumps({"choices": [{"delta": {"content": "Yes."}, "finish_reason": "stop"}]}, indent=1)
    assert read("\n".join(f"data: {line}" for line in event.split("\n")).encode() + b"\n\n").text == "Yes."


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        (["Yes", ".", None, ""], "Yes."),
        ([[{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}], [{"type": "text", "text": "Yes."}], "!"], "Yes.!"),
        ([[{"type": "text"}, "odd", {"type": "text", "text": 3}], {"odd": 1}, "Yes."], "Yes."),
        (["<thi", "nk>", "hm < hm", "</thi", "nk>\n", "\n", "Yes."], "Yes."),
        (["<think></think>", "Yes."], "Yes."),
        (["<", "b>bold</b>"], "<b>bold</b>"),
        (["<thin"], "<thin"),
        (["Say <think>", "</think>"], "Say <think></think>"),
    ],
)
def test_thoughts_are_not_part_of_the_answer(contents: list[Any], text: str) -> None:
    assert said(*contents) == text


def test_a_long_thought_is_not_kept() -> None:
    assert said("<think>", *(["so " * 1000] * 500), "</think>Yes.") == "Yes."


def test_reasoning_refused_choices_and_odd_chunks_are_passed_over() -> None:
    odd = [b'data: {"choices": []}\n\n', b'data: {"choices": [3]}\n\n', b'data: {"choices": {}}\n\n', b'data: {"usage": null}\n\n']
    assert (
        read(*odd, chunk_of(delta={"reasoning_content": "hm"}), chunk_of(delta=None), chunk_of(delta={"content": "Yes."}), END).text
        == "Yes."
    )


@pytest.mark.parametrize(
    ("finish", "error"),
    [
        ("length", ModelTruncated),
        ("model_length", ModelTruncated),
        ("content_filter", ModelRefused),
        ("error", ModelUnreachable),
        (None, ModelTruncated),
        ("", ModelTruncated),
        ("null", ModelTruncated),
    ],
)
def test_an_answer_that_did_not_end_well_does_not_count(finish: Any, error: type[ModelError]) -> None:
    with pytest.raises(error):
        said("as far as I", finish=finish)


@pytest.mark.parametrize("contents", [[], [" ", "\n"], ["<think>hm</think>"], ["<think>hm"]])
def test_an_answer_without_words_is_none(contents: list[str]) -> None:
    with pytest.raises(ModelRefused, match="said nothing"):
        said(*contents)


def test_a_refusal_is_no_answer() -> None:
    with pytest.raises(ModelRefused):
        read(chunk_of(delta={"refusal": "I cannot help with that."}), END)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"error": {"message": "x", "type": "server_error"}}, ModelUnreachable),
        ({"error": "x"}, ModelUnreachable),
        ({"error": {"message": "x", "code": 429}}, ModelBusy),
        ({"error": {"message": "x", "code": "rate_limit_exceeded"}}, ModelBusy),
        ({"error": {"message": "x", "code": "insufficient_quota"}}, ModelRefused),
        ({"error": {"message": "x", "code": "content_filter"}}, ModelRefused),
        ({"object": "error", "message": "x", "code": 500}, ModelUnreachable),
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_a_fault_that_the_server_tells_with_http_200_is_understood(error: dict[str, Any], kind: type[ModelError], streamed: bool) -> None:
    body = json.dumps(error).encode()
    with pytest.raises(kind):
        read(b"data: " + body + b"\n\n" if streamed else body)


@pytest.mark.parametrize("indent", [None, 2])
def test_a_server_that_does_not_stream_is_understood(indent: int | None) -> None:
    whole = {"choices": [{"message": {"content": "At once."}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 5}}
    answer = read(json.dumps(whole, indent=indent).encode())
    assert (answer.text, answer.count("prompt_tokens"), answer.count("prompt_tokens_details", "cached_tokens")) == ("At once.", 5, 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in</html>",
        b"[1, 2]",
        b"{",
        b"[" * 100_000,
        b'{"detail": "Not Found"}',
        b"data: 3\n\n",
        b"data: {oops\n\n",
        b"\xff\xfe",
    ],
)
def test_what_is_no_answer_is_an_unreachable_model(body: bytes) -> None:
    with pytest.raises(ModelUnreachable):
        read(body)


def test_a_stream_that_breaks_off_within_a_chunk_is_a_broken_answer() -> None:
    with pytest.raises(ModelTruncated):
        read(*chunks_of("half an answer")[:2], b'data: {"choices": [{"del')


@pytest.mark.parametrize("endless", [b"x" * 20_000, b"data: " + b"[" * 20_000 + b"\n", chunk_of(delta={"content": "word " * 5000})])
def test_an_answer_without_end_is_given_up(endless: bytes) -> None:
    with pytest.raises(ModelTruncated, match="no end"):
        read(*[endless] * 100)


def test_somebody_who_watches_gets_the_pieces_as_they_come() -> None:
    pieces: list[str] = []
    answer = Accumulator(SERVER, pieces.append)
    assert not answer.shown
    for chunk in chunks_of("one two three"):
        answer.feed(chunk)
    assert answer.shown
    assert pieces == ["one ", "two ", "three"]
