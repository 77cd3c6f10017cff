"""Why a message is taken for this language and not for another: the evidence of policy.py, in words for a person."""

from collections.abc import Iterable, Mapping

from bot.language import policy
from bot.language.cleaning import for_detection
from bot.language.detection import Detector
from bot.language.phrases import name_of
from bot.language.policy import Choice
from bot.language.scripts import LATIN, main_code, main_script, script_of, weights
from bot.language.wishes import wish_for
from bot.language.words import is_greeting

MOST = 4
_BECAUSE = {
    "wish": "the customer asks for it",
    "script": "it is the served language of this script that fits best, sure enough ({sure})",
    "detected": "its letters and small words are sure enough ({sure})",
    "thread": "{doubt}, so the conversation stays in its language",
    "locale": "{doubt}, so the language of the person's settings counts",
    "guess": "{doubt}, but nothing better is known",
    "default": "{doubt}, and nothing else is known: the shop's default",
    "not served": "the customer {does} {seen}, which the shop does not serve; the answer comes in what is known instead",
}


def explain(text: str, detector: Detector, choice: Choice, thread: str, locale: str) -> dict[str, str]:
    """The evidence for a choice of `policy.choose`, by kind, in the order in which it is weighed."""
    words = for_detection(text)
    wish = wish_for(text)
    return {
        "read as": words or "nothing: no word is left",
        "left out": _left_out(text, words) or "nothing",
        "wish": f"{_named(wish)}" if wish else "none",
        "script": ", ".join(f"{name} {count}" for name, count in _scripts(words)) or "none",
        "letters": _shares(detector.by_letters_alone(words)) or "not asked: the script decides",
        "small words": _small_words(words, detector) or "none that we know",
        "known before": _before(detector, thread, locale) or "nothing",
        "served languages": _shares(detector.detect(words, _prior(detector, thread, locale)).candidates) or "none fits",
        "all languages": _shares(detector.detect_any(words, _prior(detector, thread, locale)).candidates) or "none fits",
        "decision": f"{_named(choice.language)}: {_because(choice, words, wish)}",
    }


def _because(choice: Choice, words: str, wish: str) -> str:
    found = choice.detection
    sure = f"{found.confidence:.2f}, needed {policy.SURE}" if found else ""
    doubt = _doubt(words, choice)
    does = "asks for" if wish else "writes"
    seen = _named(choice.seen) if choice.seen else ""
    return _BECAUSE[choice.why].format(sure=sure, doubt=doubt, does=does, seen=seen)


def _doubt(words: str, choice: Choice) -> str:
    """Why the message does not decide by itself."""
    found = choice.detection
    if not words:
        return "nothing in it has a language"
    if not found or not found.language:
        return "it fits no served language"
    if max(weights(words).values()) < policy.LETTERS:
        return f"it has fewer than {policy.LETTERS} letters"
    if found.confidence < policy.SURE:
        return f"it is not sure enough ({found.confidence:.2f}, needed {policy.SURE})"
    if main_script(words) == LATIN and is_greeting(words):
        return "a mere greeting turns no conversation"
    if main_script(words) == script_of(found.language):
        return "a name or a few words turn no conversation"
    return "it is written in the letters of another language"


def _left_out(text: str, words: str) -> str:
    kept = set(words.split())
    return " ".join(token for token in text.split() if not kept & set(for_detection(token).split()))


def _scripts(words: str) -> list[tuple[str, int]]:
    return sorted(((name, count) for name, count in weights(words).items() if count), key=lambda found: -found[1])


def _small_words(words: str, detector: Detector) -> str:
    letters = detector.letters(main_script(words))
    found: Mapping[str, list[str]] = letters.small_words(words) if letters else {}
    return ", ".join(f"{word} ({' '.join(languages[:MOST])}{' ...' if len(languages) > MOST else ''})" for word, languages in found.items())


def _before(detector: Detector, thread: str, locale: str) -> str:
    said = [f"{kind} {code}" for kind, code in (("conversation", thread), ("settings", locale)) if code]
    prior = sorted(_prior(detector, thread, locale).items(), key=lambda known: -known[1])
    return f"{', '.join(said)}: {_shares(prior)}" if said and prior else ", ".join(f"{each} (not served)" for each in said)


def _prior(detector: Detector, thread: str, locale: str) -> dict[str, float]:
    served = {main_code(language): language for language in reversed(detector.languages)}
    return policy.prior_of(detector.languages, served.get(main_code(thread), ""), served.get(main_code(locale), ""))


def _shares(candidates: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{language} {chance:.2f}" for language, chance in list(candidates)[:MOST])


def _named(language: str) -> str:
    return f"{language} ({name_of(language, 'en')})"
