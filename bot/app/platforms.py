"""The platforms that are set up. The only file that imports adapters, and only those that are used: each costs memory."""

from bot.config import Config
from bot.platforms import Platform, Shares


def make_platforms(config: Config, page: bool = True, shares: Shares | None = None) -> dict[str, Platform]:
    """By name. `page`: the page too, where this host shows it. `shares`: of Discord's shards, where other processes hear them too."""
    environment, shop = config.environment, config.shop
    platforms: dict[str, Platform] = {}
    if environment.slack_bot_token:
        from adapters.slack import SlackPlatform

        platforms["slack"] = SlackPlatform(
            environment.slack_bot_token, environment.slack_app_token, environment.slack_signing_secret, environment.slack_api_url
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
