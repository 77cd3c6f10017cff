"""Discord: read incoming.py, then outgoing.py, then connection/, which joins both to discord.py."""

from adapters.discord.connection import DiscordPlatform

__all__ = ["DiscordPlatform"]
