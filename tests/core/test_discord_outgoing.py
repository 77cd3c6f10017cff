"""What we say, as Discord will show it."""

import random

import pytest

from adapters.discord.outgoing import LONGEST, split_reply, write_reply, write_text
from bot.messages import Reply, Source


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("# One\n## Two\n### Three\n#### Four", "# One\n## Two\n### Three\n**Four**"),
        ("Title\n=====\nText\n\nPart\n---\nMore", "# Title\nText\n\n## Part\nMore"),
        ("one\n\n---\n\ntwo", "one\n\n──────────\n\ntwo"),
        ("**bold** *it* ~~no~~ `code`", "**bold** *it* ~~no~~ `code`"),
        ("__bold__ snake__case__name", "**bold** snake__case__name"),
        ("+ one\n  + two", "- one\n  - two"),
        (">> deep\n> flat", "> deep\n> flat"),
        (">>> all", "> all"),
        ("a || b || c", "a \\|\\| b \\|\\| c"),
        ("`a || b`", "`a || b`"),
        ("first<br>second\\", "first\nsecond"),
        ("~~~python\nx = 1\n~~~", "```python\nx = 1\n```"),
        ("```\nnever closed", "```\nnever closed\n```"),
        ("```\n| a | b |\n|---|---|\n# no\n```", "```\n| a | b |\n|---|---|\n# no\n```"),
        ("[Returns](https://shop.example/r)", "[Returns](<https://shop.example/r>)"),
        ('[Returns](https://shop.example/r_(1) "title")', "[Returns](<https://shop.example/r_(1)>)"),
        ("[https://a.example](https://a.example)", "<https://a.example>"),
        ("![a shoe](https://a.example/s.png)", "[a shoe](<https://a.example/s.png>)"),
        ("[here](../returns.md)", "here"),
        ("<https://a.example>", "<https://a.example>"),
        ("مرحبا **بك**", "مرحبا **بك**"),
    ],
)
def test_an_answer_is_shown_as_it_was_meant(markdown: str, shown: str) -> None:
    assert write_text(markdown) == shown


def test_a_table_is_drawn_with_aligned_columns() -> None:
    table = "| Größe | **EU** | 日本 |\n|:--|--:|---|\n| S | [36](https://a.example) | あ |\n| XL | 44 |\n\nafter"
    assert write_text(table) == (
        "```\nGröße  EU                      日本\n─────  ──────────────────────  ────\n"
        "S      36 (https://a.example)  あ\nXL     44\n```\n\nafter"
    )


def test_the_columns_of_an_arabic_table_keep_their_places() -> None:
    drawn = write_text("| إلى | الأيام |\n|---|---|\n| اليابان | 7 |").splitlines()
    assert drawn[1:4] == ["\u2068إلى\u2069      \u2068الأيام\u2069", "───────  ──────", "\u2068اليابان\u2069  \u20687\u2069"]


@pytest.mark.parametrize("mention", ["@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "</order:1>", "<id:browse>"])
@pytest.mark.parametrize("where", ["{}", "# {}", "- {}", "> {}", "[{}](https://a.example)", "| {} | b |\n|---|---|\n| c | {} |", "**{}**"])
def test_nobody_is_named_by_an_answer(mention: str, where: str) -> None:
    shown = write_text(where.replace("{}", mention))
    assert mention not in shown
    assert mention in shown.replace("\u200b", "")


def test_sources_and_small_print_stand_below_the_answer() -> None:
    sources = (Source("Returns [EU]", "https://shop.example/returns"), Source("Handbook @everyone"))
    shown = write_reply(Reply("Thirty days.", "en", sources, "I am an AI.\n\nAsk a person."))
    assert shown.splitlines() == [
        "Thirty days.",
        "",
        shown.splitlines()[2],
        "-# I am an AI.",
        "-# Ask a person.",
    ]
    assert shown.splitlines()[2].startswith("-# ")
    assert shown.splitlines()[2].endswith("[1] [Returns \\[EU\\]](<https://shop.example/returns>) · [2] Handbook @\u200beveryone")


def test_a_short_answer_is_one_message() -> None:
    reply = Reply("Thirty days.", "en", (Source("Returns"),), "AI")
    assert split_reply(reply) == (reply,)


@pytest.mark.parametrize("sign", ["a", "字", "🙂"])
def test_exactly_two_thousand_characters_are_one_message(sign: str) -> None:
    assert len(split_reply(Reply(sign * LONGEST, "en"))) == 1
    assert len(split_reply(Reply(sign * (LONGEST + 1), "en"))) == 2


def test_a_text_that_just_fits_makes_room_for_its_sources() -> None:
    parts = split_reply(Reply("word " * 399, "en", (Source("Returns", "https://shop.example/returns"),), "AI", answers="7"))
    assert len(parts) == 2
    assert [bool(part.sources) for part in parts] == [False, True]
    assert [part.answers for part in parts] == ["7", "7"]
    assert all(len(write_reply(part)) <= LONGEST for part in parts)


def test_a_hundred_long_sources_still_leave_room_for_the_answer() -> None:
    sources = tuple(Source(f"Title {number} " * 30, f"https://shop.example/{'x' * 200}/{number}") for number in range(100))
    parts = split_reply(Reply("Thirty days. " * 300, "en", sources, "AI " * 2000))
    assert all(0 < len(write_reply(part)) <= LONGEST for part in parts)


def test_whatever_is_said_every_part_fits_and_no_word_is_lost() -> None:
    pieces = [
        "word ",
        "\n",
        "\n\n",
        "# head\n",
        "| a | b |\n|---|---|\n| c | d |\n",
        "```\ncode\n```\n",
        "[t](https://a.example/b) ",
        "<@1> ",
    ]
    pieces += ["**bold** ", "||", "@everyone ", "- item\n", "字。", "🙂 ", "`x` ", "> quote\n", "---\n"]
    dice = random.Random(7)  # noqa: S311
    for _ in range(15):
        text = "".join(dice.choices(pieces, k=900))
        parts = split_reply(Reply(text, "en", (Source("Returns", "https://a.example"),)))
        assert all(0 < len(write_reply(part)) <= LONGEST for part in parts)
        assert sum(part.text.count("word") for part in parts) == text.count("word")
