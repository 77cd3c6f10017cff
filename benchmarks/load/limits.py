"""What Slack and Discord document, kept by them: whoever calls more often is refused, and how often that happens is what we want to know.

Slack (docs.slack.dev/apis/web-api/rate-limits): a post a second in each channel, "short bursts" tolerated (three here), several hundred a
minute in a workspace; the status likewise; other methods by their tier, each method in each workspace. Discord (docs.discord.com): the
headers' word, which has long been five in five seconds for each of these routes in each channel, and 50 requests a second for a bot.
"""

import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

BURST = 3.0
MINUTE = 60.0
TIERS = {
    "chat.postMessage": 300,
    "chat.startStream": 20,
    "chat.stopStream": 20,
    "chat.appendStream": 100,
    "chat.update": 50,
    "conversations.replies": 50,
    "conversations.history": 50,
}
"""Calls a minute in one workspace."""
ONE_A_SECOND = ("chat.postMessage", "assistant.threads.setStatus")
ROUTE, ROUTE_SECONDS = 5, 5.0
BOT, BOT_SECONDS = 50, 1.0


@dataclass
class _Tokens:
    """A bucket that fills by one each second."""

    left: float = BURST
    at: float = 0.0

    def take(self, now: float) -> float:
        """Seconds until there is one; 0: it is taken."""
        self.left, self.at = min(BURST, self.left + now - self.at), now
        if self.left < 1:
            return 1 - self.left
        self.left -= 1
        return 0.0


class _Window:
    """So many in any so many seconds."""

    def __init__(self, most: int, seconds: float) -> None:
        self._most, self._seconds = most, seconds
        self._taken: deque[float] = deque()

    def take(self, now: float) -> float:
        while self._taken and self._taken[0] <= now - self._seconds:
            self._taken.popleft()
        if len(self._taken) >= self._most:
            return self._taken[0] + self._seconds - now
        self._taken.append(now)
        return 0.0


@dataclass
class SlackLimits:
    """`broken`: calls beyond them, by method."""

    broken: Counter[str] = field(default_factory=Counter)
    _seconds: defaultdict[tuple[str, str], _Tokens] = field(default_factory=lambda: defaultdict(_Tokens))
    _minutes: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _told: dict[tuple[str, str], float] = field(default_factory=dict)

    def refuse(self, method: str, team: str, channel: str) -> float:
        """Seconds that the caller is told to wait; 0: he is welcome."""
        now = time.monotonic()
        wait = self._told.get((method, channel), 0.0) - now
        if wait <= 0 and method in TIERS:
            wait = self._minutes.setdefault((method, team), _Window(TIERS[method], MINUTE)).take(now)
        if wait <= 0 and method in ONE_A_SECOND:
            wait = self._seconds[method, channel].take(now)
        if wait <= 0:
            return 0.0
        self.broken[method] += 1
        self.tell(method, channel, wait)
        return wait

    def tell(self, method: str, channel: str, seconds: float) -> None:
        """The caller was told to wait so long."""
        self._told[method, channel] = time.monotonic() + seconds


@dataclass
class _Fixed:
    """Discord's window: it begins with a request, and ends as a whole."""

    used: int = 0
    until: float = 0.0


@dataclass
class DiscordLimits:
    """`broken`: requests beyond them, by route."""

    broken: Counter[str] = field(default_factory=Counter)
    _routes: defaultdict[tuple[str, str], _Fixed] = field(default_factory=lambda: defaultdict(_Fixed))
    _bot: _Window = field(default_factory=lambda: _Window(BOT, BOT_SECONDS))

    def refuse(self, route: str, channel: str) -> tuple[float, bool]:
        """Seconds to wait (0: welcome), and whether that holds for the whole bot."""
        now = time.monotonic()
        if wait := self._bot.take(now):
            self.broken["all of a bot"] += 1
            return wait, True
        window = self._routes[route, channel]
        if now >= window.until:
            window.used, window.until = 0, now + ROUTE_SECONDS
        window.used += 1
        if window.used > ROUTE:
            self.broken[route] += 1
            return window.until - now, False
        return 0.0, False

    def headers(self, route: str, channel: str) -> dict[str, str]:
        """What stands on every answer."""
        window = self._routes[route, channel]
        left = {"X-RateLimit-Remaining": str(max(0, ROUTE - window.used)), "X-RateLimit-Limit": str(ROUTE)}
        return left | {"X-RateLimit-Reset-After": f"{max(0.0, window.until - time.monotonic()):.3f}", "X-RateLimit-Bucket": f"{route}b"}
