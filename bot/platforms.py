"""The port: what a platform must offer, and what it can do. Every platform passes tests/contract/platform_contract.py.

The core speaks to a platform only through this page. A member exists because the core calls it;
a capability exists because the core branches on it.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Literal, Protocol

from bot.messages import Attachment, Event, Fault, Mark, MessageReceived, Outcome, Place, Reply
from bot.pressed import Interact

if TYPE_CHECKING:
    from aiohttp.web import RouteDef

Receive = Callable[[Event], Awaitable[None]]
"""Returns when the event is safely written down; raises when it is not, and then the platform must send it again."""


Listens = Callable[[str, str], bool]
"""Whether what names nobody is for us in a channel (its workspace, its id), as settings say now. No text of others may be read."""


def nowhere(_workspace: str, _channel: str) -> bool:
    """What `Listens` says where no channel is set so."""
    return False


TagsOf = Callable[[str], Mapping[Outcome, str]]
"""What settings say now of a forum (its id): the name of its tag for each outcome, as people see it; "" for none."""

MISSED_SECONDS = 24 * 3600.0
"""After an outage, what is older is not answered any more: last night's question is worth an answer, that of two days ago would
only surprise whoever asked it."""


Call = Literal["post", "edit", "look", "status", "live-start", "live-append", "live-stop", "mark", "open"]
"""What we ask of a platform, as far as it is counted: `send`, a change of what we sent, `find_sent` and `find_live`, `show_status`;
`open_live`, `LiveMessage.show`, and what ends such a message (`finish`, `remove`); `mark`; `open_direct`."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`at_once` calls, each of which may be made anew after `seconds`; `in_turn`: not side by side, but one after the other.

    `Pace(5, 5.0)` is five in any five seconds; `Pace(3, 1.0, in_turn=True)` is one a second in the long run, and three at once.
    """

    at_once: int
    seconds: float
    in_turn: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """How many calls of these kinds, counted together, a platform takes of us in each channel, in each workspace, or in all."""

    calls: tuple[Call, ...]
    each: Literal["channel", "workspace", "platform"]
    pace: Pace


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a platform can do beyond sending text."""

    status: bool
    """It can show that we are at work on an answer. Fallback: nothing is shown."""

    buttons: bool = False
    """It shows buttons under a reply, and asks whether it helped. Fallback: neither is sent; the words of the reply say it all."""

    private: bool = False
    """It knows direct messages, so that whoever asked where others read can be answered alone. Fallback: what is personal is left out."""

    live: bool = False
    """A message can grow while its answer is written. Fallback: the whole answer at the end, as one message."""

    files: bool = False
    """Files that come with a message are told of, and can be fetched. Fallback: none is looked at, and who sent one is told so."""

    marks: bool = False
    """Where people look for a conversation they see what became of it, by the tags of a forum. Fallback: nothing is marked."""

    one_id: bool = False
    """A person has the same id in all its workspaces, so who wants to be forgotten is forgotten in all of them. Fallback: in the
    workspace where he says so, and in his own."""

    status_seconds: float = inf
    """After so many seconds the sign goes out by itself; while we are at work it is shown anew before. Fallback: it stays."""

    limits: tuple[Limit, ...] = ()
    """How fast it may be called, as it documents, the narrowest limit of each call first. Fallback: as fast as we are, until it refuses."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The beginning of a file. `whole`: that is all of it."""

    data: bytes = field(repr=False)
    whole: bool = True

    @classmethod
    async def beginning(cls, pieces: AsyncIterable[bytes], most: int) -> "Fetched":
        """So many bytes at most of what comes in pieces; no more than one piece beyond them is ever held."""
        data = bytearray()
        async for piece in pieces:
            data += piece
            if len(data) > most:
                return cls(bytes(data[:most]), whole=False)
        return cls(bytes(data))


@dataclass(frozen=True, slots=True)
class State:
    """Whether a platform hears right now, and one line that says so: "connected to workspace Shop", "no answer from ..."."""

    up: bool
    why: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a channel has been heard: everything up to `position`, a message's id, is written down or none of our business.

    With `channel` "" it is the workspace as a whole; what that means is its platform's own affair.
    """

    workspace: str
    channel: str
    position: str


class Cursors(Protocol):
    """What one platform must remember to answer what was said while it was away. Kept for it by the core."""

    async def read(self) -> Sequence[Cursor]:
        """All of them, the one that moved last first. Raises StoreError."""
        ...

    async def write(self, moved: Sequence[Cursor]) -> None:
        """Take over new positions, in one transaction. Raises StoreError."""
        ...

    async def forget(self, workspace: str) -> None:
        """All of a workspace that we are not in any more. Raises StoreError."""
        ...

    async def places(self, since: float) -> Sequence[Place]:
        """Where we have conversations that went on after `since` (seconds since 1970), the latest first. Raises StoreError."""
        ...

    async def waiting(self) -> Sequence[tuple[Place, str]]:
        """Messages (their ids) that wait for an answer: what became of them in our absence must be asked. Raises StoreError."""
        ...


class LiveMessage(Protocol):
    """A message of ours that grows. Until `Platform.finish` anybody can see that it is not complete."""

    @property
    def message_id(self) -> str:
        """The platform's."""
        ...

    async def show(self, text: str) -> None:
        """The whole text so far (CommonMark), in place of what it says. Where that cannot be done, or not all of it fits, less is shown.

        Raises PlatformError: RateLimited when this change may come later, anything else when it will never change again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Installation:
    """A workspace that let us in by itself. `token` and `refresh_token` are secrets; "" and None where the token never expires.

    `bot_id` and `bot_user` are ours there; `url` is where people see the workspace. Times are seconds since 1970.
    """

    workspace: str
    enterprise: str
    name: str
    url: str
    bot_id: str
    bot_user: str
    scopes: tuple[str, ...]
    installed_by: str
    installed_at: float
    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: float | None = None


class Installations(Protocol):
    """What one platform must remember of the workspaces that let it in by themselves. Kept for it by the core; raises StoreError."""

    async def read(self, workspace: str) -> Installation | None:
        """The installation, or None where this workspace has not let us in."""
        ...

    async def all(self) -> Sequence[Installation]:
        """Every installation, the oldest first."""
        ...

    async def keep(self, installation: Installation) -> None:
        """In place of what was known of this workspace."""
        ...

    async def remove(self, workspace: str, until: float) -> bool:
        """It lets us in no more; nothing happens (False) where it did so again after `until`, or never did."""
        ...

    def alone(self, workspace: str) -> AbstractAsyncContextManager[None]:
        """Nobody else changes this workspace's tokens meanwhile, in no process."""
        ...

    async def begin(self, state: str, seconds: float) -> None:
        """Somebody begins an installation, and has so many seconds to end it; of too many the oldest gives way."""
        ...

    async def end(self, state: str) -> bool:
        """Whether this installation was begun, in time, and not ended before."""
        ...


class Shares(Protocol):
    """Which parts of a platform this process hears, where it can be divided and other processes hear the rest.

    Kept for the platform by the core, which divides evenly, gives each part one owner, and the parts of the dead to the living.
    """

    async def ours(self, parts: int, using: Collection[int]) -> Collection[int]:
        """Those of 0 to `parts` - 1 that we should hear now; to be asked once a second. Raises nothing: without the database all
        stays as it was. `using`: those that we hear still; what is not ours goes to another process when it is not used any more."""
        ...

    def turn(self, queue: int) -> AbstractAsyncContextManager[None]:
        """One at a time among all processes; the others of this queue wait."""
        ...

    async def give_back(self) -> None:
        """Everything, for the other processes. Twice is fine."""
        ...


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

    async def start(self, receive: Receive, cursors: Cursors, interact: Interact | None = None, listens: Listens = nowhere) -> None:
        """Begin to hear; returns when the first connection stands or has failed. `interact`: None where nobody reacts.

        What was said since the cursors stood still is read and received as well, within MISSED_SECONDS.
        An outage is never raised: the platform keeps trying, and `state()` says so. Raises StoreError.
        """
        ...

    async def open(self) -> None:
        """Get ready to send, and hear nothing; instead of `start`, where another process hears. An outage is never raised."""
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
        """Pure: the reply as messages that fit, in order; at least one. Sources, notice, buttons and feedback go with the last."""
        ...

    async def send(self, place: Place, reply: Reply, key: str) -> str:
        """Post one part made by `split`; the platform's message id. `key` is ours, at most 25 of 0-9 a-z . -

        Raises PlatformError and nothing else.
        """
        ...

    async def open_direct(self, place: Place, person: str) -> Place:
        """Where what is for this person alone is said: our direct messages with him, whom we met at `place`. Twice is the same place.

        Raises PlatformError. Whether he takes any may be told by `send` alone, which raises NotAllowed then.
        """
        ...

    async def find_sent(self, place: Place, reply: Reply, key: str, after: str = "") -> str | None:
        """The id of the message that `send` made with this key, if there is one. Asked only when that is in doubt.

        `after`: the last message of ours that stands at this place, if any; what we look for can only stand below it.
        """
        ...

    async def open_live(self, question: MessageReceived, text: str) -> LiveMessage:
        """Post the beginning of an answer to a message, which is to grow. Raises PlatformError; after Unreachable it may stand there."""
        ...

    async def find_live(self, place: Place, questions: Sequence[str]) -> Sequence[str]:
        """Messages of ours that grew at this place in answer to one of these and were never finished, whoever opened them.

        Asked only when a process may have died over them. Raises PlatformError.
        """
        ...

    async def finish(self, place: Place, message_id: str, reply: Reply, key: str) -> None:
        """Make a message that grew the complete part `reply`, as `send` would post it. Doing it again changes nothing.

        Raises PlatformError; after anything but RateLimited and Unreachable it can never be done.
        """
        ...

    async def remove(self, place: Place, message_id: str) -> None:
        """Take a message that grew away; one that is gone already is no error. Raises PlatformError."""
        ...

    async def fetch(self, message: MessageReceived, attachment: Attachment, most: int) -> Fetched:
        """At most so many bytes of a file that came with this message; nothing is asked but the platform's own servers.

        Raises PlatformError: NotAllowed, also where the file lies elsewhere; PlaceGone; RateLimited and Unreachable, after which a
        later try may succeed; Unsupported.
        """
        ...

    def link(self, place: Place, message_id: str) -> str:
        """Pure: the address at which staff see this message in its conversation; "" where there is none."""
        ...

    async def mark(self, mark: Mark, tags: TagsOf) -> None:
        """Give a conversation the tag that its forum has for this outcome, and take the tags of the others away. Doing it again
        changes nothing; neither does a conversation that stands in no forum, or was closed. Raises PlatformError."""
        ...

    async def show_status(self, place: Place, reply_to: str, on: bool, language: str = "en") -> None:
        """Show or clear the sign that we are at work (`reply_to`: the customer's message; `language`: of the words in it, if any).

        Whatever was shown is cleared at the end, whoever showed it; where it went out by itself when we posted, that costs no call.
        Raises RateLimited, Unreachable, and nothing else.
        """
        ...
