"""What a reader sees of a CommonMark text, its markup gone: to know whether a text reads the same once it is cut."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Run = tuple[str, tuple[str, ...]]
"""Signs that all look alike, white space left out, and how they look: ("strong",), ("quote", "code")."""

_HERE = "\ue000"
"""A sign for private use: it marks a place. A text that has one itself is cut a little worse, and no more."""


def seen(text: str) -> list[Run]:
    """The text as a reader sees it, in order. Bullets and numbers of lists, lines and cells' borders are signs, too."""
    runs: list[Run] = []
    for signs, looks in _blocks(_parser().parse(text)):
        append(runs, ("".join(signs.split()), looks))
    return runs


def append(runs: list[Run], run: Run) -> None:
    """One more run at the end; where it looks like the last one, both are one."""
    if runs and runs[-1][1] == run[1]:
        runs[-1] = (runs[-1][0] + run[0], run[1])
    elif run[0]:
        runs.append(run)


def without(runs: list[Run], first: list[Run]) -> list[Run]:
    """What remains when it begins with `first`; all of it when it does not."""
    rest = runs
    for signs, looks in first:
        if not rest or rest[0][1] != looks or not rest[0][0].startswith(signs):
            return runs
        left = rest[0][0][len(signs) :]
        rest = [(left, looks), *rest[1:]] if left else rest[1:]
    return rest


def marks_at(text: str, at: int) -> tuple[str, str]:
    """The markup that is open there: what closes it, and what opens it again. ("", "") where there is none."""
    quotes = 0
    for token in _parser().parse(text[:at] + _HERE + text[at:]):
        quotes += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if token.type == "inline" and _HERE in token.content:
            close, again = _open_marks(token.children or [])
            return close, "> " * quotes + again
    return "", ""


def _open_marks(children: "Sequence[Token]") -> tuple[str, str]:
    """The same for the words of one block, which hold the sign."""
    stack: list[tuple[str, str]] = []
    for child in children:
        if _HERE in child.content:
            stack += [(child.markup, child.markup)] if child.type == "code_inline" else []
            break
        if child.type == "link_open":
            stack.append((f"]({child.attrs['href']})", "["))
        elif child.nesting == 1:
            stack.append((child.markup, child.markup))
        elif child.nesting == -1:
            stack.pop()
    return "".join(close for close, _ in reversed(stack)), "".join(again for _, again in stack)


def _blocks(tokens: "Sequence[Token]") -> Iterator[Run]:
    looks: list[str] = []
    for token in tokens:
        match token.type:
            case "blockquote_open" | "heading_open":
                looks.append(token.tag)
            case "blockquote_close" | "heading_close":
                looks.pop()
            case "list_item_open":
                yield token.info + token.markup if token.info else "•", tuple(looks)
            case "td_open" | "th_open":
                yield "|", tuple(looks)
            case "hr":
                yield "—", tuple(looks)
            case "fence" | "code_block":
                yield token.content, (*looks, "pre")
            case "inline":
                yield from _words(token.children or [], looks)


def _words(children: "Sequence[Token]", around: Sequence[str]) -> Iterator[Run]:
    looks = list(around)
    for child in children:
        if child.nesting == 1:
            looks.append(f"link {child.attrs['href']}" if child.type == "link_open" else child.tag)
        elif child.nesting == -1:
            looks.pop()
        elif child.type == "image":
            yield child.content, (*looks, f"image {child.attrs['src']}")
        else:
            # Which mark is inside of which cannot be seen.
            yield child.content, tuple(sorted({*looks, child.tag} if child.tag == "code" else {*looks}))


@cache
def _parser() -> "MarkdownIt":
    # It takes a while to import, and most answers are short.
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
