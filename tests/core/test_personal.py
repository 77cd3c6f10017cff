"""What belongs to one person is found however he writes it, and what everybody may read is left alone."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.privacy.personal import found, personal, without

CARD = "4111 1111 1111 1111"
IBAN = "DE89 3704 0044 0532 0130 00"


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("We write to ada.lovelace+shop@example.org.", "ada.lovelace+shop@example.org"),
        ("請寫信到ada@example.org，謝謝。", "ada@example.org"),
        ("Пишите на ada@пример.рф!", "ada@пример.рф"),
        ("メールはａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇです。", "ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ"),
        ("Write to *ada@example.org*, please.", "ada@example.org"),
        ("You paid with 4111111111111111 on 3 May.", "4111111111111111"),
        (f"Card {CARD} 12/29", CARD),
        ("Amex 3782-822463-10005.", "3782-822463-10005"),
        ("البطاقة ٤١١١١١١١١١١١١١١١", "٤١١١١١١١١١١١١١١١"),
        (f"Refund to {IBAN} today", IBAN),
        ("iban gb29nwbk60161331926819", "gb29nwbk60161331926819"),
        ("We call you at +49 30 901820.", "+49 30 901820"),
        ("Rufen Sie 030 901820 an.", "030 901820"),
        ("Call (212) 555-2368 now", "(212) 555-2368"),
        ("Appelez le 01 42 68 53 00.", "01 42 68 53 00"),
        ("電話は03-3211-4321です", "03-3211-4321"),
        ("Llame al 912 345 678", "912 345 678"),
    ],
)
def test_somebodys_own_is_found(text: str, piece: str) -> None:
    assert personal(text) == (piece,)
    assert piece not in without(text, personal(text))


@pytest.mark.parametrize(
    "text",
    [
        "Your order 2125552368 left on 2026-11-25 at 14:30.",
        "Order #0309018201 and ORD-0309018201 are on their way.",
        "It costs 1,299.00 EUR or 1 299,00 €, in 12 to 14 days, 365 days a year.",
        "Card 4111 1111 1111 1112 is no card, DE89 3704 0044 0532 0130 01 is no account.",
        "See https://shop.example/help?id=12345678901234, section 3.2.1.",
        "Version 10.0.19045.3693, 25.11.2026, 25/11/2026, 11:00-19:30.",
        "Sizes 36 37 38 39 40 41 42, EAN 4006381333931.",
        "@ada, write @here.",
        "",
    ],
)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert personal(text) == ()


@pytest.mark.parametrize(
    ("said", "public"),
    [
        ("Write to Help@Shop.example.", "Our address: help@shop.example"),
        ("Call +49 30 901820.", "Phone: (030) 90 18 20"),
        ("Call 030 901820.", "Phone: +49 (0)30/901820"),
        (f"Pay to {IBAN}.", "Our account is DE89370400440532013000."),
    ],
)
def test_what_a_page_says_to_everybody_is_nobodys(said: str, public: str) -> None:
    assert personal(said, ["", public]) == ()
    assert len(personal(said)) == 1


def test_the_shops_own_address_does_not_hide_the_customers() -> None:
    assert personal("Write to help@shop.example; we write to ada@shop.example.", ["help@shop.example"]) == ("ada@shop.example",)


def test_one_address_may_be_the_beginning_of_another() -> None:
    text = "ada@example.org and ada@example.org.uk"
    assert without(text, personal(text)) == "[…] and […]"


def _luhn(digits: str) -> str:
    """The digit that makes a card number of these."""
    total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


words = st.sampled_from(["", "Your card: ", "支付卡", "Das ist ", "карта ", "بطاقة "])


@given(
    st.text("0123456789", min_size=14, max_size=14),
    st.sampled_from(["", " ", "-"]),
    words,
    st.sampled_from(["", ".", " 12/29", ", ok", "です"]),
)
def test_every_card_is_found_in_every_grouping(middle: str, gap: str, before: str, after: str) -> None:
    digits = f"4{middle}"
    digits += _luhn(digits)
    card = gap.join(digits[at : at + 4] for at in range(0, 16, 4))
    assert card in personal(f"{before}{card}{after}")


@given(st.text("0123456789", min_size=18, max_size=18), st.booleans(), words)
def test_every_german_account_is_found(account: str, grouped: bool, before: str) -> None:
    iban = f"DE{98 - int(f'{account}131400') % 97:02}{account}"
    iban = " ".join(iban[at : at + 4] for at in range(0, 22, 4)) if grouped else iban
    assert iban in personal(f"{before} {iban}.")


@given(st.from_regex(r"[a-z0-9]{1,10}(\.[a-z0-9]{1,10})?@[a-z0-9]{1,12}\.(org|de|co\.uk)", fullmatch=True), words)
def test_every_plain_address_is_found(mail: str, before: str) -> None:
    assert personal(f"{before} {mail}, thanks") == (mail,)


@given(st.text(st.sampled_from("0123456789 -+()./@abDE8\u00a0é字١\u212aſı²ＤＥ８"), max_size=200))
def test_whatever_is_written_it_ends_and_what_is_found_stands_there_side_by_side(text: str) -> None:
    all_ = found(text)
    assert all(one.start < one.end <= len(text) for one in all_)
    assert all(one.end <= other.start for one, other in pairwise(all_))
    assert personal(text, [text]) == ()


@given(st.text(st.sampled_from("0123456789 -@.abDE8字"), max_size=120))
def test_what_was_left_out_is_found_no_more(text: str) -> None:
    rest = without(text, personal(text))
    assert not set(personal(rest)) & set(personal(text))
