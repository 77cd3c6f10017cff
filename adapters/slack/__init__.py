"""Slack: mentions, threads and direct messages, by Socket Mode or HTTP. `manifest.json` makes the app at api.slack.com."""

from adapters.slack.connection import SlackPlatform

__all__ = ["SlackPlatform"]
