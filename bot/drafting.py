"""A model's draft as it comes: each sentence is held against the pages that it cites, and shown when it has passed."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol

from bot import checks, prompts
from bot.checks import Gate, Ground, figures
from bot.checks.grounding import figures_of
from bot.knowledge import Passage
from bot.language.detection import Detector
from bot.messages import Reply, Source

MOST_SOURCES = 3
_MARK = re.compile(r"[ \u00a0]?\[(\d{1,2}(?:\s?,\s?\d{1,2})*)\]")


class Live(Protocol):
    """Whoever shows an answer while it is written."""

    def add(self, text: str) -> None:
        """The next sentences, CommonMark. All that was added since the last `again` joins to the answer."""
        ...

    def again(self) -> None:
        """What was added does not count: the answer begins anew, or something else is said."""
        ...


class Judge:
    """Says what is wrong with a draft over these passages; one for each draft, its sentences in order."""

    def __init__(self, passages: Sequence[Passage], language: str, said: Sequence[Ground], detector: Detector, early: bool) -> None:
        """`said`: what the customer wrote himself, in this conversation: it may be repeated. `early`: the draft is shown as it comes,
        so its language is told from its first words too."""
        self._passages, self._language = passages, language
        self._said, self._detector = said, detector
        self._figures_of = cache(figures_of)
        self._cited: Sequence[Passage] = ()
        self._before = ""
        self._told = not early

    def sentence(self, sentence: str) -> str:
        """Its fault, or "". A sentence that cites nothing goes on from the one before, or stands on all passages.

        It may give what any found passage of a cited page gives, since the page is what the customer is shown.
        """
        if prompts.NO_ANSWER in sentence:
            return f"{prompts.NO_ANSWER} must stand alone"
        self._before += sentence
        if not self._told and checks.long_enough(self._before, self._language):
            self._told = True
            if fault := checks.fault_of_language(self._before, self._language, self._detector):
                return fault
        self._cited = _pages(named(sentence, self._passages), self._passages) or self._cited
        cited = grounds(self._cited or self._passages)
        return checks.fault_of_sentence(sentence, self._language, cited, self._said, self._figures_of)

    def whole(self, draft: str) -> str:
        """The fault of a draft whose sentences have passed, or ""."""
        cited = grounds(_pages(named(draft, self._passages), self._passages) or self._passages)
        return checks.fault_of_language(draft, self._language, self._detector) or checks.fault_of_support(
            draft, self._language, cited, self._said
        )


class Draft:
    """One attempt of a model. `heard`: something of it has come."""

    def __init__(self, judge: Judge | None, live: Live | None, alone: Callable[[str], bool] = lambda _: False) -> None:
        """Without a judge everything passes. `alone`: whether a sentence is for whoever asked alone; from the first on nothing is shown."""
        self.heard = False
        self._judge, self._live, self._alone = judge, live, alone
        self._shown = self._hidden = False
        self._gate = Gate(judge.sentence if judge else lambda _: "", self._show)

    def feed(self, piece: str) -> None:
        """The next piece, as it comes."""
        self.heard = True
        self._gate.feed(piece)

    def end(self, draft: str) -> str:
        """The whole draft is there; its fault, or ""."""
        if not self.heard:
            self._gate.feed(draft)
        return self._gate.end() or (self._judge.whole(draft) if self._judge else "")

    def take_back(self) -> None:
        """It is not the answer."""
        if self._shown and self._live:
            self._live.again()
        self._shown = False

    def _show(self, sentence: str) -> None:
        self._hidden = self._hidden or (self._live is not None and self._alone(sentence))
        if self._live and not self._hidden:
            self._shown = True
            self._live.add(_MARK.sub("", sentence))


def cited(draft: str, language: str, passages: Sequence[Passage]) -> Reply:
    """The draft without its marks, and the pages that it stands on, at most three: where it names more, those that hold its figures
    come first; where it names none, those that hold them, or the best."""
    known = named(draft, passages)
    if not known or len({(passage.title, passage.url) for passage in known}) > MOST_SOURCES:
        known = [*holding(draft, language, known or passages), *known] or list(passages[:1])
    sources = dict.fromkeys(Source(passage.title, passage.url) for passage in known)
    text = _MARK.sub(lambda mark: "" if all(1 <= int(n) <= len(passages) for n in mark[1].split(",")) else mark[0], draft)
    return Reply(text.strip(), language, tuple(sources)[:MOST_SOURCES])


def named(draft: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages whose ids a draft names, in its order."""
    ids = [int(number) for mark in _MARK.findall(draft) for number in mark.split(",")]
    return [passages[number - 1] for number in dict.fromkeys(ids) if 1 <= number <= len(passages)]


def holding(draft: str, language: str, passages: Sequence[Passage]) -> list[Passage]:
    """Few passages that together hold the figures of a draft, the best first; none where it has no figures."""
    own = figures.of_draft(draft, language)
    given = [figures_of(ground) for ground in grounds(passages)] if own else []
    chosen: list[int] = []
    missing = len(figures.strange(own, figures.together([])))
    while missing and given:
        left = [len(figures.strange(own, figures.together(given[one] for one in (*chosen, at)))) for at in range(len(given))]
        if min(left) >= missing:
            break
        missing = min(left)
        chosen.append(left.index(missing))
    return [passages[at] for at in chosen]


def grounds(passages: Sequence[Passage]) -> list[Ground]:
    """What passages say, with their titles and addresses."""
    return [Ground(f"{passage.title} {passage.heading} {passage.text} {passage.url}", passage.language) for passage in passages]


def _pages(chosen: Sequence[Passage], passages: Sequence[Passage]) -> list[Passage]:
    """All found passages of the chosen ones' documents."""
    documents = {passage.document for passage in chosen}
    return [passage for passage in passages if passage.document in documents]
