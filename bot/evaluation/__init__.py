"""How good the answers are: a file of questions, all answered, each answer judged by code.

questions.py   the file: what is asked, in which language, and which article should answer
judging.py     one answer -> what was right about it
scores.py      many of them -> shares and figures, by language
"""

from bot.evaluation.judging import Judged, Judging
from bot.evaluation.questions import Asked, read
from bot.evaluation.scores import Scores, by_language

__all__ = ["Asked", "Judged", "Judging", "Scores", "by_language", "read"]
