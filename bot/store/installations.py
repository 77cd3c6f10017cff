"""The workspaces that let us in by themselves, with their tokens: encrypted here, so that no table, backup or dump holds one in clear."""

import asyncio
import hashlib
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Insert, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import ConfigError, StoreError
from bot.platforms import Installation
from bot.privacy.sealing import Seal, WrongKey
from bot.store.claims import Claim
from bot.store.database import Database
from bot.tables import installations, installs_begun

MOST_BEGUN = 1000
"""Installations that may be under way at once: anybody can begin one, and must not keep others from it by beginning many."""


class InstallationStore:
    """The installations of one platform. Every method is one transaction and may raise StoreError."""

    def __init__(self, database: Database, platform: str, keys: Sequence[str]) -> None:
        """`keys`: see Seal."""
        self._database, self._platform, self._seal = database, platform, Seal(keys)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def read(self, workspace: str) -> Installation | None:
        """The installation, or None where this workspace has not let us in."""
        ours = installations.c.platform == self._platform, installations.c.workspace == workspace
        async with self._database.reading() as connection:
            row = (await connection.execute(select(installations).where(*ours))).one_or_none()
        return self._opened(row) if row is not None else None

    async def all(self) -> Sequence[Installation]:
        """Every installation, the oldest first."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(self._mine().order_by(installations.c.installed_at))).all()
        return [self._opened(row) for row in rows]

    async def keep(self, installation: Installation) -> None:
        """In place of what was known of this workspace."""
        row = {
            "platform": self._platform,
            "workspace": installation.workspace,
            "enterprise": installation.enterprise,
            "name": installation.name,
            "url": installation.url,
            "bot_id": installation.bot_id,
            "bot_user": installation.bot_user,
            "scopes": ",".join(installation.scopes),
            "installed_by": installation.installed_by,
            "installed_at": installation.installed_at,
            "token": self._seal.close(installation.token, self._owner(installation.workspace, "token")),
            "refresh_token": self._seal.close(installation.refresh_token, self._owner(installation.workspace, "refresh_token")),
            "expires_at": installation.expires_at,
        }
        async with self._database.writing(lasting=True) as connection:
            await connection.execute(_upsert(self._database.embedded), row)

    async def remove(self, workspace: str, until: float) -> bool:
        """It lets us in no more; nothing happens where it did so again after `until`."""
        ours = installations.c.platform == self._platform, installations.c.workspace == workspace
        async with self._database.writing(lasting=True) as connection:
            gone = await connection.execute(delete(installations).where(*ours, installations.c.installed_at <= until))
        return bool(gone.rowcount)

    @asynccontextmanager
    async def alone(self, workspace: str) -> AsyncIterator[None]:
        """Nobody else changes this workspace's tokens meanwhile, in no process."""
        async with self._locks[workspace]:
            if self._database.embedded:
                yield
                return
            claim = Claim(self._database.address, f"installation {self._platform} {workspace}")
            await claim.taken()
            try:
                yield
            finally:
                await claim.give_back()

    async def begin(self, state: str, seconds: float) -> None:
        """Somebody begins an installation, and has so many seconds to end it; of too many the oldest gives way."""
        now = time.time()
        begun = installs_begun.c
        async with self._database.writing(lasting=True) as connection:
            await connection.execute(insert(installs_begun).values(state=_hash(state), expires_at=now + seconds))
            newest = select(begun.state).order_by(begun.expires_at.desc()).limit(MOST_BEGUN)
            await connection.execute(delete(installs_begun).where(or_(begun.expires_at < now, begun.state.not_in(newest))))

    async def end(self, state: str) -> bool:
        """Whether this installation was begun, in time, and not ended before."""
        async with self._database.writing(lasting=True) as connection:
            gone = await connection.execute(
                delete(installs_begun).where(installs_begun.c.state == _hash(state), installs_begun.c.expires_at >= time.time())
            )
        return bool(gone.rowcount)

    async def renew(self) -> None:
        """Whatever an older key sealed is sealed with the newest. ConfigError when none of the keys opens it."""
        async with self._database.writing() as connection:
            for row in (await connection.execute(self._mine())).all():
                new = {name: self._renewed(row.workspace, name, getattr(row, name)) for name in ("token", "refresh_token")}
                if any(new[name] != getattr(row, name) for name in new):
                    ours = installations.c.platform == self._platform, installations.c.workspace == row.workspace
                    await connection.execute(update(installations).where(*ours).values(**new))

    def _mine(self) -> Any:
        return select(installations).where(installations.c.platform == self._platform)

    def _renewed(self, workspace: str, name: str, sealed: str) -> str:
        owner = self._owner(workspace, name)
        try:
            secret = self._seal.open(sealed, owner)
        except WrongKey as exc:
            raise ConfigError([_wrong_key(self._platform, workspace)]) from exc
        return sealed if self._seal.is_newest(sealed) else self._seal.close(secret, owner)

    def _opened(self, row: Any) -> Installation:
        try:
            token, refresh_token = (
                self._seal.open(getattr(row, name), self._owner(row.workspace, name)) for name in ("token", "refresh_token")
            )
        except WrongKey as exc:
            raise StoreError(_wrong_key(self._platform, row.workspace)) from exc
        return Installation(
            row.workspace,
            row.enterprise,
            row.name,
            row.url,
            row.bot_id,
            row.bot_user,
            tuple(row.scopes.split(",")) if row.scopes else (),
            row.installed_by,
            row.installed_at,
            token,
            refresh_token,
            row.expires_at,
        )

    def _owner(self, workspace: str, name: str) -> str:
        return f"{self._platform}:{workspace}:{name}"


def _wrong_key(platform: str, workspace: str) -> str:
    return (
        f"POLYDESK_KEY does not open the token of {platform}:{workspace}: it is not the key that it was encrypted with. "
        "Put that one back, after a comma behind the new one."
    )


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _upsert(embedded: bool) -> Insert:
    add = sqlite.insert(installations) if embedded else postgresql.insert(installations)
    keys = [installations.c.platform, installations.c.workspace]
    others = {column.name: add.excluded[column.name] for column in installations.columns if not column.primary_key}
    return add.on_conflict_do_update(index_elements=keys, set_=others)
