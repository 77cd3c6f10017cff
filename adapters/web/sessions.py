"""What the page must show each customer: a short memory per session, kept in this process only.

A browser that lost its connection, or was reloaded, asks for what came after the last thing that it saw. The
history that counts is in the database; this here is bounded on every side and may be forgotten at any time.
"""

import asyncio
import json
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

MOST_ENTRIES = 50
MOST_CHARACTERS = 200_000
MOST_SESSIONS = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to show: `kind` is question, answer, edit or deletion; `data` is JSON; `number` only ever grows."""

    number: int
    kind: str
    data: str
    message_id: str
    thread: str = ""
    key: str = ""


class Session:
    """One customer's page: its last entries, what is being answered, and who is listening."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque()
        self._last = 0
        self._listeners: set[asyncio.Event] = set()
        self.working: set[str] = set()
        self._growing: dict[str, str] = {}
        self.closed = False

    def next_number(self) -> int:
        """Microseconds since 1970, and more than the last one: it still grows after a restart."""
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return self._last

    def add(self, kind: str, message_id: str, data: Mapping[str, object], *, thread: str = "", key: str = "") -> Entry:
        """Remember and show one thing; the oldest give way. An empty `message_id` becomes the entry's number."""
        number = self.next_number()
        message_id = message_id or str(number)
        body = json.dumps({**data, "id": message_id, "conversation": thread, "key": key}, ensure_ascii=False)
        entry = Entry(number, kind, body, message_id, thread, key)
        self._entries.append(entry)
        while len(self._entries) > 1 and (len(self._entries) > MOST_ENTRIES or self._characters() > MOST_CHARACTERS):
            self._entries.popleft()
        self.wake()
        return entry

    def _characters(self) -> int:
        return sum(len(entry.data) for entry in self._entries)

    def after(self, number: int) -> list[Entry]:
        """What came after an entry; everything if that number is none of ours (another clock, another process)."""
        return [entry for entry in self._entries if number > self._last or entry.number > number]

    def question(self, message_id: str) -> Entry | None:
        """The customer's message of that id."""
        return next((entry for entry in self._entries if entry.kind == "question" and entry.message_id == message_id), None)

    def sent(self, thread: str, key: str) -> str | None:
        """The id of the answer that was sent with this key."""
        return next((entry.message_id for entry in self._entries if (entry.thread, entry.key) == (thread, key)), None)

    def forget(self, entry: Entry) -> None:
        """Take one thing out of the memory."""
        if entry in self._entries:
            self._entries.remove(entry)

    def rewrite(self, entry: Entry, **changes: object) -> None:
        """Change one thing in the memory: a page that is loaded later sees only the new."""
        place = self._entries.index(entry)
        self._entries[place] = replace(entry, data=json.dumps({**json.loads(entry.data), **changes}, ensure_ascii=False))

    def grow(self, thread: str, question: str, html: str | None) -> None:
        """What can be seen of an answer that is being written; None: nothing any more."""
        if html is None:
            if question not in self._growing:
                return
            self._growing.pop(question)
        else:
            self._growing[question] = json.dumps({"answers": question, "conversation": thread, "html": html}, ensure_ascii=False)
        self.wake()

    def grows(self, question: str) -> bool:
        """Whether an answer to this grows."""
        return question in self._growing

    def grown(self, seen: Mapping[str, str]) -> list[tuple[str, str]]:
        """The answers that grew or went since somebody saw them, by their questions."""
        news = [(question, data) for question, data in self._growing.items() if seen.get(question) != data]
        gone = [question for question, data in seen.items() if question not in self._growing and json.loads(data)["html"]]
        return news + [(question, json.dumps({**json.loads(seen[question]), "html": ""})) for question in gone]

    def set_working(self, thread: str, on: bool) -> None:
        """Whether an answer to that conversation is in the making."""
        (self.working.add if on else self.working.discard)(thread)
        self.wake()

    def wake(self) -> None:
        """Tell the listeners that there is something new."""
        for listener in self._listeners:
            listener.set()

    def close(self) -> None:
        """Send the listeners away; they may come again, to a new session."""
        self.closed = True
        self.wake()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever there is something new."""
        listener = asyncio.Event()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)


class Sessions:
    """All sessions by channel; the one unused for longest is forgotten first."""

    def __init__(self, clock: Callable[[], float], most: int = MOST_SESSIONS) -> None:
        self._clock = clock
        self._most = most
        self._known: OrderedDict[str, Session] = OrderedDict()

    def open(self, channel: str) -> Session:
        """The session, made anew if it is not remembered."""
        session = self._known.setdefault(channel, Session(self._clock))
        self._known.move_to_end(channel)
        while len(self._known) > self._most:
            self._known.popitem(last=False)[1].close()
        return session

    def find(self, channel: str) -> Session | None:
        """The session if it is remembered."""
        return self._known.get(channel)

    def close(self) -> None:
        """Send every listener away."""
        for session in self._known.values():
            session.wake()
