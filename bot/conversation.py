"""Step 4: the story of one message, told by `answer_place` for each lane."""

import asyncio
import logging
import time
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from functools import partial
from weakref import WeakValueDictionary

from bot.answering import Answer, Question, apology, new_reference, stopped, with_note, with_notice, with_words_first
from bot.attachments import Attachments, Opened
from bot.branches import Branch, Branches
from bot.channels import Channels, Rules, unasked
from bot.delivery import Delivery
from bot.errors import BotError, RateLimited, StoreError, Unreachable
from bot.growing import Growing
from bot.handoff import bot_answers, wants_person
from bot.language import formats, phrases, policy
from bot.language.policy import NOT_SERVED, Choice
from bot.messages import Button, Mark, MessageReceived, Place, Reply, without_files
from bot.metrics import Metrics
from bot.prompts import NOTHING
from bot.rates import Rates
from bot.signs import Signs
from bot.store.inbox import LETTERS_FIRST, InboxStore, Left, Work

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3


class Conversation:
    """Answers what stands in the inbox, one place at a time."""

    def __init__(
        self,
        store: InboxStore,
        branches: Branches,
        delivery: Delivery,
        longest_message: int,
        rates: Rates | None = None,
        metrics: Metrics | None = None,
        channels: Channels | None = None,
        attachments: Attachments | None = None,
    ) -> None:
        """`rates`: how often somebody may ask; None: as often as he likes. `channels`: what holds where; None: as usual everywhere.
        `attachments`: who opens files; None: nobody."""
        self._channels = channels or Channels()
        self._store = store
        self._branches = branches
        self._delivery = delivery
        self._longest_message = longest_message
        self._rates = rates or Rates()
        self._metrics = metrics or Metrics()
        self._attachments = attachments or Attachments({})
        self._making: dict[str, asyncio.Task[Answer]] = {}
        self._drains: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.at_work: set[str] = set()
        """The places that are being answered in this process right now."""

    async def answer_place(self, place: str) -> None:
        """Drain one lane: settle what may not have been sent, take away what is seen of answers to deleted messages, then take the oldest
        unanswered messages, answer them, and again until there are none. After a crash this is all that there is to do.

        What comes while we are at it wakes the lane anew; what a platform that is away leaves undone is taken up again soon.
        """
        # An engine that took us for dead may hand us a lane which we are at; our own rows would seem free to the second drain.
        drain = self._drains.setdefault(place, asyncio.Lock())
        async with drain:
            await self._drain(place)

    async def _drain(self, place: str) -> None:
        self.at_work.add(place)
        try:
            more = True
            while more and (work := await self._store.begin(place)):
                if work == LETTERS_FIRST:
                    more = await self._delivery.settle(place)
                else:
                    more = await (self._clear(place, work) if isinstance(work, Left) else self._handle(place, work))
        except (RateLimited, Unreachable) as exc:
            log.info("a lane waits for its platform: %s", exc, extra={"place": place})
        finally:
            self.at_work.discard(place)

    def interrupt(self, place: str) -> None:
        """A message was edited or withdrawn, or nobody wants an answer any more: what is being made here is out of date."""
        if place in self._making:
            self._making[place].cancel()

    async def _clear(self, place: str, left: Left) -> bool:
        await self._delivery.clear(Place.from_key(place), left.messages)
        await self._store.cleared(left)
        return True

    async def _handle(self, place: str, work: Work) -> bool:
        """True when more waits here, or when these messages are to be taken once more."""
        live = self._delivery.growing(work, found=await self._delivery.begun(work))
        try:
            if bot_answers(work.thread):
                return not await self._answer(place, work, live) or work.more
            await live.drop()
            await self._delivery.clear_status(work.place, work.messages[-1].message_id)
            await self._store.keep(work)
            return work.more
        finally:
            live.abandon()

    async def _answer(self, place: str, work: Work, live: Growing) -> bool:
        """False when the messages are to be taken once more. What a failing database interrupts stays ours, and is taken again."""
        language = work.thread.language or self._branches.at(work.place).default_language
        try:
            choice = self._choice(work)
            language = choice.language
            answer = None if work.stopped else await self._make(place, work, choice, live)
            if answer is None and (work.stopped or await self._store.stopped(work)):
                return await self._delivery.deliver(work, _to_author(work, stopped(live.shown, language)), live)
            if answer is not None and not answer.answered and self._unasked(work):
                await self._store.leave(work)
                return True
            if answer is not None and await self._delivery.deliver(
                work, _to_author(work, answer.reply), live, answer.reference, personal=answer.personal
            ):
                self._count(work, answer)
                return True
        except (StoreError, RateLimited, Unreachable):
            raise
        except Exception as exc:  # noqa: BLE001  # whatever broke, this customer gets an answer and the next one is served
            return await self._failed(work, language, exc, live)
        await live.drop()
        await self._delivery.clear_status(work.place, work.messages[-1].message_id)
        return False

    async def _make(self, place: str, work: Work, choice: Choice, live: Growing) -> Answer | None:
        """The answer, or None when an edit, a delete or a stop stopped us."""
        making = self._making[place] = asyncio.create_task(self._compose(work, choice, live), name=f"answer {place}")
        try:
            await asyncio.wait([making])
        except asyncio.CancelledError:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)
            raise
        finally:
            del self._making[place]
        return None if making.cancelled() else making.result()

    async def _compose(self, work: Work, choice: Choice, live: Growing) -> Answer:
        signs = Signs(partial(self._show_sign, work, choice.language), self._delivery.status_seconds(work.place), lambda: live.seen)
        try:
            answer = await self._reply(work, choice, live)
            await signs.end()
        finally:
            await signs.cancel()
        first = not any(turn.role == "bot" for turn in work.thread.turns)
        return with_notice(answer) if first else answer

    async def _show_sign(self, work: Work, language: str, first: bool) -> None:
        last = work.messages[-1]
        silent = last.aside or self._unasked(work)
        if not silent and await self._delivery.show_status(work.place, last.message_id, language) and first:
            self._metrics.first_sign(work.place.platform, time.time() - last.sent_at)

    def _count(self, work: Work, answer: Answer) -> None:
        self._metrics.answered(work.place.platform, answer.model, answer.answered, time.time() - work.messages[-1].sent_at)
        self._metrics.tokens(answer.model, answer.tokens.prompt, answer.tokens.cached, answer.tokens.answer)

    async def _reply(self, work: Work, choice: Choice, live: Growing) -> Answer:
        text = "\n\n".join(message.text for message in work.messages)
        language = choice.language
        if len(text) > self._longest_message:
            limit = phrases.say(phrases.TOO_LONG, language, count=formats.number(self._longest_message, language))
            return Answer(Reply(limit, language), answered=False, model="")
        author, branch = work.messages[-1].author, self._branches.at(work.place)
        if not self._rates.person(author, len(work.messages)):
            return Answer(Reply(phrases.say(phrases.TOO_MANY, language), language), answered=False, model="")
        unasked = self._unasked(work)
        if not unasked and wants_person(text, work.thread):
            return await branch.desk.hand_over(work, language)
        if not unasked and choice.why == NOT_SERVED and branch.hand_over_others:
            return await branch.desk.hand_over(work, choice.seen, "unserved")
        sparing = not self._rates.workspace(author, len(work.messages))
        async with self._opened(work, branch, sparing, unasked and not text.strip()) as opened:
            return await self._knowing(work, branch, choice, opened, sparing, live)

    async def _knowing(self, work: Work, branch: Branch, choice: Choice, opened: Opened, sparing: bool, live: Growing) -> Answer:
        """The answer to who may ask and asks us, with what came with his words."""
        text, unasked = "\n\n".join(message.text for message in work.messages), self._unasked(work)
        if not text.strip() and opened.begun:
            choice = self._choice(work, opened.begun)
        noted = choice.why == NOT_SERVED and not self._told(work, choice.seen)
        overheard = not work.place.direct and not work.messages[-1].aside
        tone = self._rules(work).tone
        question = Question(text, choice.language, work.thread.turns, choice.spoken, sparing, tone, opened.attached, overheard)
        growing = live if live.grows and not (noted or unasked or opened.missed) else None
        answer = await self._answered(work, branch, question, opened, growing)
        answer = _with_buttons(answer, work.messages[-1], branch.desk.reachable)
        return with_note(answer, choice.seen) if noted else answer

    def _opened(self, work: Work, branch: Branch, sparing: bool, idle: bool) -> AbstractAsyncContextManager[Opened]:
        """The files that came with the messages; `idle`: nobody asked us anything by them."""
        if idle or not any(message.attachments for message in work.messages):
            return nullcontext(Opened())
        return self._attachments.open(work.messages, branch.answering.sees and not sparing)

    async def _answered(self, work: Work, branch: Branch, question: Question, opened: Opened, live: Growing | None) -> Answer:
        """With a sentence before it about each file that could not be read; where there is nothing else, it is all that is said."""
        if opened.missed and not question.text.strip() and question.attached == NOTHING:
            return Answer(Reply(opened.told(question.language), question.language), answered=False, model="")
        answer = await branch.answering.answer(question, live)
        if question.attached != NOTHING:
            await self._store.attach(work, [opened.kept(message, answer.looked) for message in work.messages])
        unseen = answer.unseen and not answer.looked
        if unseen:
            opened.unseen()
        told = opened.told(question.language)
        if unseen and not question.sought.strip():
            return replace(answer, reply=replace(answer.reply, text=told))
        return with_words_first(answer, told)

    def _rules(self, work: Work) -> Rules:
        return self._channels.at(work.place, work.messages[-1].parent)

    def _unasked(self, work: Work) -> bool:
        """Whether it was said to everybody, and no sign of ours is due unless we know the answer."""
        return unasked(self._rules(work), work.messages, work.thread.turns)

    def _told(self, work: Work, language: str) -> bool:
        """Whether it was said before in this conversation that this language is not served."""
        before = (without_files(turn.text) for turn in work.thread.turns if turn.role == "customer")
        return any(self._chosen(work, text).seen == language for text in before)

    async def _failed(self, work: Work, language: str, exc: Exception, live: Growing) -> bool:
        """Try again; after some failures say that we are sorry, with a reference that the log knows too."""
        reference = new_reference()
        self._metrics.failed(work.place.platform)
        ids = {"place": work.place.key, "event": work.events[-1], "attempt": work.failures + 1, "reference": reference}
        log.error("an answer failed: %s", _where(exc), extra=ids)
        if work.failures + 1 >= MOST_ATTEMPTS and self._unasked(work):
            await self._store.leave(work)
            return True
        if work.failures + 1 >= MOST_ATTEMPTS:
            await self._branches.at(work.place).desk.failed(work, language, reference)
            apologising = _to_author(work, apology(language, reference).reply)
            return await self._delivery.deliver(work, apologising, live, reference, aside=_where(exc))
        await live.drop()
        await self._store.failed(work, type(exc).__name__)
        return False

    def _choice(self, work: Work, attached: str = "") -> Choice:
        """`attached`: what tells the language where nothing was written."""
        text = attached or "\n".join(message.text for message in work.messages)
        return self._chosen(work, text, work.thread.language, work.messages[-1].locale)

    def _chosen(self, work: Work, text: str, spoken: str = "", locale: str = "") -> Choice:
        """The language in which words are answered there; who asks aside is answered in any that the shop serves."""
        branch = self._branches.at(work.place)
        choice = policy.choose(text, branch.detector, spoken, locale, branch.default_language)
        return choice if work.messages[-1].aside else policy.within(choice, self._rules(work).languages, spoken)


def _with_buttons(answer: Answer, message: MessageReceived, reachable: bool) -> Answer:
    """The same answer with what can be pressed under it, and what it makes of the conversation. `reachable`: see Desk."""
    language, buttons = answer.reply.language, []
    if reachable:
        buttons.append(Button("person", phrases.say(phrases.TALK_TO_PERSON, language)))
    if message.aside and answer.answered:
        buttons.append(Button("share", phrases.say(phrases.SHARE, language)))
    mark = Mark(message.place, "answered") if answer.answered and not message.aside else None
    return replace(answer, reply=replace(answer.reply, buttons=tuple(buttons), feedback=answer.answered, mark=mark))


def _to_author(work: Work, reply: Reply) -> Reply:
    """Who asked aside is answered aside."""
    last = work.messages[-1]
    return replace(reply, only_for=last.author.id, handle=last.handle) if last.aside else reply


def _where(exc: Exception) -> str:
    """Our own errors say what happened; of others only the kind and the line, since their words may hold what people wrote."""
    if isinstance(exc, BotError):
        return f"{type(exc).__name__}: {exc}"
    last = exc.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    at = f"{last.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{last.tb_lineno}" if last else "?"
    return f"{type(exc).__name__} at {at}"
