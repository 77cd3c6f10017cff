"""The doctor: what keeps this desk from working, each fault with its cure."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot import config as settings
from bot.app import is_sample, make_embedders, make_installations, make_model, make_platforms
from bot.config import Config
from bot.errors import ConfigError, ModelError, StoreError
from bot.messages import Fault
from bot.store.database import Database, newest_version
from bot.store.passages import PassageStore

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # a word to compare with


async def everything() -> list[str]:
    """The faults of the settings, and of all that those lead to which can be read."""
    config, faults = settings.read()
    found = [str(fault) for fault in await examine(config)]
    return [*faults, *(fault for fault in found if fault not in faults)]


async def examine(config: Config) -> Sequence[Fault]:
    """All faults of a configuration that can be read: database, documents, platforms, model."""
    try:
        database = Database(config.database_url)
    except ConfigError:
        return await _examined(config, None)  # named with the other settings
    try:
        return await _examined(config, database)
    finally:
        await database.close()


async def _examined(config: Config, database: Database | None) -> Sequence[Fault]:
    stored = await _database(config, database) if database is not None else []
    faults = [*stored, *_documents(config), *_tokens(config), *_page(config)]
    # At once: what does not answer is waited for in vain only once.
    asked = [*(platform.check() for platform in make_platforms(config, database).values()), _embeddings(config), _model(config)]
    return [*faults, *(fault for found in await asyncio.gather(*asked) for fault in found)]


async def _database(config: Config, database: Database) -> list[Fault]:
    try:
        return await _version(database) or [*await _index(config, database), *await _installations(config, database)]
    except StoreError as exc:
        return [Fault("database", str(exc), "Start the database, or correct DATABASE_URL.")]


async def _installations(config: Config, database: Database) -> list[Fault]:
    """Whether the key opens the tokens that are kept."""
    try:
        if (installations := make_installations(config, database)) is not None:
            await installations.renew()
    except ConfigError as exc:
        return [Fault("slack", exc.faults[0], "Without it those workspaces must install the app anew.")]
    return []


async def _embeddings(config: Config) -> list[Fault]:
    """The embedded ones cannot be away; a server can."""
    if not config.environment.embeddings_url:
        return []
    (server,) = make_embedders(config)
    try:
        await server.load()
        return []
    except ModelError as exc:
        return [Fault("embeddings", str(exc), "Until then words alone find help pages.")]
    finally:
        await server.close()


async def _model(config: Config) -> Sequence[Fault]:
    model = make_model(config)
    if model is None:
        return []
    try:
        return await model.check()
    finally:
        await model.close()


async def _version(database: Database) -> list[Fault]:
    if database.embedded:
        await database.migrate()
        return []
    if await database.version() == newest_version():
        return []
    return [Fault("database", "it is behind this program", "Run `alembic upgrade head`.")]


async def _index(config: Config, database: Database) -> list[Fault]:
    """The sample shop is indexed by whoever needs it."""
    if config.sample:
        return []
    store, embedders = PassageStore(database), make_embedders(config)
    for embedder in embedders:
        await embedder.close()
    indexed = {name: await PassageStore(database, name).fingerprints() for name in config.collections}
    if all(is_sample(address) for addresses in indexed.values() for address in addresses):
        return [Fault("documents", "nothing is indexed", "Run `python -m bot index`.")]
    empty = [name for name, addresses in indexed.items() if name and not addresses]
    if empty:
        return [Fault("documents", f"nothing is indexed for {', '.join(empty)}", "Run `python -m bot index`.")]
    unaided = await store.unaided()
    faults = [Fault("database", unaided[0], f"{unaided[1]}.")] if unaided else []
    return faults + [
        Fault("documents", f"they are not indexed with the model {model}, so that it finds nothing", "Run `python -m bot index`.")
        for model in await store.lacking([embedder.name for embedder in embedders])
    ]


def _documents(config: Config) -> list[Fault]:
    documents = [name for named in config.collections.values() for name in named]
    if not documents:
        return [Fault("documents", "shop.toml names none", "Write folders or files into `documents` of [shop].")]
    gone = [name for name in documents if "://" not in name and not Path(name).exists()]
    return [Fault("documents", f"{name} is not there", "Correct `documents` in shop.toml.") for name in gone]


def _tokens(config: Config) -> list[Fault]:
    environment = config.environment
    faults = []
    one = not (environment.slack_client_id or environment.slack_client_secret)
    if (environment.slack_app_token or environment.slack_signing_secret) and not environment.slack_bot_token and one:
        faults.append(Fault("slack", "SLACK_BOT_TOKEN is missing", "Copy it (xoxb-...) from the app's page, under OAuth & Permissions."))
    handoff = config.shop.handoff.place.partition(":")[0]
    if handoff and handoff not in config.platforms:
        faults.append(
            Fault(
                "handoff",
                f"its place is on {handoff.title()}, which is not set up",
                "Set its token, or correct [handoff] place in shop.toml.",
            )
        )
    if not config.shows_page and not config.platforms:
        faults.append(
            Fault("platforms", "no platform is set up", "Set SLACK_BOT_TOKEN or DISCORD_TOKEN, or open the page with [page] open = true.")
        )
    return faults


def _page(config: Config) -> list[Fault]:
    """Opened to every network, and yet under no name by which anybody there could call it."""
    page, host = config.shop.page, config.environment.host
    if not page.open or page.hosts or host not in EVERYWHERE:
        return []
    cure = 'Write the names by which people open it into [page] of shop.toml: hosts = ["help.shop.example"].'
    return [Fault("page", f"it is open at {host}, and answers only to this machine's own names", cure)]
