"""The words that everyone shares: plain frozen values, standard library only.

Adapters make events out of what a platform says; the core makes a Reply out of them. Nothing here
holds a client, a callback or a raw payload. Times are seconds since 1970 (UTC). Whatever people or models say is made
`storable` when a value is made of it, so nobody behind has to ask.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote

Addressed = Literal["direct", "mention", "reply", "maybe", "open"]
"""How a message reaches us: written to us alone, naming us, answering us, (`maybe`) in a thread that may be ours, or (`open`) to
everybody in a channel where we listen."""

LONGEST_TEXT = 50_000
"""Characters of what somebody writes at once: more than any platform takes. What is longer is cut here."""

LONGEST_NAME = 100

MOST_ATTACHMENTS = 10
"""Files of one message of which we keep where they are; more than people attach."""

LONGEST_ADDRESS = 2000

PINNED = "📎 "
"""So begins, in whatever is written down of a message, the line that names a file that came with it: a sign that needs no language."""

EVERYWHERE = "*"
"""Instead of a person's workspace: all of them."""

ASKED = "asked-"
"""So begins the id of a question that was asked by a command: no message of it stands on the platform."""


def storable(text: str) -> str:
    """The text as every database and JSON take it: no NUL, no half of a character; two halves that belong together become one."""
    if text.isascii():
        return text.replace("\0", "")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore").replace("\0", "")


@dataclass(frozen=True, slots=True)
class Place:
    """One conversation's address. `thread` is "" where the whole channel is the conversation."""

    platform: str
    workspace: str
    channel: str
    thread: str = ""
    direct: bool = False

    @property
    def key(self) -> str:
        """`slack:T1:C1:1712.0001`, and `:direct` after it for a direct message."""
        parts = [quote(part, safe="@.-_") for part in (self.platform, self.workspace, self.channel, self.thread)]
        return ":".join([*parts, "direct"] if self.direct else parts)

    @classmethod
    def from_key(cls, key: str) -> "Place":
        """The place whose `key` this is."""
        platform, workspace, channel, thread, *rest = map(unquote, key.split(":"))
        return cls(platform, workspace, channel, thread, direct=rest == ["direct"])


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform. `name` is what people see, one line, and only for show: never proof of who they are."""

    platform: str
    workspace: str
    id: str
    name: str = ""

    def __post_init__(self) -> None:
        _keep(self, "name", " ".join(storable(self.name[:LONGEST_NAME]).split()))

    @property
    def key(self) -> str:
        """`slack:T1:U1`; `slack:*:U1` for who has this id in any workspace."""
        return ":".join(quote(part, safe="@.-_*") for part in (self.platform, self.workspace, self.id))

    @classmethod
    def from_key(cls, key: str) -> "Person":
        """The person whose `key` this is, nameless."""
        platform, workspace, person = map(unquote, key.split(":"))
        return cls(platform, workspace, person)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message, as the platform tells of it; its bytes stay there until they are needed.

    `name`: one line of what people see, with nothing in it that is not seen. `kind`: its media type ("image/png"), "" where it is
    not told. `size`: in bytes, 0 where it is not told. `id` and `address` ("" where there is none): by which its platform finds it.
    Neither is proof of what is in it.
    """

    name: str
    kind: str = ""
    size: int = 0
    id: str = ""
    address: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        seen = "".join(sign if sign.isprintable() else " " if sign.isspace() else "" for sign in storable(self.name[:LONGEST_ADDRESS]))
        name = " ".join(seen.split()) or "?"
        _keep(self, "name", name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 21]}…{name[-20:]}")
        _keep(self, "kind", storable(self.kind).partition(";")[0].strip().lower()[:LONGEST_NAME])
        _keep(self, "id", storable(self.id)[:LONGEST_NAME])
        _keep(self, "address", self.address if len(self.address) <= LONGEST_ADDRESS and self.address.isascii() else "")


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """Somebody wrote something. `text` is CommonMark without the mention of us.

    `event_id` is the platform's own id of this delivery; `message_id` is the message's in its channel.
    `fresh_after`: after so many seconds of silence this message opens a new conversation (None: never).
    `locale` is the platform's guess at the author's language ("fr", "pt-BR", or "").
    `aside`: only its author is to see the answer, for he asked by a command; `handle`: see Reply.
    `parent`: the channel in which the thread stands, where that is another one than `place.channel`; `replies_to`: the id of the
    message that it answers, where it says so. `attachments`: the files that came with it, MOST_ATTACHMENTS at most.
    """

    event_id: str
    place: Place
    message_id: str
    author: Person
    text: str
    sent_at: float
    addressed: Addressed
    fresh_after: float | None = None
    locale: str = ""
    aside: bool = False
    handle: str = ""
    parent: str = ""
    replies_to: str = ""
    attachments: tuple[Attachment, ...] = ()

    def __post_init__(self) -> None:
        _keep(self, "text", storable(self.text[:LONGEST_TEXT]))
        object.__setattr__(self, "attachments", self.attachments[:MOST_ATTACHMENTS])

    @property
    def said(self) -> str:
        """The text, and a line for each file that came with it."""
        return with_files(self.text, ((one.name, "") for one in self.attachments)) if self.attachments else self.text

    @property
    def standing(self) -> str:
        """Its id, to answer or link to; "" where it was asked by a command."""
        return "" if self.message_id.startswith(ASKED) else self.message_id


@dataclass(frozen=True, slots=True)
class MessageEdited:
    """The author changed a message; `place.thread` may be wrong here, `message_id` in its channel is what counts."""

    event_id: str
    place: Place
    message_id: str
    text: str
    edited_at: float

    def __post_init__(self) -> None:
        _keep(self, "text", storable(self.text[:LONGEST_TEXT]))


@dataclass(frozen=True, slots=True)
class MessageDeleted:
    """A message was taken away; as with an edit, `message_id` in its channel is what counts."""

    event_id: str
    place: Place
    message_id: str
    deleted_at: float


@dataclass(frozen=True, slots=True)
class StopPressed:
    """Somebody wants no answer any more: what is being answered at `place` is to end. `place.direct` may be wrong here."""

    event_id: str
    place: Place
    stopped_at: float


Signal = MessageEdited | MessageDeleted | StopPressed
Event = MessageReceived | Signal


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer stands on: a document's title and its address ("" when it has none to show)."""

    title: str
    url: str = ""

    def __post_init__(self) -> None:
        _keep(self, "title", storable(self.title))
        _keep(self, "url", storable(self.url))


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press under a reply. `action` is a word of ours ("person", "share"), `value` what it is about: at most 60 of
    0-9 A-Z a-z . _ - and nothing secret, since it stands in the message; left empty under an answer, it becomes the number of the
    answer's turn. `weight`: how much it calls for being pressed."""

    action: str
    label: str
    value: str = ""
    weight: Literal["", "primary", "danger"] = ""


Outcome = Literal["answered", "person"]
"""What became of a conversation: it is answered, or it needs a person."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A conversation that is to be shown as answered, or as needing a person, where people look for it."""

    place: Place
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Reply:
    """What we say. `text` and `notice` are CommonMark; `notice` is small print under the answer.

    `language` is the language of the frame (labels). `answers` is the id of the message that this answers.
    `offers_person`: it offers to pass the question on, and a yes accepts. `feedback`: whether it helped is asked, by two buttons
    of the platform's own making, which are pressed as "good" and "bad". `only_for`: the id of the person who alone may see it;
    `handle`: what the platform gave us to answer an interaction with. It holds for some minutes, and is a secret until then.
    `mark`: what is to be shown of a conversation as soon as this stands. `turn`: the number of the answer's turn, with which the
    buttons of `feedback` come back; "" before it has one.
    `direct`: that person gets it as a direct message, wherever he asked.
    """

    text: str
    language: str
    sources: tuple[Source, ...] = ()
    notice: str = ""
    answers: str = ""
    offers_person: bool = False
    buttons: tuple[Button, ...] = ()
    feedback: bool = False
    only_for: str = ""
    handle: str = ""
    mark: Mark | None = None
    turn: str = ""
    direct: bool = False

    def __post_init__(self) -> None:
        _keep(self, "text", storable(self.text))
        _keep(self, "notice", storable(self.notice))


Role = Literal["customer", "bot", "staff"]
Holder = Literal["bot", "waiting", "staff"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message in a thread. `message_id` is "" as long as the platform has not told us one. `offers_person`: see Reply."""

    role: Role
    text: str
    message_id: str = ""
    author: str = ""
    offers_person: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """Our record of one conversation. `language` is "" until somebody has said something telling."""

    id: int
    place: Place
    language: str
    holder: Holder
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that keeps the desk from working, and what mends it. `subject`: "slack", "model", "database", ..."""

    subject: str
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.what}. {self.cure}"


def with_files(text: str, files: Iterable[tuple[str, str]]) -> str:
    """What somebody wrote and, under it, his files: (name, what is to be kept of its text)."""
    parts = [text.strip(), *(f"{PINNED}{name}\n{kept}".strip() for name, kept in files)]
    return "\n\n".join(part for part in parts if part)


def without_files(said: str) -> str:
    """What somebody wrote, without what was put under it by `with_files`."""
    return said if said.find(PINNED) < 0 else said.partition(PINNED)[0].strip()


def reworded(said: str, text: str) -> str:
    """What somebody said, after he changed his words to this text: what was put under them by `with_files` stays."""
    _, pin, files = f"\n\n{said}".partition(f"\n\n{PINNED}")
    return f"{text.strip()}{pin}{files}".strip() if pin else text


def _keep(value: object, name: str, text: str) -> None:
    """Set a field of a frozen value that is just being made."""
    object.__setattr__(value, name, text)
