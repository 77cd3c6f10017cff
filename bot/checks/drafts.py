"""Why a draft may not go out, in words for the model, which gets one more try."""

import re
from collections.abc import Callable, Sequence

from bot.checks import grounding, promises
from bot.checks.figures import Figures
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


def fault_of_sentence(
    sentence: str,
    language: str,
    cited: Sequence[Ground],
    said: Sequence[Ground],
    figures_of: Callable[[Ground], Figures] = grounding.figures_of,
) -> str:
    """ "" when it may be shown. `cited`: the passages that it stands on; `said`: the customer's own words, which may be repeated.

    `figures_of`: for whoever keeps the figures of a ground, since reading them is most of the work.
    """
    text = _MARK.sub("", sentence)
    if strange := grounding.strange_figures(text, language, [*cited, *said], figures_of):
        return f"these figures or addresses stand in no passage that it cites: {', '.join(dict.fromkeys(strange[:MOST_NAMED]))}"
    passages = [ground.text for ground in cited]
    if done := promises.claimed(text, language, passages):
        return f"nobody has done this, and you cannot: {done!r}"
    if promised := promises.promised(text, passages):
        return f"it speaks of {promised}, which no passage that it cites does; only staff may promise that"
    return ""


def fault_of_language(draft: str, language: str, detector: Detector) -> str:
    """ "" when it is in the right language, or too short to tell."""
    spoken = _other_language(_MARK.sub("", draft), language, detector)
    return f"it must be written in {name_of(language, 'en')}, not in {name_of(spoken, 'en')}" if spoken else ""


def fault_of_support(draft: str, language: str, cited: Sequence[Ground], said: Sequence[Ground]) -> str:
    """ "" when it says what its passages say, as far as shared words tell: only where all are in its own language."""
    same = [ground for ground in (*cited, *said) if ground.language == language]
    told = cited and same and all(ground.language == language for ground in cited)
    if told and grounding.score(_MARK.sub("", draft), language, same) < LEAST_SUPPORT:
        return "it says what no passage that it cites says"
    return ""


def long_enough(text: str, language: str) -> bool:
    """Whether its language can be told; Chinese, Japanese and Korean signs say more."""
    least = LONG_ENOUGH // 3 if language.partition("-")[0] in ("zh", "ja", "ko") else LONG_ENOUGH
    return len(_NOT_WORDS.sub(" ", text).strip()) >= least


def _other_language(text: str, language: str, detector: Detector) -> str:
    """The language that a draft is surely in, if it is not the right one; addresses and quoted code have none."""
    spoken = detector.detect(_NOT_WORDS.sub(" ", text)) if long_enough(text, language) else None
    if spoken and spoken.language and spoken.language.partition("-")[0] != language.partition("-")[0] and spoken.confidence >= SURE:
        return spoken.language
    return ""
