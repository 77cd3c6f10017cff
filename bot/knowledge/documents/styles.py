"""Which declarations of CSS keep text from the eyes of people, on an element and in a sheet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import regex

if TYPE_CHECKING:
    from bs4 import Tag

_ZERO = r"[-+]?0*\.?0*(?:px|em|rem|pt|%)?"
_HIDING = {"display": "none", "visibility": "hidden|collapse", "content-visibility": "hidden", "font-size": _ZERO}
_FAR_AWAY = dict.fromkeys(("left", "right", "top", "bottom", "text-indent", "margin", "margin-left", "margin-top"), r"(?:.*\s)?-\d{4,}.*")
_IN_A_SHEET = {name: regex.compile(pattern) for name, pattern in (_HIDING | _FAR_AWAY).items()}
"""Not what things fade, slide or unfold from (`opacity: 0`, `height: 0`, `left: -100%`): sheets are full of it."""
_ON_AN_ELEMENT = _IN_A_SHEET | {
    name: regex.compile(pattern)
    for name, pattern in {
        "opacity": _ZERO,
        **dict.fromkeys(_FAR_AWAY, r"(?:.*\s)?-\d{3,}.*"),
        "clip": r"rect\(\s*[01](?:px)?[\s,]+[01].*",
        "clip-path": r"inset\(\s*(?:50|100)%.*",
        "transform": r".*translate[xy3d]*\(\s*-\d{3,}.*|scale[xy]?\(\s*0\s*\)",
        **dict.fromkeys(("height", "max-height", "width", "max-width"), r"0(?:px)?"),
        "color": "transparent",
    }.items()
}
_NAME = regex.compile(r"[.#](?:[^\s.#:>+~,]|\\.)+")
_COMBINATOR = regex.compile(r"\s*[\s>+~]\s*")
_IN_BRACKETS = regex.compile(r"\([^()]*\)|\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Rule:
    """`hides` on every screen, or shows on some, by one property. `names`: the classes and ids of the selector's last part
    (`is_last`), or, where that has none, of all its parts."""

    selector: str
    property: str
    hides: bool
    names: frozenset[str]
    is_last: bool


def hidden_by_style(element: "Tag") -> bool:
    """Whether the element's own `style` hides it."""
    return any(_hides(_ON_AN_ELEMENT, name, value) for name, value in declared(str(element.get("style", ""))))


def rules_of(css: str) -> list[Rule]:
    """The rules of a sheet that hide or show."""
    import tinycss2

    return list(_rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), True))


def _rules(nodes: Sequence[Any], always: bool) -> Iterator[Rule]:
    """The rules that hide or show. `always`: they hold on every screen."""
    import tinycss2

    for node in nodes:
        if node.type == "at-rule" and node.content is not None and node.lower_at_keyword in ("media", "supports", "layer"):
            condition = tinycss2.serialize(node.prelude).strip().lower()
            if "print" not in condition:
                inside = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
                everywhere = node.lower_at_keyword != "media" or condition in ("all", "screen")
                yield from _rules(inside, always and everywhere)
        elif node.type == "qualified-rule":
            yield from _rule(node, always)


def _rule(node: Any, always: bool) -> Iterator[Rule]:
    for name, value in declared(node.content):
        hides = _hides(_IN_A_SHEET, name, value)
        # A part of nothing is nothing.
        shows = not hides and not (name == "font-size" and regex.fullmatch(r"[\d.]+(?:em|%)", value))
        if name in _IN_A_SHEET and ((hides and always) or shows):
            for selector, names, is_last in _selectors(node.prelude):
                yield Rule(selector, name, hides, names, is_last)


def declared(css: Any) -> Iterator[tuple[str, str]]:
    """Property and value in lower case, `!important` left out; of a `style` attribute or of a rule's tokens."""
    import tinycss2

    for node in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True) if css else ():
        if node.type == "declaration":
            yield node.lower_name, tinycss2.serialize(node.value).strip().lower()


def _hides(table: "dict[str, regex.Pattern[str]]", name: str, value: str) -> bool:
    return name in table and table[name].fullmatch(value) is not None


def _selectors(prelude: Sequence[Any]) -> Iterator[tuple[str, frozenset[str], bool]]:
    """The selectors of a list, each with its names; see Rule."""
    import tinycss2

    for comma, tokens in groupby(prelude, lambda sign: bool(sign == ",")):
        if not comma:
            selector = tinycss2.serialize(list(tokens)).strip()
            parts = [frozenset(_NAME.findall(part)) for part in _COMBINATOR.split(_IN_BRACKETS.sub("", selector))]
            yield selector, parts[-1] or frozenset().union(*parts), bool(parts[-1])
