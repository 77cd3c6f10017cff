"""One run from beginning to end: a world, bots, what breaks, and the judgement."""

import multiprocessing
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.faults import child, world
from benchmarks.faults.bots import Bot
from benchmarks.faults.judge import Verdict, judge
from benchmarks.faults.troubles import Trouble
from benchmarks.faults.world import Report, World

WARM = ["benchmarks.faults.child", "benchmarks.faults.world", "adapters.web", "bot.lanes.engine"]
WARM += ["alembic.command", "babel.core", "langdetect.detector_factory", "markdown_it", "numpy"]
"""What bots would import at their start: a death is to cost the machine little, so that many fit into an hour."""
QUIET = 120.0
"""Seconds without a new post after which what is unanswered is lost."""
TAKEN_UP = 20.0
"""Seconds in which what a dead bot left is taken up, however busy the machine is."""
ALARM = "nothing is acknowledged or answered"
STILL = 6.0
"""Seconds without a new post after which nothing more is expected where all are answered: time for a second reply to show itself, too."""


@dataclass(frozen=True)
class Run:
    """What is done to the bots. `point`: they die there; else at random, at most `life` seconds after they begin to hear.
    `polite`: the share that gets SIGTERM instead of SIGKILL."""

    world: World
    workers: int = 1
    kills: int = 10
    point: str = ""
    polite: float = 0.0
    freezes: int = 0
    frozen: float = 15.0
    life: float = 2.0
    troubles: int = 0
    minutes: float = inf
    """Then nothing breaks any more; what has been written is answered, and judged."""


@dataclass
class Outcome:
    """The verdict, and what it took."""

    verdict: Verdict
    kills: int
    seconds: float
    report: Report = field(repr=False)
    restarts: list[float] = field(default_factory=list, repr=False)
    """Seconds from a start until it heard."""
    recoveries: list[float] = field(default_factory=list, repr=False)
    """Seconds from the end of a trouble until the next reply stood."""
    alarms: int = 0
    """Lines of the log that say that the database is away."""


def go(run: Run, database: str, folder: Path, trouble: Trouble | None = None) -> Outcome:
    """`database`: its address; `trouble` befalls it so often as the run says, besides the deaths or instead of them."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(WARM)
    child.lay_out(folder, run.world.threads, -(-run.world.messages // run.world.threads))
    began, dice = time.monotonic(), random.Random(run.world.seed)
    with _world(context, run.world) as (wire, tokens):
        settings = {**tokens, "DATABASE_URL": database, "PYTHONDONTWRITEBYTECODE": "1"}
        making = context.Process(target=child.prepare, args=(str(folder), settings))
        making.start()
        making.join()
        assert making.exitcode == 0, f"look at {folder}/log"
        bots = [Bot(context, folder, settings) for _ in range(run.workers)]
        try:
            outcome = _break(run, bots, wire, dice, began, trouble)
        finally:
            for bot in bots:
                bot.signal(signal.SIGKILL)
    return replace(outcome, alarms=(folder / "log").read_text().count(ALARM))


@contextmanager
def _world(context: "multiprocessing.context.ForkServerContext", it: World) -> Iterator[tuple[Connection, dict[str, str]]]:
    wire, theirs = context.Pipe()
    process = context.Process(target=world.run, args=(it, theirs), daemon=True)
    process.start()
    try:
        yield wire, wire.recv()
        wire.send(("end", None))
        process.join(10)
    finally:
        process.kill()


def _break(run: Run, bots: list[Bot], wire: Connection, dice: random.Random, began: float, trouble: Trouble | None) -> Outcome:
    starts: list[float] = []
    recoveries: list[float] = []
    there = 0
    _begin(run, bots, wire, dice)
    rounds = max(run.kills, run.freezes, run.troubles, 1)
    freezes = set(dice.sample(range(rounds), run.freezes))
    troubles = set(dice.sample(range(rounds), run.troubles))
    for number in range(rounds):
        troubled = trouble if number in troubles else None
        wire.send(("release", (number + (1 if troubled is None else 0.5)) / rounds))
        dead, alive = (troubled, None) if troubled and troubled.while_dead else (None, troubled)
        there += number < run.kills and _one_death(run, bots, dice, starts, dead)
        if number in freezes:
            _freeze(dice.choice(bots), run.frozen)
        if alive:
            recoveries.append(_befall(alive, wire, dice, (number + 1) / rounds))
        sys.stderr.write(f"\r{number + 1}/{rounds}, {time.monotonic() - began:.0f} s ")
        if time.monotonic() - began > run.minutes * 60:
            break
    wire.send(("release", 1.0))
    for bot in bots:
        if run.point:
            bot.signal(signal.SIGKILL)
            bot.start()
    report = _until_quiet(wire)
    sys.stderr.write("\n")
    return Outcome(judge(report.messages, report.posts), there, time.monotonic() - began, report, starts, recoveries)


def _begin(run: Run, bots: list[Bot], wire: Connection, dice: random.Random) -> None:
    if run.world.way == "http":
        wire.send(("addresses", [bot.address for bot in bots]))
    for bot in bots:
        bot.start(run.point, _passes(run, dice))
    for bot in bots:
        bot.until_ready()


def _one_death(run: Run, bots: list[Bot], dice: random.Random, starts: list[float], trouble: Trouble | None) -> bool:
    """One dies, and is started again at once; one death in ten befalls it before it hears. False when it did not die where it should."""
    bot, there = dice.choice(bots), True
    if run.point in child.AFTER_A_DEATH:
        bot, there = _second_death(run, bots, bot, dice)
    elif run.point:
        there = bot.until_dead(30)
        bot.signal(signal.SIGKILL)
    else:
        time.sleep(dice.uniform(0, run.life))
        bot.signal(signal.SIGTERM if dice.random() < run.polite else signal.SIGKILL)
    if trouble is not None:
        trouble.begin()
        trouble.end()
    began = time.monotonic()
    bot.start(run.point, _passes(run, dice))
    if dice.random() < 0.9:
        bot.until_ready()
        starts.append(time.monotonic() - began)
    return there


def _passes(run: Run, dice: random.Random) -> int:
    """For the so-manieth time that the point is passed, they die there."""
    return 1 if run.point in child.AFTER_A_DEATH else dice.randint(1, 8)


def _second_death(run: Run, bots: list[Bot], bot: Bot, dice: random.Random) -> tuple[Bot, bool]:
    """A first one leaves something in doubt; who takes that up dies at the point, this bot or another. Who, and whether it did."""
    bot.signal(signal.SIGKILL)
    bot.start(dice.choice(child.IN_DOUBT))
    bot.until_dead(15)
    bot.signal(signal.SIGKILL)
    bot.start(run.point)
    until = time.monotonic() + TAKEN_UP
    while time.monotonic() < until:
        for each in bots:
            if each.until_dead(0.05):
                return each, True
    bot.signal(signal.SIGKILL)
    return bot, False


def _freeze(bot: Bot, seconds: float) -> None:
    bot.signal(signal.SIGSTOP)
    time.sleep(seconds)
    bot.signal(signal.SIGCONT)


def _befall(trouble: Trouble, wire: Connection, dice: random.Random, share: float) -> float:
    """The trouble, in the midst of messages; the seconds until the next reply stood after it, at most QUIET."""
    time.sleep(dice.uniform(0.2, 1))
    trouble.begin()
    wire.send(("release", share))
    time.sleep(trouble.seconds)
    trouble.end()
    ended, before = time.monotonic(), _report(wire)
    while _waits(report := _report(wire)) and len(report.posts) == len(before.posts) and time.monotonic() - ended < QUIET:
        time.sleep(0.1)
    return time.monotonic() - ended


def _waits(report: Report) -> bool:
    """Whether anybody has no reply yet."""
    verdict = judge(report.messages, report.posts)
    return bool(verdict.lost or verdict.unheard)


def _until_quiet(wire: Connection) -> Report:
    """Until everything is answered and nothing more comes, or nothing moves any more.

    A quoted page may stand for a burst whose other messages are still being answered, so an answer to all is believed after a while only.
    """
    posts, since = -1, time.monotonic()
    while True:
        report = _report(wire)
        if len(report.posts) != posts:
            posts, since = len(report.posts), time.monotonic()
        still = time.monotonic() - since
        if report.told_all and still > STILL and not judge(report.messages, report.posts).lost:
            break
        if still > QUIET:
            break
        time.sleep(1)
    return report


def _report(wire: Connection) -> Report:
    wire.send(("report", None))
    report: Report = wire.recv()
    return report
