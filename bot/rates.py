"""How often somebody may ask: a bucket for each person and one for each workspace, in this process."""

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.messages import Person

WINDOW_SECONDS = 600.0
MOST_REMEMBERED = 20_000


class Rate:
    """So many in ten minutes, all at once if somebody likes; 0: as many as they like. One bucket for each key."""

    def __init__(self, messages: int, now: Callable[[], float] = time.monotonic) -> None:
        self._messages, self._now = messages, now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, count: int = 1) -> bool:
        """Whether one may go on; what is refused is not counted."""
        if not self._messages:
            return True
        now = self._now()
        left, at = self._buckets.pop(key, (float(self._messages), now))
        left = min(float(self._messages), left + (now - at) * self._messages / WINDOW_SECONDS)
        allowed = left >= 1
        self._buckets[key] = (max(0.0, left - count) if allowed else left, now)
        if len(self._buckets) > MOST_REMEMBERED:
            self._buckets.popitem(last=False)
        return allowed


class Rates:
    """The two of them."""

    def __init__(self, person_messages: int = 0, workspace_messages: int = 0, now: Callable[[], float] = time.monotonic) -> None:
        """Each in ten minutes; 0: no limit."""
        self._persons, self._workspaces = Rate(person_messages, now), Rate(workspace_messages, now)

    def person(self, person: Person, messages: int = 1) -> bool:
        """Whether this person may ask once more."""
        return self._persons.take(f"{person.platform}:{person.workspace}:{person.id}", messages)

    def workspace(self, person: Person, messages: int = 1) -> bool:
        """Whether the model may be asked for this workspace once more."""
        return self._workspaces.take(f"{person.platform}:{person.workspace}", messages)
