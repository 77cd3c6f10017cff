"""The terms of full text: the same for a document and for the question that is after it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.terms import identifiers, question_terms, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rückgabe", ["ruckgabe"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("ΕΠΙΣΤΡΟΦΉ", ["επιστροφη"]),
        ("й не и", ["й", "не", "и"]),
        ("返品期間", ["返品", "品期", "期間"]),
        ("茶", ["茶"]),
        ("ＡＢＣ １２", ["abc", "12"]),
        ("SKU AB-12/3", ["sku", "ab123", "ab", "12", "3"]),
        ('don\'t OR NOT* "x"', ["don", "t", "or", "not", "x"]),
    ],
)
def test_a_text_is_folded_the_same_way_everywhere(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_an_order_number_is_told_from_words_and_quantities() -> None:
    assert identifiers(question_terms("Where are 2 of E-404 and order 88213?")) == ["e404", "88213"]


@given(st.text())
def test_no_text_makes_an_operator_of_a_query_language(text: str) -> None:
    assert all(term and not set(term) & set("\"'*()&|!:<>^- \0") for term in terms(text))
