"""`init`: a few questions at the terminal, answered into `.env` and `shop.toml`."""

from pathlib import Path

import typer

from bot.config import LANGUAGES

ENV = Path(".env")
SHOP = Path("shop.toml")


def interview() -> None:
    """Ask, write, and say what comes next. Files that exist are only replaced when one says so."""
    typer.echo("A few questions; Enter takes what stands in brackets.\n", err=True)
    if _may_write(SHOP):
        SHOP.write_text(_shop(), encoding="utf-8")
    if _may_write(ENV):
        ENV.touch(mode=0o600)
        ENV.write_text(_environment(), encoding="utf-8")
    typer.echo("\nWritten. Next: `python -m bot index`, then `python -m bot check`, then `python -m bot serve`.", err=True)


def _may_write(path: Path) -> bool:
    return not path.exists() or typer.confirm(f"{path} exists. Replace it?", default=False, err=True)


def _shop() -> str:
    name = _ask("The shop's name", "My shop")
    said = _ask("Languages you serve (codes, separated by commas)", ", ".join(LANGUAGES))
    languages = [code.strip() for code in said.split(",") if code.strip()]
    default = _ask("The language when in doubt", languages[0] if languages else "en")
    documents = [place.strip() for place in _ask("Folders or files with your help pages (separated by commas)", "documents").split(",")]
    host = _ask("Your web site's host, for links in answers (empty: none)", "")
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
        "DISCORD_TOKEN": "",
        "MODEL_URL": "",
        "MODEL_NAME": "",
        "MODEL_KEY": "",
    }
    if answers["SLACK_BOT_TOKEN"]:
        answers["SLACK_APP_TOKEN"] = _ask("Slack app token (xapp-..., for Socket Mode)", "")
    answers["DISCORD_TOKEN"] = _ask("Discord bot token (empty: no Discord)", "")
    answers["MODEL_URL"] = _ask("Address of a model (https://.../v1, empty: quote from the help pages)", "")
    if answers["MODEL_URL"]:
        answers["MODEL_NAME"] = _ask("The model's name", "")
        answers["MODEL_KEY"] = _ask("Its key (empty: none needed)", "")
    return "".join(f"{name}={_quoted(value)}\n" for name, value in answers.items() if value)


def _ask(question: str, usual: str) -> str:
    return str(typer.prompt(question, default=usual, show_default=bool(usual), err=True)).strip()


def _quoted(text: str) -> str:
    """A string as TOML and `.env` both read it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
