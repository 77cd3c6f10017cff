"""What a process stands on: the database alone, or all that answering needs, open and loaded."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.answering import Answering, Manner
from bot.config import SAMPLE_SHOP, Config
from bot.config.shop import Shop
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
class Shelf:
    """One collection of documents: how it is kept, indexed, and searched."""

    documents: Sequence[str]
    passages: PassageStore
    indexer: Indexer
    knowledge: Knowledge


@dataclass(frozen=True, slots=True)
class Voice:
    """Who answers in a workspace, and which languages are told apart there."""

    answering: Answering
    detector: Detector


@dataclass(frozen=True, slots=True)
class Parts(Ground):
    """Everything that answering needs, open and loaded. What is named alone is the shop's; `shelves` are the common documents ("")
    and those of each workspace that has its own, `own` the voices of the workspaces that have settings of their own."""

    passages: PassageStore
    knowledge: Knowledge
    embedders: Sequence[Embedder]
    indexer: Indexer
    detector: Detector
    model: Model | None
    answering: Answering
    shelves: Mapping[str, Shelf]
    own: Mapping[str, Voice]

    def at(self, workspace: str) -> "Parts":
        """The same as they answer in one workspace."""
        voice = self.own.get(workspace)
        return self if voice is None else replace(self, answering=voice.answering, detector=voice.detector)


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
        detectors = _detectors(config)
        shelves = _shelves(config, database, embedders, detectors)
        common, detector = shelves[""], detectors[""]
        await _without_sample(config, common.passages)
        if not for_index and config.sample and await is_due(config, shelves, embedders):
            try:
                await common.indexer.index(config.documents, on_progress or _silent)
            except ModelError as exc:
                if outage is None:
                    raise
                log.warning("the sample shop cannot be indexed now: %s", exc)
        for one in {id(one): one for one in detectors.values()}.values():
            await asyncio.to_thread(one.load)
        if not for_index:
            for shelf in shelves.values():
                await shelf.knowledge.load()
            if outage is None and not any(shelf.knowledge.size for shelf in shelves.values()):
                log.warning("nothing is indexed, so nothing can be answered: run `python -m bot index`")
        extract = Extract(embedders)
        answering = Answering(_manner(config, config.shop), common.knowledge, extract, detector, model)
        own = {
            name: Voice(
                Answering(_manner(config, config.shop.at(name)), shelves.get(name, common).knowledge, extract, detectors[name], model),
                detectors[name],
            )
            for name in config.shop.workspaces
        }
        yield Parts(
            config, database, common.passages, common.knowledge, embedders, common.indexer, detector, model, answering, shelves, own
        )
    finally:
        await asyncio.gather(*(embedder.close() for embedder in embedders))
        if model is not None:
            await model.close()
        await database.close()


def _detectors(config: Config) -> dict[str, Detector]:
    """The shop's under "", and that of each workspace: one for all that serve the same languages, since each takes memory."""
    served = {"": config.shop.shop.languages, **{name: config.shop.at(name).shop.languages for name in config.shop.workspaces}}
    made = {languages: Detector(languages) for languages in set(served.values())}
    return {name: made[languages] for name, languages in served.items()}


def _shelves(config: Config, database: Database, embedders: Sequence[Embedder], detectors: Mapping[str, Detector]) -> dict[str, Shelf]:
    """The common documents, and those of each workspace that has its own."""
    sites = Sites(PageStore(database), Crawler(config.shop.crawl.hosts, config.shop.crawl.pages))

    def shelf(name: str, documents: Sequence[str]) -> Shelf:
        store, detector, default = PassageStore(database, name), detectors[name], config.shop.at(name).shop.default_language
        indexer = Indexer(store, embedders, lambda text: detector.detect(text).language or default, sites=sites)
        return Shelf(documents, store, indexer, Knowledge(store, embedders))

    return {name: shelf(name, documents) for name, documents in config.collections.items()}


@asynccontextmanager
async def grounded(config: Config, outage: Outage) -> AsyncIterator[Ground]:
    """What a process that only hears stands on: no index, no model."""
    database = Database(config.database_url, outage)
    try:
        await make_current(database)
        yield Ground(config, database)
    finally:
        await database.close()


async def is_due(config: Config, shelves: Mapping[str, Shelf], embedders: Sequence[Embedder]) -> bool:
    """Whether documents were never indexed. Nobody runs `index` for the sample shop, so an index of other models is due there."""
    if config.sample and await shelves[""].passages.lacking([embedder.name for embedder in embedders]):
        return True
    return any([await shelf.indexer.lacks(shelf.documents) for shelf in shelves.values()])


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
    """Index these paths, each for whom shop.toml has them (for all, where it does not); or everything, when there are none."""
    if not paths:
        await parts.passages.keep_only(parts.shelves)
    report = IndexReport()
    for name, shelf in parts.shelves.items():
        named = [path for path in paths if name in _collections_of(parts.config, path)] if paths else shelf.documents
        if named or not paths:
            report += await shelf.indexer.index(named, on_progress, only=not paths)
    return report


def _collections_of(config: Config, path: str) -> list[str]:
    """Those to which a path belongs."""
    holding = [name for name, documents in config.collections.items() if any(_holds(root, path) for root in documents)]
    return holding or [""]


def _holds(root: str, path: str) -> bool:
    if "://" in root or "://" in path:
        return path == root or path.startswith(root.rstrip("/") + "/")
    # Asked of each document at every start, so without a Path, which costs fifty times as much.
    return f"{os.path.abspath(path)}{os.sep}".startswith(f"{os.path.abspath(root).rstrip(os.sep)}{os.sep}")


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
        OpenAIModel(one.url, one.key, one.name, profile(one.profile, one.url, one.name, one.sees), total_seconds=seconds)
        for one in config.models
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


def _manner(config: Config, shop: Shop) -> Manner:
    return Manner(
        shop=shop.shop.name,
        tone=shop.answers.tone,
        contact=shop.shop.contact,
        hands_over=shop.handoff.place.partition(":")[0] in config.platforms,
        threshold=shop.answers.threshold,
        checks=shop.answers.checks,
        passages=shop.answers.passages,
        history_tokens=shop.limits.history_tokens,
        answer_tokens=shop.limits.answer_tokens,
    )


def _silent(_done: int, _all: int, _name: str) -> None:
    """No progress to show."""
