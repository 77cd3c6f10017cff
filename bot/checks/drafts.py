"""Why a draft may not go out, in words for the model, which gets one more try."""

import re
from collections.abc import Sequence

from bot.checks import grounding, promises
from bot.checks.grounding import Ground
from bot.language.detection import Detector
from bot.language.phrases import name_of

SURE = 0.9
LONG_ENOUGH = 40
LEAST_SUPPORT = 0.2
"""A draft that shares fewer words with passages of its own language says something else."""
MOST_NAMED = 5
_MARK = re.compile(r"\[\d{1,2}(?:\s?,\s?\d{1,2})*\]")
_NOT_WORDS = re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+|`[^`]*`|\[[^\]]*\]\([^)]*\)")


def fault_of(draft: str, language: str, cited: Sequence[Ground], said: Sequence[Ground], detector: Detector) -> str:
    """ "" when it may go out. `cited`: the passages that it names; `said`: the customer's own words, which may be repeated."""
    text = _MARK.sub("", draft)
    if spoken := _other_language(text, language, detector):
        return f"it must be written in {name_of(language, 'en')}, not in {name_of(spoken, 'en')}"
    if strange := grounding.strange_figures(text, language, [*cited, *said]):
        return f"these figures or addresses stand in no passage that it cites: {', '.join(dict.fromkeys(strange[:MOST_NAMED]))}"
    if done := promises.claimed(text, language, [ground.text for ground in cited]):
        return f"nobody has done this, and you cannot: {done!r}"
    if promised := promises.promised(text, [ground.text for ground in cited]):
        return f"it speaks of {promised}, which no passage that it cites does; only staff may promise that"
    same = [ground for ground in (*cited, *said) if ground.language == language]
    if cited and same and all(ground.language == language for ground in cited) and grounding.score(text, language, same) < LEAST_SUPPORT:
        return "it says what no passage that it cites says"
    return ""


def _other_language(text: str, language: str, detector: Detector) -> str:
    """The language that a draft is surely in, if it is not the right one; addresses and quoted code have none."""
    words = _NOT_WORDS.sub(" ", text)
    spoken = detector.detect(words) if len(words.strip()) >= _long_enough(language) else None
    if spoken and spoken.language and spoken.language.partition("-")[0] != language.partition("-")[0] and spoken.confidence >= SURE:
        return spoken.language
    return ""


def _long_enough(language: str) -> int:
    """In characters; Chinese and Japanese signs say more."""
    return LONG_ENOUGH // 3 if language.partition("-")[0] in ("zh", "ja", "ko") else LONG_ENOUGH
