"""What happens to somebody who writes in a language that the shop does not serve (here it serves en, de and es)."""

import pytest

from bot.language import phrases
from bot.language.detection import Detector
from bot.language.formats import number
from bot.language.policy import NOT_SERVED, choose
from bot.store.database import Database
from tests.core.desk import desk
from tests.core.test_language import SILENT

FINNISH = "Milloin pakettini saapuu perille? Tilasin sen viime viikolla."
NOTE = "Valitettavasti emme voi vastata tällä kielellä (suomi). Tässä on vastauksemme toisella kielellä (englanti)."
FOREIGN = {
    "fi": FINNISH,
    "nl": "Wanneer wordt mijn pakket bezorgd? Ik heb het vorige week besteld.",
    "it": "Quando verrà consegnato il mio pacco? L'ho ordinato la settimana scorsa.",
    "sv": "När kommer mitt paket? Jag beställde det förra veckan.",
    "ru": "Когда доставят мою посылку?",
    "uk": "Коли ви доставите мою посилку, будь ласка?",
    "el": "Πότε θα φτάσει το δέμα μου;",
    "he": "מתי תגיע החבילה שלי?",
    "th": "พัสดุของฉันจะมาถึงเมื่อไหร่",
    "ar": "متى سيصل طردي؟",
    "hi": "मेरा पार्सल कब पहुँचेगा?",
    "ja": "荷物はいつ届きますか？",
    "zh": "我的包裹什么时候到？",
    "ko": "제 택배는 언제 도착하나요?",
    "ta": "எனது பார்சல் எப்போது வரும்?",
}
DOUBTFUL = [
    *SILENT,
    "ciao",
    "merci beaucoup",
    "Grazie mille!",
    "Nora lampada da tavolo",
    "vase Élégance",
    "per favore",
    "добро",
    "ありがとう",
    "Rue de la Paix 12, 75002 Paris",
]
SERVED = {
    "en": "When will my parcel be delivered? I ordered it last week.",
    "de": "Wann wird mein Paket geliefert? Ich habe es letzte Woche bestellt.",
    "es": "¿Cuándo me entregarán el paquete? Lo pedí la semana pasada.",
}


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(("en", "de", "es"))


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("thread", ["", "de"])
def test_a_whole_sentence_in_another_language_is_known_for_what_it_is(language: str, thread: str, detector: Detector) -> None:
    choice = choose(FOREIGN[language], detector, thread, "", "en")
    assert (choice.language, choice.why, choice.seen) == (thread or "en", NOT_SERVED, language)


@pytest.mark.parametrize("said", DOUBTFUL)
@pytest.mark.parametrize("thread", ["", "de"])
def test_what_is_short_or_doubtful_is_never_taken_for_another_language(said: str, thread: str, detector: Detector) -> None:
    assert choose(said, detector, thread, "", "en").seen == ""


@pytest.mark.parametrize("language", SERVED)
@pytest.mark.parametrize("thread", ["", "en", "de", "es"])
def test_a_served_language_is_answered_as_before(language: str, thread: str, detector: Detector) -> None:
    choice = choose(SERVED[language], detector, thread, "", "en")
    assert (choice.language, choice.seen) == (language, "")


def test_a_wish_for_a_language_that_is_not_served_is_heard(detector: Detector) -> None:
    choice = choose("in Polish please", detector, "de", "", "en")
    assert (choice.language, choice.why, choice.seen) == ("de", NOT_SERVED, "pl")


def test_a_neighbours_language_is_answered_in_the_one_that_is_served() -> None:
    norwegian = "Hvor er pakken min? Jeg bestilte den for to uker siden og har ikke hørt noe fra dere."
    assert choose(norwegian, Detector(("en", "da")), "", "", "en").seen == ""
    assert choose(norwegian, Detector(("en", "de")), "", "", "en").seen == "no"


async def test_the_customer_reads_in_his_own_language_that_it_is_not_served_once(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say(FINNISH)
        await here.platform.sees(1)
        await here.platform.say("Haluaisin tietää myös, kuinka paljon palautus maksaa.")
        first, second = await here.platform.sees(2)
        assert first == f"{NOTE}\n\nYou asked: {FINNISH}"
        assert second.startswith("You asked:")
        assert [(question.language, question.spoken) for question in here.echo.asked] == [("en", "fi"), ("en", "fi")]


async def test_who_wishes_for_a_language_that_is_not_served_is_told_so(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Where is my parcel? In Finnish, please.")
        assert await here.platform.sees(1) == [f"{NOTE}\n\nYou asked: Where is my parcel? In Finnish, please."]
        assert here.echo.asked[0].spoken == ""


async def test_where_we_have_no_sentences_the_note_is_english(database: Database) -> None:
    async with desk(database) as here:
        await here.platform.say("Кога ще пристигне пратката ми? Поръчах я миналата седмица.")
        assert (await here.platform.sees(1))[0].startswith("Sorry, we cannot answer in Bulgarian. Here is our answer in English.")


async def test_a_shop_may_leave_other_languages_to_people(database: Database) -> None:
    async with desk(database, hand_over_others=True) as here:
        await here.platform.say(FINNISH)
        assert await here.platform.sees(1) == [phrases.say(phrases.NO_PERSON, "fi")]
        assert here.echo.asked == []
        await here.platform.say(SERVED["de"])
        assert (await here.platform.sees(2))[1].startswith("You asked:")


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "4,000"), ("de", "4.000"), ("fr", "4\u202f000"), ("pt-BR", "4.000"), ("hi", "4,000"), ("tlh", "4000"), ("??", "4000")],
)
def test_a_number_is_written_as_the_language_writes_it(language: str, written: str) -> None:
    assert number(4000, language) == written
