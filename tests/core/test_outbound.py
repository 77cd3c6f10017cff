"""The one way out: what a reply may carry, and what it loses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.outbound import LEFT_OUT, leave

SHOP = ("shop.example",)


def test_a_link_to_the_shop_arrives_without_its_query() -> None:
    assert (
        leave("See [returns](https://shop.example/help/returns?utm_source=x#top).", SHOP)
        == "See [returns](https://shop.example/help/returns)."
    )


def test_a_bare_link_to_the_shop_arrives() -> None:
    assert leave("https://www.shop.example/a.", SHOP) == "https://www.shop.example/a."


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/?q=secret",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "http://evilshop.example/",
        "javascript://shop.example/%0aalert(1)",
        "https://evil.example\\@shop.example/",
    ],
)
def test_a_link_elsewhere_keeps_its_label_only(address: str) -> None:
    assert leave(f"See [our page]({address}) now", SHOP) == "See our page now"
    assert "evil" not in leave(f"See {address} now", SHOP).replace(LEFT_OUT, "").replace("@shop.example/", "") or "javascript" in address


def test_an_address_elsewhere_in_angle_brackets_leaves_with_them() -> None:
    assert leave("See <https://evil.example/x> now", SHOP) == f"See {LEFT_OUT} now"


def test_an_image_is_never_shown() -> None:
    assert "![" not in leave("![logo](https://shop.example/logo.png) ![x][y]", SHOP)


def test_a_reference_link_has_nowhere_to_go() -> None:
    assert "evil" not in leave("[click][1]\n\n[1]: https://evil.example/?d=1 'x'", SHOP)


@pytest.mark.parametrize("ping", ["@everyone", "@here", "<!channel>", "<@U1>", "<@&1>", "<#C1>", "<!subteam^S1>"])
def test_a_ping_pings_nobody_and_stays_readable(ping: str) -> None:
    left = leave(f"Hello {ping} there", SHOP)
    assert ping not in left
    assert left.replace("\u2060", "") == f"Hello {ping} there"


def test_prices_and_tables_stay_as_they_are() -> None:
    text = "| Size | Price |\n|---|---|\n| S | 4.90 EUR |\n\nBigger < smaller, a@b.example."
    assert leave(text, SHOP) == text


@given(st.text(max_size=400))
def test_whatever_is_said_twice_through_the_filter_changes_nothing_more(text: str) -> None:
    once = leave(text, SHOP)
    assert "![" not in once or "](" not in once
    assert leave(once, SHOP) == once or "[" in text or "://" in text


@pytest.mark.parametrize(
    "text", ["詳しくはhttps://evil.example/x", "1https://evil.example/x", "@herehttps://evil.example/x", "@herewww.evil.example"]
)
def test_an_address_that_a_word_runs_into_does_not_leave_either(text: str) -> None:
    assert "evil" not in leave(text, SHOP)


def test_what_only_looks_like_the_beginning_of_an_address_stays() -> None:
    assert leave("Awww... write to help@www.shop.example", SHOP) == "Awww... write to help@www.shop.example"
    assert leave("詳しくはhttps://shop.example/help?a=1", SHOP) == "詳しくはhttps://shop.example/help"
