"""What the subjects of interactions share: who reacts to what, and the shape of a short answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.language import phrases
from bot.messages import Person, Place, Reply
from bot.pressed import ButtonPressed, CommandGiven, FormSent, Reaction, Shown

OnPress = Callable[[ButtonPressed, str], Awaitable[Reaction]]
OnCommand = Callable[[CommandGiven, str], Awaitable[Reaction]]
OnForm = Callable[[FormSent, str], Awaitable[Reaction]]
"""An interaction and the language of whoever did it; what he then sees."""


@dataclass(frozen=True, slots=True)
class House:
    """What shop.toml says that matters here. `prompts`: questions that somebody may begin with; none: our own.
    `staff`: keys of the people who may use the tools for staff."""

    languages: tuple[str, ...]
    default_language: str
    prompts: tuple[str, ...] = ()
    staff: frozenset[str] = frozenset()

    def is_staff(self, person: Person, place: Place, admin: bool = False) -> bool:
        """Whether somebody may see what staff see at a place; whoever may change how the bot works there may. A guest from another
        workspace is a customer, whatever he is at home."""
        return admin or (person.workspace == place.workspace and person.key in self.staff)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who reacts to which button, command and form, by their names."""

    buttons: Mapping[str, OnPress] = field(default_factory=dict)
    commands: Mapping[str, OnCommand] = field(default_factory=dict)
    forms: Mapping[str, OnForm] = field(default_factory=dict)


def told(phrase: str, language: str, /, instead: bool = False, **values: object) -> Shown:
    """One of our sentences, for whoever did something."""
    return Shown(Reply(phrases.say(phrase, language, **values), language), instead)


def entry(form: FormSent, name: str) -> str:
    """What was filled into a field; "" where it was left empty."""
    return dict(form.entries).get(name, "").strip()
