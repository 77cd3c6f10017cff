"""Our own sentences: complete, and true to their places, in each of the twenty-seven languages."""

import gettext
import io
import string
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.language import phrases
from bot.language.detection import Detector

LOCALE = Path(phrases.__file__).parent / "locale"
OTHERS = phrases.TRANSLATED[1:]
YES = {
    "en": "yes", "de": "ja", "es": "sí", "fr": "oui", "it": "sì", "pt": "sim", "nl": "ja", "pl": "tak", "tr": "evet", "ru": "да",
    "ar": "نعم", "zh": "是", "ja": "はい", "ko": "네", "hi": "हाँ", "vi": "có", "da": "ja", "sv": "ja", "fi": "kyllä", "cs": "ano",
    "ro": "da", "hu": "igen", "el": "ναι", "uk": "так", "he": "כן", "th": "ใช่", "id": "ya",
}  # fmt: skip
# Where a noun changes with its number beyond one and many, the number stands by itself.
COUNTS_IN_MANY_WAYS = ("ar", "ro", "ru", "uk")
BIDI_MARKS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
SENTENCES = {
    name: value for name, value in vars(phrases).items() if name.isupper() and isinstance(value, str) and not name.startswith(("_", "N_"))
}


def po(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "polydesk.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def sentences_in(language: str) -> list[tuple[str, str, str]]:
    """Name, English and translation of each sentence."""
    translated = {message.id: str(message.string) for message in po(language) if message.id}
    return [(name, sentence, translated.get(sentence, "")) for name, sentence in SENTENCES.items()]


def places(sentence: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None]


def first_strong(text: str) -> str:
    return next((kind for sign in text if (kind := unicodedata.bidirectional(sign)) in ("L", "R", "AL")), "")


def compiled(catalogue: Catalog) -> dict[str, str]:
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    buffer.seek(0)
    return entries(gettext.GNUTranslations(buffer))


def entries(translations: gettext.GNUTranslations) -> dict[str, str]:
    return {sentence: translations.gettext(sentence) for sentence in SENTENCES.values()}


def extracted() -> Iterator[str]:
    for _, sentence, *_ in extract_from_file("python", phrases.__file__):
        assert isinstance(sentence, str)
        yield sentence


def test_a_translator_who_extracts_the_sentences_gets_all_of_them() -> None:
    assert set(extracted()) == set(SENTENCES.values())
    assert len(SENTENCES) >= 23


@pytest.mark.parametrize("language", OTHERS)
def test_a_customer_meets_no_untranslated_sentence(language: str) -> None:
    catalogue = po(language)
    translated = {message.id: message.string for message in catalogue if message.id}
    missing = [name for name, sentence in SENTENCES.items() if not translated.get(sentence)]
    assert not missing, f"{language}: no translation of {missing}"
    assert set(translated) <= set(SENTENCES.values()), "it translates what nobody says"
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    assert not catalogue.obsolete
    # The rest would be English left over: only a word that is the same in both may stay.
    assert {sentence for sentence, text in translated.items() if sentence == text} <= {phrases.SOURCES}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_places_to_fill(language: str) -> None:
    broken = [name for name, sentence, text in sentences_in(language) if sorted(places(text)) != sorted(places(sentence))]
    assert not broken, f"{language}: other places than in English in {broken}"


@pytest.mark.parametrize("language", OTHERS)
def test_no_number_stands_before_a_noun_that_changes_with_it(language: str) -> None:
    counted = [name for name, _, text in sentences_in(language) if "{count}" in text and not text.rstrip(".").endswith(": {count}")]
    assert not (language in COUNTS_IN_MANY_WAYS and counted), f"{language}: needs a plural in {counted}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_sentence_begins_in_its_own_direction_and_leaves_that_of_others_alone(language: str) -> None:
    """What shows a text by its first strong letter shows it rightly, whatever is filled in."""
    wrong = [
        name
        for name, _, text in sentences_in(language)
        if BIDI_MARKS & set(text)
        or (phrases.direction(language) == "rtl" and (text.startswith("{") or first_strong(text) not in ("R", "AL")))
        or (phrases.direction(language) == "ltr" and first_strong(text) in ("R", "AL"))
    ]
    assert not wrong, f"{language}: {wrong}"


def test_a_reference_reads_the_same_in_every_direction() -> None:
    assert "\u200e#AB12CD" in phrases.say(phrases.NOTICE_REFERENCE, "ar", reference="#AB12CD")
    assert phrases.say(phrases.NOTICE_REFERENCE, "en", reference="#AB12CD") == "Reference: #AB12CD"


@pytest.mark.parametrize("language", phrases.TRANSLATED)
def test_who_is_offered_a_person_is_told_the_everyday_yes_of_his_language(language: str) -> None:
    offer = phrases.say(phrases.OFFER_PERSON, language).replace("\u00a0", "")
    assert any(f"{mark}{YES[language]}" in offer for mark in '“„«”‘»"「'), offer


@pytest.mark.parametrize("language", OTHERS)
def test_what_customers_read_is_what_translators_wrote(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "polydesk.mo").open("rb") as file:
        assert entries(gettext.GNUTranslations(file)) == compiled(po(language)), "run: make translations"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_its_language_and_how_it_counts(language: str) -> None:
    text = (LOCALE / language / "LC_MESSAGES" / "polydesk.po").read_text(encoding="utf-8")
    assert f'"Language: {language}\\n"' in text
    assert po(language).num_plurals == Catalog(locale=language).num_plurals


def test_there_is_no_catalogue_too_many() -> None:
    assert {folder.name for folder in LOCALE.iterdir() if folder.is_dir()} == set(OTHERS)


@pytest.mark.parametrize("language", phrases.TRANSLATED)
@pytest.mark.parametrize(
    "sentence",
    ["LEAD_IN", "LEAD_IN_OTHER", "DO_NOT_KNOW", "SORRY", "AI_NOTICE", "MODEL_AWAY", "ASK_AGAIN", "OFFER_PERSON", "PASSED_ON", "NO_PERSON"],
)
def test_a_fixed_sentence_is_recognised_as_its_own_language(language: str, sentence: str, detector: Detector) -> None:
    values = dict.fromkeys(places(SENTENCES[sentence]), "")
    text = phrases.say(SENTENCES[sentence], language, **values)
    assert detector.detect(text).language == language


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(phrases.TRANSLATED)


def test_a_customer_from_taiwan_reads_chinese_and_one_from_nowhere_english() -> None:
    assert phrases.say(phrases.SOURCES, "zh-TW") == phrases.say(phrases.SOURCES, "zh_Hans") == "来源"
    assert phrases.say(phrases.SOURCES, "tlh") == phrases.say(phrases.SOURCES, "") == "Sources"


def test_a_name_with_braces_is_shown_as_it_is() -> None:
    assert "{0} & {title}" in phrases.say(phrases.NEAREST, "de", title="{0} & {title}")


def test_without_values_the_places_stay() -> None:
    assert "{shop}" in phrases.say(phrases.PAGE_TITLE, "ja")


def test_a_language_can_be_named_in_another() -> None:
    assert phrases.say(phrases.LEAD_IN_OTHER, "fr", language=phrases.name_of("en", "fr")).endswith("en anglais\u00a0:")
    assert phrases.name_of("en-GB", "de-AT") == "Englisch"
    assert phrases.name_of("xx", "de") == "xx"
    assert phrases.name_of("de", "??") == "de"


@pytest.mark.parametrize("language", phrases.TRANSLATED)
def test_every_language_can_name_every_other_in_the_note_that_it_is_not_served(language: str) -> None:
    for other in phrases.TRANSLATED:
        names = {"language": phrases.name_of(language, language), "other": phrases.name_of(other, language)}
        note = phrases.say(phrases.NOT_SERVED, language, **names)
        assert names["language"] in note
        assert names["other"] in note
        assert names["other"] != other


def test_what_a_shop_serves_by_default_is_translated() -> None:
    assert set(phrases.LANGUAGES) <= set(phrases.TRANSLATED)
    assert len(phrases.TRANSLATED) == len(set(phrases.TRANSLATED)) == 27


def test_arabic_and_hebrew_run_from_right_to_left() -> None:
    assert [phrases.direction(language) for language in ("ar", "he-IL", "en", "ja", "")] == ["rtl", "rtl", "ltr", "ltr", "ltr"]
