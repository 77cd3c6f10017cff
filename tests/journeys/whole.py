"""The whole bot in this process, as `serve` builds it, against servers of ours: for stories from raw event to API call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot import app, config
from bot.app import parts as app_parts
from bot.app import process
from bot.store.database import Database
from bot.store.outbox import OutboxStore

SHOP = """
[shop]
name = "Lumen & Loom"
hosts = ["shop.example"]
documents = ["pages"]
[answers]
threshold = {threshold}
checks = {checks}
"""

PAGES = {
    "returns.md": "---\ntitle: Returns\nurl: https://shop.example/help/returns\n---\n\nYou can return anything within 30 days.\n",
    "shipping.md": "---\ntitle: Shipping\nurl: https://shop.example/help/shipping\n---\n# Shipping\n\nDelivery to Austria takes 4 days.\n",
}

RICH = """| Size | Price |
|---|---|
| S | 10 € |
| L 👍🏽 | 12 € |

```sh
polydesk --size "L" | sort
```

See [our **returns** page](https://shop.example/help/returns) and `A_B_C` 🧵.

يمكنك إرجاع أي شيء خلال 30 يومًا.

אפשר להחזיר תוך 30 יום."""
"""An answer with a table, code, a link, emoji, and lines from right to left."""


@asynccontextmanager
async def running(
    patch: pytest.MonkeyPatch,
    folder: Path,
    *,
    threshold: float = 0,
    checks: bool = False,
    more: str = "",
    indexed: bool = True,
    **settings: str,
) -> AsyncIterator[app.App]:
    """Started and `indexed` by full text alone: the vectors have tests of their own, and cost a second a run."""
    (folder / "pages").mkdir(exist_ok=True)
    for name, text in PAGES.items():
        (folder / "pages" / name).write_text(text)
    (folder / "shop.toml").write_text(SHOP.format(threshold=threshold, checks=str(checks).lower()) + more)
    for name, value in {"DATABASE_URL": f"sqlite:///{folder}/desk.db", "PORT": "0", **settings}.items():
        patch.setenv(name, value)
    await _released()
    patch.setattr(app_parts, "embedded", tuple)
    async with app.opened(config.load()) as parts:
        if indexed:
            await app.index(parts, [], lambda *_: None)
            await parts.knowledge.load()
        desk = app.App(parts)
        await desk.start()
        try:
            yield desk
        finally:
            await desk.stop()


def dies_when_it_was_sent(patch: pytest.MonkeyPatch) -> asyncio.Event:
    """The process dies when a part stands and before that is written down; set when it does."""
    dying = asyncio.Event()

    async def die(*_: object) -> None:
        dying.set()
        await asyncio.Event().wait()

    patch.setattr(OutboxStore, "posted", die)
    patch.setattr(process, "DRAIN_SECONDS", 0.1)
    return dying


async def _released() -> None:
    """What the release step does on PostgreSQL."""
    database = Database(config.load().database_url)
    await database.migrate()
    await database.close()
