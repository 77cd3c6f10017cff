"""The only reader of the environment (and `.env`) and of shop.toml. Every fault is found at once, in one ConfigError."""

import base64
import binascii
import io
import os
import tomllib
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import parse_stream
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.config.shop import LANGUAGES as LANGUAGES
from bot.config.shop import Profile, Shop
from bot.errors import ConfigError

SAMPLE_SHOP = Path(__file__).parent.parent / "sample_shop"
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


class Environment(BaseSettings):
    """What the environment and `.env` say, word for word."""

    model_config = SettingsConfigDict(env_file_encoding=ENCODING, env_ignore_empty=True, extra="ignore", frozen=True)

    slack_bot_token: str = ""
    slack_app_token: str = ""
    slack_signing_secret: str = ""
    slack_client_id: str = ""
    slack_client_secret: str = ""
    slack_api_url: str = "https://slack.com/api/"
    discord_token: str = ""
    discord_api_url: str = ""
    discord_gateway_url: str = ""
    polydesk_key: str = ""
    database_url: str = "sqlite:///polydesk.db"
    model_url: str = ""
    model_key: str = ""
    model_name: str = ""
    model_profile: Profile = ""
    model_sees: bool | None = None
    embeddings_url: str = ""
    embeddings_key: str = ""
    embeddings_model: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    health_port: Annotated[int | None, Field(ge=0, le=65535)] = None
    shop_file: str = "shop.toml"


class ModelChoice(BaseModel):
    """One model with its key in hand. `sees`: None where nobody has said."""

    model_config = ConfigDict(frozen=True)

    url: str
    name: str
    profile: str
    key: str
    sees: bool | None = None


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
        return (str(SAMPLE_SHOP),) if self.sample else self._found(self.shop.shop.documents)

    @property
    def collections(self) -> dict[str, tuple[str, ...]]:
        """All that there is to index: the common documents under "", and those of each workspace that has its own."""
        own = {name: self._found(section.documents) for name, section in self.shop.workspaces.items() if section.documents}
        return {"": self.documents, **own}

    def hosts_at(self, workspace: str) -> tuple[str, ...]:
        """Hosts that an answer in this workspace may link to."""
        return self.hosts if workspace not in self.shop.workspaces else self.shop.at(workspace).shop.hosts

    @property
    def keys(self) -> tuple[str, ...]:
        """What tokens are encrypted with, the newest first."""
        return tuple(key.strip() for key in self.environment.polydesk_key.split(",") if key.strip())

    @property
    def installs_slack(self) -> bool:
        """Whether workspaces let us in by themselves, each with a token of its own; one token that is set is all there is else."""
        environment = self.environment
        able = environment.slack_client_id and environment.slack_client_secret and self.keys and all(map(_is_key, self.keys))
        return bool(able and not environment.slack_bot_token)

    @property
    def platforms(self) -> frozenset[str]:
        """Those on which we can write to somebody first."""
        there = {"slack": self.environment.slack_bot_token or self.installs_slack, "discord": self.environment.discord_token}
        return frozenset(name for name, on in there.items() if on)

    def _found(self, documents: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name if "://" in name else str(self.shop_folder / name) for name in documents)

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
        url=environment.model_url,
        name=environment.model_name,
        profile=environment.model_profile,
        key=environment.model_key,
        sees=environment.model_sees,
    )
    if first.name and not first.url:
        faults.append("MODEL_URL is missing: MODEL_NAME alone does not say which server to ask.")
    if first.url and not first.name:
        faults.append("MODEL_NAME is missing: MODEL_URL alone does not say which model to ask.")
    said = {**(dotenv_values(env_file, encoding=ENCODING) if env_file else {}), **os.environ}
    more = [ModelChoice(url=m.url, name=m.name, profile=m.profile, key=said.get(m.key_variable) or "", sees=m.sees) for m in shop.models]
    return tuple(model for model in (first, *more) if model.name and model.url.startswith(WEB))


def _contradictions(environment: Environment, shop: Shop) -> list[str]:
    faults = _shop_faults("shop", shop)
    for name in shop.workspaces:
        faults += _shop_faults(f'workspaces."{name}"', shop.at(name))
    for name, section in shop.channels.items():
        served = shop.at(":".join(name.split(":")[:2])).shop.languages
        strange = [language for language in section.languages or () if language not in served]
        faults += [f'channels."{name}".languages: {language!r} is not one of shop.languages.' for language in strange]
    if not _is_database(environment.database_url):
        faults.append("DATABASE_URL: write sqlite:///polydesk.db or postgresql://user:password@host/name.")
    if bool(environment.embeddings_url) != bool(environment.embeddings_model):
        faults.append("EMBEDDINGS_URL and EMBEDDINGS_MODEL go together: set both, or neither for the embedded model.")
    for name in ("model_url", "embeddings_url", "slack_api_url", "discord_api_url"):
        value = getattr(environment, name)
        if value and not value.startswith(WEB):
            faults.append(f"{name.upper()}: it must begin with https:// or http://.")
    faults += [
        f"models: the url of {model.name!r} must begin with https:// or http://." for model in shop.models if not model.url.startswith(WEB)
    ]
    if environment.discord_gateway_url and not environment.discord_gateway_url.startswith(("ws://", "wss://")):
        faults.append("DISCORD_GATEWAY_URL: it must begin with wss:// or ws://.")
    return list(dict.fromkeys(faults + _installing_faults(environment, shop)))


def _shop_faults(section: str, shop: Shop) -> list[str]:
    """Of the languages and documents as they hold in one section."""
    from babel import Locale, UnknownLocaleError

    faults = []
    for language in shop.shop.languages:
        try:
            Locale.parse(language.replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            faults.append(f"{section}.languages: {language!r} is no language code; write codes like de, fr, zh.")
    if shop.shop.default_language not in shop.shop.languages:
        faults.append(f"{section}.default_language: {shop.shop.default_language!r} is not one of {section}.languages.")
    return faults + [
        f"{section}.documents: {name!r} must begin with https://; pages are read over nothing else."
        for name in shop.shop.documents
        if "://" in name and not name.startswith("https://")
    ]


def _installing_faults(environment: Environment, shop: Shop) -> list[str]:
    """Of what is needed where Slack's workspaces let us in by themselves; nothing of it counts where one token is set."""
    if environment.slack_bot_token or not (environment.slack_client_id or environment.slack_client_secret):
        return []
    faults = []
    if not (environment.slack_client_id and environment.slack_client_secret):
        faults.append("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together: copy both from the app's page, under Basic Information.")
    if not (environment.slack_signing_secret or environment.slack_app_token):
        faults.append("SLACK_SIGNING_SECRET is missing: without it (or SLACK_APP_TOKEN) no workspace's messages can reach us.")
    keys = [key.strip() for key in environment.polydesk_key.split(",") if key.strip()]
    if not keys:
        faults.append("POLYDESK_KEY is missing: the tokens of workspaces are encrypted with it. `python -m bot key` prints a new one.")
    if not all(map(_is_key, keys)):
        faults.append("POLYDESK_KEY: that is no key. `python -m bot key` prints one; several are separated by commas, the newest first.")
    if shop.handoff.place.startswith("slack::"):
        faults.append('handoff.place: say in which workspace that is: "slack:T0123ABCD:C0123ABCD".')
    return faults


def _is_key(text: str) -> bool:
    """Whether it is 32 bytes in base64, as `bot.privacy.sealing` takes them."""
    try:
        return len(base64.urlsafe_b64decode(text)) == 32
    except (binascii.Error, ValueError):
        return False


def _is_database(address: str) -> bool:
    """One of ours, and not in memory: each of its connections would be a database of its own."""
    scheme, _, where = address.partition("://")
    try:
        urlsplit(address).port  # noqa: B018  # a port that is no number raises
    except ValueError:
        return False
    return scheme in DATABASES and not (scheme.startswith("sqlite") and where.strip("/") in ("", ":memory:"))
