"""The desk as several processes: what one hears, another answers, and nobody notices when one of them is gone."""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.processes import Fleet, fleet, ready
from tests.model_server import ModelServer
from tests.slack_server import SlackServer

SECRET = "s3cret"


@dataclass
class Acme:
    """A workspace that reaches us by HTTP, a model, and our processes."""

    slack: SlackServer
    model: ModelServer
    fleet: Fleet

    async def web(self) -> str:
        """Start `web`; its address."""
        address = f"http://127.0.0.1:{self.fleet.settings['PORT']}"
        await self.fleet.start("web")
        self.slack.request_url, self.slack.signing_secret = f"{address}/slack/events", SECRET
        return address

    async def model_asked(self, times: int) -> None:
        """Returns when the model was asked so often."""
        async with asyncio.timeout(20):
            while len(self.model.requests) < times:
                await asyncio.sleep(0.02)


@pytest.fixture
async def acme(postgresql_database: str, tmp_path: Path) -> AsyncIterator[Acme]:
    async with SlackServer() as slack, ModelServer() as model:
        settings = {
            "DATABASE_URL": postgresql_database,
            "SLACK_BOT_TOKEN": "xoxb-test",
            "SLACK_API_URL": slack.url,
            "SLACK_SIGNING_SECRET": SECRET,
            "MODEL_URL": model.url,
            "MODEL_NAME": "m",
            "HOST": "0.0.0.0",  # noqa: S104  # so that no page is shown
        }
        async with fleet(tmp_path, **settings) as processes:
            yield Acme(slack, model, processes)


async def test_what_web_hears_work_answers_with_edits_and_a_worker_that_stops_ends_its_answer(acme: Acme) -> None:
    address = await acme.web()
    worker = await acme.fleet.start("work")
    assert (await ready(address))["ready"]
    asked = await acme.slack.say("C1", "U2", "How long does delivery take?")
    await acme.slack.wait_for_posts(1, 20)
    acme.model.gate.clear()
    follow_up = await acme.slack.say("C1", "U2", "And to Autsria?", thread_ts=asked, mention=False)
    await acme.model_asked(2)
    await acme.slack.edit("C1", follow_up, "And to Austria?", mention=False)
    await acme.model_asked(3)
    assert acme.model.requests[-1]["messages"][-1]["content"] == "And to Austria?"
    worker.send_signal(signal.SIGTERM)
    acme.model.gate.set()
    assert await worker.wait() == 0
    assert [post["thread_ts"] for post in acme.slack.posts] == [asked, asked]


async def test_whoever_is_killed_a_gateway_or_a_worker_each_question_is_answered_once(acme: Acme) -> None:
    acme.fleet.settings |= {"SLACK_APP_TOKEN": "xapp-test", "SLACK_SIGNING_SECRET": ""}
    gateways = [await acme.fleet.start("gateway"), await acme.fleet.start("gateway")]
    workers = [await acme.fleet.start("work")]
    assert len(acme.slack.sockets) == 1
    acme.model.gate.clear()
    asked = await acme.slack.say("C1", "U2", "How long does delivery take?")
    await acme.model_asked(1)
    workers.append(await acme.fleet.start("work"))
    await acme.fleet.end(workers[0], signal.SIGKILL)
    await acme.fleet.end(gateways[0], signal.SIGKILL)
    acme.model.gate.set()
    await acme.slack.wait_for_posts(1, 40)  # seconds; 15 are promised, and a machine that is busy with tests may be late
    other = await acme.slack.say("C1", "U2", "What can I return?")
    await acme.slack.wait_for_posts(2, 40)
    assert [post["thread_ts"] for post in acme.slack.posts] == [asked, other]
    assert await acme.fleet.end(gateways[1]) == 0
