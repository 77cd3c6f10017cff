"""What a draft must pass before it counts as an answer.

gate.py          a draft goes out sentence by sentence, each when it has passed
drafts.py        the checks, one after the other
figures.py       every number stands in what was said before, however each side writes it
moments.py       dates and times of day
figure_words.py  figures as words, units, signs of money
addresses.py     links, e-mail addresses, phone numbers, ids
promises.py      what only staff may promise, and what nobody here has done
grounding.py     how far a draft says what its passages say
"""

from bot.checks.drafts import fault_of_language, fault_of_sentence, fault_of_support, long_enough
from bot.checks.gate import Gate
from bot.checks.grounding import Ground

__all__ = ["Gate", "Ground", "fault_of_language", "fault_of_sentence", "fault_of_support", "long_enough"]
