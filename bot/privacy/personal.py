"""What in a text belongs to one person: e-mail addresses, phone numbers, payment cards, bank accounts (IBAN).

Found by shape and check digits, not by meaning: what is found surely is one, and names or streets are not looked for. What a public
page says too, such as the shop's own address, belongs to nobody.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain

import phonenumbers
import regex
from phonenumbers import Leniency, PhoneNumberMatcher

from bot.privacy.outbound import LEFT_OUT

REGIONS = (
    *("US", "GB", "DE", "AT", "CH", "ES", "MX", "FR", "BE", "IT", "PT", "BR", "NL", "PL", "TR", "RU", "EG", "SA", "CN", "TW", "JP", "KR"),
    *("IN", "VN", "DK", "SE", "FI", "CZ", "RO", "HU", "GR", "UA", "IL", "TH", "ID"),
)
"""Where numbers without a country's code may be from: the countries of the languages that we speak."""
MOST_CARD_DIGITS = 19
TRIES = 100
"""What may be a phone number in a text, at most: nobody's text has more of them, and a hostile one costs no more."""
LEAST_DIGITS = 6
"""Of a phone number, without what comes before it from other places."""

_LETTER = r"\p{Latin}\p{Greek}\p{Cyrillic}\d"
_MAIL = regex.compile(rf"[{_LETTER}._%+'-]{{1,64}}@(?:[{_LETTER}-]{{1,63}}\.){{1,6}}[\p{{Latin}}\p{{Greek}}\p{{Cyrillic}}]{{2,24}}")
_LOOSE_BEGINNING = "._%+'-"
_CARD_RUN = regex.compile(r"\d(?:[ \u00a0-]?\d){11,40}")
_GROUP = regex.compile(r"\d+")
_CARD = regex.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|5[0678]\d{10,17}|6\d{11,18}|3[47]\d{13}|3[0689]\d{12}|35\d{14}|8[12]\d{14}|9792\d{12}"
    r"|(?:2131|1800)\d{11}|2(?:20[0-4]|22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
)
"""How the numbers of Visa, Mastercard, Maestro, Discover, UnionPay, American Express, Diners, JCB, RuPay, Troy and Mir begin."""
_IBAN = regex.compile(r"(?<![\p{Latin}\d])[A-Za-z]{2}[0-9]{2}(?=[ \u00a0-]?[A-Za-z0-9])")
_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 "
    "GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 "
    "MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 "
    "XK20 DJ27 FK18 HN28 MN20 NI28 OM23 SD18 SO23 YE30"
)
_IBAN_LENGTHS = {country: int(length) for country, length in regex.findall(r"([A-Z]{2})(\d\d)", _LENGTHS)}
_MAY_BE_PHONE = regex.compile(r"\d(?:[^\d\n]{0,4}\d){6}")
_NO_PHONE = regex.compile(r"[1-9]\d*|\d{1,4}([./ -])\d{1,2}\1\d{1,4}")
"""Digits alone, which may be an order, and dates."""
_HAN = regex.compile(r"\p{Han}")
_CHINESE_MOBILE = regex.compile(r"(?<![\p{Latin}\d#_/-])1[3-9]\d{9}(?![\p{Latin}\d])")
"""In Chinese they are written without a gap."""
_JOINED = "#-_/"
"""A number behind one of these is part of an id ("ORD-0305836991", "#0305836991")."""
_NUMBERS = regex.compile(r"\d(?:[ \u00a0().\u2011/-]{0,3}\d){5,25}")


@dataclass(frozen=True, slots=True)
class Found:
    """Where something stands in a text, and the one form in which it can be compared with others."""

    start: int
    end: int
    form: str


def personal(text: str, public: Iterable[str] = ()) -> tuple[str, ...]:
    """What in a text belongs to one person, as it stands there; without what public texts say too, in whatever form."""
    all_ = found(text)
    if not all_:
        return ()
    known, numbers = _known(public)
    return tuple(text[one.start : one.end] for one in all_ if one.form not in known and not _is_phone_of(one.form, numbers))


def without(text: str, pieces: Iterable[str]) -> str:
    """The text with a sign instead of each piece."""
    for piece in sorted(pieces, key=len, reverse=True):  # one may be the beginning of another
        text = text.replace(piece, LEFT_OUT)
    return text


def found(text: str) -> list[Found]:
    """All of it, in its order; nothing stands in two of them."""
    plain = _plain(text)
    taken: list[Found] = []
    for one in chain(_mails(plain), _ibans(plain), _cards(plain), _phones(plain)):
        if not any(one.start < other.end and other.start < one.end for other in taken):
            taken.append(one)
    return sorted(taken, key=lambda one: one.start)


def _plain(text: str) -> str:
    """The same text, sign by sign, with digits and wide letters as in ASCII."""
    return text if text.isascii() else "".join(map(_sign, text))


@lru_cache(maxsize=8192)
def _sign(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return chr(ord(sign) - 0xFEE0) if "！" <= sign <= "～" else sign


def _mails(text: str) -> Iterator[Found]:
    for match in _MAIL.finditer(text) if "@" in text else ():
        mail = match[0].lstrip(_LOOSE_BEGINNING)
        if not mail.startswith("@"):
            yield Found(match.end() - len(mail), match.end(), mail.casefold())


def _ibans(text: str) -> Iterator[Found]:
    for begin in _IBAN.finditer(text):
        length = _IBAN_LENGTHS.get(text[begin.start() : begin.start() + 2].upper(), 0)
        whole = _account(length).match(text, begin.start()) if length else None
        form = regex.sub(r"[ \u00a0-]", "", whole[0]).upper() if whole else ""
        if whole and int("".join(str(int(sign, 36)) for sign in form[4:] + form[:4])) % 97 == 1:
            yield Found(whole.start(), whole.end(), form)


@cache
def _account(length: int) -> regex.Pattern[str]:
    return regex.compile(rf"[A-Za-z0-9](?:[ \u00a0-]?[A-Za-z0-9]){{{length - 1}}}(?![\p{{Latin}}\d])")


def _cards(text: str) -> Iterator[Found]:
    """A card may stand between other numbers, such as its date: each group of digits may be its first or its last."""
    for run in _CARD_RUN.finditer(text):
        groups = [(run.start() + group.start(), run.start() + group.end()) for group in _GROUP.finditer(run[0])]
        while groups:
            ends = [end for end in _ends(groups) if _is_card(_digits(text[groups[0][0] : end]))]
            if ends:
                yield Found(groups[0][0], ends[-1], _digits(text[groups[0][0] : ends[-1]]))
            groups = [group for group in groups[1:] if not ends or group[0] >= ends[-1]]


def _ends(groups: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Where a card that begins with the first group may end."""
    digits = 0
    for start, end in groups:
        digits += end - start
        if digits > MOST_CARD_DIGITS:
            return
        yield end


def _is_card(digits: str) -> bool:
    if not _CARD.fullmatch(digits):
        return False
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def _phones(text: str) -> Iterator[Found]:
    """Numbers with a country's code, and numbers that are grouped as people do somewhere."""
    if not _MAY_BE_PHONE.search(text):
        return
    if _HAN.search(text):
        yield from (Found(match.start(), match.end(), f"tel:{match[0]}") for match in _CHINESE_MOBILE.finditer(text))
    for region in (None, *REGIONS):
        leniency = Leniency.STRICT_GROUPING if region else Leniency.POSSIBLE
        for match in PhoneNumberMatcher(text, region, leniency, TRIES):
            form, before = _form(match.number), text[match.start - 1 : match.start]
            part_of_id = bool(before) and before in _JOINED
            if len(form) >= len("tel:") + LEAST_DIGITS and not part_of_id and not _NO_PHONE.fullmatch(match.raw_string):
                yield Found(match.start, match.end, form)


def _form(number: phonenumbers.PhoneNumber) -> str:
    return f"tel:{phonenumbers.national_significant_number(number)}"


def _digits(text: str) -> str:
    return regex.sub(r"\D", "", text)


def _known(public: Iterable[str]) -> tuple[set[str], Sequence[str]]:
    """What public texts give, in its one form, and the digits of all numbers that may be phone numbers."""
    known = [_given(text) for text in public]
    return {form for forms, _ in known for form in forms}, [number for _, numbers in known for number in numbers]


@lru_cache(maxsize=256)
def _given(page: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """What one page gives. The same pages answer again and again, and one with many phone numbers takes a tenth of a second."""
    text = _plain(page)
    forms = frozenset(one.form for kind in (_mails, _ibans, _cards, _phones) for one in kind(text))
    return forms, tuple(_digits(number[0]).lstrip("0") for number in _NUMBERS.finditer(text))


def _is_phone_of(form: str, numbers: Sequence[str]) -> bool:
    """A page may leave out the country's code, and the answer may not, or the other way round."""
    digits = form.removeprefix("tel:")
    if digits == form:
        return False
    return any(len(number) >= LEAST_DIGITS and (digits in number or digits.endswith(number)) for number in numbers)
