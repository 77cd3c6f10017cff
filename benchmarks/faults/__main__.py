"""Who was heard is answered once, in order, in his thread, whatever breaks.

    python -m benchmarks.faults [--messages 3000 --threads 40 --kills 200] [--database sqlite|postgresql|postgresql://...]

The bot is the one that ships; it is killed with SIGKILL, by default at random moments, and started again at once. Beside it runs a
process that is never killed: a Slack or a Discord, the people on it, and a model, which fail and repeat themselves as told. What that
process has seen is all that is judged. The seed is printed; the same seed breaks the same things, though not at the same moment.
"""

import argparse
import math
import random
import statistics
import sys
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.faults import postgresql
from benchmarks.faults.bench import Outcome, Run, go
from benchmarks.faults.child import ONLY_LIVE, SEAMS
from benchmarks.faults.troubles import Torn, prepared
from benchmarks.faults.world import World

DATABASES = "sqlite, postgresql (one of its own), or the address of an empty database in one"
TROUBLES = {
    "": "",
    "locked": "SQLite, by another program for 10 s",
    "full": "its disk, for 6 s",
    "readonly": "its files, for 6 s",
    "torn": "the end of its log, by a power cut",
    "restart": "PostgreSQL stopped and started",
    "resets": "its connections cut",
}


def main() -> None:
    """Run, print a table, and end with 1 when anything is wrong."""
    given = _arguments()
    rows = []
    seams = [name for name in SEAMS if given.live or name not in ONLY_LIVE]
    for point in seams if given.point == "each" else [given.point]:
        with _folder(given.keep) as folder:
            sys.stderr.write(f"seed {given.seed}, folder {folder}\n")
            rows.append((point or given.trouble or "random", _go(given, point, Path(folder))))
            _say_what_is_wrong(rows[-1][1])
    _show(rows, given)
    sys.exit(any(outcome.verdict.faults for _, outcome in rows))


def _go(given: argparse.Namespace, point: str, folder: Path) -> Outcome:
    run = _run(given, point)
    if given.trouble:
        with prepared(given.trouble, folder, random.Random(given.seed)) as (trouble, address):
            outcome = go(run, address, folder, trouble)
            if isinstance(trouble, Torn):
                sys.stderr.write(f"bytes torn off: {trouble.gone}\n")
            return outcome
    if given.database == "postgresql":
        with postgresql.running(folder) as server:
            return go(run, server.address, folder)
    return go(run, f"sqlite:///{folder}/desk.db" if given.database == "sqlite" else given.database, folder)


def _folder(keep: bool) -> AbstractContextManager[str]:
    return nullcontext(tempfile.mkdtemp(prefix="faults-")) if keep else tempfile.TemporaryDirectory(prefix="faults-")


def _run(given: argparse.Namespace, point: str) -> Run:
    world = World(
        given.platform,
        given.way,
        given.seed,
        given.messages,
        given.threads,
        given.duplicates,
        given.model_faults,
        given.platform_faults,
        given.live,
    )
    troubles = given.troubles if given.trouble else 0
    return Run(
        world, given.workers, given.kills, point, given.polite / 100, given.freezes, given.frozen, troubles=troubles, minutes=given.minutes
    )


def _say_what_is_wrong(outcome: Outcome) -> None:
    for name in ("lost", "doubled", "disordered", "misplaced", "half"):
        if befell := getattr(outcome.verdict, name):
            sys.stderr.write(f"{name}: {befell[:20]}\n")


def _show(rows: list[tuple[str, Outcome]], given: argparse.Namespace) -> None:
    table = Table(
        "death",
        *("deaths", "messages", "never heard", "replies", "lost", "doubled", "out of order", "wrong place", "half", "apologies"),
        *("model faults", "platform faults", "alarms", "start, s", "resumed, s", "minutes"),
        title=f"{given.platform} ({given.way}), {given.database.partition(':')[0]}, {given.workers} worker(s), seed {given.seed}",
    )
    for name, outcome in rows:
        verdict, report = outcome.verdict, outcome.report
        figures = [outcome.kills, verdict.messages, verdict.unheard, verdict.replies]
        figures += [len(each) for each in (verdict.lost, verdict.doubled, verdict.disordered, verdict.misplaced, verdict.half)]
        figures += [verdict.apologies, report.model_failed, report.refused, outcome.alarms]
        start = statistics.median(outcome.restarts) if outcome.restarts else 0
        table.add_row(name, *map(str, figures), f"{start:.1f}", f"{max(outcome.recoveries, default=0):.1f}", f"{outcome.seconds / 60:.1f}")
    Console(width=170).print(table)


def _arguments() -> argparse.Namespace:
    reading = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__.partition("\n")[0])
    reading.add_argument("--messages", type=int, default=3000)
    reading.add_argument("--threads", type=int, default=40)
    reading.add_argument("--kills", type=int, default=200)
    reading.add_argument("--duplicates", type=float, default=3, help="percent of the events that come twice")
    reading.add_argument("--model-faults", type=float, default=4, help="percent each of 429, 500 and cut streams")
    reading.add_argument("--platform-faults", type=float, default=3, help="percent each of 429, 500 and connections cut after the effect")
    reading.add_argument("--platform", choices=["slack", "discord"], default="slack")
    reading.add_argument("--way", choices=["socket", "http"], default="socket", help="how Slack's events come")
    reading.add_argument(
        "--database", default="sqlite", help="sqlite, postgresql (one of its own), or the address of an empty PostgreSQL database"
    )
    reading.add_argument("--workers", type=int, default=1, help="bots on one database; more than one only on PostgreSQL")
    reading.add_argument("--point", choices=["", *SEAMS, "each"], default="", help="die there instead of at random moments")
    reading.add_argument("--live", action="store_true", help="people see all answers while they are written")
    reading.add_argument("--polite", type=float, default=10, help="percent of the deaths that are a SIGTERM")
    reading.add_argument("--freezes", type=int, default=0, help="how often a worker is stopped (SIGSTOP) and goes on")
    reading.add_argument("--frozen", type=float, default=15, help="for so many seconds")
    reading.add_argument("--trouble", choices=TROUBLES, default="", help=f"what befalls the database: {TROUBLES}")
    reading.add_argument("--troubles", type=int, default=20, help="how often")
    reading.add_argument("--minutes", type=float, default=math.inf, help="after that nothing breaks any more")
    reading.add_argument("--seed", type=int, default=random.randrange(10**6))
    reading.add_argument("--keep", action="store_true", help="leave the folder with the log and the database")
    return reading.parse_args()


if __name__ == "__main__":
    main()
