"""One process of the desk: the whole of it, or the part that its role names. Starts, drains, stops."""

import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from bot.app.acting import Study, make_interactions
from bot.app.hearing import Hearing
from bot.app.parts import Ground, Parts, Progress, grounded, opened
from bot.app.platforms import make_installations, make_platforms
from bot.app.roles import GATEWAY, SERVE, Role, must_fit
from bot.app.working import Working
from bot.channels import Channels
from bot.config import Config
from bot.errors import StoreError
from bot.inbox import Inbox
from bot.lanes import InProcessLanes, Lanes
from bot.messages import Fault
from bot.metrics import Metrics
from bot.outage import Outage
from bot.platforms import Platform, State
from bot.server import Server
from bot.store.channels import ChannelStore
from bot.store.claims import Claim
from bot.store.cursors import CursorStore
from bot.store.database import Database, newest_version
from bot.store.inbox import InboxStore
from bot.store.report import ReportStore, named
from bot.store.shares import Shares
from bot.store.workers import Holder

log = logging.getLogger(__name__)

DRAIN_SECONDS = 10.0
MODEL_CHECK_SECONDS = 30.0


class App:
    """A process in its role. `ground` is `Parts` where it answers."""

    def __init__(self, ground: Ground, role: Role = SERVE) -> None:
        config, database = ground.config, ground.database
        self._ground, self._role = ground, role
        shares = None if database.embedded else Shares(database.address, f"discord {config.environment.discord_token}")
        self._platforms = make_platforms(config, database, role.http, shares)
        answered = role.answered(self._platforms)
        holder = Holder()
        self._metrics = Metrics()
        self._report = ReportStore(database)
        self._channels = channels = Channels(config.shop.channels, ChannelStore(database))
        parts = ground if isinstance(ground, Parts) else None
        self._working = Working(parts, self._platforms, answered, holder, self._metrics, channels) if parts is not None else None
        self._lanes = _lanes(database, self._working, answered)
        self._inbox = Inbox(InboxStore(database, holder), self._lanes, self._lanes.interrupt, channels)
        claims = _claims(config, database, self._platforms)
        self._study = Study(ground)
        self._interactions = make_interactions(ground, self._study, self._platforms, self._inbox.accept, self._lanes.wake, channels)
        self._hearing = Hearing(
            role,
            self._platforms,
            claims,
            self._inbox.accept,
            partial(CursorStore, database),
            self._interactions,
            channels.listens,
            self._working is not None,
        )
        self._server = self._make_server(config)
        self._model_checked: tuple[float, list[Fault]] = (0.0, [])

    def _make_server(self, config: Config) -> Server | None:
        """For people and platforms on PORT; a process without these answers whoever watches over it, if HEALTH_PORT says where."""
        host, port, watched = config.environment.host, config.environment.port, config.environment.health_port
        if self._role.http:
            routes = [route for platform in self._platforms.values() for route in platform.routes()]
            return Server(host, port, routes, self._ready, self._figures)
        return Server(host, watched, [], self._ready, self._figures, "HEALTH_PORT") if watched is not None else None

    async def start(self) -> None:
        """Listen, hear, and go on where the last run stopped. ConfigError when the tokens of workspaces cannot be read."""
        if (installations := make_installations(self._ground.config, self._ground.database)) is not None:
            await installations.renew()
        await self._channels.start()
        if self._working is not None:
            await self._working.join(self._lanes.wake)
        if self._server is not None:
            await self._server.start()
        if self._working is None:
            await self._lanes.start()
            await self._hearing.start()
        else:
            # Who hears looks first what became of the messages that wait; they are answered as they stand then.
            await self._hearing.start()
            await self._lanes.start()
            self._working.start()
        for line in self.summary():
            log.info("%s", line)

    async def stop(self) -> None:
        """Finish what is being answered, hear nothing more, leave the rest in the inbox, close."""
        if self._working is not None:
            await self._working.rest()
        else:
            await self._hearing.stop()
        await self._lanes.close(DRAIN_SECONDS)
        if self._working is not None:
            await self._working.close()
            await self._hearing.stop()
        await self._channels.stop()
        await self._study.close()
        if self._server is not None:
            await self._server.stop()

    @property
    def address(self) -> str:
        """Where the HTTP server listens, once started: `http://127.0.0.1:8080`; "" without one."""
        return self._server.address if self._server is not None else ""

    def summary(self) -> list[str]:
        """One line for each thing that came up or did not, and why."""
        lines = [f"http: listening at {self.address}"] if self._server is not None else []
        if "web" in self._platforms:
            lines.append(f"page: open at {self.address}/")
        elif self._role.http:
            lines.append("page: off on this host; [page] open = true in shop.toml opens it")
        states = self._hearing.states()
        for name, missing in (("slack", "SLACK_BOT_TOKEN (or SLACK_CLIENT_ID and the like)"), ("discord", "DISCORD_TOKEN")):
            if name in states:
                lines.append(_state_line(name, states[name]))
            elif name not in self._platforms:
                lines.append(f"{name}: off, {missing} is not set")
        if isinstance(self._ground, Parts):
            size, model = sum(shelf.knowledge.size for shelf in self._ground.shelves.values()), self._ground.model
            none = (
                "none is indexed yet; that begins now, while the desk serves"
                if any(self._ground.config.collections.values())
                else "shop.toml names none"
            )
            lines.append(f"documents: {size} passages" if size else f"documents: {none}")
            lines.append(f"model: {model.name}" if model else "model: none; answers are quoted from the documents")
        return lines

    async def _ready(self) -> tuple[bool, Mapping[str, Any]]:
        states = self._hearing.states()
        try:
            database = "up" if await self._ground.database.version() == newest_version() else "behind"
        except StoreError as exc:
            database = str(exc)
        report = {
            "database": database,
            "platforms": {name: {"up": state.up, "why": state.why} for name, state in states.items()},
            "model": await self._model_state(),
            "resting": [name for name, rests in self._resting().items() if rests],
        }
        return database == "up" and all(state.up for state in states.values()), report

    async def _figures(self) -> bytes:
        """For /metrics; without a database only what this process knows by itself."""
        try:
            standing = named(await self._report.standing())
        except StoreError:
            standing = {}
        return self._metrics.text(standing, {name: state.up for name, state in self._hearing.states().items()}, self._resting())

    def _resting(self) -> Mapping[str, bool]:
        model = self._ground.model if isinstance(self._ground, Parts) else None
        return model.resting if model is not None else {}

    async def _model_state(self) -> str:
        if not isinstance(self._ground, Parts) or self._ground.model is None:
            return "none"
        at, faults = self._model_checked
        if time.monotonic() - at > MODEL_CHECK_SECONDS or not at:
            faults = list(await self._ground.model.check())
            self._model_checked = (time.monotonic(), faults)
        return "; ".join(map(str, faults)) or "up"


@asynccontextmanager
async def running(config: Config, role: Role = SERVE, on_progress: Progress | None = None) -> AsyncIterator[App]:
    """A process from its start to its end: what it needs is opened, and closed again. ConfigError when the role does not fit."""
    must_fit(role, config)
    outage = Outage()
    async with opened(config, on_progress, outage=outage) if role.answers(config) else grounded(config, outage) as ground:
        process = App(ground, role)
        try:
            await process.start()
            yield process
        finally:
            await process.stop()


def _lanes(database: Database, working: Working | None, answered: frozenset[str]) -> Lanes:
    """SQLite has one process, so its lanes are in memory; over PostgreSQL others may work beside us."""
    if database.embedded and working is not None:
        return InProcessLanes(working.conversation.answer_place, working.conversation.interrupt)
    from bot.lanes.engine import EngineLanes

    if working is None:
        return EngineLanes(database.address, outage=database.outage)
    return EngineLanes(database.address, working.conversation.answer_place, working.conversation.interrupt, answered, database.outage)


def _claims(config: Config, database: Database, platforms: Mapping[str, Platform]) -> dict[str, Claim]:
    """One process hears Slack's sockets, which cannot be divided; nobody shares SQLite."""
    if database.embedded or "slack" not in platforms or not GATEWAY.hears(platforms["slack"]):
        return {}
    return {"slack": Claim(database.address, f"slack {config.environment.slack_app_token}")}


def _state_line(name: str, state: State) -> str:
    return f"{name}: {'up' if state.up else 'down'}, {state.why}"
