"""The platforms that are set up. The only file that imports adapters, and only those that are used: each costs memory."""

from typing import TYPE_CHECKING

from bot.config import Config
from bot.platforms import Platform, Shares
from bot.store.database import Database

if TYPE_CHECKING:
    from bot.store.installations import InstallationStore


def make_platforms(config: Config, database: Database | None, page: bool = True, shares: Shares | None = None) -> dict[str, Platform]:
    """By name. `page`: the page too, where this host shows it. Without a database no workspace can let us in. `shares`: of Discord's
    shards, where other processes hear them too."""
    environment, shop = config.environment, config.shop
    platforms: dict[str, Platform] = {}
    installations = make_installations(config, database)
    if environment.slack_bot_token or installations is not None:
        from adapters.slack import SlackPlatform

        platforms["slack"] = SlackPlatform(
            environment.slack_bot_token,
            environment.slack_app_token,
            environment.slack_signing_secret,
            environment.slack_api_url,
            installations=installations,
            client=(environment.slack_client_id, environment.slack_client_secret),
        )
    if environment.discord_token:
        from adapters.discord import DiscordPlatform

        platforms["discord"] = DiscordPlatform(
            environment.discord_token, environment.discord_api_url, environment.discord_gateway_url, shares
        )
    if page and config.shows_page:
        from adapters.web import WebPlatform

        hosts = ("127.0.0.1", "localhost", "[::1]", environment.host, *shop.page.hosts)
        platforms["web"] = WebPlatform(shop.shop.name, shop.shop.languages, shop.shop.default_language, hosts)
    return platforms


def make_installations(config: Config, database: Database | None) -> "InstallationStore | None":
    """Where the workspaces that let us in by themselves are kept; None where one token is all there is."""
    if database is None or not config.installs_slack:
        return None
    from bot.store.installations import InstallationStore

    return InstallationStore(database, "slack", config.keys)
