"""What people do to us without writing a message: they press, command, fill in a form, come by. And what they then see.

An interaction wants an answer within three seconds, and only whoever did it sees the answer; so it does not wait in the inbox.
A platform shows at once that it was heard, or opens the form, and shows the reaction when it comes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from bot.messages import LONGEST_TEXT, Person, Place, Reply, storable


@dataclass(frozen=True, slots=True)
class Chosen:
    """A message that staff chose something for ("Draft a reply"). `ours`: we wrote it."""

    place: Place
    message_id: str
    author: Person
    text: str
    ours: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", storable(self.text[:LONGEST_TEXT]))


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """Somebody pressed a button under our message `message_id` at `place`. `alone`: he alone sees that message. `admin`: he may change
    how the bot works here, says the platform."""

    event_id: str
    place: Place
    person: Person
    message_id: str
    action: str
    value: str = ""
    locale: str = ""
    handle: str = ""
    alone: bool = False
    admin: bool = False


@dataclass(frozen=True, slots=True)
class CommandGiven:
    """Somebody gave a command, or chose one for a message. `command`: "ask", "language", "human", "forget-me", "here", "draft",
    "summarise", "hand-over". `admin`: see ButtonPressed."""

    event_id: str
    place: Place
    person: Person
    command: str
    text: str = ""
    locale: str = ""
    handle: str = ""
    admin: bool = False
    chosen: Chosen | None = None


@dataclass(frozen=True, slots=True)
class FormSent:
    """Somebody filled in a form of ours; `value` as it was in the form, `entries` by the fields' names. `admin`: see ButtonPressed."""

    event_id: str
    place: Place
    person: Person
    form: str
    value: str
    entries: tuple[tuple[str, str], ...]
    locale: str = ""
    handle: str = ""
    admin: bool = False


@dataclass(frozen=True, slots=True)
class CameBy:
    """Somebody opened our own page on the platform: the conversation with us ("messages"), or our "home"."""

    event_id: str
    place: Place
    person: Person
    tab: Literal["messages", "home"]
    locale: str = ""


Interaction = ButtonPressed | CommandGiven | FormSent | CameBy


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a form: a line, a `long` text, or one of `options` (value, label). `text`: what stands there at first."""

    name: str
    label: str
    text: str = ""
    long: bool = False
    required: bool = True
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Fields to fill in. `name` and `value` come back with it; `title` and `submit` have at most 24 characters."""

    name: str
    title: str
    submit: str
    fields: tuple[Field, ...]
    language: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A reply that only this person sees. `instead`: in the place of the message whose button was pressed, if he alone sees that."""

    reply: Reply
    instead: bool = False


@dataclass(frozen=True, slots=True)
class Prompts:
    """Questions that somebody may begin with."""

    title: str
    questions: tuple[str, ...]


Reaction = Shown | Form | Prompts | None
"""None: there is nothing to show; what was done can be seen elsewhere."""

Interact = Callable[[Interaction], Awaitable[Reaction]]
"""Never raises. A form comes at once, since it must be opened within three seconds; a reply may take as long as an answer."""
