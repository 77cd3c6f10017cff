"""Which process does what: `serve` is everything in one; `web`, `gateway` and `work` are its parts over one PostgreSQL."""

from collections.abc import Collection
from dataclasses import dataclass

from bot.config import Config
from bot.errors import ConfigError
from bot.platforms import Platform

PAGE = "web"
"""The platform that lives in the memory of the process that shows it, and is answered there."""


@dataclass(frozen=True, slots=True)
class Role:
    """What one process does of the desk's work."""

    name: str
    http: bool
    """It has the HTTP server, and hears the platforms that call us."""
    connects: bool
    """It hears the platforms that we call: Slack's sockets, Discord's gateway."""
    works: bool
    """It answers."""

    def hears(self, platform: Platform) -> bool:
        """A platform that brings routes calls us; the others we call."""
        return self.http if platform.routes() else self.connects

    def answered(self, platforms: Collection[str]) -> frozenset[str]:
        """Those of `platforms` whose lanes this process works at."""
        return frozenset(name for name in platforms if (self.http if name == PAGE else self.works))

    def answers(self, config: Config) -> bool:
        """Whether this process needs what answering needs: hundreds of megabytes."""
        return self.works or (self.http and config.shows_page)


SERVE = Role("serve", http=True, connects=True, works=True)
WEB = Role("web", http=True, connects=False, works=False)
GATEWAY = Role("gateway", http=False, connects=True, works=False)
WORK = Role("work", http=False, connects=False, works=True)


def must_fit(role: Role, config: Config) -> None:
    """ConfigError when this process may not share the database, or would have nothing to hear."""
    environment = config.environment
    if role is SERVE:
        return
    if environment.database_url.startswith("sqlite"):
        fault = f"DATABASE_URL: `{role.name}` is one of several processes, and those share PostgreSQL. "
        cure = "Set postgresql://user:password@host/name, or run `python -m bot serve`, which does everything in one."
        raise ConfigError([fault + cure])
    if role is GATEWAY and not environment.discord_token and not (environment.slack_bot_token and environment.slack_app_token):
        raise ConfigError(["`gateway` has nothing to hear: set SLACK_APP_TOKEN with SLACK_BOT_TOKEN, or DISCORD_TOKEN."])
