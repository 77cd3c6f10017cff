"""No customer reads a figure, a promise or a deed that the shop's pages do not give."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks import Gate, Ground, fault_of_language, fault_of_sentence, fault_of_support, grounding, promises
from bot.language.detection import Detector
from bot.language.phrases import LANGUAGES

PAGE = Ground(
    "Returns. You have 30 days to return an item. We refund you within 5 working days, until 3 May 2026, by 17:00. A return from Austria "
    "costs €5.90. Write to help@shop.example or call +49 341 5550100. Parts: SKU EXP-77.",
    "en",
)
DETECTOR = Detector(LANGUAGES)


def fault(draft: str, language: str = "en", page: Ground = PAGE, said: str = "") -> str:
    own = [Ground(said, language)]
    return (
        fault_of_language(draft, language, DETECTOR)
        or fault_of_sentence(draft, language, [page], own)
        or fault_of_support(draft, language, [page], own)
    )


@pytest.mark.parametrize(
    ("draft", "language"),
    [
        ("You have 30 days to return it [1].", "en"),
        ("You have thirty days to return it [1].", "en"),
        ("Sie haben 30 Tage Zeit, um einen Artikel zurückzugeben; eine Rücksendung aus Österreich kostet 5,90 € [1].", "de"),
        ("El reembolso llega en cinco días laborables, como muy tarde el 3 de mayo de 2026 a las 17:00 [1].", "es"),
        ("Le retour depuis l’Autriche coûte 5,90 €. Écrivez à help@shop.example [1].", "fr"),
        ("商品は30日以内に返品できます。返金は5営業日以内です [1]。", "ja"),
        ("لديك 30 يومًا لإرجاع المنتج، ونعيد المبلغ خلال ٥ أيام عمل [1].", "ar"),
        ("退货期限为30天，退款在5个工作日内完成 [1]。", "zh"),
        ("Call 0341 5550100 about EXP-77, until 5 pm [1].", "en"),
    ],
)
def test_what_the_page_says_may_be_said_in_any_language(draft: str, language: str) -> None:
    assert fault(draft, language) == ""


@pytest.mark.parametrize(
    ("draft", "language", "named"),
    [
        ("You have 60 days to return it [1].", "en", "60"),
        ("You have 30 weeks to return it [1].", "en", "30"),
        ("Eine Rücksendung aus Österreich kostet 9,50 € [1].", "de", "9,50"),
        ("El reembolso llega en siete días laborables [1].", "es", "siete"),
        ("Le remboursement arrive avant le 4 mai 2026 [1].", "fr", "4 mai 2026"),
        ("退货期限为14天 [1]。", "zh", "14"),
        ("Write to refunds@trap.example [1].", "en", "trap.example"),
        ("See https://trap.example/returns [1].", "en", "trap.example"),
        ("Call +49 341 9990100 [1].", "en", "9990100"),
        ("Order part EXP-78 [1].", "en", "exp78"),
    ],
)
def test_a_figure_that_no_page_gives_is_found(draft: str, language: str, named: str) -> None:
    assert named in fault(draft, language)


def test_a_figure_of_the_customers_own_may_be_repeated() -> None:
    assert fault("Your order 4711 can be returned within 30 days [1].", said="Can I return order 4711?") == ""


def test_a_figure_must_stand_in_the_page_that_is_cited() -> None:
    other = Ground("Shipping takes 3 days.", "en")
    assert "30" in fault("You have 30 days [1].", page=other)


@pytest.mark.parametrize(
    ("draft", "language"),
    [
        ("I have cancelled your order.", "en"),
        ("Ich habe Ihre Bestellung für Sie storniert.", "de"),
        ("Ya he cancelado su pedido.", "es"),
        ("J’ai annulé votre commande.", "fr"),
        ("Ho annullato il suo ordine.", "it"),
        ("Já cancelei o seu pedido.", "pt"),
        ("Ik heb uw bestelling geannuleerd.", "nl"),
        ("Anulowałem Twoje zamówienie.", "pl"),
        ("Siparişinizi iptal ettim.", "tr"),
        ("Я отменил ваш заказ.", "ru"),
        ("لقد قمت بإلغاء طلبك.", "ar"),
        ("我已经为您取消了订单。", "zh"),
        ("ご注文をキャンセルしました。", "ja"),
        ("주문을 취소해 드렸습니다.", "ko"),
        ("मैंने आपका ऑर्डर रद्द कर दिया है।", "hi"),
        ("Tôi đã hủy đơn hàng của bạn.", "vi"),
    ],
)
def test_nobody_is_told_that_something_was_done(draft: str, language: str) -> None:
    assert promises.claimed(draft, language, [PAGE.text])


@pytest.mark.parametrize(
    "draft",
    [
        "You get a voucher for it.",
        "Sie bekommen 20 % Rabatt.",
        "Le daremos un descuento.",
        "Мы сделаем для вас скидку.",
        "我们给您打折。",
        "割引いたします。",
    ],
)
def test_a_discount_that_no_page_offers_is_not_promised(draft: str) -> None:
    assert promises.promised(draft, [PAGE.text]) == "a discount"


def test_what_the_page_promises_may_be_said() -> None:
    assert promises.promised("Wir erstatten Ihnen den Kaufpreis.", [PAGE.text]) == ""
    assert promises.claimed("Once we have sent your parcel, you get an email.", "en", ["..."]) == ""


@pytest.mark.parametrize(
    ("draft", "language"), [("You can return an item, we refund you soon.", "de"), ("Puede devolver el artículo cuando quiera.", "en")]
)
def test_an_answer_in_the_wrong_language_is_found(draft: str, language: str) -> None:
    assert "must be written in" in fault(draft + " " + draft, language)


def test_a_product_name_or_an_address_makes_no_language() -> None:
    assert fault("EXP-77: help@shop.example", "ja") == ""


def test_a_draft_about_something_else_is_found() -> None:
    assert "no passage" in fault("Penguins dwell near icy southern oceans, huddling together through polar winter darkness.")


@pytest.mark.parametrize(
    ("sentence", "language", "denies"),
    [("You cannot return it.", "en", True), ("Rückgabe möglich.", "de", False), ("不能退货", "zh", True)],
)
def test_a_denial_is_seen(sentence: str, language: str, denies: bool) -> None:
    assert grounding.negated(sentence, language) is denies


@given(st.text(), st.sampled_from(LANGUAGES))
def test_whatever_a_model_writes_is_checked_without_a_fault(draft: str, language: str) -> None:
    fault(draft, language)


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "Zs"))), st.sampled_from(LANGUAGES))
def test_what_a_page_says_word_for_word_holds_no_strange_figure(text: str, language: str) -> None:
    assert grounding.strange_figures(text, language, [Ground(text, language)]) == []


def through(pieces: Sequence[str], forbidden: str = "\0") -> tuple[list[str], str]:
    """What a gate shows of a draft that comes in pieces, and the fault that it finds."""
    shown: list[str] = []
    gate = Gate(lambda sentence: "forbidden" if forbidden in sentence else "", shown.append)
    for piece in pieces:
        gate.feed(piece)
    return shown, gate.end()


def test_a_sentence_is_shown_as_soon_as_the_next_has_begun() -> None:
    shown: list[str] = []
    gate = Gate(lambda _: "", shown.append)
    gate.feed("You have 30 days")
    gate.feed(". [1] Write")
    assert shown == []
    gate.feed(" to us")
    assert shown == ["You have 30 days. [1] "]


def test_a_chinese_sentence_is_shown_as_soon_as_the_next_has_begun() -> None:
    shown: list[str] = []
    gate = Gate(lambda _: "", shown.append)
    gate.feed("退货期限为30天。[1]退")
    assert shown == ["退货期限为30天。[1]"]


def test_nothing_is_shown_from_the_first_fault_on() -> None:
    assert through(["One. Two is ", "bad. Three", " is good. Four."], "bad") == (["One. "], "forbidden")


def test_a_date_is_not_cut_while_its_month_is_on_its_way() -> None:
    assert through(["Bis zum 3.", " Mai", " 2026 geht es. Da", "nach nicht."])[0] == ["Bis zum 3. Mai 2026 geht es. ", "Danach nicht."]


DRAFTS = st.lists(
    st.sampled_from(
        [
            "3. ",
            "Mai ",
            "z. B. ",
            "Yes. ",
            "No! ",
            "[1]",
            " [2, 3] ",
            "[1",
            "]",
            "。",
            "」",
            "「",
            "はい",
            "了",
            "? ",
            "…",
            "\n\n",
            "- a\n",
            "e",
            "A ",
            "12",
            ".",
        ]
    ),
    max_size=30,
).map("".join)


@given(DRAFTS, st.lists(st.integers(0, 200), max_size=8))
def test_however_a_draft_is_cut_on_its_way_the_same_is_shown(draft: str, cuts: list[int]) -> None:
    at = sorted({min(cut, len(draft)) for cut in cuts} | {0, len(draft)})
    pieces = [draft[start:end] for start, end in pairwise(at)]
    whole, by_signs = through([draft])[0], through(list(draft))[0]
    assert through(pieces)[0] == whole == by_signs
    assert "".join(whole) == draft
