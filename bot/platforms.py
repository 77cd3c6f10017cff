"""The port: what a platform must offer, and what it can do. Every platform passes tests/contract/platform_contract.py.

The core speaks to a platform only through this page. A member exists because the core calls it;
a capability exists because the core branches on it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.messages import Event, Fault, Place, Reply

if TYPE_CHECKING:
    from aiohttp.web import RouteDef

Receive = Callable[[Event], Awaitable[None]]
"""Returns when the event is safely written down; raises when it is not, and then the platform must send it again."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a platform takes: posts a second in the long run, and how many at once."""

    per_second: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do beyond sending text."""

    status: bool
    """It can show that we are at work on an answer. Fallback: nothing is shown."""

    channel_pace: Pace | None = None
    """How fast one may post into a channel. Fallback: as fast as answers come, until the platform refuses."""

    overall_pace: Pace | None = None
    """The same for all channels together."""


@dataclass(frozen=True, slots=True)
class State:
    """Whether a platform hears right now, and one line that says so: "connected to workspace Shop", "no answer from ..."."""

    up: bool
    why: str


class Platform(Protocol):
    """Slack, Discord, the web page, or a fake: a place where people write."""

    @property
    def name(self) -> str:
        """The word in `Place.platform`: "slack", "discord", "web"."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """Constant for the life of the platform."""
        ...

    async def start(self, receive: Receive) -> None:
        """Begin to hear; returns when the first connection stands or has failed.

        An outage is never raised: the platform keeps trying, and `state()` says so.
        """
        ...

    async def stop(self) -> None:
        """Hear nothing more, let deliveries under way end, close. Twice is fine."""
        ...

    def state(self) -> State:
        """For /ready and the start-up lines."""
        ...

    async def check(self) -> Sequence[Fault]:
        """For the doctor: try the tokens and the permissions; [] when all is well. Must work without `start`."""
        ...

    def routes(self) -> "Sequence[RouteDef]":
        """What the platform brings to our HTTP server."""
        ...

    def split(self, reply: Reply) -> Sequence[Reply]:
        """Pure: the reply as messages that fit, in order; at least one. Sources and notice go with the last."""
        ...

    async def send(self, place: Place, reply: Reply, key: str) -> str:
        """Post one part made by `split`; the platform's message id. `key` is ours, at most 25 of 0-9 a-z . -

        Raises PlatformError and nothing else.
        """
        ...

    async def find_sent(self, place: Place, reply: Reply, key: str, after: str = "") -> str | None:
        """The id of the message that `send` made with this key, if there is one. Asked only when that is in doubt.

        `after`: the last message of ours that stands at this place, if any; what we look for can only stand below it.
        """
        ...

    def link(self, place: Place, message_id: str) -> str:
        """Pure: the address at which staff see this message in its conversation; "" where there is none."""
        ...

    async def show_status(self, place: Place, reply_to: str, on: bool) -> None:
        """Show or clear the sign that we are at work (`reply_to`: the customer's message). Never raises."""
        ...
