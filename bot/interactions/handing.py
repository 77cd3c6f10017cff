"""Somebody wants a person: by the button under an answer, or by a command."""

from bot.desk import Asking, Desk
from bot.handoff import question_of
from bot.interactions.subjects import Subject, entry, told
from bot.language import phrases
from bot.messages import ASKED, Person, Place, Thread, Turn
from bot.pressed import ButtonPressed, CommandGiven, Field, Form, FormSent, Reaction, Shown
from bot.store.interactions import InteractionStore, aside


class Handing:
    """Hands a conversation over, for whoever asks, and tells him alone what happens next."""

    def __init__(self, store: InteractionStore, desk: Desk) -> None:
        self._store = store
        self._desk = desk
        self.subject = Subject(
            buttons={"person": self._pressed, "human": self._pressed_at_home},
            commands={"human": self._commanded},
            forms={"human": self._sent},
        )

    async def _pressed(self, pressed: ButtonPressed, language: str) -> Reaction:
        """The thread in which the message stands, whoever began it."""
        private_to = pressed.person.id if pressed.alone else ""
        answer = await self._store.pressed(pressed.place, pressed.message_id, pressed.value, private_to)
        if answer is None:
            return told(phrases.OUT_OF_DATE, language)
        message = "" if pressed.alone and not pressed.place.direct else pressed.message_id
        return await self._pass_on(Asking(answer.thread, pressed.person, question_of("", answer.thread), message), language)

    async def _pressed_at_home(self, pressed: ButtonPressed, language: str) -> Reaction:
        return await self._current(pressed.place, pressed.person, language) or _form(language)

    async def _commanded(self, command: CommandGiven, language: str) -> Reaction:
        if command.text.strip():
            return await self._asked(command.place, command.person, command.text.strip(), command.event_id, language)
        return await self._current(command.place, command.person, language) or _form(language)

    async def _sent(self, form: FormSent, language: str) -> Reaction:
        if question := entry(form, "question"):
            return await self._asked(form.place, form.person, question, form.event_id, language)
        return told(phrases.EMPTY, language)

    async def _current(self, place: Place, person: Person, language: str) -> Reaction:
        """The conversation that somebody has here; None where he has none."""
        thread = await self._store.conversation([place, aside(place, person.id)])
        last = last_of(person, thread) if thread is not None else None
        if thread is None or last is None:
            return None
        return await self._pass_on(Asking(thread, person, question_of("", thread), seen(last)), language)

    async def _asked(self, place: Place, person: Person, question: str, event_id: str, language: str) -> Reaction:
        """A question that was written for staff alone."""
        thread = await self._store.said(aside(place, person.id), person, question, ASKED + event_id)
        return await self._pass_on(Asking(thread, person, question), language)

    async def _pass_on(self, asking: Asking, language: str) -> Reaction:
        return Shown((await self._desk.pass_on(asking, language)).reply)


def last_of(person: Person, thread: Thread) -> Turn | None:
    """What somebody said last in a conversation."""
    return next((turn for turn in reversed(thread.turns) if turn.role == "customer" and turn.author == person.id), None)


def seen(turn: Turn) -> str:
    """The id under which a message can be found; "" where none stands."""
    return "" if turn.message_id.startswith(ASKED) else turn.message_id


def _form(language: str) -> Form:
    question = Field("question", phrases.say(phrases.YOUR_QUESTION, language), long=True)
    return Form("human", phrases.say(phrases.TALK_TO_PERSON, language), phrases.say(phrases.PAGE_SEND, language), (question,), language)
