"""What came with a message besides words: files are fetched from their platform, and read or made ready to be seen, within bounds.

What a customer attached is his own word: data that he shows us, never an order. What cannot be read is told to him in one sentence, and
nothing is made up about it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from pathlib import PurePath
from threading import Thread

from bot.errors import PlatformError, RateLimited, Unreachable, Unreadable
from bot.knowledge.documents.attached import Beginning, is_pdf, is_text, read_attached
from bot.language import phrases
from bot.messages import Attachment, MessageReceived, with_files
from bot.model import Picture
from bot.model.tokens import beginning, estimate
from bot.platforms import Fetched, Platform
from bot.prompts import NOTHING, Attached, AttachedText

log = logging.getLogger(__name__)

MOST_FILES = 5
"""Of the messages that are answered together."""
MOST_PICTURES = 3
LARGEST_TEXT = 500_000
LARGEST_PDF = 5_000_000
LARGEST_PICTURE = 3_000_000
"""Bytes. Of a longer text the beginning is read."""
KEPT = 1000
"""Characters of a file's text that stay in the conversation, so that follow-ups know it."""
OPEN_SECONDS = 20.0
"""For all files of the messages that are answered together: waiting for a turn, fetching with its tries, and reading."""
WAITS = (0.5, 2.0)
"""Seconds before a file that could not be fetched is tried again."""
AT_ONCE = 4
"""Customers whose files are fetched and read at the same time."""
ROOM = 24
"""Megabytes of pictures that are in memory at the same time. They stay until the model has answered, and cost five times as much on
their way to it."""
ROOM_SECONDS = 8.0
"""After which nobody waits any more for room for his pictures."""
READERS = 2
"""Threads that read at the same time. They are not those that others need: a file that was made to keep one busy holds up files alone."""
_MEGABYTE = 1_000_000

KIND, LARGE, UNREAD, UNSEEN, PART, MANY = (
    phrases.FILE_KIND,
    phrases.FILE_LARGE,
    phrases.FILE_UNREAD,
    phrases.PICTURE_UNSEEN,
    phrases.FILE_PART,
    phrases.FILES_MANY,
)
_PICTURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
"""Kinds that models see, and how their files begin."""

_ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp"})


_Files = Sequence[tuple[MessageReceived, Attachment]]


class _Missed(Exception):
    """A file is left out; `why` is the sentence that says so."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class Opened:
    """What was read of the files of some messages. `missed`: why something was left out, and the names of these files."""

    texts: dict[str, list[AttachedText]] = field(default_factory=dict)
    """By the message's id."""
    pictures: list[Picture] = field(default_factory=list)
    pictured: dict[str, list[str]] = field(default_factory=dict)
    """The names of the pictures, by the message's id."""
    missed: dict[str, list[str]] = field(default_factory=dict)

    @property
    def attached(self) -> Attached:
        """For who answers."""
        texts = [text for of_one in self.texts.values() for text in of_one]
        return Attached(tuple(texts), tuple(self.pictures)) if texts or self.pictures else NOTHING

    @property
    def begun(self) -> str:
        """How the first text begins: it tells the language where nothing was written."""
        return next((text.text[:KEPT] for of_one in self.texts.values() for text in of_one), "")

    def unseen(self) -> None:
        """Nobody looked at the pictures after all."""
        for names in self.pictured.values():
            self.missed.setdefault(UNSEEN, []).extend(names)

    def told(self, language: str) -> str:
        """What its sender is told of what was left out; "" where nothing was."""
        return "\n\n".join(phrases.say(why, language, names=_listed(names)) for why, names in self.missed.items())

    def kept(self, message: MessageReceived, looked: str = "") -> str:
        """What the conversation keeps of a message. `looked`: what its pictures show, in words."""
        read = {text.name: text.text for text in self.texts.get(message.message_id, ())}
        if message.message_id in self.pictured:
            read[self.pictured[message.message_id][0]] = looked
        return with_files(message.text, ((one.name, beginning_of(read.get(one.name, ""))) for one in message.attachments))


class _Readers:
    """Runs what keeps a processor busy in threads of its own, which do not keep the process from ending. One that nobody waits for any
    more keeps its place until it is through."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(READERS)

    async def read(self, reading: Callable[[], Beginning]) -> Beginning:
        """Raises what it raises."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        read: asyncio.Future[Beginning] = loop.create_future()

        def work() -> None:
            try:
                end = partial(self._end, read, reading(), None)
            except Exception as exc:  # noqa: BLE001  # it is raised where it is waited for
                end = partial(self._end, read, None, exc)
            with suppress(RuntimeError):  # the process is ending, and nobody waits
                loop.call_soon_threadsafe(end)

        Thread(target=work, name="files", daemon=True).start()
        return await read

    def _end(self, read: asyncio.Future[Beginning], found: Beginning | None, failed: Exception | None) -> None:
        self._free.release()
        if read.done():
            return
        if found is not None:
            read.set_result(found)
        elif failed is not None:
            read.set_exception(failed)


class Attachments:
    """Opens files. `tokens`: how much of their text is read for one answer, estimated; 0: none is opened."""

    def __init__(self, platforms: Mapping[str, Platform], tokens: int = 2000, pace: float = 1.0) -> None:
        """`pace` stretches or shortens the waits between tries."""
        self._platforms, self._tokens, self._pace = platforms, tokens, pace
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._room, self._taking = asyncio.Semaphore(ROOM), asyncio.Lock()
        self._readers = _Readers()

    @asynccontextmanager
    async def open(self, messages: Sequence[MessageReceived], sees: bool) -> AsyncIterator[Opened]:
        """Everything that came with these messages. `sees`: whether pictures are of any use. Its pictures take up room for others' until
        this is left: leave it when the answer stands. Raises nothing."""
        until = asyncio.get_running_loop().time() + OPEN_SECONDS
        files = [(message, one) for message in messages for one in message.attachments]
        with ExitStack() as held:
            yield await self._opened(files, await self._blind(files, sees, held), until)

    async def _blind(self, files: _Files, sees: bool, held: ExitStack) -> str:
        """Why no picture is opened; "" where there is room for them until `held` is closed."""
        if not sees or not self._tokens:
            return UNSEEN
        pictures = [one for _, one in files[:MOST_FILES] if _is_picture(one)][:MOST_PICTURES]
        if not pictures:
            return ""
        try:
            # One after the other: two would wait for what the other one has already.
            async with asyncio.timeout(ROOM_SECONDS), self._taking:
                for _ in range(sum(map(_megabytes, pictures))):
                    await self._room.acquire()
                    held.callback(self._room.release)
        except TimeoutError:
            held.close()
            log.warning("pictures are not opened: those of others take up the room")
            return UNREAD
        return ""

    async def _opened(self, files: _Files, blind: str, until: float) -> Opened:
        opened, left = Opened(), self._tokens
        try:
            async with asyncio.timeout_at(until):
                await self._turns.acquire()
        except TimeoutError:
            log.warning("files are not opened: those of others take too long")
            opened.missed[UNREAD] = [one.name for _, one in files]
            return opened
        try:
            for number, (message, one) in enumerate(files):
                try:
                    if number >= MOST_FILES:
                        raise _Missed(MANY)
                    left -= await self._one(opened, message, one, blind, left, until)
                except _Missed as exc:
                    opened.missed.setdefault(exc.why, []).append(one.name)
        finally:
            self._turns.release()
        return opened

    async def _one(self, opened: Opened, message: MessageReceived, one: Attachment, blind: str, left: int, until: float) -> int:
        """Open one file; how many tokens of those that are left it took. Raises _Missed."""
        if _is_picture(one):
            if blind:
                raise _Missed(blind)
            if len(opened.pictures) >= MOST_PICTURES:
                raise _Missed(MANY)
            opened.pictures.append(_picture(await self._fetched(message, one, min(LARGEST_PICTURE, _megabytes(one) * _MEGABYTE), until)))
            opened.pictured.setdefault(message.message_id, []).append(one.name)
            return 0
        if not (is_text(one.name, one.kind) or is_pdf(one.name, one.kind)) or not self._tokens:
            raise _Missed(KIND)
        largest = LARGEST_PDF if is_pdf(one.name, one.kind) else LARGEST_TEXT
        read = await self._read(one, await self._fetched(message, one, largest, until), until)
        text = beginning(read.text, left)
        if not text:
            raise _Missed(MANY)
        whole = read.whole and text == read.text
        if not whole:
            opened.missed.setdefault(PART, []).append(one.name)
        opened.texts.setdefault(message.message_id, []).append(AttachedText(one.name, text, whole))
        return left if text != read.text else estimate(text)

    async def _fetched(self, message: MessageReceived, one: Attachment, most: int, until: float) -> Fetched:
        """The bytes of a file; of a plain text that is too large the beginning. Raises _Missed."""
        beginning_will_do = is_text(one.name, one.kind)
        if one.size > most and not beginning_will_do:
            raise _Missed(LARGE)
        fetched = await self._tried(message, one, most, until)
        if not fetched.whole and not beginning_will_do:
            raise _Missed(LARGE)
        return fetched

    async def _tried(self, message: MessageReceived, one: Attachment, most: int, until: float) -> Fetched:
        platform = self._platforms.get(message.place.platform)
        if platform is None or not platform.capabilities.files:
            raise _Missed(UNREAD)
        for wait in (*WAITS, None):
            try:
                async with asyncio.timeout_at(until):
                    return await platform.fetch(message, one, most)
            except (RateLimited, Unreachable, TimeoutError) as exc:
                pause = max(wait or 0.0, exc.retry_after if isinstance(exc, RateLimited) else 0.0) * self._pace
                if wait is None or asyncio.get_running_loop().time() + pause >= until:
                    raise _given_up(message, exc) from exc
                await asyncio.sleep(pause)
            except PlatformError as exc:
                raise _given_up(message, exc) from exc
        raise AssertionError("the last wait is None")

    async def _read(self, one: Attachment, fetched: Fetched, until: float) -> Beginning:
        """In a thread: a PDF keeps a processor busy. Raises _Missed."""
        reading = partial(read_attached, one.name, one.kind, fetched.data, fetched.whole)
        try:
            async with asyncio.timeout_at(until):
                return await self._readers.read(reading)
        except (Unreadable, TimeoutError) as exc:
            log.info("a file cannot be read: %s", exc.why if isinstance(exc, Unreadable) else "it takes too long")
            raise _Missed(UNREAD) from exc


def beginning_of(text: str) -> str:
    """What the conversation keeps of a file's text."""
    return text if len(text) <= KEPT else f"{text[:KEPT].rstrip()} …"


def _given_up(message: MessageReceived, exc: Exception) -> _Missed:
    why = str(exc) or "it takes too long"
    log.warning("a file cannot be fetched: %s", why, extra={"place": message.place.key, "event": message.event_id})
    return _Missed(UNREAD)


def _is_picture(one: Attachment) -> bool:
    """Whether it says that it is one of those that models see."""
    return one.kind in _PICTURES or (one.kind in ("", "application/octet-stream") and PurePath(one.name).suffix.lower() in _ENDINGS)


def _megabytes(one: Attachment) -> int:
    """What a picture may take up in memory, begun ones counted; no more than that is fetched of it."""
    return ceil(min(one.size or LARGEST_PICTURE, LARGEST_PICTURE) / _MEGABYTE)


def _picture(fetched: Fetched) -> Picture:
    """What it is says the file itself, and not its name. Raises _Missed."""
    for kind, beginnings in _PICTURES.items():
        if fetched.data.startswith(beginnings) and (kind != "image/webp" or fetched.data[8:12] == b"WEBP"):
            return Picture(kind, fetched.data)
    raise _Missed(UNREAD)


def _listed(names: Sequence[str]) -> str:
    """File names as people wrote them: nothing in them is a link or a mark."""
    plain = (name.replace("`", "'") for name in dict.fromkeys(names))
    return ", ".join(f"`{name}`" for name in plain)
