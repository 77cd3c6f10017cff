"""What a draft must pass before it counts as an answer: the right language, and no figure that nobody gave it."""

import re
import unicodedata
from collections.abc import Iterable

from bot.language.detection import Detector
from bot.language.phrases import name_of

SURE = 0.9
LONG_ENOUGH = 40
_FIGURE = re.compile(r"\d+(?:[.,:/]\d+)*")
_MARK = re.compile(r"\[\d{1,2}\]")


def fault_of(draft: str, language: str, grounds: Iterable[str], detector: Detector) -> str:
    """Why a draft may not go out, in words for the model; "" when it may."""
    spoken = detector.detect(draft) if len(draft) >= LONG_ENOUGH else None
    if spoken and spoken.language and spoken.language != language and spoken.confidence >= SURE:
        return f"it must be written in {name_of(language, 'en')}"
    strange = sorted(figures(_MARK.sub("", draft)) - figures(" ".join(grounds)))
    if strange:
        return f"these figures stand in no passage: {', '.join(strange[:5])}"
    return ""


def figures(text: str) -> set[str]:
    """The numbers in a text, however they are written: full-width or Arabic digits, 1,000 or 1.000, 4.90 or 4,9."""
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() and not sign.isascii() else sign for sign in text)
    found: set[str] = set()
    for figure in _FIGURE.findall(plain):
        found.add(re.sub(r"[.,](?=\d{3}(?:\D|$))", "", figure).replace(",", ".").lstrip("0") or "0")
        found.update(part.lstrip("0") or "0" for part in re.split(r"[.,:/]", figure) if "/" in figure or ":" in figure)
    return {_trimmed(figure) for figure in found}


def _trimmed(figure: str) -> str:
    return figure.rstrip("0").rstrip(".") if figure.count(".") == 1 else figure
