"""What a process stands on: the database alone, or all that answering needs, open and loaded."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.answering import Answering, Manner
from bot.config import SAMPLE_SHOP, Config
from bot.errors import ModelError, StoreError
from bot.knowledge import Embedder, Extract, Indexer, IndexReport, Knowledge, embedded
from bot.knowledge.crawling import Crawler
from bot.knowledge.sites import Sites
from bot.language.detection import Detector
from bot.model import Ledger, Model
from bot.outage import Outage
from bot.store.database import Database, newest_version
from bot.store.pages import PageStore
from bot.store.passages import PassageStore
from bot.store.spending import SpendingStore

log = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Ground:
    """What every process needs."""

    config: Config
    database: Database


@dataclass(frozen=True, slots=True)
class Parts(Ground):
    """Everything that answering needs, open and loaded."""

    passages: PassageStore
    knowledge: Knowledge
    embedders: Sequence[Embedder]
    indexer: Indexer
    detector: Detector
    model: Model | None
    answering: Answering


@asynccontextmanager
async def opened(
    config: Config, on_progress: Progress | None = None, for_index: bool = False, outage: Outage | None = None
) -> AsyncIterator[Parts]:
    """The parts of one run, ready to answer; with `for_index` ready for that alone, without the vectors in memory. The sample
    shop is indexed where it is the shop and its index is due. `outage`: of a process that stays, and waits for what is away."""
    database = Database(config.database_url, outage)
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
        if not for_index and config.sample and await is_due(config, passages, indexer, embedders):
            try:
                await indexer.index(config.documents, on_progress or _silent)
            except ModelError as exc:
                if outage is None:
                    raise
                log.warning("the sample shop cannot be indexed now: %s", exc)
        await asyncio.to_thread(detector.load)
        if not for_index:
            await knowledge.load()
            if outage is None and not knowledge.size:
                log.warning("nothing is indexed, so nothing can be answered: run `python -m bot index`")
        answering = Answering(_manner(config), knowledge, Extract(embedders), detector, model)
        yield Parts(config, database, passages, knowledge, embedders, indexer, detector, model, answering)
    finally:
        await asyncio.gather(*(embedder.close() for embedder in embedders))
        if model is not None:
            await model.close()
        await database.close()


@asynccontextmanager
async def grounded(config: Config, outage: Outage) -> AsyncIterator[Ground]:
    """What a process that only hears stands on: no index, no model."""
    database = Database(config.database_url, outage)
    try:
        await make_current(database)
        yield Ground(config, database)
    finally:
        await database.close()


async def is_due(config: Config, passages: PassageStore, indexer: Indexer, embedders: Sequence[Embedder]) -> bool:
    """Whether documents were never indexed. Nobody runs `index` for the sample shop, so an index of other models is due there."""
    other = config.sample and bool(await passages.lacking([embedder.name for embedder in embedders]))
    return other or await indexer.lacks(config.documents)


async def _without_sample(config: Config, passages: PassageStore) -> None:
    """The sample shop's pages leave with the first shop.toml: nobody is to be answered from them by mistake."""
    sample = [address for address in await passages.fingerprints() if is_sample(address)]
    if sample and not config.sample:
        await passages.remove(sample)


def is_sample(address: str) -> bool:
    """Whether a document is one of the sample shop's; addresses are as seen from today's folder."""
    # Asked of each document at every start, so without a Path, which costs fifty times as much.
    return os.path.abspath(address).startswith(f"{SAMPLE_SHOP}{os.sep}")


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


def _silent(_done: int, _all: int, _name: str) -> None:
    """No progress to show."""
