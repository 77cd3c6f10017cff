"""A reply as a page shows it: readable, and harmless whatever the model wrote."""

from html.parser import HTMLParser

import pytest

from adapters.web.outgoing import direction, markdown, render, safe_url, show
from bot.messages import Reply, Source
from tests.contract.web_page import read_html


def test_tables_lists_code_and_links_are_shown_as_such() -> None:
    html = markdown(
        "| Size | EU |\n|---|---|\n| S | 36 |\n\n- one\n\n```\nx < 1\n```\n\n~~old~~ **new** [R](https://shop.example/r?a=1&b=2)"
    )
    for piece in ("<td>S</td>", "<li>one</li>", "x &lt; 1", "<s>old</s>", "<strong>new</strong>"):
        assert piece in html
    assert 'href="https://shop.example/r?a=1&amp;b=2" target="_blank" rel="noopener nofollow noreferrer"' in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        'a <b onclick="x()">b</b>',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html,<script>)",
        "[x](vbscript:x) [y](file:///etc/passwd) [z](//evil.example) [r](/relative)",
        "<javascript:alert(1)>",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "![a](https://evil.example/pixel.png?q=secret)",
        '![a" onerror=x][1]\n\n[1]: https://evil.example/pixel.png',
        '[x](https://a.example "\\" onmouseover=\\"x()")',
    ],
)
def test_nothing_that_a_model_writes_can_run_or_fetch(text: str) -> None:
    html = markdown(text)
    shown = Tags(html)
    assert shown.names <= {"p", "a", "em", "strong"}
    assert shown.attributes <= {"dir", "href", "title", "target", "rel"}
    assert all(address.startswith(("https://a.example", "mailto:")) for address in shown.addresses)


def test_a_picture_is_told_in_words() -> None:
    assert markdown("See ![the <size> chart](https://x.example/a.png)!") == '<p dir="auto">See the &lt;size&gt; chart!</p>\n'


def test_sources_are_numbered_at_most_three_and_linked_only_to_the_web() -> None:
    found = (
        Source("A & <b>", 'https://s.example/"x'),
        Source("Rules"),
        Source("Evil", "javascript:x"),
        Source("Fourth", "https://s.example"),
    )
    html = render(Reply("Yes.", "en", sources=found))
    assert "A &amp; &lt;b&gt;" in html
    assert 'href="https://s.example/&quot;x"' in html
    assert "<span>Rules</span>" in html
    assert "<span>Evil</span>" in html
    assert "Fourth" not in html
    assert html.count("<li") == 3


def test_an_answer_without_sources_or_small_print_shows_neither() -> None:
    assert render(Reply("Yes.", "en")) == '<p dir="auto">Yes.</p>\n'


def test_the_small_print_stands_last() -> None:
    assert read_html(render(Reply("Yes.", "en", (Source("Rules"),), "An *AI* wrote this."))).rstrip().endswith("An AI wrote this.")


@pytest.mark.parametrize(
    ("language", "expected"), [("ar", "rtl"), ("fa-IR", "rtl"), ("he", "rtl"), ("en", "ltr"), ("ja", "ltr"), ("", "ltr")]
)
def test_an_arabic_answer_runs_from_right_to_left(language: str, expected: str) -> None:
    assert direction(language) == expected
    assert show(Reply("x", language))["dir"] == expected


def test_a_quotation_finds_its_own_direction() -> None:
    html = markdown("نعم:\n\n> You have 30 days.\n\n1. a\n\n# b")
    for tag in ("p", "blockquote", "ol", "h1"):
        assert f'<{tag} dir="auto">' in html


def test_the_page_is_told_the_plain_text_too() -> None:
    told = show(Reply("**Yes**", "en", (Source("R", "ftp://x"),), "AI", answers="m1"))
    assert (told["text"], told["notice"], told["answers"], told["language"]) == ("**Yes**", "AI", "m1", "en")
    assert told["sources"] == [{"title": "R", "url": ""}]


@pytest.mark.parametrize("url", ["http://[", "https://", "mailto:", "", " ", "http:relative", "JAVASCRIPT:x", "java\nscript:x"])
def test_an_address_that_leads_nowhere_is_no_link(url: str) -> None:
    assert safe_url(url) == ""


class Tags:
    """The tags of some HTML, their attributes, and where they lead."""

    def __init__(self, html: str) -> None:
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: set[str] = set()
        parser = HTMLParser()
        parser.handle_starttag = self._see  # type: ignore[method-assign]
        parser.feed(html)

    def _see(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses |= {value or "" for name, value in attrs if name == "href"}
