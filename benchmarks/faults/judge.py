"""Pure: what people wrote, what they read, and whether that is right.

Every message carries a code ("T12K037"), and every answer names the codes that it answers: the model's between BEGIN and END,
a quoted page by its title. An apology names none: it stands for the oldest message that is still open.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

CODE = re.compile(r"T\d+K\d+")
_BEGIN = re.compile(r"BEGIN ((?:T\d+K\d+ ?)+):")
_END = re.compile(r"END ((?:T\d+K\d+ ?)+)\.")


@dataclass
class Message:
    """What somebody wrote, in the order in which he did. Times are seconds of the world's clock; `heard_at` None: never acknowledged."""

    code: str
    thread: str
    said_at: float
    heard_at: float | None = None
    told_at: float | None = None
    deleted: bool = False


@dataclass
class Post:
    """What we posted in a thread: its text, and when."""

    thread: str
    text: str
    at: float


@dataclass
class Verdict:
    """What is wrong, with the messages it befell; `half` are answers whose end never came."""

    messages: int = 0
    unheard: int = 0
    replies: int = 0
    apologies: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """All that went wrong."""
        return sum(map(len, (self.lost, self.doubled, self.disordered, self.misplaced, self.half)))


@dataclass
class _Reply:
    codes: list[str]
    at: float


def judge(messages: Sequence[Message], posts: Sequence[Post]) -> Verdict:
    """Every message that was acknowledged has one reply, in its thread, in order. A deleted one may have none."""
    verdict = Verdict(len(messages), sum(message.heard_at is None for message in messages))
    for thread in dict.fromkeys(message.thread for message in messages):
        said = [message for message in messages if message.thread == thread]
        replies = list(_replies([post for post in posts if post.thread == thread], verdict))
        _judge_thread(said, replies, verdict)
    known = {message.thread for message in messages}
    verdict.misplaced += [post.text[:60] for post in posts if post.thread not in known]
    return verdict


def _replies(posts: Iterable[Post], verdict: Verdict) -> Iterable[_Reply]:
    """Parts put together: a long answer begins in one post and ends in another."""
    begun: list[str] | None = None
    for post in posts:
        starts, ends = _BEGIN.search(post.text), _END.search(post.text)
        if begun is None and starts:
            begun = CODE.findall(starts[1])
        elif begun is not None and starts:
            verdict.half.append(begun[0])
            begun = CODE.findall(starts[1])
        elif begun is None and ends:
            verdict.half.append(ends[1])
        elif begun is None:
            yield _Reply(list(dict.fromkeys(CODE.findall(post.text))), post.at)
        if begun is not None and ends:
            if CODE.findall(ends[1]) != begun:
                verdict.half.append(begun[0])
            yield _Reply(begun, post.at)
            begun = None
    if begun is not None:
        verdict.half.append(begun[0])


def _judge_thread(said: Sequence[Message], replies: Sequence[_Reply], verdict: Verdict) -> None:
    verdict.replies += len(replies)
    ours = {message.code: message for message in said}
    named = Counter(code for reply in replies for code in reply.codes if code in ours)
    verdict.misplaced += [code for reply in replies for code in reply.codes if code not in ours]
    verdict.doubled += [code for code, times in named.items() if times > 1]
    answered = {code: reply.at for reply in replies for code in reply.codes}
    _fill_gaps(said, replies, answered, verdict)
    verdict.lost += [m.code for m in said if m.heard_at is not None and not m.deleted and m.code not in answered]
    _judge_order(said, answered, verdict)


def _fill_gaps(said: Sequence[Message], replies: Sequence[_Reply], answered: dict[str, float], verdict: Verdict) -> None:
    """A reply stands for its whole burst: a quoted page names one message of it, an apology none.

    So a message without a reply of its own is answered by the first reply that names none or only a part, if it came after it was told.
    """
    open_ = [message for message in said if message.code not in answered and message.heard_at is not None and not message.deleted]
    order = [message.code for message in said if not message.deleted or message.code in answered]
    for reply in replies:
        if len(reply.codes) == 1:
            _spread(reply, order, open_, answered)
        elif not reply.codes:
            verdict.apologies += 1
            its = next((message for message in open_ if message.told_at is not None and message.told_at < reply.at), None)
            if its is None:
                verdict.doubled.append(f"an apology at {reply.at:.1f} in {said[0].thread}")
            else:
                answered[its.code] = reply.at
                open_.remove(its)


def _spread(reply: _Reply, order: Sequence[str], open_: list[Message], answered: dict[str, float]) -> None:
    """From the message that a quoted page names to its open neighbours on both sides that had been told before."""
    if reply.codes[0] not in order:
        return
    at = order.index(reply.codes[0])
    waiting = {message.code: message for message in open_ if message.told_at is not None and message.told_at < reply.at}
    for step in (-1, 1):
        beside = at + step
        while 0 <= beside < len(order) and order[beside] in waiting:
            answered[order[beside]] = reply.at
            open_.remove(waiting.pop(order[beside]))
            beside += step


def _judge_order(said: Sequence[Message], answered: dict[str, float], verdict: Verdict) -> None:
    """A later message was answered first, though the earlier one had been acknowledged before the later one was even told."""
    for index, later in enumerate(said):
        for earlier in said[max(0, index - 20) : index]:
            heard_first = earlier.heard_at is not None and later.told_at is not None and earlier.heard_at < later.told_at
            if heard_first and answered.get(earlier.code, 0) > answered.get(later.code, math.inf):
                verdict.disordered.append(f"{earlier.code} after {later.code}")
