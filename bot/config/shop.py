"""What shop.toml may say: its sections, key by key, with what holds where it is silent."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.config.channels import ChannelName, ChannelSection

LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "tr", "ru", "ar", "zh", "ja", "ko", "hi", "vi")

PLACES = (
    re.compile(r"(?P<platform>slack):(?:(?P<workspace>\w{0,25}):)?(?P<channel>\w{1,25}):?", re.ASCII),
    re.compile(r"https://[a-z0-9.-]+\.(?P<platform>slack)\.com/archives/(?P<channel>\w{1,25})(?P<workspace>)/?", re.ASCII),
    re.compile(r"(?P<platform>discord):(?P<workspace>[0-9]{1,25}):(?P<channel>[0-9]{1,25}):?"),
    re.compile(r"https://(?:[a-z]+\.)?(?P<platform>discord)\.com/channels/(?P<workspace>[0-9]{1,25})/(?P<channel>[0-9]{1,25})/?"),
)
"""The ways to name a channel for staff."""

WORKSPACE = re.compile(r"slack:[A-Z0-9]{1,25}|discord:[0-9]{1,25}")
"""The name of a workspace of Slack, or of a server of Discord."""

Profile = Literal["", "generic", "openai", "mistral", "qwen", "vllm", "llamacpp", "ollama", "anthropic", "google"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ShopSection(_Section):
    """`[shop]`: who we are, what we know, which languages we speak."""

    name: str = "Lumen & Loom"
    languages: tuple[str, ...] = LANGUAGES
    default_language: str = "en"
    other_languages: Literal["default", "handoff"] = "default"
    documents: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    contact: str = ""
    prompts: tuple[str, ...] = ()

    @field_validator("languages")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("names no language; leave it out for the usual sixteen")
        return value


class AnswersSection(_Section):
    """`[answers]`: when we dare to answer, and how."""

    threshold: Annotated[float, Field(ge=0, le=1)] = 0.35
    checks: bool = True
    live: bool = True
    tone: str = "friendly, brief and plain"
    passages: Annotated[int, Field(ge=1, le=20)] = 5


class LimitsSection(_Section):
    """`[limits]`: how much may go in and out, how often, and what a day may cost. 0 means no limit where 0 is allowed."""

    history_tokens: Annotated[int, Field(ge=0)] = 1500
    answer_tokens: Annotated[int, Field(ge=16)] = 800
    attachment_tokens: Annotated[int, Field(ge=0)] = 2000
    message_characters: Annotated[int, Field(ge=100, le=40_000)] = 4000
    model_seconds: Annotated[float, Field(gt=0)] = 90
    tokens_a_day: Annotated[int, Field(ge=0)] = 0
    answers_at_once: Annotated[int, Field(ge=1)] = 256
    answers_waiting: Annotated[int, Field(ge=0)] = 1000
    person_messages: Annotated[int, Field(ge=0)] = 0
    workspace_messages: Annotated[int, Field(ge=0)] = 0


class HandoffSection(_Section):
    """`[handoff]`: where staff are told that a customer wants a person. `place` is kept as a Place's key, `staff` are Persons' keys:
    who may use the tools for staff besides those who may manage the channel."""

    place: str = ""
    staff: tuple[Annotated[str, Field(pattern=r"^(slack|discord):\w{1,25}:\w{1,25}$")], ...] = ()

    @field_validator("place")
    @classmethod
    def _key(cls, value: str) -> str:
        return _place(value)


class IndexSection(_Section):
    """`[index]`: how often `serve` looks whether documents changed; 0: never, `index` is run by hand."""

    minutes: Annotated[float, Field(ge=0)] = 0


class CrawlSection(_Section):
    """`[crawl]`: how far the desk may go for web pages. `hosts` may be asked besides those of the addresses in `documents`;
    `pages` is the most that is read of one site."""

    hosts: tuple[str, ...] = ()
    pages: Annotated[int, Field(ge=1)] = 1000


class PageSection(_Section):
    """`[page]`: the try-it page. `open` lets it be seen on other hosts than this machine; `hosts` are its names there."""

    open: bool = False
    hosts: tuple[str, ...] = ()


class ModelSection(_Section):
    """`[[models]]`: where answers come from. The first is asked, the next where it fails; `key_variable` names the variable
    in the environment that holds the key. `sees`: whether it takes pictures; where that is not said, its name must tell."""

    url: str
    name: str
    profile: Profile = ""
    key_variable: str = "MODEL_KEY"
    sees: bool | None = None


class WorkspaceSection(_Section):
    """`[workspaces."slack:T0123"]`, `[workspaces."discord:123"]`: what one workspace or server has of its own. What is not said here
    is as for all others; with `documents` of its own it is answered from these alone."""

    name: str | None = None
    languages: tuple[str, ...] | None = None
    default_language: str | None = None
    other_languages: Literal["default", "handoff"] | None = None
    documents: tuple[str, ...] = ()
    hosts: tuple[str, ...] | None = None
    contact: str | None = None
    prompts: tuple[str, ...] | None = None
    tone: str | None = None
    handoff: str | None = None

    @field_validator("handoff")
    @classmethod
    def _key(cls, value: str | None) -> str | None:
        return None if value is None else _place(value)


class Shop(_Section):
    """shop.toml as a whole."""

    shop: ShopSection = ShopSection()
    answers: AnswersSection = AnswersSection()
    limits: LimitsSection = LimitsSection()
    index: IndexSection = IndexSection()
    crawl: CrawlSection = CrawlSection()
    page: PageSection = PageSection()
    handoff: HandoffSection = HandoffSection()
    models: tuple[ModelSection, ...] = ()
    workspaces: dict[str, WorkspaceSection] = {}
    channels: dict[ChannelName, ChannelSection] = {}

    @field_validator("workspaces")
    @classmethod
    def _named(cls, value: dict[str, WorkspaceSection]) -> dict[str, WorkspaceSection]:
        if wrong := [name for name in value if not WORKSPACE.fullmatch(name)]:
            raise ValueError(f'{", ".join(wrong)}: name a workspace "slack:T0123ABCD", a server "discord:NUMBER"')
        return value

    @field_validator("channels")
    @classmethod
    def _tagged(cls, value: dict[str, ChannelSection]) -> dict[str, ChannelSection]:
        if wrong := [name for name, said in value.items() if (said.answered_tag or said.person_tag) and not name.startswith("discord:")]:
            raise ValueError(f"{', '.join(wrong)}: only forums of Discord have tags, so take answered_tag and person_tag out")
        return value

    def at(self, workspace: str) -> "Shop":
        """All of this as it holds in one workspace (`slack:T0123`, `discord:123`): the words of its section come first."""
        own = self.workspaces.get(workspace)
        if own is None:
            return self
        said = own.model_dump(exclude_none=True, exclude={"documents"})
        answers = self.answers.model_copy(update={"tone": said.pop("tone", self.answers.tone)})
        handoff = self.handoff.model_copy(update={"place": _in(workspace, said.pop("handoff", self.handoff.place))})
        shop = self.shop.model_copy(update={**said, "documents": own.documents or self.shop.documents})
        return self.model_copy(update={"shop": shop, "answers": answers, "handoff": handoff})


def _place(value: str) -> str:
    """A channel for staff, however it was named, as a Place's key."""
    if not value:
        return ""
    found = next((match for pattern in PLACES if (match := pattern.fullmatch(value.strip()))), None)
    if found is None:
        raise ValueError("write slack:C0123ABCD, discord:SERVER:CHANNEL, or paste the channel's link")
    return f"{found['platform']}:{found['workspace'] or ''}:{found['channel']}:"


def _in(workspace: str, place: str) -> str:
    """A channel of Slack that names no workspace is one of this workspace."""
    return place.replace("slack::", f"{workspace}:", 1) if workspace.startswith("slack:") else place
