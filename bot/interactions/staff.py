"""What staff do with any message: have a conversation summed up, hand it over. And whoever writes for them."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot import prompts
from bot.answering import Answer, Question
from bot.delivery import Delivery
from bot.desk import Asking, Desk
from bot.errors import ModelError
from bot.interactions.asking import quoted
from bot.interactions.subjects import House, Subject, told
from bot.language import phrases
from bot.language.detection import Detector
from bot.messages import Person, Reply, Thread, Turn
from bot.model import Model, Prompt
from bot.pressed import Chosen, CommandGiven, Reaction, Shown
from bot.shaping import shortened
from bot.store import drafts
from bot.store.interactions import InteractionStore, aside

LONGEST_TRANSLATION = 2000
LONGEST_SUMMARY = 400
"""Tokens."""
LONGEST_LINE = 200
"""Characters of a question in a list of them."""


class Answers(Protocol):
    """Whoever answers from the shop's documents (bot.answering)."""

    async def answer(self, question: Question) -> Answer:
        """Always an answer."""
        ...


class Opened(Protocol):
    """What answering needs, open and loaded."""

    @property
    def answering(self) -> Answers:
        """From the documents."""
        ...

    @property
    def model(self) -> Model | None:
        """None where there is none."""
        ...

    @property
    def detector(self) -> Detector:
        """Of languages."""
        ...


class Writing:
    """Writes for staff. `opened` may take a while the first time, in a process that only hears."""

    def __init__(self, opened: Callable[[], Awaitable[Opened]]) -> None:
        self._opened = opened

    async def answer(self, question: Question) -> Answer:
        """From the documents."""
        return await (await self._opened()).answering.answer(question)

    async def detector(self) -> Detector:
        """Of languages."""
        return (await self._opened()).detector

    async def translate(self, text: str, language: str) -> str:
        """By the model; "" where none can be asked."""
        return await self._asked(prompts.translation(text, language, LONGEST_TRANSLATION))

    async def summarise(self, turns: Sequence[Turn], language: str) -> str:
        """By the model; "" where none can be asked."""
        return await self._asked(prompts.summary(turns, language, LONGEST_SUMMARY))

    async def _asked(self, prompt: Prompt) -> str:
        model = (await self._opened()).model
        if model is None:
            return ""
        try:
            return (await model.answer(prompt)).text.strip()
        except ModelError:
            return ""


class Staff:
    """Summaries and hand-overs."""

    def __init__(self, store: InteractionStore, desk: Desk, delivery: Delivery, house: House, writing: Writing) -> None:
        self._store = store
        self._desk = desk
        self._delivery = delivery
        self._house = house
        self._writing = writing
        self.subject = Subject(commands={"summarise": self._summarise, "hand-over": self._hand_over})

    async def _summarise(self, command: CommandGiven, language: str) -> Reaction:
        if not self._house.is_staff(command.person, command.place, command.admin):
            return told(phrases.STAFF_ONLY, language)
        chosen = command.chosen
        thread = await self._store.conversation([chosen.place if chosen else command.place])
        turns = thread.turns if thread else (Turn("customer", chosen.text),) if chosen and chosen.text.strip() else ()
        if not turns:
            return told(phrases.OUT_OF_DATE, language)
        summary = await self._writing.summarise(turns, language)
        return Shown(self._delivery.harmless(command.place, Reply(summary or _asked_here(turns, language), language)))

    async def _hand_over(self, command: CommandGiven, language: str) -> Reaction:
        """The conversation in which the message stands; a talk that is not ours becomes a case, and does not become ours."""
        if not self._house.is_staff(command.person, command.place, command.admin):
            return told(phrases.STAFF_ONLY, language)
        asked = await chosen_or_last(self._store, command.chosen)
        if asked is None:
            return told(phrases.OUT_OF_DATE, language)
        thread = await self._store.conversation([asked.place])
        if thread is None:
            thread = await self._store.said(aside(asked.place, asked.author.id), asked.author, asked.text, asked.message_id)
        case = Asking(thread, asked.author, asked.text, asked.message_id, at=asked.place)
        return Shown((await self._desk.pass_on(case, language)).reply)


async def chosen_or_last(store: InteractionStore, chosen: Chosen | None) -> drafts.Question | None:
    """The chosen message; where we wrote it, what was asked there last. None when there is nothing to answer."""
    if chosen is None:
        return None
    if not chosen.ours:
        return drafts.Question(chosen.place, chosen.message_id, chosen.author, chosen.text) if chosen.text.strip() else None
    answer = await store.pressed(chosen.place, chosen.message_id)
    thread = answer.thread if answer is not None else await store.conversation([chosen.place])
    last = next((turn for turn in reversed(thread.turns) if turn.role == "customer"), None) if thread else None
    if thread is None or last is None:
        return None
    author = Person(chosen.author.platform, chosen.author.workspace, last.author)
    return drafts.Question(thread.place, last.message_id, author, last.text)


def said_by(thread: Thread | None, message_id: str) -> tuple[Turn, ...]:
    """What was said in a conversation before a message; all of it where the message is none of it."""
    turns = thread.turns if thread else ()
    at = next((number for number, turn in enumerate(turns) if turn.message_id == message_id), len(turns))
    return turns[:at]


def _asked_here(turns: Sequence[Turn], language: str) -> str:
    """Without a model: the questions, in their own words."""
    asked = [shortened(" ".join(turn.text.split()), LONGEST_LINE) for turn in turns if turn.role == "customer"]
    return "\n\n".join([phrases.say(phrases.ASKED_HERE, language), *map(quoted, asked)])
