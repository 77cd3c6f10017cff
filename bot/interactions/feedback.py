"""Whether an answer helped, and if it did not, why."""

from bot.interactions.subjects import Subject, entry, told
from bot.language import phrases
from bot.messages import Person, Place
from bot.pressed import ButtonPressed, Field, Form, FormSent, Reaction
from bot.store.interactions import InteractionStore, Pressed, Verdict

REASONS = {
    "wrong": phrases.WHY_WRONG,
    "incomplete": phrases.WHY_INCOMPLETE,
    "language": phrases.WHY_LANGUAGE,
    "other": phrases.WHY_OTHER,
}
LONGEST_WORDS = 2000


class Feedback:
    """The two buttons under an answer, and the form behind the second."""

    def __init__(self, store: InteractionStore) -> None:
        self._store = store
        self.subject = Subject(buttons={"good": self._good, "bad": self._bad}, forms={"why": self._why})

    async def _good(self, pressed: ButtonPressed, language: str) -> Reaction:
        if not await self._rated(pressed, "good"):
            return told(phrases.OUT_OF_DATE, language)
        return told(phrases.THANKS, language)

    async def _bad(self, pressed: ButtonPressed, language: str) -> Reaction:
        """It counts at once: not everybody says why."""
        if (answer := await self._rated(pressed, "bad")) is None:
            return told(phrases.OUT_OF_DATE, language)
        options = tuple((reason, phrases.say(phrase, language)) for reason, phrase in REASONS.items())
        title, send = phrases.say(phrases.WHY, language), phrases.say(phrases.PAGE_SEND, language)
        fields = (
            Field("reason", title, required=False, options=options),
            Field("words", phrases.say(phrases.IN_YOUR_WORDS, language), long=True, required=False),
        )
        return Form("why", title, send, fields, language, str(answer.turn))

    async def _why(self, form: FormSent, language: str) -> Reaction:
        answer = await self._answer(form.place, "", form.value, form.person)
        if answer is None:
            return told(phrases.OUT_OF_DATE, language)
        reason = entry(form, "reason")
        await self._store.rate(answer.turn, form.person, "bad", reason if reason in REASONS else "", entry(form, "words")[:LONGEST_WORDS])
        return told(phrases.THANKS, language)

    async def _rated(self, pressed: ButtonPressed, verdict: Verdict) -> Pressed | None:
        answer = await self._answer(pressed.place, pressed.message_id, pressed.value, pressed.person, pressed.alone)
        if answer is not None:
            await self._store.rate(answer.turn, pressed.person, verdict)
        return answer

    async def _answer(self, place: Place, message_id: str, value: str, person: Person, alone: bool = False) -> Pressed | None:
        return await self._store.pressed(place, message_id, value, person.id, alone)
