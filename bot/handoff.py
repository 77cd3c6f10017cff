"""Who holds a thread, and when a person must take over: pure rules. The bot speaks only where it holds the thread."""

from bot.language.requests import asks_for_person, says_yes
from bot.messages import Thread


def bot_answers(thread: Thread) -> bool:
    """Whether the bot may answer here; a thread that waits for a person, or that staff hold, is theirs."""
    return thread.holder == "bot"


def wants_person(text: str, thread: Thread) -> bool:
    """Whether the customer asks for a person, or says yes to the offer of one."""
    return accepts_offer(text, thread) or asks_for_person(text)


def accepts_offer(text: str, thread: Thread) -> bool:
    """An offer stands until the bot says something else; then a yes means something else, too."""
    last = next((turn for turn in reversed(thread.turns) if turn.role == "bot"), None)
    return last is not None and last.offers_person and says_yes(text)


def question_of(text: str, thread: Thread) -> str:
    """What staff are to read: what was asked last, and what was said now, unless that is a mere yes."""
    asked = next((turn.text for turn in reversed(thread.turns) if turn.role == "customer"), "")
    return "\n\n".join(part for part in (asked, "" if accepts_offer(text, thread) and asked else text) if part)
