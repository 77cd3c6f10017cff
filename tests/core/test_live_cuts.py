"""Nothing that calls, opens or shows anything leaves in pieces, wherever the stream of a model is cut."""

import random
import re
from typing import Any

import pytest

from adapters.discord.connection.live import CURSOR, unfinished
from adapters.discord.outgoing import LONGEST as DISCORD_LONGEST
from adapters.slack.connection.live import Stream
from adapters.slack.outgoing import harmless
from bot.checks import Gate
from bot.delivery import _seen
from bot.messages import Place
from bot.privacy import outbound
from tests.slack_rules import links_of

HOSTS = {"shop.example"}
IMAGE = re.compile(r"!\[[^\]\n]*\][(\[]")
PIECES = (
    "@everyone ",
    "@here",
    "<!channel> ",
    "<!here|here>",
    "<@U1234> ",
    "<@123456789012345678>",
    "<!subteam^S1> ",
    "<#C1|general> ",
    "![a picture](https://evil.example/i.png)",
    "![x][1]\n\n[1]: https://evil.example/i.png\n\n",
    "[Read this. Now](https://evil.example/a?secret=1) ",
    "[Returns](https://shop.example/returns?who=ana) ",
    "https://evil.example/x. ",
    "<https://evil.example|shop.example> ",
    "www.evil.example ",
    "It is on its way. ",
    "返品できます。",
    "```\ncode @everyone\n```\n",
    "| a | b |\n|---|---|\n| 1 | <!here> |\n\n",
    "**bold** _and_ ||hidden|| ",
    "word " * 30,
)


def texts(rounds: int) -> list[str]:
    """Made of pieces, the same ones in every run."""
    dice = random.Random(7)  # noqa: S311
    return ["".join(dice.choices(PIECES, k=dice.randint(1, 8))) for _ in range(rounds)]


def whole_sentences(text: str, cuts: list[int]) -> list[str]:
    """What was let out, all of it after each cut of the stream."""
    shown, states = "", []

    def show(sentence: str) -> None:
        nonlocal shown
        shown += sentence

    gate = Gate(lambda _: "", show)
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        gate.feed(text[start:end])
        states.append(shown)
    gate.end()
    return [*states, shown]


def check(seen: str) -> None:
    """What nobody may see of an answer."""
    assert "evil" not in seen
    assert not IMAGE.search(seen)
    assert "secret" not in seen
    assert "who=ana" not in seen
    assert not links_of({"blocks": [{"type": "markdown", "text": seen}]})


async def states_in_slack(states: list[str]) -> list[str]:
    """What stands in Slack after each of them."""
    stands = []

    async def call(_method: str, _workspace: str, **arguments: Any) -> None:
        stands.append(stands[-1] + arguments["markdown_text"])

    states = [state for state in states if state.strip()]
    if not states:
        return []
    stands.append(harmless(states[0]))
    stream = Stream(call, Place("slack", "T1", "C1", "1.1"), "2.2", stands[0])
    for state in states[1:]:
        await stream.show(state)
    return stands


@pytest.mark.parametrize("text", texts(60))
async def test_nothing_leaves_in_pieces_wherever_the_stream_is_cut(text: str) -> None:
    dice = random.Random(text)  # noqa: S311
    cuts = [[at] for at in range(1, len(text), 1 + len(text) // 60)] + [sorted(dice.sample(range(1, len(text)), min(9, len(text) - 1)))]
    for some in cuts:
        said = whole_sentences(text, some)
        assert said[-1] == text
        states = [_seen(state, HOSTS) for state in said]
        for state in await states_in_slack(states):
            check(state)
        for state in filter(None, states):
            shown = unfinished(state)
            assert len(shown) <= DISCORD_LONGEST
            assert shown.endswith(CURSOR)
            check(shown)


@pytest.mark.parametrize("text", texts(60))
async def test_nothing_leaves_in_pieces_though_no_gate_waits_for_a_sentence(text: str) -> None:
    states = [_seen(text[:end], HOSTS) for end in range(1, len(text) + 1)]
    for state in await states_in_slack(states):
        check(state)
    for state in filter(None, states):
        check(unfinished(state))


@pytest.mark.parametrize("text", texts(60))
def test_what_is_seen_is_the_beginning_of_what_is_sent(text: str) -> None:
    sent = outbound.leave(text.strip(), {*HOSTS, "evil.example"})
    for state in whole_sentences(text, list(range(1, len(text)))):
        if "![" not in text and "\n[1]" not in text:
            assert sent.startswith(_seen(state, HOSTS).strip())
