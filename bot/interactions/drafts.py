"""Staff have a reply drafted to a message, in its author's language; they read it in their own, and send, change or discard it."""

from collections.abc import Callable
from dataclasses import replace

from bot.answering import Answer
from bot.answering import Question as Asked
from bot.delivery import Delivery
from bot.interactions.asking import quoted
from bot.interactions.staff import Writing, chosen_or_last, said_by
from bot.interactions.subjects import House, Subject, entry, told
from bot.language import phrases, policy
from bot.language.scripts import main_code
from bot.messages import Button, Mark, Reply
from bot.pressed import ButtonPressed, CommandGiven, Field, Form, FormSent, Reaction, Shown
from bot.store.drafts import Draft, DraftStore, Question
from bot.store.interactions import InteractionStore


class Drafts:
    """`writing` is what writes; `wake`: the lane that posts what is sent."""

    def __init__(
        self,
        store: InteractionStore,
        drafts: DraftStore,
        delivery: Delivery,
        house: House,
        writing: Writing,
        wake: Callable[[str], None],
    ) -> None:
        self._store = store
        self._drafts = drafts
        self._delivery = delivery
        self._house = house
        self._writing = writing
        self._wake = wake
        self.subject = Subject(
            buttons={"send": self._send, "edit": self._edit, "discard": self._discard},
            commands={"draft": self._draft},
            forms={"draft": self._send_edited},
        )

    async def _draft(self, command: CommandGiven, language: str) -> Reaction:
        if not self._house.is_staff(command.person, command.place, command.admin):
            return told(phrases.STAFF_ONLY, language)
        question = await chosen_or_last(self._store, command.chosen)
        if question is None:
            return told(phrases.OUT_OF_DATE, language)
        answer = await self._written(question)
        written = replace(self._delivery.harmless(command.place, answer.reply), answers=question.message_id)
        if not answer.answered:
            # Nothing to send as it is; but somebody may know.
            draft = await self._drafts.make(command.person, question, replace(written, text="", sources=()))
            return Shown(_shown(phrases.say(phrases.DO_NOT_KNOW, language), draft, written, language, ("edit", "discard")))
        draft = await self._drafts.make(command.person, question, written)
        text = f"**{phrases.name_of(written.language, language)}**\n\n{quoted(written.text)}"
        if main_code(written.language) != main_code(language):
            translation = await self._writing.translate(written.text, language)
            beside = quoted(translation) if translation else phrases.say(phrases.NO_TRANSLATION, language)
            text += f"\n\n**{phrases.name_of(language, language)}**\n\n{beside}"
        return Shown(self._delivery.harmless(command.place, _shown(text, draft, written, language, ("send", "edit", "discard"))))

    async def _written(self, question: Question) -> Answer:
        thread = await self._store.conversation([question.place])
        before = said_by(thread, question.message_id)
        detector, default = await self._writing.detector(), self._house.default_language
        choice = policy.choose(question.text, detector, thread.language if thread else "", "", default)
        return await self._writing.answer(Asked(question.text, choice.language, before, choice.spoken))

    async def _send(self, pressed: ButtonPressed, language: str) -> Reaction:
        draft = await self._drafts.find(pressed.value, pressed.person)
        return await self._sent(draft, pressed, draft.reply.text if draft else "", language)

    async def _edit(self, pressed: ButtonPressed, language: str) -> Reaction:
        draft = await self._drafts.find(pressed.value, pressed.person)
        if draft is None:
            return told(phrases.OUT_OF_DATE, language)
        if not self._house.is_staff(pressed.person, pressed.place, pressed.admin):
            return told(phrases.STAFF_ONLY, language)
        text = Field("text", phrases.name_of(draft.reply.language, language), draft.reply.text, long=True)
        return Form("draft", phrases.say(phrases.DRAFT, language), phrases.say(phrases.PAGE_SEND, language), (text,), language, draft.id)

    async def _send_edited(self, form: FormSent, language: str) -> Reaction:
        draft = await self._drafts.find(form.value, form.person)
        return await self._sent(draft, form, entry(form, "text"), language)

    async def _discard(self, pressed: ButtonPressed, language: str) -> Reaction:
        if not await self._drafts.discard(pressed.value, pressed.person):
            return told(phrases.OUT_OF_DATE, language, instead=True)
        return told(phrases.DISCARDED, language, instead=True)

    async def _sent(self, draft: Draft | None, by: ButtonPressed | FormSent, text: str, language: str) -> Reaction:
        """Post it in public, where the question stands, and say that a person stands behind it: who is staff still."""
        if draft is None or not text:
            return told(phrases.OUT_OF_DATE, language, instead=True)
        if not self._house.is_staff(by.person, by.place, by.admin):
            # Not instead of the draft: the platform may only have been too slow to say who he is.
            return told(phrases.STAFF_ONLY, language)
        place, frame = draft.question.place, draft.reply.language
        reply = replace(draft.reply, text=text, notice=phrases.say(phrases.BY_STAFF, frame), mark=Mark(place, "answered"))
        if not await self._drafts.send(draft, by.person, self._delivery.parts(place, reply)):
            return told(phrases.OUT_OF_DATE, language, instead=True)
        self._wake(place.key)
        return told(phrases.DRAFT_SENT, language, instead=True)


def _shown(text: str, draft: Draft, written: Reply, language: str, actions: tuple[str, ...]) -> Reply:
    """A draft as staff see it, in the frame of their language."""
    labels = {"send": phrases.PAGE_SEND, "edit": phrases.PAGE_EDIT, "discard": phrases.DISCARD}
    buttons = [Button(one, phrases.say(labels[one], language), draft.id, "primary" if one == "send" else "") for one in actions]
    return Reply(text, language, written.sources, buttons=tuple(buttons))
