"""Many answers at once that grow: do the platforms' limits hold, when is the first sign seen, is every answer complete?

    python -m benchmarks.live

The bot's own core and adapters, against the loopback Slack and Discord; the model is a clock that writes a sentence every second for
about ten seconds. Every call of the bot is timed at the server and held against what the platform documents: for each method in
each workspace (Slack) or each channel (Discord), how many calls came in the worst minute (second).
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from aiohttp import web
from rich.console import Console
from rich.table import Table

from adapters.discord import DiscordPlatform
from adapters.slack import SlackPlatform
from benchmarks.faults.discord import FailingDiscord
from bot.answering import Answer, Question
from bot.drafting import Live
from bot.messages import Reply
from bot.platforms import Platform
from bot.store.database import Database
from tests.core.desk import Echo, desk
from tests.discord_world import BOT as DISCORD_BOT
from tests.discord_world import TOKEN
from tests.fakes import KeptCursors
from tests.slack_rules import Json
from tests.slack_server import SlackServer
from tests.slack_streams import BOT

SENTENCES = 10
MOST_SECONDS = 180.0
SLACK_LIMITS = {
    "chat.startStream": (20, 60.0),
    "chat.appendStream": (100, 60.0),
    "chat.stopStream": (20, 60.0),
    "chat.update": (50, 60.0),
    "chat.delete": (50, 60.0),
    "agents.sessions.setStatus": (50, 60.0),
    "conversations.replies": (50, 60.0),
    "chat.postMessage": (300, 60.0),
}
DISCORD_LIMITS = {"POST messages": (5, 5.0), "PATCH messages": (5, 5.0), "POST typing": (5, 5.0), "GET messages": (5, 5.0)}


@dataclass
class Typing(Echo):
    """A model that writes a sentence a second."""

    dice: random.Random = field(default_factory=lambda: random.Random(1))

    async def answer(self, question: Question, live: Live | None = None) -> Answer:
        said = ""
        for number in range(SENTENCES):
            await asyncio.sleep(self.dice.uniform(0.5, 1.5))
            sentence = f"Sentence {number} about {question.text} is here. "
            said += sentence
            if live is not None:
                live.add(sentence)
        return Answer(Reply(said.strip(), question.language), True, "typing")


@dataclass
class Seen:
    """What a server saw: calls by what their limit counts, the first sign in each thread, and the busiest moments."""

    calls: dict[tuple[str, str], list[float]] = field(default_factory=lambda: defaultdict(list))
    first: dict[str, tuple[float, float]] = field(default_factory=dict)
    """For each thread the time, and the CPU time that this process had taken by then."""

    def call(self, method: str, area: str) -> None:
        """One call."""
        self.calls[method, area].append(time.monotonic())

    def sign(self, thread: str) -> None:
        """Somebody saw that we are at work."""
        self.first.setdefault(thread, clocks())

    def busiest(self, limits: dict[str, tuple[int, float]]) -> dict[str, int]:
        """The most calls of each method within its time, in any area."""
        return {
            method: max((_most(self.calls[key], seconds) for key in list(self.calls) if key[0] == method), default=0)
            for method, (_, seconds) in limits.items()
        }


class TimedSlack(SlackServer):
    """Many workspaces in one: a channel `C7-3` is of workspace T7."""

    def __init__(self) -> None:
        super().__init__(echo=False)
        self.seen = Seen()

    def _envelope(self, event: Json) -> Json:
        made = super()._envelope(event)
        return made | {"team_id": _team(str(event["channel"]))}

    def _answered(self, method: str, arguments: Json) -> Json:
        channel = str(arguments.get("channel") or arguments.get("channel_id") or "")
        self.seen.call(method, _team(channel))
        if method in ("chat.startStream", "chat.postMessage") or arguments.get("status"):
            self.seen.sign(f"{channel}:{arguments.get('thread_ts')}")
        return super()._answered(method, arguments)


class TimedDiscord(FailingDiscord):
    """Forty threads."""

    def __init__(self) -> None:
        super().__init__(random.Random(1), 0, 0, 40)
        self.seen = Seen()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[[web.Request], web.StreamResponse]) -> web.StreamResponse:  # type: ignore[override]
        if "channel" in request.match_info:
            what = "typing" if request.path.endswith("typing") else "messages"
            channel = request.match_info["channel"]
            self.seen.call(f"{request.method} {what}", channel)
            if request.method == "POST":
                self.seen.sign(channel)
        answer: web.StreamResponse = await super()._guard(request, handler)  # type: ignore[misc, arg-type]
        return answer


@dataclass
class Row:
    """One run."""

    name: str
    asked: dict[str, tuple[str, tuple[float, float]]]
    """For each thread the code of its question, and when it was asked (see Seen.first)."""
    seen: Seen
    standing: dict[str, list[str]]
    signs: int
    seconds: float
    grown: int
    limits: dict[str, tuple[int, float]]


async def on_slack(name: str, answers: int, workspaces: int) -> Row:
    """So many questions at once, each in a channel of its own."""
    async with TimedSlack() as server:
        platform = SlackPlatform("xoxb-test", "xapp-test", api_url=server.url)
        asked: dict[str, tuple[str, tuple[float, float]]] = {}

        async def ask(number: int) -> None:
            channel, at = f"C{number % workspaces}-{number}", clocks()
            ts = await server.say(channel, "U1", f"Q{number}")
            asked[f"{channel}:{ts}"] = (f"Q{number}", at)

        def standing() -> dict[str, list[str]]:
            ours = [(channel, one) for channel, said in server.messages.items() for one in said if one.get("user") == BOT]
            found = defaultdict(list)
            for channel, one in ours:
                done = (one.get("metadata") or {}).get("event_type")
                found[f"{channel}:{one['thread_ts']}"].append(str(one["blocks"][0]["text"]) if done else "")
            return found

        took = await _run(platform, [ask(number) for number in range(answers)], answers, standing)
        grown = sum(len(times) for (method, _), times in server.seen.calls.items() if method == "chat.startStream")
        return Row(name, asked, server.seen, standing(), len(server.live.signs()), took, grown, SLACK_LIMITS)


async def on_discord(name: str, answers: int) -> Row:
    """So many questions at once, each in a thread of its own."""
    async with TimedDiscord() as server:
        platform = DiscordPlatform(TOKEN, api_url=server.api_url, gateway_url=server.gateway_url)
        asked: dict[str, tuple[str, tuple[float, float]]] = {}

        async def ask(number: int) -> None:
            channel = server.threads[number]
            asked[channel] = (f"Q{number}", clocks())
            await server.say(channel, f"p{number}", f"Q{number}", mention=True)

        def standing() -> dict[str, list[str]]:
            ours = [one for said in server.messages.values() for one in said if one["author"]["id"] == DISCORD_BOT]
            found = defaultdict(list)
            for one in ours:
                found[one["channel_id"]].append("" if one["content"].endswith("▍") else one["content"].partition("\n\n-#")[0])
            return found

        took = await _run(platform, [ask(number) for number in range(answers)], answers, standing)
        grown = len([area for method, area in server.seen.calls if method == "PATCH messages"])
        return Row(name, asked, server.seen, standing(), 0, took, grown, DISCORD_LIMITS)


async def _run(platform: Platform, asking: Iterable[object], answers: int, standing: Callable[[], dict[str, list[str]]]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/desk.db")
        await database.migrate()
        began = time.monotonic()

        async def start(receive: object, interact: object) -> None:
            await platform.start(receive, KeptCursors(), interact)  # type: ignore[arg-type]

        async with desk(database, platform, Typing(), start=start) as here:  # type: ignore[arg-type]
            here.detector.load()
            began = time.monotonic()
            await asyncio.gather(*asking)  # type: ignore[call-overload]
            while sum(bool(text) for said in standing().values() for text in said) < answers and time.monotonic() - began < MOST_SECONDS:
                await asyncio.sleep(0.5)
            took = time.monotonic() - began
            while here.conversation.at_work and time.monotonic() - began < MOST_SECONDS:
                await asyncio.sleep(0.2)
        await database.close()
        return took


def clocks() -> tuple[float, float]:
    """Seconds that passed, and those that this process worked: on a busy machine only the second say something."""
    return time.monotonic(), time.process_time()


def _team(channel: str) -> str:
    return f"T{channel[1:].partition('-')[0]}"


def _most(times: list[float], seconds: float) -> int:
    """The most of them within so many seconds."""
    return max((sum(at <= other < at + seconds for other in times) for at in times), default=0)


def whole(code: str) -> str:
    """What the model said."""
    return " ".join(f"Sentence {number} about {code} is here." for number in range(SENTENCES))


def main() -> None:
    """Run, and print a table."""
    rows = [
        asyncio.run(on_slack("Slack, 40 in one workspace", 40, 1)),
        asyncio.run(on_discord("Discord, 40 in 40 threads", 40)),
        asyncio.run(on_slack("Slack, 200 in 40 workspaces", 200, 40)),
    ]
    table = Table(
        "",
        "answers",
        "complete, equal",
        "half",
        "grew",
        "with a sign",
        "first sign p50 / p99, s",
        "the same, CPU s",
        "all done, s",
        "signs left",
        "over a limit",
        "busiest / limit",
    )
    for row in rows:
        waits = [
            [row.seen.first[thread][clock] - at[clock] for thread, (_, at) in row.asked.items() if thread in row.seen.first]
            for clock in (0, 1)
        ]
        right = sum(row.standing.get(thread) == [whole(code)] for thread, (code, _) in row.asked.items())
        half = sum(not text for said in row.standing.values() for text in said)
        busiest = row.seen.busiest(row.limits)
        over = [method for method, most in busiest.items() if most > row.limits[method][0]]
        used = ", ".join(f"{method} {most}/{row.limits[method][0]}" for method, most in busiest.items() if most)
        signs = [f"{len(waits[0])}", *(f"{statistics.median(wait):.2f} / {sorted(wait)[int(len(wait) * 0.99) - 1]:.2f}" for wait in waits)]
        table.add_row(
            row.name,
            str(len(row.asked)),
            str(right),
            str(half),
            str(row.grown),
            *signs,
            f"{row.seconds:.0f}",
            str(row.signs),
            ", ".join(over) or "none",
            used,
        )
    Console(width=200).print(table)


if __name__ == "__main__":
    main()
