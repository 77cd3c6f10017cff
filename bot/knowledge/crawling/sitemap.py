"""A sitemap -> the addresses in it, of pages and of further sitemaps."""

import zlib

from bot.errors import Unreadable
from bot.knowledge.crawling.fetching import LARGEST


def addresses(url: str, data: bytes) -> tuple[list[str], list[str]]:
    """The pages and the further sitemaps that it names. Raises Unreadable."""
    from lxml import etree

    if data.startswith(b"\x1f\x8b"):
        data = _unpacked(url, data)
    if not data.lstrip().startswith(b"<"):
        return [line.strip() for line in data.decode("utf-8", "replace").splitlines() if "://" in line], []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as exc:
        raise Unreadable(url, "it is not a sitemap that can be read") from exc
    return _locations(root, "url"), _locations(root, "sitemap")


def _locations(root: object, kind: str) -> list[str]:
    found = root.findall(f"{{*}}{kind}/{{*}}loc")  # type: ignore[attr-defined]
    return [location.text.strip() for location in found if location.text]


def _unpacked(url: str, data: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacking.decompress(data, LARGEST + 1)
    except zlib.error as exc:
        raise Unreadable(url, "it is not packed as its name says") from exc
    if len(unpacked) > LARGEST:
        raise Unreadable(url, f"it is larger than {LARGEST // 1024 // 1024} MB")
    return unpacked
