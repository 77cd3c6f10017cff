"""Which language a thread speaks now. The thread has a language; a message only votes.

The order of evidence: an explicit wish > the script > the letters and small words, if they are sure enough
> the thread so far > the platform's guess at the person's language > the shop's default.
A whole sentence that is surely in a language which the shop does not serve decides nothing, but is told ("not served").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.language.cleaning import for_detection
from bot.language.detection import Detection, Detector
from bot.language.scripts import LATIN, main_code, main_script, script_of, weights
from bot.language.wishes import wish_for
from bot.language.words import is_greeting, is_sentence

SURE = 0.7
PLAUSIBLE = 0.3
LETTERS = 4
SENTENCE_ENDS = (".", "?", "!", "…")
THREAD, LOCALE, SMOOTHING = 0.75, 0.25, 0.002
FOREIGN_SURE, FOREIGN_LETTERS = 0.99, 20
# Where the shop serves no language of that script, less will do: two words, or many letters where no spaces are written.
FOREIGN_LETTERS_OF_ITS_OWN, FOREIGN_LETTERS_UNSPACED = 8, 18

# Who writes the first is answered in the second where the first is not served: near enough to be read, and to be mistaken for it.
NEIGHBOURS = {"no": ("da", "sv"), "sk": ("cs",), "cs": ("sk",), "ca": ("es",), "af": ("nl",), "mk": ("bg",), "bg": ("mk",)}

NOT_SERVED = "not served"


@dataclass(frozen=True, slots=True)
class Choice:
    """The language to answer in, and why: "wish", "script", "detected", "thread", "locale", "guess", "default" or "not served".

    `seen`: for "not served" the code of the language that the customer writes, or wishes for; else "".
    """

    language: str
    why: str
    detection: Detection | None
    seen: str = ""

    @property
    def spoken(self) -> str:
        """The language that the customer writes where the shop does not serve it; else ""."""
        return self.seen if self.detection else ""


def choose(text: str, detector: Detector, thread_language: str, locale: str, default: str) -> Choice:
    """The language of a thread after this message. `thread_language` and `locale` ("pt-BR") may be "", `default` may not."""
    served = {main_code(language): language for language in reversed(detector.languages)}
    thread = served.get(main_code(thread_language), "")
    home = served.get(main_code(locale), "")
    wish = wish_for(text)
    if wish in served:
        return Choice(served[wish], "wish", None)
    words = for_detection(text)
    # "Polska" alone may be an answer to another question.
    if wish and (" " in words or main_script(words) != LATIN):
        return Choice(thread or home or default, NOT_SERVED, None, wish)
    prior = prior_of(detector.languages, thread, home)
    ended = text.rstrip().endswith(SENTENCE_ENDS)
    if foreign := _foreign(words, ended, detector, prior):
        return Choice(thread or home or default, NOT_SERVED, foreign, foreign.language or "")
    detection = detector.detect(words, prior)
    if _decides(words, ended, detection, thread):
        return Choice(detection.language or default, "detected" if main_script(words) == LATIN else "script", detection)
    if thread:
        return Choice(thread, "thread", detection)
    if home:
        return Choice(home, "locale", detection)
    if detection.language and detection.confidence >= PLAUSIBLE and _letters(words) >= LETTERS:
        return Choice(detection.language, "guess", detection)
    return Choice(default, "default", detection)


def within(choice: Choice, languages: Sequence[str], thread_language: str) -> Choice:
    """The same where only these of the shop's languages are answered (none: all are): in the thread's language, or the first of them.
    Who surely writes another one, or wishes for it, is told so."""
    if not languages or choice.language in languages:
        return choice
    home = thread_language if thread_language in languages else languages[0]
    if choice.why == NOT_SERVED:
        return replace(choice, language=home)
    if choice.why in ("wish", "script", "detected"):
        return Choice(home, NOT_SERVED, choice.detection, choice.language)
    return Choice(home, "default", choice.detection)


def _decides(words: str, ended: bool, detection: Detection, thread: str) -> bool:
    """Whether a message speaks for itself: surely, long enough, and in the script of the language that it seems to be in."""
    language, script = detection.language or "", main_script(words)
    if detection.confidence < SURE or _letters(words) < LETTERS or script_of(language) != script:
        return False
    return script != LATIN or not thread or thread == language or _turns(words, ended, language)


def _turns(words: str, ended: bool, language: str) -> bool:
    """Whether a message in Latin letters can turn a thread. People say ciao and merci, and name products, in every language."""
    return is_sentence(words, main_code(language), ended) and not is_greeting(words)


def _foreign(words: str, ended: bool, detector: Detector, prior: Mapping[str, float]) -> Detection | None:
    """What a message is in where that is surely none of the served languages; None for all that is short or doubtful."""
    script = main_script(words)
    of_its_own = script != LATIN and all(script_of(language) != script for language in detector.languages)
    few = FOREIGN_LETTERS_OF_ITS_OWN if " " in words else FOREIGN_LETTERS_UNSPACED
    if _letters(words) < (few if of_its_own else FOREIGN_LETTERS):
        return None
    found = detector.detect_any(words, prior)
    language = found.language or ""
    served = {main_code(each) for each in detector.languages}
    if not language or main_code(language) in served or served & set(NEIGHBOURS.get(language, ())):
        return None
    if found.confidence < FOREIGN_SURE and not of_its_own:
        return None
    return found if script != LATIN or is_sentence(words, language, ended) else None


def _letters(words: str) -> int:
    return max(weights(words).values())


def prior_of(languages: tuple[str, ...], thread: str, home: str) -> dict[str, float]:
    """What is likely before a word is read; empty when we know nothing."""
    if not (thread or home):
        return {}
    even = 1 / len(languages)
    prior = dict.fromkeys(languages, SMOOTHING)
    if not (thread and home):
        prior = dict.fromkeys(languages, SMOOTHING + (LOCALE if thread else THREAD) * even)
    if thread:
        prior[thread] += THREAD
    if home:
        prior[home] += LOCALE
    return prior
