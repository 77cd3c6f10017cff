"""One customer and one member of staff, told by the real core: each kind of message once, in any of our languages."""

import shutil
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

from bot.answering import Answering, Manner
from bot.channels import Channels
from bot.config.channels import ChannelSection
from bot.knowledge import Found, Passage
from bot.language import phrases
from bot.language.detection import Detector
from bot.messages import Person, Place, Reply
from bot.pressed import ButtonPressed, CameBy, Chosen, CommandGiven, Form, FormSent, Interaction, Prompts, Reaction, Shown
from bot.store.channels import ChannelStore
from bot.store.database import Database
from tests.core.desk import Desk, desk
from tests.fakes import ScriptedModel
from tests.previews.words import SHOP, Words, words_in

CUSTOMER, STAFF = Person("fake", "w1", "sam", "Sam"), Person("fake", "w1", "kim", "Kim")
CHANNEL, STAFF_PLACE = Place("fake", "w1", "c1"), Place("fake", "w1", "staff")
DIRECT = Place("fake", "w1", "d1", direct=True)
SEEN_BY_OTHERS = "What the customer sees of it"
SINCE = 1_795_000_000.0
"""When the customer first wrote: November 2026."""
NOTHING = Found((), 0.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that somebody sees, and what was written or done just before it. `private`: nobody else sees it."""

    title: str
    shown: Reply | Form | Prompts
    kind: Literal["message", "private", "form", "home", "prompts"]
    before: str = ""
    by: Person = CUSTOMER


@dataclass
class Shelf:
    """The shop's documents: what is found next."""

    found: Found = NOTHING

    async def search(self, *_: object, **__: object) -> Found:
        return self.found


class Story:
    """What happens, in one language."""

    def __init__(self, here: Desk, model: ScriptedModel, shelf: Shelf, language: str, other: str) -> None:
        self._here, self._model, self._shelf = here, model, shelf
        self._language, self._other = language, other
        self._words, self._steps = words_in(language), 0
        self.scenes: list[Scene] = []

    async def tell(self) -> tuple[Scene, ...]:
        """The whole of it."""
        await self._asks_in_a_channel()
        await self._finds_no_answer()
        await self._asks_aside()
        await self._is_not_content()
        await self._wants_a_person()
        await self._comes_by()
        await self._sets_the_channel()
        await self._staff_reply()
        return tuple(self.scenes)

    async def _asks_in_a_channel(self) -> None:
        for title, question, answer in (
            ("An answer with its sources", phrases.PAGE_ASK_RETURNS, self._words.returns),
            ("A table, a list, a link and code", phrases.PAGE_ASK_DELIVERY, self._words.delivery),
        ):
            asked = self._say(question)
            self._knows(self._words, answer)
            await self._shown(title, asked)

    async def _finds_no_answer(self) -> None:
        self._shelf.found = NOTHING
        await self._shown("No answer is found", self._words.unheard or self._say(phrases.PAGE_ASK_PAYMENT))

    async def _shown(self, title: str, question: str) -> None:
        before = len(self._here.platform.posts)
        await self._here.platform.say(question, author=CUSTOMER.id, thread=self._language, sent_at=SINCE + before)
        await self._here.platform.sees(before + 1)
        self.scenes.append(Scene(title, self._here.platform.posts[before].reply, "message", question))

    async def _asks_aside(self) -> None:
        self._knows(self._words, self._words.payment)
        question, before = self._say(phrases.PAGE_ASK_PAYMENT), len(self._here.platform.posts)
        await self._does(CommandGiven("", CHANNEL, CUSTOMER, "ask", question, self._language, "handle"))
        await self._here.platform.sees(before + 1)
        self.scenes.append(Scene("Asked by command: only who asked sees it", self._here.platform.posts[before].reply, "private"))

    async def _is_not_content(self) -> None:
        pressed = self._pressed("bad")
        self._keep("Behind 👎", await self._does(pressed), "form")

    async def _wants_a_person(self) -> None:
        before = len(self._here.platform.posts)
        self._keep("“Talk to a person” was pressed", await self._does(self._pressed("person")), "private")
        await self._here.platform.sees(before + 1)
        self.scenes.append(Scene("What staff see of it", self._here.platform.posts[before].reply, "message"))

    async def _comes_by(self) -> None:
        self._keep("Home", await self._does(CameBy("", DIRECT, CUSTOMER, "home", self._language)), "home")
        self._keep("Questions to begin with", await self._does(CameBy("", DIRECT, CUSTOMER, "messages", self._language)), "prompts")
        self._keep("“Forget me” was pressed", await self._does(self._command("forget-me", CUSTOMER)), "private")

    async def _sets_the_channel(self) -> None:
        """A help channel in which staff answer first: what holds there, as whoever changed it sees it."""
        given = replace(self._command("here", STAFF), text="wait 5", admin=True)
        self._keep("How the bot works in a channel", await self._does(given), "private", STAFF)

    async def _staff_reply(self) -> None:
        """To a customer who writes another language than they read."""
        theirs = words_in(self._other)
        question = phrases.say(phrases.PAGE_ASK_RETURNS, self._other)
        self._knows(theirs, theirs.returns, self._words.returns.replace(" [1]", ""))
        chosen = Chosen(replace(CHANNEL, thread=f"staff-{self._language}"), f"s-{self._language}", CUSTOMER, question)
        shown = await self._does(replace(self._command("draft", STAFF), chosen=chosen))
        self._keep("For staff: a draft, and its translation", shown, "private", STAFF)
        assert isinstance(shown, Shown)
        draft = next(button.value for button in shown.reply.buttons if button.action == "edit")
        edit = ButtonPressed("", CHANNEL, STAFF, "", "edit", draft, self._language, alone=True)
        self._keep("The draft is edited", await self._does(edit), "form", STAFF)
        before = len(self._here.platform.posts)
        sent = FormSent("", CHANNEL, STAFF, "draft", draft, (("text", theirs.returns.replace(" [1]", "")),), self._language)
        self._keep("The draft was sent", await self._does(sent), "private", STAFF)
        await self._here.platform.sees(before + 1)
        self.scenes.append(Scene(SEEN_BY_OTHERS, self._here.platform.posts[before].reply, "message", question))

    def _knows(self, words: Words, *replies: str) -> None:
        """What the documents say, and what the model writes of it."""
        url = "https://shop.example/help/"
        passages = tuple(Passage(f"{name}.md", title, url + name, "en", "", "", 1.0) for name, title in words.pages)
        self._shelf.found, self._model.replies = Found(passages, 0.9), list(replies)

    def _pressed(self, action: Literal["bad", "person"]) -> ButtonPressed:
        """Under the first answer."""
        first = next(post for post in self._here.platform.posts if post.place.thread == self._language)
        return ButtonPressed("", first.place, CUSTOMER, first.id, action, "", self._language)

    def _command(self, command: str, person: Person) -> CommandGiven:
        return CommandGiven("", CHANNEL, person, command, "", self._language)

    async def _does(self, interaction: Interaction) -> Reaction:
        self._steps += 1
        return await self._here.platform.does(replace(interaction, event_id=f"{self._language}-{self._steps}"))

    def _keep(self, title: str, reaction: Reaction, kind: Literal["private", "form", "home", "prompts"], by: Person = CUSTOMER) -> None:
        assert reaction is not None, title
        self.scenes.append(Scene(title, reaction.reply if isinstance(reaction, Shown) else reaction, kind, by=by))

    def _say(self, phrase: str) -> str:
        return phrases.say(phrase, self._language)


async def told(folder: Path, language: str, detector: Detector) -> tuple[Scene, ...]:
    """The scenes, with all labels in this language. `folder`: where a database may lie for so long; `detector`: of all languages."""
    empty, own = folder / "empty.db", folder / f"{language}.db"
    if not empty.exists():
        await _opened(empty, new=True)
    shutil.copy(empty, own)
    database = await _opened(own)
    try:
        return await _told(database, language, detector)
    finally:
        await database.close()


async def _told(database: Database, language: str, detector: Detector) -> tuple[Scene, ...]:
    other = "en" if language != "en" else "ja"
    model, shelf, languages = ScriptedModel(), Shelf(), (language, other)
    manner = Manner(SHOP, hands_over=True, checks=False)
    answering: Any = Answering(manner, cast(Any, shelf), cast(Any, None), detector, model)
    said = {"fake:w1:c1": ChannelSection(answer="questions", quiet="22:00-07:00", timezone="Europe/Berlin")}
    channels = Channels(said, ChannelStore(database))
    house = partial(desk, staff=STAFF_PLACE, member=STAFF.key, languages=languages, detector=detector, channels=channels)
    async with house(database, echo=answering, held=True, model=model) as here:
        return await Story(here, model, shelf, language, other).tell()


async def _opened(file: Path, *, new: bool = False) -> Database:
    database = Database(f"sqlite:///{file}")
    if new:
        await database.migrate()
        await database.close()
    return database
