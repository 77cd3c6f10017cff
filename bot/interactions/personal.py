"""What is between us and one person: his language, what we know of him, our page for him, and that he be forgotten."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from bot.interactions.subjects import House, Subject, entry, told
from bot.language import formats, phrases
from bot.language.scripts import main_code
from bot.language.wishes import wish_for
from bot.messages import EVERYWHERE, Button, Person, Place, Reply
from bot.pressed import ButtonPressed, CameBy, CommandGiven, Field, Form, FormSent, Prompts, Reaction, Shown
from bot.store.interactions import InteractionStore, aside
from bot.store.records import RecordStore

QUESTIONS = (phrases.PAGE_ASK_RETURNS, phrases.PAGE_ASK_DELIVERY, phrases.PAGE_ASK_PAYMENT)
MOST_PROMPTS = 4


class Personal:
    """The home page, and what stands on it."""

    def __init__(self, store: InteractionStore, records: RecordStore, house: House, one_id: Collection[str] = ()) -> None:
        """`one_id`: the platforms that say so of themselves; see Capabilities."""
        self._one_id = one_id
        self._store = store
        self._records = records
        self._house = house
        self.subject = Subject(
            buttons={"language": self._ask_language, "forget-me": self._ask_whether, "forget": self._forget},
            commands={"language": self._set_language, "forget-me": self._ask_whether, "me": self._show},
            forms={"language": self._chosen},
        )

    async def welcome(self, visit: CameBy, language: str) -> Reaction:
        """Questions to begin with, or the home page."""
        if visit.tab == "home":
            return Shown(await self._home(visit.person, visit.place, language))
        own = tuple(phrases.say(question, language) for question in QUESTIONS)
        return Prompts(phrases.say(phrases.EMPTY, language), (self._house.prompts or own)[:MOST_PROMPTS])

    async def _show(self, command: CommandGiven, language: str) -> Reaction:
        return Shown(await self._home(command.person, command.place, language))

    async def _home(self, person: Person, place: Place, language: str) -> Reply:
        known = await self._store.known(self._whole(person), place.workspace)
        lines = [
            phrases.say(phrases.NOTICE_LANGUAGE, language, language=phrases.name_of(language, language)),
            phrases.say(phrases.STORED, language, count=formats.number(known.messages, language)),
        ]
        if known.messages:
            since = datetime.fromtimestamp(known.since, UTC)
            lines.append(phrases.say(phrases.STORED_SINCE, language, date=formats.date(since, language)))
            lines[-1] += f" {phrases.say(phrases.KEPT, language)}"
        if known.cases:
            lines.append(phrases.say(phrases.MY_CASES, language, references=", ".join(known.cases)))
        notice = f"{phrases.say(phrases.AI_NOTICE, language)} {phrases.say(phrases.PRIVACY, language)}"
        buttons = (
            Button("language", phrases.say(phrases.CHANGE_LANGUAGE, language)),
            Button("human", phrases.say(phrases.TALK_TO_PERSON, language)),
            Button("forget-me", phrases.say(phrases.FORGET_ME, language)),
        )
        return Reply("\n\n".join(lines), language, notice=notice, buttons=buttons)

    async def _set_language(self, command: CommandGiven, language: str) -> Reaction:
        wish = understood(command.text, self._house.languages, language)
        return await self._choose(command.person, command.place, wish) if wish else self._language_form(language)

    async def _ask_language(self, _pressed: ButtonPressed, language: str) -> Reaction:
        return self._language_form(language)

    async def _chosen(self, form: FormSent, language: str) -> Reaction:
        wish = understood(entry(form, "language"), self._house.languages, language)
        return await self._choose(form.person, form.place, wish) if wish else told(phrases.OUT_OF_DATE, language)

    def _language_form(self, language: str) -> Form:
        options = tuple((code, phrases.name_of(code, code)) for code in self._house.languages)
        title, send = phrases.say(phrases.CHANGE_LANGUAGE, language), phrases.say(phrases.PAGE_SEND, language)
        return Form("language", title, send, (Field("language", title, options=options),), language)

    async def _choose(self, person: Person, place: Place, wish: str) -> Reaction:
        # A thread is others' too; what he alone says in a channel is not.
        his = [place] if place.direct or place.thread == f"@{person.id}" else []
        await self._store.choose(person, wish, [*his, aside(place, person.id)])
        return told(phrases.LANGUAGE_CHANGED, wish, language=phrases.name_of(wish, wish))

    async def _ask_whether(self, by: ButtonPressed | CommandGiven, language: str) -> Reaction:  # noqa: ARG002
        sure = Button("forget", phrases.say(phrases.FORGET_NOW, language), weight="danger")
        return Shown(Reply(phrases.say(phrases.FORGET_SURE, language), language, buttons=(sure,)))

    async def _forget(self, pressed: ButtonPressed, language: str) -> Reaction:
        await self._records.erase(self._whole(pressed.person), pressed.place.workspace)
        return told(phrases.FORGOTTEN, language, instead=True)

    def _whole(self, person: Person) -> Person:
        """All that a person is on his platform, where that can be told."""
        return replace(person, workspace=EVERYWHERE) if person.platform in self._one_id else person


def understood(text: str, languages: tuple[str, ...], reader: str) -> str:
    """Which of the languages somebody names: by its code, or as it is called in itself, in English, or by the reader; else ""."""
    named = text.strip().casefold()
    if not named:
        return ""
    codes = {main_code(code): code for code in reversed(languages)}
    exact = next((code for code in languages if code.casefold() == named.replace("_", "-")), "")
    names = {phrases.name_of(code, way).casefold(): code for code in reversed(languages) for way in (reader, "en", code)}
    return exact or codes.get(named) or names.get(named) or codes.get(wish_for(text), "")
