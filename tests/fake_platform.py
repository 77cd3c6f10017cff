"""A platform in memory that keeps the port's contract: for stories about the core that need no Slack and no Discord."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from aiohttp.web import RouteDef

from bot.errors import NotAllowed, PlaceGone, PlatformError, Unreachable
from bot.messages import (
    Addressed,
    Attachment,
    Event,
    Fault,
    Mark,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Person,
    Place,
    Reply,
    StopPressed,
)
from bot.platforms import Capabilities, Cursor, Cursors, Fetched, Listens, Receive, State, TagsOf, nowhere
from bot.pressed import Interact, Interaction, Reaction
from bot.shaping import split_text


@dataclass
class Posted:
    """A message that we put there."""

    place: Place
    reply: Reply
    key: str
    id: str


@dataclass
class Grown:
    """A message that grows: `texts` is what it said, one after the other; it is gone from `FakePlatform.live` when it is removed."""

    platform: "FakePlatform"
    question: MessageReceived
    message_id: str
    texts: list[str] = field(default_factory=list)
    finished: bool = False

    async def show(self, text: str) -> None:
        """What it says from now on."""
        self.platform.fail()
        if self.message_id not in self.platform.live:
            raise PlaceGone("no such message")
        self.texts.append(text)
        self.platform.saw.set()


@dataclass
class FakePlatform:
    """`say` is a customer who writes, also while we are away; `posts` is what he sees; `failures` are raised by the next calls.

    `live` are the messages that grow or grew, `removed` those that were taken away. `marks`: the tag of each conversation; all
    stand in the forum `c1`. `mark_failures` are raised by the next that are marked. `files` are those that people attached, by their
    address; `fetched` counts the calls for them, and `file_failures` are raised by the next of these.
    `closed` are people who take no direct messages.
    """

    name: str = "fake"
    longest: int = 2000
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(status=True, buttons=True, private=True, live=True, files=True, marks=True)
    )
    posts: list[Posted] = field(default_factory=list)
    statuses: list[tuple[str, bool]] = field(default_factory=list)
    failures: list[PlatformError] = field(default_factory=list)
    lose_answer: bool = False
    live: dict[str, Grown] = field(default_factory=dict)
    removed: list[Grown] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    marks: dict[str, str] = field(default_factory=dict)
    mark_failures: list[PlatformError] = field(default_factory=list)
    saw: asyncio.Event = field(default_factory=asyncio.Event)
    files: dict[str, bytes] = field(default_factory=dict)
    file_failures: list[PlatformError] = field(default_factory=list)
    fetched: int = 0
    _receive: Receive | None = None
    _ready: bool = False
    _cursors: Cursors | None = None
    _interact: Interact | None = None
    _listens: Listens = nowhere
    _history: list[Event] = field(default_factory=list)
    _clock: int = 0

    async def start(self, receive: Receive, cursors: Cursors, interact: Interact | None = None, listens: Listens = nowhere) -> None:
        for cursor in await cursors.read():
            for event in self._history[int(cursor.position) :]:
                await receive(event)
        self._receive, self._cursors, self._interact, self._listens = receive, cursors, interact, listens

    async def open(self) -> None:
        self._ready = True

    async def stop(self) -> None:
        if self._cursors is not None:
            await self._cursors.write([Cursor("w1", "", str(len(self._history)))])
        self._receive = self._cursors = self._interact = None

    def state(self) -> State:
        return State(self._ready or self._receive is not None, "in memory")

    async def check(self) -> Sequence[Fault]:
        return []

    def routes(self) -> Sequence[RouteDef]:
        return []

    def split(self, reply: Reply) -> Sequence[Reply]:
        *parts, last = split_text(reply.text, self.longest) or [""]
        bare = replace(reply, sources=(), notice="", buttons=(), feedback=False)
        return [*(replace(bare, text=part) for part in parts), replace(reply, text=last)]

    def fail(self) -> None:
        """The next failure, before it has any effect."""
        if self.failures and not self.lose_answer:
            raise self.failures.pop(0)

    def lose(self) -> None:
        """The next failure, after the effect."""
        if self.failures and self.lose_answer:
            raise self.failures.pop(0)

    async def send(self, place: Place, reply: Reply, key: str) -> str:
        self.fail()
        if place.direct and place.channel.removeprefix("with-") in self.closed:
            raise NotAllowed("no direct messages")
        self.posts.append(Posted(place, reply, key, f"b{len(self.posts)}"))
        self.lose()
        return self.posts[-1].id

    async def open_direct(self, place: Place, person: str) -> Place:
        self.fail()
        return Place(self.name, place.workspace, f"with-{person}", direct=True)

    async def open_live(self, question: MessageReceived, text: str) -> Grown:
        self.fail()
        grown = Grown(self, question, f"l{len(self.live) + len(self.removed)}", [text])
        self.live[grown.message_id] = grown
        self.saw.set()
        self.lose()
        return grown

    async def find_live(self, place: Place, questions: Sequence[str]) -> Sequence[str]:
        self.fail()
        grown = [each for each in self.live.values() if each.question.place == place and each.question.message_id in questions]
        return [each.message_id for each in grown if not each.finished]

    async def finish(self, place: Place, message_id: str, reply: Reply, key: str) -> None:
        self.fail()
        if message_id not in self.live:
            raise PlaceGone("no such message")
        if not self.live[message_id].finished:
            self.posts.append(Posted(place, reply, key, message_id))
        self.live[message_id].finished = True
        self.lose()

    async def remove(self, place: Place, message_id: str) -> None:
        self.fail()
        if grown := self.live.pop(message_id, None):
            self.removed.append(grown)
        self.lose()

    async def find_sent(self, place: Place, reply: Reply, key: str, after: str = "") -> str | None:
        return next((post.id for post in self.posts if post.key == key and post.place == place), None)

    async def fetch(self, message: MessageReceived, attachment: Attachment, most: int) -> Fetched:
        if not self.state().up:
            raise Unreachable("not started")
        if not attachment.address.startswith("fake:"):
            raise NotAllowed("that lies elsewhere")
        self.fetched += 1
        if self.file_failures:
            raise self.file_failures.pop(0)
        if attachment.address not in self.files:
            raise PlaceGone("no such file")
        data = self.files[attachment.address]
        return Fetched(data[:most], whole=len(data) <= most)

    def attachment(self, name: str, kind: str, data: bytes, size: int | None = None) -> Attachment:
        """A file that somebody can attach; `size` as it is told, where that is not the truth."""
        address = f"fake:{len(self.files)}"
        self.files[address] = data
        return Attachment(name, kind, len(data) if size is None else size, address, address)

    def link(self, place: Place, message_id: str) -> str:
        return f"https://fake.example/{place.channel}/{message_id}"

    async def mark(self, mark: Mark, tags: TagsOf) -> None:
        self.saw.set()
        if self.mark_failures:
            raise self.mark_failures.pop(0)
        self.marks[mark.place.key] = tags("c1").get(mark.outcome, "")

    async def marked(self, thread: str, tag: str) -> None:
        """Returns when a conversation has this tag."""
        async with asyncio.timeout(20):
            while self.marks.get(self.place(thread).key) != tag:
                self.saw.clear()
                await self.saw.wait()

    async def show_status(self, place: Place, reply_to: str, on: bool, language: str = "en") -> None:
        self.statuses.append((reply_to, on))

    def place(self, thread: str = "t1", *, direct: bool = False) -> Place:
        """A place of ours."""
        return Place("fake", "w1", "c1", thread, direct)

    async def say(
        self,
        text: str,
        *,
        thread: str = "t1",
        author: str = "ada",
        addressed: Addressed = "mention",
        id: str = "",
        sent_at: float = 0,
        fresh_after: float | None = None,
        direct: bool = False,
        files: Sequence[Attachment] = (),
    ) -> str:
        """A customer writes; the message's id."""
        self._clock += 1
        message = id or f"m{self._clock}"
        person = Person("fake", "w1", author, author.title())
        await self._hear(
            MessageReceived(
                f"e{self._clock}",
                self.place(thread, direct=direct),
                message,
                person,
                text,
                sent_at or self._clock,
                addressed,
                fresh_after,
                attachments=tuple(files),
            )
        )
        return message

    async def edit(self, message: str, text: str) -> None:
        """A customer changes a message."""
        self._clock += 1
        await self._hear(MessageEdited(f"e{self._clock}", self.place(""), message, text, float(self._clock)))

    async def delete(self, message: str) -> None:
        """A customer takes a message away."""
        self._clock += 1
        await self._hear(MessageDeleted(f"e{self._clock}", self.place(""), message, float(self._clock)))

    async def stop_answer(self, thread: str = "t1") -> None:
        """A customer presses the button that stops the answer."""
        self._clock += 1
        await self._hear(StopPressed(f"e{self._clock}", self.place(thread), float(self._clock)))

    async def shows(self, text: str, seconds: float = 5) -> None:
        """Returns when a growing message says this."""
        async with asyncio.timeout(seconds):
            while not any(each.texts[-1] == text for each in self.live.values()):
                self.saw.clear()
                await self.saw.wait()

    async def does(self, interaction: Interaction) -> Reaction:
        """Somebody presses, commands, fills in a form or comes by; what he alone sees."""
        return await self._interact(interaction) if self._interact is not None else None

    async def sees(self, posts: int, seconds: float = 30) -> list[str]:
        """The texts of all posts, as soon as there are so many; a short while longer, to see that there are no more."""
        async with asyncio.timeout(seconds):
            while len(self.posts) < posts:
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.05)
        return [post.reply.text for post in self.posts]

    async def _hear(self, event: Event) -> None:
        if isinstance(event, MessageReceived) and event.addressed == "open" and not self._listens("w1", "c1"):
            return
        if self._receive is not None:
            await self._receive(event)
        self._history.append(event)
