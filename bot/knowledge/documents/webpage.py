"""HTML -> what a person reads of the page, as CommonMark: headings, paragraphs, lists, tables.

Left out: menus, headers, footers, forms, scripts, and everything that is on the page but not seen on it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import regex

from bot.errors import Unreadable
from bot.knowledge.documents.content import Content

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

DEEPEST = 200
"""Elements within elements; a page of people has about 30."""
_FURNITURE = "nav, footer, aside, form, dialog, [role=navigation], [role=contentinfo], [role=search], [role=banner], body > header"
_NO_TEXT = "script, style, noscript, iframe, object, embed, svg, canvas, button, input, select, textarea, img, video, audio, link, meta"
_UNSEEN_STYLE = regex.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|font-size\s*:\s*0*\.?0*(?:px|em|rem|pt|%)?\s*(?:;|!|\Z)"
    r"|opacity\s*:\s*0*\.?0*%?\s*(?:;|!|\Z)"
    r"|(?:^|[;\s])(?:left|right|top|bottom|text-indent|margin(?:-left|-top)?)\s*:\s*-\d{3,}"
    r"|translate[xy3d]*\(\s*-\d{3,}|clip-path\s*:\s*inset\(\s*(?:50|100)%|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01]"
    r"|transform\s*:\s*scale[xy]?\(\s*0\s*\)|(?:^|[;\s])(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|!|\Z)"
    r"|(?:^|[;\s])color\s*:\s*transparent",
    regex.IGNORECASE,
)
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
    for piece in soup.select(_NO_TEXT):
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
    for element in soup.select("template, [hidden], [aria-hidden=true], [style]"):
        if not element.decomposed and _is_hidden(element):
            dropped += bool(element.get_text(strip=True))
            element.decompose()
    return dropped


def _is_hidden(element: "Tag") -> bool:
    if element.name == "template" or element.has_attr("hidden") or element.get("aria-hidden") == "true":
        return True
    return bool(_UNSEEN_STYLE.search(str(element.get("style", ""))))


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
