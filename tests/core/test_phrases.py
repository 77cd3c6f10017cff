"""Our own sentences: complete, and true to their places, in each of the sixteen languages."""

import gettext
import io
import string
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
OTHERS = phrases.LANGUAGES[1:]
SENTENCES = {
    name: value for name, value in vars(phrases).items() if name.isupper() and isinstance(value, str) and not name.startswith(("_", "N_"))
}


def po(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "polydesk.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


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
    assert set(translated) == set(SENTENCES.values())
    assert all(translated.values())
    assert not [message.id for message in catalogue if message.id and message.fuzzy]
    assert not catalogue.obsolete
    # The rest would be English left over: only a word that is the same in both may stay.
    assert {sentence for sentence, text in translated.items() if sentence == text} <= {phrases.SOURCES}


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_places_to_fill(language: str) -> None:
    for message in po(language):
        if message.id:
            assert places(str(message.string)) == places(str(message.id)), message.id


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


@pytest.mark.parametrize("language", phrases.LANGUAGES)
@pytest.mark.parametrize("sentence", ["LEAD_IN", "LEAD_IN_OTHER", "DO_NOT_KNOW", "SORRY", "AI_NOTICE", "MODEL_AWAY", "ASK_AGAIN"])
def test_a_fixed_sentence_is_recognised_as_its_own_language(language: str, sentence: str, detector: Detector) -> None:
    values = dict.fromkeys(places(SENTENCES[sentence]), "")
    text = phrases.say(SENTENCES[sentence], language, **values)
    assert detector.detect(text).language == language


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector(phrases.LANGUAGES)


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


def test_arabic_and_hebrew_run_from_right_to_left() -> None:
    assert [phrases.direction(language) for language in ("ar", "he-IL", "en", "ja", "")] == ["rtl", "rtl", "ltr", "ltr", "ltr"]
