"""What the style sheets of a page (`<style>`) keep from the eyes of people.

They are judged with care, since they also hide what opens at a click: what the same sheets show somewhere
(`.answer {display: none}` and `.open .answer {display: block}`) counts as seen. Sheets of other files are not fetched.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import regex

from bot.knowledge.documents.styles import Rule, declared, rules_of

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

LOOKS = 500_000
"""How many elements are compared with rules, 7 microseconds each; a page of people has a few thousand. Then the page stays as it is."""
_WORTH_READING = regex.compile(r"none|hidden|collapse|font-size|-\d{4}", regex.IGNORECASE)
_ALWAYS_SEEN = ("html", "body", "main")
"""Hidden until a script has run, and never for good."""
_INHERITED = ("visibility", "font-size")
"""Elements inside may be seen all the same."""


def hidden_by_sheets(soup: "BeautifulSoup") -> "list[Tag]":
    """The elements that the page's own sheets hide."""
    sheets = [sheet.get_text() for sheet in soup.select("style") if _is_read(sheet)]
    if not any(map(_WORTH_READING.search, sheets)):
        return []
    rules = dict.fromkeys(rule for sheet in sheets for rule in rules_of(sheet))
    shows = _Shows([rule for rule in rules if not rule.hides])
    page = _Page(soup)
    found: list[Tag] = []
    for rule in rules:
        if rule.hides and rule.names and not shows.include(rule):
            within = page.around(shows.of(rule.property)) if rule.property in _INHERITED else ()
            found += [one for one in page.selected(rule) if id(one) not in within and not _kept(one, rule.property)]
    return [] if page.exhausted else found


def _is_read(sheet: "Tag") -> bool:
    return not sheet.find_parent("noscript") and "print" not in str(sheet.get("media", "")).lower()


def _kept(element: "Tag", name: str) -> bool:
    """Whether the element's own `style` has the last word."""
    return element.name in _ALWAYS_SEEN or any(name == own for own, _ in declared(str(element.get("style", ""))))


class _Shows:
    """The rules that show something in some state: open, hovered, on a wide screen."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        self._names: dict[tuple[str, str], set[frozenset[str]]] = defaultdict(set)
        for rule in rules:
            self._rules[rule.property].append(rule)
            for name in rule.names:
                self._names[rule.property, name].add(rule.names)

    def of(self, name: str) -> Sequence[Rule]:
        """Those by one property."""
        return self._rules.get(name, ())

    def include(self, rule: Rule) -> bool:
        """Whether one shows what this rule hides."""
        return any(rule.names <= names for names in self._names.get((rule.property, min(rule.names)), ()))


class _Page:
    """The elements of a page by their classes and ids; `exhausted` when too many were compared with rules."""

    def __init__(self, soup: "BeautifulSoup") -> None:
        self._elements = soup.select("*")
        self._by_name: dict[str, list[Tag]] = defaultdict(list)
        self._around: dict[str, set[int]] = {}
        self._looks = LOOKS
        for element in self._elements:
            for name in dict.fromkeys(element.get_attribute_list("class")):
                self._by_name[f".{name}"].append(element)
            self._by_name[f"#{element.get('id')}"].append(element)

    @property
    def exhausted(self) -> bool:
        """Whether the rest was not looked at."""
        return self._looks < 0

    def selected(self, rule: Rule) -> "list[Tag]":
        """The elements that a rule is about; none for a selector that nobody knows."""
        import soupsieve

        lists = [self._by_name.get(name, []) for name in rule.names]
        if not all(lists):
            return []
        candidates = min(lists, key=len) if lists and rule.is_last else self._elements
        self._looks -= len(candidates)
        try:
            match = soupsieve.compile(rule.selector).match
        except (soupsieve.SelectorSyntaxError, NotImplementedError, ValueError):
            return []
        return [] if self.exhausted else [element for element in candidates if match(element)]

    def around(self, rules: Sequence[Rule]) -> set[int]:
        """The ids of all elements within which one of these rules (all by one property) is about something."""
        key = rules[0].property if rules else ""
        if key not in self._around:
            self._around[key] = {id(parent) for rule in rules for one in self.selected(rule) for parent in one.parents}
        return self._around[key]
