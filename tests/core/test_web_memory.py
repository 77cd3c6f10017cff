"""The page's short memory: bounded, in order, and good enough for a browser that comes back."""

import json
import re
from html import escape

import pytest

from adapters.web import sessions
from adapters.web.pages import Page, reading_language
from adapters.web.sessions import Session, Sessions
from bot.language import phrases


class Clock:
    """A clock that the test sets."""

    now = 1_000.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def test_numbers_grow_even_when_the_clock_stands_still_or_goes_back() -> None:
    clock = Clock()
    session = Session(clock)
    numbers = [session.add("answer", "", {}).number for _ in range(3)]
    clock.now = 1.0
    numbers.append(session.add("answer", "", {}).number)
    assert numbers == sorted(set(numbers))


def test_a_browser_gets_what_it_missed_and_after_a_restart_everything_new() -> None:
    session = Session(Clock())
    first, second = session.add("answer", "", {}), session.add("answer", "", {})
    assert session.after(0) == [first, second]
    assert session.after(first.number) == [second]
    assert session.after(second.number) == []
    assert session.after(second.number + 10**9) == [first, second]


def test_the_memory_holds_fifty_things_and_so_many_characters() -> None:
    session = Session(Clock())
    for _ in range(sessions.MOST_ENTRIES + 5):
        session.add("answer", "", {})
    assert len(session.after(0)) == sessions.MOST_ENTRIES
    session.add("answer", "", {"text": "x" * 2 * sessions.MOST_CHARACTERS})
    assert len(session.after(0)) == 1


def test_an_answer_is_found_by_its_key_in_its_conversation_only() -> None:
    session = Session(Clock())
    entry = session.add("answer", "", {}, thread="1", key="k1")
    assert session.sent("1", "k1") == entry.message_id
    assert session.sent("2", "k1") is None
    assert session.sent("1", "k2") is None


def test_a_page_loaded_after_an_edit_sees_only_the_new_text() -> None:
    session = Session(Clock())
    question = session.add("question", "q1", {"text": "old"}, thread="1")
    session.rewrite(question, text="new")
    assert [json.loads(entry.data)["text"] for entry in session.after(0)] == ["new"]


def test_the_session_that_was_not_used_for_longest_is_forgotten_and_its_pages_are_sent_away() -> None:
    known = Sessions(Clock(), most=2)
    first, second = known.open("a"), known.open("b")
    known.open("a")
    known.open("c")
    assert second.closed
    assert not first.closed
    assert known.find("b") is None
    assert known.open("a") is first


def test_the_labels_follow_the_reader_and_then_the_shop() -> None:
    assert reading_language("fr-CA,en;q=0.5", "de") == "fr"
    assert reading_language("tlh, xx;q=0.4, ja;q=0.1", "de") == "ja"
    assert reading_language("tlh", "de") == "de"
    assert reading_language("", "tlh") == "en"


def test_a_shops_name_cannot_become_html_and_the_readers_own_question_comes_first() -> None:
    html = Page('<b>"Shop" & $title', ["en", "de-AT", "tlh"], "en").render("de")
    assert "<b>" not in html
    assert "&lt;b&gt;&quot;Shop&quot; &amp; $title" in html
    assert html.index("Wie lange") < html.index("How long")
    assert html.count('class="suggestion"') == 2
    assert '<html lang="de" dir="ltr">' in html


@pytest.mark.parametrize("language", phrases.TRANSLATED)
def test_every_button_of_the_page_is_in_the_readers_language(language: str) -> None:
    html = Page("Shop", phrases.TRANSLATED, "en").render(language)
    labels = (phrases.PAGE_BADGE, phrases.PAGE_EDIT, phrases.PAGE_DELETE, phrases.PAGE_CANCEL, phrases.PAGE_SEND, phrases.PAGE_NEW)
    shown = re.split('[<>"]', html)
    assert not [label for label in labels if escape(phrases.say(label, language)) not in shown]


@pytest.mark.parametrize("language", phrases.TRANSLATED)
def test_a_reader_of_any_language_sees_a_first_question_of_his_own_before_five_of_others(language: str) -> None:
    html = Page("Shop", phrases.TRANSLATED, "en").render(language)
    assert html.count('class="suggestion"') == 6
    assert f'lang="{language}" dir="auto">{escape(phrases.say(phrases.PAGE_ASK_RETURNS, language))}<' in html.split("</li>")[0]


def test_an_arabic_reader_gets_a_page_from_right_to_left() -> None:
    assert '<html lang="ar" dir="rtl">' in Page("Shop", ["en"], "en").render("ar-EG")
