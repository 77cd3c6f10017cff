"""A long answer, cut into messages: nothing lost, nothing too long, nothing broken in the middle."""

import re

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.reading import seen
from bot.shaping import split_text
from tests.commonmark import Writer, seen_together

seen("")  # loads the parser, outside of hypothesis's clock

WORDS = st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="`~|[]*_>"), max_size=30), max_size=40)
CODE_LINES = st.lists(st.text(alphabet="abc x=()", max_size=60), min_size=1, max_size=40)


def letters(texts: list[str]) -> str:
    return "".join(re.sub(r"\s", "", text) for text in texts)


@given(WORDS, st.sampled_from([" ", "\n", "\n\n", ". ", "。"]), st.integers(40, 300))
def test_a_reader_of_all_pieces_has_read_the_whole_text(words: list[str], glue: str, longest: int) -> None:
    text = glue.join(words)
    pieces = split_text(text, longest)
    assert pieces
    assert all(len(piece) <= longest for piece in pieces)
    assert letters(pieces) == letters([text])


@given(st.text(alphabet="ab`~|-[](): \n!.字🙂", max_size=1_500), st.integers(40, 200))
def test_no_piece_is_too_long_whatever_the_text(text: str, longest: int) -> None:
    assert all(len(piece) <= longest for piece in split_text(text, longest))


@given(st.integers(0, 1_000_000), st.integers(1_000, 2_000))
@settings(deadline=None, max_examples=60)
def test_whatever_is_written_in_commonmark_reads_the_same_in_pieces(number: int, longest: int) -> None:
    text = Writer(number).document()
    pieces = split_text(text, longest)
    assert all(len(piece) <= longest for piece in pieces)
    assert seen_together(pieces) == seen(text)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("**Bold words that do not fit into one message at all**", ["**Bold words that do not fit into one**", "**message at all**"]),
        ("> A quote whose words do not fit into one message", ["> A quote whose words do not fit into", "> one message"]),
        (
            "- an item\n  - within it another one\n  - and a third\n- a last",
            ["- an item\n  - within it another one", "- and a third\n\n- a last"],
        ),
        (
            "1. Do:\n   ```sh\n   one --two\n   three --four\n   ```",
            ["1. Do:\n   ```sh\n   one --two\n   ```", "```sh\nthree --four\n```"],
        ),
    ],
)
def test_what_is_marked_or_stands_in_a_list_is_so_in_both_messages(text: str, pieces: list[str]) -> None:
    assert split_text(text, 40) == pieces


@given(CODE_LINES, CODE_LINES, st.integers(60, 200))
def test_code_is_closed_where_a_message_ends_and_opened_in_the_next(first: list[str], second: list[str], longest: int) -> None:
    text = "Do this:\n\n```python\n" + "\n".join(first) + "\n```\n\nand then\n\n~~~\n" + "\n".join(second) + "\n~~~\nDone."
    pieces = split_text(text, longest)
    for piece in pieces:
        assert len(piece) <= longest
        assert piece.count("```") % 2 == 0
        assert piece.count("~~~") % 2 == 0
    bare = [re.sub(r"```python|```|~~~", "", piece) for piece in pieces]
    assert letters(bare) == letters([re.sub(r"```python|```|~~~", "", text)])


@given(st.integers(1, 60), st.integers(60, 200))
@settings(deadline=None)
def test_a_long_table_keeps_its_rows_whole_and_gets_its_head_again(rows: int, longest: int) -> None:
    head = "| Size | EU |\n|---|---|"
    pieces = split_text(head + "\n" + "\n".join(f"| S{number} | {number} |" for number in range(rows)), longest)
    assert all(piece.startswith(head) and len(piece) <= longest for piece in pieces)
    shown = [line for piece in pieces for line in piece.removeprefix(head).strip().split("\n")]
    assert shown == [f"| S{number} | {number} |" for number in range(rows)]


@given(st.lists(st.sampled_from(["👩‍👩‍👧‍👦", "🇩🇪", "é", "नि", "字", "👍🏽"]), max_size=200), st.integers(40, 100))
def test_a_character_is_never_torn(characters: list[str], longest: int) -> None:
    pieces = split_text("".join(characters), longest)
    assert [cluster for piece in pieces for cluster in regex.findall(r"\X", piece)] == regex.findall(r"\X", "".join(characters))


@given(st.integers(0, 80), st.integers(50, 120))
def test_a_link_is_never_torn(before: int, longest: int) -> None:
    link = "[our rules](https://shop.example/returns)"
    assert any(link in piece for piece in split_text("word " * before + link + " word" * 20, longest))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", [""]),
        ("short", ["short"]),
        ("A first paragraph, so long.\n\nA second paragraph.", ["A first paragraph, so long.", "A second paragraph."]),
        ("A first line that is long\n    an indented second line", ["A first line that is long", "an indented second line"]),
        ("One sentence stands here. Another follows it.", ["One sentence stands here.", "Another follows it."]),
        ("words and words and words and words and words", ["words and words and words and words and", "words"]),
    ],
)
def test_a_message_ends_where_a_reader_would_pause(text: str, pieces: list[str]) -> None:
    assert split_text(text, 40) == pieces


def test_the_platform_may_count_in_its_own_way() -> None:
    pieces = split_text("🙂" * 100, 40, lambda text: len(text.encode("utf-16-le")) // 2)
    assert [len(piece) for piece in pieces] == [20] * 5


@pytest.mark.parametrize(
    "text", ["|" + " " * 20_000 + "x\n" * 2, "|\n" * 10_000, "[" * 20_000, "`" * 20_000, "```\n" * 5_000, "a|\n-|\n" * 4_000]
)
@pytest.mark.timeout(60)  # a tenth of a second, or hours where the cutting is more than linear
def test_a_text_made_to_be_slow_is_cut_quickly(text: str) -> None:
    pieces = split_text(text * 10, 2_000)
    assert all(0 < len(piece) <= 2_000 for piece in pieces)
