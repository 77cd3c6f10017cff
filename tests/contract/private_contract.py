"""What every platform must do so that somebody who asked where others read can be answered alone; and those that cannot, say so."""

import pytest

from bot.errors import Unsupported
from bot.messages import Reply
from tests.contract.platform_contract import Harness, listen, need


class PrivateContract:
    """A direct message is a place like any other."""

    async def test_whoever_asked_where_others_read_is_answered_in_a_direct_message(self, harness: Harness) -> None:
        if not harness.platform.capabilities.private:
            pytest.skip(f"{harness.platform.name} knows no direct messages besides")
        need(harness, "mention", "find_sent")
        heard = await listen(harness)
        await harness.hear("mention", "Where is my parcel?")
        asked = heard.only()
        place = await harness.platform.open_direct(asked.place, asked.author.id)
        assert place.direct
        assert place.channel != asked.place.channel
        assert await harness.platform.open_direct(asked.place, asked.author.id) == place
        reply = Reply("On its way to ada@example.org.", "en", answers=asked.message_id)
        assert await harness.platform.find_sent(place, reply, "k-1") is None
        posted = await harness.platform.send(place, reply, "k-1")
        assert "ada@example.org" in harness.sent()[-1]
        assert await harness.platform.find_sent(place, reply, "k-1") == posted
        assert await harness.platform.find_sent(asked.place, reply, "k-1") is None

    async def test_a_platform_that_knows_no_direct_messages_says_so(self, harness: Harness) -> None:
        await listen(harness)
        if harness.platform.capabilities.private:
            pytest.skip(f"{harness.platform.name} knows them")
        with pytest.raises(Unsupported):
            await harness.platform.open_direct(harness.place(), "U1")
