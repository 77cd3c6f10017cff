"""All that staff can see and do. Today: they are told that a customer wants a person, or that an answer failed."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from bot.answering import Answer, new_reference
from bot.delivery import Delivery
from bot.handoff import question_of
from bot.language import phrases
from bot.messages import Mark, Person, Place, Reply, Thread
from bot.privacy import outbound
from bot.shaping import shortened
from bot.store.cases import Case, CaseStore, Opened
from bot.store.inbox import Work

log = logging.getLogger(__name__)

LONGEST_QUESTION = 1000
Reason = Literal["asked", "unserved", "failed"]


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody wants a person, about `question`. `message`: where staff find it, "" where it cannot be seen, and `at`, where that is
    not the thread's own place; `event`: its number in the inbox, 0 where he asked by a button or a command."""

    thread: Thread
    person: Person
    question: str
    message: str = ""
    event: int = 0
    at: Place | None = None


class Desk:
    """Opens cases and tells staff of them at one place; without a place it can only say where people are reached."""

    def __init__(
        self, cases: CaseStore, delivery: Delivery, place: Place | None, contact: str, language: str, wake: Callable[[str], None]
    ) -> None:
        """`contact`: the shop's own line for customers. `language`: what staff read. `wake` the lane of a place: it sends what is
        written for staff, so that no customer waits for it and no crash loses it."""
        self._cases = cases
        self._delivery = delivery
        self._place = place if place is not None and delivery.reaches(place) else None
        self._contact = contact
        self._language = language
        self._wake = wake

    @property
    def open(self) -> bool:
        """Whether a question can be passed on."""
        return self._place is not None

    @property
    def reachable(self) -> bool:
        """Whether who wants a person can be helped: his question is passed on, or he is told where the shop is reached."""
        return self.open or bool(self._contact)

    async def hand_over(self, work: Work, language: str, reason: Reason = "asked") -> Answer:
        """Pass the customer's question on, and say honestly what happens next."""
        return await self.pass_on(_asking(work), language, reason)

    async def pass_on(self, asking: Asking, language: str, reason: Reason = "asked") -> Answer:
        """The same, however it was asked for."""
        if self._place is None:
            text = (
                phrases.say(phrases.CONTACT, language, contact=self._contact) if self._contact else phrases.say(phrases.NO_PERSON, language)
            )
            return Answer(Reply(text, language), False, "")
        case = await self._opened(self._place, asking, language, reason, new_reference())
        phrase = phrases.PASSED_ON if case.now else phrases.PASSED_ON_BEFORE
        return Answer(Reply(phrases.say(phrase, language, reference=case.reference), language), False, "", case.reference)

    async def failed(self, work: Work, language: str, reference: str) -> None:
        """Staff hear of a question that could not be answered, under the reference that its customer got."""
        if self._place is not None:
            await self._opened(self._place, _asking(work), language, "failed", reference)

    async def _opened(self, place: Place, asking: Asking, language: str, reason: Reason, reference: str) -> Opened:
        here, person = asking.thread.place, asking.person
        case = Case(reference, person.id, language, shortened(asking.question, LONGEST_QUESTION), reason)
        # What somebody talks about with us for himself in a channel has a place, but its messages stand in the channel.
        at = asking.at or (replace(here, thread="") if here.thread.startswith("@") else here)
        link = self._delivery.link(at, asking.message) if asking.message else ""
        notice = Reply(self._notice(case, person.name or person.id, link), self._language, mark=Mark(at, "person"))
        parts = self._delivery.parts(place, notice, _host_of(link))
        opened = await self._cases.open(asking.thread.id, asking.event, case, place, parts)
        if opened.now:
            log.info("a case is open", extra={"place": here.key, "reference": opened.reference, "reason": reason})
            self._wake(place.key)
        return opened

    def _notice(self, case: Case, name: str, link: str) -> str:
        """What staff read: the customer's words as a quote in which nothing is a link."""
        title = phrases.NOTICE_FAILED if case.reason == "failed" else phrases.NOTICE_TITLE
        facts = [
            self._say(phrases.NOTICE_LANGUAGE, language=phrases.name_of(case.language, self._language)),
            self._say(phrases.NOTICE_PLACE, link=link) if link else "",
            self._say(phrases.NOTICE_REFERENCE, reference=case.reference),
        ]
        quoted = [f"> {line}" for line in outbound.leave(case.question, ()).splitlines()]
        question = self._say(phrases.NOTICE_QUESTION, question="").strip()
        listed = [f"- {fact}" for fact in facts if fact]
        return "\n".join([f"**{self._say(title)}** ({outbound.leave(name, ())})", "", question, *quoted, "", *listed])

    def _say(self, phrase: str, **values: object) -> str:
        return phrases.say(phrase, self._language, **values)


def _asking(work: Work) -> Asking:
    last = work.messages[-1]
    question = question_of("\n\n".join(message.said for message in work.messages), work.thread)
    return Asking(work.thread, last.author, question, last.standing, work.events[-1])


def _host_of(link: str) -> tuple[str, ...]:
    host = urlsplit(link).hostname
    return (host,) if host else ()
