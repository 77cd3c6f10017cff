"""The only reader of the environment (and `.env`) and of shop.toml. Every fault is found at once, in one ConfigError."""

import io
import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError

LANGUAGES = ("en", "de", "es", "fr", "it", "pt", "nl", "pl", "tr", "ru", "ar", "zh", "ja", "ko", "hi", "vi")
SAMPLE_SHOP = Path(__file__).parent / "sample_shop"
ENV_FILE = Path(".env")
ENCODING = "utf-8-sig"
"""UTF-8, also as Windows writes it."""
DATABASES = ("sqlite", "sqlite+aiosqlite", "postgres", "postgresql", "postgresql+psycopg")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
WEB = ("https://", "http://")
WANTED = {
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_parsing": "a number",
    "float_type": "a number",
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "string_type": 'a text in quotes, "like this"',
    "tuple_type": 'a list, ["like", "this"]',
    "model_type": "it as a section of its own, [like] this",
    "model_attributes_type": "it as a section of its own, [like] this",
    "literal_error": "one of {expected}",
    "less_than_equal": "a number of at most {le:g}",
    "greater_than_equal": "a number of at least {ge:g}",
    "greater_than": "a number above {gt:g}",
    "string_pattern_mismatch": "slack:WORKSPACE:USER or discord:SERVER:USER",
}
"""What each of Pydantic's faults asks for."""

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

    model_config = SettingsConfigDict(env_file_encoding=ENCODING, env_ignore_empty=True, extra="ignore", frozen=True)

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
    health_port: Annotated[int | None, Field(ge=0, le=65535)] = None
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
    config, faults = read()
    if faults:
        raise ConfigError(faults)
    return config


def read() -> tuple[Config, list[str]]:
    """The settings and every fault in them; a setting that is at fault is as if it were not there."""
    faults: list[str] = []
    env_file = _env_file(faults)
    environment = _environment(env_file, faults)
    path = Path(environment.shop_file)
    sample = not path.exists() and environment.shop_file == "shop.toml"
    shop = Shop() if sample else _shop(path, faults)
    models = _models(env_file, environment, shop, faults)
    faults += _contradictions(environment, shop)
    return Config(environment=environment, shop=shop, shop_folder=path.resolve().parent, sample=sample, models=models), faults


def _env_file(faults: list[str]) -> Path | None:
    """`.env`, if it is there and every line of it can be read."""
    if not ENV_FILE.is_file():
        return None
    try:
        lines = list(parse_stream(io.StringIO(ENV_FILE.read_text(ENCODING))))
    except (OSError, UnicodeDecodeError):
        faults.append(f"{ENV_FILE}: it cannot be read. Save it as UTF-8 text.")
        return None
    wrong = [str(line.original.line) for line in lines if line.error]
    if wrong:
        faults.append(f"{ENV_FILE}: line {', '.join(wrong)} is no setting, so none of them counts. Write NAME=value, and quotes in pairs.")
    return None if wrong else ENV_FILE


def _environment(env_file: Path | None, faults: list[str]) -> Environment:
    try:
        return Environment(_env_file=env_file)  # type: ignore[call-arg]  # an argument of pydantic-settings itself
    except ValidationError as exc:
        faults += [f"{str(fault['loc'][0]).upper()}: {_words(fault)}." for fault in exc.errors()]
        usual = {str(fault["loc"][0]): Environment.model_fields[str(fault["loc"][0])].default for fault in exc.errors()}
        return Environment(_env_file=env_file, **usual)  # type: ignore[call-arg]


def _shop(path: Path, faults: list[str]) -> Shop:
    said: dict[str, Any] = {}
    try:
        said = tomllib.loads(path.read_text(encoding=ENCODING))
        return Shop.model_validate(said)
    except OSError:
        faults.append(f"SHOP_FILE: {path} cannot be read. Write it with `python -m bot init`, or correct SHOP_FILE.")
    except UnicodeDecodeError:
        faults.append(f"{path.name}: it cannot be read. Save it as UTF-8 text.")
    except tomllib.TOMLDecodeError as exc:
        faults.append(f"{path.name}: it is not TOML: {exc}.")
    except ValidationError as exc:
        faults += [f"{path.name}: {'.'.join(map(str, fault['loc']))}: {_words(fault)}." for fault in exc.errors()]
        return Shop.model_validate(_sound(said, exc))
    return Shop()


def _sound(said: dict[str, Any], exc: ValidationError) -> dict[str, Any]:
    """What shop.toml says without the keys that are at fault: the faults of the others are to be found in the same run."""
    for fault in exc.errors():
        section, *key = fault["loc"]
        inside = said.get(str(section))
        if key and isinstance(inside, dict):
            inside.pop(str(key[0]), None)
        else:
            said.pop(str(section), None)
    return said


def _words(fault: Any) -> str:
    """What to write instead, in words for somebody who never heard of Pydantic."""
    kind, limits = fault["type"], fault.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key; docs/shop-toml.md lists every key"
    if kind == "missing":
        return "it is missing"
    if kind in WANTED:
        return f"write {WANTED[kind].format(**limits)}"
    return str(fault["msg"]).removeprefix("Value error, ")


def _models(env_file: Path | None, environment: Environment, shop: Shop, faults: list[str]) -> tuple[ModelChoice, ...]:
    """Those that can be asked."""
    first = ModelChoice(
        url=environment.model_url, name=environment.model_name, profile=environment.model_profile, key=environment.model_key
    )
    if first.name and not first.url:
        faults.append("MODEL_URL is missing: MODEL_NAME alone does not say which server to ask.")
    if first.url and not first.name:
        faults.append("MODEL_NAME is missing: MODEL_URL alone does not say which model to ask.")
    said = {**(dotenv_values(env_file, encoding=ENCODING) if env_file else {}), **os.environ}
    more = [ModelChoice(url=m.url, name=m.name, profile=m.profile, key=said.get(m.key_variable) or "") for m in shop.models]
    return tuple(model for model in (first, *more) if model.name and model.url.startswith(WEB))


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
    if not _is_database(environment.database_url):
        faults.append("DATABASE_URL: write sqlite:///polydesk.db or postgresql://user:password@host/name.")
    if bool(environment.embeddings_url) != bool(environment.embeddings_model):
        faults.append("EMBEDDINGS_URL and EMBEDDINGS_MODEL go together: set both, or neither for the embedded model.")
    for name in ("model_url", "embeddings_url", "slack_api_url", "discord_api_url"):
        value = getattr(environment, name)
        if value and not value.startswith(WEB):
            faults.append(f"{name.upper()}: it must begin with https:// or http://.")
    faults += [
        f"shop.documents: {name!r} must begin with https://; pages are read over nothing else."
        for name in shop.shop.documents
        if "://" in name and not name.startswith("https://")
    ]
    faults += [
        f"models: the url of {model.name!r} must begin with https:// or http://." for model in shop.models if not model.url.startswith(WEB)
    ]
    if environment.discord_gateway_url and not environment.discord_gateway_url.startswith(("ws://", "wss://")):
        faults.append("DISCORD_GATEWAY_URL: it must begin with wss:// or ws://.")
    return faults


def _is_database(address: str) -> bool:
    """One of ours, and not in memory: each of its connections would be a database of its own."""
    scheme, _, where = address.partition("://")
    try:
        urlsplit(address).port  # noqa: B018  # a port that is no number raises
    except ValueError:
        return False
    return scheme in DATABASES and not (scheme.startswith("sqlite") and where.strip("/") in ("", ":memory:"))
