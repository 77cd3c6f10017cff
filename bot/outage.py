"""A database that is away is one line in the log when it begins and one when it is over, however many wait for it."""

import logging
import time

log = logging.getLogger(__name__)

CALM_SECONDS = 5.0
"""It is over when nothing has failed for so long: on a full disk, now and then something small fits."""


class Outage:
    """One for all of a process that need the database: who fails says so here and nowhere else."""

    def __init__(self) -> None:
        self._since: float | None = None
        self._failed_at = 0.0

    def failed(self, why: object) -> None:
        """Somebody could not read or write."""
        self._failed_at = time.monotonic()
        if self._since is None:
            self._since = self._failed_at
            log.error("nothing is acknowledged or answered until the database works again: %s", why)

    def worked(self) -> None:
        """Somebody could write."""
        if self._since is not None and time.monotonic() - self._failed_at >= CALM_SECONDS:
            log.warning("the database works again, after %.0f s", self._failed_at - self._since)
            self._since = None
