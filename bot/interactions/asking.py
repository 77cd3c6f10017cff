"""A question asked by a command is answered for its author alone; he may share the answer with everyone."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from bot.delivery import Delivery
from bot.interactions.subjects import Subject, entry, told
from bot.language import phrases
from bot.messages import ASKED, MessageReceived, Reply
from bot.platforms import Receive
from bot.pressed import ButtonPressed, CommandGiven, Field, Form, FormSent, Reaction, Shown
from bot.store.interactions import InteractionStore, Pressed, aside

LOOKS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between looks whether what is shared stands there."""


class Asking:
    """`accept` is the inbox: such a question is answered like any other. `wake`: the lane that posts what is shared."""

    def __init__(self, store: InteractionStore, accept: Receive, delivery: Delivery, wake: Callable[[str], None]) -> None:
        self._store = store
        self._accept = accept
        self._delivery = delivery
        self._wake = wake
        self.subject = Subject(buttons={"share": self._share}, commands={"ask": self._ask}, forms={"ask": self._sent})

    async def _ask(self, command: CommandGiven, language: str) -> Reaction:
        if question := command.text.strip():
            return await self._asked(command, question, language)
        field = Field("question", phrases.say(phrases.YOUR_QUESTION, language), long=True)
        return Form("ask", phrases.say(phrases.YOUR_QUESTION, language), phrases.say(phrases.PAGE_SEND, language), (field,), language)

    async def _sent(self, form: FormSent, language: str) -> Reaction:
        if question := entry(form, "question"):
            return await self._asked(form, question, language)
        return told(phrases.EMPTY, language)

    async def _asked(self, by: CommandGiven | FormSent, question: str, language: str) -> Reaction:
        """In a direct message the question is shown, since nothing of it stands there; in a channel the answer comes by itself."""
        message = MessageReceived(
            by.event_id,
            aside(by.place, by.person.id),
            ASKED + by.event_id,
            by.person,
            question,
            time.time(),
            "direct" if by.place.direct else "mention",
            locale=by.locale,
            aside=not by.place.direct,
            handle="" if by.place.direct else by.handle,
        )
        await self._accept(message)
        return Shown(Reply(quoted(question), language)) if by.place.direct else None

    async def _share(self, pressed: ButtonPressed, language: str) -> Reaction:
        """Posted once, with its question, by the lane of the channel."""
        answer = await self._store.pressed(pressed.place, pressed.message_id, pressed.value, pressed.person.id)
        if answer is None or answer.thread.place != aside(pressed.place, pressed.person.id):
            return told(phrases.OUT_OF_DATE, language)
        here, stem = replace(answer.thread.place, thread=""), f"shared-{answer.turn}"
        parts = self._delivery.parts(here, _public(answer, language))
        if await self._store.publish(here, parts, stem):
            self._wake(here.key)
        if await self._refused(stem, len(parts)):
            return told(phrases.NOT_SHARED, language)
        return told(phrases.SHARED, language, instead=True)

    async def _refused(self, stem: str, parts: int) -> bool:
        """Whether the platform does not take it, as soon as that is known; what is on its way for long will stand there."""
        for wait in LOOKS:
            if (refused := await self._store.refused(stem, parts)) is not None:
                return refused
            await asyncio.sleep(wait)
        return False


def quoted(text: str) -> str:
    """Somebody's words, as such."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def _public(answer: Pressed, language: str) -> Reply:
    """The question, the answer and its sources, as everyone may see them."""
    frame = answer.thread.language or language
    question = next((turn.text for turn in reversed(answer.thread.turns) if turn.role == "customer"), "")
    text = "\n\n".join(part for part in (quoted(question), answer.text) if part)
    return Reply(text, frame, answer.sources, phrases.say(phrases.AI_NOTICE, frame))
