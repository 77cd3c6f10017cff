"""HTML -> what a person reads of the page, as CommonMark: headings, paragraphs, lists, tables.

Left out: menus, headers, footers, forms, scripts, and everything that is on the page but not seen on it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import regex

from bot.errors import Unreadable
from bot.knowledge.documents.content import Content
from bot.knowledge.documents.sheets import hidden_by_sheets
from bot.knowledge.documents.styles import hidden_by_style

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

DEEPEST = 200
"""Elements within elements; a page of people has about 30."""
# Some old frameworks wrap the whole page into a form.
_FURNITURE = (
    "nav, footer, aside, form:not(:has(h1)), dialog, [role=navigation], [role=contentinfo], [role=search], [role=banner], body > header"
)
_NO_TEXT = "script, style, noscript, iframe, object, embed, svg, canvas, input, select, textarea, img, video, audio, link, meta"
# A heading that folds is a button within a heading.
_NO_HEADING = "button:not(:is(h1, h2, h3, h4, h5, h6, dt, summary) button)"
_BLANK_LINES = regex.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")


def read_webpage(address: str, data: bytes) -> Content:
    """An HTML file or page. Raises Unreadable."""
    try:
        return _content(data)
    except RecursionError as exc:
        raise Unreadable(address, "its elements are nested too deeply") from exc
    except (ValueError, AssertionError, LookupError) as exc:
        raise Unreadable(address, "it is not HTML that can be read") from exc


def _content(data: bytes) -> Content:
    soup = parsed(data)
    html = soup.find("html")
    language = str(html.get("lang") or html.get("xml:lang") or "") if html else ""
    title = _title(soup)
    canonical = soup.select_one('link[rel~="canonical"][href^="https://"], link[rel~="canonical"][href^="http://"]')
    hidden = _drop_hidden(soup)
    for piece in soup.select(f"{_NO_TEXT}, {_NO_HEADING}"):
        piece.decompose()
    main = _main(soup)
    heading = main.find("h1") if main else None
    text = as_markdown(main) if main else ""
    title = title or (heading.get_text(" ", strip=True) if heading else "")
    return Content(text, title=title, url=str(canonical["href"]) if canonical else "", language=language, hidden=hidden)


def parsed(data: bytes) -> "BeautifulSoup":
    """The tree of a page. Raises RecursionError for one nested beyond all sense."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(data, "lxml")
    if any(depth > DEEPEST for depth in _depths(soup)):
        raise RecursionError
    return soup


def _depths(soup: "BeautifulSoup") -> list[int]:
    from bs4 import Tag

    depths: dict[int, int] = {id(soup): 0}
    for element in soup.descendants:
        if isinstance(element, Tag):
            depths[id(element)] = depths[id(element.parent)] + 1
    return list(depths.values())


def _title(soup: "BeautifulSoup") -> str:
    """The page's title without the shop's name behind it, where its heading shows which part is the shop's."""
    title = " ".join(soup.title.get_text(" ").split()) if soup.title else ""
    heading = soup.find("h1")
    said = " ".join(heading.get_text(" ").split()) if heading else ""
    return said if said and title.startswith(said) else title


def _drop_hidden(soup: "BeautifulSoup") -> int:
    """Take out what nobody sees; how many such stretches held words."""
    from bs4 import Comment

    dropped = 0
    for comment in soup.find_all(string=lambda found: isinstance(found, Comment)):
        dropped += bool(comment.strip())
        comment.extract()
    # What a button opens is there for people.
    opened = {name for button in soup.select("[aria-controls]") for name in str(button["aria-controls"]).split()}
    for element in [*soup.select("template, [hidden]"), *filter(hidden_by_style, soup.select("[style]")), *hidden_by_sheets(soup)]:
        if not element.decomposed and element.get("id") not in opened:
            dropped += bool(element.get_text(strip=True))
            element.decompose()
    _drop_ornaments(soup)
    return dropped


def _drop_ornaments(soup: "BeautifulSoup") -> None:
    """Stars, arrows and the like, which are not even read aloud; `aria-hidden` words are seen by everybody else."""
    for element in soup.select("[aria-hidden=true]"):
        if not element.decomposed and not any(map(str.isalnum, element.get_text())):
            element.decompose()


def _main(soup: "BeautifulSoup") -> "Tag | None":
    """The element that holds what the page is for."""
    for choice in ("main", "[role=main]", "article"):
        found = soup.select(choice)
        if len(found) == 1 and found[0].get_text(strip=True):
            main = found[0]
            break
    else:
        main = soup.body or soup
    for piece in main.select(_FURNITURE):
        if not piece.decomposed:
            piece.decompose()
    return main


def as_markdown(element: "Tag | str") -> str:
    """CommonMark of an element: addresses of links and pictures left out, since passages are quoted without them."""
    from markdownify import MarkdownConverter

    converter = MarkdownConverter(heading_style="ATX", strip=["a", "img"], bullets="-", escape_misc=False, table_infer_header=True)
    text: str = converter.convert(element) if isinstance(element, str) else converter.convert_soup(element)
    return _BLANK_LINES.sub("\n\n", text).strip()


@dataclass(frozen=True, slots=True)
class Followed:
    """What a page tells a robot: where it leads, what its own address is ("" for this one), and whether it may be indexed."""

    links: tuple[str, ...]
    canonical: str
    indexed: bool


def follow(data: bytes, url: str, robots: str = "") -> Followed:
    """What a page tells a robot; `robots` is what its server said already. Raises RecursionError."""
    soup = parsed(data)
    said = robots + ",".join(str(meta.get("content", "")) for meta in soup.select("meta[name=robots i], meta[name=polydesk i]")).lower()
    canonical = soup.select_one('link[rel~="canonical"][href]')
    anchors = [] if "nofollow" in said or "none" in said else soup.select("a[href]")
    links = (_joined(url, str(link["href"])) for link in anchors if "nofollow" not in (link.get("rel") or []))
    return Followed(
        links=tuple(dict.fromkeys(link for link in links if link)),
        canonical=_joined(url, str(canonical["href"])) if canonical else "",
        indexed="noindex" not in said and "none" not in said,
    )


def _joined(url: str, link: str) -> str:
    try:
        return urljoin(url, link.strip()).partition("#")[0]
    except ValueError:
        return ""
