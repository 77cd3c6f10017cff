"""What was said, heard and answered, and what it comes to."""

import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

CODE = re.compile(r"Q\d+Z")
MODEL_FIRST, MODEL_WORDS, MODEL_RATE = 0.3, 150, 50
"""Seconds until the first token, tokens, tokens a second."""
MODEL = MODEL_FIRST + MODEL_WORDS / MODEL_RATE


@dataclass
class Record:
    """Times are seconds of the world's clock."""

    said: dict[str, float] = field(default_factory=dict)
    on: dict[str, str] = field(default_factory=dict)
    """The platform of each code."""
    answered: dict[str, list[float]] = field(default_factory=dict)
    acknowledged: list[float] = field(default_factory=list)
    signs: list[float] = field(default_factory=list)
    modelled: list[float] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    injected: int = 0
    again: int = 0
    twice: int = 0

    def post(self, text: str) -> list[str]:
        """One of ours stands; the codes that it answers."""
        codes = list(dict.fromkeys(CODE.findall(text)))
        for code in codes:
            self.answered.setdefault(code, []).append(time.monotonic())
        if not codes:
            self.odd.append(text[:200])
        return codes

    def summary(self) -> dict[str, Any]:
        """Figures only."""
        return {
            "messages": len(self.said),
            "lost": Counter(self.on[code] for code in self.said if code not in self.answered),
            "doubled": sum(len(at) > 1 for at in self.answered.values()),
            "odd": self.odd[:5],
            "odd_count": len(self.odd),
            "acknowledged": spread(self.acknowledged),
            "answered": {name: spread(self._beyond(name)) for name in ("Slack", "Discord")},
            "model": spread(self.modelled),
            "injected": self.injected,
            "again": self.again,
            "twice": self.twice,
        }

    def _beyond(self, platform: str) -> list[float]:
        return [at[0] - self.said[code] - MODEL for code, at in self.answered.items() if self.on[code] == platform]


def spread(values: list[float]) -> list[float]:
    """The median, the 99th percentile, the most; zeros of nothing."""
    values = sorted(values) or [0.0]
    return [values[len(values) // 2], values[min(len(values) - 1, int(0.99 * len(values)))], values[-1]]
