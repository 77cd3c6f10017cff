"""The command line. Progress and logs go to standard error; standard output holds what was asked for."""

import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.errors import BotError, ConfigError

WHO = "PLATFORM:WORKSPACE:USER, such as slack:T0123ABCD:U0123ABCD; * as the workspace is all of them."

app = typer.Typer(
    help="Polydesk: the support desk that lives in Slack and Discord, in every customer's language.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.command()
def demo() -> None:
    """Show the desk working: index what is needed and open the page, with no account, key or network."""
    from bot.commands import serving

    _run(serving.serve(say_hello=True))


@app.command()
def serve() -> None:
    """Run everything in one process: Slack and Discord where their tokens are set, and the page."""
    from bot.commands import serving

    _run(serving.serve())


@app.command()
def web() -> None:
    """A part of the desk, over PostgreSQL: hear by HTTP (Slack's events, the page)."""
    from bot.app.roles import WEB
    from bot.commands import serving

    _run(serving.serve(WEB))


@app.command()
def gateway() -> None:
    """A part of the desk, over PostgreSQL: hear by connections of our own (Slack's Socket Mode, Discord); a second one stands by."""
    from bot.app.roles import GATEWAY
    from bot.commands import serving

    _run(serving.serve(GATEWAY))


@app.command()
def work() -> None:
    """A part of the desk, over PostgreSQL: answer what the others hear. Run as many as you need."""
    from bot.app.roles import WORK
    from bot.commands import serving

    _run(serving.serve(WORK))


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What a customer would ask, in any language.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Answer one question here, as a customer would get it."""
    from bot.commands import asking

    said, answer, shown = _run(asking.ask(question, live=not as_json and sys.stdout.isatty()))
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        asking.show_answer(answer, shown)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help='What to look for, in any language; "-" reads one question a line from standard input.')],
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="How many passages at most.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; with - always one a line.")] = False,
) -> None:
    """Show the passages that a question finds, with their scores, and how sure it is that they answer."""
    from bot.commands import searching

    _run(searching.search(question, limit, as_json))


@app.command()
def index(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Folders, files or https:// addresses; those of shop.toml when left out.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and index again whenever a file changes.")] = False,
) -> None:
    """Read the shop's documents, so that answers can be found in them. Only what changed is read again; exit 1 when nothing can be read."""
    from bot.commands import indexing

    _run(indexing.index(paths or [], watch))


@app.command()
def detect(
    thread: Annotated[str, typer.Option(help="The language of the conversation so far, such as de.")] = "",
    locale: Annotated[str, typer.Option(help="The language of the person's settings, such as pt-BR.")] = "",
    languages: Annotated[str, typer.Option(help='The languages to tell apart, such as "en de fr"; those of shop.toml when left out.')] = "",
    explain: Annotated[bool, typer.Option("--explain", help='Say why: in words at a terminal, under "explain" in a pipe.')] = False,
) -> None:
    """Tell the language of each line of standard input, one JSON object a line."""
    from bot.commands import detecting

    _run(detecting.detect(languages, thread, locale, explain))


@app.command()
def evaluate(
    questions: Annotated[Path, typer.Argument(help="A file of questions, one JSON object a line: question, lang, article or null.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    fail_under: Annotated[float, typer.Option(min=0, max=1, help="Exit 1 when a share is below this, 0 to 1.")] = 0,
) -> None:
    """Answer every question of a file, and print how good the answers are, by language."""
    from bot.commands import evaluating

    least = _run(evaluating.evaluate(questions, as_json))
    if least < fail_under:
        _fail(f"The lowest of the shares is {least:.2f}, below {fail_under:g}: see the answers named above.")


@app.command()
def check() -> None:
    """The doctor: name each fault with its cure; exit 1 when there is one."""
    from bot.commands import checking

    if not _run(checking.check()):
        raise typer.Exit(1)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """How things stand: what waits, what is in doubt, what was set aside, which platforms are up; exit 1 when somebody should look."""
    from bot.commands import standing

    if not _run(standing.status(as_json)):
        raise typer.Exit(1)


@app.command()
def retry(
    event: Annotated[str, typer.Argument(help="The reference that the customer got (#A1B2C3), or the number that status shows.")],
) -> None:
    """Answer a message that was set aside once more."""
    from bot.commands import standing

    number = _run(standing.retry(event))
    if number is None:
        _fail(f"Nothing that was set aside is called {event}: `python -m bot status` lists what was.")
    typer.echo(f"Message {number} is answered again within seconds, by the desk that runs.", err=True)


@app.command()
def key() -> None:
    """Print a new key for POLYDESK_KEY, with which the tokens of workspaces are encrypted."""
    from bot.privacy.sealing import new_key

    typer.echo(new_key())


@app.command()
def export(who: Annotated[str, typer.Argument(help=WHO)]) -> None:
    """Print everything that is stored of one person, as one JSON object."""
    from bot.commands import recording

    typer.echo(json.dumps(_run(recording.export(who)), ensure_ascii=False, indent=2))


@app.command()
def erase(who: Annotated[str, typer.Argument(help=WHO)]) -> None:
    """Forget one person: messages, the answers to them, feedback, cases, choices. Nothing brings them back."""
    from bot.commands import recording

    gone = _run(recording.erase(who))
    typer.echo(f"Erased: {gone.messages} messages, {gone.answers} answers to them, {gone.cases} cases.", err=True)


@app.command()
def init() -> None:
    """Ask a few questions, and write `.env` and `shop.toml`."""
    from bot import first_steps

    first_steps.interview()


@app.command()
def move(to: Annotated[str, typer.Option("--to", help="postgresql://user:password@host/name, an empty database.")]) -> None:
    """Copy everything from SQLite to PostgreSQL, and compare. Stop the desk first; stopping and starting the move again is safe."""
    from bot.commands import moving

    _run(moving.moved(to))


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; a fault becomes one clear sentence on standard error, never a traceback."""
    from bot.commands import terminal

    try:
        return terminal.run(work)
    except ConfigError as exc:
        _fail("\n".join(f"- {fault}" for fault in exc.faults))
    except BotError as exc:
        _fail(str(exc))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(1)


def main() -> None:
    """The entry point of `polydesk`."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    app()


if __name__ == "__main__":
    main()
