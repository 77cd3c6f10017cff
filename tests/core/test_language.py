"""Which language a customer is answered in: what a message says about it, and what it does not."""

from threading import Thread

import pytest

from benchmarks.chat_lines import FIRST_FULL_SENTENCES, ONE_LINERS
from bot.language.cleaning import LONGEST, folded, for_detection
from bot.language.detection import Detector
from bot.language.phrases import LANGUAGES, TRANSLATED
from bot.language.policy import choose
from bot.language.wish_words import NAMES
from bot.language.wishes import wish_for

QUESTIONS = {
    "en": "When will my parcel be delivered?",
    "de": "Wann wird mein Paket geliefert?",
    "es": "¿Cuándo me entregarán el paquete?",
    "fr": "Quand mon colis sera-t-il livré ?",
    "it": "Quando verrà consegnato il mio pacco?",
    "pt": "Quando a minha encomenda vai chegar?",
    "nl": "Wanneer wordt mijn pakket bezorgd?",
    "pl": "Kiedy dotrze moja przesyłka?",
    "tr": "Kargom ne zaman gelecek?",
    "ru": "Когда доставят мою посылку?",
    "ar": "متى سيصل طردي؟",
    "zh": "我的包裹什么时候到？",
    "ja": "荷物はいつ届きますか？",
    "ko": "제 택배는 언제 도착하나요?",
    "hi": "मेरा पार्सल कब पहुँचेगा?",
    "vi": "Khi nào kiện hàng của tôi đến nơi?",
}
GREETING = {
    "en": "hello", "de": "danke", "es": "hola", "fr": "merci", "it": "grazie", "pt": "obrigado", "nl": "bedankt", "pl": "dzień dobry",
    "tr": "merhaba", "ru": "спасибо", "ar": "مرحبا", "zh": "你好", "ja": "ありがとう", "ko": "안녕하세요", "hi": "नमस्ते", "vi": "xin chào",
}  # fmt: skip
WISHES = {
    "en": [
        "in English please",
        "English, please",
        "Can you answer in English?",
        "Where is my order? In English please.",
        "auf Englisch bitte",
    ],
    "de": ["auf Deutsch bitte", "Bitte antworten Sie auf Deutsch", "German please", "Hello! Sprechen Sie Deutsch?"],
    "es": ["en español por favor", "¿Habla español?", "in Spanish pls"],
    "fr": ["en français s'il vous plaît", "En français, svp", "Vous parlez français ?"],
    "it": ["in italiano per favore", "Può rispondere in italiano?"],
    "pt": ["em português por favor", "Fala português?"],
    "nl": ["in het Nederlands graag", "Kunt u in het Nederlands antwoorden?"],
    "pl": ["po polsku proszę", "Proszę odpowiedzieć po polsku"],
    "tr": ["Türkçe lütfen", "Türkçe olarak yanıt verir misiniz?"],
    "ru": ["по-русски, пожалуйста", "Ответьте на русском языке"],
    "ar": ["بالعربية من فضلك", "هل يمكنك الرد باللغة العربية؟"],
    "zh": ["请用中文", "可以用中文回答吗？"],
    "ja": ["日本語でお願いします", "日本語で回答してください。"],
    "ko": ["한국어로 부탁드립니다", "한국어로 답변해 주세요"],
    "hi": ["कृपया हिंदी में जवाब दें", "हिन्दी में बात करें"],
    "vi": ["bằng tiếng Việt nhé", "vui lòng trả lời bằng tiếng Việt"],
    "da": ["på dansk, tak", "auf Dänisch bitte", "in Danish please", "用丹麦语回答", "덴마크어로 부탁드립니다", "بالدنماركية من فضلك"],
    "sv": ["på svenska, tack", "Kan ni svara på svenska?", "en suédois svp", "по-шведски, пожалуйста"],
    "fi": ["suomeksi, kiitos", "Puhutteko suomea?", "in het Fins graag", "フィンランド語でお願いします"],
    "cs": ["česky, prosím", "Můžete odpovědět v češtině?", "po czesku proszę"],
    "ro": ["în română, vă rog", "Rumence lütfen", "en rumano por favor"],
    "hu": ["magyarul, kérem", "in ungherese per favore"],
    "el": ["στα ελληνικά παρακαλώ", "em grego por favor", "कृपया यूनानी में जवाब दें"],
    "uk": ["українською, будь ласка", "на украинском языке, пожалуйста"],
    "he": ["בעברית בבקשה", "באנגלית? בעברית בבקשה", "vui lòng trả lời bằng tiếng Do Thái"],
    "th": ["ขอภาษาไทยครับ", "in Thai please"],
    "id": ["tolong dalam bahasa Indonesia", "auf Indonesisch bitte"],
}
NO_WISHES = [
    "I bought a book in English",
    "Do you sell the manual in German?",
    "The French version was damaged",
    "not in English please",
    "English or German?",
    "Is the Spanish website down?",
    "Ich habe ein Buch auf Englisch bestellt",
    "中文版什么时候有货？",
    "日本語の説明書はありますか",
    "Danish design",
    "Greek salad, please",
    "fins",
    "चेक करें",
    "Jag köpte en bok på svenska",
    "Jerman",
    "",
]
SILENT = [
    "ok",
    "OK!",
    "👍🙏",
    "#A-10293",
    "order 4711-22",
    "SKU LMP-300-XL",
    "https://shop.example/danke/merci?x=hola",
    "www.example.com/wo-ist-meine-bestellung",
    "anna.schmidt@example.com",
    "<@U12345> ?",
    "`print('hello world, this is english')`",
    "```\nfor item in basket: total += item.price\n```",
    "12,50",
    "PayPal",
    "Nora Tischlampe",
    "iPhone 15 Pro Max",
    "Apple MacBook Pro Space Grey",
    "La Mer Crème",
    "Le Creuset Cocotte Signature ronde",
    "Vaso di Murano blu",
    "Tee für zwei",
    "Rue de la Paix 12, 75002 Paris",
    "",
]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(LANGUAGES)


@pytest.fixture(scope="module")
def everything() -> Detector:
    return Detector(TRANSLATED)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_question_is_answered_in_its_language(language: str, detector: Detector) -> None:
    assert choose(QUESTIONS[language], detector, "", "", "en").language == language


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("before", ["en", "de", "ja", "ar"])
def test_a_customer_who_changes_the_language_is_followed_at_the_first_full_sentence(language: str, before: str, detector: Detector) -> None:
    assert choose(QUESTIONS[language], detector, before, "", "en").language == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_one_line_greeting_is_answered_in_kind(language: str, detector: Detector) -> None:
    said = GREETING[language]
    assert choose(said, detector, "", "", "en").language == language
    assert choose(said, detector, language, "", "en").language == language
    assert choose(said, detector, "", language, "en").language == language


@pytest.mark.parametrize("said", ["ciao", "merci", "hola!", "gracias", "Danke", "ok thanks", "yes please", "obrigado", "ok merci beaucoup"])
@pytest.mark.parametrize("thread", ["en", "de", "ja", "tr"])
def test_a_mere_greeting_or_thanks_never_turns_a_thread(said: str, thread: str, detector: Detector) -> None:
    assert choose(said, detector, thread, "", "en").language == thread


@pytest.mark.parametrize("said", SILENT)
@pytest.mark.parametrize("thread", LANGUAGES)
def test_an_ok_a_number_a_link_a_product_or_code_never_turns_a_thread(said: str, thread: str, detector: Detector) -> None:
    assert choose(said, detector, thread, "", "en").language == thread
    assert choose(said, detector, thread, "pt-BR", "en").language == thread


@pytest.mark.parametrize(("wished", "said"), [(language, said) for language, texts in WISHES.items() for said in texts])
def test_a_customer_who_asks_for_a_language_gets_it(wished: str, said: str, everything: Detector) -> None:
    thread = "fr" if wished != "fr" else "en"
    choice = choose(said, everything, thread, thread, thread)
    assert (choice.language, choice.why) == (wished, "wish")


def test_no_name_of_a_language_means_two_languages() -> None:
    meant: dict[str, set[str]] = {}
    for language, names in NAMES.items():
        for name in names.split():
            meant.setdefault(folded(name.lower()), set()).add(language)
    assert set(NAMES) == set(TRANSLATED)
    assert not {name: languages for name, languages in meant.items() if len(languages) > 1}


@pytest.mark.parametrize("said", NO_WISHES)
def test_a_customer_who_only_speaks_of_a_language_does_not_ask_for_it(said: str) -> None:
    assert wish_for(said) == ""


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("La lampe est arrivée cassée", "fr"),
        ("Die Lampe kam kaputt an", "de"),
        ("where is it", "en"),
        ("siparişim hala gelmedi", "tr"),
        ("Moja paczka nie dotarła", "pl"),
    ],
)
@pytest.mark.parametrize("thread", ["es", "ja", "ru"])
def test_a_short_sentence_without_a_full_stop_is_still_a_sentence(said: str, language: str, thread: str, detector: Detector) -> None:
    assert choose(said, detector, thread, "", "en").language == language


@pytest.mark.parametrize("thread", TRANSLATED)
def test_a_change_to_any_of_our_languages_is_followed(thread: str, everything: Detector) -> None:
    followed = {language: choose(text, everything, thread, thread, "en").language for language, text in FIRST_FULL_SENTENCES.items()}
    assert followed == {language: language for language in TRANSLATED}


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_chat_line_is_understood_where_the_thread_or_the_settings_say_the_language(language: str, everything: Detector) -> None:
    for line in ONE_LINERS[language].split("|"):
        assert choose(line, everything, language, "", "en").language == language
        assert choose(line, everything, "", language, "en").language == language


def test_a_wish_for_a_language_that_the_shop_does_not_serve_changes_nothing() -> None:
    assert choose("in Polish please", Detector(["en", "de"]), "de", "", "en").language != "pl"


@pytest.mark.parametrize(
    ("thread", "locale", "expected", "why"),
    [("de", "fr-FR", "de", "thread"), ("", "fr-FR", "fr", "locale"), ("", "pt_BR", "pt", "locale"), ("", "sv-SE", "en", "default")],
)
def test_what_stands_in_when_a_message_says_nothing(thread: str, locale: str, expected: str, why: str, detector: Detector) -> None:
    choice = choose("#12345", detector, thread, locale, "en")
    assert (choice.language, choice.why) == (expected, why)


def test_a_customer_whose_language_is_not_served_gets_the_default() -> None:
    detector = Detector(["en", "de"])
    for said in (QUESTIONS["ru"], QUESTIONS["ja"], QUESTIONS["hi"], QUESTIONS["fr"]):
        assert choose(said, detector, "", "", "de").language == "de"


def test_a_shop_with_two_languages_still_tells_them_apart() -> None:
    detector = Detector(["en", "ja"])
    assert choose(QUESTIONS["en"], detector, "ja", "", "ja").language == "en"
    assert choose("Amazon Pay", detector, "ja", "", "ja").language == "ja"
    assert choose(QUESTIONS["fr"], detector, "ja", "", "ja").language == "ja"


def test_a_shop_may_write_its_codes_with_a_region() -> None:
    detector = Detector(["pt-BR", "zh_TW", "en"])
    assert detector.detect(QUESTIONS["pt"]).language == "pt-BR"
    assert detector.detect("請問可以退貨嗎").language == "zh_TW"
    assert choose("em português por favor", detector, "en", "", "en").language == "pt-BR"


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("請問可以退貨嗎", "zh"),
        ("iPhoneの返品方法を教えて", "ja"),
        ("PayPalで払えますか", "ja"),
        ("반품 배송비는 paypal로 결제되나요", "ko"),
        ("Do you have 小米 phones in stock?", "en"),
        ("Где мой заказ Lumen Nora?", "ru"),
    ],
)
def test_a_foreign_brand_in_a_sentence_does_not_mislead(said: str, language: str, detector: Detector) -> None:
    assert choose(said, detector, "", "", "en").language == language


@pytest.mark.parametrize(("said", "language"), [("WHERE IS MY PARCEL", "en"), ("WO IST MEIN PAKET", "de"), ("DÓNDE ESTÁ MI PEDIDO", "es")])
def test_a_customer_who_shouts_is_understood(said: str, language: str, detector: Detector) -> None:
    assert detector.detect(said).language == language


@pytest.mark.parametrize(
    ("said", "language"),
    [("donde esta mi pedido", "es"), ("nao recebi o pacote", "pt"), ("gdzie jest moja paczka", "pl"), ("siparisim ne zaman gelecek", "tr")],
)
def test_a_customer_without_accents_is_understood(said: str, language: str, detector: Detector) -> None:
    assert detector.detect(said).language == language


def test_short_japanese_without_kana_stays_japanese_in_a_japanese_thread(detector: Detector) -> None:
    assert choose("返品方法", detector, "ja", "", "en").language == "ja"
    assert choose("返品方法", detector, "", "", "en").language == "zh"


def test_languages_of_one_script_are_told_apart_by_their_letters() -> None:
    detector = Detector(["ru", "uk", "bg", "ar", "fa", "hi", "mr"])
    said = {"uk": "Коли ви доставите мою посилку, будь ласка?", "ru": QUESTIONS["ru"], "bg": "Кога ще пристигне пратката ми?"}
    said |= {
        "fa": "بسته من چه زمانی می‌رسد؟",
        "ar": QUESTIONS["ar"],
        "hi": QUESTIONS["hi"],
        "mr": "माझे पार्सल कधी पोहोचेल आणि किती दिवस लागतील?",
    }
    assert {language: detector.detect(text).language for language, text in said.items()} == {language: language for language in said}


def test_chances_are_ranked_and_sum_to_at_most_one(detector: Detector) -> None:
    found = detector.detect("la carta")
    chances = [chance for _, chance in found.candidates]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1.000001
    assert found.candidates[0] == (found.language, found.confidence)
    assert detector.detect("🙂 123").language is None


def test_the_same_text_is_always_the_same_language(detector: Detector) -> None:
    assert len({detector.detect("per favor, la carta") for _ in range(50)}) == 1


def test_many_threads_may_ask_first() -> None:
    detector, found = Detector(("en", "de")), []
    threads = [Thread(target=lambda: found.append(detector.detect(QUESTIONS["de"]).language)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["de"] * 8


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Wo ist #A-10293, bitte?", "Wo ist bitte"),
        ("see https://x.example/wo/ist and <@U1> :wave: @anna", "see and"),
        ("mail me: anna@example.com or [here](https://x.example) `code`", "mail me or here"),
        ("**Hi** _there_\n> don't 'quote'", "Hi there don't quote"),
        ("30日以内に返品できますか", "日以内に返品できますか"),
        ("क्या मैं 2 दिन में लौटा सकता हूँ?", "क्या मैं दिन में लौटा सकता हूँ"),
        ("a\x00b \ud800 c❤️", "a b c"),
        ("```\nsecret code", ""),
    ],
)
def test_only_words_are_left_of_a_message(text: str, words: str) -> None:
    assert for_detection(text) == words


@pytest.mark.parametrize(
    "piece", ["a.", "a", "`", "<@", ":a", "-", "a@", "@", "```a", "~~~", "](", "'", "[a](", "in ", "で", "\ud800", "\x00", "é"]
)
@pytest.mark.timeout(60)  # milliseconds, or hours where the work is more than linear
def test_nobody_can_keep_us_busy_with_a_strange_message(piece: str, detector: Detector) -> None:
    choose(piece * 100_000, detector, "en", "", "en")
    assert len(for_detection(piece * 100_000)) <= LONGEST
