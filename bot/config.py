"""The only reader of the environment (and `.env`) and of shop.toml. Every fault is found at once, in one ConfigError."""

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError

LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "tr", "ru", "ar", "zh", "ja", "ko", "hi", "vi")
SAMPLE_SHOP = Path(__file__).parent / "sample_shop"
DATABASES = ("sqlite", "sqlite+aiosqlite", "postgres", "postgresql", "postgresql+psycopg")
LOOPBACK = ("127.0.0.1", "localhost", "::1")

PLACES = (
    re.compile(r"(?P<platform>slack):(?:(?P<workspace>\w{0,25}):)?(?P<channel>\w{1,25}):?", re.ASCII),
    re.compile(r"https://[a-z0-9.-]+\.(?P<platform>slack)\.com/archives/(?P<channel>\w{1,25})(?P<workspace>)/?", re.ASCII),
    re.compile(r"(?P<platform>discord):(?P<workspace>[0-9]{1,25}):(?P<channel>[0-9]{1,25}):?"),
    re.compile(r"https://(?:[a-z]+\.)?(?P<platform>discord)\.com/channels/(?P<workspace>[0-9]{1,25})/(?P<channel>[0-9]{1,25})/?"),
)
"""The ways to name a channel for staff."""

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
    tone: str = "friendly, brief and plain"
    passages: Annotated[int, Field(ge=1, le=20)] = 5


class LimitsSection(_Section):
    """`[limits]`: how much may go in and out, how often, and what a day may cost. 0 means no limit where 0 is allowed."""

    history_tokens: Annotated[int, Field(ge=0)] = 1500
    answer_tokens: Annotated[int, Field(ge=16)] = 800
    message_characters: Annotated[int, Field(ge=100)] = 4000
    model_seconds: Annotated[float, Field(gt=0)] = 90
    tokens_a_day: Annotated[int, Field(ge=0)] = 0
    answers_at_once: Annotated[int, Field(ge=1)] = 256
    answers_waiting: Annotated[int, Field(ge=0)] = 1000
    person_messages: Annotated[int, Field(ge=0)] = 0
    workspace_messages: Annotated[int, Field(ge=0)] = 0


class HandoffSection(_Section):
    """`[handoff]`: where staff are told that a customer wants a person. `place` is kept as a Place's key."""

    place: str = ""

    @field_validator("place")
    @classmethod
    def _key(cls, value: str) -> str:
        if not value:
            return ""
        found = next((match for pattern in PLACES if (match := pattern.fullmatch(value.strip()))), None)
        if found is None:
            raise ValueError("write slack:C0123ABCD, discord:SERVER:CHANNEL, or paste the channel's link")
        return f"{found['platform']}:{found['workspace'] or ''}:{found['channel']}:"


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
    in the environment that holds the key."""

    url: str
    name: str
    profile: Profile = ""
    key_variable: str = "MODEL_KEY"


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


class Environment(BaseSettings):
    """What the environment and `.env` say, word for word."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    slack_api_url: str = "https://slack.com/api/"
    discord_token: str = ""
    discord_api_url: str = ""
    discord_gateway_url: str = ""
    database_url: str = "sqlite:///polydesk.db"
    model_url: str = ""
    model_key: str = ""
    model_name: str = ""
    model_profile: Profile = ""
    embeddings_url: str = ""
    embeddings_key: str = ""
    embeddings_model: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    shop_file: str = "shop.toml"


class ModelChoice(BaseModel):
    """One model with its key in hand."""

    model_config = ConfigDict(frozen=True)

    url: str
    name: str
    profile: str
    key: str


class Config(BaseModel):
    """All settings of one run."""

    model_config = ConfigDict(frozen=True)

    environment: Environment
    shop: Shop
    shop_folder: Path
    sample: bool
    models: tuple[ModelChoice, ...]

    @property
    def database_url(self) -> str:
        """As it was set; bot.store finds the driver."""
        return self.environment.database_url

    @property
    def documents(self) -> tuple[str, ...]:
        """Folders, files and addresses to index: shop.toml's, relative to it; the sample shop's without a shop.toml."""
        if self.sample:
            return (str(SAMPLE_SHOP),)
        return tuple(name if "://" in name else str(self.shop_folder / name) for name in self.shop.shop.documents)

    @property
    def shows_page(self) -> bool:
        """On another host than this machine the page is for everybody who can reach it, so the shop must say so."""
        return self.environment.host in LOOPBACK or self.shop.page.open

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that an answer may link to."""
        return (*self.shop.shop.hosts, "shop.example") if self.sample else self.shop.shop.hosts


def load() -> Config:
    """Everything from the environment, `.env` and shop.toml; ConfigError with every fault."""
    faults: list[str] = []
    environment = _environment(faults)
    path = Path(environment.shop_file)
    sample = not path.exists() and environment.shop_file == "shop.toml"
    shop = Shop() if sample else _shop(path, faults)
    models = _models(environment, shop, faults)
    faults += _contradictions(environment, shop)
    if faults:
        raise ConfigError(faults)
    return Config(environment=environment, shop=shop, shop_folder=path.resolve().parent, sample=sample, models=models)


def _environment(faults: list[str]) -> Environment:
    try:
        return Environment()
    except ValidationError as exc:
        faults += [f"{str(fault['loc'][0]).upper()}: {_words(fault)}." for fault in exc.errors()]
        wrong = {str(fault["loc"][0]) for fault in exc.errors()}
        return Environment(**{name: Environment.model_fields[name].default for name in wrong})


def _shop(path: Path, faults: list[str]) -> Shop:
    try:
        return Shop.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError:
        faults.append(f"SHOP_FILE: {path} cannot be read. Write it with `python -m bot init`, or correct SHOP_FILE.")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        faults.append(f"{path.name}: it is not TOML: {exc}.")
    except ValidationError as exc:
        faults += [f"{path.name}: {'.'.join(map(str, fault['loc']))}: {_words(fault)}." for fault in exc.errors()]
    return Shop()


def _words(fault: Any) -> str:
    if fault["type"] == "extra_forbidden":
        return "unknown key; docs/shop-toml.md lists every key"
    return str(fault["msg"]).removeprefix("Value error, ")


def _models(environment: Environment, shop: Shop, faults: list[str]) -> tuple[ModelChoice, ...]:
    if environment.model_url or environment.model_name:
        if not environment.model_url:
            faults.append("MODEL_URL is missing: MODEL_NAME alone does not say which server to ask.")
        if not environment.model_name:
            faults.append("MODEL_NAME is missing: MODEL_URL alone does not say which model to ask.")
        first = [
            ModelChoice(
                url=environment.model_url, name=environment.model_name, profile=environment.model_profile, key=environment.model_key
            )
        ]
    else:
        first = []
    said = {**dotenv_values(".env"), **os.environ}
    more = [ModelChoice(url=m.url, name=m.name, profile=m.profile, key=said.get(m.key_variable) or "") for m in shop.models]
    return (*first, *more)


def _contradictions(environment: Environment, shop: Shop) -> list[str]:
    from babel import Locale, UnknownLocaleError

    faults = []
    for language in shop.shop.languages:
        try:
            Locale.parse(language.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            faults.append(f"shop.languages: {language!r} is no language code; write codes like de, fr, zh.")
    if shop.shop.default_language not in shop.shop.languages:
        faults.append(f"shop.default_language: {shop.shop.default_language!r} is not one of shop.languages.")
    if environment.database_url.partition("://")[0] not in DATABASES:
        faults.append("DATABASE_URL: write sqlite:///polydesk.db or postgresql://user:password@host/name.")
    if bool(environment.embeddings_url) != bool(environment.embeddings_model):
        faults.append("EMBEDDINGS_URL and EMBEDDINGS_MODEL go together: set both, or neither for the embedded model.")
    for name in ("model_url", "embeddings_url", "slack_api_url", "discord_api_url"):
        value = getattr(environment, name)
        if value and not value.startswith(("http://", "https://")):
            faults.append(f"{name.upper()}: it must begin with https:// or http://.")
    faults += [
        f"shop.documents: {name!r} must begin with https://; pages are read over nothing else."
        for name in shop.shop.documents
        if "://" in name and not name.startswith("https://")
    ]
    faults += [
        f"models: the url of {model.name!r} must begin with https:// or http://."
        for model in shop.models
        if not model.url.startswith(("http://", "https://"))
    ]
    if environment.discord_gateway_url and not environment.discord_gateway_url.startswith(("ws://", "wss://")):
        faults.append("DISCORD_GATEWAY_URL: it must begin with wss:// or ws://.")
    return faults
