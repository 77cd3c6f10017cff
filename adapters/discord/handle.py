"""What Discord gives us to answer an interaction with, as one string that works from any process."""

from dataclasses import dataclass
from typing import Self

LIFE = 900.0
"""Seconds that Discord keeps it."""
MARGIN = 10.0
"""Seconds before its end at which we do not begin any more."""


@dataclass(frozen=True, slots=True)
class Handle:
    """The token of an interaction with the application; `until`: when it ends, in seconds since 1970."""

    application: int
    until: float
    token: str

    def __str__(self) -> str:
        return f"{self.application}:{self.until:.0f}:{self.token}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The handle that this string is; None for any other string."""
        application, _, rest = text.partition(":")
        until, _, token = rest.partition(":")
        if not (application.isdecimal() and until.isdecimal() and token):
            return None
        return cls(int(application), float(until), token)

    def holds(self, now: float) -> bool:
        """Whether it can still be used."""
        return now < self.until - MARGIN
