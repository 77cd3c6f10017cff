"""Our own sentences: what the desk says without a model, in every language that it serves.

The English sentence is the key (its translations lie in locale/<code>/LC_MESSAGES/polydesk.po). After a change
there, `make translations` compiles them. A language or a sentence without a translation falls back to English.
"""

from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path
from typing import Literal

LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "tr", "ru", "ar", "zh", "ja", "ko", "hi", "vi")
"""The languages that a shop serves unless it says otherwise."""

TRANSLATED = (*LANGUAGES, "da", "sv", "fi", "cs", "ro", "hu", "el", "uk", "he", "th", "id")
"""The languages in which we have every sentence."""

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


def N_(sentence: str) -> str:  # noqa: N802  (the name under which Babel looks for sentences)
    """The sentence itself: marks it for the translators."""
    return sentence


AI_NOTICE = N_("I am an AI assistant and can be wrong. Please check what matters to you.")
LEAD_IN = N_("This is what our help pages say:")
LEAD_IN_OTHER = N_("This is what our help pages say, in {language}:")
DO_NOT_KNOW = N_("I did not find an answer to this in our help pages.")
NEAREST = N_("The nearest article is: {title}")
CONTACT = N_("You can reach a person here: {contact}")
ASK_AGAIN = N_("Please ask in other words, or ask for a person.")
SORRY = N_("Sorry, something went wrong on our side. Please try again. Reference: {reference}")
MODEL_AWAY = N_("Our assistant cannot write freely right now, so here is the text of the help page. Reference: {reference}")
EMPTY = N_("Hello! What would you like to know?")
TOO_LONG = N_("Your message is too long for me. Please shorten it to {count} characters.")
TOO_MANY = N_("You have sent many messages in a short time. Please wait a few minutes, then write again.")
NOT_SERVED = N_("Sorry, we cannot answer in {language}. Here is our answer in {other}.")
FILE_KIND = N_("I cannot read this kind of file: {names}")
FILE_LARGE = N_("This is too large for me: {names}")
FILE_UNREAD = N_("I could not open this: {names}")
FILE_PART = N_("Of this I read only the beginning: {names}")
FILES_MANY = N_("That was too much at once, so I did not look at this: {names}")
PICTURE_UNSEEN = N_("I cannot look at pictures, so I do not know what this shows: {names}")
SOURCES = N_("Sources")
THINKING = N_("Looking it up …")
WRITING = N_("Writing the answer …")
STOPPED = N_("Stopped. Just ask again whenever you like.")
CLOSE = N_("Close")
ARE_YOU_SURE = N_("Are you sure?")
TOO_LATE = N_("That took too long. Please try once more.")
COMMANDS_TITLE = N_("This is what I can do for you:")
OUT_OF_DATE = N_("This is out of date. Please ask again.")

UNDERSTOOD = N_("I understood: {question}")
OFFER_PERSON = N_("Shall I pass your question on to our staff? Just answer “yes”.")
PASSED_ON = N_("I have passed your question on to our staff. A person will answer here as soon as possible. Reference: {reference}")
PASSED_ON_BEFORE = N_("Our staff have your question already. A person will answer here as soon as possible. Reference: {reference}")
NO_PERSON = N_("I cannot reach a person from here. Please contact the shop directly.")

TALK_TO_PERSON = N_("Talk to a person")
SHARE = N_("Share with everyone")
SHARED = N_("Everyone here can see this answer now.")
NOT_SHARED = N_("I could not post this here, because I am not in this channel or may not write in it.")
HELPFUL = N_("Helpful")
NOT_HELPFUL = N_("Not helpful")
WHY = N_("What was wrong?")
WHY_WRONG = N_("The answer is wrong")
WHY_INCOMPLETE = N_("Something is missing")
WHY_LANGUAGE = N_("It is in the wrong language")
WHY_OTHER = N_("Something else")
IN_YOUR_WORDS = N_("In your own words")
THANKS = N_("Thank you for your feedback.")

YOUR_QUESTION = N_("Your question")
ASK_ASIDE = N_("Ask a question; only you see the answer")
CHANGE_LANGUAGE = N_("Change language")
LANGUAGE_CHANGED = N_("From now on I will answer in this language: {language}.")
ABOUT_ME = N_("Show what is stored about me")
STORED = N_("Your messages that are stored here: {count}")
STORED_SINCE = N_("The oldest is from {date}.")
KEPT = N_("They are kept until you have them erased.")
MY_CASES = N_("Waiting for our staff: {references}")
PRIVACY = N_("What you write to me is stored by the shop. Please do not send passwords or card numbers.")
FORGET_ME = N_("Forget me")
FORGET_SURE = N_("This erases your messages, my answers to them, your feedback and your open cases. It cannot be undone.")
FORGET_NOW = N_("Erase everything")
FORGOTTEN = N_("Everything that was stored about you here is erased.")

DRAFT = N_("Draft a reply")
SUMMARISE = N_("Summarise")
HAND_OVER = N_("Hand over to staff")
DISCARD = N_("Discard")
DISCARDED = N_("The draft was discarded.")
DRAFT_SENT = N_("The reply is on its way.")
BY_STAFF = N_("Checked and sent by our staff.")
NO_TRANSLATION = N_("There is no translation, because no model is available.")
ASKED_HERE = N_("What was asked here:")
STAFF_ONLY = N_("Only the staff of the shop can do this.")

SENT_DIRECTLY = N_("I have sent you the answer as a direct message, because it holds personal details.")
DIRECT_CLOSED = N_(
    "The answer holds personal details, and I cannot send you a direct message. "
    "Please allow direct messages, or use the command “ask”: then only you see the answer."
)

NOTICE_TITLE = N_("A customer would like to talk to a person")
NOTICE_FAILED = N_("A question could not be answered")
NOTICE_QUESTION = N_("Question: {question}")
NOTICE_LANGUAGE = N_("Language: {language}")
NOTICE_PLACE = N_("Conversation: {link}")
NOTICE_REFERENCE = N_("Reference: {reference}")

PAGE_TITLE = N_("Ask {shop}")
PAGE_HINT = N_("Write your question")
PAGE_SEND = N_("Send")
PAGE_EMPTY = N_("Ask anything about orders, delivery or returns.")
PAGE_WAITING = THINKING
PAGE_OFFLINE = N_("Connection lost; trying again …")
PAGE_NEW = N_("New conversation")
PAGE_BADGE = N_("AI assistant")
PAGE_EDIT = N_("Edit")
PAGE_DELETE = N_("Delete")
PAGE_CANCEL = N_("Cancel")
PAGE_ASK_RETURNS = N_("How long do I have to return something?")
PAGE_ASK_DELIVERY = N_("How long does delivery take?")
PAGE_ASK_PAYMENT = N_("How can I pay?")

INSTALL_DONE = N_("Polydesk is now in {workspace}. You can close this page and write to it in Slack.")
INSTALL_DECLINED = N_("Nothing was installed, because it was not allowed.")
INSTALL_EXPIRED = N_("This link has expired or was used before. Please start again.")
INSTALL_FAILED = N_("The installation did not succeed. Please start again.")
INSTALL_AGAIN = N_("Start again")

COMMAND_WHICH_LANGUAGE = N_("The language, by its name")
COMMAND_FORGET = N_("Erase everything that is stored about you")
COMMAND_HERE = N_("See or change how I work in this channel")
COMMAND_SETTINGS = N_("What to change; leave it empty to see what is set")

HERE_MENTION = N_("In this channel I answer when I am mentioned.")
HERE_QUESTIONS = N_("In this channel I answer every question that our help pages answer.")
HERE_OFF = N_("In this channel I do not answer.")
HERE_QUIET = N_("Quiet hours, in which I answer only when I am mentioned: {hours}")
HERE_WAIT = N_("Minutes for which others may answer first: {minutes}")
HERE_LANGUAGES = N_("Languages in which I answer here: {languages}")
HERE_HOW = N_("Admins can change this: {examples}")
HERE_ADMINS = N_("Only admins can change this.")


def say(phrase: str, language: str, /, **values: object) -> str:
    """One of our sentences in a language ("de", "zh-TW"), its {places} filled; without values they stay as they are."""
    sentence = _catalogue(_main(language)).gettext(phrase)
    if values and direction(language) == "rtl":
        values = {name: _kept_whole(value) for name, value in values.items()}
    return sentence.format(**values) if values else sentence


def direction(language: str) -> Literal["ltr", "rtl"]:
    """Which way the language is written."""
    return "rtl" if _main(language) in _RIGHT_TO_LEFT else "ltr"


def _kept_whole(value: object) -> object:
    """The # of a reference would jump behind it where the words run from right to left."""
    return f"\u200e{value}" if isinstance(value, str) and value.startswith("#") else value


@lru_cache(maxsize=1024)
def name_of(language: str, in_language: str) -> str:
    """What a language is called in another: ("de", "fr") is "allemand". An unknown code names itself."""
    # Babel takes a tenth of a second to import, and the command line must start at once.
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(_main(language)).get_language_name(_main(in_language)) or language
    except (UnknownLocaleError, ValueError):
        return language


def _main(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].lower()


@lru_cache(maxsize=64)
def _catalogue(language: str) -> NullTranslations:
    return translation("polydesk", Path(__file__).parent / "locale", [language], fallback=True)
