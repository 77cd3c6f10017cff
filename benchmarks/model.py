"""What asking a model costs us in CPU: an answer of 150 tokens, each in a chunk of its own, beside the fewest lines that could read it.

    python benchmarks/model.py [--answers 100]

The loopback server runs in the same process, so its share stands in every row; compare the rows of one run.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import openai
from rich.console import Console
from rich.table import Table

from bot.model import Prompt, Said
from bot.model.client import OpenAIModel
from bot.model.profiles import profile
from tests.model_server import ModelServer

ANSWER = " ".join(f"word{number}" for number in range(150))
PROMPT = Prompt("Answer from the passages.\n" + "A passage of the shop's documents. " * 60, (Said("user", "How long? " * 20),) * 10)
MESSAGES: Any = [{"role": "system", "content": PROMPT.system}, *({"role": turn.role, "content": turn.text} for turn in PROMPT.turns)]
WARM_UP = 10


async def cost(ask: Callable[[], Awaitable[object]], answers: int) -> float:
    """CPU milliseconds of one answer."""
    for _ in range(WARM_UP):
        await ask()
    began = time.process_time()
    for _ in range(answers):
        await ask()
    return (time.process_time() - began) / answers * 1000


async def measured(answers: int) -> dict[str, float]:
    """The rows of the table."""
    async with ModelServer() as server, aiohttp.ClientSession() as session:
        server.always(ANSWER)
        ours = OpenAIModel(server.url, "", "m", profile("", server.url))
        typed = openai.AsyncOpenAI(base_url=server.url, api_key="none")

        async def fewest() -> str:
            body = {"model": "m", "stream": True, "messages": MESSAGES}
            async with session.post(f"{server.url}/chat/completions", json=body) as response:
                events = [json.loads(line[6:]) async for line in response.content if line.startswith(b"data: {")]
            return "".join(event["choices"][0]["delta"].get("content", "") for event in events if event["choices"])

        async def as_documented() -> str:
            stream = await typed.chat.completions.create(model="m", stream=True, messages=MESSAGES)
            return "".join([chunk.choices[0].delta.content or "" async for chunk in stream if chunk.choices])

        rows = {
            "the fewest lines (aiohttp)": await cost(fewest, answers),
            "ours": await cost(lambda: ours.answer(PROMPT), answers),
            "openai as documented": await cost(as_documented, answers),
        }
        await ours.close()
        await typed.close()
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=100)
    rows = asyncio.run(measured(parser.parse_args().answers))
    table = Table("", "CPU ms an answer", "x the fewest")
    for name, milliseconds in rows.items():
        table.add_row(name, f"{milliseconds:.2f}", f"{milliseconds / min(rows.values()):.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
