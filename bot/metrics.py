"""What /metrics tells: how long people wait, what the platforms refuse, what the models take, and how things stand."""

from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS: Final = (0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 300, 900)


class Metrics:
    """The figures of one process since its start. They name platforms and models, never people."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        here = self._registry
        self._first_sign = Histogram(
            "polydesk_first_sign_seconds", "From a message to the sign that we are at work", ["platform"], buckets=SECONDS, registry=here
        )
        self._answer = Histogram("polydesk_answer_seconds", "From a message to its answer", ["platform"], buckets=SECONDS, registry=here)
        self._answers = Counter("polydesk_answers", "Answers, by who worded them", ["platform", "model", "answered"], registry=here)
        self._failures = Counter("polydesk_failures", "Answers that failed and were tried again or given up", ["platform"], registry=here)
        self._limited = Counter("polydesk_platform_limited", "Calls that a platform put off (429)", ["platform"], registry=here)
        self._tokens = Counter("polydesk_tokens", "Tokens, as the models' servers count them", ["model", "kind"], registry=here)
        self._up = Gauge("polydesk_platform_up", "1 while a platform is connected", ["platform"], registry=here)
        self._resting = Gauge("polydesk_model_resting", "1 while a failing model is left alone", ["model"], registry=here)
        self._standing = {
            name: Gauge(f"polydesk_{name}", help_text, registry=here)
            for name, help_text in (
                ("lanes_waiting", "Conversations with a message that nobody has begun to answer"),
                ("lanes_answering", "Conversations that are being answered"),
                ("oldest_message_seconds", "Age of the oldest message that has no answer"),
                ("letters_sending", "Parts of replies on their way"),
                ("letters_in_doubt", "Parts of replies whose worker is gone"),
                ("messages_aside", "Messages that were given up"),
                ("workers", "Processes that answer"),
                ("feedback_helpful", "Answers of which somebody said that they helped"),
                ("feedback_unhelpful", "Answers of which somebody said that they did not help"),
            )
        }

    def first_sign(self, platform: str, seconds: float) -> None:
        """Somebody saw that we are at work."""
        self._first_sign.labels(platform).observe(max(0.0, seconds))

    def answered(self, platform: str, model: str, answered: bool, seconds: float) -> None:
        """Somebody got an answer, or was told that there is none."""
        self._answer.labels(platform).observe(max(0.0, seconds))
        self._answers.labels(platform, model or "none", "yes" if answered else "no").inc()

    def failed(self, platform: str) -> None:
        """An answer failed."""
        self._failures.labels(platform).inc()

    def limited(self, platform: str) -> None:
        """A platform asked us to wait."""
        self._limited.labels(platform).inc()

    def tokens(self, model: str, prompt: int, cached: int, answer: int) -> None:
        """A model was asked; `cached` is a part of `prompt`."""
        for kind, count in (("prompt", prompt - cached), ("cached", cached), ("answer", answer)):
            if count > 0:
                self._tokens.labels(model, kind).inc(count)

    def text(self, standing: Mapping[str, float], platforms: Mapping[str, bool], resting: Mapping[str, bool]) -> bytes:
        """All of it in Prometheus' text format. `standing` is named as above, without the prefix."""
        for name, value in standing.items():
            self._standing[name].set(value)
        for name, up in platforms.items():
            self._up.labels(name).set(up)
        for name, rests in resting.items():
            self._resting.labels(name).set(rests)
        return generate_latest(self._registry)
