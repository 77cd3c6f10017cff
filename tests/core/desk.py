"""A desk of real parts around a fake platform and a fake answering: for stories about inbox, lanes and outbox."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from bot.answering import Answer, Question
from bot.attachments import Attachments
from bot.branches import Branch, Branches
from bot.channels import Channels
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.desk import Desk as StaffDesk
from bot.drafting import Live
from bot.inbox import Inbox
from bot.interactions import Asking, Drafts, Feedback, Handing, Here, House, Interactions, Personal, Staff, Writing
from bot.lanes import InProcessLanes
from bot.language.detection import Detector
from bot.messages import Event, Place, Reply
from bot.metrics import Metrics
from bot.platforms import Receive
from bot.pressed import Interact
from bot.privacy.personal import personal
from bot.rates import Rates
from bot.store.cases import CaseStore
from bot.store.cursors import CursorStore
from bot.store.database import Database
from bot.store.drafts import DraftStore
from bot.store.inbox import InboxStore
from bot.store.interactions import InteractionStore
from bot.store.outbox import OutboxStore
from bot.store.records import RecordStore
from bot.store.workers import Holder, WorkerStore
from bot.worker import Worker
from tests.fake_platform import FakePlatform
from tests.fakes import ScriptedModel


@dataclass
class Echo:
    """Answers every question with its own words; with `offers` it does not know, and offers a person.

    `gate` holds answers back, `failures` break the next ones.
    """

    asked: list[Question] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    failures: list[Exception] = field(default_factory=list)
    offers: bool = False
    sentences: Sequence[str] = ()
    """What is seen of an answer while it is held back; "" takes back what came before."""
    live: Live | None = None
    sees: bool = False
    looked: str = ""
    unseen: bool = False

    async def answer(self, question: Question, live: Live | None = None) -> Answer:
        self.asked.append(question)
        self.live = live
        if live is not None:
            for sentence in self.sentences:
                if sentence:
                    live.add(sentence)
                else:
                    live.again()
        self.begun.set()
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        if self.offers:
            return Answer(Reply("I do not know. Shall I pass it on?", question.language, offers_person=True), False, "echo")
        said = f"You asked: {question.text}"
        own = personal(said) if question.overheard else ()
        return Answer(Reply(said, question.language), True, "echo", looked=self.looked, unseen=self.unseen, personal=own)


Start = Callable[[Receive, Interact], Awaitable[None]]


@dataclass
class Desk:
    platform: FakePlatform
    echo: Echo
    database: Database
    detector: Detector
    conversation: Conversation
    holder: Holder
    worker: Worker
    number: int
    inbox: Inbox
    close: Callable[[], Awaitable[None]]

    async def hear(self, event: Event) -> None:
        """Anything that a platform may tell."""
        await self.inbox.accept(event)

    def live_of_last(self) -> Live:
        """What shows the answer that was begun last."""
        assert self.echo.live is not None
        return self.echo.live

    async def settled(self) -> None:
        """Returns when nobody is at work."""
        while self.conversation.at_work:
            await asyncio.sleep(0.005)


async def parts(database: Database, name: str = "fake") -> tuple[Conversation, Worker]:
    """A conversation in memory whose answers come at once, and the worker who leads it: for benchmarks of what is around it."""
    platform, echo, detector, holder = FakePlatform(name), Echo(), Detector(("en", "de", "es")), Holder()
    echo.gate.set()
    delivery = Delivery(OutboxStore(database, holder), {platform.name: platform}, lambda _place: ("shop.example",), holder)
    staff_desk = StaffDesk(CaseStore(database), delivery, None, "", "en", lambda _place: None)
    store = InboxStore(database, holder)
    branch = Branch(echo, detector, staff_desk, "en")  # type: ignore[arg-type]
    conversation = Conversation(store, Branches(branch), delivery, 4000)
    apart = Database(database.url.render_as_string(hide_password=False))
    worker = Worker(WorkerStore(apart, holder), lambda _place: None, conversation.at_work)
    await worker.join()
    worker.watch()
    return conversation, worker


@dataclass(frozen=True)
class Study:
    """What writes for staff, open and loaded."""

    answering: Echo
    model: ScriptedModel | None
    detector: Detector

    async def opened(self) -> "Study":
        return self


def interactions(
    database: Database,
    desk: StaffDesk,
    inbox: Inbox,
    delivery: Delivery,
    wake: Callable[[str], None],
    study: Study,
    house: House,
    channels: Channels,
    one_id: Sequence[str] = (),
) -> Interactions:
    """What reacts to buttons, commands and forms, as bot.app.acting puts it together."""
    store, writing = InteractionStore(database), Writing(study.opened)
    return Interactions(
        store,
        house,
        Personal(store, RecordStore(database), house, one_id),
        Asking(store, inbox.accept, delivery, wake).subject,
        Feedback(store).subject,
        Handing(store, desk).subject,
        Here(channels, house.languages).subject,
        Staff(store, desk, delivery, house, writing).subject,
        Drafts(store, DraftStore(database), delivery, house, writing, wake).subject,
    )


@asynccontextmanager
async def desk(
    database: Database,
    platform: FakePlatform | None = None,
    echo: Echo | None = None,
    *,
    held: bool = False,
    hand_over_others: bool = False,
    staff: Place | None = None,
    contact: str = "",
    rates: Rates | None = None,
    metrics: Metrics | None = None,
    live: bool = True,
    spare: Callable[[], bool] = lambda: True,
    start: Start | None = None,
    channels: Channels | None = None,
    member: str = "",
    model: ScriptedModel | None = None,
    languages: tuple[str, ...] = ("en", "de", "es"),
    detector: Detector | None = None,
    attachment_tokens: int = 2000,
) -> AsyncIterator[Desk]:
    """One run of the desk; open another on the same database to see what a restart does. `start` the platform, where it is not a fake.
    `member`: the key of a person who is staff; `model`: what writes for staff;
    `languages`: the shop's, its own first; `detector`: one that is loaded already."""
    platform, echo, detector = platform or FakePlatform(), echo or Echo(), detector or Detector(languages)
    if not held:
        echo.gate.set()
    holder = Holder()
    store = InboxStore(database, holder)
    outbox, platforms = OutboxStore(database, holder), {platform.name: platform}
    channels = channels or Channels()
    hosts = ("shop.example",)
    delivery = Delivery(outbox, platforms, lambda _place: hosts, holder, live=live, spare=spare, tags=channels.tags)
    staff_desk = StaffDesk(CaseStore(database), delivery, staff, contact, languages[0], lambda place: lanes.wake(place))
    branch = Branch(echo, detector, staff_desk, languages[0], hand_over_others)  # type: ignore[arg-type]
    attachments = Attachments(platforms, attachment_tokens, pace=0.01)
    conversation = Conversation(store, Branches(branch), delivery, 4000, rates, metrics, channels, attachments)
    lanes = InProcessLanes(conversation.answer_place, conversation.interrupt)
    inbox = Inbox(store, lanes, lanes.interrupt, channels)
    worker = Worker(WorkerStore(database, holder), lanes.wake, conversation.at_work)
    await worker.join()
    house = House(languages, languages[0], staff=frozenset({member}))
    one_id, study = [platform.name] if platform.capabilities.one_id else [], Study(echo, model, detector)
    acting = interactions(database, staff_desk, inbox, delivery, lanes.wake, study, house, channels, one_id)
    if start is None:
        await platform.start(inbox.accept, CursorStore(database, platform.name), acting.react, partial(channels.listens, platform.name))
    else:
        await start(inbox.accept, acting.react)
    worker.watch()

    async def close() -> None:
        await lanes.close(0.05)
        await delivery.close(5)
        await platform.stop()
        await worker.leave()

    yield Desk(platform, echo, database, detector, conversation, holder, worker, holder.number, inbox, close)
    await close()
