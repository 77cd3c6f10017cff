"""The one way out: what every reply passes before it is written to the outbox, whoever wrote it.

No pings, no images, links only to the shop's hosts and without their queries (a query can carry data away).
Text stays readable: a link that may not go keeps its label.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

LEFT_OUT = "[…]"
WORD_JOINER = "\u2060"

_PING = re.compile(r"@(?=(?:everyone|here|channel)\b)", re.IGNORECASE)
_TAG = re.compile(r"<(?=[!@#][!&]?[\w^|-])")
_IMAGE = re.compile(r"!\[([^\]\n]{0,500})\](?=\(|\[)")
_LINK = re.compile(
    r"\[([^\]\n]{1,500})\]\(\s{0,4}<?((?:[^\s()<>]|\([^\s()]{0,200}\)){1,2000})>?"
    r"(?:\s{1,4}[\"'(][^\"')\n]{0,300}[\"')])?\s{0,4}\)"
)
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]{1,300}\]:[^\n]{0,2000}$", re.MULTILINE)
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|(?<![\w@])www\.|(?<!@)www\.(?=[\w-]{1,63}\.\w))[^\s<>\[\]()\"'`|\\]{1,2000}", re.IGNORECASE
)
"""Also where a word or a number stands right before it."""
_HALF_A_LINK = re.compile(r"!?\[[^\[\]\n]{0,500}\]?\Z|!\Z|!?\[[^\[\]\n]{0,500}\]\([^()\s]{0,2000}\Z|www\.[\w-]{0,63}\.?\Z")
_LOOSE_END = ".,;:!?*_~…。、"


def leave(text: str, hosts: Collection[str]) -> str:
    """The text as it may leave, never empty: no platform takes that; `hosts` are the shop's (a subdomain counts)."""
    text = _REFERENCE.sub("", text)
    text = _IMAGE.sub(r"[\1]", text)
    text = _LINK.sub(lambda link: _link(link[1], link[2], hosts), text)
    text = _ADDRESS.sub(lambda address: _bare(address[0], hosts), text).replace(f"<{LEFT_OUT}>", LEFT_OUT)
    text = _TAG.sub("<" + WORD_JOINER, _PING.sub("@" + WORD_JOINER, text))
    return text if text.strip() else LEFT_OUT


def sure(text: str, hosts: Collection[str]) -> str:
    """The beginning of a text that is still being written, as far as the rest can change nothing of it: up to the first link whose host
    may yet become one of those that the finished text may link to, or that is not whole."""
    strange = [link.start() for link in _LINK.finditer(text) if not allowed(link[2], hosts)]
    strange += [address.start() for address in _ADDRESS.finditer(text) if not allowed(address[0].rstrip(_LOOSE_END), hosts)]
    strange += [half.start() for half in _HALF_A_LINK.finditer(text)]
    return text[: min(strange, default=len(text))]


def allowed(address: str, hosts: Collection[str]) -> str | None:
    """The address without query and fragment; None when it leads elsewhere than to the shop."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        host = (parts.hostname or "").rstrip(".").lower()
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.username is not None or "\\" in address:
        return None
    if not any(host == ours or host.endswith(f".{ours}") for ours in map(str.lower, hosts)):
        return None
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _link(label: str, target: str, hosts: Collection[str]) -> str:
    if target.lower().startswith("mailto:") and "?" not in target:
        return f"[{label}]({target})"
    address = allowed(target, hosts)
    return f"[{label}]({address})" if address else label


def _bare(address: str, hosts: Collection[str]) -> str:
    bare = address.rstrip(_LOOSE_END)
    return (allowed(bare, hosts) or LEFT_OUT) + address[len(bare) :]
