"""`init`: a few questions at the terminal, answered into `.env` and `shop.toml`."""

from pathlib import Path
from urllib.parse import urlsplit

import typer

from bot import config
from bot.config import LANGUAGES

ENV = Path(".env")
SHOP = Path("shop.toml")


def interview() -> None:
    """Ask, write, and say what comes next. Files that exist are only replaced when one says so, and only after the last question."""
    typer.echo("A few questions; Enter takes what stands in brackets.\n", err=True)
    asked = {SHOP: _shop, ENV: _environment}
    written = {path: questions() for path, questions in asked.items() if _may_write(path)}
    for path, text in written.items():
        if path == ENV:
            path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")
    if written:
        typer.echo(f"\nWritten: {' and '.join(map(str, written))}.", err=True)
    for place in _missing():
        typer.echo(f"{place} is not there yet: put your help pages there, or correct `documents` in {SHOP}.", err=True)
    typer.echo("Next: `python -m bot index`, then `python -m bot check`, then `python -m bot serve`.", err=True)


def _missing() -> list[str]:
    """Folders and files of shop.toml that still have to be made."""
    settings, _ = config.read()
    return [] if settings.sample else [place for place in settings.shop.shop.documents if "://" not in place and not Path(place).exists()]


def _may_write(path: Path) -> bool:
    return not path.exists() or typer.confirm(f"{path} exists. Replace it?", default=False, err=True)


def _shop() -> str:
    name = _ask("The shop's name", "My shop")
    said = _ask("Languages you serve (codes, separated by commas)", ", ".join(LANGUAGES))
    languages = [code.strip() for code in said.split(",") if code.strip()]
    default = _ask("The language when in doubt", languages[0] if languages else "en")
    places = _ask("Folders, files or https:// addresses of your help pages (separated by commas)", "documents")
    documents = [place.strip() for place in places.split(",") if place.strip()]
    host = _host(_ask("Your web site's host, for links in answers (such as shop.example; empty: none)", ""))
    contact = _ask("Where customers reach a person (an address or phone number; empty: none)", "")
    return "\n".join(
        [
            "# docs/shop-toml.md lists every key.",
            "[shop]",
            f"name = {_quoted(name)}",
            f"languages = [{', '.join(map(_quoted, languages or ['en']))}]",
            f"default_language = {_quoted(default)}",
            f"documents = [{', '.join(map(_quoted, documents))}]",
            f"hosts = [{_quoted(host) if host else ''}]",
            f"contact = {_quoted(contact)}",
            "",
            "[limits]",
            "# What one person may write in ten minutes.",
            "person_messages = 30",
            "",
        ]
    )


def _environment() -> str:
    answers = {
        "SLACK_BOT_TOKEN": _ask("Slack bot token (xoxb-..., empty: no Slack)", ""),
        "SLACK_APP_TOKEN": "",
        "SLACK_SIGNING_SECRET": "",
        "DISCORD_TOKEN": "",
        "MODEL_URL": "",
        "MODEL_NAME": "",
        "MODEL_KEY": "",
    }
    if answers["SLACK_BOT_TOKEN"]:
        answers["SLACK_APP_TOKEN"] = _ask("Slack app token (xapp-..., for Socket Mode; empty: HTTP)", "")
    if answers["SLACK_BOT_TOKEN"] and not answers["SLACK_APP_TOKEN"]:
        answers["SLACK_SIGNING_SECRET"] = _ask("Slack signing secret (for HTTP)", "")
    answers["DISCORD_TOKEN"] = _ask("Discord bot token (empty: no Discord)", "")
    answers["MODEL_URL"] = _ask("Address of a model (https://.../v1, empty: quote from the help pages)", "")
    if answers["MODEL_URL"]:
        answers["MODEL_NAME"] = _ask("The model's name", "")
        answers["MODEL_KEY"] = _ask("Its key (empty: none needed)", "")
    return "".join(f"{name}={_quoted(value)}\n" for name, value in answers.items() if value)


def _host(said: str) -> str:
    """Also of an address that was pasted."""
    try:
        return urlsplit(said if "://" in said else f"//{said}").hostname or ""
    except ValueError:
        return ""


def _ask(question: str, usual: str) -> str:
    return str(typer.prompt(question, default=usual, show_default=bool(usual), err=True)).strip()


def _quoted(text: str) -> str:
    """A string as TOML and `.env` both read it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
