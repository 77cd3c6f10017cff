"""Whatever breaks, whoever was heard is answered once: the short profile of benchmarks/faults, on a Slack that fails and repeats itself."""

import asyncio
from pathlib import Path

from benchmarks.faults.bench import Run, go
from benchmarks.faults.judge import Message, Post, judge
from benchmarks.faults.world import World


async def test_ten_sudden_deaths_lose_no_question_and_answer_none_twice(tmp_path: Path) -> None:
    world = World("slack", "socket", seed=4, messages=60, threads=8, duplicates=3, model_faults=4, platform_faults=3)
    outcome = await asyncio.to_thread(go, Run(world, kills=10, polite=0.1, life=0.6), f"sqlite:///{tmp_path}/desk.db", tmp_path)
    verdict = outcome.verdict
    assert (verdict.messages, verdict.unheard) == (60, 0)
    assert (verdict.lost, verdict.doubled, verdict.disordered, verdict.misplaced, verdict.half) == ([], [], [], [], [])


def test_the_judge_finds_what_was_lost_doubled_disordered_misplaced_and_halved() -> None:
    said = [Message(f"T1K{n:03}", "a", n, heard_at=n + 0.1, told_at=n) for n in range(1, 8)]
    replies = [
        "BEGIN T1K002: x END T1K002.",
        "BEGIN T1K001: x END T1K001.",
        "BEGIN T1K003: x",
        "END T1K003.",
        "BEGIN T1K004: x END T1K004.",
    ]
    replies += ["BEGIN T1K004: x END T1K004.", "BEGIN T1K005 T2K001: x END T1K005 T2K001.", "BEGIN T1K006: x"]
    verdict = judge(said, [Post("a", text, 10 + at) for at, text in enumerate(replies)])
    assert verdict.lost == ["T1K006", "T1K007"]
    assert verdict.doubled == ["T1K004"]
    assert verdict.disordered == ["T1K001 after T1K002"]
    assert verdict.misplaced == ["T2K001"]
    assert verdict.half == ["T1K006"]


def test_the_judge_takes_a_quoted_page_for_its_whole_burst_and_an_apology_for_the_oldest_open_message() -> None:
    said = [Message(f"T1K{n:03}", "a", n, heard_at=n + 0.1, told_at=n) for n in range(1, 5)]
    verdict = judge(said, [Post("a", "> The article T1K002 lies in our store", 5), Post("a", "Sorry. Reference: #ABC123", 6)])
    assert verdict.lost == []
    assert verdict.doubled == ["an apology at 6.0 in a"]
    verdict = judge(said, [Post("a", "> The article T1K002 lies in our store", 2.5), Post("a", "Sorry. Reference: #ABC123", 6)])
    assert (verdict.lost, verdict.doubled) == (["T1K004"], [])


def test_the_judge_takes_a_quoted_page_for_its_burst_across_a_message_that_was_taken_back() -> None:
    said = [Message(f"T1K{n:03}", "a", n, heard_at=n + 0.1, told_at=n, deleted=n == 2) for n in range(1, 5)]
    assert judge(said, [Post("a", "> The article T1K001 lies in our store", 5)]).lost == []
