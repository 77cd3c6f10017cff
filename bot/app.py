"""Puts the parts together from Config; starts them, drains them, stops them. The only file that imports adapters."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering import Answering, Manner
from bot.config import SAMPLE_SHOP, Config
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.desk import Desk
from bot.errors import StoreError
from bot.inbox import Inbox, Lanes
from bot.knowledge import Embedder, Extract, Indexer, IndexReport, Knowledge, embedded
from bot.knowledge.crawling import Crawler
from bot.knowledge.schedule import index_every
from bot.knowledge.sites import Sites
from bot.language.detection import Detector
from bot.messages import Fault, Place
from bot.metrics import Metrics
from bot.model import Ledger, Model
from bot.platforms import Platform
from bot.rates import Rates
from bot.server import Server
from bot.store.cases import CaseStore
from bot.store.database import Database, newest_version
from bot.store.inbox import InboxStore
from bot.store.outbox import OutboxStore
from bot.store.pages import PageStore
from bot.store.passages import PassageStore
from bot.store.report import ReportStore, Standing
from bot.store.spending import SpendingStore
from bot.store.workers import Holder, WorkerStore
from bot.worker import Worker

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10.0
MODEL_CHECK_SECONDS = 30.0
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that answering needs, open and loaded."""

    config: Config
    database: Database
    passages: PassageStore
    knowledge: Knowledge
    indexer: Indexer
    detector: Detector
    model: Model | None
    answering: Answering


@asynccontextmanager
async def opened(config: Config, on_progress: Progress | None = None, build_index: bool = True) -> AsyncIterator[Parts]:
    """The parts of one run. With `build_index` the sample shop is indexed where it is the shop and its index is due."""
    database = Database(config.database_url)
    model = make_model(config, SpendingStore(database))
    embedders = make_embedders(config)
    try:
        await make_current(database)
        detector = Detector(config.shop.shop.languages)
        passages = PassageStore(database)
        knowledge = Knowledge(passages, embedders)
        crawl = config.shop.crawl
        indexer = Indexer(
            passages,
            embedders,
            lambda text: detector.detect(text).language or config.shop.shop.default_language,
            sites=Sites(PageStore(database), Crawler(crawl.hosts, crawl.pages)),
        )
        await _without_sample(config, passages)
        if build_index and config.sample and await _sample_is_due(passages, embedders):
            await indexer.index(config.documents, on_progress or _silent)
        await asyncio.gather(asyncio.to_thread(detector.load), knowledge.load())
        answering = Answering(_manner(config), knowledge, Extract(embedders), detector, model)
        yield Parts(config, database, passages, knowledge, indexer, detector, model, answering)
    finally:
        await asyncio.gather(*(embedder.close() for embedder in embedders))
        if model is not None:
            await model.close()
        await database.close()


async def _sample_is_due(passages: PassageStore, embedders: Sequence[Embedder]) -> bool:
    """Nobody runs `index` for the sample shop: it is read where there is no index, or one of other models."""
    return not await passages.fingerprints() or bool(await passages.lacking([embedder.name for embedder in embedders]))


async def _without_sample(config: Config, passages: PassageStore) -> None:
    """The sample shop's pages leave with the first shop.toml: nobody is to be answered from them by mistake."""
    sample = [address for address in await passages.fingerprints() if Path(address).is_relative_to(SAMPLE_SHOP)]
    if sample and not config.sample:
        await passages.remove(sample)


async def make_current(database: Database) -> None:
    """An embedded database is migrated by whoever needs it; PostgreSQL by its release step alone. StoreError when behind."""
    newest = newest_version()
    if await database.version() == newest:
        return
    if not database.embedded:
        raise StoreError("the database is behind this program. Run `alembic upgrade head` (the Procfile's release step) first.")
    await database.migrate()


async def index(parts: Parts, paths: Sequence[str], on_progress: Progress) -> IndexReport:
    """Index these paths, or the documents of shop.toml when there are none."""
    return await parts.indexer.index(paths or parts.config.documents, on_progress, only=not paths)


class App:
    """The whole desk in one process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        config = parts.config
        self._platforms = make_platforms(config)
        holder = Holder()
        self._metrics = Metrics()
        self._report = ReportStore(parts.database)
        inbox_store = InboxStore(parts.database, holder)
        self._delivery = Delivery(OutboxStore(parts.database, holder), self._platforms, lambda: config.hosts, holder, self._metrics)
        handoff = config.shop.handoff.place
        self._desk = Desk(
            CaseStore(parts.database),
            self._delivery,
            Place.from_key(handoff) if handoff else None,
            config.shop.shop.contact,
            config.shop.shop.default_language,
            self._wake,
        )
        self._conversation = Conversation(
            inbox_store,
            parts.answering,
            self._delivery,
            self._desk,
            parts.detector,
            config.shop.shop.default_language,
            config.shop.limits.message_characters,
            config.shop.shop.other_languages == "handoff",
            Rates(config.shop.limits.person_messages, config.shop.limits.workspace_messages),
            self._metrics,
        )
        self._lanes = Lanes(self._conversation.answer_place)
        self._worker = Worker(WorkerStore(parts.database, holder), self._wake, self._conversation.at_work)
        self._inbox = Inbox(inbox_store, self._lanes, self._conversation.interrupt)
        routes = [route for platform in self._platforms.values() for route in platform.routes()]
        self._server = Server(config.environment.host, config.environment.port, routes, self._ready, self._figures)
        self._schedule: asyncio.Task[None] | None = None
        self._model_checked: tuple[float, list[Fault]] = (0.0, [])

    async def start(self) -> None:
        """Listen, hear, and go on where the last run stopped."""
        await self._worker.join()
        await self._server.start()
        await asyncio.gather(*(platform.start(self._inbox.accept) for platform in self._platforms.values()))
        self._worker.watch()
        if minutes := self._parts.config.shop.index.minutes:
            self._schedule = asyncio.create_task(index_every(minutes * 60, lambda: index(self._parts, [], _silent)), name="schedule")
        for line in self.summary():
            log.info("%s", line)

    def _wake(self, place: str) -> None:
        """What waits on a platform that is switched off today waits on."""
        if Place.from_key(place).platform in self._platforms:
            self._lanes.wake(place)

    async def stop(self) -> None:
        """Hear nothing more, finish what is being answered, leave the rest in the inbox, close."""
        if self._schedule is not None:
            self._schedule.cancel()
            await asyncio.gather(self._schedule, return_exceptions=True)
        await self._lanes.close(DRAIN_SECONDS)
        await asyncio.gather(*(platform.stop() for platform in self._platforms.values()))
        await self._worker.leave()
        await self._server.stop()

    @property
    def address(self) -> str:
        """Where the HTTP server listens, once started: `http://127.0.0.1:8080`."""
        return self._server.address

    def summary(self) -> list[str]:
        """One line for each thing that came up or did not, and why."""
        lines = [f"http: listening at {self._server.address}"]
        if "web" in self._platforms:
            lines.append(f"page: open at {self._server.address}/")
        else:
            lines.append("page: off on this host; [page] open = true in shop.toml opens it")
        for name, missing in (("slack", "SLACK_BOT_TOKEN"), ("discord", "DISCORD_TOKEN")):
            platform = self._platforms.get(name)
            lines.append(_state_line(name, platform) if platform else f"{name}: off, {missing} is not set")
        model = self._parts.model
        lines.append(f"model: {model.name}" if model else "model: none; answers are quoted from the documents")
        return lines

    async def _ready(self) -> tuple[bool, Mapping[str, Any]]:
        states = {name: platform.state() for name, platform in self._platforms.items()}
        try:
            database = "up" if await self._parts.database.version() == newest_version() else "behind"
        except StoreError as exc:
            database = str(exc)
        report = {
            "database": database,
            "platforms": {name: {"up": state.up, "why": state.why} for name, state in states.items()},
            "model": await self._model_state(),
            "resting": [name for name, rests in self._parts.model.resting.items() if rests] if self._parts.model else [],
        }
        return database == "up" and all(state.up for state in states.values()), report

    async def _figures(self) -> bytes:
        """For /metrics; without a database only what this process knows by itself."""
        try:
            standing = _named(await self._report.standing())
        except StoreError:
            standing = {}
        up = {name: platform.state().up for name, platform in self._platforms.items()}
        return self._metrics.text(standing, up, self._parts.model.resting if self._parts.model else {})

    async def _model_state(self) -> str:
        if self._parts.model is None:
            return "none"
        at, faults = self._model_checked
        if time.monotonic() - at > MODEL_CHECK_SECONDS or not at:
            faults = list(await self._parts.model.check())
            self._model_checked = (time.monotonic(), faults)
        return "; ".join(map(str, faults)) or "up"


def _named(standing: Standing) -> dict[str, float]:
    """How things stand, as bot.metrics names it."""
    return {
        "lanes_waiting": standing.waiting,
        "lanes_answering": standing.answering,
        "oldest_message_seconds": standing.oldest,
        "letters_sending": standing.sending,
        "letters_in_doubt": standing.in_doubt,
        "messages_aside": standing.aside,
        "workers": len(standing.workers),
    }


def make_platforms(config: Config) -> dict[str, Platform]:
    """The platforms that are set up, by name. Their libraries are imported only then: each costs memory."""
    environment, shop = config.environment, config.shop
    platforms: dict[str, Platform] = {}
    if environment.slack_bot_token:
        from adapters.slack import SlackPlatform

        platforms["slack"] = SlackPlatform(
            environment.slack_bot_token, environment.slack_app_token, environment.slack_signing_secret, environment.slack_api_url
        )
    if environment.discord_token:
        from adapters.discord import DiscordPlatform

        platforms["discord"] = DiscordPlatform(environment.discord_token, environment.discord_api_url, environment.discord_gateway_url)
    if config.shows_page:
        from adapters.web import WebPlatform

        hosts = ("127.0.0.1", "localhost", "[::1]", environment.host, *shop.page.hosts)
        platforms["web"] = WebPlatform(shop.shop.name, shop.shop.languages, shop.shop.default_language, hosts)
    return platforms


def make_model(config: Config, ledger: Ledger | None = None) -> Model | None:
    """The models that are set, the first one asked first; None for the extractive stand-in. They share the time evenly, and the
    day's budget where a ledger keeps it."""
    if not config.models:
        return None
    from bot.model.bounded import Bounded
    from bot.model.budget import Budget, thrifty
    from bot.model.chain import Chain
    from bot.model.client import OpenAIModel
    from bot.model.profiles import profile

    limits = config.shop.limits
    seconds = limits.model_seconds / len(config.models)
    models: list[Model] = [
        OpenAIModel(one.url, one.key, one.name, profile(one.profile, one.url, one.name), total_seconds=seconds) for one in config.models
    ]
    if limits.tokens_a_day and ledger is not None:
        models = thrifty(models, Budget(limits.tokens_a_day, ledger))
    return Bounded(Chain(models), limits.answers_at_once, limits.answers_waiting)


def make_embedders(config: Config) -> tuple[Embedder, ...]:
    """The embedding server that is set; else the embedded models that are installed; else none, and full text alone finds."""
    environment = config.environment
    if not environment.embeddings_url:
        return embedded()
    from bot.model.embeddings import RemoteEmbedder
    from bot.model.profiles import profile

    return (
        RemoteEmbedder(
            environment.embeddings_url,
            environment.embeddings_key,
            environment.embeddings_model,
            profile(environment.model_profile, environment.embeddings_url),
        ),
    )


def _manner(config: Config) -> Manner:
    shop = config.shop
    return Manner(
        shop=shop.shop.name,
        tone=shop.answers.tone,
        contact=shop.shop.contact,
        hands_over=_hands_over(config),
        threshold=shop.answers.threshold,
        checks=shop.answers.checks,
        passages=shop.answers.passages,
        history_tokens=shop.limits.history_tokens,
        answer_tokens=shop.limits.answer_tokens,
    )


def _hands_over(config: Config) -> bool:
    """Whether somebody is told: a place is named, and its platform is set up."""
    place, environment = config.shop.handoff.place, config.environment
    tokens = {"slack": environment.slack_bot_token, "discord": environment.discord_token}
    return bool(tokens.get(place.partition(":")[0]))


def _state_line(name: str, platform: Platform) -> str:
    state = platform.state()
    return f"{name}: {'up' if state.up else 'down'}, {state.why}"


def _silent(_done: int, _all: int, _name: str) -> None:
    """No progress to show."""
