"""Where and how we speak: what holds in a channel, and which messages that gives us. Looked up in memory; pure but for `Channels`."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.config.channels import Answer, ChannelSection
from bot.errors import StoreError
from bot.language.questions import may_ask
from bot.messages import MessageReceived, Outcome, Person, Place, Turn
from bot.platforms import TagsOf
from bot.store.channels import ChannelStore

log = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds after which a command that was given to another process counts here, too."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds in a channel. `answer`: who is answered; "questions": also what is asked of everybody. `quiet`: the hours
    ("22:00-07:00") in which only who speaks to us is. `wait_minutes`: so long others may answer first. `tone`: "" for the usual.
    `answered_tag`, `person_tag`: what a forum calls its tags for what is answered, or needs a person; "" for none."""

    answer: Answer = "mention"
    quiet: str = ""
    timezone: str = "UTC"
    wait_minutes: float = 0
    tone: str = ""
    answered_tag: str = ""
    person_tag: str = ""

    def is_quiet(self, at: float) -> bool:
        """Whether it is quiet at a time (seconds since 1970)."""
        if not self.quiet:
            return False
        begins, ends = self.quiet.split("-")
        now = datetime.fromtimestamp(at, ZoneInfo(self.timezone)).strftime("%H:%M")
        return begins <= now < ends if begins <= ends else now >= begins or now < ends


USUAL = Rules()


class Channels:
    """`said`: shop.toml's sections. `store`: what was set by command; None: nothing can be."""

    def __init__(self, said: Mapping[str, ChannelSection] | None = None, store: ChannelStore | None = None) -> None:
        self._said: dict[str, dict[str, Any]] = {name: section.model_dump(exclude_none=True) for name, section in (said or {}).items()}
        self._set: dict[str, dict[str, Any]] = {}
        self._store = store
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Know what was set, and keep knowing. Raises StoreError."""
        await self.look()
        self._looking = asyncio.create_task(self._keep_looking(), name="channels")

    async def stop(self) -> None:
        """Look no more."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def look(self) -> None:
        """What was set meanwhile counts. Raises StoreError."""
        if self._store is not None:
            self._set = {name: _checked(said) or {} for name, said in (await self._store.read()).items()}

    async def set(self, place: Place, said: Mapping[str, str], person: Person) -> None:
        """These settings from now on in the channel of a place, in this process at once; none: as shop.toml says. Raises StoreError."""
        if self._store is not None:
            channel = f"{place.platform}:{place.workspace}:{place.channel}"
            await (self._store.set(channel, said, person) if said else self._store.forget(channel))
            await self.look()

    def at(self, place: Place, parent: str = "") -> Rules:
        """What holds at a place; `parent`: the channel in which the thread stands, see MessageReceived."""
        if place.direct or not (self._said or self._set):
            return USUAL
        return self._in(place.platform, place.workspace, *dict.fromkeys(filter(None, (parent, place.channel))))

    def listens(self, platform: str, workspace: str, channel: str) -> bool:
        """Whether we answer there what is asked of everybody."""
        return self._in(platform, workspace, channel).answer == "questions"

    def tags(self, place: Place) -> TagsOf | None:
        """The tags of the forum in which a post stands, by the forum's id; None where none of this server's has any."""
        server = f"{place.platform}:{place.workspace}"
        here = (said for name, said in self._said.items() if name == server or name.startswith(f"{server}:"))
        if place.direct or not any(said.get("answered_tag") or said.get("person_tag") for said in here):
            return None

        def of(forum: str) -> Mapping[Outcome, str]:
            rules = self._in(place.platform, place.workspace, forum, place.channel)
            return {"answered": rules.answered_tag, "person": rules.person_tag}

        return of

    def _in(self, platform: str, workspace: str, *channels: str) -> Rules:
        """The narrower goes before the wider, and a command before shop.toml."""
        server = f"{platform}:{workspace}"
        names = [server, *(f"{server}:{channel}" for channel in channels)]
        said: dict[str, Any] = {}
        for layer in (self._said, self._set):
            for name in names:
                said |= layer.get(name, {})
        return Rules(**said) if said else USUAL

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            try:
                await self.look()
            except StoreError:
                continue  # the database has said so already; what held goes on to hold
            except Exception as exc:  # noqa: BLE001  # this task must not end while the process lives
                log.error("the settings of channels could not be read: %s", type(exc).__name__)


def said_in(text: str) -> Mapping[str, str] | None:
    """What somebody sets by a command, such as "answer questions"; none of it for "default", None where it cannot be understood."""
    match text.split():
        case ["default"]:
            return {}
        case ["answer", answer]:
            said = {"answer": answer}
        case ["quiet", "off"]:
            said = {"quiet": ""}
        case ["quiet", hours]:
            said = {"quiet": hours}
        case ["quiet", hours, zone]:
            said = {"quiet": hours, "timezone": zone}
        case ["wait", minutes]:
            said = {"wait_minutes": minutes}
        case ["tone", *words] if words:
            said = {"tone": " ".join(words)}
        case _:
            return None
    return said if _checked(said) is not None else None


def _checked(said: Mapping[str, str]) -> dict[str, Any] | None:
    """Settings as values; None where one is at fault, perhaps because an older version or another machine took it."""
    try:
        return ChannelSection.model_validate(dict(said)).model_dump(exclude_none=True)
    except ValueError:
        return None


def admits(rules: Rules, message: MessageReceived) -> bool:
    """Whether a message is for us at all; of what is not, nothing is kept. Who asks by a command has come to us."""
    if message.place.direct or message.aside:
        return True
    if rules.answer == "off":
        return False
    if message.addressed not in ("open", "maybe"):
        return True
    if rules.is_quiet(message.sent_at):
        return False
    return message.addressed == "maybe" or (rules.answer == "questions" and may_ask(message.text))


def unasked(rules: Rules, messages: Sequence[MessageReceived], before: Sequence[Turn]) -> bool:
    """Whether nobody has spoken to us: then we say what we know, and nothing where we know nothing. `before`: what was said here.

    A thread under a question that we left alone is not ours, even if somebody wrote in it while we were still thinking.
    """
    strangers = {"open", "maybe"} if rules.answer == "questions" and not before else {"open"}
    return all(message.addressed in strangers for message in messages)
