"""What every platform must do with files that come with messages; one that knows none says so in its capabilities.

A harness has `attach` and the hands below besides those of the platform contract.
"""

import dataclasses
from typing import Protocol

import pytest

from bot.errors import NotAllowed, PlaceGone, RateLimited, Unreachable, Unsupported
from bot.messages import Attachment, MessageReceived
from bot.platforms import Platform
from tests.contract.platform_contract import Harness, Heard, listen

BYTES = bytes(range(256)) * 400


class FilesHarness(Harness, Protocol):
    """A platform on which people attach files."""

    async def attach(self, text: str, *files: tuple[str, str, bytes]) -> None:
        """Somebody writes to us directly, with files: name, media type, bytes."""
        ...

    def fail_file(self, status: int) -> None:
        """The next call for a file is refused so."""
        ...

    async def lose_files(self) -> None:
        """Whoever attached them takes them away; the message stays."""
        ...

    def asked_for_files(self) -> int:
        """How many calls for files came."""
        ...


async def attached(harness: FilesHarness, *files: tuple[str, str, bytes]) -> tuple[Platform, MessageReceived]:
    """A message with these files, as it was heard."""
    heard: Heard = await listen(harness)
    await harness.attach("Is this right?", *files)
    return harness.platform, heard.only()


class FilesContract:
    """For platforms whose capability `files` is on."""

    async def test_a_file_is_told_of_by_name_kind_and_size(self, harness: FilesHarness) -> None:
        assert harness.platform.capabilities.files
        _, message = await attached(harness, ("invoice.pdf", "application/pdf", b"%PDF"), ("größe.txt", "text/plain", b"XL"))
        assert message.text == "Is this right?"
        assert [(one.name, one.kind, one.size) for one in message.attachments] == [
            ("invoice.pdf", "application/pdf", 4),
            ("größe.txt", "text/plain", 2),
        ]

    async def test_a_message_of_a_file_alone_is_heard(self, harness: FilesHarness) -> None:
        heard = await listen(harness)
        await harness.attach("", ("a.png", "image/png", BYTES))
        assert (heard.only().text, len(heard.only().attachments)) == ("", 1)

    async def test_a_file_can_be_fetched_and_is_what_it_was(self, harness: FilesHarness) -> None:
        platform, message = await attached(harness, ("a.bin", "application/octet-stream", BYTES))
        fetched = await platform.fetch(message, message.attachments[0], len(BYTES))
        assert (fetched.data, fetched.whole) == (BYTES, True)

    async def test_a_file_is_never_read_further_than_asked(self, harness: FilesHarness) -> None:
        platform, message = await attached(harness, ("a.bin", "application/octet-stream", BYTES))
        fetched = await platform.fetch(message, message.attachments[0], 1000)
        assert (fetched.data, fetched.whole) == (BYTES[:1000], False)

    @pytest.mark.parametrize(
        "address", ["https://evil.example/a", "http://127.0.0.1:9/a", "file:///etc/passwd", "http://[::1", "http://u@127.0.0.1/a"]
    )
    async def test_what_lies_elsewhere_is_never_asked_for(self, harness: FilesHarness, address: str) -> None:
        platform, message = await attached(harness, ("a.txt", "text/plain", b"hello"))
        elsewhere = dataclasses.replace(message.attachments[0], address=address)
        with pytest.raises(NotAllowed):
            await platform.fetch(message, elsewhere, 1000)
        assert harness.asked_for_files() == 0

    @pytest.mark.parametrize(("status", "error"), [(403, NotAllowed), (302, NotAllowed), (429, RateLimited), (503, Unreachable)])
    async def test_a_refusal_is_told_by_its_kind_and_no_redirection_is_followed(
        self, harness: FilesHarness, status: int, error: type[Exception]
    ) -> None:
        platform, message = await attached(harness, ("a.txt", "text/plain", b"hello"))
        for _ in range(2):
            harness.fail_file(status)
        with pytest.raises(error):
            await platform.fetch(message, message.attachments[0], 1000)

    async def test_a_file_that_was_taken_away_is_gone(self, harness: FilesHarness) -> None:
        platform, message = await attached(harness, ("a.txt", "text/plain", b"hello"))
        await harness.lose_files()
        with pytest.raises(PlaceGone):
            await platform.fetch(message, message.attachments[0], 1000)

    async def test_who_only_sends_can_fetch_as_well(self, harness: FilesHarness) -> None:
        platform, message = await attached(harness, ("a.txt", "text/plain", b"hello"))
        await platform.stop()
        with pytest.raises(Unreachable):
            await platform.fetch(message, message.attachments[0], 1000)
        await platform.open()
        assert (await platform.fetch(message, message.attachments[0], 1000)).data == b"hello"


class NoFilesContract:
    """For platforms whose capability `files` is off."""

    async def test_no_file_is_told_of_and_none_can_be_fetched(self, harness: Harness) -> None:
        heard = await listen(harness)
        await harness.hear("direct", "Hello")
        assert not harness.platform.capabilities.files
        assert heard.only().attachments == ()
        with pytest.raises(Unsupported):
            await harness.platform.fetch(heard.only(), Attachment("a.txt"), 10)
