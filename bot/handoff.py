"""Who holds a thread: pure rules. The bot speaks only where it holds it."""

from bot.messages import Thread


def bot_answers(thread: Thread) -> bool:
    """Whether the bot may answer here; a thread that waits for a person, or that staff hold, is theirs."""
    return thread.holder == "bot"
