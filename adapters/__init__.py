"""One room per platform, the same three parts in each: incoming, outgoing, connection.

To write an adapter: `incoming` is pure and reads the platform's data into an Event or None; `outgoing` is pure, splits a Reply
and writes it as payloads; `connection` holds the platform's library, translates its errors, and is a bot.platforms.Platform.
Import from us only bot.messages, bot.platforms, bot.errors, bot.shaping and bot.language.phrases. Then subclass
tests/contract/platform_contract.py, make it pass, and name the adapter in bot/app/platforms.py.
"""
