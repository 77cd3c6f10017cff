"""What is kept encrypted: opened with each key, sealed with the newest, and worth nothing elsewhere."""

import pytest

from bot.privacy.sealing import Seal, WrongKey, new_key


def test_a_secret_comes_back_and_is_never_seen() -> None:
    seal = Seal([new_key()])
    sealed = seal.close("xoxb-1", "slack:T1:token")
    assert "xoxb" not in sealed
    assert seal.open(sealed, "slack:T1:token") == "xoxb-1"
    assert seal.close("", "slack:T1:token") == seal.open("", "slack:T1:token") == ""


def test_a_secret_in_anothers_row_does_not_open() -> None:
    seal = Seal([new_key()])
    with pytest.raises(WrongKey):
        seal.open(seal.close("xoxb-1", "slack:T1:token"), "slack:T2:token")


def test_an_older_key_opens_as_long_as_it_is_there() -> None:
    old, new = new_key(), new_key()
    sealed = Seal([old]).close("xoxb-1", "a")
    both = Seal([new, old])
    assert both.open(sealed, "a") == "xoxb-1"
    assert not both.is_newest(sealed)
    assert both.is_newest(both.close("xoxb-1", "a"))
    with pytest.raises(WrongKey):
        Seal([new]).open(sealed, "a")
