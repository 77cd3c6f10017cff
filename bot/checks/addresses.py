"""Links, e-mail addresses, phone numbers and ids ("EXP-77", "E27"): what must be exactly as the grounds have it."""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

_MAIL = re.compile(r"(?<![\w.+-])(?:mailto:)?([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6})", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\[\]()\"'`|\\，。、；）」』]{1,2000}", re.IGNORECASE)
_HOST = re.compile(
    r"(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|net|org|io|eu|shop|store|info|app|dev|co|example|de|fr|es|it|pl|uk|nl|jp|cn|ru|br|tr)"
    r"(?![\w-])(?!\.\w)(?:/[^\s<>\[\]()\"'`|\\，。、；）」』]{0,500})?",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w.,])(?:\+\d[\d ()/.\u00a0-]{5,20}\d|0\d{1,5}[ /-]\d[\d /-]{3,14}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\d])")
_ID = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,12}[-_/]?\d[A-Za-z0-9]*(?:[-_/][A-Za-z0-9]+)*|#\d{3,})(?![A-Za-z0-9])")
_MONEY_OR_WORD = re.compile(r"(?:eur|usd|us|gbp|chf|pln|jpy|inr|nr|no|à|um|ab|bis|kl)\d", re.IGNORECASE)
_LOOSE_END = ".,;:!?*_~…。、)"


def taken_out(text: str) -> tuple[str, list[str]]:
    """The text without them, and each in one form: lower case, links without scheme and query, phones as digits."""
    found: list[str] = []

    def note(form: str) -> str:
        found.append(form)
        return " "

    text = _MAIL.sub(lambda match: note(match[1].casefold()), text)
    text = _LINK.sub(lambda match: note(_link(match[0])), text)
    text = _HOST.sub(lambda match: note(_link(match[0])), text)
    text = _PHONE.sub(lambda match: note("tel:" + re.sub(r"\D", "", match[0])), text)
    text = _ID.sub(lambda match: match[0] if _MONEY_OR_WORD.match(match[0]) else note(_id(match[0])), text)
    return text, found


def stands(one: str, given: Sequence[str]) -> bool:
    """Whether an address is among the given ones. A phone number may lack its country's code, a link be the shop's bare host."""
    if one.startswith("tel:"):
        digits = one[4:].lstrip("0")
        return any(_same_phone(digits, other[4:].lstrip("0")) for other in given if other.startswith("tel:"))
    if "/" not in one and "@" not in one:
        return any(one == other or other.startswith(one + "/") for other in given)
    return one in given


def _same_phone(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= 6 and (one.endswith(other) or other.endswith(one))


def _link(address: str) -> str:
    address = address.rstrip(_LOOSE_END)
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
    except ValueError:
        return address.casefold()
    return (parts.netloc.removeprefix("www.") + parts.path.rstrip("/")).casefold()


def _id(written: str) -> str:
    return "id:" + re.sub(r"[-_/#]", "", written).casefold()
